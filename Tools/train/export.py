"""Writes an ordinary Hugging Face CLIP directory."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPModel

from images import Preprocessing

#: What `transformers` adds to every configuration and CLIP has no use for.
NOISE = ("_name_or_path", "output_hidden_states", "output_attentions", "return_dict",
         "chunk_size_feed_forward", "is_encoder_decoder", "id2label", "label2id", "problem_type")

CARD = """# {name}

A CLIP model ({parameters:.1f} M parameters), {origin}, on a catalogue of {products} products and
{pictures} pictures. {held_out} products, those whose lower-case title has a SHA-256 (first eight
bytes, big-endian) divisible by ten, were never trained on; the scores below are of those, so they
tell of this catalogue, not of others.

| score | value |
|---|---|
{scores}

Recipe:

```json
{recipe}
```
"""


def write_model(
    model: CLIPModel, folder: Path, prepare: Preprocessing, curve: list[dict[str, float]]
) -> None:
    """config.json, model.safetensors (F16), preprocessor_config.json and the curve."""
    half = {
        name: value.detach().to("cpu", torch.float16).contiguous()
        for name, value in model.state_dict().items() if not name.endswith("position_ids")
    }
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    config = model.config.to_dict() | {"architectures": ["CLIPModel"]}
    for part in (config, config["text_config"], config["vision_config"]):
        for key in NOISE:
            part.pop(key, None)
        part["dtype"] = "float16"
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    size = {"height": prepare.height, "width": prepare.width}
    preprocessor = {
        "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True, "do_resize": True,
        "size": {"shortest_edge": prepare.height} if prepare.crop else size,
        "resample": 3, "do_center_crop": prepare.crop, "crop_size": size,
        "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True,
        "image_mean": list(prepare.mean), "image_std": list(prepare.std),
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")
    (folder / "curve.json").write_text(json.dumps(curve, indent=1) + "\n")


def write_card(
    folder: Path, origin: str, model: CLIPModel, counts: dict[str, int], recipe: dict,
    curve: list[dict[str, float]],
) -> None:
    """A README.md with data, recipe and measured scores."""
    last = curve[-1] if curve else {}
    rows = [f"| {key} | {value:.4g} |" for key, value in last.items()]
    parameters = sum(p.numel() for p in model.parameters()) / 1e6
    (folder / "README.md").write_text(CARD.format(
        name=folder.resolve().name, origin=origin, parameters=parameters, **counts,
        scores="\n".join(rows), recipe=json.dumps(recipe, indent=1)))
