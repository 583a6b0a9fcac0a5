"""Coloured shapes: drawings that teach colours, positions and numbers without any artist."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

SUPERSAMPLING = 4


def _regular(corners: int, turn: float = 0.0, inner: float = 1.0) -> list[tuple[float, float]]:
    """Corners on a circle around (.5, .5), every second one at `inner` of the radius."""
    count = corners * (2 if inner < 1 else 1)
    angles = [2 * math.pi * i / count - math.pi / 2 + turn for i in range(count)]
    radii = [0.5 * (inner if inner < 1 and i % 2 else 1) for i in range(count)]
    return [(0.5 + r * math.cos(a), 0.5 + r * math.sin(a)) for a, r in zip(angles, radii, strict=True)]


def _heart() -> list[tuple[float, float]]:
    ts = [2 * math.pi * i / 60 for i in range(60)]
    ys = [13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t) for t in ts]
    return [(0.5 + math.sin(t) ** 3 / 2, 0.46 - y / 34) for t, y in zip(ts, ys, strict=True)]


_CROSS = [(0.34, 0.0), (0.66, 0.0), (0.66, 0.34), (1.0, 0.34), (1.0, 0.66), (0.66, 0.66)]
_CROSS = [*_CROSS, *((1 - x, 1 - y) for x, y in _CROSS)]

_POLYGONS: dict[str, list[tuple[float, float]]] = {
    "square": [(0.06, 0.06), (0.94, 0.06), (0.94, 0.94), (0.06, 0.94)],
    "triangle": [(0.5, 0.04), (0.98, 0.92), (0.02, 0.92)],
    "rectangle": [(0, 0.24), (1, 0.24), (1, 0.76), (0, 0.76)],
    "diamond": _regular(4),
    "pentagon": _regular(5),
    "hexagon": _regular(6),
    "star": _regular(5, inner=0.42),
    "heart": _heart(),
    "cross": _CROSS,
}

_ROUND: dict[str, Callable[[ImageDraw.ImageDraw, int], None]] = {
    "circle": lambda draw, s: draw.ellipse((0, 0, s - 1, s - 1), fill=255),
    "oval": lambda draw, s: draw.ellipse((0, s // 5, s - 1, s - s // 5), fill=255),
    "ring": lambda draw, s: draw.ellipse((0, 0, s - 1, s - 1), outline=255, width=s // 6),
}

NAMES = (*_POLYGONS, *_ROUND)


def draw(size: int) -> npt.NDArray[np.uint8]:
    """All shapes in the order of `NAMES`, white: `[n, size, size, 4]`."""
    big = size * SUPERSAMPLING
    out = np.full((len(NAMES), size, size, 4), 255, np.uint8)
    for row, name in enumerate(NAMES):
        image = Image.new("L", (big, big))
        pen = ImageDraw.Draw(image)
        if name in _POLYGONS:
            pen.polygon([(x * (big - 1), y * (big - 1)) for x, y in _POLYGONS[name]], fill=255)
        else:
            _ROUND[name](pen, big)
        out[row, ..., 3] = np.asarray(image.resize((size, size), Image.Resampling.BOX))
    return out
