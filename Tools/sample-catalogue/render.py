#!/usr/bin/env python3
"""Renders the sample catalogue: pictures and catalogue.csv, the same at every run.

    python3 Tools/sample-catalogue/render.py [--out DIR] [--sheet contact.png] [--seed 8 --times 9]

Needs Pillow and NumPy. No photograph, brand or product in it exists.
"""

import argparse
import csv
import pathlib

import numpy as np
from PIL import Image

import accessories
import garments
import shoes
from patterns import COLOURS, MOTIFS, PATTERNS
from studio import Scene
from words import describe

NEUTRAL = ["Black", "White", "Grey", "Navy Blue", "Brown", "Beige", "Blue"]
BRIGHT = [c for c in COLOURS if c not in NEUTRAL]
LEATHERS = ["Black", "Brown", "Tan", "Maroon", "Navy Blue", "Red", "Beige", "Olive", "White", "Pink",
            "Teal", "Mustard"]

# type: (category, how many, drawing, cuts, patterns, colours)
RANGE = [
    ("T-shirts", "Clothing", 52, garments.tshirt, [""], ["Solid"] * 7 + ["Striped"] * 3, None),
    ("Shirts", "Clothing", 38, garments.shirt, [""],
     ["Solid", "Checked", "Checked", "Striped", "Dotted", "Floral"], None),
    ("Dresses", "Clothing", 46, garments.dress, ["A-line", "Skater", "Maxi", "Shift"],
     ["Solid", "Solid", "Floral", "Floral", "Dotted", "Striped"], None),
    ("Trousers", "Clothing", 22, garments.trousers, ["Slim", "Straight", "Wide"],
     ["Solid", "Solid", "Solid", "Checked"], None),
    ("Jeans", "Clothing", 16, garments.trousers, ["Slim", "Straight", "Wide"], ["Denim"],
     ["Blue", "Navy Blue", "Light Blue", "Black", "Grey"]),
    ("Skirts", "Clothing", 24, garments.skirt, ["Mini", "Pencil", "Pleated", "Maxi"],
     ["Solid", "Solid", "Checked", "Floral", "Dotted"], None),
    ("Jackets", "Clothing", 26, garments.jacket, ["Biker", "Blazer", "Bomber", "Puffer", "Denim"],
     ["Solid"], None),
    ("Sweatshirts", "Clothing", 18, garments.sweatshirt, [""], ["Solid"], None),
    ("Sneakers", "Footwear", 34, shoes.sneaker, ["Low", "High-top", "Running", "Slip-on"],
     ["Solid", "Solid", "Solid", "Checked"], None),
    ("Heels", "Footwear", 24, shoes.heel, ["Stiletto", "Block", "Wedge"], ["Solid"], None),
    ("Boots", "Footwear", 20, shoes.boot, ["Ankle", "Knee", "Lace-up"], ["Solid"], LEATHERS),
    ("Sandals", "Footwear", 20, shoes.sandal, ["Slide", "Gladiator", "Flip-flop"], ["Solid"], None),
    ("Handbags", "Accessories", 28, accessories.handbag, ["Tote", "Satchel", "Clutch", "Bucket"],
     ["Solid", "Solid", "Solid", "Solid", "Floral"], LEATHERS + ["Turquoise", "Lavender", "Peach"]),
    ("Backpacks", "Accessories", 16, accessories.backpack, [""], ["Solid", "Solid", "Checked"], None),
    ("Watches", "Accessories", 24, accessories.watch, ["Round", "Chronograph", "Square"], ["Solid"],
     ["Black", "Brown", "Tan", "Navy Blue", "White", "Red", "Pink", "Grey"]),
    ("Sunglasses", "Accessories", 20, accessories.sunglasses,
     ["Aviator", "Round", "Wayfarer", "Cat-eye"], ["Solid"],
     ["Black", "Brown", "Red", "Pink", "White", "Turquoise", "Purple", "Grey"]),
    ("Caps", "Accessories", 18, accessories.cap, [""], ["Solid", "Solid", "Checked"], None),
]
WOMENS = {"Dresses", "Skirts", "Heels", "Handbags"}


def looks(seed, times):
    """Every product of the range in turn; colours and cuts are dealt so that all appear."""
    for kind, category, count, draw, cuts, patterns, colours in RANGE:
        rng = np.random.default_rng([seed, len(kind), count])
        hues = colours or list(rng.permutation(NEUTRAL)) + list(rng.permutation(BRIGHT))
        for n in range(count * times):
            look = {"type": kind, "category": category, "draw": draw, "rng": rng,
                    "cut": cuts[n % len(cuts)], "pattern": patterns[n % len(patterns)],
                    "colour": str(hues[(n + n // len(hues)) % len(hues)])}
            look["gender"] = "Women" if kind in WOMENS or look["cut"] == "Cat-eye" else str(
                rng.choice(["Men", "Women"] if category == "Clothing" else ["Men", "Women", "Unisex"]))
            details(look, rng, n)
            yield look


def details(look, rng, n):
    kind = look["type"]
    if kind == "T-shirts":
        look["neck"] = "V" if n % 4 == 3 else "Round"
        look["long"] = n % 6 == 5
        if look["pattern"] == "Solid" and n % 3 != 1:
            look["motif"] = MOTIFS[n % len(MOTIFS)]
    elif kind == "Shirts":
        look["long"] = n % 3 != 2
    elif kind == "Dresses":
        look["sleeve"] = ["Short", "Strappy", "None"][n % 3]
    elif kind in ("Sweatshirts", "Caps", "Backpacks") and n % 2 == 0:
        look["motif"] = MOTIFS[(n * 5 + 2) % len(MOTIFS)]
    elif kind == "Heels":
        look["open"] = look["cut"] != "Stiletto" or n % 2 == 0
    elif kind == "Watches":
        look["strap"] = "Metal" if look["colour"] == "Grey" or n % 5 > 2 else "Leather"
        look["gold"] = n % 2 == 0
        if look["strap"] == "Metal":
            look["colour"] = "Gold" if look["gold"] else "Silver"
        look["dial"] = str(rng.choice(["White", "Black", "Navy Blue", "Cream", "Green"]))
    elif kind == "Sunglasses":
        look["gold"] = look["cut"] in ("Aviator", "Round") and n % 3 != 0
        look["lens"] = str(rng.choice(["Black", "Brown", "Navy Blue", "Green", "Purple"]))
    look["two_tone"] = kind == "Caps" and n % 3 == 0


def photograph(look):
    """Draws the product. Metal watches have no cloth colour: their metal is drawn instead."""
    rng, scene = look["rng"], Scene(look["rng"])
    painted = dict(look, colour=look["colour"] if look["colour"] in COLOURS else "Grey")
    painted["fill"] = PATTERNS[look["pattern"]](rng, painted["colour"])
    look["draw"](scene, rng, painted)
    return scene.photograph()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    here = pathlib.Path(__file__).resolve().parent
    arguments.add_argument("--out", type=pathlib.Path, default=here)
    arguments.add_argument("--sheet", type=pathlib.Path, help="also write all pictures as one")
    arguments.add_argument("--seed", type=int, default=7, help="another one draws other products")
    arguments.add_argument("--times", type=int, default=1, help="so many times as many products")
    options = arguments.parse_args()
    (options.out / "images").mkdir(parents=True, exist_ok=True)

    rows, pictures = [], []
    for number, look in enumerate(looks(options.seed, options.times), 1001):
        picture = photograph(look)
        row = {"id": f"V{number}", **describe(look, number), "image": f"images/V{number}.jpg"}
        picture.save(options.out / row["image"], quality=62, optimize=True, progressive=True)
        rows.append(row)
        pictures.append(picture)
    with open(options.out / "catalogue.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    if options.sheet:
        columns, w, h = 26, 90, 120
        sheet = Image.new("RGB", (columns * w, -(-len(pictures) // columns) * h), "white")
        for n, picture in enumerate(pictures):
            sheet.paste(picture.resize((w, h), Image.LANCZOS), (n % columns * w, n // columns * h))
        sheet.save(options.sheet)
    print(f"{len(rows)} products")


if __name__ == "__main__":
    main()
