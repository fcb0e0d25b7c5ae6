#!/usr/bin/env python3
"""Trains, resumes and fine-tunes a tiny model on drawn pictures; checks what is written.

Run as `python test_train.py`; it takes about a minute and needs no data.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizer

import losses
from captions import Captioner, Vocabulary
from catalogue import is_validation, parse_columns, read_catalogue
from dataset import Dataset
from images import Preprocessing
from muon import Muon, orthogonal, share
from validation import Judge, recall_at, weighted_f1
from vocabulary import load_tokenizer

HERE = Path(__file__).parent
COLUMNS = "id=sku,title=name,type=kind,colour=tone"
COLOURS = {"Red": (200, 30, 30), "Blue": (30, 30, 200), "Green": (30, 160, 30)}
TINY = ("--image-size 32 --patch 8 --width 32 --layers 2 --heads-vision 2 --text-width 32 "
        "--text-layers 2 --heads-text 2 --context 16 --vocabulary 700 --dimensions 16").split()
SHORT = "--batch 16 --threads 1 --device cpu --validate-every 0.5".split()


def draw_catalogue(folder: Path, count: int = 120) -> list[str]:
    """A CSV of coloured balls and boxes with their pictures; the arguments to read it."""
    rng = random.Random(3)
    (folder / "pictures").mkdir()
    with open(folder / "products.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sku", "name", "kind", "tone"])
        for i in range(count):
            kind, tone = rng.choice(["Ball", "Box"]), rng.choice(list(COLOURS))
            picture = Image.new("RGB", (30, 40), "white")
            pen = ImageDraw.Draw(picture)
            shape = pen.ellipse if kind == "Ball" else pen.rectangle
            shape((5, 8, 20 + rng.randint(0, 8), 30), fill=COLOURS[tone])
            picture.save(folder / "pictures" / f"p{i}.png")
            rows.writerow([f"p{i}", f"Maker{i % 30} {tone} {kind} {i % 40}", kind, tone])
    return ["--catalogue", str(folder / "products.csv"), "--columns", COLUMNS,
            "--images", str(folder / "pictures"), "--cache", str(folder / "cache")]


def run(script: str, *args: str) -> str:
    done = subprocess.run([sys.executable, str(HERE / script), *args], capture_output=True,
                          text=True)
    if done.returncode:
        raise AssertionError(done.stderr[-3000:])
    return done.stderr


class Tools(unittest.TestCase):
    def test_train_resume_finetune(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            data = draw_catalogue(folder)
            model = folder / "model"
            run("train.py", *data, "--output", str(model), "--steps", "8", *TINY, *SHORT)
            self.check_directory(model, folder)
            run("train.py", *data, "--output", str(model), "--steps", "12", *TINY, *SHORT,
                "--resume", str(model / "last.pt"))
            curve = json.loads((model / "curve.json").read_text())
            self.assertEqual(curve[-1]["step"], 12)
            self.assertLess(curve[0]["step"], 12)
            further = folder / "further"
            run("train.py", *data, "--from-model", str(model), "--output", str(further), "--steps",
                "4", "--memory", "32", *TINY, *SHORT)
            self.check_directory(further, folder)
            tuned = folder / "tuned"
            run("finetune.py", *data, "--model", str(model), "--output", str(tuned), "--steps", "4",
                "--accumulate", "2", "--loss", "sigmoid", "--freeze", "text", *SHORT)
            self.check_directory(tuned, folder)
            before, after = (CLIPModel.from_pretrained(d, dtype=torch.float32).state_dict()
                             for d in (model, tuned))
            for key, value in before.items():
                if key.startswith("text_model."):
                    self.assertTrue(torch.equal(value, after[key]), key)
            self.assertFalse(torch.equal(before["visual_projection.weight"],
                                         after["visual_projection.weight"]))
            scores = subprocess.run(
                [sys.executable, str(HERE / "evaluate.py"), str(tuned), *data],
                capture_output=True, text=True, check=True)
            self.assertIn("recall@10", json.loads(scores.stdout))

    def check_directory(self, model: Path, folder: Path) -> None:
        """`transformers` loads the directory and gives the vectors that training saw."""
        loaded = CLIPModel.from_pretrained(model, dtype=torch.float32).eval()
        judge = Judge(loaded, load_tokenizer(model), Preprocessing.read(model))
        picture = Image.open(folder / "pictures" / "p1.png")
        pixels = CLIPImageProcessor.from_pretrained(model)(picture, return_tensors="pt")
        prepared = np.asarray(judge.prepare(picture))[None]
        text = "Maker1 red ball, a photo"
        ids = CLIPTokenizer.from_pretrained(model)(text, return_tensors="pt")
        with torch.no_grad():
            theirs = (loaded.visual_projection(loaded.vision_model(**pixels).pooler_output),
                      loaded.text_projection(loaded.text_model(**ids).pooler_output))
        ours = judge.images(prepared, np.arange(1)), judge.texts([text])
        for mine, other in zip(ours, theirs, strict=True):
            other = torch.nn.functional.normalize(other, dim=-1)
            self.assertLess(float((mine - other).abs().max()), 1e-4)

    def test_captions_fit_their_products(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            draw_catalogue(Path(name))
            products = read_catalogue(Path(name) / "products.csv", parse_columns(COLUMNS))
        words = Vocabulary.of(products, None)
        captioner, rng = Captioner(words), random.Random(5)
        facts = torch.tensor([words.row(p.labels | {"title": p.title}) for p in products])
        kinds = torch.zeros(len(products), 1, dtype=torch.bool)
        drawn = [captioner.draw(p, rng, True) for p in products]
        claims = torch.tensor([words.row(c) for _, c in drawn])
        fit = losses.fits(claims, facts, kinds)
        self.assertTrue(bool(fit.diagonal().all()))
        for i, (_, said) in enumerate(drawn):
            for j, product in enumerate(products):
                true = product.labels | {"title": product.title}
                expected = all(true.get(role) == label for role, label in said.items())
                self.assertEqual(bool(fit[i, j]), expected)

    def test_nouns_have_the_shares_that_are_drawn(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            draw_catalogue(Path(name))
            products = read_catalogue(Path(name) / "products.csv", parse_columns(COLUMNS))
            types = sorted({p.labels["type"] for p in products})
            table = Path(name) / "synonyms.json"
            table.write_text(json.dumps({"kinds": {t: [f"noun {t}"] for t in types}, "rules": []}))
            words = Vocabulary.of(products, table)
        first = [p for p in products if p.labels["type"] == types[0]][:2]
        products = first + [p for p in products if p.labels["type"] != types[0]]
        pixels = np.zeros((len(products), 2, 2, 3), np.uint8)
        data = Dataset(products, pixels, [p.id for p in products], words)
        for balance in (0.0, 0.5):
            drawn = torch.zeros(len(types))
            shares = data._shares(balance)
            for share, picture in zip(shares, data.training, strict=True):
                drawn[types.index(products[picture].labels["type"])] += share
            prior = data.kind_prior(balance).exp()
            self.assertAlmostEqual(float(prior.sum()), 1.0, places=5)
            self.assertLess(float((prior - drawn).abs().max()), 0.05)

    def test_scores(self) -> None:
        truth, guess = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 2])
        self.assertAlmostEqual(weighted_f1(truth, guess, 3), (2 * 2 / 3 + 2 / 3 + 1) / 4, places=6)
        images, texts = torch.eye(4), torch.eye(4).roll(1, 0)
        self.assertEqual(recall_at(images, texts, ["a", "b", "c", "d"], 1), 0.0)
        self.assertEqual(recall_at(images, texts, ["a", "a", "c", "c"], 1), 0.5)

    def test_muon_steps_as_the_reference(self) -> None:
        torch.manual_seed(4)
        mine = [torch.nn.Parameter(torch.randn(s)) for s in ((24, 24), (16, 40), (40, 16))]
        other = [torch.nn.Parameter(p.detach().clone()) for p in mine]
        ours = Muon(mine, lr=0.02, weight_decay=0.1)
        theirs = torch.optim.Muon(other, lr=0.02, weight_decay=0.1,
                                  adjust_lr_fn="match_rms_adamw")
        for _ in range(5):
            for a, b in zip(mine, other, strict=True):
                a.grad = torch.randn_like(a)
                b.grad = a.grad.clone()
            ours.step()
            theirs.step()
        for a, b in zip(mine, other, strict=True):  # the reference works in bfloat16
            self.assertLess(float((a - b).detach().abs().max()), 0.004)
        values = torch.linalg.svdvals(orthogonal(torch.randn(32, 64)))
        self.assertGreater(float(values.min()), 0.6)
        self.assertLess(float(values.max()), 1.3)

    def test_muon_is_shared_out_evenly(self) -> None:
        matrices = [torch.zeros(8, 8 * (1 + i % 3)) for i in range(30)]
        owners = share(matrices, 4)
        work = [sum(m.numel() for m, o in zip(matrices, owners, strict=True) if o == rank)
                for rank in range(4)]
        self.assertLess(max(work), 1.3 * min(work))

    def test_two_processes_stay_equal(self) -> None:
        """Weights of two processes that share the orthogonalisation are those of one."""
        script = """
import sys, torch, distributed
from muon import Muon
distributed.join("cpu")
torch.manual_seed(7)
matrices = [torch.nn.Parameter(torch.randn(6, 6 + i)) for i in range(5)]
optimiser = Muon(matrices, 0.1, 0.1)
for _ in range(3):
    for m in matrices:
        m.grad = torch.randn_like(m)
    optimiser.step()
print(float(sum((m.detach() * torch.arange(m.numel()).view_as(m)).sum() for m in matrices)))
"""
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "steps.py"
            path.write_text(f"import sys; sys.path.insert(0, {str(HERE)!r})\n{script}")
            one = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
            two = subprocess.run(
                [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", path],
                capture_output=True, text=True, check=True)
        sums = [float(line) for line in two.stdout.split()]
        self.assertEqual(len(sums), 2)
        for total in sums:
            self.assertAlmostEqual(total, float(one.stdout), places=3)

    def test_split_is_by_title(self) -> None:
        self.assertEqual(is_validation("Red Shirt"), is_validation(" red shirt "))
        share = sum(is_validation(f"title {i}") for i in range(5000)) / 5000
        self.assertAlmostEqual(share, 0.1, delta=0.02)


if __name__ == "__main__":
    unittest.main()
