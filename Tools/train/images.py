"""Product photographs as one uint8 array, decoded once and kept in a memory-mapped cache."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from failure import bad_data

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True)
class Preprocessing:
    """What stands between a file and a model, as in `preprocessor_config.json`."""

    height: int
    width: int
    crop: bool = False  # shortest side to size and centre crop, else squashed
    mean: tuple[float, ...] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, ...] = (0.26862954, 0.26130258, 0.27577711)

    @classmethod
    def read(cls, folder: Path) -> Preprocessing:
        path = folder / "preprocessor_config.json"
        try:
            config = json.loads(path.read_text())
            return cls(*_sides(config, path), bool(config.get("do_center_crop", True)),
                       tuple(config["image_mean"]), tuple(config["image_std"]))
        except (ValueError, KeyError, TypeError) as error:
            raise bad_data(f"{path}: expected how CLIP prepares pictures, found: {error!r}"
                           ) from error

    def __call__(self, picture: Image.Image) -> Image.Image:
        """RGB, bicubic with antialiasing."""
        picture = picture.convert("RGB")
        if not self.crop:
            return picture.resize((self.width, self.height), Image.Resampling.BICUBIC)
        short = min(picture.size)
        width, height = (int(side * self.width / short) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - self.width) // 2, (height - self.height) // 2
        return picture.crop((left, top, left + self.width, top + self.height))


def _sides(config: dict, path: Path) -> tuple[int, int]:
    """The height and the width that a model sees."""
    size = config["size"]
    if not isinstance(size, int) and "shortest_edge" not in size:
        return size["height"], size["width"]
    short = size if isinstance(size, int) else size["shortest_edge"]
    side = config.get("crop_size", size)
    side = side["height"] if isinstance(side, dict) else side
    if short != side:
        raise bad_data(f"{path}: expected a crop as large as the short side {short}, found {side}")
    return side, side


def load_images(
    sources: list[Path], prepare: Preprocessing, cache: Path
) -> tuple[np.ndarray, list[str]]:
    """Every picture of the sources (directories or tar files), prepared but not normalised.

    Returns the array (N, H, W, 3) and the N product ids, which are the file names without suffix.
    Unreadable files are named and left out.
    """
    look = (prepare.height, prepare.width, prepare.crop)
    key = hashlib.sha256(repr(([_stamp(s) for s in sources], look)).encode()).hexdigest()[:16]
    pixels_path, ids_path = cache / f"{key}.npy", cache / f"{key}.ids"
    if not ids_path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _decode(sources, prepare, pixels_path, ids_path)
    return np.load(pixels_path, mmap_mode="r"), ids_path.read_text().splitlines()


def _stamp(path: Path) -> tuple[str, int, int]:
    state = path.stat()
    return str(path.resolve()), state.st_size, int(state.st_mtime)


def _decode(sources: list[Path], prepare: Preprocessing, pixels: Path, ids: Path) -> None:
    count = sum(1 for source in sources for _ in _files(source))
    part = pixels.with_suffix(".part")
    shape = (count, prepare.height, prepare.width, 3)
    array = np.lib.format.open_memmap(part, "w+", np.uint8, shape)
    names: list[str] = []
    for source in sources:
        for name, data in _files(source):
            try:
                array[len(names)] = prepare(Image.open(io.BytesIO(data)))
                names.append(Path(name).stem)
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
                print(f"{source}: {name}: left out: {error}", file=sys.stderr)
    if not names:
        part.unlink()
        raise bad_data(f"--images: {' '.join(map(str, sources))}: expected pictures "
                       f"({', '.join(sorted(SUFFIXES))}), found none that can be read")
    array.flush()
    part.rename(pixels)
    ids.write_text("\n".join(names))


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                yield path.name, path.read_bytes()
        return
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                if member.isfile() and Path(member.name).suffix.lower() in SUFFIXES:
                    file = tar.extractfile(member)
                    yield member.name, file.read() if file else b""
    except (tarfile.TarError, EOFError) as error:
        raise bad_data(f"--images: {source}: expected a directory or a tar file, found: {error}"
                       ) from error
