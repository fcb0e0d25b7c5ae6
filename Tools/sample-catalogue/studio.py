"""A small photographic studio: outlines become lit, shaded, textured surfaces on a white ground.

Coordinates are those of the finished picture (240 x 320, origin top left). Pictures are made at
twice that size and reduced at the end, which smooths every edge.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, SCALE = 240, 320, 2
LIGHT = np.array([-0.42, -0.62, 1.0]) / np.linalg.norm([-0.42, -0.62, 1.0])


def curve(points, closed=True):
    """A smooth line through points; a point with a third element is a corner."""
    at = np.array([p[:2] for p in points], float)
    corner = [len(p) > 2 for p in points]
    n, out = len(points), []
    for i in range(n if closed else n - 1):
        b, c = at[i], at[(i + 1) % n]
        a = b if corner[i] or (not closed and i == 0) else at[i - 1]
        last = corner[(i + 1) % n] or (not closed and i + 2 >= n)
        d = c if last else at[(i + 2) % n]
        t = np.linspace(0, 1, 12, endpoint=False)[:, None]
        out.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                          + (3 * b - a - 3 * c + d) * t**3))
    if not closed:
        out.append(at[-1:])
    return np.concatenate(out)


def mirrored(half):
    """A closed outline, symmetric about the middle of the picture, from its right half."""
    right = [(WIDTH / 2 + p[0], *p[1:]) for p in half]
    left = [(WIDTH / 2 - p[0], *p[1:]) for p in reversed(half) if p[0] != 0]
    return right + left


def flipped(points):
    return [(WIDTH - p[0], *p[1:]) for p in points]


def ellipse(x, y, rx, ry, turn=0.0):
    t = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    px, py = rx * np.cos(t), ry * np.sin(t)
    return [(x + a * np.cos(turn) - b * np.sin(turn), y + a * np.sin(turn) + b * np.cos(turn))
            for a, b in zip(px, py)]


def box(x0, y0, x1, y1):
    return [(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)]


def blur(array, radius):
    image = Image.fromarray(np.clip(array * 255, 0, 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius * SCALE)), float) / 255


def noise(rng, shape, cells_x, cells_y):
    """Smooth noise in -1...1 with about so many bumps across and down."""
    grid = rng.uniform(0, 255, (max(cells_y, 2), max(cells_x, 2))).astype(np.uint8)
    image = Image.fromarray(grid).resize((shape[1], shape[0]), Image.BICUBIC)
    return np.asarray(image, float) / 127.5 - 1


class Scene:
    def __init__(self, rng):
        self.rng = rng
        shape = (HEIGHT * SCALE, WIDTH * SCALE)
        self.y, self.x = np.mgrid[0:shape[0], 0:shape[1]] / SCALE
        tone = rng.choice([1.0, 1.0, 1.0, 1.0, 0.975, 0.955])
        fall = 1 - 0.03 * ((self.x - 120) ** 2 + (self.y - 150) ** 2) / 40000 * (tone < 1)
        self.pixels = np.repeat((tone * fall)[..., None], 3, axis=2)

    def mask(self, outline, smooth=True):
        points = curve(outline) if smooth else np.array([p[:2] for p in outline], float)
        size = (WIDTH * SCALE * 2, HEIGHT * SCALE * 2)
        image = Image.new("L", size)
        ImageDraw.Draw(image).polygon([tuple(p) for p in points * SCALE * 2], fill=255)
        return np.asarray(image.reduce(2), float) / 255

    def strip(self, points, width, closed=False):
        """The mask of a ribbon of even width along a curve."""
        path = curve(points, closed) * SCALE * 2
        image = Image.new("L", (WIDTH * SCALE * 2, HEIGHT * SCALE * 2))
        draw, w = ImageDraw.Draw(image), width * SCALE * 2
        path = np.concatenate([path, path[:1]]) if closed else path
        draw.line([tuple(p) for p in path], fill=255, width=max(1, round(w)), joint="curve")
        return np.asarray(image.reduce(2), float) / 255

    def ground_shadow(self, x, y, rx, ry=7, strength=0.35):
        shade = blur(self.mask(ellipse(x, y, rx, ry)), ry * 0.7)
        self.pixels *= (1 - strength * shade)[..., None]

    def add(self, shape, fill, bulge=9, relief=1.0, folds=None, gloss=0.0, shadow=0.3, edge=0.18,
            opacity=1.0):
        """Lays a surface on the picture.

        shape: an outline or a mask. fill: a colour or a function of (x, y) giving colours.
        bulge: how far from its edge the surface curves away. folds: a height field of cloth.
        """
        mask = shape if isinstance(shape, np.ndarray) else self.mask(shape)
        rows, columns = np.where(mask.any(1))[0], np.where(mask.any(0))[0]
        if not len(rows):
            return mask
        pad = int(10 * SCALE)
        box = (slice(max(rows[0] - pad, 0), rows[-1] + pad),
               slice(max(columns[0] - pad, 0), columns[-1] + pad))
        m, x, y = mask[box], self.x[box], self.y[box]

        depth = np.clip((blur(m, bulge) - 0.38) / 0.62, 0, 1)
        height = np.sqrt(depth * (2 - depth)) * relief * bulge * 0.72
        if folds is not None:
            height = height + folds[box]
        gy, gx = np.gradient(height, 1 / SCALE)
        length = np.sqrt(gx**2 + gy**2 + 1)
        diffuse = (-gx * LIGHT[0] - gy * LIGHT[1] + LIGHT[2]) / length / LIGHT[2]
        shade = np.clip(0.42 + 0.58 * diffuse, 0.25, 1.22) * (1 - edge * (1 - depth))

        move = folds[box] * 0.8 if folds is not None else 0
        colour = fill(x + move, y + move) if callable(fill) else np.array(fill, float)
        colour = np.broadcast_to(colour, (*m.shape, 3))
        lit = colour * shade[..., None] + 0.10 * (shade[..., None] - 0.9) * (1 - colour)
        if gloss:
            half = LIGHT + np.array([0, 0, 1])
            half = half / np.linalg.norm(half)
            facing = (-gx * half[0] - gy * half[1] + half[2]) / length
            lit = lit + gloss * (np.clip(facing, 0, 1) ** 40)[..., None]
        lit = lit + self.rng.normal(0, 0.004, m.shape)[..., None]

        if shadow:
            cast = np.roll(blur(m, 3), (int(3 * SCALE), int(1.5 * SCALE)), (0, 1))
            self.pixels[box] *= (1 - shadow * cast * (1 - m))[..., None]
        a = (m * opacity)[..., None]
        self.pixels[box] = self.pixels[box] * (1 - a) + np.clip(lit, 0, 1) * a
        return mask

    def stroke(self, points, colour, width=1.0, opacity=0.8, inside=None, dashed=False):
        """A seam, a stitch or a cord: flat, without light of its own."""
        mask = self.strip(points, width)
        if dashed:
            mask = mask * (((self.x + self.y) % 5) < 3)
        if inside is not None:
            mask = mask * inside
        a = (mask * opacity)[..., None]
        self.pixels = self.pixels * (1 - a) + np.array(colour, float) * a

    def paste(self, picture, inside, opacity=1.0):
        """Prints an RGBA picture of the whole scene's size on what is already there, keeping light."""
        art = np.asarray(picture.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.LANCZOS), float) / 255
        light = self.pixels.mean(2, keepdims=True)
        under = np.clip(light / max(np.median(light[inside > 0.5]), 0.05), 0.7, 1.2)
        a = art[..., 3:] * inside[..., None] * opacity
        self.pixels = self.pixels * (1 - a) + np.clip(art[..., :3] * under, 0, 1) * a

    def cloth(self, across=7, down=4, height=2.2, flare=0.0, creases=0):
        """A height field of folds: smooth noise, vertical folds that open downwards, creases."""
        shape = self.x.shape
        field = noise(self.rng, shape, across, down) * height
        field = field + noise(self.rng, shape, across * 2, down * 3) * height * 0.35
        if flare:
            waves = noise(self.rng, shape, 26, 2)
            field = field + waves * flare * np.clip((self.y - 110) / 150, 0.1, 1)
        for _ in range(creases):
            x0, y0 = self.rng.uniform(70, 170), self.rng.uniform(90, 260)
            dx, dy = self.rng.uniform(-35, 35), self.rng.uniform(12, 35)
            line = self.strip([(x0, y0), (x0 + dx / 2, y0 + dy * 0.6), (x0 + dx, y0 + dy)], 3)
            field = field + blur(line, 2.5) * self.rng.uniform(2, 4)
        return field

    def photograph(self):
        pixels = np.clip(self.pixels, 0, 1) * 255
        image = Image.fromarray(pixels.astype(np.uint8)).resize((WIDTH, HEIGHT), Image.LANCZOS)
        return image.filter(ImageFilter.UnsharpMask(0.8, 60, 2))
