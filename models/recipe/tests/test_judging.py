"""Judges see the right pictures, and what they say is counted right."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from models.recipe import contact, rank
from models.recipe.model import Shape

COLOURS = {"a-cat": "red", "an-apple": "lime", "two-boats": "blue"}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (24, 24), colour).save(folder / f"{name}.png")
    return folder


def test_a_blind_sheet_hides_the_order_and_keeps_the_key(pictures: Path) -> None:
    orders = {tuple(contact.names(pictures, seed)) for seed in range(20)}
    assert len(orders) > 1
    assert all(sorted(order) == sorted(COLOURS) for order in orders)
    shown = [(Image.open(pictures / f"{name}.png"), "") for name in COLOURS]
    page = contact.page(shown, columns=2, side=10)
    middle = contact.MARGIN + 5
    width, height = 10 + 2 * contact.MARGIN, 10 + 2 * contact.MARGIN + contact.LINE
    found = [page.getpixel((i % 2 * width + middle, i // 2 * height + middle)) for i in range(3)]
    assert found == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


def test_places_count_the_texts_that_fit_better(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shape(window=16, vision_width=64, vision_layers=1, text_width=64, text_layers=1, embed=3)
    monkeypatch.setattr(rank.weights, "load", lambda _: rank.Clip(shape, rows=3))
    # Features as if the model saw colours: the second text is read as blue, the third as nearly so.
    monkeypatch.setattr(rank.Clip, "encode_image", lambda _, pixels: pixels.mean((2, 3)))
    read = torch.tensor([[1.0, 0, 0], [0, 0.1, 1], [0, 0, 0.5]])
    monkeypatch.setattr(rank.prompt, "encode", lambda *_: read)
    texts = ["a cat", "an apple", "two boats"]
    assert rank.places(Path("judge.safetensors"), texts, pictures) == {"a cat": 1, "an apple": 1, "two boats": 2}
