"""What decides how a run goes, and what its settings may be."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan

from failure import usage


@dataclass
class Recipe:
    """Everything that decides how a run goes; kept in its checkpoints."""

    minutes: float = 0.0           # length by the clock, validation included; if 0,
    steps: int = 1000              # by optimiser steps
    batch: int = 256
    accumulate: int = 1
    rate: float = 1e-3
    muon_rate: float = 0.0         # 0: AdamW alone
    decay: float = 0.1
    warmup: float = 0.04
    ema: float = 0.998
    loss: str = "softmax"
    heads: str = "type:0.6,colour:0.5,gender:0.4,usage:0.1,kind:0.3,brand:0.2"
    memory: int = 0                # earlier pairs kept as candidates, once a fifth is done
    keep: str = "0:0.3,0.4:0.5,0.85:1"  # share of patches seen, from a share of the training on
    aspect: float = 0.75           # width/height of the pictures, for augmentation
    strength: float = 1.0          # of augmentation
    balance: float = 0.0           # how much oftener pictures of rare types are seen
    precision: str = "bf16"
    seed: int = 1
    validate_every: float = 0.1    # as a share of the training
    save_every: float = 3.0        # minutes between checkpoints

    def __post_init__(self) -> None:
        self.weights = dict(_pairs("--heads", "role:weight,…", self.heads, str, number(float)))
        self.stages = _pairs("--keep", "start:share,… between 0 and 1", self.keep,
                             number(float, 0, 1), number(float, 0, 1))
        starts = [start for start, _ in self.stages]
        if starts[:1] != [0] or starts != sorted(starts):
            raise usage(f"--keep: expected stages in order, the first from 0, found {self.keep!r}")

    def kept(self, progress: float) -> float:
        return [share for start, share in self.stages if start <= progress][-1]


#: The least and the greatest of the numbers that may not be all from 0 on. A pair is told from the
#: others of its batch, so there must be two.
LIMITS = {"steps": (1, inf), "batch": (2, inf), "accumulate": (1, inf), "warmup": (0, 1),
          "ema": (0, 1), "aspect": (0.1, 10), "seed": (0, 2**32)}
CHOICES = {"loss": ("softmax", "sigmoid"), "precision": ("bf16", "f32")}


def number(kind: type, least: float = 0, greatest: float = inf) -> Callable[[str], float]:
    """Reads a finite number within limits, as a type of `argparse`."""
    name = "a whole number" if kind is int else "a finite number"
    limits = f"of at least {least}" if greatest == inf else f"from {least} to {greatest}"

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = nan
        if not (least <= value <= greatest and value < inf):
            raise ArgumentTypeError(f"expected {name} {limits}, found {text!r}")
        return value

    return read


def _pairs(option: str, form: str, text: str, key: Callable, value: Callable) -> list[tuple]:
    """`type:0.6,colour:0.5` → [("type", 0.6), ("colour", 0.5)]"""
    pairs = []
    for part in filter(None, text.split(",")):
        left, _, right = part.partition(":")
        try:
            pairs.append((key(left.strip()), value(right)))
        except ArgumentTypeError as error:
            raise usage(f"{option}: expected {form}, found {part!r}") from error
    return pairs
