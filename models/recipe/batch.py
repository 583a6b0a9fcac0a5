"""A batch of scenes as arrays: all that is random about it, before any pixel is computed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from . import caption
from .lexicon import Lexicon
from .scene import Scene, SceneMaker

PLACES = 20
"""Tokens of a caption in training. Longer captions are shortened to their first thing's name."""


@dataclass
class Batch:
    """Tensors for the composer and for the losses. `n` images, `t` things in all."""

    owner: Tensor
    """`[t]`, image of each thing."""
    layer: Tensor
    """`[t]`, how many things of its image are behind it."""
    drawing: Tensor
    """`[t]`."""
    place: Tensor
    """`[t, 5]`: x, y, size, angle, mirror (-1 or 1)."""
    colour: Tensor
    """`[t, 3, 3]`, applied to each pixel's colour."""
    ground: Tensor
    """`[n]`, kind."""
    ground_colour: Tensor
    """`[n, 2, 3]`."""
    ground_pattern: Tensor
    """`[n, 2]`: period, angle."""
    light: Tensor
    """`[n, 4]`: brightness, contrast, deviation of noise, deviation of blur in pixels."""
    tokens: Tensor
    """`[2n, PLACES]`: captions, then foils; an image without a foil has its caption again."""
    ends: Tensor
    """`[2n]`."""
    has_foil: Tensor
    """`[n]`, bool."""
    classes: Tensor
    """`[n, classes]`, shares of the concepts that are seen; a row sums to 1, or to 0 where nothing is."""

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device."""
        return Batch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})


class BatchMaker(torch.utils.data.Dataset[Batch]):
    """Makes the batch of any step from the seed and the step alone, so that a restart changes nothing."""

    def __init__(self, maker: SceneMaker, lexicon: Lexicon, size: int, seed: int, easy_steps: int) -> None:
        """In the first `easy_steps` steps, scenes of one large thing are more frequent."""
        self.maker, self.lexicon, self.size, self.seed = maker, lexicon, size, seed
        self.easy_steps = max(1, easy_steps)

    def __getitem__(self, step: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng([self.seed, step])
        ease = max(0.0, 1 - step / self.easy_steps)
        scenes = [self.maker.draw(rng, ease) for _ in range(self.size)]
        return pack(scenes, rng, self.maker, self.lexicon)


def pack(scenes: list[Scene], rng: np.random.Generator, maker: SceneMaker, lexicon: Lexicon) -> Batch:
    """Scenes as arrays, and their captions as tokens."""
    things = [(row, depth, item) for row, scene in enumerate(scenes) for depth, item in enumerate(scene.items)]
    items = [item for _, _, item in things]
    tokens, ends, has_foil = _tokens(scenes, rng, maker, lexicon)
    grounds = [scene.ground for scene in scenes]
    return Batch(
        owner=_ints([row for row, _, _ in things]),
        layer=_ints([depth for _, depth, _ in things]),
        drawing=_ints([item.drawing for item in items]),
        place=_floats([[i.x, i.y, i.size, i.angle, -1.0 if i.mirror else 1.0] for i in items]).view(-1, 5),
        colour=torch.from_numpy(np.stack([_matrix(i.turn, i.tint) for i in items] or [np.eye(3, dtype=np.float32)])),
        ground=_ints([ground.kind for ground in grounds]),
        ground_colour=_floats([[ground.first, ground.second] for ground in grounds]),
        ground_pattern=_floats([[ground.period, ground.angle] for ground in grounds]),
        light=torch.from_numpy(_light(len(scenes), rng)),
        tokens=tokens,
        ends=ends,
        has_foil=has_foil,
        classes=_shares([scene.classes for scene in scenes], maker.classes),
    )


def _tokens(
    scenes: list[Scene], rng: np.random.Generator, maker: SceneMaker, lexicon: Lexicon
) -> tuple[Tensor, Tensor, Tensor]:
    right: list[tuple[list[int], int]] = []
    wrong: list[tuple[list[int], int]] = []
    has_foil = []
    for scene in scenes:
        own = lexicon.rows(caption.text(scene.caption), PLACES)
        foil_text = caption.foil(scene.caption, rng.random()) if own else None
        foil = lexicon.rows(foil_text, PLACES) if foil_text else None
        if own is None:
            first = scene.classes[0]
            name = maker.things[first].names[0] if first < len(maker.things) else "shapes"
            own = lexicon.rows(name, PLACES) or lexicon.rows(name.split(" ")[0], PLACES)
        assert own is not None
        right.append(own)
        wrong.append(foil or own)
        has_foil.append(foil is not None)
    rows = [row for row, _ in (*right, *wrong)]
    return _ints(rows), _ints([end for _, end in (*right, *wrong)]), torch.tensor(has_foil)


def _shares(classes: list[list[int]], count: int) -> Tensor:
    shares = torch.zeros(len(classes), count)
    for row, seen in enumerate(classes):
        for concept in seen:
            shares[row, concept] += 1 / len(seen)
    return shares


def _light(count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    noise = rng.uniform(0, 0.16, count) * (rng.random(count) < 0.5)
    blur = rng.uniform(0.3, 1.3, count) * (rng.random(count) < 0.3)
    columns = [rng.normal(0, 0.05, count), rng.uniform(0.75, 1.15, count), noise, blur]
    return np.stack(columns, 1).astype(np.float32)


# Brightness and two axes of colour (YIQ): turning the plane of the axes turns the hue and keeps brightness.
_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_FROM_YIQ = np.linalg.inv(_YIQ)


def _matrix(turn: float | None, tint: tuple[float, float, float] | None) -> npt.NDArray[np.float32]:
    if tint is not None:
        return np.diag(tint).astype(np.float32)
    if turn is None:
        return np.eye(3, dtype=np.float32)
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    # Hues grow against the sense of the plane's axes: red, yellow, green lie clockwise in it.
    turned: npt.NDArray[np.float64] = _FROM_YIQ @ np.array([[1, 0, 0], [0, c, s], [0, -s, c]]) @ _YIQ
    return turned.astype(np.float32)


def _ints(values: list[int] | list[list[int]]) -> Tensor:
    return torch.tensor(values, dtype=torch.long)


def _floats(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
