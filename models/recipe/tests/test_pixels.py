"""Pictures show their scenes."""

import numpy as np
import pytest
import torch

from models.recipe import shapes
from models.recipe.attack import attack, norm
from models.recipe.batch import Batch, BatchMaker, pack
from models.recipe.caption import Part
from models.recipe.compose import Composer
from models.recipe.dataset import Dataset
from models.recipe.lexicon import Lexicon
from models.recipe.palette import HUES, describe
from models.recipe.scene import Ground, Item, Scene, SceneMaker

WHITE = Ground(0, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 0.1, 0.0, ("white", "white"))


def _compose(data: Dataset, scene: Scene) -> torch.Tensor:
    maker = SceneMaker(data)
    batch = pack([scene], np.random.default_rng(0), maker, Lexicon(maker.words()))
    batch.light = torch.tensor([[0.0, 1.0, 0.0, 0.0]])
    return Composer(data, 64, torch.device("cpu")).compose(batch, torch.Generator().manual_seed(0))[0]


@pytest.mark.parametrize(("x", "y"), [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75)])
@pytest.mark.parametrize("size", [0.2, 0.5])
def test_things_stand_where_the_scene_says(data: Dataset, x: float, y: float, size: float) -> None:
    square = len(data.drawings) + shapes.NAMES.index("square")
    scene = Scene([Item(square, x, y, size, tint=(0.0, 0.0, 0.0))], WHITE, (Part("a"),), [0])
    dark = 1 - _compose(data, scene).mean(0)
    middle = (torch.arange(64) + 0.5) / 64
    assert abs((dark.sum(0) * middle).sum() / dark.sum() - x) < 0.01
    assert abs((dark.sum(1) * middle).sum() / dark.sum() - y) < 0.01
    # The square fills 0.88 of its drawing.
    assert dark.mean() == pytest.approx((0.88 * size) ** 2, rel=0.08)


def test_later_things_hide_earlier_ones(data: Dataset) -> None:
    circle = len(data.drawings) + shapes.NAMES.index("circle")
    items = [Item(circle, 0.5, 0.5, 0.5, tint=tint) for tint in ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))]
    picture = _compose(data, Scene(items, WHITE, (Part("a"),), [0]))
    assert picture[:, 32, 32].tolist() == pytest.approx([0, 0, 1], abs=0.01)


@pytest.mark.parametrize("target", ["green", "blue", "purple"])
def test_a_turned_hue_is_the_one_of_the_caption(data: Dataset, target: str) -> None:
    drawing = next(i for i, d in enumerate(data.drawings) if d.hue is not None)
    turn = (HUES[target] - (data.drawings[drawing].hue or 0)) % 360
    picture = _compose(data, Scene([Item(drawing, 0.5, 0.5, 1.0, turn=turn)], WHITE, (Part("a"),), [0]))
    middle = (picture[:, 16:48, 16:48].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    _, hue = describe(np.concatenate([middle, np.full((32, 32, 1), 255, np.uint8)], 2))
    assert hue is not None
    assert abs((hue - HUES[target] + 180) % 360 - 180) < 30


def test_a_step_has_one_batch(data: Dataset) -> None:
    maker = SceneMaker(data)
    lexicon = Lexicon(maker.words())

    def batch(step: int) -> Batch:
        return BatchMaker(maker, lexicon, 16, seed=1, easy_steps=10)[step]

    again = vars(batch(7))
    assert all(torch.equal(value, again[name]) for name, value in vars(batch(7)).items())
    assert not torch.equal(batch(7).tokens, batch(8).tokens)


def test_an_attack_stays_within_its_radius_and_does_harm() -> None:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.rand(8, 3, 64, 64, generator=generator) * 0.5 + 0.25
    goal = torch.rand(8, 3, 64, 64, generator=generator)
    radius = torch.linspace(0, 2, 8)

    def loss(x: torch.Tensor) -> torch.Tensor:
        return (x * goal).sum()

    for steps in (1, 3):
        moved = attack(pixels, radius, steps, loss, generator)
        assert (norm(moved - pixels).flatten() <= radius + 1e-4).all()
        assert torch.equal(moved[0], pixels[0])
        assert loss(moved) > loss(pixels) + 1
