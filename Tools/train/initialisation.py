"""A start from which a small vision tower learns in few epochs what it else needs many for."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from transformers import CLIPModel

from images import Preprocessing
from towers import patches


@torch.no_grad()
def initialise_vision(model: CLIPModel, pictures: np.ndarray, prepare: Preprocessing) -> None:
    """Whitening patches, sinusoidal positions, mimetic attention; `pictures` (N, H, W, 3) uint8."""
    vision, width = model.vision_model, model.config.vision_config.hidden_size
    embeddings = vision.embeddings
    projection = embeddings.patch_embedding.weight
    white = _whitening(pictures, prepare, projection.shape[-1])[:width]
    projection.flatten(1)[: len(white)] = white
    rows, columns = prepare.height // projection.shape[-1], prepare.width // projection.shape[-1]
    embeddings.position_embedding.weight[1:] = _sinusoids(rows, columns, width)
    heads = model.config.vision_config.num_attention_heads
    for layer in vision.encoder.layers:
        _mimetic(layer.self_attn, width, heads)


def _whitening(pictures: np.ndarray, prepare: Preprocessing, side: int) -> Tensor:
    """(C·side², C·side²): directions of patches by falling power, each scaled to about one."""
    mean, std = (torch.tensor(v)[:, None, None] for v in (prepare.mean, prepare.std))
    x = (torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255 - mean) / std
    flat = patches(x, side).flatten(0, 1)
    values, vectors = torch.linalg.eigh(flat.T @ flat / len(flat))
    return (vectors / (values + 0.01).sqrt()).T.flip(0)


def _sinusoids(rows: int, columns: int, width: int) -> Tensor:
    """(rows·columns, width) two-dimensional sine and cosine positions."""
    waves = torch.exp(-math.log(100) * torch.arange(width // 4) / (width // 4))
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = [place.flatten()[:, None] * waves for place in (y, x)]
    return torch.cat([wave for angle in angles for wave in (angle.sin(), angle.cos())], 1)


def _mimetic(attention: torch.nn.Module, width: int, heads: int) -> None:
    """Query·key near the identity, value·output near its negative, as trained towers have them
    (Trockman and Kolter 2023, arXiv 2305.09828)."""
    depth = width // heads
    noise, one = torch.randn(width, width) / math.sqrt(width), torch.eye(width)
    left, size, right = torch.linalg.svd(0.4 * noise - 0.4 * one)
    attention.v_proj.weight.copy_((left * size.sqrt()).T)
    attention.out_proj.weight.copy_((size.sqrt()[:, None] * right).T)
    for head in range(heads):
        noise = torch.randn(width, width) / math.sqrt(width)
        left, size, right = torch.linalg.svd(0.7 * noise + 0.7 * one)
        part = slice(head * depth, (head + 1) * depth)
        attention.q_proj.weight[part] = (left * size.sqrt())[:, :depth].T
        attention.k_proj.weight[part] = (size.sqrt()[:, None] * right)[:depth]
