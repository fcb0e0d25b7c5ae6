#!/usr/bin/env python3
"""Fine-tunes any Hugging Face CLIP directory on a catalogue and its pictures."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict

import torch
from transformers import CLIPModel

import distributed
from captions import Vocabulary
from dataset import Dataset
from export import write_card, write_model
from failure import run
from images import Preprocessing, load_images
from options import build_recipe, catalogue_of, existing, parser, start_apart
from recipe import number
from towers import load_model
from training import Trainer
from vocabulary import load_tokenizer

TOKENIZER_FILES = ("vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json",
                   "special_tokens_map.json")


def main() -> None:
    options = parser(__doc__ or "", rate=1e-5, batch=64, keep="0:1", heads="", strength=0.5,
                     ema=0.99, aspect=1.0, steps=2000)
    group = options.add_argument_group("model")
    group.add_argument("--model", type=existing, required=True,
                       help="the CLIP directory to start from")
    group.add_argument("--freeze", nargs="*", default=[], choices=["vision", "text"],
                       help="towers that stay as they are")
    group.add_argument("--freeze-layers", type=number(int), default=0,
                       help="lowest layers of both towers that stay as they are, with embeddings")
    args = options.parse_args()
    start_apart("--model", args.model, args.output)
    recipe = build_recipe(args)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    args.device = distributed.join(args.device)

    model = load_model(args.model).to(args.device)
    freeze(model, args.freeze, args.freeze_layers)
    tokenizer = load_tokenizer(args.model)
    prepare = Preprocessing.read(args.model)
    products = catalogue_of(args)
    words = Vocabulary.of(products, args.synonyms)
    pixels, ids = distributed.first_alone(
        lambda: load_images(args.images, prepare, args.cache))
    data = Dataset(products, pixels, ids, words)
    data.check_training()
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"{len(data.training)} pictures to train on, {len(data.validation)} products to validate "
          f"on, {trained / 1e6:.1f} M parameters to train", file=sys.stderr)

    args.output.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES if distributed.RANK == 0 else ():
        if (args.model / name).exists():
            shutil.copy(args.model / name, args.output / name)
    trainer = Trainer(model, tokenizer, data, recipe, prepare, args.output)
    if args.resume:
        trainer.resume(args.resume)
    elif distributed.RANK == 0:
        trainer.check()
    trainer.run()
    if distributed.RANK > 0:
        return
    tuned = trainer.averaged()
    write_model(tuned, args.output, prepare, trainer.curve)
    write_card(args.output, f"fine-tuned from {args.model.resolve().name}", tuned, data.counts,
               asdict(trainer.recipe), trainer.curve)


def freeze(model: CLIPModel, towers: list[str], layers: int) -> None:
    """Stops gradients into whole towers, or into embeddings and the lowest layers of both."""
    parts = {"vision": model.vision_model, "text": model.text_model}
    for name, tower in parts.items():
        frozen = [tower] if name in towers else []
        if layers:
            frozen += [tower.embeddings, *tower.encoder.layers[:layers]]
            frozen += [tower.pre_layrnorm] if name == "vision" else []
        for module in frozen:
            module.requires_grad_(False)


if __name__ == "__main__":
    run(main)
