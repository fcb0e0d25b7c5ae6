"""Takes turns between Vitrine and its peers, and prints medians and ratios.

Every program runs in a process of its own and waits while another is timed. A figure is the median
over the rounds of each round's median, so that a disturbance hits all alike.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = {
    "f32": ["torch", "onnxruntime", "openvino"],
    "bf16": ["torch", "openvino"],  # ONNX Runtime has no bfloat16 on CPUs
    "i8": ["onnxruntime", "openvino"],
    "avx2": ["torch", "onnxruntime", "openvino"],  # f32, where all are held to AVX2
}
INSTALLED = "onnxruntime-f32"  # what people have who install ONNX Runtime and export a model


class Program:
    def __init__(self, name, command, threads, **environment):
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env={**os.environ, "OMP_NUM_THREADS": str(threads), **environment})
        self.load = self.read()["load"]

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended early")
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def programs(arguments, precision, threads):
    peers, ours, theirs = PEERS[precision], {}, {}
    if precision == "avx2":
        precision, ours = "f32", {"VITRINE_CPU": "avx2"}
        theirs = {"LD_PRELOAD": arguments.held_to_avx2}
    command = [arguments.bench, "serve", "--model", arguments.model, "--precision", precision,
               "--threads", str(threads)]
    yield Program("vitrine", command, threads, **ours)
    for peer in peers:
        command = [sys.executable, os.path.join(HERE, "peer.py"), peer, precision, str(threads),
                   arguments.model]
        yield Program(peer, command, threads, **theirs)
    if precision != "f32":
        command = [sys.executable, os.path.join(HERE, "peer.py"), "onnxruntime", "f32",
                   str(threads), arguments.model]
        yield Program(INSTALLED, command, threads)


def compare(arguments, precision, threads):
    running = list(programs(arguments, precision, threads))
    tasks = [("image", batch) for batch in arguments.batches] + [("text", n) for n in (8, 77)]
    found = {task: {program.name: [] for program in running} for task in tasks}
    for _ in range(arguments.rounds):
        for task in tasks:
            for program in running:
                answer = program.ask(f"{task[0]} {task[1]} {arguments.seconds}")
                found[task][program.name].append(answer[arguments.clock])
    for kind, size in tasks:
        times = {name: statistics.median(values) for name, values in found[kind, size].items()}
        best = min((time, name) for name, time in times.items()
                   if name not in ("vitrine", INSTALLED))
        if kind == "image":
            shown = "  ".join(f"{name} {size / time:.1f}" for name, time in times.items())
            ratio = f"{best[0] / times['vitrine']:.2f}x {best[1]}'s rate"
            if INSTALLED in times:
                ratio += f", {times[INSTALLED] / times['vitrine']:.2f}x {INSTALLED}'s"
            print(f"{precision} {threads} threads, images/s, batch {size}: {shown}  -> {ratio}")
        else:
            shown = "  ".join(f"{name} {time * 1000:.2f}" for name, time in times.items())
            ratio = f"{times['vitrine'] / best[0]:.2f}x {best[1]}'s latency"
            print(f"{precision} {threads} threads, ms, text of {size} tokens: {shown}  -> {ratio}")
        sys.stdout.flush()
    if threads == 1:
        print(f"{precision} load, s: " + "  ".join(f"{p.name} {p.load:.2f}" for p in running))
    for program in running:
        program.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("model")
    parser.add_argument("--precisions", nargs="+", default=list(PEERS), choices=PEERS)
    parser.add_argument("--held-to-avx2", metavar="LIBRARY",
                        help="what to preload into peers for avx2; without it there is no such row")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="per program, task and round")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall",
                        help="cpu: processor time, for machines that do other work")
    arguments = parser.parse_args()
    for precision in arguments.precisions:
        if precision == "avx2" and not arguments.held_to_avx2:
            print("avx2: left out, because nothing holds the peers to it on this machine")
            continue
        for threads in arguments.threads:
            compare(arguments, precision, threads)


if __name__ == "__main__":
    main()
