"""Several processes training one model (`torchrun --nproc-per-node N train.py …`).

Each has its own batches and candidates; gradients are averaged. On a CPU one thread in each of N
processes is a good deal faster than N threads in one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

T = TypeVar("T")

RANK = int(os.environ.get("RANK", "0"))
COUNT = int(os.environ.get("WORLD_SIZE", "1"))


def join(device: str) -> str:
    """Joins the other processes, if any, and gives the device of this one."""
    if COUNT > 1:
        dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
        if device == "cuda":
            return f"cuda:{os.environ['LOCAL_RANK']}"
    return device


def first_alone(work: Callable[[], T]) -> T:
    """Lets the first process do some work with side effects before the others do it."""
    if RANK > 0:
        dist.barrier()
    result = work()
    if RANK == 0 and COUNT > 1:
        dist.barrier()
    return result


def average_gradients(model: nn.Module) -> None:
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    if COUNT == 1 or not gradients:
        return
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    parts = (flat / COUNT).split([g.numel() for g in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def exchange(tensors: list[Tensor], owners: list[int]) -> None:
    """Everyone gets each tensor of its owner."""
    for rank in range(COUNT if COUNT > 1 else 0):
        own = [tensor for tensor, owner in zip(tensors, owners, strict=True) if owner == rank]
        if not own:
            continue
        flat = torch.cat([tensor.flatten() for tensor in own])
        dist.broadcast(flat, rank)
        parts = flat.split([tensor.numel() for tensor in own])
        for tensor, part in zip(own, parts, strict=True):
            tensor.copy_(part.view_as(tensor))


def from_first(value: float, device: torch.device) -> float:
    """The first process's value, for all."""
    if COUNT == 1:
        return value
    shared = torch.tensor(value, dtype=torch.float64, device=device)
    dist.broadcast(shared, 0)
    return float(shared)


def same_weights(tensors: list[Tensor]) -> None:
    """Everyone starts from the first process's weights."""
    if COUNT > 1:
        for tensor in tensors:
            dist.broadcast(tensor, 0)
