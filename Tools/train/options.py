"""The command-line options of training and fine-tuning, and what they must be."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

import torch

from catalogue import TEXT_ROLES, Product, parse_columns, read_catalogue
from failure import usage
from recipe import CHOICES, LIMITS, Recipe, number

HERE = Path(__file__).parent


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise usage(message.removeprefix("argument "))


def existing(text: str) -> Path:
    if not Path(text).exists():
        raise argparse.ArgumentTypeError(f"{text}: there is no such file or folder")
    return Path(text)


def device(text: str) -> str:
    try:
        torch.empty(1, device=text)
    except (RuntimeError, AssertionError) as error:
        raise argparse.ArgumentTypeError(
            f"expected cpu or another device of this machine, found {text!r}") from error
    return text


def add_machine(group: argparse._ActionsContainer) -> None:
    group.add_argument("--device", type=device,
                       default="cuda" if torch.cuda.is_available() else "cpu")
    group.add_argument("--threads", type=number(int, 1), default=torch.get_num_threads())


def parser(description: str, **defaults) -> Parser:
    """A parser with data, run and recipe options; recipe defaults may be given by name."""
    options = Parser(description=description)
    data = options.add_argument_group("data")
    data.add_argument("--catalogue", type=existing, nargs="+", required=True,
                      help="CSV, TSV or JSONL, plain or gzipped")
    data.add_argument("--columns", type=parse_columns, nargs="+", required=True,
                      help="role=column,…; id and title are needed, brand, type, colour, gender, "
                      "usage, details and description are understood, dots reach into objects; "
                      "one list for each catalogue")
    data.add_argument("--images", type=existing, nargs="+", required=True,
                      help="directories or tar files of <id>.jpg")
    data.add_argument("--synonyms", type=existing, default=HERE / "synonyms.json",
                      help="words for types, see synonyms.json")
    data.add_argument("--cache", type=Path, default=Path(".cache"), help="decoded pictures")
    run = options.add_argument_group("run")
    run.add_argument("--output", type=Path, required=True,
                     help="model directory to write; without --resume, one that has none yet")
    run.add_argument("--resume", type=existing, help="a last.pt to go on from")
    add_machine(run)
    recipe = options.add_argument_group("recipe")
    for item in fields(Recipe):
        kind = type(item.default)
        recipe.add_argument(
            f"--{item.name.replace('_', '-')}", choices=CHOICES.get(item.name),
            type=str if kind is str else number(kind, *LIMITS.get(item.name, (0,))),
            default=defaults.get(item.name, item.default))
    return options


def build_recipe(args: argparse.Namespace) -> Recipe:
    """The recipe among the options, once those that depend on one another are found to agree."""
    if len(args.catalogue) != len(args.columns):
        raise usage(f"--columns: expected a list for each of the {len(args.catalogue)} "
                    f"catalogues, found {len(args.columns)}")
    if not args.resume:
        for name in ("config.json", "last.pt"):
            if (args.output / name).exists():
                raise usage(f"--output: {args.output}: expected a folder of no earlier run, found "
                            f"{name}: go on with --resume, or take another folder")
    recipe = Recipe(**{item.name: getattr(args, item.name) for item in fields(Recipe)})
    named = {role for columns in args.columns for role in columns} - set(TEXT_ROLES)
    known = sorted({*named, "title", *Recipe().weights})
    if strange := [role for role in recipe.weights if role not in known]:
        raise usage(f"--heads: expected some of {', '.join(known)}, found {strange[0]!r}")
    return recipe


def start_apart(option: str, model: Path, output: Path) -> None:
    """The model to start from is not overwritten."""
    if model.resolve() == output.resolve():
        raise usage(f"--output: expected another folder than {option}, found {output} for both")


def catalogue_of(args: argparse.Namespace) -> list[Product]:
    return [product for path, columns in zip(args.catalogue, args.columns, strict=True)
            for product in read_catalogue(path, columns)]
