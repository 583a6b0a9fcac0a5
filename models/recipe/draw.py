"""Pictures by gradient descent on pixels, for judging checkpoints. The real renderer is clipig."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from . import prompt, weights
from .lexicon import Tokenizer
from .model import Clip

JUDGED = tuple(
    "a tomato,a cherry,a lemon,a bee,a whale,an airplane,a key,a candle,a balloon,a tulip,a pear,a chair,a book,"
    "a turtle,a lion,a train".split(",")
)
"""Names for judging pictures. None of them is chosen by looking at what the model draws best."""


@dataclass(frozen=True)
class Course:
    """How a picture is drawn: nearly as in `examples/strawberry.yaml`."""

    epochs: int = 300
    samples: int = 4
    rate: float = 0.09
    smoothness: float = 0.6
    """Weight of the total variation."""
    noise: tuple[float, float] = (0.2, 0.05)
    """At the beginning and at the end."""
    stages: tuple[tuple[float, int], ...] = ((0.0, 32), (0.2, 64), (0.6, 128))
    """From which share of the epochs the canvas has which side."""


def draw(model: Clip, texts: list[str], course: Course, seed: int = 1) -> Tensor:
    """One picture per text, `[n, 3, S, S]` in 0…1; all at once."""
    device = model.text_projection.device
    generator = torch.Generator(device).manual_seed(seed)
    features = prompt.encode(model, texts, Tokenizer())
    side = course.stages[0][1]
    canvas = 0.5 + 0.05 * torch.randn(len(texts), 3, side, side, generator=generator, device=device)
    first = second = torch.zeros_like(canvas)
    count = 0
    for epoch in range(course.epochs):
        t = epoch / max(1, course.epochs - 1)
        side = next(size for start, size in reversed(course.stages) if t >= start)
        if side != canvas.shape[-1]:
            canvas = F.interpolate(canvas, size=(side, side), mode="bicubic", align_corners=False)
            first = second = torch.zeros_like(canvas)
            count = 0
        if epoch % 5 == 0 and t < 0.5:
            canvas = _soften(canvas)
        canvas = canvas.detach().requires_grad_()
        loss = _loss(model, canvas, features, course, t, generator)
        (gradient,) = torch.autograd.grad(loss, canvas)
        count += 1
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        unbiased = (second / (1 - 0.999**count)).sqrt() + 1e-8
        step = course.rate * (1 - 0.9 * t) * first / (1 - 0.9**count) / unbiased
        canvas = (canvas.detach() - step).clamp(0, 1)
    return canvas.detach()


def _loss(
    model: Clip, canvas: Tensor, features: Tensor, course: Course, t: float, generator: torch.Generator
) -> Tensor:
    window = model.visual.grid * model.visual.patch
    views = canvas.repeat_interleave(course.samples, 0)
    count, device = len(views), canvas.device
    deviation = course.noise[0] + (course.noise[1] - course.noise[0]) * t
    noise = deviation * torch.randn(count, 3, window, window, generator=generator, device=device)
    draws = torch.rand(2, count, generator=generator, device=device)
    angle = (draws[0] * 2 - 1) * math.radians(10)
    scale = 1 / (0.8 + 0.4 * draws[1])
    cos, sin, zero = angle.cos() * scale, angle.sin() * scale, torch.zeros(count, device=device)
    matrix = torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1)
    grid = F.affine_grid(matrix, [count, 3, window, window], align_corners=False)
    if canvas.shape[-1] > window:
        views = F.interpolate(views, size=(window, window), mode="area")
    # What comes in from outside is grey.
    views = F.grid_sample(views - 0.5, grid, padding_mode="zeros", align_corners=False) + 0.5
    views = (views + noise).clamp(0, 1)
    similarity = model.encode_image(views) * features.repeat_interleave(course.samples, 0)
    rough = sum((canvas.diff(dim=axis).abs().mean((1, 2, 3)).sum() for axis in (2, 3)), canvas.new_zeros(()))
    return course.smoothness * (1 - 0.8 * t) * rough - similarity.sum() / course.samples


def _soften(canvas: Tensor) -> Tensor:
    weights_1d = torch.tensor([0.2, 0.6, 0.2], device=canvas.device)
    kernel = (weights_1d[:, None] * weights_1d)[None, None].expand(3, 1, 3, 3)
    return F.conv2d(F.pad(canvas, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)


def sheet(path: Path, out: Path, texts: tuple[str, ...] = JUDGED, seed: int = 1, device: str = "cpu") -> None:
    """Draws all texts with the weights at `path` into one PNG of rows of eight, in the order of `texts`."""
    model, tile = weights.load(path).to(device), 128
    pictures = draw(model, list(texts), Course(), seed)
    pictures = F.interpolate(pictures, size=(tile, tile), mode="area")
    columns = min(8, len(texts))
    rows = -(-len(texts) // columns)
    page = torch.ones(rows * columns, 3, tile, tile)
    page[: len(pictures)] = pictures.cpu()
    joined = page.view(rows, columns, 3, tile, tile).permute(0, 3, 1, 4, 2).reshape(rows * tile, columns * tile, 3)
    Image.fromarray((joined.numpy() * 255).round().astype(np.uint8)).save(out)
