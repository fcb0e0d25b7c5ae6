#!/usr/bin/env python3
"""Makes a model whose texts cost as much as FashionCLIP's: Tools/bench/load/make_model.py DIRECTORY

It is the one that ships, but for a text encoder of ViT-B/32's size with random weights. What it finds by a
text means nothing. Needs Python 3 and numpy.
"""
import json
import pathlib
import shutil
import struct
import sys

import numpy as np

SHIPPED = pathlib.Path(__file__).resolve().parents[3] / "Sources/BundledModel/model"
WIDTH, MLP_WIDTH, LAYERS, HEADS, POSITIONS = 512, 2048, 12, 8, 77


def shipped_tensors():
    raw = (SHIPPED / "model.safetensors").read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        yield name, np.frombuffer(raw[8 + size + start:8 + size + end], np.float16).reshape(entry["shape"])


def text_tensors(vocabulary, dimensions):
    draw = np.random.default_rng(1)

    def random(*shape, scale=.02):
        return (draw.standard_normal(shape) * scale).astype(np.float16)

    yield "text_model.embeddings.token_embedding.weight", random(vocabulary, WIDTH)
    yield "text_model.embeddings.position_embedding.weight", random(POSITIONS, WIDTH, scale=.01)
    ones, zeros = np.ones(WIDTH, np.float16), np.zeros(WIDTH, np.float16)
    for layer in range(LAYERS):
        prefix = f"text_model.encoder.layers.{layer}."
        for norm in ("layer_norm1", "layer_norm2"):
            yield f"{prefix}{norm}.weight", ones
            yield f"{prefix}{norm}.bias", zeros
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield f"{prefix}self_attn.{part}.weight", random(WIDTH, WIDTH, scale=.04)
            yield f"{prefix}self_attn.{part}.bias", random(WIDTH)
        yield f"{prefix}mlp.fc1.weight", random(MLP_WIDTH, WIDTH, scale=.04)
        yield f"{prefix}mlp.fc1.bias", random(MLP_WIDTH)
        yield f"{prefix}mlp.fc2.weight", random(WIDTH, MLP_WIDTH)
        yield f"{prefix}mlp.fc2.bias", random(WIDTH)
    yield "text_model.final_layer_norm.weight", ones
    yield "text_model.final_layer_norm.bias", zeros
    yield "text_projection.weight", random(dimensions, WIDTH, scale=.04)


def write(path, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        part = tensor.tobytes()
        header[name] = {"dtype": "F16", "shape": tensor.shape, "data_offsets": [offset, offset + len(part)]}
        parts.append(part)
        offset += len(part)
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + b"".join(parts))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    configuration = json.loads((SHIPPED / "config.json").read_text())
    text = configuration["text_config"]
    tensors = {name: tensor for name, tensor in shipped_tensors() if not name.startswith("text_")}
    tensors.update(text_tensors(text["vocab_size"], configuration["projection_dim"]))
    write(directory / "model.safetensors", tensors)
    text.update(hidden_size=WIDTH, intermediate_size=MLP_WIDTH, num_hidden_layers=LAYERS,
                num_attention_heads=HEADS, max_position_embeddings=POSITIONS)
    (directory / "config.json").write_text(json.dumps(configuration))
    for name in ("merges.txt", "vocab.json", "preprocessor_config.json"):
        shutil.copy(SHIPPED / name, directory)


main()
