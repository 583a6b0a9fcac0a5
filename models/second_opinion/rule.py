"""The rule that makes every number of the second opinion from a name and an index.

README.md beside this file states the same rule for readers who write it again in another language.
All arithmetic is integer arithmetic modulo 2**64 or single float32 operations, so that another
program gets the same bits.
"""

import math

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
CHUNK = 1 << 20  # bounds the memory of the uint64 intermediates


def fnv1a(name):
    """FNV-1a, 64 bits, of the name's UTF-8 bytes."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return key


def bits(name, start, stop):
    """The 24 random bits of the elements start..stop of the tensor called name, as uint64."""
    # Array operations on uint64 wrap silently, which is what the rule asks for.
    z = np.arange(start + 1, stop + 1, dtype=np.uint64)
    z *= np.uint64(GOLDEN)
    z += np.array([fnv1a(name)], dtype=np.uint64)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z >> np.uint64(40)


def fill(name, shape, scale, offset):
    """A float32 array of uniform numbers in [offset - scale, offset + scale)."""
    size = math.prod(shape)
    out = np.empty(size, dtype=np.float32)
    scale, offset = np.float32(scale), np.float32(offset)
    for start in range(0, size, CHUNK):
        stop = min(size, start + CHUNK)
        u = bits(name, start, stop).astype(np.float32) * np.float32(2.0**-24)
        out[start:stop] = (u * np.float32(2) - np.float32(1)) * scale + offset
    return out.reshape(shape)


def scale_and_offset(name, shape):
    """The range of a weight, by the kind of tensor that its OpenAI name tells."""
    last = name.rsplit(".", 1)[-1]
    if last == "logit_scale":
        return 0.0, 4.6052
    if last in ("class_embedding", "positional_embedding") or name == "token_embedding.weight":
        return 0.5, 0.0
    if last == "running_mean":
        return 0.05, 0.0
    if last == "running_var":
        return 0.3, 1.0
    if last in ("bias", "in_proj_bias"):
        return 0.1, 0.0
    if len(shape) == 1:  # the weight of a LayerNorm or BatchNorm
        return 0.1, 1.0
    # `proj` and `text_projection` are multiplied from the right; all others are [out, in, ...].
    fan_in = shape[0] if last in ("proj", "text_projection") else math.prod(shape[1:])
    return np.sqrt(np.float32(3) / np.float32(fan_in)), 0.0


def weight(name, shape):
    """One tensor of the model, by its OpenAI name."""
    return fill(name, tuple(shape), *scale_and_offset(name, tuple(shape)))


def pixels():
    """The images, [2, 3, 224, 224], in the model's own (normalised) units.

    Coarse squares carry most of the energy: single pixels of noise would be averaged away by the
    pooling of a convolutional tower.
    """
    coarse = fill("input.pixels.coarse", (2, 3, 14, 14), 1.5, 0.0)
    fine = fill("input.pixels.fine", (2, 3, 224, 224), 0.5, 0.0)
    return coarse.repeat(16, axis=2).repeat(16, axis=3) + fine


def tokens():
    """Three texts, [3, 77]: short, middling, and one that fills the context."""
    rows = np.zeros((3, 77), dtype=np.int64)
    for row, count in enumerate((3, 20, 75)):
        ids = 256 + bits(f"input.tokens.{row}", 0, count).astype(np.int64) % 49000
        rows[row, : count + 2] = [49406, *ids, 49407]
    return rows


def cotangent(embed):
    """W of the recorded gradient: d sum(image_features * W) / d pixels; [2, embed]."""
    return fill("input.cotangent", (2, embed), 1.0, 0.0)
