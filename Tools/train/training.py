"""The training loop shared by training from scratch and fine-tuning."""

from __future__ import annotations

import copy
import math
import pickle
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import CLIPModel, PreTrainedTokenizerBase

import distributed
from dataset import Batch, Dataset
from failure import Failure, bad_data
from images import Preprocessing
from losses import Pairs, class_prompts, contrastive, sigmoid
from optimisers import Average, make_optimisers, set_rate
from plotting import plot
from recipe import Recipe
from towers import encode_images, encode_texts
from validation import Judge, validate
from vocabulary import tokenize

#: How much of the nouns' unequal shares stays out of what the similarities learn: half, since other
#: shops' shares lie somewhere between this catalogue's and equal ones.
PRIOR = 0.5


class Trainer:
    def __init__(
        self, model: CLIPModel, tokenizer: PreTrainedTokenizerBase, data: Dataset, recipe: Recipe,
        prepare: Preprocessing, folder: Path,
    ) -> None:
        pictures = len(data.training)
        if recipe.batch > pictures:
            _note(f"--batch {recipe.batch}: there are {pictures} pictures to train on, so a batch "
                  f"has {pictures}")
            recipe = replace(recipe, batch=pictures)
        self.model, self.tokenizer, self.data = model, tokenizer, data
        self.recipe, self.folder = recipe, folder
        self.device = next(model.parameters()).device
        self.dtype = torch.bfloat16 if recipe.precision == "bf16" else torch.float32
        self.prepare = prepare
        self.mean = torch.tensor(prepare.mean, device=self.device)[:, None, None]
        self.std = torch.tensor(prepare.std, device=self.device)[:, None, None]
        self.bias = torch.nn.Parameter(torch.tensor(-10.0, device=self.device))
        self.rng = random.Random()
        self.optimisers = make_optimisers(model, recipe.rate, recipe.decay, recipe.muon_rate)
        if recipe.loss == "sigmoid":
            self.optimisers[0].add_param_group(
                {"params": [self.bias], "weight_decay": 0.0, "peak": recipe.rate})
        self.average = Average(model, recipe.ema)
        self.memory: Pairs | None = None
        self.step, self.elapsed, self.curve = 0, 0.0, []
        self.kind_prior = PRIOR * data.kind_prior(recipe.balance).to(self.device)
        self.heads = {r: w for r, w in recipe.weights.items() if data.vocabulary.roles.get(r)}
        if absent := recipe.weights.keys() - self.heads.keys():
            _note(f"--heads: no product has {', '.join(sorted(absent))}: left out")

    @property
    def progress(self) -> float:
        if self.recipe.minutes:
            return min(1.0, self.elapsed / (60 * self.recipe.minutes))
        return min(1.0, self.step / self.recipe.steps)

    def run(self) -> None:
        """Trains to the end of the schedule; `folder/last.pt` resumes it at any time."""
        recipe, first = self.recipe, distributed.RANK == 0
        seed = (recipe.seed * 1_000_003 + self.step) * 97 + distributed.RANK
        torch.manual_seed(seed)
        self.rng.seed(seed)
        batches = self.data.batches(
            recipe.batch, recipe.aspect, recipe.strength, recipe.balance, seed)
        distributed.same_weights([p.data for p in self.model.parameters()])
        next_check = self.progress + recipe.validate_every
        started, saved = time.monotonic() - self.elapsed, self.elapsed
        losses: list[float] = []
        while self.progress < 1:
            losses.append(self._update(batches))
            self.elapsed = distributed.from_first(time.monotonic() - started, self.device)
            if first and self.step % 25 == 0:
                self._report(losses[-25:])
            if first and self.elapsed > saved + 60 * recipe.save_every:
                saved = self.elapsed
                self.save()
            if self.progress >= min(next_check, 1):
                next_check = self.progress + recipe.validate_every
                if first:
                    self.check(losses)
                losses = []

    def _update(self, batches: Iterator[Batch]) -> float:
        """One step of the optimisers; the mean loss of its micro-batches."""
        recipe, total = self.recipe, 0.0
        set_rate(self.optimisers, max(self.progress, 1e-4), recipe.warmup)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        for _ in range(recipe.accumulate):
            loss = self.loss(next(batches)) / recipe.accumulate
            total += loss.item()
            if not math.isfinite(total):
                raise Failure(f"step {self.step + 1}: expected a finite loss, found {total}: a "
                              f"smaller --rate may help; no model is written")
            loss.backward()
        distributed.average_gradients(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, math.log(100))
        self.step += 1
        self.average.update(self.model, self.step)
        return total

    def loss(self, batch: Batch) -> Tensor:
        recipe, scale = self.recipe, self.model.logit_scale.exp()
        keep = recipe.kept(self.progress)
        pixels = (batch.pixels.to(self.device) - self.mean) / self.std
        images = encode_images(self.model, pixels, self.dtype, keep)
        texts = self._encode(batch.captions)
        pairs = Pairs(images, texts, *(t.to(self.device) for t in
                                       (batch.facts, batch.kinds, batch.claims)))
        if recipe.loss == "sigmoid":
            total = sigmoid(pairs, scale, self.bias)
        else:
            total = contrastive(pairs, scale, self.memory)
        if recipe.memory and self.progress > 0.2:
            self.memory = pairs.first(len(images)).extended(self.memory).first(recipe.memory)
        return total + self._heads(batch, pairs, scale)

    def _heads(self, batch: Batch, pairs: Pairs, scale: Tensor) -> Tensor:
        """The class-prompt losses: roles of few labels at every step, one of the others in turn."""
        roles = self.data.vocabulary.roles
        large = [role for role in self.heads if len(roles[role]) > 20 and role != "type"]
        total = scale.new_zeros(())
        for role, weight in self.heads.items():
            if role in large:
                if role != large[self.step % len(large)]:
                    continue
                weight *= len(large)
            labels, target = self._targets(role, batch, pairs)
            prompts = self.data.vocabulary.prompts(role, labels, self.rng)
            vectors = self._encode(prompts)
            prior = self.kind_prior if role == "kind" else None
            total = total + weight * class_prompts(pairs.images, vectors, scale, target, prior)
        return total

    def _targets(self, role: str, batch: Batch, pairs: Pairs) -> tuple[list[str], Tensor]:
        """The labels a role's images compete for and which are right, (B, C)."""
        labels = self.data.vocabulary.roles[role]
        if role == "kind":
            return labels, pairs.kinds
        facts = pairs.facts[:, list(self.data.vocabulary.roles).index(role)]
        chosen = torch.arange(len(labels), device=facts.device)
        if len(labels) > 200:  # only those of the batch
            chosen = facts.unique()
            chosen = chosen[chosen >= 0]
            labels = [labels[i] for i in chosen.tolist()]
        target = facts[:, None] == chosen
        if role == "colour":
            target = target & ~batch.colourless.to(target.device)[:, None]
        return labels, target

    def _encode(self, texts: list[str]) -> Tensor:
        """Unit vectors of texts, the shorter half apart from the longer to pad less."""
        longest = self.model.config.text_config.max_position_embeddings
        limit = min(longest, 20 if self.rng.random() < 0.8 else longest)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        half = len(texts) // 2
        parts = [
            encode_texts(self.model, tokenize(self.tokenizer, [texts[i] for i in part], limit)
                         .to(self.device), self.dtype)
            for part in (order[:half], order[half:]) if part
        ]
        back = torch.tensor(order).argsort().to(self.device)
        return torch.cat(parts)[back]

    def averaged(self) -> CLIPModel:
        model = copy.deepcopy(self.model)
        self.average.copy_to(model)
        if not all(p.half().isfinite().all() for p in model.parameters()):
            raise Failure(f"step {self.step}: expected weights that F16 can hold, found infinite "
                          f"ones or NaN: a smaller --rate may help; no model is written")
        return model

    def check(self, losses: list[float] | None = None) -> None:
        """Validates the averaged weights, writes checkpoint, curve and plot."""
        judge = Judge(self.averaged(), self.tokenizer, self.prepare, self.dtype)
        roles = [r for r in self.data.vocabulary.roles if r not in ("title", "kind")]
        scores = validate(judge, self.data, roles)
        loss = sum(losses) / len(losses) if losses else float("nan")
        seen = self.step * self.recipe.batch * self.recipe.accumulate * distributed.COUNT
        point = {"step": self.step, "minutes": self.elapsed / 60,
                 "epochs": seen / len(self.data.training), "loss": loss, **scores}
        self.curve.append(point)
        print("validation", {k: round(v, 4) for k, v in point.items()}, file=sys.stderr, flush=True)
        self.save()
        plot(self.curve, self.folder / "curve.png")

    def _report(self, losses: list[float]) -> None:
        print(f"{self.progress:6.1%} minute {self.elapsed / 60:.1f} step {self.step} loss "
              f"{sum(losses) / len(losses):.3f} scale {self.model.logit_scale.exp().item():.1f}",
              file=sys.stderr, flush=True)

    def save(self) -> None:
        state: dict[str, Any] = {
            "recipe": asdict(self.recipe), "step": self.step, "elapsed": self.elapsed,
            "curve": self.curve, "model": self.model.state_dict(), "average": self.average.values,
            "optimisers": [o.state_dict() for o in self.optimisers], "bias": self.bias.detach(),
        }
        part = self.folder / "last.pt.part"
        torch.save(state, part)
        part.rename(self.folder / "last.pt")

    def resume(self, path: Path) -> None:
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
            raise bad_data(f"--resume: {path}: expected a checkpoint, as last.pt is") from error
        try:
            self.model.load_state_dict(state["model"])
            self.average.load(state["average"])
            for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(saved)
            with torch.no_grad():
                self.bias.copy_(state["bias"])
            self.step, self.elapsed, self.curve = state["step"], state["elapsed"], state["curve"]
        except (RuntimeError, KeyError, ValueError, TypeError) as error:
            found = str(error).splitlines()[-1].strip()
            raise bad_data(f"--resume: {path}: expected a checkpoint of such a model, found: "
                           f"{found}") from error


def _note(text: str) -> None:
    """Says something once, however many processes train."""
    if distributed.RANK == 0:
        print(text, file=sys.stderr, flush=True)
