"""Footwear, seen from the side, toe to the right."""

import numpy as np

from patterns import contrast, rgb
from studio import ellipse, flipped

LEATHER = (0.64, 0.44, 0.26)


def sneaker(scene, rng, look):
    tone, fill, high = rgb(look["colour"]), look["fill"], look["cut"] == "High-top"
    sport = look["cut"] == "Running"
    second = rgb(contrast(rng, look["colour"]))
    sole = np.array([0.94, 0.94, 0.92]) if rng.random() < 0.8 else np.array([0.15, 0.15, 0.16])
    top = 92 if high else 134
    scene.ground_shadow(122, 222, 100, 6, 0.5)
    lining = [(44, top + 4, 1), (70, top - 4), (100, top - 14 if not high else top, 1),
              (112, top + 24), (70, top + 34)]
    scene.add(lining, tone * 0.45, bulge=6, shadow=0)
    tongue = [(92, top + 12, 1), (97, top - 22), (112, top - 26), (122, top - 6, 1), (150, 168, 1), (112, 168)]
    scene.add(tongue, lambda x, y: fill(x, y) * 0.92, bulge=5)
    rise = [(30, 202, 1), (24, 176), (31, 150), (34, top + 16), (40, top - 2, 1), (54, top + 2)]
    dip = [(70, top + 14), (92, top + 8, 1)]
    vamp = [(112, top + 18 if high else 138, 1), (136, 152), (158, 163), (188, 168), (212, 180), (222, 204, 1)]
    body = scene.add(rise + dip + vamp, fill, bulge=15, folds=scene.cloth(8, 5, 1.6), gloss=0.04)
    if sport:
        for k in range(3):
            x = 92 + k * 17
            scene.add(scene.strip([(x - 4, 200), (x + 9, 180), (x + 22, 156)], 5) * body, second, bulge=2)
        scene.add(scene.mask([(24, 206, 1), (26, 172), (42, 168), (56, 206, 1)]) * body, second, bulge=8)
    else:
        cap = [(178, 206, 1), (180, 184), (188, 168), (204, 171), (214, 181), (224, 206, 1)]
        rubber = sole if look["cut"] != "Slip-on" else tone
        scene.add(scene.mask(cap) * body, rubber * 0.98, bulge=10, gloss=0.06)
        scene.stroke([(40, top), (46, 168), (48, 202)], (0, 0, 0), 0.9, 0.35, body)
        if look["cut"] == "Low" and rng.random() < 0.5:
            scene.add(scene.strip([(66, 200), (92, 184), (140, 170)], 7) * body, second, bulge=2)
    base = [(20, 200, 1), (70, 203), (130, 204), (190, 203), (224, 198, 1), (229, 210), (222, 222, 1),
            (150, 224), (90, 224), (26, 224, 1), (18, 213)]
    if sport:
        base = [(16, 194, 1), (60, 202), (110, 206), (180, 204), (226, 194, 1), (230, 208), (214, 223),
                (150, 222), (120, 218), (94, 224), (30, 226, 1), (15, 212)]
    scene.add(base, sole, bulge=5, gloss=0.05)
    scene.stroke([(20, 210), (120, 213), (228, 208)], second if not sport else tone, 2.0, 0.8)
    scene.stroke([(22, 221), (120, 222), (224, 220)], (0.25, 0.22, 0.2), 3, 0.7)
    if look["cut"] == "Slip-on":
        return
    lace = (0.96, 0.96, 0.95) if tone.mean() < 0.75 else (0.25, 0.25, 0.28)
    count = 7 if high else 5
    start = (100, top + 6) if high else (103, 132)
    for k in range(count):
        t = k / (count - 1)
        x, y = start[0] + t * (158 - start[0]), start[1] + t * (162 - start[1])
        scene.add(scene.strip([(x - 9, y + 9), (x, y + 1), (x + 7, y - 5)], 3.6), lace, bulge=1.5,
                  shadow=0.45)
        scene.add(ellipse(x - 10, y + 11, 2, 2), (0.75, 0.75, 0.76), bulge=1, gloss=0.4)


def heel(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    scene.ground_shadow(130, 240, 96, 6, 0.4)
    lift = 104 if cut == "Block" else 118
    seat = 236 - lift
    spike = [(26, seat + 8, 1), (62, seat + 16, 1), (46, 190), (44, 238, 1), (36, 238, 1), (33, 190)]
    if cut == "Block":
        spike = [(24, seat + 4, 1), (74, seat + 16, 1), (66, 200), (66, 238, 1), (30, 238, 1), (28, 190)]
    if cut == "Wedge":
        spike = [(24, seat + 6, 1), (90, seat + 44), (150, 222), (206, 230), (214, 238, 1), (30, 238, 1), (26, 190)]
    cork = cut == "Wedge"

    def heel_fill(x, y):
        grain = 0.05 * np.sin(y * 2.2 + np.sin(x * 0.7))
        base = np.array([0.72, 0.54, 0.34]) if cork else tone * 0.85
        return base * (1 + grain * cork)[..., None]
    scene.add(spike, heel_fill, bulge=7, gloss=0 if cork else 0.12)
    inner = [(28, seat - 18), (60, seat - 6), (104, seat + 44), (140, 198), (150, 214, 1), (90, seat + 62),
             (30, seat + 8)]
    scene.add(inner, np.array([0.82, 0.70, 0.55]), bulge=6, shadow=0)
    if look.get("open"):
        scene.add([(24, seat + 2, 1), (58, seat + 10), (100, seat + 56), (140, 222), (200, 231), (222, 228, 1),
                   (226, 235), (200, 240), (136, 236), (92, seat + 70), (56, seat + 22), (24, seat + 12, 1)],
                  np.array([0.70, 0.56, 0.40]), bulge=4)
        for a in ([(142, 232), (152, 190), (184, 186), (206, 230)], [(160, 234), (176, 204), (192, 206), (214, 232)]):
            scene.add(scene.strip(a, 13), fill, bulge=5, gloss=0.15)
    else:
        upper = [(24, seat + 10, 1), (20, seat - 26), (27, seat - 44, 1), (36, seat - 40), (62, seat + 2),
                 (100, seat + 44), (132, seat + 66), (158, seat + 66, 1), (190, 200), (216, 222),
                 (228, 235, 1), (190, 240), (138, 236), (96, seat + 76), (58, seat + 22)]
        scene.add(upper, fill, bulge=12, gloss=0.22)
    scene.stroke([(26, seat + 12), (58, seat + 22), (96, seat + 76), (138, 237), (224, 239)],
                 (0.75, 0.2, 0.15) if rng.random() < 0.4 else (0.15, 0.12, 0.1), 3, 0.9)
    if look.get("open") or rng.random() < 0.3:
        for points in ([(26, seat - 4), (26, seat - 40)], [(24, seat - 40), (52, seat - 30), (82, seat - 44)],
                       [(24, seat - 40), (48, seat - 56), (82, seat - 44)]):
            scene.add(scene.strip(points, 7), fill, bulge=3, gloss=0.15)
        scene.add(ellipse(66, seat - 36, 5, 6), (0.8, 0.72, 0.45), bulge=2, gloss=0.5)


def boot(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    top = {"Knee": 26, "Ankle": 92, "Lace-up": 78}[cut]
    scene.ground_shadow(122, 290, 96, 6, 0.45)
    lift = 262 if cut == "Knee" else 268
    scene.add([(46, top + 2, 1), (84, top - 5), (124, top + 2, 1), (120, top + 14), (50, top + 14)],
              tone * 0.4, bulge=4, shadow=0)
    if cut == "Lace-up":
        scene.add([(100, top + 10, 1), (118, top - 16), (134, top - 8, 1), (150, 220, 1), (120, 214)],
                  lambda x, y: fill(x, y) * 0.85, bulge=5)
    shaft = [(44, top, 1), (84, top + 6), (126, top, 1), (124, 140), (128, 192), (150, 220), (190, 234),
             (218, 248), (226, lift + 8, 1), (120, lift + 10), (30, lift + 8, 1), (30, 240), (42, 196),
             (44, 130)]
    body = scene.add(shaft, fill, bulge=20, folds=scene.cloth(6, 7, 2.6, creases=2), gloss=0.14)
    dark = np.array([0.16, 0.12, 0.10])
    scene.add([(28, lift + 4, 1), (120, lift + 8), (226, lift + 4, 1), (230, lift + 16), (130, lift + 18),
               (92, lift + 14), (80, 291, 1), (30, 291, 1)], dark, bulge=4, gloss=0.1)
    scene.stroke([(30, lift + 5), (120, lift + 9), (226, lift + 5)], LEATHER, 1.4, 0.7, dashed=True)
    scene.stroke([(38, 204), (72, 214), (96, 244), (100, lift + 8)], (0, 0, 0), 1, 0.35, body)
    if cut == "Ankle":
        elastic = scene.mask([(70, top + 8, 1), (104, top + 8, 1), (94, 190), (84, 196), (76, 190)])
        scene.add(elastic * body, lambda x, y: tone * (0.55 + 0.1 * np.sin(x * 3))[..., None], bulge=3)
    if cut == "Knee":
        scene.stroke([(108, top + 8), (104, 150), (106, 214)], (0, 0, 0), 1, 0.3, body)
        scene.add(scene.strip([(38, 214), (80, 226), (130, 206)], 7) * body, tone * 0.8, bulge=3)
        scene.add(ellipse(86, 224, 6, 7), (0.8, 0.72, 0.45), bulge=2, gloss=0.5)
    if cut == "Lace-up":
        for k in range(8):
            x, y = 114 + k * 3.2 + max(k - 5, 0) * 4, top + 8 + k * 17
            scene.add(scene.strip([(x - 10, y + 6), (x + 2, y), (x + 13, y + 2)], 3.4), (0.85, 0.75, 0.5),
                      bulge=1.5, shadow=0.4)


def sandal(scene, rng, look):
    tone, fill, cut = rgb(look["colour"]), look["fill"], look["cut"]
    if cut == "Flip-flop":
        second = rgb(contrast(rng, look["colour"]))
        for side in (lambda p: p, flipped):
            sole = [(132, 110), (146, 66), (176, 52), (206, 72), (212, 120), (200, 180), (198, 232),
                    (182, 266), (158, 268), (142, 244), (142, 190), (134, 150)]
            scene.add(side([(x + 2, y + 5) for x, y in sole]), second * 0.6, bulge=4, shadow=0.4)
            scene.add(side(sole), lambda x, y: second * (1 + 0.05 * np.sin(x * 2) * np.sin(y * 2))[..., None],
                      bulge=7, shadow=0)
            for strap in ([(164, 92), (146, 116), (138, 164)], [(164, 92), (194, 112), (204, 166)]):
                scene.add(scene.strip(side(strap), 12), fill, bulge=5, gloss=0.15, shadow=0.5)
            scene.add(side(ellipse(164, 91, 5, 5)), tone * 0.8, bulge=3, gloss=0.3)
        return
    scene.ground_shadow(122, 226, 102, 6, 0.45)
    scene.add([(18, 202, 1), (70, 206), (130, 208), (190, 206), (224, 198, 1), (228, 210), (216, 224, 1),
               (120, 226), (24, 225, 1)], (0.20, 0.15, 0.12), bulge=4)
    scene.add([(18, 196, 1), (66, 190), (120, 198), (190, 198), (224, 192), (226, 202), (190, 208),
               (120, 210), (20, 206, 1)], LEATHER, bulge=4)
    bands = [([(128, 206), (140, 162), (172, 160), (190, 204)], 17),
             ([(156, 206), (176, 174), (200, 178), (212, 202)], 15)]
    if cut == "Gladiator":
        bands += [([(92, 204), (104, 152), (136, 142), (150, 204)], 12),
                  ([(58, 200), (78, 128), (104, 120), (118, 202)], 11)]
    bands += [([(30, 200), (30, 150), (34, 126)], 13), ([(28, 134), (64, 146), (100, 126)], 11),
              ([(28, 134), (60, 114), (100, 126)], 11)]
    for points, width in bands:
        scene.add(scene.strip(points, width), fill, bulge=5, gloss=0.10, shadow=0.45)
    scene.add(ellipse(78, 138, 7, 7), (0.82, 0.76, 0.55), bulge=2, gloss=0.6)
    scene.add(ellipse(78, 138, 4, 4), tone * 0.8, bulge=2, shadow=0)
