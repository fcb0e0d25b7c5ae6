#!/usr/bin/env python3
"""Writes the benchmark's data sets as raw little-endian files, unless they are there already.

  make_data.py DIRECTORY [SET ...]        sets: fmnist, cliplike-200k, cliplike-20k, …

A set NAME has the files
  NAME.train.f32, NAME.test.f32   unit vectors, row by row
  NAME.gt.i32                     the 100 nearest rows of each test vector, nearest first
  NAME.text.f32, NAME.textgt.i32  the same for queries of another kind (cliplike)
  NAME.attrs.csv                  id,brand,category,price,colour of each row
  NAME.filt.F.gt.i32              the 10 nearest among the rows that pass filter F, padded with -1
  NAME.filt.F.category.i32        where a filter is another for each query, the category it asks for:
                                  that of the row nearest to it, and the one farthest away on average
  NAME.meta.json                  sizes and filters

fmnist is Fashion-MNIST (Debian's dataset-fashion-mnist): pixels at unit length. cliplike is a
mixture of clusters that lie in a cone and have few directions each, like the embeddings of
pictures; its text queries lie in another cone, as those of captions do.
"""
import gzip
import json
import os
import subprocess
import sys

import numpy as np

SEED = 20261123
SMALL = 1000


def unit(x):
    return (x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)).astype("<f4")


def nearest(rows, queries, k):
    """Indices of the k rows of greatest inner product, best first; -1 where there are fewer."""
    found = np.full((len(queries), k), -1, "<i4")
    take = min(k, len(rows))
    for start in range(0, len(queries), 250):
        scores = queries[start:start + 250] @ rows.T
        part = np.argpartition(-scores, take - 1, axis=1)[:, :take]
        order = np.argsort(-np.take_along_axis(scores, part, 1), axis=1, kind="stable")
        found[start:start + 250, :take] = np.take_along_axis(part, order, 1)
    return found


def attributes(rng, n, group):
    """Brand and price are independent of the vector; the category follows its group mostly."""
    share = 1 / (np.arange(500) + 1.6)
    brand = rng.choice(500, n, p=share / share.sum())
    category = np.where(rng.random(n) < 0.9, group % 40, rng.integers(0, 40, n))
    price = np.round(np.exp(rng.normal(3.6, 0.8, n)), 2)
    return brand, category, price, (group * 7) % 46


def filters(brand, category, price):
    share = np.bincount(brand, minlength=500) / len(brand)
    result = {}
    for name, wanted in (("brand10", 0.1), ("brand1", 0.01), ("brand01", 0.001)):
        chosen = int(np.argmin(abs(share - wanted)))
        result[name] = ({"brand": chosen}, brand == chosen)
    half = float(np.median(price))
    result["price50"] = ({"price_min": 0.0, "price_max": half}, price <= half)
    chosen = int(np.argsort(-np.bincount(category, minlength=40))[5])
    mask = (category == chosen) & (price >= 20) & (price <= 60)
    result["catprice"] = ({"category": chosen, "price_min": 20.0, "price_max": 60.0}, mask)
    return result


def filters_by_query(path, train, test, category):
    """Filters that let what lies near the query through, and what lies far away."""
    means = np.array([train[category == value].mean(axis=0) for value in range(40)])
    chosen = {"own": category[nearest(train, test, 1)[:, 0]],
              "farthest": np.argmin(test @ means.T, axis=1)}
    for name, categories in chosen.items():
        found = np.full((len(test), 10), -1, "<i4")
        for value in np.unique(categories):
            ids, asked = np.flatnonzero(category == value), categories == value
            among = nearest(train[ids], test[asked], 10)
            found[asked] = np.where(among >= 0, ids[np.maximum(among, 0)], -1)
        found.tofile(f"{path}.filt.{name}.gt.i32")
        categories.astype("<i4").tofile(f"{path}.filt.{name}.category.i32")
    return list(chosen)


def write(path, train, test, group, rng, text=None):
    train.tofile(path + ".train.f32")
    test.tofile(path + ".test.f32")
    nearest(train, test, 100).tofile(path + ".gt.i32")
    if text is not None:
        text.tofile(path + ".text.f32")
        nearest(train, text, 100).tofile(path + ".textgt.i32")
    columns = attributes(rng, len(train), group)
    with open(path + ".attrs.csv", "w") as file:
        file.write("id,brand,category,price,colour\n")
        for row, (brand, category, price, colour) in enumerate(zip(*columns)):
            file.write(f"{row},{brand},{category},{price:.2f},{colour}\n")
    meta = {"n": len(train), "d": train.shape[1], "small": SMALL, "filters": {}}
    for name, (definition, mask) in filters(*columns[:3]).items():
        ids = np.flatnonzero(mask)
        found = nearest(train[ids], test[:SMALL], 10)
        np.where(found >= 0, ids[np.maximum(found, 0)], -1).astype("<i4").tofile(
            f"{path}.filt.{name}.gt.i32")
        meta["filters"][name] = {**definition, "selectivity": float(mask.mean())}
    meta["filters_by_query"] = filters_by_query(path, train, test[:SMALL], columns[1])
    with open(path + ".meta.json", "w") as file:
        json.dump(meta, file, indent=1)


def fmnist(path, directory):
    source = "/usr/share/datasets/fashion-mnist"
    if not os.path.isdir(source):
        os.makedirs(directory, exist_ok=True)
        subprocess.run(["apt-get", "download", "dataset-fashion-mnist"], cwd=directory, check=True)
        package = next(f for f in os.listdir(directory) if f.endswith(".deb"))
        subprocess.run(["dpkg", "-x", package, "deb"], cwd=directory, check=True)
        source = os.path.join(directory, "deb", source.lstrip("/"))

    def read(name, offset):
        with gzip.open(os.path.join(source, name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)
    pixels = [read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype("f4")
              for part in ("train", "t10k")]
    labels = read("train-labels-idx1-ubyte.gz", 8).astype(np.int64)
    rng = np.random.default_rng(SEED)
    group = labels * 4 + rng.integers(0, 4, len(labels))
    write(path, unit(pixels[0]), unit(pixels[1]), group, rng)


def cliplike(path, n, queries):
    d, clusters, shared, own = 512, 2000, 64, 40
    rng = np.random.default_rng(SEED)

    def normal(*shape):
        return rng.standard_normal(shape).astype("f4")
    basis = np.linalg.qr(rng.standard_normal((d, shared + 2)))[0].T.astype("f4")
    spectrum = np.arange(1, shared + 1) ** -0.5
    spectrum = (spectrum / np.linalg.norm(spectrum)).astype("f4")
    centres = (normal(clusters, shared) * spectrum) @ basis[:shared]
    decay = np.arange(1, own + 1) ** -0.35
    decay = (decay / np.linalg.norm(decay)).astype("f4")
    # Half of a cluster's directions lie in the space that all share.
    spread = np.concatenate([
        normal(clusters, own // 2, shared) @ basis[:shared] / np.sqrt(shared),
        normal(clusters, own // 2, d) / np.sqrt(d)], axis=1)
    spread = rng.permuted(spread, axis=1) * decay[:, None]
    share = (np.arange(clusters) + 20.0) ** -0.8
    share /= share.sum()

    def pictures(m):
        group = rng.choice(clusters, m, p=share)
        rows = np.empty((m, d), "f4")
        for start in range(0, m, 512):
            part = group[start:start + 512]
            noise = np.matmul(normal(len(part), 1, own), spread[part])[:, 0]
            rows[start:start + 512] = (
                1.35 * basis[shared] + centres[part] + 0.8 * noise
                + 0.5 / np.sqrt(d) * normal(len(part), d))
        return unit(rows), group

    def captions(m):
        group = rng.choice(clusters, m, p=share)
        off = (normal(m, shared) * spectrum) @ basis[:shared]
        return unit(1.2 * basis[shared + 1] + 0.12 * basis[shared] + 0.42 * centres[group]
                    + 0.25 * off + 0.45 / np.sqrt(d) * normal(m, d))
    train, group = pictures(n)
    test, _ = pictures(queries)
    write(path, train, test, group, rng, captions(min(queries, 2000)))


def is_made(path):
    if not os.path.exists(path + ".meta.json"):
        return False
    with open(path + ".meta.json") as file:
        return "filters_by_query" in json.load(file)


if __name__ == "__main__":
    directory = sys.argv[1]
    for name in sys.argv[2:] or ["fmnist", "cliplike-200k"]:
        path = os.path.join(directory, name)
        if is_made(path):
            continue
        print(f"making {name}", file=sys.stderr)
        if name == "fmnist":
            fmnist(path, os.path.join(directory, "fashion-mnist"))
        elif name.startswith("cliplike-") and name.endswith("k"):
            n = int(name[len("cliplike-"):-1]) * 1000
            cliplike(path, n, 10_000 if 100_000 < n < 1_000_000 else 1_000)
        else:
            raise SystemExit(f"unknown set {name}")
