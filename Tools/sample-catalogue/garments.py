"""Clothes, as on an invisible mannequin. Every function draws one product and returns nothing."""

import numpy as np

from patterns import contrast, motif, rgb
from studio import box, ellipse, flipped, mirrored


def _darker(colour, by=0.72):
    return np.array(colour) * by


def _torso(rng, fitted, hem=284, neck=(26, 44), depth=64):
    waist = 60 - 7 * fitted + rng.uniform(-2, 2)
    return mirrored([(0, depth), (neck[0] * 0.62, depth - 6), (neck[0], neck[1], 1), (46, 48),
                     (70, 60, 1), (65, 92), (63, 122), (waist, 192), (66, hem - 30), (67, hem, 1),
                     (34, hem + 5), (0, hem + 6)])


def _sleeve(long, wide=1.0):
    if long:
        return [(120 + 60, 54, 1), (206, 74), (218, 132), (224, 200), (229, 262, 1), (216, 267),
                (120 + 84 - 2 * wide, 264, 1), (200, 200), (190, 140), (181, 122, 1)]
    return [(120 + 60, 54, 1), (203, 68), (220, 98), (234, 134, 1), (218, 144), (201, 149, 1),
            (190, 134), (181, 122, 1)]


def _sleeves(scene, fill, long, wide=1.0):
    for points in (_sleeve(long, wide), flipped(_sleeve(long, wide))):
        scene.add(points, fill, bulge=10, folds=scene.cloth(9, 6, 2.0))
        (x0, y0), (x1, y1) = (points[4][:2], points[6][:2]) if long else (points[3][:2], points[5][:2])
        up = 5 if long else 4
        scene.stroke([(x0, y0 - up), ((x0 + x1) / 2, (y0 + y1) / 2 + 3 - up), (x1, y1 - up)],
                     (0, 0, 0), 0.7, 0.22)


def _inside_neck(scene, tone, wide=27, top=42):
    scene.add(mirrored([(0, top + 3), (wide * 0.6, top), (wide, top - 1, 1), (wide * 0.8, 58), (0, 72)]),
              _darker(tone, 0.55), bulge=5, shadow=0)
    scene.add(box(112, top + 6, 128, top + 14), (0.93, 0.92, 0.9), bulge=1, shadow=0.15)


def tshirt(scene, rng, look):
    tone, fill = rgb(look["colour"]), look["fill"]
    v_neck = look.get("neck") == "V"
    depth = 84 if v_neck else 64
    _inside_neck(scene, tone)
    long = look.get("long", False)
    _sleeves(scene, fill, long)
    outline = _torso(rng, look["gender"] == "Women", depth=depth)
    body = scene.add(outline, fill, bulge=11, folds=scene.cloth(6, 5, 3.2, creases=4))
    low = [(120 - 27, 43), (120 - 20, 57), (120, depth + 1), (120 + 20, 57), (120 + 27, 43)]
    if v_neck:
        low = [(93, 43), (120, depth + 1, 1), (147, 43)]
    scene.stroke(low, _darker(tone, 0.80), 5, 0.9)
    scene.stroke([(p[0], p[1] + 4, *p[2:]) for p in low], (0, 0, 0), 0.7, 0.25, body)
    scene.stroke([(54, 279), (120, 285), (186, 279)], (0, 0, 0), 0.7, 0.3, body)
    if look.get("motif"):
        ink = contrast(rng, look["colour"])
        second = look["colour"]
        art = motif(look["motif"], ink, second, 120, 138, rng.uniform(62, 80))
        scene.paste(art, body, 0.94)


def shirt(scene, rng, look):
    tone, fill = rgb(look["colour"]), look["fill"]
    _inside_neck(scene, tone, 24, 36)
    _sleeves(scene, fill, look.get("long", True))
    body = scene.add(_torso(rng, look["gender"] == "Women", hem=282, neck=(22, 42), depth=80), fill,
                     bulge=11, folds=scene.cloth(7, 5, 2.6, creases=4))
    scene.add(box(115, 78, 126, 290), fill, bulge=1.5, relief=0.6, shadow=0.25)
    scene.stroke([(114.6, 78), (114.6, 289)], (0, 0, 0), 0.8, 0.35, body)
    for y in range(92, 280, 27):
        scene.add(ellipse(120.5, y, 2.4, 2.4), (0.93, 0.92, 0.88), bulge=1.2, gloss=0.3)
    pocket = [(140, 108, 1), (166, 106, 1), (166, 132, 1), (153, 140, 1), (140, 133, 1)]
    scene.add(pocket, fill, bulge=1.5, relief=0.5, shadow=0.25, folds=scene.cloth(7, 5, 1.5))
    for side in (lambda p: p, flipped):
        scene.add(side([(120, 80, 1), (96, 46, 1), (99, 36), (104, 34, 1), (114, 52), (121, 70)]),
                  lambda x, y: fill(x, y) * 0.97, bulge=4, shadow=0.45)
        leaf = [(120, 78, 1), (106, 94, 1), (92, 62), (95, 41, 1), (99, 36, 1), (106, 56)]
        scene.add(side(leaf), fill, bulge=3, relief=0.7, shadow=0.45)


def dress(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    hem = {"Maxi": 302, "A-line": 272, "Shift": 262, "Skater": 246}[cut]
    flare = {"Maxi": 74, "A-line": 84, "Shift": 56, "Skater": 100}[cut]
    waist = 46 if cut == "Shift" else 37
    top, strap = 20, look["sleeve"] == "Strappy"
    shoulder = (36, 62, 1) if strap else (52, 30, 1)
    if not strap:
        scene.add(mirrored([(0, top + 6), (14, top + 4), (22, top + 2, 1), (16, 42), (0, 52)]),
                  _darker(tone, 0.5), bulge=4, shadow=0)
    if look["sleeve"] == "Short":
        arm = [(120 + 46, 27, 1), (182, 36), (194, 62), (200, 92, 1), (184, 97), (171, 94, 1),
               (166, 84), (162, 80, 1)]
        for points in (arm, flipped(arm)):
            scene.add(points, fill, bulge=8, folds=scene.cloth(9, 6, 2))
    neck = [(0, 62), (18, 60), (33, 58)] if strap else [(0, 52), (14, 44), (23, 22, 1)]
    wave = rng.uniform(-3, 3, 3)
    body = mirrored([*neck, shoulder, (44, 72), (47, 92, 1), (45, 112), (waist, 142),
                     (waist + (flare - waist) * 0.3, 172), (flare * 0.86, hem - 46), (flare, hem, 1),
                     (flare * 0.62, hem + 6 + wave[0]), (flare * 0.3, hem + 3 + wave[1]),
                     (0, hem + 7 + wave[2])])
    if strap:
        for x in (120 - 30, 120 + 30):
            scene.add(scene.strip([(x, 64), (x + (x < 120) * 5 - (x > 120) * 5, 18)], 5), fill, bulge=2)
    mask = scene.add(body, fill, bulge=13,
                     folds=scene.cloth(5, 4, 2.0, flare=1.5 if cut == "Shift" else 5.5))
    if cut != "Shift":
        belt = scene.strip([(120 - waist - 6, 140), (120, 145), (120 + waist + 6, 140)],
                           rng.choice([3, 7])) * mask
        scene.add(belt, _darker(tone, 0.7) + 0.02, bulge=2, shadow=0.25)


def _legs(inner, knee, ankle, wide):
    return [(120, 100, 1), (120, 44, 1), (120 + 47, 42, 1), (120 + 55, 90), (120 + 54, 140),
            (120 + knee + wide, 205), (120 + ankle + wide, 306, 1), (120 + ankle, 310),
            (120 + ankle - wide, 308, 1), (120 + knee - wide, 205), (120 + inner, 118)]


def trousers(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    wide = {"Slim": 14, "Straight": 19, "Wide": 28}[cut]
    knee, ankle = (28, 26) if cut != "Wide" else (32, 36)
    scene.add(mirrored([(0, 24), (44, 20, 1), (46, 36), (0, 46)]), _darker(tone, 0.5), bulge=4)
    right = _legs(4, knee, ankle, wide)
    jeans = look["type"] == "Jeans"
    for points in (flipped(right), right):
        leg = scene.add(points, fill, bulge=11, folds=scene.cloth(8, 7, 2.6, creases=3))
        if not jeans and cut != "Wide":
            x = 120 + (knee + 1) * (1 if points is right else -1)
            scene.stroke([(x, 100), (x, 305)], (0, 0, 0), 1.0, 0.18, leg)
    scene.add(mirrored([(0, 34), (25, 32), (45, 28, 1), (47, 44, 1), (25, 48), (0, 50)]), fill,
              bulge=3, relief=0.6)
    stitch = (0.80, 0.56, 0.22) if jeans else (0, 0, 0)
    strength = 0.75 if jeans else 0.3
    scene.stroke([(120, 50), (122, 84), (120, 104)], stitch, 1.0, strength)
    scene.stroke([(128, 50), (128, 80), (121, 92)], stitch, 0.8, strength, dashed=True)
    for side in (1, -1):
        pocket = [(120 + 20 * side, 49), (120 + 30 * side, 66), (120 + 53 * side, 76)]
        scene.stroke(pocket, stitch, 1.0, strength)
        for x in (14, 38):
            scene.add(box(120 + side * x - 2, 29, 120 + side * x + 2, 49), fill, bulge=1.2)
    scene.add(ellipse(120, 41, 3.4, 3.4), (0.72, 0.58, 0.36) if jeans else (0.2, 0.2, 0.2), bulge=2,
              gloss=0.5)


def skirt(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    hem = {"Mini": 232, "Pencil": 268, "Pleated": 250, "Maxi": 308}[cut]
    flare = {"Mini": 84, "Pencil": 54, "Pleated": 104, "Maxi": 96}[cut]
    top = 40 if cut in ("Maxi", "Pencil") else 62
    scene.add(mirrored([(0, top + 2), (36, top - 2, 1), (37, top + 10), (0, top + 14)]),
              _darker(tone, 0.5), bulge=3)
    body = mirrored([(0, top + 10), (37, top + 6, 1), (58 if cut != "Mini" else 56, top + 70),
                     (flare, hem, 1), (flare * 0.6, hem + 8), (flare * 0.3, hem + 5), (0, hem + 9)])
    folds = scene.cloth(5, 4, 2.0, flare=0 if cut == "Pencil" else 6)
    if cut == "Pleated":
        spread = 1 + (scene.y - top) / 150
        phase = (scene.x - 120) / spread * 0.42
        folds = 2.6 * np.abs((phase / np.pi) % 1 - 0.5) * 4 * np.clip((scene.y - top) / 90, 0.4, 1)
    mask = scene.add(body, fill, bulge=12, folds=folds)
    scene.add(mirrored([(0, top + 6), (37, top + 2, 1), (39, top + 16, 1), (0, top + 21)]), fill,
              bulge=3, relief=0.7)
    scene.stroke([(30, hem), (120, hem + 3), (210, hem)], (0, 0, 0), 0.7, 0.25, mask)


def jacket(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    gloss = {"Biker": 0.28, "Puffer": 0.10}.get(cut, 0)
    scene.add(mirrored([(0, 34), (20, 32, 1), (26, 60), (12, 130), (0, 136)]), _darker(tone, 0.42),
              bulge=4, shadow=0)
    arms = [_sleeve(True, 2), flipped(_sleeve(True, 2))]
    quilt = 3.2 * np.abs(np.sin(scene.y * np.pi / 26)) if cut == "Puffer" else 0
    for arm in arms:
        scene.add(arm, fill, bulge=11, folds=scene.cloth(9, 7, 2.4) + quilt * 1.2, gloss=gloss)
    hem = {"Blazer": 288, "Puffer": 262}.get(cut, 256)
    half = [(120 + 1, 108 if cut == "Blazer" else 60, 1), (120 + 14, 60), (120 + 23, 40, 1), (166, 46),
            (191, 60, 1), (186, 92), (183, 122), (178, 190), (186, hem, 1), (150, hem + 5),
            (122 if cut != "Blazer" else 130, hem + 4, 1), (121, 200)]
    masks = [scene.add(points, fill, bulge=13, gloss=gloss,
                       folds=scene.cloth(6, 5, 2.8, creases=3) + quilt)
             for points in (half, flipped(half))]
    body = np.maximum(*masks)
    if cut == "Blazer":
        for side in (flipped, lambda p: p):
            lapel = [(121, 152, 1), (142, 106), (153, 90, 1), (145, 82, 1), (152, 74, 1), (138, 40, 1),
                     (130, 44), (126, 90)]
            scene.add(side(lapel), lambda x, y: fill(x, y) * 1.05, bulge=3, shadow=0.5)
        for y in (166, 196):
            scene.add(ellipse(123, y, 3.4, 3.4), _darker(tone, 0.5), bulge=2, gloss=0.3)
        for side in (1, -1):
            x = 120 + 38 * side
            scene.add(box(x - 17, 206, x + 17, 216), fill, bulge=2, shadow=0.4)
        return
    metal = (0.72, 0.72, 0.74)
    scene.stroke([(120, 62), (120, hem + 2)], (0.1, 0.1, 0.1), 5, 0.55)
    scene.stroke([(120, 62), (120, hem + 2)], metal, 2.6, 0.95, dashed=True)
    if cut in ("Bomber", "Puffer"):
        rib = mirrored([(0, hem - 8), (64, hem - 12, 1), (62, hem + 10, 1), (0, hem + 14)])
        scene.add(rib, lambda x, y: _darker(tone, 0.75) * (1 + 0.12 * np.sin(x * 3))[..., None], bulge=4)
        collar = mirrored([(0, 62), (20, 52), (24, 36, 1), (10, 33), (0, 34)])
        scene.add(collar, lambda x, y: _darker(tone, 0.78) * (1 + 0.12 * np.sin(x * 3))[..., None],
                  bulge=5)
        scene.stroke([(120, 40), (120, 64)], metal, 2.2, 0.9)
    else:
        for side in (flipped, lambda p: p):
            leaf = [(121, 70, 1), (152, 92, 1), (160, 62), (140, 38, 1), (132, 38)]
            scene.add(side(leaf), fill, bulge=4, shadow=0.5, gloss=gloss)
    for side in (1, -1):
        a, b = (120 + 26 * side, 196), (120 + 46 * side, 226)
        scene.stroke([a, b], (0, 0, 0), 3, 0.45, body)
        if cut == "Biker":
            scene.stroke([a, b], metal, 1.6, 0.9, body)
        if cut == "Denim":
            x = 120 + 34 * side
            scene.add([(x - 14, 106, 1), (x + 14, 106, 1), (x + 14, 130), (x, 136, 1), (x - 14, 130, 1)],
                      fill, bulge=2, shadow=0.3)
            for dx in (-14, 14):
                scene.stroke([(x + dx, 138), (x + dx * 0.7, 250)], (0.80, 0.56, 0.22), 0.9, 0.7, body)


def sweatshirt(scene, rng, look):
    tone, fill = rgb(look["colour"]), look["fill"]
    hood = [(0, 22), (24, 20), (40, 40), (38, 66, 1), (18, 78), (0, 84)]
    scene.add(mirrored(hood), fill, bulge=11, folds=scene.cloth(8, 6, 2))
    scene.add(mirrored([(0, 32), (18, 32), (25, 48), (12, 74), (0, 84)]), _darker(tone, 0.5), bulge=8,
              shadow=0.4)
    _sleeves(scene, fill, True)
    body = scene.add(_torso(rng, False, hem=262, neck=(28, 52), depth=84), fill, bulge=12,
                     folds=scene.cloth(6, 5, 3.6, creases=4))
    rim = [(92, 46), (99, 70), (120, 86), (141, 70), (148, 46)]
    scene.add(scene.strip(rim, 9), fill, bulge=4, shadow=0.4)
    scene.add(mirrored([(0, 196), (32, 194, 1), (48, 238), (46, 248, 1), (0, 249)]), fill, bulge=3,
              shadow=0.35, folds=scene.cloth(6, 5, 2))

    def rib(x, y):
        return tone * (0.86 + 0.10 * np.sin(x * 3))[..., None]
    scene.add(mirrored([(0, 256), (66, 250, 1), (62, 274, 1), (0, 279)]), rib, bulge=4)
    for x in (110, 130):
        cord = [(x, 84), (x + rng.uniform(-3, 3), 108), (x + rng.uniform(-4, 4), 134)]
        scene.stroke(cord, (0.93, 0.93, 0.92) if tone.mean() < 0.8 else (0.3, 0.3, 0.3), 2.2, 0.95)
    if look.get("motif"):
        scene.paste(motif(look["motif"], contrast(rng, look["colour"]), look["colour"], 120, 156, 56),
                    body, 0.92)
