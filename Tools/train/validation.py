"""Validation on products whose names were never trained on: zero-shot and retrieval."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import CLIPModel, PreTrainedTokenizerBase

from dataset import Dataset
from images import Preprocessing
from towers import encode_images, encode_texts
from vocabulary import tokenize

#: The prompts averaged for a label in zero-shot classification.
PROMPTS = ("{}", "a photo of a {}", "a photo of {}, a fashion product")


class Judge:
    """Embeds with a model and scores what comes out."""

    def __init__(
        self, model: CLIPModel, tokenizer: PreTrainedTokenizerBase, prepare: Preprocessing,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.model, self.tokenizer, self.dtype = model.eval(), tokenizer, dtype
        self.prepare = prepare
        self.device = next(model.parameters()).device
        self.mean = torch.tensor(prepare.mean, device=self.device)[:, None, None]
        self.std = torch.tensor(prepare.std, device=self.device)[:, None, None]

    @torch.inference_mode()
    def images(self, pixels: np.ndarray, rows: np.ndarray, batch: int = 128) -> Tensor:
        parts = []
        for start in range(0, len(rows), batch):
            x = torch.from_numpy(pixels[rows[start : start + batch]]).to(self.device)
            x = (x.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.std
            parts.append(encode_images(self.model, x, self.dtype).float())
        return torch.cat(parts)

    @torch.inference_mode()
    def texts(self, texts: list[str], batch: int = 256) -> Tensor:
        limit = self.model.config.text_config.max_position_embeddings
        parts = []
        for start in range(0, len(texts), batch):
            ids = tokenize(self.tokenizer, texts[start : start + batch], limit).to(self.device)
            parts.append(encode_texts(self.model, ids, self.dtype).float())
        return torch.cat(parts)

    def head(self, labels: list[str], prompts: tuple[str, ...] = PROMPTS) -> Tensor:
        """(C, D): the mean of each label's prompts."""
        total = sum(self.texts([prompt.format(label) for label in labels]) for prompt in prompts)
        return F.normalize(total, dim=-1)


def weighted_f1(truth: Tensor, guess: Tensor, classes: int) -> float:
    """F1 per class, averaged by the number of true examples."""
    pairs = torch.bincount(truth * classes + guess, minlength=classes * classes)
    table = pairs.view(classes, classes).float()
    hits, true, said = table.diagonal(), table.sum(1), table.sum(0)
    f1 = 2 * hits / (true + said).clamp(min=1)
    return float((f1 * true).sum() / true.sum())


def recall_at(images: Tensor, texts: Tensor, titles: list[str], k: int = 10) -> float:
    """Share of titles among whose k nearest images one has an equal title."""
    names = {title: i for i, title in enumerate(dict.fromkeys(titles))}
    labels = torch.tensor([names[t] for t in titles], device=images.device)
    hits = 0
    for start in range(0, len(texts), 512):
        best = (texts[start : start + 512] @ images.T).topk(min(k, len(images))).indices
        hits += int((labels[best] == labels[start : start + 512, None]).any(1).sum())
    return hits / len(texts)


def validate(
    judge: Judge, data: Dataset, roles: list[str], candidates: int = 4000
) -> dict[str, float]:
    """Scores on the held-out products: weighted F1 per role, recall@10 by title."""
    rows = data.validation
    images = judge.images(data.pixels, rows)
    owners = data.owners[rows]
    order = list(data.vocabulary.roles)
    scores = {}
    for role in roles:
        truth = data.facts[owners, order.index(role)].to(images.device)
        known = truth >= 0
        if not known.any():
            continue
        labels = data.vocabulary.roles[role]
        guess = (images[known] @ judge.head(labels).T).argmax(1)
        scores[f"{role}_f1"] = weighted_f1(truth[known], guess, len(labels))
    pick = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:candidates]
    titles = [data.products[owners[i]].title for i in pick.tolist()]
    scores["recall@10"] = recall_at(images[pick.to(images.device)], judge.texts(titles), titles)
    return scores
