"""Augmentation of whole batches of pictures on tensors, so that users' photographs may differ.

Every decision is one random number a picture; the work is a handful of operations a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass
class Plan:
    """What happens to each picture of a batch, as masks of shape (B)."""

    trimmed: Tensor    # cut to the object and padded to a square, as catalogues' thumbnails are
    grey: Tensor
    inverted: Tensor
    background: Tensor
    coarse: Tensor     # shown at a lower resolution or out of focus

    @classmethod
    def draw(cls, count: int, strength: float) -> Plan:
        def some(share: float) -> Tensor:
            return torch.rand(count) < share * strength

        trimmed = some(0.3)
        return cls(
            trimmed=trimmed,
            grey=some(0.04) | (trimmed & (torch.rand(count) < 0.7)),
            inverted=trimmed & (torch.rand(count) < 0.6),
            background=some(0.15),
            coarse=some(0.1) | (trimmed & (torch.rand(count) < 0.7)),
        )

    @property
    def colourless(self) -> Tensor:
        return self.grey | self.inverted


def augment(pictures: Tensor, plan: Plan, aspect: float, strength: float) -> Tensor:
    """Pictures (B, H, W, 3) uint8 → (B, 3, H, W) in 0…1.

    `aspect` is their width/height before they were squashed.
    """
    x = pictures.permute(0, 3, 1, 2).float().div_(255)
    empty = _background(x)
    if plan.background.any():
        x[plan.background] = _repaint(x[plan.background], empty[plan.background])
    x = _warp(x, _geometry(empty, plan.trimmed, aspect, strength))
    if plan.coarse.any():
        x[plan.coarse] = _coarsen(x[plan.coarse])
    x = _light(x, strength)
    if plan.grey.any():
        x[plan.grey] = _tone(luminance(x[plan.grey])).expand(-1, 3, -1, -1)
    if plan.inverted.any():
        x[plan.inverted] = 1 - x[plan.inverted]
    return x


def luminance(x: Tensor) -> Tensor:
    return (x * x.new_tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdim=True)


def _background(x: Tensor) -> Tensor:
    """(B, H, W): near-white pixels that a straight line from an edge reaches over near-white."""
    white = (x.amin(1) > 0.93).float()
    reached = torch.zeros_like(white)
    for dim in (1, 2):
        reached += white.cumprod(dim) + white.flip(dim).cumprod(dim).flip(dim)
    return reached > 0


def _repaint(x: Tensor, empty: Tensor) -> Tensor:
    """A gradient between two colours in place of the white background."""
    count, _, height, width = x.shape
    ends = torch.rand(2, count, 3, 1, 1)
    turn = torch.rand(count, 1, 1)
    rows, columns = torch.linspace(0, 1, height)[:, None], torch.linspace(0, 1, width)[None]
    blend = (turn * rows + (1 - turn) * columns)[:, None]
    paint = ends[0] + (ends[1] - ends[0]) * blend + 0.03 * torch.randn(count, 1, height, width)
    return torch.where(empty[:, None], paint.clamp(0, 1), x)


def _geometry(empty: Tensor, trimmed: Tensor, aspect: float, strength: float) -> Tensor:
    """Affine maps (B, 2, 3) from output to input in -1…1: zoom, stretch, shift, flip, tilt."""
    count = len(empty)
    stretch = torch.exp((torch.rand(count) - 0.5) * 0.5 * strength)
    zoom = torch.exp((torch.rand(count) - 0.6) * 0.5 * strength)
    half = torch.stack([zoom * stretch, zoom / stretch], 1)
    room = (1 - half).abs() + 0.05
    centre = (torch.rand(count, 2) * 2 - 1) * room * strength
    box_centre, box_half = _boxes(empty)
    physical = box_half * torch.tensor([aspect, 1.0])
    side = physical.amax(1, keepdim=True) * (0.8 + 0.35 * torch.rand(count, 1))
    square = side / torch.tensor([aspect, 1.0])
    square = torch.where(torch.rand(count, 1) < 0.8, square, box_half * 1.05)
    half = torch.where(trimmed[:, None], square * stretch.clamp(0.9, 1.1)[:, None], half)
    centre = torch.where(trimmed[:, None], box_centre, centre)
    flip = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    tilt = torch.randn(count) * 0.08 * strength * (torch.rand(count) < 0.4)
    maps = torch.zeros(count, 2, 3)
    maps[:, 0, 0], maps[:, 0, 1] = half[:, 0] * flip * tilt.cos(), -half[:, 0] * tilt.sin()
    maps[:, 1, 0], maps[:, 1, 1] = half[:, 1] * flip * tilt.sin(), half[:, 1] * tilt.cos()
    maps[:, :, 2] = centre
    return maps


def _boxes(empty: Tensor) -> tuple[Tensor, Tensor]:
    """Centres and half sizes (B, 2) of what is not background, in -1…1, x before y."""
    full = ~empty
    sides = []
    for dim in (1, 2):  # reduce rows → columns' occupancy (x), then the other way (y)
        filled = full.any(dim).float()
        length = filled.shape[1]
        low = filled.argmax(1)
        high = length - filled.flip(1).argmax(1)
        blank = filled.sum(1) == 0
        low, high = low.masked_fill(blank, 0), high.masked_fill(blank, length)
        sides.append(torch.stack([low, high], 1).float() / length * 2 - 1)
    edges = torch.stack(sides, 1)
    return edges.mean(2), ((edges[:, :, 1] - edges[:, :, 0]) / 2).clamp(min=0.1)


def _warp(x: Tensor, maps: Tensor) -> Tensor:
    grid = F.affine_grid(maps, list(x.shape), align_corners=False)
    return 1 - F.grid_sample(1 - x, grid, padding_mode="zeros", align_corners=False)


def _coarsen(x: Tensor) -> Tensor:
    side = int(torch.randint(24, 44, ()))
    small = F.interpolate(x, size=(side, side), mode="area")
    small = _sharpen(small, 2 * torch.rand(len(x), 1, 1, 1))
    return F.interpolate(small, size=x.shape[2:], mode="bicubic", align_corners=False).clamp(0, 1)


def _sharpen(x: Tensor, amount: Tensor) -> Tensor:
    """Adds what a blur takes away, as thumbnails are often made crisp."""
    return (x + amount * (x - F.avg_pool2d(x, 3, 1, 1, count_include_pad=False))).clamp(0, 1)


def _tone(x: Tensor) -> Tensor:
    """Greys darker or lighter, white and black staying as they are."""
    return x ** torch.exp((torch.rand(len(x), 1, 1, 1) - 0.5) * 1.2)


def _light(x: Tensor, strength: float) -> Tensor:
    """Small changes of contrast, brightness and saturation: colours keep their names."""
    count = len(x)
    contrast, gain, saturation = 1 + (torch.rand(3, count, 1, 1, 1) - 0.5) * 0.3 * strength
    grey = luminance(x)
    x = grey + (x - grey) * saturation
    return ((x - 0.5) * contrast + 0.5).mul_(gain).clamp_(0, 1)
