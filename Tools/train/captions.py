"""Captions and class prompts: what a shopper could say of a product, and which products it fits.

A caption carries what it *claims* (title, or a label per role, -1 where it claims nothing). A
caption fits every product that has all of its claims, so equal titles, or two red Nike T-shirts
under "red Nike t-shirt", are positives of each other and are never pushed apart.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from catalogue import Product
from failure import bad_data

PHOTO = ("{}", "{}", "a photo of a {}", "a photo of {}", "a photo of a {}.", "a picture of a {}",
         "an image of {}", "a product photo of a {}", "a close-up photo of a {}",
         "a photo of {}, a fashion product", "a photo of the {}", "the {}",
         "a black and white photo of a {}", "a good photo of a {}")
TEMPLATES = {
    "colour": PHOTO + ("{} clothing", "a {} product", "a photo of a {} product", "{} colour",
                       "a photo of a {} item", "the colour is {}", "an item in {}", "{} coloured"),
    "gender": PHOTO + ("for {}", "clothing for {}", "a product for {}",
                       "a photo of a product for {}", "fashion for {}", "a {} product",
                       "an item for {}"),
    "usage": PHOTO + ("{} wear", "for {} use", "{} style", "{} clothing", "a {} product",
                      "a photo of a {} product"),
    "brand": ("{}", "{}", "a {} product", "a product by {}", "made by {}",
              "a photo of a {} product"),
}
OWNERS = {"Men": "men's", "Women": "women's", "Boys": "boys'", "Girls": "girls'"}
NO_CLAIM = -1


@dataclass
class Vocabulary:
    """The labels of each role, numbered, and the words for types."""

    roles: dict[str, list[str]]
    kinds: dict[str, list[str]]
    rules: list[dict[str, list[str]]]

    numbers: dict[str, dict[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = {r: {label: i for i, label in enumerate(v)} for r, v in self.roles.items()}

    @classmethod
    def of(cls, products: list[Product], synonyms: Path | None) -> Vocabulary:
        names = sorted({role for p in products for role in p.labels})
        roles = {r: sorted({p.labels[r] for p in products if r in p.labels}) for r in names}
        try:
            table = json.loads(synonyms.read_text()) if synonyms else {"kinds": {}, "rules": []}
            words = {w for kinds in table["kinds"].values() for w in kinds}
            words |= {w for rule in table["rules"] for w in rule["kinds"]}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise bad_data(f"--synonyms: {synonyms}: expected kinds and rules as in Tools/train/"
                           f"synonyms.json, found: {error!r}") from error
        roles["title"] = sorted({p.title for p in products})
        roles["kind"] = sorted(words)
        return cls(roles, table["kinds"], table["rules"])

    def row(self, claims: dict[str, str]) -> list[int]:
        """The number of each role's label, in the order of `roles`, or `NO_CLAIM`."""
        return [self.numbers[r].get(claims.get(r, ""), NO_CLAIM) for r in self.roles]

    def kinds_of(self, product: Product) -> list[str]:
        """The generic nouns of a product ("pullover" for a sweater)."""
        label = product.labels.get("type", "")
        said = f" {product.title} {' '.join(product.details.values())} ".lower()
        for rule in self.rules:
            if label in rule["types"] and any(f" {word} " in said for word in rule["words"]):
                return rule["kinds"]
        return self.kinds.get(label, [])

    def prompts(self, role: str, labels: list[str], rng: random.Random) -> list[str]:
        """One prompt a label, all from one template drawn anew at each call."""
        template = rng.choice(TEMPLATES.get(role, PHOTO))
        return [template.format(label) for label in labels]


class Captioner:
    """Draws captions of products, with their claims as numbers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        colours = sorted(vocabulary.roles.get("colour", ["\0"]), key=len, reverse=True)
        names = "|".join(map(re.escape, colours))
        self.colours = re.compile(rf"\b(?:{names})\b", re.IGNORECASE)

    def draw(
        self, product: Product, rng: random.Random, coloured: bool
    ) -> tuple[str, dict[str, str]]:
        """A caption and its claims by role; without colour words when the picture has none."""
        dice = rng.random()
        if dice < 0.5 or not product.labels:
            text, claims = self._title(product, rng), {"title": product.title}
        elif dice < 0.85:
            text, claims = self._phrase(product, rng, coloured)
        else:
            extras = self._details(product, rng)
            text = f"{product.title}, {extras}" if extras else product.title
            claims = {"title": product.title}
        if not coloured and "title" in claims:
            text = re.sub(r"\s+", " ", self.colours.sub("", text)).strip() or product.title
        return text, claims

    def _title(self, product: Product, rng: random.Random) -> str:
        words = product.title.split()
        dice = rng.random()
        if dice < 0.2 and len(words) > 3:
            kept = [w for w in words if rng.random() > 0.2]
            return " ".join(kept or words)
        if dice < 0.3:
            return rng.choice(PHOTO).format(product.title)
        return product.title

    def _phrase(
        self, product: Product, rng: random.Random, coloured: bool
    ) -> tuple[str, dict[str, str]]:
        labels = product.labels
        chance = {"brand": 0.6, "colour": 0.85 if coloured else 0.0, "gender": 0.7, "usage": 0.2}
        claims = {r: labels[r] for r, p in chance.items() if r in labels and rng.random() < p}
        kinds = self.vocabulary.kinds_of(product)
        kind = rng.choice(kinds) if kinds and rng.random() < 0.4 else None
        noun = kind or labels.get("type", "product")
        said = {role: claims.get(role, "") for role in chance}
        if kind or "type" in labels:
            claims["kind" if kind else "type"] = noun
        front = [said["brand"], said["colour"], said["usage"].lower()]
        gender = said["gender"]
        if rng.random() < 0.25:
            rng.shuffle(front)
        if gender and rng.random() < 0.4:
            owner = OWNERS.get(gender, gender) if rng.random() < 0.7 else gender
            text = " ".join([owner, *filter(None, front), noun])
        elif gender:
            text = " ".join([*filter(None, front), noun, "for", gender])
        else:
            text = " ".join([*filter(None, front), noun])
        if rng.random() < 0.3 and (extra := self._details(product, rng)):
            text, claims = f"{text}, {extra}", claims | {"title": product.title}
        return rng.choice(PHOTO).format(text), claims

    def _details(self, product: Product, rng: random.Random) -> str:
        pool = list(product.details.values())
        if product.sentences and rng.random() < 0.5:
            return rng.choice(product.sentences)
        return ", ".join(rng.sample(pool, min(len(pool), rng.randint(1, 3))))
