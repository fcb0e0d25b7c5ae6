#!/usr/bin/env python3
"""Makes the token fixtures of Tests/CLIPTests: ids that transformers' CLIPTokenizer gives.

Usage: make_tokens.py CLIP_BPE [DIRECTORY]      (needs transformers)

CLIP_BPE holds CLIP's vocab.json and merges.txt. The fixture's vocabulary is its 256 bytes, the
first 300 merges and the two marks. Variants differ in the files that lie beside it.
"""
import json
import os
import sys
import tempfile

from transformers import CLIPTokenizer

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
MERGES = 300

TEXTS = [
    "", " ", "\t\n\r\v\f", "a", "A photo of a red dress.", "  two   blanks\tand\na line ",
    "It's the dogs', they'll've we'd I'm you're don't SHE'S 'S 'Tis ''s !'s",
    "12345 3.14 50% $9.99 1/2 ½ ² ٣٤٥ Ⅷ 一二", "naïve café Ångström Ångström résumé ÉCOLE",
    "e\u0301\u0323 o\u0308 \u1e9b\u0323 \u0344 \u212b \uac00 \u1100\u1161\u11a8 \uac00\u11a8 "
    "\u1109\u1169\u11a7\u11a8 \u1113\u1174 \u1100\u1176 \uac00\u11c3", "İSTANBUL ẞ ǅ Σίσυφος ΑΣ Ж", "红色连衣裙 赤いドレス 빨간 드레스",
    "فستان أحمر שמלה אדומה", "👗👠 red 👩🏽‍🎤 🇮🇳 ☕️ ❤️", "zero\u200bwidth\u200djoiner\u2060 \ufeff",
    "nbsp\u00a0here\u2003em\u3000ideographic\u0085next\u2028line", "null\0 bell\a esc\x1b[0m del\x7f \x9f",
    "&amp; &lt;b&gt; &#39; &quot;x&quot; <br/>", "<|endoftext|>", "a <|startoftext|> b<|endoftext|>c",
    "<|ENDOFTEXT|> <|StartOfText|>'s !<|startoftext|>'s <|startoftext|", "x" * 200,
    "!" * 150 + "wow!", "the quick brown fox " * 12, "\u088f \U00032400 \U00011de1", "ﬁ ﬂ Ⅻ ㎏ ①",
    "\U000e0041\u0301 \U00010399\u0313 \U0001d163\u0335 \U0001109a\u0323", "\U00011935\U00011930 \u0f73\u0f75\u0f81 \u0344\U0001e00d", "snake_case camelCase kebab-case a+b=c",
]


def added(content, normalized, special=True):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": normalized, "special": special}


def named(content, normalized):
    token = added(content, normalized)
    del token["special"]
    return token


def variants(vocabulary, merges):
    """Names, and the files beside (or, with None, instead of) vocab.json and merges.txt."""
    yield "plain", {}
    marks = {"bos_token": named(BEGIN, True), "eos_token": named(END, True),
             "unk_token": named(END, True), "pad_token": END}
    yield "as published by OpenAI", {
        "tokenizer_config.json": {**{k: {"__type": "AddedToken", **v} if isinstance(v, dict) else v
                                     for k, v in marks.items()}, "model_max_length": 77},
        "special_tokens_map.json": marks}
    yield "another padding", {"tokenizer_config.json": {"pad_token": "!"}}
    yield "listed tokens", {"tokenizer_config.json": {"added_tokens_decoder": {
        str(vocabulary[BEGIN]): added(BEGIN, True), str(vocabulary[END]): added(END, True),
        str(len(vocabulary)): added("Red", True, special=False),
        str(len(vocabulary) + 1): added("wow", False)}}}
    for name, pairs in [("text", merges), ("pairs", [m.split(" ") for m in merges])]:
        yield f"tokenizer.json with merges as {name}", {
            "vocab.json": None, "merges.txt": None, "tokenizer.json": {
                "version": "1.0", "truncation": None, "padding": None,
                "added_tokens": [{"id": vocabulary[BEGIN], **added(BEGIN, True)},
                                 {"id": vocabulary[END], **added(END, False)}],
                "normalizer": None, "pre_tokenizer": None, "decoder": None,
                "post_processor": {"type": "RobertaProcessing", "sep": [END, vocabulary[END]],
                                   "cls": [BEGIN, vocabulary[BEGIN]], "trim_offsets": False,
                                   "add_prefix_space": False},
                "model": {"type": "BPE", "unk_token": END, "continuing_subword_prefix": "",
                          "end_of_word_suffix": "</w>", "vocab": vocabulary, "merges": pairs}}}


def main():
    source = sys.argv[1]
    out = sys.argv[2] if len(sys.argv) > 2 else os.path.join(
        os.path.dirname(__file__), "../../Tests/CLIPTests/Fixtures/tokenizer")
    with open(os.path.join(source, "vocab.json"), encoding="utf-8") as file:
        names = sorted(json.load(file).items(), key=lambda item: item[1])
    with open(os.path.join(source, "merges.txt"), encoding="utf-8") as file:
        merges = [line.strip("\n") for line in file if not line.startswith("#version")][:MERGES]
    words = [name for name, _ in names[:512 + MERGES]] + [BEGIN, END]
    words.remove("~</w>")  # an incomplete vocabulary: this byte is unknown
    vocabulary = {word: i for i, word in enumerate(words)}
    os.makedirs(out, exist_ok=True)
    base = {"vocab.json": json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")),
            "merges.txt": "#version: 0.2\n" + "\n".join(merges) + "\n"}
    for name, text in base.items():
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)

    goldens = []
    texts = TEXTS + ["tilde ~ ~~ a~"]
    for name, files in variants(vocabulary, merges):
        files = {k: v if v is None else json.dumps(v) for k, v in files.items()}
        with tempfile.TemporaryDirectory() as directory:
            for file, text in {**base, **files}.items():
                if text is not None:
                    with open(os.path.join(directory, file), "w", encoding="utf-8") as handle:
                        handle.write(text)
            tokenizer = CLIPTokenizer.from_pretrained(directory)
            cases = [{"text": text, "ids": tokenizer(text)["input_ids"]} for text in texts]
        goldens.append({"name": name, "files": files, "cases": cases})
    # The tokenizer.json files repeat the vocabulary: the test puts it in.
    for golden in goldens:
        if "tokenizer.json" in golden["files"]:
            document = json.loads(golden["files"]["tokenizer.json"])
            document["model"]["vocab"] = {}
            golden["files"]["tokenizer.json"] = json.dumps(document)
    with open(os.path.join(out, "goldens.json"), "w", encoding="utf-8") as file:
        json.dump(goldens, file, separators=(",", ":"))


main()
