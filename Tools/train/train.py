#!/usr/bin/env python3
"""Trains a small CLIP from scratch on a catalogue and its pictures."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from transformers import CLIPConfig, CLIPModel, PreTrainedTokenizerBase

import distributed
from captions import Captioner, Vocabulary
from catalogue import Product, is_validation
from dataset import Dataset
from export import write_card, write_model
from images import Preprocessing, load_images
from initialisation import initialise_vision
from options import build_recipe, catalogue_of, parser
from training import Trainer
from vocabulary import load_tokenizer, make_vocabulary


def main() -> None:
    args = _arguments()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    args.output.mkdir(parents=True, exist_ok=True)
    args.device = distributed.join(args.device)

    products = catalogue_of(args)
    words = Vocabulary.of(products, args.synonyms)
    tokenizer = distributed.first_alone(lambda: _tokenizer(args, products, words))
    prepare = Preprocessing(args.image_size, args.image_size)
    pixels, ids = distributed.first_alone(
        lambda: load_images(args.images, prepare, args.cache))
    data = Dataset(products, pixels, ids, words)
    print(f"{len(data.training)} pictures to train on, {len(data.validation)} products to validate "
          f"on, {len(tokenizer)} tokens", file=sys.stderr)

    model = _model(args, len(tokenizer), data, prepare).to(args.device)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters", file=sys.stderr)
    recipe = build_recipe(args)
    trainer = Trainer(model, tokenizer, data, recipe, prepare, args.output)
    if args.resume:
        trainer.resume(args.resume)
    trainer.run()
    if distributed.RANK > 0:
        return
    trained = trainer.averaged()
    write_model(trained, args.output, prepare, trainer.curve)
    write_card(args.output, "trained from scratch", trained, data.counts, asdict(recipe),
               trainer.curve)


def _arguments() -> argparse.Namespace:
    options = parser(__doc__ or "", rate=2e-3, muon_rate=4e-3, steps=6000, balance=0.25)
    group = options.add_argument_group("model")
    group.add_argument("--image-size", type=int, default=80)
    group.add_argument("--patch", type=int, default=10)
    group.add_argument("--width", type=int, default=256)
    group.add_argument("--layers", type=int, default=6)
    group.add_argument("--heads-vision", type=int, default=4)
    group.add_argument("--text-width", type=int, default=192)
    group.add_argument("--text-layers", type=int, default=3)
    group.add_argument("--heads-text", type=int, default=3)
    group.add_argument("--context", type=int, default=40)
    group.add_argument("--vocabulary", type=int, default=6000)
    group.add_argument("--dimensions", type=int, default=192)
    group.add_argument("--from-model", type=Path, help="a model of the same shape to start from")
    return options.parse_args()


def _tokenizer(args: argparse.Namespace, products: list[Product],
               words: Vocabulary) -> PreTrainedTokenizerBase:
    if args.from_model:
        for name in ("vocab.json", "merges.txt"):
            shutil.copy(args.from_model / name, args.output / name)
    elif not (args.output / "merges.txt").exists():
        make_vocabulary(_sample(products, words), args.vocabulary, args.output)
    return load_tokenizer(args.output)


def _sample(products: list[Product], words: Vocabulary) -> list[str]:
    """Captions to make the vocabulary of: several a product, and all class prompts."""
    rng = random.Random(0)
    captioner = Captioner(words)
    kept = [p for p in products if not is_validation(p.title)]
    texts = [captioner.draw(p, rng, True)[0] for p in kept for _ in range(4)]
    texts += [s for p in kept for s in p.sentences[:3]]
    for role in words.roles:
        for _ in range(20):
            texts += words.prompts(role, words.roles[role], rng) if role != "title" else []
    return texts


def _model(args: argparse.Namespace, tokens: int, data: Dataset,
           prepare: Preprocessing) -> CLIPModel:
    model = CLIPModel(_config(args, tokens))
    if args.from_model:
        model.load_state_dict(CLIPModel.from_pretrained(args.from_model).float().state_dict())
    else:
        some = data.training[:: len(data.training) // 2000 + 1]
        initialise_vision(model, data.pixels[some], prepare)
    return model


def _config(args: argparse.Namespace, tokens: int) -> CLIPConfig:
    ends = {"bos_token_id": tokens - 2, "eos_token_id": tokens - 1, "pad_token_id": tokens - 1}
    text = {
        "vocab_size": tokens, "hidden_size": args.text_width,
        "intermediate_size": 4 * args.text_width, "num_hidden_layers": args.text_layers,
        "num_attention_heads": args.heads_text, "max_position_embeddings": args.context,
        "hidden_act": "quick_gelu", "projection_dim": args.dimensions, **ends,
    }
    vision = {
        "hidden_size": args.width, "intermediate_size": 4 * args.width,
        "num_hidden_layers": args.layers, "num_attention_heads": args.heads_vision,
        "image_size": args.image_size, "patch_size": args.patch, "hidden_act": "quick_gelu",
        "projection_dim": args.dimensions,
    }
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=args.dimensions)


if __name__ == "__main__":
    main()
