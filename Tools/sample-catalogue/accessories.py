"""Bags, watches, sunglasses and caps."""

import numpy as np

from patterns import contrast, motif, rgb
from studio import box, ellipse, flipped, mirrored

GOLD, STEEL = np.array([0.84, 0.68, 0.36]), np.array([0.78, 0.79, 0.81])


def _brushed(metal):
    return lambda x, y: metal * (0.9 + 0.14 * np.sin((x - y) * 0.11))[..., None]


def handbag(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    scene.ground_shadow(120, 268 if cut != "Clutch" else 228, 92, 7, 0.4)
    metal = GOLD if rng.random() < 0.6 else STEEL
    if cut == "Clutch":
        body = mirrored([(0, 118), (92, 116, 1), (98, 124), (96, 218), (88, 226, 1), (0, 228)])
        scene.add(body, fill, bulge=12, gloss=0.18, folds=scene.cloth(5, 4, 1.5))
        scene.add(mirrored([(0, 116), (94, 115, 1), (90, 150), (60, 172), (0, 182)]), fill, bulge=5,
                  gloss=0.15, shadow=0.5)
        scene.add(ellipse(120, 180, 7, 7), metal, bulge=4, gloss=0.6)
        scene.stroke([(26, 120), (14, 170), (30, 222), (40, 262), (70, 270)], metal, 2.4, 0.9)
        return
    arch = [(76, 132), (80, 62), (120, 34), (160, 62), (164, 132)]
    if cut == "Tote":
        arch = [(82, 110), (86, 50), (120, 26), (154, 50), (158, 110)]
    scene.add(scene.strip([(x + 4, y - 5) for x, y in arch], 7), tone * 0.6, bulge=3)
    if cut == "Tote":
        body = mirrored([(0, 100), (74, 98, 1), (86, 130), (96, 262), (90, 268, 1), (0, 270)])
    elif cut == "Bucket":
        body = mirrored([(0, 112), (56, 108, 1), (70, 150), (88, 236), (78, 264), (50, 270), (0, 271)])
    else:
        body = mirrored([(0, 122), (70, 120), (84, 134), (96, 250), (88, 266), (70, 270), (0, 271)])
    mask = scene.add(body, fill, bulge=16, gloss=0.14, folds=scene.cloth(5, 4, 2.2, creases=2))
    if cut == "Satchel":
        scene.add(mirrored([(0, 120), (78, 120), (88, 140), (90, 186), (70, 196), (0, 200)]), fill,
                  bulge=7, gloss=0.12, shadow=0.5)
        for x in (84, 156):
            scene.add(box(x - 7, 170, x + 7, 226), tone * 0.82, bulge=3, shadow=0.4)
            scene.add(box(x - 9, 194, x + 9, 210), metal, bulge=3, gloss=0.6)
    else:
        scene.stroke([(20, 112), (120, 114), (220, 112)], (0, 0, 0), 1, 0.3, mask, dashed=True)
        if cut == "Bucket":
            scene.add(scene.strip([(58, 134), (120, 142), (182, 134)], 6) * mask, tone * 0.7, bulge=3)
        scene.add(ellipse(120, 142, 6, 6), metal, bulge=3, gloss=0.6)
    scene.add(scene.strip(arch, 8), lambda x, y: np.broadcast_to(tone * 0.92, (*x.shape, 3)), bulge=4, gloss=0.2,
              shadow=0.4)
    for x in (arch[0][0], arch[-1][0]):
        scene.add(ellipse(x, arch[0][1] + 3, 6, 6), metal, bulge=3, gloss=0.6)


def backpack(scene, rng, look):
    tone, fill = rgb(look["colour"]), look["fill"]
    second = rgb(contrast(rng, look["colour"])) if rng.random() < 0.4 else tone * 0.75
    scene.ground_shadow(120, 290, 82, 7, 0.4)
    scene.add(scene.strip([(102, 40), (104, 20), (136, 20), (138, 40)], 7), tone * 0.6, bulge=3)
    for side in (1, -1):
        scene.add(scene.strip([(120 + 60 * side, 70), (120 + 92 * side, 150), (120 + 84 * side, 262)], 11),
                  tone * 0.55, bulge=4)
    body = mirrored([(0, 30), (40, 34), (68, 66), (76, 130), (84, 240), (78, 282), (50, 292), (0, 293)])
    mask = scene.add(body, fill, bulge=24, folds=scene.cloth(6, 6, 2.4, creases=3))
    for side in (1, -1):
        pocket = [(120 + 66 * side, 200), (120 + 92 * side, 206), (120 + 94 * side, 270), (120 + 72 * side, 284)]
        scene.add(pocket, lambda x, y: fill(x, y) * 0.85, bulge=8)
    scene.add(scene.strip([(46, 150), (66, 76), (120, 56), (174, 76), (194, 150)], 4) * mask, second * 0.7,
              bulge=2)
    front = mirrored([(0, 168), (48, 170), (60, 184), (62, 262), (52, 276), (0, 278)])
    scene.add(front, fill, bulge=10, shadow=0.45, folds=scene.cloth(6, 6, 1.8))
    scene.add(scene.strip([(64, 186), (120, 181), (176, 186)], 4), second * 0.7, bulge=2)
    scene.add(scene.strip([(170, 186), (175, 202)], 3), STEEL, bulge=1.5, gloss=0.4)
    scene.add(box(104, 112, 136, 134), second, bulge=2, shadow=0.3)
    if look.get("motif"):
        scene.paste(motif(look["motif"], contrast(rng, look["colour"]), look["colour"], 120, 232, 46), mask)


def watch(scene, rng, look):
    tone, cut = rgb(look["colour"]), look["cut"]
    metal = GOLD if look.get("gold") else STEEL
    steel_strap = look["strap"] == "Metal"
    scene.ground_shadow(126, 170, 60, 110, 0.10)

    def leather(x, y):
        return tone * (1 + 0.04 * np.sin(x * 4) * np.sin(y * 4))[..., None]

    for top in (True, False):
        strap = mirrored([(0, 6), (25, 6, 1), (29, 60), (34, 112, 1), (0, 120)])
        if not top:
            strap = [(x, 320 - y, *rest) for x, y, *rest in strap]
        if steel_strap:
            scene.add(strap, _brushed(metal), bulge=9, gloss=0.25,
                      folds=2.2 * np.abs(np.sin(scene.y * np.pi / 11)))
            for x in (-11, 11):
                scene.stroke([(120 + x, 8 if top else 205), (120 + x, 115 if top else 312)], (0.2, 0.2, 0.2), 1, 0.5)
        else:
            mask = scene.add(strap, leather, bulge=10, gloss=0.08)
            for x in (-24, 24):
                scene.stroke([(120 + x * 0.86, 8 if top else 210), (120 + x * 1.1, 110 if top else 312)],
                             (0.93, 0.9, 0.82) if tone.mean() < 0.5 else (0.3, 0.2, 0.1), 1, 0.7, mask, dashed=True)
    for dx in (-1, 1):
        for y in (98, 222):
            scene.add(box(120 + dx * 30 - 6, y - 12, 120 + dx * 30 + 6, y + 12), _brushed(metal), bulge=4, gloss=0.4)
    scene.add(box(182, 152, 194, 168), _brushed(metal), bulge=4, gloss=0.5)
    r = 66
    square = cut == "Square"

    def disc(size):
        if square:
            s = size * 0.86
            return [(120 - s, 160 - s + 8), (120 - s + 8, 160 - s), (120 + s - 8, 160 - s), (120 + s, 160 - s + 8),
                    (120 + s, 160 + s - 8), (120 + s - 8, 160 + s), (120 - s + 8, 160 + s), (120 - s, 160 + s - 8)]
        return ellipse(120, 160, size, size)
    scene.add(disc(r), _brushed(metal), bulge=7, gloss=0.5)
    scene.add(disc(r - 9), metal * 0.6, bulge=3, shadow=0.2)
    dial = rgb(look["dial"])
    scene.add(disc(r - 11), lambda x, y: dial * (1.05 - 0.0022 * (y - 110))[..., None], bulge=3, shadow=0, edge=0.35)
    ink = (0.12, 0.12, 0.14) if dial.mean() > 0.45 else (0.93, 0.93, 0.92)
    for k in range(60 if cut == "Chronograph" else 12):
        a, big = k * 2 * np.pi / (60 if cut == "Chronograph" else 12), k % 5 == 0 or cut != "Chronograph"
        c, s, out = np.sin(a), -np.cos(a), r - 14
        length = 9 if big else 4
        scene.stroke([(120 + c * out, 160 + s * out), (120 + c * (out - length), 160 + s * (out - length))],
                     ink, 2.4 if big else 0.8, 0.95)
    if cut == "Chronograph":
        for x, y in ((98, 162), (142, 162), (120, 184)):
            scene.add(ellipse(x, y, 13, 13), dial * 0.8 + 0.04, bulge=2, shadow=0.1)
            scene.stroke([(x, y), (x + 6, y - 8)], ink, 1.2, 0.9)
    for angle, size, width in ((-0.95, 26, 4), (0.95, 40, 3), (3.4, 44, 1.2)):
        end = (120 + np.sin(angle) * size, 160 - np.cos(angle) * size)
        scene.stroke([(120, 160), end], ink if width > 2 else (0.8, 0.15, 0.1), width, 0.98)
    scene.add(ellipse(120, 160, 3.5, 3.5), metal, bulge=2, gloss=0.5)
    shine = scene.mask([(82, 122, 1), (106, 108, 1), (150, 200, 1), (134, 212, 1)]) * scene.mask(disc(r - 11))
    scene.add(shine, (1, 1, 1), bulge=1, shadow=0, opacity=0.09)


def sunglasses(scene, rng, look):
    tone, cut = rgb(look["colour"]), look["cut"]
    lens = rgb(look["lens"])
    scene.ground_shadow(120, 208, 84, 5, 0.25)
    wire = cut in ("Aviator", "Round")
    frame = (GOLD if look.get("gold") else tone) if wire else tone
    shapes = {
        "Aviator": [(128, 138), (150, 128), (196, 128), (212, 142), (206, 178), (182, 200), (156, 198), (134, 172)],
        "Round": ellipse(170, 164, 38, 37),
        "Wayfarer": [(130, 138, 1), (170, 130), (218, 132, 1), (216, 152), (206, 188), (182, 198), (148, 194), (134, 170)],
        "Cat-eye": [(130, 148, 1), (166, 134), (206, 126), (226, 118, 1), (220, 156), (204, 186), (176, 196), (148, 190),
                    (134, 170)]}
    right = shapes[cut]
    for side in (1, -1):
        arm = [(120 + 98 * side, 138), (120 + 106 * side, 128), (120 + 96 * side, 112)]
        scene.add(scene.strip(arm, 4 if wire else 7), np.array(frame) * 0.8, bulge=2, gloss=0.2)
    centre = np.mean([p[:2] for p in right], 0)
    for side in (lambda p: p, flipped):
        inner = 0.93 if wire else 0.84
        glass = [(centre[0] + (p[0] - centre[0]) * inner, centre[1] + (p[1] - centre[1]) * inner, *p[2:])
                 for p in right]
        scene.add(side(right), frame, bulge=4, gloss=0.35)
        scene.add(side(glass), lambda x, y: lens * (0.55 + 0.009 * (y - 130))[..., None] + 0.02, bulge=3,
                  shadow=0, gloss=0.12, edge=0.3)
        shine = side([(146, 144, 1), (158, 142, 1), (150, 180, 1), (142, 176, 1)])
        scene.add(scene.mask(shine) * scene.mask(side(glass)), (1, 1, 1), bulge=2, shadow=0, opacity=0.16)
    bridges = [[(104, 150), (120, 143), (136, 150)]] + ([[(100, 136), (120, 132), (140, 136)]] if cut == "Aviator" else [])
    for bridge in bridges:
        scene.add(scene.strip(bridge, 4 if wire else 8), frame, bulge=2, gloss=0.35)


def cap(scene, rng, look):
    tone, fill = rgb(look["colour"]), look["fill"]
    second = rgb(contrast(rng, look["colour"])) if look.get("two_tone") else tone * 0.92
    scene.ground_shadow(120, 236, 88, 6, 0.3)
    dome = [(46, 206, 1), (44, 150), (66, 104), (108, 82), (150, 90), (178, 126), (186, 190, 1), (120, 200)]
    body = scene.add(dome, fill, bulge=30, folds=scene.cloth(6, 5, 2.0))
    for seam in ([(110, 82), (92, 140), (90, 204)], [(110, 82), (146, 130), (158, 200)]):
        scene.stroke(seam, (0, 0, 0), 1.0, 0.35, body)
    for x, y in ((72, 132), (126, 116), (164, 136)):
        scene.add(ellipse(x, y, 2.4, 2.4), tone * 0.55, bulge=1, shadow=0)
    scene.add(ellipse(110, 82, 7, 4), second, bulge=3)
    brim = [(66, 202, 1), (120, 190), (186, 182, 1), (212, 194), (228, 214), (214, 228), (160, 226), (96, 232),
            (62, 220)]
    scene.add(brim, lambda x, y: np.broadcast_to(second, (*x.shape, 3)), bulge=9, shadow=0.4)
    for k in range(3):
        scene.stroke([(76, 220 - k * 5), (150, 214 - k * 6), (218 - k * 6, 212 - k * 6)], (0, 0, 0), 0.7, 0.25)
    if look.get("motif"):
        ink = contrast(rng, look["colour"])
        scene.paste(motif(look["motif"], ink, look["colour"], 122, 154, 46), body, 0.95)
