"""One peer in a process of its own, timed on demand as InferenceBench's `serve` is."""
import json
import sys
import time

runtime, precision, threads, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]


def torch_runner():
    import torch
    from export import towers
    torch.set_num_threads(threads)
    image, text = towers(directory)
    if precision == "bf16":
        image, text = image.bfloat16(), text.bfloat16()

    def run(kind, x):
        with torch.inference_mode():
            x = torch.from_numpy(x)
            if kind == "text":
                return text(x)
            return image(x.bfloat16() if precision == "bf16" else x)
    return run


def onnxruntime_runner():
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    suffix = "-i8" if precision == "i8" else ""
    sessions = {
        kind: onnxruntime.InferenceSession(f"{directory}/peers/{kind}{suffix}.onnx", options,
                                           providers=["CPUExecutionProvider"])
        for kind in ("image", "text")
    }
    return lambda kind, x: sessions[kind].run(None, {"x": x})


def openvino_runner():
    import openvino
    core = openvino.Core()
    suffix = "-i8" if precision == "i8" else ""
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32"}
    compiled = {}

    def run(kind, x):
        key = (kind, x.shape)
        if key not in compiled:  # a graph of its own for each shape: its fastest way
            model = core.read_model(f"{directory}/peers/{kind}{suffix}.xml")
            model.reshape(list(x.shape))
            compiled[key] = core.compile_model(model, "CPU", settings)
        return compiled[key]([x])
    return run


def timed(run, kind, x, seconds):
    run(kind, x)
    run(kind, x)
    walls, processors, start = [], [], time.monotonic()
    while len(walls) < 3 or time.monotonic() - start < seconds:
        wall, processor = time.monotonic(), time.process_time()
        run(kind, x)
        walls.append(time.monotonic() - wall)
        processors.append(time.process_time() - processor)
    middle = len(walls) // 2
    return {"wall": sorted(walls)[middle], "cpu": sorted(processors)[middle]}


def main():
    import warnings
    warnings.filterwarnings("ignore")
    start = time.monotonic()
    run = {"torch": torch_runner, "onnxruntime": onnxruntime_runner,
           "openvino": openvino_runner}[runtime]()
    from export import ids, pixels
    print(json.dumps({"load": time.monotonic() - start}), flush=True)
    for line in sys.stdin:
        kind, size, seconds = line.split()
        x = pixels(int(size)) if kind == "image" else ids(int(size))
        print(json.dumps(timed(run, kind, x, float(seconds))), flush=True)


main()
