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
    phases = options.phases.split(",")
    data = os.path.join(options.directory, "data")
    out = os.path.join(options.directory, "index-results.jsonl")
    is_afresh = not options.keep and not options.build_missing
    if is_afresh and os.path.exists(out):
        os.remove(out)
    contestants = ["vitrine", "vitrine:codes"] + options.peers.split(",")
    failed = []

    def run(contestant, name, *more):
        engine, _, variant = contestant.partition(":")
        program = ([options.bench, "--variant", variant] if engine == "vitrine" else
                   [sys.executable, os.path.join(HERE, "peer.py"), "--peer", engine])
        index = os.path.join(options.directory, "idx", contestant, name)
        os.makedirs(os.path.dirname(index), exist_ok=True)
        print(contestant, name, *more, file=sys.stderr, flush=True)
        command = [*program, "--data", data, "--name", name, "--out", out, "--index", index, *more]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
            failed.append(" ".join((contestant, name, *more)))

    for name in options.names.split(","):
        kinds = [kind for kind in options.queries.split(",")
                 if os.path.exists(os.path.join(data, f"{name}.{kind}.f32"))]
        for contestant in contestants:
            index = os.path.join(options.directory, "idx", contestant, name)
            if is_afresh or (options.build_missing and not os.path.exists(index)):
                for threads in options.build_threads.split(","):
                    run(contestant, name, "--phase", "build", "--threads", threads)
        for turn in range(options.rounds):
            for kind in kinds if "search" in phases else ():
                for contestant in contestants:
                    run(contestant, name, "--phase", "search", "--queries", kind,
                        "--nq", options.nq, "--round", str(turn))
            for contestant in contestants if "filter" in phases else ():
                run(contestant, name, "--phase", "filter", "--round", str(turn))
        for phase in ("open", "write"):
            if phase in phases:
                run("vitrine", name, "--phase", phase)
    with open(out) as file:
        report([json.loads(line) for line in file])
    if failed:
        sys.exit("failed, and missing above: " + "; ".join(failed))


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


def report(records):
    print(f"{cpu_name()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}")
    searches = [r for r in records if r["phase"] == "search"]
    for name, kind in sorted({(r["dataset"], r["queries"]) for r in searches}):
        points = {}
        for r in searches:
            if (r["dataset"], r["queries"]) == (name, kind):
                best = points.setdefault(label(r), {})
                best[r["ef"]] = max(best.get(r["ef"], (r["recall10"], 0)),
                                    (r["recall10"], rate(r)))
                if "qps_batch_cpu" in r:
                    alone = points.setdefault(label(r) + ", a call each", {})
                    alone[r["ef"]] = max(alone.get(r["ef"], (r["recall10"], 0)),
                                         (r["recall10"], r["qps_cpu"]))
        ours = [rate_at(points["vitrine"].values(), t) for t in TARGETS]
        rows_at = {r["ef"]: r["distances"] for r in searches
                   if (r["dataset"], r["queries"], label(r)) == (name, kind, "vitrine")}
        rows = []
        for peer, values in points.items():
            row = [peer]
            for target, (our, _) in zip(TARGETS, ours):
                value, is_bound = rate_at(values.values(), target)
                if value is None:
                    row.append(f"- (max {max(values.values())[0]:.3f})")
                else:
                    ratio = f" (x{our / value:.2f})" if our and peer != "vitrine" else ""
                    row.append(("≤ " if is_bound else "") + f"{value:.0f}{ratio}")
            rows.append(row)
        print(f"\n### {name}, {kind} queries: per CPU second at recall@10 (ours / peer's)")
        table(["", *(f".{round(t * 100)}" for t in TARGETS)], rows)
        print("\nRows that ours scores a query, and nanoseconds a row, everything included:", ", ".join(
            f"{count:.0f} at ef {ef}: {1e9 / points['vitrine'][ef][1] / count:.0f}"
            for ef, count in sorted(rows_at.items())))
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


def filter_rows(records):
    points, shares = {}, {}
    for r in records:
        if r["phase"] == "filter":
            rule = (r["dataset"], r["filter"])
            shares[rule] = r["selectivity"]
            best = points.setdefault(rule, {}).setdefault(label(r), {})
            best[r["ef"]] = max(best.get(r["ef"], (0, 0)), (r["recall10"], r["qps_cpu"]))
    rows = []
    for (name, rule), engines in sorted(points.items()):
        ours, _ = rate_at(engines["vitrine"].values(), TARGETS[-1])
        for engine, values in engines.items():
            value, is_bound = rate_at(values.values(), TARGETS[-1])
            rows.append([name, f"{rule}, {shares[name, rule]:.1%}", engine, (
                f"- (max {max(values.values())[0]:.3f})" if value is None else
                ("≤ " if is_bound else "") + f"{value:.0f}"
                + (f" (x{ours / value:.2f})" if ours and engine != "vitrine" else ""))])
    return rows


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


main()
