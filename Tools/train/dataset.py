"""Products, their pictures and their labels as tensors, and the batches drawn from them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from augment import Plan, augment
from captions import Captioner, Vocabulary
from catalogue import Product, is_validation
from failure import bad_data


@dataclass
class Batch:
    pixels: Tensor       # (B, 3, H, W) in 0…1
    captions: list[str]
    claims: Tensor
    facts: Tensor
    kinds: Tensor
    colourless: Tensor   # (B) bool: the picture shows no true colours


class Dataset:
    """Pictures with the products they show; one product may have several."""

    def __init__(
        self, products: list[Product], pixels: np.ndarray, ids: list[str], vocabulary: Vocabulary
    ) -> None:
        by_id = {p.id: i for i, p in enumerate(products)}
        self.products, self.pixels, self.vocabulary = products, pixels, vocabulary
        owners = [by_id.get(i, -1) for i in ids]
        held_out = [is_validation(p.title) for p in products]
        self.owners = np.array(owners)
        if not (self.owners >= 0).any():
            raise bad_data(f"--images: expected pictures named by the products' ids, as "
                           f"{products[0].id!r}, found {len(ids)} of none, as {ids[0]!r}")
        self.training = np.array(
            [i for i, o in enumerate(owners) if o >= 0 and not held_out[o]], np.int64)
        first = {o: i for i, o in reversed(list(enumerate(owners))) if o >= 0 and held_out[o]}
        self.validation = np.array(sorted(first.values()), np.int64)
        if not first:
            titles = len({products[o].title for o in owners if o >= 0})
            raise bad_data(f"--catalogue: expected titles of which a tenth is held out for "
                           f"validation (see README.md), found {titles}, of which none is")
        self.facts = torch.tensor([vocabulary.row(p.labels | {"title": p.title}) for p in products])
        names = vocabulary.numbers["kind"]
        self.kinds = torch.zeros(len(products), max(1, len(names)), dtype=torch.bool)
        for i, product in enumerate(products):
            for kind in vocabulary.kinds_of(product):
                self.kinds[i, names[kind]] = True
        self.captioner = Captioner(vocabulary)

    @property
    def counts(self) -> dict[str, int]:
        return {"products": len(self.products), "pictures": len(self.owners),
                "held_out": len(self.validation)}

    def check_training(self) -> None:
        """Ends the run if no product could be told from another."""
        if not len(self.training):
            raise bad_data("--catalogue: expected titles of which a tenth is held out for "
                           "validation (see README.md), found all of them held out")
        if len(self.facts[self.owners[self.training]].unique(dim=0)) == 1:
            title = self.products[self.owners[self.training[0]]].title
            raise bad_data(f"--catalogue: expected different titles or labels to train on, found "
                           f"only {title!r} in {len(self.training)} pictures")

    def batches(
        self, size: int, aspect: float, strength: float, balance: float, seed: int
    ) -> Iterator[Batch]:
        """Augmented batches without end, each epoch in a new order.

        They have `size` pictures, or all where there are fewer. A picture is drawn in proportion
        to (how common its type is)^-balance.
        """
        rng, draw = random.Random(seed), np.random.default_rng(seed)
        shares, size = self._shares(balance), min(size, len(self.training))
        while True:
            order = draw.choice(self.training, len(self.training), replace=balance > 0, p=shares)
            for start in range(0, len(order) - size + 1, size):
                yield self._batch(np.sort(order[start : start + size]), aspect, strength, rng)

    def kind_prior(self, balance: float) -> Tensor:
        """(K) logarithms of how often products of each generic noun are drawn."""
        shares = torch.from_numpy(self._shares(balance))
        drawn = shares @ self.kinds[self.owners[self.training]].double() + 1 / len(self.training)
        return (drawn / drawn.sum()).log().float()

    def _shares(self, balance: float) -> np.ndarray:
        owners = [self.products[o] for o in self.owners[self.training]]
        groups = [(p.labels.get("type"), *self.vocabulary.kinds_of(p)) for p in owners]
        counts = Counter(groups)
        shares = np.array([counts[group] ** -balance for group in groups])
        return shares / shares.sum()

    def _batch(
        self, rows: np.ndarray, aspect: float, strength: float, rng: random.Random
    ) -> Batch:
        plan = Plan.draw(len(rows), strength)
        pictures = augment(torch.from_numpy(self.pixels[rows]), plan, aspect, strength)
        owners = self.owners[rows]
        drawn = [
            self.captioner.draw(self.products[o], rng, coloured=not grey)
            for o, grey in zip(owners, plan.colourless.tolist(), strict=True)
        ]
        claims = torch.tensor([self.vocabulary.row(c) for _, c in drawn])
        return Batch(pictures, [t for t, _ in drawn], claims, self.facts[owners],
                     self.kinds[owners], plan.colourless)
