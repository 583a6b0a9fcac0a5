"""Records what open_clip's and transformers' own CLIP models answer, for the tests of our loader.

A development script, not part of the build; its result, recorded.json, is committed. To run it:

    python3 -m venv /tmp/second-opinion
    /tmp/second-opinion/bin/pip install -r models/second_opinion/requirements.txt
    /tmp/second-opinion/bin/python models/second_opinion/record.py

It downloads no weights: each number of each model follows from the tensor's name and an index
(rule.py; README.md says it in words), so that the tests make the very same models in the full
shapes of ViT-B/32 and RN50 without a large file in the repository. It takes about a minute
and 3 GB.

Values are computed in float64 and rounded to float32 in the end, so that what is recorded is free
of one library's rounding; how far the same model in float32 is from that is recorded beside it
(`float32_noise`), as the scale for a test's tolerance.
"""

import argparse
import gc
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import open_clip
import torch
import transformers

import huggingface
import rule

HERE = Path(__file__).resolve().parent
PACKAGES = ("open_clip_torch", "transformers", "torch", "torchvision", "numpy")
STRIDE = 97  # co-prime to 224: every column, row and channel comes up


def open_clip_model(name):
    """An open_clip model whose weights follow the rule, and its float tensors by OpenAI name."""
    model = open_clip.CLIP(**open_clip.get_model_config(name)).eval()
    state = {}
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            state[key] = torch.from_numpy(rule.weight(key, tensor.shape))
        else:  # BatchNorm's counter, which inference does not read
            state[key] = torch.zeros_like(tensor)
    model.load_state_dict(state, strict=True)
    return model, {k: v for k, v in state.items() if v.is_floating_point()}


def hugging_face_model(state):
    """transformers' CLIPModel in its default shape, which is ViT-B/32, with the given tensors."""
    config = transformers.CLIPConfig()
    assert config.vision_config.hidden_act == config.text_config.hidden_act == "quick_gelu"
    model = transformers.CLIPModel(config).eval()
    model.load_state_dict(huggingface.from_openai(state), strict=True)
    return model


def answers(encode_image, encode_text, dtype):
    """Image features, text features and the gradient of sum(image features · W), as float64."""
    pixels = torch.from_numpy(rule.pixels()).to(dtype).requires_grad_()
    image = encode_image(pixels)
    cotangent = torch.from_numpy(rule.cotangent(image.shape[1])).to(dtype)
    (gradient,) = torch.autograd.grad((image * cotangent).sum(), pixels)
    with torch.no_grad():
        text = encode_text(torch.from_numpy(rule.tokens()))
    named = {"image_features": image, "text_features": text, "pixel_gradient": gradient}
    return {name: tensor.detach().double() for name, tensor in named.items()}


def in_both_precisions(model, encoders):
    """The answers of one model in float64, and how far float32 is from them."""
    single = answers(*encoders(model), torch.float32)
    exact = answers(*encoders(model.double()), torch.float64)
    return exact, distances(single, exact)


def distances(a, b):
    """For each answer: the largest difference as a share of b's largest magnitude, and the norm of
    the difference as a share of b's norm."""
    return {name: distance(a[name], b[name]) for name in b}


def distance(a, b):
    """Both measures of `distances` for one pair of tensors, with two digits."""
    shares = {"max": (a - b).abs().max() / b.abs().max(), "norm": (a - b).norm() / b.norm()}
    return {measure: float(f"{share:.2g}") for measure, share in shares.items()}


def shorten(array):
    """A list of the shortest decimals that read back as the same float32."""
    return [float(str(x)) for x in np.asarray(array, dtype=np.float32).ravel()]


def summary(values, noise):
    """What is kept of one model's answers."""
    gradient = values["pixel_gradient"]
    return {
        "image_features": shorten(values["image_features"]),
        "text_features": shorten(values["text_features"]),
        "pixel_gradient": {
            "stride": STRIDE,
            "values": shorten(gradient.ravel()[::STRIDE]),
            "norm_per_image_and_channel": shorten(gradient.pow(2).sum((2, 3)).sqrt()),
            "sum_per_image_and_channel": shorten(gradient.sum((2, 3))),
            "max_abs": float(str(np.float32(gradient.abs().max()))),
        },
        "float32_noise": noise,
    }


def probe(state):
    """The bits of some generated numbers, by which a test finds a wrong rule before a wrong model."""
    names = [
        "logit_scale",
        "positional_embedding",
        "ln_final.weight",
        "ln_final.bias",
        "text_projection",
        "token_embedding.weight",
        "transformer.resblocks.11.attn.in_proj_weight",
        "visual.conv1.weight",
    ]
    names += [n for n in ("visual.proj", "visual.bn1.running_mean", "visual.bn1.running_var") if n in state]
    return {name: ends(state[name].numpy()) for name in names}


def ends(array):
    """First, second and last number of an array, as the integers of their float32 bits."""
    bits = np.ascontiguousarray(array).ravel().view(np.uint32)
    return [int(bits[i]) for i in (0, min(1, bits.size - 1), -1)]


def record_open_clip(name):
    """One open_clip model's entry; also its tensors and exact answers."""
    print(f"open_clip {name}", flush=True)
    model, state = open_clip_model(name)
    exact, noise = in_both_precisions(model, lambda m: (m.encode_image, m.encode_text))
    entry = {
        "library": "open_clip",
        "tensors": {key: list(tensor.shape) for key, tensor in state.items()},
        "probe_bits": probe(state),
        **summary(exact, noise),
    }
    return entry, state, exact


def record_hugging_face(state, expected):
    """transformers' entry; its answers must be open_clip's, so only the difference is kept."""
    print("transformers CLIPModel", flush=True)
    model = hugging_face_model(state)
    tensors = {key: list(tensor.shape) for key, tensor in model.state_dict().items()}
    exact, noise = in_both_precisions(
        model,
        lambda m: (
            lambda pixels: m.get_image_features(pixel_values=pixels).pooler_output,
            lambda ids: m.get_text_features(input_ids=ids).pooler_output,
        ),
    )
    apart = distances(exact, expected)
    print(f"  difference from open_clip: {apart}", flush=True)
    assert all(share["max"] < 1e-9 for share in apart.values()), "the two libraries disagree"
    return {
        "library": "transformers",
        "same_answers_as": "ViT-B-32-quickgelu",
        "difference": apart,
        "float32_noise": noise,
        "tensors": tensors,
    }


def write(path, record):
    """JSON with one line per entry of the outer levels: diffs stay readable, the file small."""

    def text(value, depth):
        if isinstance(value, dict) and depth:
            pad = " " * (4 - depth)
            inner = (f"{pad}{json.dumps(k)}: {text(v, depth - 1)}" for k, v in value.items())
            return "{\n" + ",\n".join(inner) + "\n" + pad[1:] + "}"
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    path.write_text(text(record, 3) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


def main():
    """Builds the three models, one after the other, and writes the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE / "recorded.json")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    models = {}
    models["ViT-B-32-quickgelu"], state, exact = record_open_clip("ViT-B-32-quickgelu")
    gc.collect()
    models["CLIPModel"] = record_hugging_face(state, exact)
    del state, exact
    gc.collect()
    models["RN50-quickgelu"], _, _ = record_open_clip("RN50-quickgelu")

    write(
        options.output,
        {
            "about": "Written by record.py; README.md explains it. Do not edit.",
            "versions": {"python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
            "inputs": {
                "tokens": [[int(i) for i in row[row > 0]] for row in rule.tokens()],
                "pixels_probe_bits": ends(rule.pixels()),
                "cotangent_probe_bits": ends(rule.cotangent(512)),
            },
            "models": models,
        },
    )


if __name__ == "__main__":
    main()
