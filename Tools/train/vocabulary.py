"""A small byte-pair vocabulary in CLIP's format, made from the captions it will have to spell."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from torch import Tensor
from transformers import CLIPTokenizer, PreTrainedTokenizerBase

from failure import bad_data

START, END = "<|startoftext|>", "<|endoftext|>"
LEAST_VOCABULARY = 2 * 256 + 2  # the bytes, those at a word's end, and the specials
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def make_vocabulary(captions: Iterable[str], size: int, folder: Path) -> None:
    """Writes vocab.json and merges.txt: 256 bytes, the same at a word's end, merges, specials."""
    tokenizer = Tokenizer(BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, end_of_word_suffix="</w>",
        min_frequency=3, show_progress=False,
    )
    tokenizer.train_from_iterator(captions, trainer)
    merges = [tuple(m) for m in json.loads(tokenizer.to_str())["model"]["merges"]]
    merges = merges[: size - 2 * len(alphabet) - 2]
    tokens = alphabet + [letter + "</w>" for letter in alphabet]
    tokens += [left + right for left, right in merges] + [START, END]
    ids = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False))
    lines = ["#version: 0.2"] + [f"{left} {right}" for left, right in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    # Without them `transformers` makes a tokenizer that knows no words.
    wanted = ("tokenizer.json", "vocab.json")
    if not any((folder / name).exists() for name in wanted):
        raise bad_data(f"{folder}: expected {' or '.join(wanted)}, found neither")
    return CLIPTokenizer.from_pretrained(folder, local_files_only=True)


def tokenize(tokenizer: PreTrainedTokenizerBase, texts: list[str], limit: int) -> Tensor:
    """Token ids (B, T) cut at `limit`, the last kept always the end, padded with the end."""
    end = tokenizer.eos_token_id
    rows = [row[: limit - 1] + [end] if len(row) > limit else row
            for row in tokenizer(texts)["input_ids"]]
    longest = max(map(len, rows))
    return torch.tensor([row + [end] * (longest - len(row)) for row in rows])
