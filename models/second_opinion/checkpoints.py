"""Checkpoints as open_clip, transformers and peft write them, and what these libraries answer.

A development script, not part of the build. Nothing is downloaded: numbers follow rule.py.

    python3 -m venv /tmp/second-opinion
    /tmp/second-opinion/bin/pip install -r models/second_opinion/requirements.txt
    /tmp/second-opinion/bin/python models/second_opinion/checkpoints.py --record
    /tmp/second-opinion/bin/python models/second_opinion/checkpoints.py --full /tmp/checkpoints
    CLIPIG_CHECKPOINTS=/tmp/checkpoints cargo test --release -p clipig-engine --test second_opinion \\
        -- --ignored --nocapture full_size

The first run of it writes checkpoints.json: small models, each with the names, types and shapes of the
tensors in the files that the library wrote, its configuration files, and its answers. Tests make the same
files again. The second writes public sizes with random weights, 4 GB in all, and expected.json beside each;
the test imports them as `clipig model import` does and prints how far clipig's features are from the
library's. README.md records what came out.
"""

import argparse
import gc
import json
import platform
import shutil
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import open_clip
import peft
import torch
import transformers
from open_clip.push_to_hf_hub import save_config_for_hf
from open_clip.transform import PreprocessCfg
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

import rule
from record import PACKAGES, shorten

HERE = Path(__file__).resolve().parent
HALF = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}


def fill(model, adapters=0.05):
    """Gives every parameter and buffer of a model the numbers of its name."""
    state = {}
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            state[name] = torch.zeros_like(tensor) if "num_batches" in name else tensor
        elif ".lora_" in name:
            state[name] = torch.from_numpy(rule.fill(name, tuple(tensor.shape), adapters, 0.0))
        else:
            state[name] = torch.from_numpy(rule.weight(name, tuple(tensor.shape)))
    model.load_state_dict(state, strict=True)
    return model.eval()


# Every function here writes a folder as its library does, and returns the model.


def open_clip_folder(folder, config, preprocess=None, name="open_clip_model.safetensors"):
    """As open_clip's push_to_hf_hub.save_for_hf, but for the tokenizer."""
    kinds = dict(config)
    custom = kinds.pop("custom_text", False)
    model = fill((open_clip.CustomTextCLIP if custom else open_clip.CLIP)(**kinds))
    open_clip.model.set_model_preprocess_cfg(model, asdict(PreprocessCfg()) | (preprocess or {}))
    folder.mkdir(parents=True, exist_ok=True)
    save_file(model.state_dict(), folder / name)
    save_config_for_hf(model, folder / "open_clip_config.json", model_config=config)
    return model


def transformers_folder(folder, config, dtype=None, shard=None, images=None):
    """As save_pretrained of transformers."""
    model = fill(CLIPModel(CLIPConfig(**config)))
    saved = model.to(dtype) if dtype else model
    saved.save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    if images:
        CLIPImageProcessor(**images).save_pretrained(folder)
    return saved.float()


def adapted_folder(folder, config):
    """A model with adapters that nobody merged: its state dict, and what peft says of the adapters."""
    lora = peft.LoraConfig(r=2, lora_alpha=6, target_modules=["q_proj", "fc1"], layers_to_transform=[1])
    model = peft.get_peft_model(CLIPModel(CLIPConfig(**config)), lora)
    fill(model)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous().clone() for k, v in model.state_dict().items()}, folder / "model.safetensors")
    model.peft_config["default"].save_pretrained(folder)
    (folder / "config.json").write_text(CLIPConfig(**config).to_json_string())
    return model


def towers(vision, text, **more):
    """A configuration of open_clip for small models: windows of 32 pixels, patches of 8."""
    small = {"image_size": 32, "patch_size": 8, "layers": 2}
    return {"embed_dim": 16, "vision_cfg": small | vision, "text_cfg": {"layers": 2} | text, **more}


def clip_config(vision, text, **both):
    """The same for transformers."""
    small = {"image_size": 32, "patch_size": 8, "num_hidden_layers": 2, "projection_dim": 16}
    text = {"num_hidden_layers": 2, "projection_dim": 16} | text
    return {"vision_config": small | both | vision, "text_config": text | both, "projection_dim": 16}


VISION = {"width": 128}
TEXT = {"width": 16, "heads": 2}
HF_VISION = {"hidden_size": 96, "intermediate_size": 384, "num_attention_heads": 4}
HF_TEXT = {"hidden_size": 16, "intermediate_size": 64, "num_attention_heads": 2}

SMALL = {
    "heads of 80": lambda at: open_clip_folder(at, towers({"width": 320, "head_width": 80}, TEXT, quick_gelu=True)),
    "gelu": lambda at: open_clip_folder(at, towers(VISION, TEXT)),
    "other mean and std": lambda at: open_clip_folder(at, towers(VISION, TEXT, quick_gelu=True), HALF),
    "squash": lambda at: open_clip_folder(at, towers(VISION, TEXT), {"resize_mode": "squash"}),
    "custom text": lambda at: open_clip_folder(at, towers(VISION, TEXT, custom_text=True)),
    "layer scale": lambda at: open_clip_folder(
        at, towers(VISION | {"ls_init_value": 0.1}, TEXT | {"ls_init_value": 0.1}, custom_text=True)
    ),
    "feed-forward width": lambda at: open_clip_folder(
        at, towers(VISION | {"mlp_ratio": 4.3637}, TEXT | {"mlp_ratio": 3.0}, custom_text=True)
    ),
    "resnet": lambda at: open_clip_folder(
        at,
        {
            "embed_dim": 16,
            "vision_cfg": {"image_size": 64, "layers": [1, 2, 1, 1], "width": 8, "head_width": 32, "patch_size": None},
            "text_cfg": TEXT | {"layers": 2},
            "quick_gelu": True,
        },
    ),
    "transformers": lambda at: transformers_folder(
        at,
        clip_config(HF_VISION, HF_TEXT, hidden_act="gelu"),
        images={"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "size": {"shortest_edge": 32}, "crop_size": 32},
    ),
    "transformers, sharded": lambda at: transformers_folder(at, clip_config(HF_VISION, HF_TEXT), shard="1MB"),
    "transformers, bfloat16": lambda at: transformers_folder(
        at, clip_config(HF_VISION, HF_TEXT), dtype=torch.bfloat16
    ),
    "adapters": lambda at: adapted_folder(at, clip_config(HF_VISION, HF_TEXT)),
}

FULL = {
    "open_clip-ViT-B-32": lambda at: open_clip_folder(at, open_clip.get_model_config("ViT-B-32")),
    "open_clip-RN50-quickgelu": lambda at: open_clip_folder(at, open_clip.get_model_config("RN50-quickgelu")),
    # ViT-H/14 with 4 of its 32 and of its 24 blocks: the widths and heads are what matters.
    "open_clip-ViT-H-14-short": lambda at: open_clip_folder(at, shortened("ViT-H-14", 4)),
    "open_clip-ViT-B-16-half": lambda at: open_clip_folder(at, open_clip.get_model_config("ViT-B-16"), HALF),
    "transformers-ViT-B-32": lambda at: transformers_folder(at, {}),
    "transformers-ViT-B-32-sharded-bfloat16": lambda at: transformers_folder(
        at, {}, dtype=torch.bfloat16, shard="100MB"
    ),
    "transformers-gelu-heads-of-48": lambda at: transformers_folder(
        at,
        {
            "vision_config": {"num_attention_heads": 16, "hidden_act": "gelu"},
            "text_config": {"num_attention_heads": 16, "hidden_act": "gelu"},
        },
    ),
}


def shortened(name, layers):
    """A configuration of open_clip with fewer blocks."""
    config = open_clip.get_model_config(name)
    config["vision_cfg"]["layers"] = config["text_cfg"]["layers"] = layers
    return config


def windows(side):
    """Images [2, 3, side, side] in 0 to 1."""
    return rule.fill("input.windows", (2, 3, side, side), 0.5, 0.5)


def normalisation(folder):
    """Mean and standard deviation as the files of a folder say them."""
    own, images = folder / "open_clip_config.json", folder / "preprocessor_config.json"
    if own.exists():
        said = json.loads(own.read_text())["preprocess_cfg"]
        return said["mean"], said["std"]
    if images.exists():
        said = json.loads(images.read_text())
        return said["image_mean"], said["image_std"]
    return open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD


def window(model):
    """The side of a model's window in pixels."""
    if hasattr(model, "visual"):
        size = model.visual.image_size
        return size if isinstance(size, int) else size[0]
    return model.config.vision_config.image_size


def answers(model, folder, dtype):
    """Features of the windows and of the texts, computed by the library."""
    mean, std = (torch.tensor(values, dtype=dtype).view(1, 3, 1, 1) for values in normalisation(folder))
    pixels = (torch.from_numpy(windows(window(model))).to(dtype) - mean) / std
    tokens = torch.from_numpy(rule.tokens())
    model = model.to(dtype)
    with torch.no_grad():
        if hasattr(model, "encode_image"):
            image, text = model.encode_image(pixels), model.encode_text(tokens)
        else:
            image = model.get_image_features(pixel_values=pixels).pooler_output
            text = model.get_text_features(input_ids=tokens).pooler_output
    return {"image_features": shorten(image), "text_features": shorten(text), "embed_dim": image.shape[1]}


def contents(folder):
    """What a test needs to write the same files: tensors by name, and configurations as they are."""
    weights, texts = {}, {}
    for file in sorted(folder.iterdir()):
        if file.suffix == ".safetensors":
            with safe_open(file, "pt") as tensors:
                weights[file.name] = {
                    name: [tensors.get_slice(name).get_dtype(), tensors.get_slice(name).get_shape()]
                    for name in tensors.keys()
                }
        elif file.suffix == ".json":
            texts[file.name] = json.loads(file.read_text())
    return {"weights": weights, "texts": texts}


def record(path):
    """Writes what the small models are and what the libraries answer."""
    models = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name, make in SMALL.items():
            folder = Path(temporary) / name
            model = make(folder)
            models[name] = contents(folder) | answers(model, folder, torch.float64)
            print(name, flush=True)
            shutil.rmtree(folder)
    about = "Written by checkpoints.py; README.md explains it. Do not edit."
    versions = {"python": platform.python_version(), **{p: version(p) for p in (*PACKAGES, "peft")}}
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in models.items())
    head = f'{{\n "about": {json.dumps(about)},\n "versions": {json.dumps(versions)},\n "models": {{\n'
    path.write_text(head + lines + "\n }\n}\n")
    print(f"{path}: {path.stat().st_size} bytes")


def full(folder):
    """Writes the large checkpoints and what the libraries answer, in float32."""
    for name, make in FULL.items():
        at = folder / name
        model = make(at)
        (at / "expected.json").write_text(json.dumps(answers(model, at, torch.float32)))
        print(name, sum(file.stat().st_size for file in at.iterdir()) // 1_000_000, "MB", flush=True)
        del model
        gc.collect()


def main():
    """Writes the record, the large checkpoints, or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write checkpoints.json")
    parser.add_argument("--full", type=Path, metavar="FOLDER", help="write large checkpoints into this folder")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    transformers.logging.set_verbosity_error()
    assert np.isfinite(windows(8)).all()
    if options.record:
        record(HERE / "checkpoints.json")
    if options.full:
        full(options.full)


if __name__ == "__main__":
    main()
