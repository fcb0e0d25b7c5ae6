#!/usr/bin/env python3
"""Makes the picture fixtures of Tests/ImagingTests and what Pillow and transformers make of them.

Usage: make_images.py [DIRECTORY]      (needs pillow, numpy, transformers)

Every picture NAME gets NAME.rgb: the upright RGB bytes that decoding must give. They
come from Pillow, except where the project differs from it on purpose: transparency is composed on
white, and 16-bit samples keep their upper byte. preprocessed/*.f32 hold the output of
transformers' CLIPImageProcessorPil for photo.png.
"""
import io
import os
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

WIDTH, HEIGHT = 37, 23
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
    os.path.dirname(__file__), "../../Tests/ImagingTests/Fixtures")


def picture(width=WIDTH, height=HEIGHT):
    """Smooth colours with a few hard edges, without symmetry."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 255 / width, y * 255 / height, 128 + 90 * np.sin(x / 5 + y / 3)], -1)
    rgb[height // 4:height // 2, width // 5:width // 3] = (250, 20, 40)
    rgb[2 * height // 3:, 3 * width // 4:] = (10, 200, 90)
    return rgb.astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(samples, depth, colour_type, interlaced=False):
    """A PNG of samples [height, width, channels], which Pillow does not write in all variants."""
    height, width, _ = samples.shape
    steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
             (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    data = b""
    for left, top, dx, dy in steps:
        part = samples[top::dy, left::dx]
        if part.size:
            for row in part:
                data += b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes()
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data))
            + chunk(b"IEND", b""))


def on_white(rgba):
    rgb, alpha = rgba[..., :3].astype(int), rgba[..., 3:].astype(int)
    return ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation, order):
    pack = struct.Struct(order + "HHIHH").pack
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return (b"Exif\0\0" + mark + struct.pack(order + "IH", 8, 1)
            + pack(0x0112, 3, 1, orientation, 0) + b"\0\0\0\0")


def write(name, data):
    with open(os.path.join(OUT, name), "wb") as file:
        file.write(data)


def fixture(name, data, expected=None):
    write(name, data)
    if expected is None:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        expected = np.asarray(image.convert("RGB"))
    write(name + ".rgb", expected.tobytes())


def jpegs():
    rgb = Image.fromarray(picture())
    fixture("baseline.jpg", encoded(rgb, "JPEG", quality=90))
    fixture("full-chroma.jpg", encoded(rgb, "JPEG", quality=90, subsampling=0))
    fixture("progressive.jpg", encoded(rgb, "JPEG", quality=90, progressive=True))
    fixture("grey.jpg", encoded(rgb.convert("L"), "JPEG", quality=90))
    cmyk = encoded(rgb.convert("CMYK"), "JPEG", quality=90)
    fixture("cmyk.jpg", cmyk)
    # The last byte of the Adobe segment says YCCK instead: other colours, but defined ones.
    adobe = cmyk.index(b"Adobe")
    fixture("ycck.jpg", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:])
    for orientation in range(1, 9):
        order = "<" if orientation % 2 else ">"
        fixture(f"exif-{orientation}.jpg",
                encoded(rgb, "JPEG", quality=90, exif=exif(orientation, order)))


def pngs():
    rgb = picture()
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    alpha = ((x * 7 + y * 11) % 256).astype(np.uint8)
    rgba = np.dstack([rgb, alpha])
    wide = rgb.astype(np.uint16) * 257 ^ (x[..., None] * 5).astype(np.uint16)
    image = Image.fromarray(rgb)
    palette = image.quantize(16)
    fixture("rgb.png", encoded(image, "PNG"))
    fixture("rgba.png", encoded(Image.fromarray(rgba), "PNG"), on_white(rgba))
    fixture("grey.png", encoded(image.convert("L"), "PNG"))
    fixture("bilevel.png", encoded(image.convert("1"), "PNG"))
    grey_alpha = np.dstack([rgb[..., 1], alpha])
    fixture("grey-alpha.png", encoded(Image.fromarray(grey_alpha, "LA"), "PNG"),
            on_white(np.dstack([rgb[..., 1]] * 3 + [alpha])))
    fixture("palette.png", encoded(palette, "PNG"))
    see_through = palette.convert("RGBA")
    pixels = np.asarray(see_through).copy()
    pixels[np.asarray(palette) == 3, 3] = 0
    fixture("palette-transparent.png", encoded(palette, "PNG", transparency=3), on_white(pixels))
    fixture("rgb-16.png", png(wide, 16, 2), (wide >> 8).astype(np.uint8))
    fixture("grey-16.png", png(wide[..., :1], 16, 0),
            np.repeat((wide[..., :1] >> 8).astype(np.uint8), 3, -1))
    fixture("interlaced.png", png(rgb, 8, 2, interlaced=True), rgb)
    fixture("interlaced-rgba.png", png(rgba, 8, 6, interlaced=True), on_white(rgba))
    fixture("exif-6.png", encoded(image, "PNG", exif=exif(6, "<")[6:]))
    fixture("one-pixel.png", encoded(Image.fromarray(rgb[:1, :1]), "PNG"))
    bomb = png(np.zeros((1, 1, 3), np.uint8), 8, 2)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
    write("bomb.png-header", bomb[:8] + header + bomb[33:])


def webps():
    rgb = picture()
    image = Image.fromarray(rgb)
    alpha = np.tile(np.arange(WIDTH, dtype=np.uint8) * 6, (HEIGHT, 1))
    rgba = np.dstack([rgb, alpha])
    fixture("lossy.webp", encoded(image, "WEBP", quality=80))
    fixture("lossless.webp", encoded(image, "WEBP", lossless=True))
    transparent = encoded(Image.fromarray(rgba), "WEBP", lossless=True, exact=True)
    fixture("alpha.webp", transparent, on_white(rgba))
    fixture("exif-8.webp", encoded(image, "WEBP", lossless=True, exif=exif(8, ">")))
    write("animated.webp-refused", encoded(
        image, "WEBP", save_all=True, append_images=[image.rotate(180)], duration=100))
    write("picture.gif-refused", encoded(image, "GIF"))
    write("picture.bmp-refused", encoded(image.crop((0, 0, 4, 4)), "BMP"))
    write("picture.tiff-refused", encoded(image.crop((0, 0, 4, 4)), "TIFF"))


CONFIGURATIONS = {  # mirrored in PreprocessorTests.swift
    "clip": dict(size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}),
    "squash": dict(size={"height": 20, "width": 28}, do_center_crop=False),
    "padded": dict(size={"shortest_edge": 9}, crop_size={"height": 12, "width": 21}),
    "bilinear": dict(size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}, resample=2),
    "lanczos": dict(size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}, resample=1),
    "enlarged": dict(size={"height": 70, "width": 16}, do_center_crop=False),
    "height-first": dict(size={"height": 12, "width": 50}, do_center_crop=False),
    "unresized": dict(do_resize=False, crop_size={"height": 17, "width": 18}),
    "unscaled": dict(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12},
                     do_rescale=False, do_normalize=False),
}


def preprocessed():
    from transformers import CLIPImageProcessorPil
    image = Image.fromarray(picture(61, 43))
    fixture("photo.png", encoded(image, "PNG", optimize=True))
    os.makedirs(os.path.join(OUT, "preprocessed"), exist_ok=True)
    for name, settings in CONFIGURATIONS.items():
        pixels = CLIPImageProcessorPil(**settings)(image)["pixel_values"][0]
        write(f"preprocessed/{name}.f32", np.asarray(pixels, "<f4").tobytes())


os.makedirs(OUT, exist_ok=True)
jpegs()
pngs()
webps()
preprocessed()
