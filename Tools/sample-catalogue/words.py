"""The words of a product: brand, title, price, description. All invented."""

import numpy as np

# brand: (price factor, what it sells)
BRANDS = {
    "Alder & Finch": (1.5, {"Shirts", "Trousers", "Jackets", "Boots", "Handbags", "Backpacks"}),
    "Bellweather": (1.1, {"Dresses", "Skirts", "Heels", "Handbags", "Sandals"}),
    "Corvida": (0.8, {"T-shirts", "Sweatshirts", "Caps", "Sneakers", "Backpacks", "Jeans"}),
    "Dunmore": (1.0, {"Shirts", "T-shirts", "Trousers", "Jeans", "Jackets", "Boots"}),
    "Halcyon": (2.4, {"Watches", "Sunglasses"}),
    "Juniper Row": (0.9, {"Dresses", "Skirts", "T-shirts", "Shirts", "Sandals"}),
    "Kestrel": (1.2, {"Sneakers", "Caps", "Sweatshirts", "Backpacks", "Sunglasses", "T-shirts"}),
    "Lumen": (0.7, {"Watches", "Sunglasses", "Caps", "Sandals", "Handbags"}),
    "Marlowe": (2.0, {"Dresses", "Heels", "Handbags", "Jackets", "Skirts", "Boots"}),
    "Northbay": (1.0, {"Jackets", "Sweatshirts", "Boots", "Sneakers", "Trousers", "Jeans"}),
}
BASE_PRICE = {"T-shirts": 19, "Shirts": 39, "Dresses": 59, "Trousers": 49, "Jeans": 55, "Skirts": 39,
              "Jackets": 95, "Sweatshirts": 45, "Sneakers": 69, "Heels": 79, "Boots": 119,
              "Sandals": 35, "Handbags": 89, "Backpacks": 59, "Watches": 99, "Sunglasses": 49,
              "Caps": 18}
SINGULAR = {"Dresses": "Dress", "Watches": "Watch", "Trousers": "Trousers", "Jeans": "Jeans",
            "Sunglasses": "Sunglasses", "Sneakers": "Sneakers", "Heels": "Heels", "Boots": "Boots",
            "Sandals": "Sandals"}
CLOTH = {"Shirts": ["cotton poplin", "linen", "brushed cotton"], "T-shirts": ["cotton jersey"],
         "Dresses": ["viscose", "cotton", "crêpe"], "Trousers": ["cotton twill", "wool blend"],
         "Jeans": ["denim"], "Skirts": ["cotton", "crêpe"], "Sweatshirts": ["brushed fleece"],
         "Sneakers": ["canvas", "mesh"], "Heels": ["patent leather", "suede"], "Boots": ["leather"],
         "Sandals": ["leather"], "Handbags": ["grained leather"], "Backpacks": ["recycled canvas"],
         "Caps": ["cotton twill"]}
JACKET = {"Biker": "leather", "Blazer": "wool blend", "Bomber": "satin", "Puffer": "ripstop nylon",
          "Denim": "denim"}
WARM = {"Boots", "Sweatshirts", "Jackets"}
COOL = {"Sandals", "Sunglasses", "Skirts", "Caps"}
CLOSING = ["Wash with similar colours.", "Goes with everything you already own.",
           "Made in small runs.", "A quiet favourite of ours.", "Cut for an easy fit.",
           "Good on its own, better in company."]


def _title(look):
    kind, cut = look["type"], look["cut"]
    words = [look["colour"]]
    if look["pattern"] not in ("Solid", "Denim"):
        words.append(look["pattern"])
    if kind == "T-shirts":
        words += ["V-Neck"] * (look["neck"] == "V") + ["Long-Sleeved"] * look["long"]
    elif kind == "Shirts":
        words.append("Long-Sleeved" if look["long"] else "Short-Sleeved")
    elif kind == "Watches":
        words.append(f"{look['strap']} Strap")
    if look.get("motif"):
        words.append(f"{look['motif'].title()} Print")
    words += [cut] if cut else []
    name = {"Sweatshirts": "Hooded Sweatshirt"}.get(kind, SINGULAR.get(kind, kind.removesuffix("s")))
    return " ".join(words + [name]).replace("Flip-flop Sandals", "Flip-flops")


def describe(look, number):
    """The row of catalogue.csv but for id and image."""
    rng = np.random.default_rng([11, number])
    kind = look["type"]
    brand = str(rng.choice([b for b, (_, sells) in BRANDS.items() if kind in sells]))
    title = _title(look)
    price = BASE_PRICE[kind] * BRANDS[brand][0] * rng.uniform(0.8, 1.3)
    season = "Winter" if kind in WARM else "Summer" if kind in COOL else str(
        rng.choice(["Spring", "Summer", "Autumn", "Winter"]))
    material = JACKET.get(look["cut"]) if kind == "Jackets" else str(rng.choice(CLOTH.get(kind, [""])))
    tags = [t for t, on in [("new", number % 7 == 0), ("sale", rng.random() < 0.2),
                            ("organic", "cotton" in material), ("leather", "leather" in material),
                            ("printed", bool(look.get("motif")))] if on]
    for_whom = {"Men": "for men", "Women": "for women", "Unisex": "for everyone"}[look["gender"]]
    made = f" in {material}" if material else ""
    motif = f" with a {look['motif']} print" if look.get("motif") else ""
    text = f"{title} {for_whom}{made}{motif}. {rng.choice(CLOSING)}"
    return {"title": title, "brand": brand, "category": look["category"], "type": kind,
            "colour": look["colour"], "pattern": look["pattern"], "gender": look["gender"],
            "season": season, "price": f"{np.floor(price) + 0.95:.2f}", "material": material,
            "tags": "|".join(tags), "in_stock": "true" if rng.random() < 0.88 else "false",
            "added": f"2026-{rng.integers(1, 10):02d}-{rng.integers(1, 29):02d}",
            "description": text}
