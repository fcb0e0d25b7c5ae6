"""Random CLIP checkpoints and what the reference implementation (transformers) makes of them."""
import json
import os

import numpy
import torch
import transformers


def pixels(image: int, side: int) -> numpy.ndarray:
    """Pixel values that every language computes alike, about as spread out as normalised pixels."""
    i = numpy.arange(3 * side * side, dtype=numpy.int64)
    values = ((i * 7919 + image * 104729 + i * i % 977) % 4001).astype(numpy.float32)
    return (values / numpy.float32(1000) - numpy.float32(2)).reshape(3, side, side)


def model(configuration: dict, seed: int) -> transformers.CLIPModel:
    """Random weights, larger than the initialiser's, so that no layer is nearly the identity."""
    torch.manual_seed(seed)
    clip = transformers.CLIPModel(transformers.CLIPConfig(**configuration)).eval()
    with torch.no_grad():
        for name, parameter in clip.named_parameters():
            if name == "logit_scale":
                continue
            if "norm" in name and name.endswith("weight"):
                parameter.normal_(1, 0.1)
            elif parameter.ndim < 2:
                parameter.normal_(0, 0.1)
            elif "embedding" in name and "patch" not in name:
                parameter.normal_(0, 0.5)
            else:
                parameter.normal_(0, 1.2 / parameter[0].numel() ** 0.5)
    return clip


def save(clip: transformers.CLIPModel, directory: str, dtype: torch.dtype, shard: str) -> None:
    """Writes config.json and safetensors; embeddings must then be taken from what was written."""
    os.makedirs(directory, exist_ok=True)
    clip.to(dtype).save_pretrained(directory, max_shard_size=shard)
    clip.to(torch.float32)
    generation = os.path.join(directory, "generation_config.json")
    if os.path.exists(generation):
        os.remove(generation)


def unit(vectors: torch.Tensor) -> numpy.ndarray:
    return (vectors / vectors.norm(dim=-1, keepdim=True)).numpy()


def embed(clip: transformers.CLIPModel, images: int, texts: list[list[int]]):
    """Unit vectors of the images 0..<images and of the texts, each text alone and unpadded."""
    side = clip.config.vision_config.image_size
    stack = numpy.stack([pixels(image, side) for image in range(images)])
    with torch.no_grad():
        vision = clip.vision_model(pixel_values=torch.from_numpy(stack)).pooler_output
        text = [
            clip.text_model(input_ids=torch.tensor([ids])).pooler_output for ids in texts
        ]
        return unit(clip.visual_projection(vision)), unit(clip.text_projection(torch.cat(text)))


def write_golden(directory: str, image_vectors, texts, text_vectors) -> None:
    golden = {
        "imageVectors": [[float(x) for x in row] for row in image_vectors],
        "texts": texts,
        "textVectors": [[float(x) for x in row] for row in text_vectors],
    }
    with open(os.path.join(directory, "golden.json"), "w") as file:
        json.dump(golden, file)


def write_tokenizer(directory: str) -> None:
    """A vocabulary of 60: each letter inside and at the end of a word, merges, and the marks."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    merges = [("r", "e"), ("re", "d</w>"), ("d", "r"), ("dr", "e"), ("s", "s</w>"), ("dre", "ss</w>")]
    tokens = [*letters, *(letter + "</w>" for letter in letters), *("".join(m) for m in merges)]
    vocabulary = {token: i for i, token in enumerate([*tokens, "<|startoftext|>", "<|endoftext|>"])}
    with open(os.path.join(directory, "vocab.json"), "w") as file:
        json.dump(vocabulary, file)
    with open(os.path.join(directory, "merges.txt"), "w") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))


def write_preprocessor(directory: str, side: int) -> None:
    settings = {
        "crop_size": side, "do_center_crop": True, "do_normalize": True, "do_resize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": side,
    }
    with open(os.path.join(directory, "preprocessor_config.json"), "w") as file:
        json.dump(settings, file)


def embed_files(clip: transformers.CLIPModel, directory: str, pictures: list, texts: list[str]):
    """Unit vectors of picture files and texts, through the reference's own preprocessing."""
    from PIL import Image
    processor = transformers.CLIPImageProcessorPil.from_pretrained(directory)
    tokenizer = transformers.CLIPTokenizer.from_pretrained(directory)
    images = [Image.open(os.path.join(directory, name)).convert("RGB") for name in pictures]
    with torch.no_grad():
        values = processor(images=images, return_tensors="pt")["pixel_values"]
        vision = clip.vision_model(pixel_values=values).pooler_output
        length = clip.config.text_config.max_position_embeddings
        text = [
            clip.text_model(**tokenizer(
                line, return_tensors="pt", truncation=True, max_length=length)).pooler_output
            for line in texts
        ]
        return unit(clip.visual_projection(vision)), unit(clip.text_projection(torch.cat(text)))
