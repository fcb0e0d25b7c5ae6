"""Optimisers, the learning-rate schedule, and the moving average of the weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from muon import Muon


def make_optimisers(
    model: nn.Module, rate: float, decay: float, muon_rate: float
) -> list[torch.optim.Optimizer]:
    """AdamW for everything; with `muon_rate`, Muon for the matrices inside the towers' layers:
    about half the steps of AdamW for a model trained from scratch.
    """
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    inner = [p for name, p in trained if muon_rate and p.ndim == 2 and ".layers." in name]
    chosen = {id(p) for p in inner}
    matrices = [p for _, p in trained if p.ndim >= 2 and id(p) not in chosen]
    vectors = [p for _, p in trained if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=True)
    ]
    if inner:
        optimisers.append(Muon(inner, muon_rate, decay))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["peak"] = group["lr"]
    return optimisers


def set_rate(optimisers: list[torch.optim.Optimizer], progress: float, warmup: float) -> float:
    """Linear warm-up over the share `warmup` of training, then a cosine to 1 % of the peak."""
    if progress < warmup:
        factor = progress / warmup
    else:
        factor = 0.01 + 0.99 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup))) / 2
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor
    return factor


class Average:
    """Exponential moving average of a model's parameters, quick to warm up."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = [p.detach().clone() for p in model.parameters()]

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.values, [p.detach() for p in model.parameters()], 1 - decay)

    @torch.no_grad()
    def copy_to(self, model: nn.Module) -> None:
        for parameter, value in zip(model.parameters(), self.values, strict=True):
            parameter.copy_(value)

    def load(self, values: list[Tensor]) -> None:
        for mine, value in zip(self.values, values, strict=True):
            mine.copy_(value)
