"""Reads a catalogue (CSV, TSV, JSONL, optionally gzipped) into products and splits it by title."""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from failure import bad_data, usage

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
        raise usage(f"--columns: expected role=column, found {wrong[0][0]!r}")
    columns = {role.strip(): column.strip() for role, column in pairs}
    for role in ("id", "title"):
        if role not in columns:
            raise usage(f"--columns: expected {role}=…, found only {text!r}")
    return columns


def read_catalogue(path: Path, columns: dict[str, str]) -> list[Product]:
    """All products of a catalogue file; rows without an id or a title are left out."""
    try:
        with _open(path) as file:
            products = [_product(row, columns) for row in _rows(path, file)]
    except UnicodeDecodeError as error:
        raise bad_data(f"{path}: expected UTF-8, found otherwise: {error}") from error
    except (csv.Error, EOFError, zlib.error) as error:
        raise bad_data(f"{path}: {error}") from error
    kept = [p for p in products if p.id and p.title]
    if not kept:
        raise bad_data(f"{path}: expected rows with {columns['id']!r} and {columns['title']!r}, "
                       f"found none among {len(products)}")
    return kept


def is_validation(title: str, tenths: int = 1) -> bool:
    """Whether a title belongs to the held-out part: its SHA-256 modulo 10 is below `tenths`.

    Equal titles fall on the same side, so no name is both trained on and measured.
    """
    digest = hashlib.sha256(title.strip().lower().encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10 < tenths


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    """The text of a file, plain or compressed by gzip, without a byte order mark."""
    with open(path, "rb") as file:
        zipped = file.peek(2).startswith(b"\x1f\x8b")
        yield io.TextIOWrapper(gzip.open(file) if zipped else file, "utf-8-sig", newline="")


def _rows(path: Path, file: TextIO) -> Iterator[dict[str, Any]]:
    """JSON Lines if the file begins with `{`, else CSV, as `vitrine index` reads it."""
    numbered = enumerate(file, 1)
    number, first = next(((n, line) for n, line in numbered if line.strip()), (1, ""))
    if first.lstrip().startswith("["):
        raise bad_data(f"{path}:{number}: expected one JSON object per line, found an array")
    if not first.lstrip().startswith("{"):
        lines = chain([first], (line for _, line in numbered))
        rows = csv.DictReader(lines, delimiter=separator(first))
        rows.fieldnames = [name.strip() for name in rows.fieldnames or []]
        yield from rows
        return
    for number, line in chain([(number, first)], numbered):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise bad_data(f"{path}:{number}: not a JSON object: {error}") from error


def separator(header: str) -> str:
    """The sign that parts a header most often outside quotes."""
    bare = re.sub(r'"[^"]*("|$)', "", header)
    return max(",;\t|", key=bare.count)


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
