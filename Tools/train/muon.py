"""Muon: momentum made orthogonal, for the matrices inside the towers' layers.

Jordan et al. 2024 (kellerjordan.github.io/posts/muon), with steps as large as AdamW's (Liu et al.
2025, arXiv 2502.16982). Beside PyTorch's own: the processes share the work, each making its own part
of the matrices orthogonal, and on a CPU in float32, since bfloat16 is the slower there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

import distributed

MOMENTUM = 0.95
#: The polynomial x → ax + bx³ + cx⁵ that, applied to singular values, drives them towards one.
POLYNOMIAL = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


class Muon(torch.optim.Optimizer):
    def __init__(self, matrices: Iterable[Tensor], lr: float, weight_decay: float) -> None:
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            matrices = [p for p in group["params"] if p.grad is not None]
            updates = [self._momentum(p) for p in matrices]
            owners = share(updates, distributed.COUNT)
            for i, owner in enumerate(owners):
                if owner == distributed.RANK:
                    updates[i] = orthogonal(updates[i])
            distributed.exchange(updates, owners)
            for matrix, update in zip(matrices, updates, strict=True):
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(update, alpha=-0.2 * group["lr"] * math.sqrt(max(matrix.shape)))

    def _momentum(self, matrix: Tensor) -> Tensor:
        """Nesterov's: the gradient a step ahead."""
        state = self.state[matrix]
        if not state:
            state["momentum"] = torch.zeros_like(matrix)
        state["momentum"].lerp_(matrix.grad, 1 - MOMENTUM)
        return matrix.grad.lerp(state["momentum"], MOMENTUM)


def share(matrices: list[Tensor], count: int) -> list[int]:
    """Which of `count` processes does each matrix, so that all have about as much to do."""
    work = [0] * count
    owners = []
    for matrix in matrices:
        owners.append(work.index(min(work)))
        work[owners[-1]] += matrix.numel() * min(matrix.shape)
    return owners


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix with all singular values about one (0.7 to 1.2), by Newton and Schulz."""
    a, b, c = POLYNOMIAL
    x = matrix.float() if matrix.device.type == "cpu" else matrix.bfloat16()
    if tall := x.shape[0] > x.shape[1]:
        x = x.T
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(ROUNDS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.T if tall else x).to(matrix.dtype)
