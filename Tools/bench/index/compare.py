#!/usr/bin/env python3
"""Runs the contestants in turns on the same files and prints recall, rates and ratios.

  compare.py VITRINE-BENCH DIRECTORY [--names fmnist,cliplike-200k] [--peers hnswlib,faiss,…]
             [--build-threads N] [--rounds N] [--nq N] [--queries test,text] [--keep]
             [--build-missing] [--phases search,filter,open,write]

The index is there twice: as it is by default, and as `vitrine:codes`, which keeps codes only.
Rates are queries per processor second of one thread, so that other work on the machine disturbs
them less; the best of the rounds counts. A rate at a recall is interpolated between the two
nearest values of ef. All graphs have m = 16 and efConstruction = 200.
"""
import argparse
import json
import os
import platform
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = (0.90, 0.95, 0.99)


def main():
    options = parse()
    out = os.path.join(options.directory, "index-results.jsonl")
    if options.is_afresh and os.path.exists(out):
        os.remove(out)
    failed = [" ".join(words) for words in plan(options) if not run(options, out, *words)]
    with open(out) as file:
        report([json.loads(line) for line in file])
    if failed:
        sys.exit("failed, and missing above: " + "; ".join(failed))


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("directory")
    parser.add_argument("--names", default="fmnist,cliplike-200k")
    parser.add_argument("--peers", default="hnswlib,faiss,usearch,hannoy,zvec,svs,qdrant,lancedb,numpy")
    parser.add_argument("--build-threads", default=str(os.cpu_count()))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nq", default="10000", help="queries asked of each kind at most")
    parser.add_argument("--queries", default="test,text", help="image-like and text-like ones")
    parser.add_argument("--keep", action="store_true", help="use the indexes of an earlier run")
    parser.add_argument("--build-missing", action="store_true",
                        help="build only the indexes that are not there")
    parser.add_argument("--phases", default="search,filter,open,write",
                        help="what to measure beside building")
    options = parser.parse_args()
    options.is_afresh = not options.keep and not options.build_missing
    return options


def data_of(options):
    return os.path.join(options.directory, "data")


def index_of(options, contestant, name):
    return os.path.join(options.directory, "idx", contestant, name)


def plan(options):
    """What to run, one after the other: a contestant, a data set, and the flags that say what."""
    contestants = ["vitrine", "vitrine:codes"] + options.peers.split(",")
    phases = options.phases.split(",")
    for name in options.names.split(","):
        kinds = [kind for kind in options.queries.split(",")
                 if os.path.exists(os.path.join(data_of(options), f"{name}.{kind}.f32"))]
        for contestant in contestants:
            is_missing = not os.path.exists(index_of(options, contestant, name))
            if options.is_afresh or (options.build_missing and is_missing):
                for threads in options.build_threads.split(","):
                    yield contestant, name, "--phase", "build", "--threads", threads
        for turn in range(options.rounds):
            for kind in kinds if "search" in phases else ():
                for contestant in contestants:
                    yield (contestant, name, "--phase", "search", "--queries", kind,
                           "--nq", options.nq, "--round", str(turn))
            for contestant in contestants if "filter" in phases else ():
                yield contestant, name, "--phase", "filter", "--round", str(turn)
        for phase in ("open", "write"):
            if phase in phases:
                yield "vitrine", name, "--phase", phase


def run(options, out, contestant, name, *more):
    """Whether a contestant, a process of its own, has done what it was to do."""
    engine, _, variant = contestant.partition(":")
    program = ([options.bench, "--variant", variant] if engine == "vitrine" else
               [sys.executable, os.path.join(HERE, "peer.py"), "--peer", engine])
    index = index_of(options, contestant, name)
    os.makedirs(os.path.dirname(index), exist_ok=True)
    print(contestant, name, *more, file=sys.stderr, flush=True)
    command = [*program, "--data", data_of(options), "--name", name, "--out", out, "--index", index, *more]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0


def label(record):
    return record["peer"] + (":" + record["variant"] if record["variant"] else "")


def rate(record):
    """All queries in one call, where the engine can do that."""
    return record.get("qps_batch_cpu", record["qps_cpu"])


def rate_at(points, target):
    """The rate at a recall; the bool says that the lowest ef is above it already."""
    points = sorted(points)
    if points[-1][0] < target:
        return None, False
    if points[0][0] >= target:
        return max(value for _, value in points), True
    for (r0, q0), (r1, q1) in zip(points, points[1:]):
        if r0 < target <= r1:
            share = (target - r0) / max(r1 - r0, 1e-9)
            return q0 * (q1 / q0) ** share, False
    return None, False


def table(header, rows):
    print("\n| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def cell(points, target, ours):
    """An engine's rate at a recall, and how many times that ours is, if it is another's."""
    value, is_bound = rate_at(points, target)
    if value is None:
        return f"- (max {max(points)[0]:.3f})"
    return ("≤ " if is_bound else "") + f"{value:.0f}" + (f" (x{ours / value:.2f})" if ours else "")


def report(records):
    print(f"{cpu_name()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}")
    searches = [r for r in records if r["phase"] == "search"]
    for name, kind in sorted({(r["dataset"], r["queries"]) for r in searches}):
        print(f"\n### {name}, {kind} queries: per CPU second at recall@10 (ours / peer's)")
        report_searches([r for r in searches if (r["dataset"], r["queries"]) == (name, kind)])
    builds = [r for r in records if r["phase"] == "build"]
    print("\n### Build")
    table(["set", "engine", "threads", "seconds", "CPU s", "MiB on disk", "anonymous MiB"],
          [[r["dataset"], label(r), r["threads"], f"{r['build_s'] + r['persist_s']:.1f}",
            f"{r['cpu_s']:.1f}", r["index_bytes"] >> 20, f"{r['peak_anon_mb']:.0f}"]
           for r in builds])
    memory = {(r["dataset"], label(r)): r for r in searches if "rss_mb" in r}
    print("\n### Resident after searching, MiB")
    table(["set", "engine", "all", "its own"],
          [[*key, f"{r['rss_mb']:.0f}", f"{r['anon_mb']:.0f}"] for key, r in sorted(memory.items())])
    print("\n### Filters: queries per CPU second at a recall@10 of .99 (ours / peer's)")
    table(["set", "filter", "engine", "rate"], filter_rows(records))
    print("\n### Opening, and writing")
    for r in records:
        if r["phase"] == "open":
            print(f"- {r['dataset']}, {'not' if r['cold'] else 'all'} in memory: open {r['open_s'] * 1e3:.1f} ms, first answer "
                  f"{r['first_s'] * 1e3:.1f} ms, second {r['second_s'] * 1e3:.2f} ms")
        if r["phase"] == "write":
            print(f"- {r['dataset']}: {r.get('kind', 'upsert')} of {r['batch']}: {r['seconds'] * 1e3:.1f} ms, "
                  f"{r['block_bytes'] / 2**20:.2f} MiB of blocks written")


def report_searches(searches):
    """The rates of all engines with one kind of queries of one data set."""
    points = {}
    for r in searches:
        note(points, label(r), r, rate(r))
        if "qps_batch_cpu" in r:
            note(points, label(r) + ", a call each", r, r["qps_cpu"])
    ours = [rate_at(points["vitrine"].values(), target)[0] for target in TARGETS]
    table(["", *(f".{round(t * 100)}" for t in TARGETS)],
          [[engine, *(cell(best.values(), target, engine != "vitrine" and our)
                      for target, our in zip(TARGETS, ours))] for engine, best in points.items()])
    rows_at = {r["ef"]: r["distances"] for r in searches if label(r) == "vitrine"}
    print("\nRows that ours scores a query, and nanoseconds a row, everything included:", ", ".join(
        f"{count:.0f} at ef {ef}: {1e9 / points['vitrine'][ef][1] / count:.0f}"
        for ef, count in sorted(rows_at.items())))


def filter_rows(records):
    points, shares = {}, {}
    for r in records:
        if r["phase"] == "filter":
            rule = (r["dataset"], r["filter"])
            shares[rule] = r["selectivity"]
            note(points.setdefault(rule, {}), label(r), r, r["qps_cpu"])
    rows = []
    for (name, rule), engines in sorted(points.items()):
        ours, _ = rate_at(engines["vitrine"].values(), TARGETS[-1])
        for engine, best in engines.items():
            rows.append([name, f"{rule}, {shares[name, rule]:.1%}", engine,
                         cell(best.values(), TARGETS[-1], engine != "vitrine" and ours)])
    return rows


def note(points, engine, record, value):
    """Keeps the recall and the rate of an engine at an ef, if it is the best so far."""
    best = points.setdefault(engine, {})
    best[record["ef"]] = max(best.get(record["ef"], (0, 0)), (record["recall10"], value))


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


main()
