#!/usr/bin/env python3
"""Scores a CLIP directory on a catalogue's held-out products and on Fashion-MNIST."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from captions import Vocabulary
from catalogue import parse_columns, read_catalogue
from dataset import Dataset
from failure import run, usage
from images import Preprocessing, load_images
from options import Parser, add_machine, existing
from towers import load_model
from validation import Judge, validate, weighted_f1
from vocabulary import load_tokenizer

FASHION_MNIST = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                 "Sneaker", "Bag", "Ankle boot")


def main() -> None:
    options = Parser(description=__doc__)
    options.add_argument("model", type=existing)
    options.add_argument("--catalogue", type=existing)
    options.add_argument("--columns", type=parse_columns)
    options.add_argument("--images", type=existing, nargs="+")
    options.add_argument("--cache", type=Path, default=Path(".cache"))
    options.add_argument("--fashion-mnist", type=existing, help="directory of the IDX files")
    add_machine(options)
    options.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    args = options.parse_args()
    if args.catalogue and not (args.columns and args.images):
        raise usage("--catalogue: expected --columns and --images beside it")
    if not (args.catalogue or args.fashion_mnist):
        raise usage("expected --catalogue, --fashion-mnist or both to score on, found neither")
    torch.set_num_threads(args.threads)
    model = load_model(args.model).to(args.device)
    prepare = Preprocessing.read(args.model)
    dtype = torch.bfloat16 if args.precision == "bf16" else torch.float32
    judge = Judge(model, load_tokenizer(args.model), prepare, dtype)
    scores: dict[str, float] = {}
    if args.catalogue:
        products = read_catalogue(args.catalogue, args.columns)
        pixels, ids = load_images(args.images, prepare, args.cache)
        data = Dataset(products, pixels, ids, Vocabulary.of(products, None))
        roles = [role for role in data.vocabulary.roles if role not in ("title", "kind")]
        scores |= validate(judge, data, roles)
    if args.fashion_mnist:
        scores |= fashion_mnist(judge, args.fashion_mnist, prepare)
    print(json.dumps({key: round(value, 4) for key, value in scores.items()}, indent=1))


def fashion_mnist(judge: Judge, folder: Path, prepare: Preprocessing) -> dict[str, float]:
    """Zero-shot weighted F1 and accuracy on the 10,000 test pictures."""
    pictures = _idx(folder / "t10k-images-idx3-ubyte.gz")
    truth = torch.from_numpy(_idx(folder / "t10k-labels-idx1-ubyte.gz").astype(np.int64))
    pixels = np.stack([np.asarray(prepare(Image.fromarray(p))) for p in pictures])
    images = judge.images(pixels, np.arange(len(pixels)))
    guess = (images @ judge.head(list(FASHION_MNIST)).T).argmax(1).cpu()
    return {"fashion_mnist_f1": weighted_f1(truth, guess, len(FASHION_MNIST)),
            "fashion_mnist_accuracy": float((truth == guess).float().mean())}


def _idx(path: Path) -> np.ndarray:
    data = gzip.open(path).read()
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


if __name__ == "__main__":
    run(main)
