"""Pictures of 1080 x 1440 pixels on disk to vectors: Vitrine against Pillow and OpenVINO (bf16).

The Python side is a good one: Pillow decodes and resizes on as many threads, one batch ahead of
OpenVINO, which has all threads too. Rounds alternate; figures are medians.
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import tarfile
import time
from collections.abc import Iterator

import numpy
from PIL import Image

MEAN = numpy.array([0.48145466, 0.4578275, 0.40821073], dtype=numpy.float32)
DEVIATION = numpy.array([0.26862954, 0.26130258, 0.27577711], dtype=numpy.float32)
BATCH = 16


SIZE = (1080, 1440)


def drawn(seed: int) -> Image.Image:
    """Shapes of low and high frequency: harder to decode than photographs are."""
    random = numpy.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (24, 18, 3), dtype=numpy.uint8))
    picture = numpy.asarray(coarse.resize(SIZE, Image.BICUBIC), dtype=numpy.int16)
    picture = picture + random.normal(0, 7, picture.shape)
    return Image.fromarray(picture.clip(0, 255).astype(numpy.uint8))


def of_tar(path: str) -> Iterator[Image.Image]:
    """The large photographs of a tar file, enlarged a little where they are smaller."""
    with tarfile.open(path) as files:
        for member in filter(tarfile.TarInfo.isfile, files):
            photograph = Image.open(files.extractfile(member))
            if min(photograph.size) >= 3 * min(SIZE) / 4:
                yield photograph.convert("RGB").resize(SIZE, Image.BICUBIC)


def photographs(directory: str, count: int, tar: str | None) -> list[str]:
    os.makedirs(directory, exist_ok=True)
    paths = [os.path.join(directory, f"{i:03}.jpg") for i in range(count)]
    if not all(map(os.path.exists, paths)):
        for path, picture in zip(paths, of_tar(tar) if tar else map(drawn, range(count))):
            picture.save(path, quality=88)
    kilobytes = statistics.mean(map(os.path.getsize, paths)) / 1000
    print(f"{count} {'photographs' if tar else 'drawn pictures'} of {SIZE[0]} x {SIZE[1]} pixels, "
          f"{kilobytes:.0f} kB each")
    return paths


def preprocess(path: str) -> numpy.ndarray:
    image = Image.open(path).convert("RGB")
    scale = 224 / min(image.size)
    image = image.resize((max(224, int(image.width * scale)), max(224, int(image.height * scale))),
                         Image.BICUBIC)
    left, top = (image.width - 224) // 2, (image.height - 224) // 2
    pixels = numpy.asarray(image.crop((left, top, left + 224, top + 224)), dtype=numpy.float32)
    return ((pixels / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)


class Peer:
    def __init__(self, model: str, threads: int):
        import openvino
        core = openvino.Core()
        graph = core.read_model(f"{model}/peers/image.xml")
        graph.reshape([BATCH, 3, 224, 224])
        self.compiled = core.compile_model(graph, "CPU", {
            "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16"})
        self.pool = concurrent.futures.ThreadPoolExecutor(threads)

    def embed(self, paths: list[str]) -> None:
        batches = [paths[i:i + BATCH] for i in range(0, len(paths), BATCH)]
        ahead = [self.pool.submit(preprocess, path) for path in batches[0]]
        for index in range(len(batches)):
            pixels = numpy.stack([future.result() for future in ahead])
            if index + 1 < len(batches):
                ahead = [self.pool.submit(preprocess, path) for path in batches[index + 1]]
            self.compiled([pixels])


def ours(arguments, paths, precision):
    listing = os.path.join(arguments.model, "pictures.txt")
    with open(listing, "w") as file:
        file.write("\n".join(paths))
    command = [arguments.bench, "pipeline", "--model", arguments.model, "--precision", precision,
               "--threads", str(arguments.threads), "--list", listing]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--count", type=int, default=64, help="photographs, a multiple of 16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--photographs", metavar="TAR", help="of its files instead of drawn ones")
    arguments = parser.parse_args()
    folder = "photographs" if arguments.photographs else "drawn"
    paths = photographs(
        os.path.join(arguments.model, folder), arguments.count, arguments.photographs)
    peer = Peer(arguments.model, arguments.threads)
    peer.embed(paths[:BATCH])
    walls = {"python": [], "bf16": [], "i8": []}
    processors = {name: [] for name in walls}
    shares = {"bf16": [], "i8": []}
    for _ in range(arguments.rounds):
        start, processor = time.monotonic(), time.process_time()
        peer.embed(paths)
        walls["python"].append(time.monotonic() - start)
        processors["python"].append(time.process_time() - processor)
        for precision in shares:
            found = ours(arguments, paths, precision)
            walls[precision].append(found["wall"])
            processors[precision].append(found["cpu"])
            shares[precision].append(found["encodeCPU"] / found["cpu"])
    peer_wall, peer_cpu = (statistics.median(x["python"]) for x in (walls, processors))
    print(f"Pillow + OpenVINO bf16: {len(paths) / peer_wall:.1f} images/s, "
          f"{1000 * peer_cpu / len(paths):.1f} ms of processor time each")
    for precision in shares:
        wall, cpu = (statistics.median(x[precision]) for x in (walls, processors))
        print(f"vitrine {precision}: {len(paths) / wall:.1f} images/s, "
              f"{1000 * cpu / len(paths):.1f} ms of processor time each "
              f"({100 * statistics.median(shares[precision]):.0f} % of it encoding) -> "
              f"{peer_wall / wall:.2f}x the rate, {peer_cpu / cpu:.2f}x by processor time")


if __name__ == "__main__":
    main()
