"""Contrastive losses that know which captions fit which products, and the class-prompt loss."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from captions import NO_CLAIM


@dataclass
class Pairs:
    """Images and captions of equal number, as unit vectors, with what is true and what is said."""

    images: Tensor  # (B, D)
    texts: Tensor   # (B, D)
    facts: Tensor   # (B, R) label numbers of the products
    kinds: Tensor   # (B, K) bool, the generic nouns of the products
    claims: Tensor  # (B, R) label numbers that the captions claim; the last column is a noun

    def extended(self, other: Pairs | None) -> Pairs:
        if other is None:
            return self
        mine, more = vars(self).values(), vars(other).values()
        return Pairs(*(torch.cat([a, b]) for a, b in zip(mine, more, strict=True)))

    def first(self, count: int) -> Pairs:
        return Pairs(*(value[:count].detach() for value in vars(self).values()))


def fits(claims: Tensor, facts: Tensor, kinds: Tensor) -> Tensor:
    """(T, I) whether products I have all that captions T claim."""
    claimed, noun = claims[:, :-1], claims[:, -1]
    agree = (claimed[:, None] == facts[None, :, :-1]) | (claimed[:, None] == NO_CLAIM)
    named = kinds[:, noun.clamp(min=0)].T | (noun == NO_CLAIM)[:, None]
    return agree.all(2) & named


def contrastive(batch: Pairs, scale: Tensor, memory: Pairs | None = None) -> Tensor:
    """Symmetric InfoNCE (CLIP); a row with several positives shares its target among them.

    `memory` adds earlier pairs as more candidates (Wang et al. 2020, arXiv 1912.06798).
    """
    pool = batch.extended(memory)
    found = scale * batch.texts @ pool.images.T
    named = scale * batch.images @ pool.texts.T
    return (_spread(found, fits(batch.claims, pool.facts, pool.kinds))
            + _spread(named, fits(pool.claims, batch.facts, batch.kinds).T)) / 2


def sigmoid(batch: Pairs, scale: Tensor, bias: Tensor) -> Tensor:
    """Pairwise sigmoid loss (SigLIP, Zhai et al. 2023, arXiv 2303.15343), per image."""
    scores = scale * batch.texts @ batch.images.T + bias
    fit = fits(batch.claims, batch.facts, batch.kinds)
    return -F.logsigmoid(torch.where(fit, scores, -scores)).sum() / len(batch.images)


def class_prompts(
    images: Tensor, prompts: Tensor, scale: Tensor, target: Tensor, prior: Tensor | None = None
) -> Tensor:
    """Cross-entropy of images against all prompts of a role (UniCL, arXiv 2204.03610).

    `target` (B, C) marks the right prompts; several share the weight, none leaves the image out.
    With the logarithms of the classes' shares (C) as `prior`, similarities learn how well a prompt
    fits and not how common it is (balanced softmax, Ren et al. 2020, arXiv 2007.10740).
    """
    known = target.any(1)
    if not known.any():
        return images.new_zeros(())
    scores = (scale * images[known] @ prompts.T).float()
    return _spread(scores if prior is None else scores + prior, target[known])


def _spread(scores: Tensor, fit: Tensor) -> Tensor:
    weights = fit.float()
    found = weights.sum(1)
    loss = -(weights * scores.float().log_softmax(1)).sum(1) / found.clamp(min=1)
    return loss[found > 0].mean() if (found > 0).any() else scores.new_zeros(())
