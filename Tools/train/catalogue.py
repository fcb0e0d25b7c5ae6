"""Reads a catalogue (CSV, TSV, JSONL, optionally gzipped) into products and splits it by title."""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

#: What each role means is told by its name; `details` is an object or a list of short phrases,
#: `description` is prose. Every other role is a label a product has one value of.
TEXT_ROLES = ("id", "title", "image", "details", "description")
ABSENT = {"", "na", "n/a", "none", "null", "nan"}


@dataclass
class Product:
    """One product: its labels by role ("brand" → "Nike") and the phrases said of it."""

    id: str
    title: str
    labels: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)


def parse_columns(text: str) -> dict[str, str]:
    """`title=name,brand=maker` → {"title": "name", "brand": "maker"}; dots reach into objects."""
    pairs = [part.split("=", 1) for part in text.split(",") if part]
    if wrong := [p for p in pairs if len(p) != 2]:
        raise SystemExit(f"--columns: expected role=column, found {wrong[0][0]!r}")
    return {role.strip(): column.strip() for role, column in pairs}


def read_catalogue(path: Path, columns: dict[str, str]) -> list[Product]:
    """All products of a catalogue file; rows without an id or a title are left out."""
    for role in ("id", "title"):
        if role not in columns:
            raise SystemExit(f"--columns: {role}= is missing")
    with _open(path) as file:
        products = [_product(row, columns) for row in _rows(path, file)]
    kept = [p for p in products if p.id and p.title]
    if not kept:
        raise SystemExit(f"{path}: no row has both {columns['id']!r} and {columns['title']!r}")
    return kept


def is_validation(title: str, tenths: int = 1) -> bool:
    """Whether a title belongs to the held-out part: its SHA-256 modulo 10 is below `tenths`.

    Equal titles fall on the same side, so no name is both trained on and measured.
    """
    digest = hashlib.sha256(title.strip().lower().encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10 < tenths


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return open(path, encoding="utf-8", newline="")


def _rows(path: Path, file: TextIO) -> Iterator[dict[str, Any]]:
    name = path.name.removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson")):
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise SystemExit(f"{path}:{number}: not a JSON object: {error}") from error
    elif name.endswith((".csv", ".tsv")):
        yield from csv.DictReader(file, delimiter="\t" if name.endswith(".tsv") else ",")
    else:
        raise SystemExit(f"{path}: expected .csv, .tsv or .jsonl (optionally .gz)")


def _product(row: dict[str, Any], columns: dict[str, str]) -> Product:
    values = {role: _lookup(row, column) for role, column in columns.items()}
    labels = {
        role: text
        for role, value in values.items()
        if role not in TEXT_ROLES and (text := clean(value))
    }
    details = values.get("details")
    if not isinstance(details, dict):
        details = {str(i): v for i, v in enumerate(details or [])} if details else {}
    return Product(
        id=clean(values["id"]),
        title=clean(values["title"]),
        labels=labels,
        details={k: text for k, v in details.items() if (text := clean(v)) and len(text) < 40},
        sentences=_sentences(values.get("description")),
    )


def _lookup(row: dict[str, Any], column: str) -> Any:
    value: Any = row
    for key in column.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def clean(value: Any) -> str:
    """One line of plain text; empty for the ways catalogues say "nothing"."""
    text = re.sub(r"\s+", " ", html.unescape("" if value is None else str(value))).strip()
    return "" if text.lower() in ABSENT else text


def _sentences(description: Any) -> list[str]:
    parts = re.split(r"[\n.;]+", html.unescape(str(description or "")))
    lines = (clean(part) for part in parts)
    return [line for line in lines if 15 < len(line) < 160][:12]
