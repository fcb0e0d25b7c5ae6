#!/usr/bin/env python3
"""Trains a small CLIP from scratch on a catalogue and its pictures."""

from __future__ import annotations

import argparse
import math
import random
import shutil
import sys
from dataclasses import asdict

import torch
from transformers import CLIPConfig, CLIPModel, PreTrainedTokenizerBase

import distributed
from captions import Captioner, Vocabulary
from catalogue import Product, is_validation
from dataset import Dataset
from export import write_card, write_model
from failure import run, usage
from images import Preprocessing, load_images
from initialisation import initialise_vision
from options import build_recipe, catalogue_of, existing, parser, start_apart
from recipe import number
from towers import load_model
from training import Trainer
from vocabulary import LEAST_VOCABULARY, load_tokenizer, make_vocabulary


def main() -> None:
    args = _arguments()
    recipe = build_recipe(args)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    args.device = distributed.join(args.device)

    products = catalogue_of(args)
    words = Vocabulary.of(products, args.synonyms)
    prepare = Preprocessing(args.image_size, args.image_size)
    pixels, ids = distributed.first_alone(
        lambda: load_images(args.images, prepare, args.cache))
    data = Dataset(products, pixels, ids, words)
    data.check_training()
    args.output.mkdir(parents=True, exist_ok=True)
    tokenizer = distributed.first_alone(lambda: _tokenizer(args, products, words))
    print(f"{len(data.training)} pictures to train on, {len(data.validation)} products to validate "
          f"on, {len(tokenizer)} tokens", file=sys.stderr)

    model = _model(args, len(tokenizer), data, prepare).to(args.device)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters", file=sys.stderr)
    trainer = Trainer(model, tokenizer, data, recipe, prepare, args.output)
    if args.resume:
        trainer.resume(args.resume)
    trainer.run()
    if distributed.RANK > 0:
        return
    trained = trainer.averaged()
    write_model(trained, args.output, prepare, trainer.curve)
    write_card(args.output, "trained from scratch", trained, data.counts,
               asdict(trainer.recipe), trainer.curve)


def _arguments() -> argparse.Namespace:
    options = parser(__doc__ or "", rate=2e-3, muon_rate=4e-3, steps=6000, balance=0.25)
    group = options.add_argument_group("model")
    for name, least, default in (
        ("image-size", 1, 80), ("patch", 1, 10), ("width", 4, 256), ("layers", 1, 6),
        ("heads-vision", 1, 4), ("text-width", 1, 192), ("text-layers", 1, 3), ("heads-text", 1, 3),
        ("context", 3, 40), ("vocabulary", LEAST_VOCABULARY, 6000), ("dimensions", 1, 192),
    ):
        group.add_argument(f"--{name}", type=number(int, least), default=default)
    group.add_argument("--from-model", type=existing,
                       help="a model of the same shape to start from")
    args = options.parse_args()
    if args.patch > args.image_size:
        raise usage(f"--patch: expected at most --image-size {args.image_size}, found {args.patch}")
    # Positions are sines and cosines of two coordinates.
    for option, width, heads, parts in (("--width", args.width, args.heads_vision, 4),
                                        ("--text-width", args.text_width, args.heads_text, 1)):
        if width % (unit := math.lcm(heads, parts)):
            raise usage(f"{option}: expected a multiple of {unit}, found {width}")
    if args.from_model:
        start_apart("--from-model", args.from_model, args.output)
    return args


def _tokenizer(args: argparse.Namespace, products: list[Product],
               words: Vocabulary) -> PreTrainedTokenizerBase:
    """The vocabulary of the weights that the run goes on from, else one made of its captions."""
    source = args.resume.parent if args.resume else args.from_model
    if distributed.RANK == 0 and source is None:
        make_vocabulary(_sample(products, words), args.vocabulary, args.output)
    elif distributed.RANK == 0 and source.resolve() != args.output.resolve():
        for name in ("vocab.json", "merges.txt"):
            shutil.copy(source / name, args.output / name)
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
        try:
            model.load_state_dict(load_model(args.from_model).state_dict())
        except RuntimeError as error:
            found = str(error).splitlines()[-1].strip()
            raise usage(f"--from-model: {args.from_model}: expected a model of the shape that the "
                        f"options ask for, found: {found}") from error
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
    run(main)
