"""A data set of a few drawings that needs no download."""

import numpy as np
import pytest

from models.recipe.concepts import Concept
from models.recipe.dataset import SIZE, Dataset, Drawing
from models.recipe.palette import describe

NAMES = ("apple", "cat", "boat", "tree", "red book", "sheep")


@pytest.fixture(scope="session")
def data() -> Dataset:
    """Discs of one colour on nothing; the last two drawings are held out."""
    rng = np.random.default_rng(0)
    ys, xs = np.mgrid[:SIZE, :SIZE] / (SIZE - 1) - 0.5
    concepts = [Concept(str(i), name, (f"little {name}",), ("thing",), "objects") for i, name in enumerate(NAMES)]
    drawings, pixels = [], []
    for i in range(2 * len(NAMES) + 2):
        image = np.zeros((SIZE, SIZE, 4), np.uint8)
        image[..., :3] = rng.integers(0, 256, 3)
        image[..., 3] = 255 * (xs**2 + ys**2 < 0.2)
        colour, hue = describe(image)
        drawings.append(Drawing(i % len(NAMES), "new" if i >= 12 else "old", i >= 12, colour, hue))
        pixels.append(image)
    return Dataset(concepts, drawings, np.stack(pixels))
