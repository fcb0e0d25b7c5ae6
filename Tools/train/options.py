"""The command-line options that training and fine-tuning share."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

import torch

from catalogue import Product, parse_columns, read_catalogue
from training import Recipe

HERE = Path(__file__).parent


def parser(description: str, **defaults) -> argparse.ArgumentParser:
    """A parser with data, run and recipe options; recipe defaults may be given by name."""
    options = argparse.ArgumentParser(description=description)
    data = options.add_argument_group("data")
    data.add_argument("--catalogue", type=Path, nargs="+", required=True,
                      help="CSV, TSV or JSONL, or .gz")
    data.add_argument("--columns", nargs="+", required=True,
                      help="role=column,…; id and title are needed, brand, type, colour, gender, "
                      "usage, details and description are understood, dots reach into objects; "
                      "one list for each catalogue")
    data.add_argument("--images", type=Path, nargs="+", required=True,
                      help="directories or tar files of <id>.jpg")
    data.add_argument("--synonyms", type=Path, default=HERE / "synonyms.json",
                      help="words for types, see synonyms.json")
    data.add_argument("--cache", type=Path, default=Path(".cache"), help="decoded pictures")
    run = options.add_argument_group("run")
    run.add_argument("--output", type=Path, required=True, help="model directory to write")
    run.add_argument("--resume", type=Path, help="a last.pt to go on from")
    run.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    run.add_argument("--threads", type=int, default=torch.get_num_threads())
    recipe = options.add_argument_group("recipe")
    for item in fields(Recipe):
        default = defaults.get(item.name, item.default)
        kind = str if isinstance(default, str) else int if isinstance(default, int) else float
        recipe.add_argument(f"--{item.name.replace('_', '-')}", type=kind, default=default)
    return options


def build_recipe(args: argparse.Namespace) -> Recipe:
    return Recipe(**{item.name: getattr(args, item.name) for item in fields(Recipe)})


def catalogue_of(args: argparse.Namespace) -> list[Product]:
    if len(args.catalogue) != len(args.columns):
        raise SystemExit(f"--columns: expected a list for each of the {len(args.catalogue)} "
                         f"catalogues, found {len(args.columns)}")
    return [product for path, columns in zip(args.catalogue, args.columns, strict=True)
            for product in read_catalogue(path, parse_columns(columns))]
