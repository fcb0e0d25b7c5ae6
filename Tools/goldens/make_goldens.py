#!/usr/bin/env python3
"""Makes Tests/CLIPTests/Fixtures: tiny random checkpoints and their embeddings by transformers.

Needs: pip install torch transformers numpy pillow
"""
import json
import os

import numpy
import torch
from PIL import Image

import checkpoints

FIXTURES = os.path.join(os.path.dirname(__file__), "../../Tests/CLIPTests/Fixtures")

VARIANTS = {
    # OpenAI's settings: float16 weights, quick_gelu, and the end-of-text rule of configurations that say 2.
    "tiny-quick-gelu": dict(
        seed=1, dtype=torch.float16, shard="1GB",
        configuration=dict(
            projection_dim=20,
            text_config=dict(
                vocab_size=60, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                num_attention_heads=4, max_position_embeddings=16, hidden_act="quick_gelu",
                eos_token_id=2, bos_token_id=0, pad_token_id=1),
            vision_config=dict(
                hidden_size=36, intermediate_size=64, num_hidden_layers=2, num_attention_heads=3,
                image_size=32, patch_size=8, hidden_act="quick_gelu"))),
    # Exact gelu, another epsilon, an end-of-text id, patches that leave pixels over, bfloat16
    # weights in shards.
    "tiny-gelu": dict(
        seed=2, dtype=torch.bfloat16, shard="60KB",
        configuration=dict(
            projection_dim=36,
            text_config=dict(
                vocab_size=60, hidden_size=40, intermediate_size=72, num_hidden_layers=3,
                num_attention_heads=2, max_position_embeddings=16, hidden_act="gelu",
                eos_token_id=59, bos_token_id=0, pad_token_id=1, layer_norm_eps=1e-4),
            vision_config=dict(
                hidden_size=24, intermediate_size=56, num_hidden_layers=1, num_attention_heads=2,
                image_size=30, patch_size=7, hidden_act="gelu", layer_norm_eps=1e-4))),
}

# 59 is the end of text: once at the end, once before padding, once twice.
TEXTS = [
    [58, 59], [58, 3, 17, 59], [58, 9, 9, 9, 4, 59, 59, 59, 59],
    [58, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 59],
    [58, 20, 59, 1, 1], [58, 31, 32, 33, 34, 35, 36, 59],
]

FILES = {"strings": ["red dress", "Red  Dresses", "", "a dress that is as red as can be, and redder"],
         "pictures": ["gradient.png", "upright.jpg"]}


def paint(directory: str) -> None:
    """A small picture without loss, and a larger one whose texture survives no careless resize."""
    y, x = numpy.mgrid[0:45, 0:70]
    Image.fromarray(numpy.stack([x * 3, y * 5, (x * y) % 256], 2).astype(numpy.uint8)).save(
        f"{directory}/gradient.png", optimize=True)
    y, x = numpy.mgrid[0:90, 0:50]
    Image.fromarray(numpy.stack([(x // 5 + y // 7) % 2 * 200, x * 5, y * 2], 2).astype(
        numpy.uint8)).save(f"{directory}/upright.jpg", quality=80)


for name, variant in VARIANTS.items():
    directory = os.path.join(FIXTURES, name)
    clip = checkpoints.model(variant["configuration"], variant["seed"])
    checkpoints.save(clip, directory, variant["dtype"], variant["shard"])
    images, texts = checkpoints.embed(clip, 5, TEXTS)
    checkpoints.write_golden(directory, images, TEXTS, texts)
    if name == "tiny-quick-gelu":
        checkpoints.write_tokenizer(directory)
        checkpoints.write_preprocessor(directory, 32)
        paint(directory)
        pictures, strings = checkpoints.embed_files(
            clip, directory, FILES["pictures"], FILES["strings"])
        files = FILES | {"pictureVectors": pictures.tolist(), "stringVectors": strings.tolist()}
        with open(os.path.join(directory, "files.json"), "w") as file:
            json.dump(files, file)
    print(name, "image cosines", (images @ images.T).min(), "text cosines", (texts @ texts.T).min())
