"""Colours, woven and printed patterns, and motifs."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

COLOURS = {
    "Black": (0.09, 0.09, 0.10), "White": (0.95, 0.95, 0.95), "Grey": (0.55, 0.56, 0.58),
    "Navy Blue": (0.10, 0.14, 0.32), "Blue": (0.13, 0.32, 0.72), "Light Blue": (0.60, 0.78, 0.93),
    "Red": (0.80, 0.08, 0.12), "Maroon": (0.42, 0.06, 0.13), "Pink": (0.95, 0.45, 0.62),
    "Purple": (0.42, 0.18, 0.55), "Lavender": (0.75, 0.67, 0.90), "Green": (0.12, 0.50, 0.24),
    "Olive": (0.40, 0.41, 0.20), "Mint": (0.66, 0.89, 0.78), "Yellow": (0.98, 0.84, 0.16),
    "Mustard": (0.82, 0.60, 0.14), "Orange": (0.95, 0.45, 0.10), "Peach": (0.98, 0.74, 0.60),
    "Brown": (0.38, 0.23, 0.13), "Tan": (0.72, 0.51, 0.31), "Beige": (0.86, 0.78, 0.65),
    "Cream": (0.96, 0.93, 0.83), "Turquoise": (0.15, 0.72, 0.74), "Teal": (0.04, 0.40, 0.44),
}
LIGHT_COLOURS = {"White", "Cream", "Beige", "Light Blue", "Mint", "Peach", "Lavender", "Yellow"}


def rgb(name):
    return np.array(COLOURS[name])


def contrast(rng, name):
    """A second colour that goes with the first."""
    if name in LIGHT_COLOURS:
        return rng.choice(["Navy Blue", "Red", "Green", "Blue", "Black", "Pink", "Teal", "Maroon"])
    return rng.choice(["White", "Cream", "Light Blue", "Yellow", "Peach", "Beige"])


def plain(rng, colour):
    base = rgb(colour)
    return lambda x, y: base * (1 + 0.02 * np.sin(x * 9) * np.sin(y * 9))[..., None]


def denim(rng, colour):
    base = rgb(colour)

    def fill(x, y):
        twill = 0.05 * np.sin((x + y) * 5.5)
        fade = 0.16 * np.exp(-((np.abs(x - 120) - 30) / 16) ** 2) * np.exp(-((y - 150) / 75) ** 2)
        return base * (1 + twill)[..., None] + fade[..., None]
    return fill


def striped(rng, colour, upright=None):
    base, second = rgb(colour), rgb(contrast(rng, colour))
    upright = bool(rng.random() < 0.3) if upright is None else upright
    period, part = (rng.uniform(9, 13), 0.3) if upright else (rng.uniform(16, 26), rng.uniform(0.3, 0.5))

    def fill(x, y):
        phase = ((x if upright else y) % period) / period
        on = np.clip((part - np.abs(phase - 0.5) * 2 + 0.02) * 14, 0, 1)[..., None]
        return base * (1 - on) + second * on
    return fill


def checked(rng, colour):
    base, second, third = rgb(colour), rgb(contrast(rng, colour)), rgb(contrast(rng, colour))
    period = rng.uniform(20, 30)

    def bands(t, at, wide):
        return np.clip((wide - np.abs((t % period) / period - at)) * 30, 0, 1)

    def fill(x, y):
        wide = (bands(x, 0.35, 0.16) + bands(y, 0.35, 0.16))[..., None] * 0.42
        thin = np.maximum(bands(x, 0.78, 0.035), bands(y, 0.78, 0.035))[..., None] * 0.85
        return (base * (1 - wide) + second * wide) * (1 - thin) + third * thin
    return fill


def dotted(rng, colour):
    base, second = rgb(colour), rgb(contrast(rng, colour))
    period, radius = rng.uniform(11, 18), rng.uniform(0.2, 0.28)

    def fill(x, y):
        row = np.floor(y / period * 1.15)
        u = (x / period + (row % 2) * 0.5) % 1 - 0.5
        v = (y / period * 1.15) % 1 - 0.5
        on = np.clip((radius - np.hypot(u, v)) * 16, 0, 1)[..., None]
        return base * (1 - on) + second * on
    return fill


def floral(rng, colour):
    size = 480
    base = rgb(colour)
    light = colour in LIGHT_COLOURS
    tile = Image.new("RGB", (size, size), tuple(int(c * 255) for c in base))
    draw = ImageDraw.Draw(tile)
    petals = [np.array(COLOURS[c]) for c in
              (["Red", "Pink", "Purple"] if light else ["Pink", "White", "Peach", "Yellow"])]
    leaf = np.array(COLOURS["Green"]) * (1.0 if light else 1.35)

    def paint(points, tone):
        draw.polygon([tuple(p) for p in points], fill=tuple(int(min(c, 1) * 255) for c in tone))

    for _ in range(64):
        x, y, r = *rng.uniform(20, size - 20, 2), rng.uniform(13, 24)
        turn, tone = rng.uniform(0, 6.3), petals[rng.integers(len(petals))]
        for side in (0.6, -0.9):
            a = turn + side
            tip = (x + np.cos(a) * r * 1.9, y + np.sin(a) * r * 1.9)
            wing = (np.cos(a + 1.57) * r * 0.42, np.sin(a + 1.57) * r * 0.42)
            mid = (x + np.cos(a) * r, y + np.sin(a) * r)
            paint([(x, y), (mid[0] + wing[0], mid[1] + wing[1]), tip,
                   (mid[0] - wing[0], mid[1] - wing[1])], leaf * rng.uniform(0.7, 1.1))
        for k in range(5):
            a = turn + k * 2 * np.pi / 5
            cx, cy, pr = x + np.cos(a) * r * 0.55, y + np.sin(a) * r * 0.55, r * 0.5
            ring = [(cx + pr * np.cos(t), cy + pr * np.sin(t)) for t in np.linspace(0, 6.28, 14)]
            paint(ring, tone * (0.86 + 0.14 * (k % 2)))
        ring = [(x + r * 0.26 * np.cos(t), y + r * 0.26 * np.sin(t)) for t in np.linspace(0, 6.28, 12)]
        paint(ring, np.array(COLOURS["Mustard"]))
    pixels = np.asarray(tile, float) / 255

    def fill(x, y):
        return pixels[(y * 2.6).astype(int) % size, (x * 2.6).astype(int) % size]
    return fill


PATTERNS = {"Solid": plain, "Striped": striped, "Checked": checked, "Dotted": dotted,
            "Floral": floral, "Denim": denim}


# Motifs are drawn on a 100 x 100 square; each returns polygons and lines in one ink.

def _star(n, outer, inner):
    t = np.linspace(-np.pi / 2, 1.5 * np.pi, 2 * n, endpoint=False)
    r = np.where(np.arange(2 * n) % 2 == 0, outer, inner)
    return [(50 + a * np.cos(b), 50 + a * np.sin(b)) for a, b in zip(r, t)]


def _motif(draw, name, ink, accent):
    if name == "heart":
        t = np.linspace(0, 2 * np.pi, 60)
        x, y = 16 * np.sin(t) ** 3, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
        draw.polygon([(50 + a * 2.7, 47 - b * 2.7) for a, b in zip(x, y)], fill=ink)
    elif name == "star":
        draw.polygon(_star(5, 48, 19), fill=ink)
    elif name == "sun":
        draw.polygon(_star(14, 48, 33), fill=ink)
        draw.ellipse([26, 26, 74, 74], fill=accent)
    elif name == "lightning":
        draw.polygon([(60, 2), (22, 56), (46, 56), (36, 98), (80, 40), (54, 40)], fill=ink)
    elif name == "mountain":
        draw.polygon([(2, 82), (36, 22), (54, 54), (68, 34), (98, 82)], fill=ink)
        draw.polygon([(36, 22), (25, 42), (34, 38), (39, 45), (46, 40)], fill=accent)
    elif name == "moon":
        draw.ellipse([12, 10, 88, 86], fill=ink)
        draw.ellipse([34, 2, 98, 66], fill=(0, 0, 0, 0))
    elif name == "anchor":
        draw.ellipse([41, 2, 59, 20], outline=ink, width=5)
        draw.line([(50, 20), (50, 92)], fill=ink, width=8)
        draw.line([(30, 34), (70, 34)], fill=ink, width=7)
        draw.arc([12, 30, 88, 95], 15, 165, fill=ink, width=9)
    elif name == "fish":
        draw.ellipse([8, 28, 74, 72], fill=ink)
        draw.polygon([(66, 50), (96, 26), (96, 74)], fill=ink)
        draw.ellipse([20, 42, 28, 50], fill=accent)
    elif name == "cat":
        draw.ellipse([18, 26, 82, 88], fill=ink)
        draw.polygon([(20, 52), (18, 8), (46, 32)], fill=ink)
        draw.polygon([(80, 52), (82, 8), (54, 32)], fill=ink)
        for x in (34, 58):
            draw.ellipse([x, 48, x + 9, 58], fill=accent)
        draw.polygon([(46, 66), (54, 66), (50, 71)], fill=accent)
    elif name == "leaf":
        draw.polygon([(50, 2), (76, 28), (80, 58), (50, 90), (20, 58), (24, 28)], fill=ink)
        draw.line([(50, 12), (50, 98)], fill=accent, width=4)
        for y in (34, 50, 66):
            draw.line([(50, y + 8), (30, y - 4)], fill=accent, width=3)
            draw.line([(50, y + 8), (70, y - 4)], fill=accent, width=3)
    elif name == "wave":
        for y in (26, 50, 74):
            points = [(x, y + 10 * np.sin(x / 8)) for x in range(4, 98, 2)]
            draw.line(points, fill=ink, width=8, joint="curve")
    elif name == "skull":
        draw.ellipse([16, 8, 84, 72], fill=ink)
        draw.rectangle([34, 62, 66, 90], fill=ink)
        for x in (30, 54):
            draw.ellipse([x, 34, x + 16, 54], fill=accent)
        for x in (42, 50, 58):
            draw.line([(x, 74), (x, 90)], fill=accent, width=3)
    else:
        font = ImageFont.load_default(size=32 if len(name) < 5 else 25)
        draw.text((50, 50), name, font=font, fill=ink, anchor="mm", stroke_width=1)


MOTIFS = ["heart", "star", "sun", "lightning", "mountain", "moon", "anchor", "fish", "cat", "leaf",
          "wave", "skull", "HELLO", "RELAX", "1984", "SUNDAY", "OCEAN"]


def motif(name, ink, accent, x, y, size, canvas=(480, 640)):
    """An RGBA picture of the whole scene with the motif centred at (x, y)."""
    colour = tuple(int(c * 255) for c in rgb(ink)) + (255,)
    second = tuple(int(c * 255) for c in rgb(accent)) + (255,)
    drawing = Image.new("RGBA", (100, 100), colour[:3] + (0,))
    _motif(ImageDraw.Draw(drawing), name, colour, second)
    side = int(size * 2)
    whole = Image.new("RGBA", canvas, colour[:3] + (0,))
    whole.paste(drawing.resize((side, side), Image.LANCZOS),
                (int(x * 2 - side / 2), int(y * 2 - side / 2)))
    return whole
