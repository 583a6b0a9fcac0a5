"""From a batch of scenes to pixels, on the CPU or on a GPU."""

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from . import shapes
from .batch import Batch
from .dataset import Dataset
from .scene import GROUNDS


class Composer:
    """Holds all drawings in three sizes and puts them into windows."""

    def __init__(self, data: Dataset, window: int, device: torch.device) -> None:
        """`window`: side of the pictures in pixels."""
        self.window, self.device = window, device
        full = _stack(np.concatenate([data.pixels, shapes.draw(data.pixels.shape[1])])).to(device)
        # Small things are taken from small drawings: bilinear sampling alone would leave out pixels.
        self.levels = [full]
        for _ in range(2):
            self.levels.append(_halve(self.levels[-1]))
        middle = (torch.arange(window, device=device) + 0.5) / window
        self.ys, self.xs = torch.meshgrid(middle, middle, indexing="ij")

    def compose(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """Pictures `[n, 3, S, S]` in 0…1. `generator`, on the composer's device, gives the noise."""
        canvas = self._grounds(batch, generator)
        layers = self._place(batch)
        for depth in range(int(batch.layer.max()) + 1 if len(batch.layer) else 0):
            here = (batch.layer == depth).nonzero()[:, 0]
            rows = batch.owner[here]
            over = layers[here]
            canvas[rows] = canvas[rows] * (1 - over[:, 3:]) + over[:, :3]
        return self._light(canvas, batch, generator)

    def _place(self, batch: Batch) -> Tensor:
        """Each thing in a window of its own: `[t, 4, S, S]`, premultiplied."""
        x, y, size, angle, mirror = batch.place.unbind(1)
        cos, sin = angle.cos() / size, angle.sin() / size
        dx = self.xs[None] - x[:, None, None]
        dy = self.ys[None] - y[:, None, None]
        u = (dx * cos[:, None, None] + dy * sin[:, None, None]) * 2 * mirror[:, None, None]
        v = (dy * cos[:, None, None] - dx * sin[:, None, None]) * 2
        grid = torch.stack([u, v], -1)
        out = torch.zeros(len(size), 4, self.window, self.window, device=self.device)
        pixels = size * self.window
        level = torch.where(pixels > 40, 0, torch.where(pixels > 20, 1, 2))
        for i, drawings in enumerate(self.levels):
            here = (level == i).nonzero()[:, 0]
            if len(here):
                source = drawings[batch.drawing[here]].float() / 255
                out[here] = F.grid_sample(source, grid[here], padding_mode="zeros", align_corners=False)
        rgb = torch.einsum("tij,tjhw->tihw", batch.colour[: len(out)], out[:, :3])
        # Premultiplied colours cannot exceed alpha.
        return torch.cat([torch.minimum(rgb.clamp(min=0), out[:, 3:]), out[:, 3:]], 1)

    def _grounds(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """Each ground is a mix of its two colours; the kind says where there is how much of the second."""
        count, side = len(batch.ground), self.window
        period, angle = batch.ground_pattern[:, 0, None, None], batch.ground_pattern[:, 1, None, None]
        along = (self.xs - 0.5) * angle.cos() + (self.ys - 0.5) * angle.sin()
        across = (self.ys - 0.5) * angle.cos() - (self.xs - 0.5) * angle.sin()
        wave, other = (along / period * math.tau).sin(), (across / period * math.tau).sin()
        mix = torch.zeros(count, side, side, device=self.device)
        random = torch.rand(count, 1, 8, 8, generator=generator, device=self.device)
        blobs = F.interpolate(random, size=(side, side), mode="bicubic", align_corners=False)[:, 0].clamp(0, 1)
        noise = torch.rand(count, side, side, generator=generator, device=self.device)
        patterns = {
            "linear": along + 0.5,
            "radial": ((self.xs - 0.5) ** 2 + (self.ys - 0.5) ** 2).sqrt()[None].expand_as(mix) * 1.4,
            "stripes": (wave * 4 + 0.5),
            "checks": (wave * other * 8 + 0.5),
            "dots": ((wave + other) * 4 - 4.5),
            "blobs": blobs,
            "noise": noise,
        }
        for name, pattern in patterns.items():
            mix = torch.where((batch.ground == GROUNDS.index(name))[:, None, None], pattern, mix)
        first, second = (colour[:, :, None, None] for colour in batch.ground_colour.unbind(1))
        return first + (second - first) * mix.clamp(0, 1)[:, None]

    def _light(self, canvas: Tensor, batch: Batch, generator: torch.Generator) -> Tensor:
        """Light, blur and noise, as cameras and renderers make them."""
        brightness, contrast, noise, blur = (column[:, None, None, None] for column in batch.light.unbind(1))
        canvas = (canvas - 0.5) * contrast + 0.5 + brightness
        soft = (batch.light[:, 3] > 0).nonzero()[:, 0]
        if len(soft):
            canvas[soft] = _blur(canvas[soft], blur[soft])
        grain = torch.randn(canvas.shape, generator=generator, device=self.device)
        return (canvas + grain * noise).clamp(0, 1)


def _stack(rgba: npt.NDArray[np.uint8]) -> Tensor:
    """Premultiplied, `[n, 4, S, S]`, bytes."""
    out = np.empty((len(rgba), 4, *rgba.shape[1:3]), np.uint8)
    for start in range(0, len(rgba), 512):  # in pieces, to keep memory low
        part = rgba[start : start + 512].transpose(0, 3, 1, 2).astype(np.uint16)
        out[start : start + 512, :3] = (part[:, :3] * part[:, 3:] + 127) // 255
        out[start : start + 512, 3] = part[:, 3]
    return torch.from_numpy(out)


def _halve(drawings: Tensor) -> Tensor:
    pieces = [F.avg_pool2d(piece.float(), 2).round().to(torch.uint8) for piece in torch.split(drawings, 512)]
    return torch.cat(pieces)


def _blur(images: Tensor, deviation: Tensor) -> Tensor:
    """Gaussian blur of each image with its own deviation in pixels, `[n, 1, 1, 1]`."""
    offsets = torch.arange(-3, 4, device=images.device, dtype=images.dtype)
    kernel = torch.exp(-0.5 * (offsets / deviation.view(-1, 1)) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)
    joined = F.pad(images, (3, 3, 3, 3), mode="replicate").flatten(0, 1)[None]
    joined = F.conv2d(joined, kernel[:, None, None, :], groups=len(kernel))
    joined = F.conv2d(joined, kernel[:, None, :, None], groups=len(kernel))
    return joined.view_as(images)
