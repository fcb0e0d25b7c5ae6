"""Brings a random ViT-B/32 into each runtime's own format, once: DIR/peers/*.onnx, *.xml."""
import os
import sys

import numpy
import torch
import transformers

OPSET = 17


class Image(torch.nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.model, self.projection = clip.vision_model, clip.visual_projection

    def forward(self, pixels):
        x = self.projection(self.model(pixel_values=pixels).pooler_output)
        return x / x.norm(dim=-1, keepdim=True)


class Text(torch.nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.model, self.projection = clip.text_model, clip.text_projection

    def forward(self, ids):
        x = self.projection(self.model(input_ids=ids).pooler_output)
        return x / x.norm(dim=-1, keepdim=True)


def towers(directory: str):
    clip = transformers.CLIPModel.from_pretrained(directory, attn_implementation="sdpa").eval()
    return Image(clip).eval(), Text(clip).eval()


def ids(length: int, count: int = 1) -> numpy.ndarray:
    words = [[49406, *[(i * 977 + row) % 40000 + 300 for i in range(length - 2)], 49407]
             for row in range(count)]
    return numpy.array(words, dtype=numpy.int64)


def pixels(count: int, seed: int = 0) -> numpy.ndarray:
    return numpy.random.default_rng(seed).standard_normal((count, 3, 224, 224), dtype=numpy.float32)


def export_onnx(directory: str, out: str) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    image, text = towers(directory)
    for name, module, example, axes in (
        ("image", image, torch.from_numpy(pixels(2)), {0: "batch"}),
        ("text", text, torch.from_numpy(ids(8)), {1: "length"}),
    ):
        path = f"{out}/{name}.onnx"
        with torch.no_grad():
            torch.onnx.export(module, (example,), path, input_names=["x"], output_names=["y"],
                              dynamic_axes={"x": axes}, opset_version=OPSET, dynamo=False)
        quantize_dynamic(path, f"{out}/{name}-i8.onnx", weight_type=QuantType.QInt8,
                         per_channel=True)


def export_openvino(out: str) -> None:
    import nncf
    import openvino
    for name, samples in (
        ("image", [pixels(1, seed) for seed in range(32)]),
        ("text", [ids(8 + seed % 8) + seed for seed in range(32)]),
    ):
        model = openvino.convert_model(f"{out}/{name}.onnx")
        openvino.save_model(model, f"{out}/{name}.xml", compress_to_fp16=False)
        quantised = nncf.quantize(model, nncf.Dataset(samples),
                                  model_type=nncf.ModelType.TRANSFORMER, subset_size=32)
        openvino.save_model(quantised, f"{out}/{name}-i8.xml", compress_to_fp16=False)


if __name__ == "__main__":
    directory = sys.argv[1]
    out = f"{directory}/peers"
    os.makedirs(out, exist_ok=True)
    if not os.path.exists(f"{out}/text-i8.onnx"):
        export_onnx(directory, out)
    if not os.path.exists(f"{out}/text-i8.xml"):
        export_openvino(out)
