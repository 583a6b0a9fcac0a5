"""Weights as files: safetensors in OpenAI's naming, written from checkpoints and read back."""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .lexicon import VOCABULARY
from .model import Clip, Shape

LIMIT = 30_000_000
"""Bytes that a repository should carry at most."""

_DTYPES = {torch.float16: "F16", torch.float32: "F32"}
_NUMPY = {"F16": np.float16, "F32": np.float32}

TABLE = "token_embedding.weight"


class TooLargeError(Exception):
    """The file would be larger than a repository should carry."""


def export(state: dict[str, Any], path: Path) -> str:
    """Writes a checkpoint's averaged weights as float16; returns the SHA-256 of the file.

    The token table gets its full 49,408 rows; those that were never in a caption are zero.

    Raises:
        TooLargeError: more than `LIMIT` bytes.
    """
    average = state["optimizer"]["average"]
    tensors = {name.removeprefix("clip."): value for name, value in average.items() if name.startswith("clip.")}
    table = torch.zeros(VOCABULARY, tensors[TABLE].shape[1])
    # Row 0 only fills up short texts, behind their end, where nothing looks at it.
    table[state["ids"][1:]] = tensors[TABLE][1:]
    tensors[TABLE] = table
    data = _serialise({name: value.half() for name, value in tensors.items()})
    if len(data) > LIMIT:
        raise TooLargeError(f"{path} would have {len(data):,} bytes, more than {LIMIT:,}: make a tower narrower")
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.rename(path)
    return hashlib.sha256(data).hexdigest()


def load(path: Path) -> Clip:
    """A model in float32 with a full token table, from a file in OpenAI's naming with a ViT image tower."""
    tensors = _parse(path.read_bytes())
    model = Clip(_shape(tensors), len(tensors[TABLE]))
    model.load_state_dict({name: value.float() for name, value in tensors.items()})
    return model.eval().requires_grad_(False)


def _shape(tensors: dict[str, Tensor]) -> Shape:
    def layers(prefix: str) -> int:
        return len({name.removeprefix(prefix).split(".")[0] for name in tensors if name.startswith(prefix)})

    width, _, patch, _ = tensors["visual.conv1.weight"].shape
    grid = math.isqrt(len(tensors["visual.positional_embedding"]) - 1)
    context, text_width = tensors["positional_embedding"].shape
    return Shape(
        window=grid * patch,
        patch=patch,
        vision_width=width,
        vision_layers=layers("visual.transformer.resblocks."),
        text_width=text_width,
        text_layers=layers("transformer.resblocks."),
        context=context,
        embed=tensors["text_projection"].shape[1],
    )


def _serialise(tensors: dict[str, Tensor]) -> bytes:
    header: dict[str, Any] = {}
    parts, offset = [], 0
    for name, value in sorted(tensors.items()):
        part = value.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": _DTYPES[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [offset, offset + len(part)],
        }
        offset += len(part)
        parts.append(part)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return b"".join([len(head).to_bytes(8, "little"), head, *parts])


def _parse(data: bytes) -> dict[str, Tensor]:
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        low, high = entry["data_offsets"]
        array = np.frombuffer(data[start + low : start + high], _NUMPY[entry["dtype"]])
        tensors[name] = torch.from_numpy(array.reshape(entry["shape"]).copy())
    return tensors
