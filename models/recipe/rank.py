"""Does another model see what a picture was meant to show? Ranks texts by how well they fit each picture.

`python3 -m models.recipe.rank --weights judge.safetensors prompts.txt pictures/`

A picture belongs to the line of `prompts.txt` that its file is named after, as `clipig render --text` does:
`a-red-apple.png` to "a red apple".
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from . import prompt, weights
from .lexicon import Tokenizer
from .model import Clip

FIRST = 5
"""Places that count as found."""


def window(path: Path, side: int) -> Tensor:
    """The middle square of a picture, `[3, side, side]` in 0…1."""
    picture = Image.open(path).convert("RGB")
    least = min(picture.size)
    left, top = (picture.width - least) // 2, (picture.height - least) // 2
    square = picture.crop((left, top, left + least, top + least)).resize((side, side), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.asarray(square, np.float32) / 255).permute(2, 0, 1)


def places(path: Path, texts: list[str], folder: Path) -> dict[str, int]:
    """For each text, the place (from 1) that it has among all texts for its own picture."""
    model: Clip = weights.load(path)
    features = prompt.encode(model, texts, Tokenizer())
    side = model.visual.grid * model.visual.patch
    windows = torch.stack([window(folder / f"{text.replace(' ', '-')}.png", side) for text in texts])
    with torch.no_grad():
        similarity = model.encode_image(windows) @ features.T
    better = (similarity > similarity.diagonal()[:, None]).sum(1) + 1
    return dict(zip(texts, better.tolist(), strict=True))


def main() -> None:
    """Prints a line per text, and how many are found."""
    parser = argparse.ArgumentParser("python3 -m models.recipe.rank", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("texts", type=Path, help="one per line")
    parser.add_argument("pictures", type=Path, help="folder")
    arguments = parser.parse_args()
    texts = [line for line in arguments.texts.read_text().splitlines() if line]
    table = places(arguments.weights, texts, arguments.pictures)
    for text, place in sorted(table.items(), key=lambda pair: pair[1]):
        print(f"{place:3}  {text}")
    found = {first: sum(place <= first for place in table.values()) for first in (1, FIRST)}
    print(f"first: {found[1]} of {len(table)}; among the first {FIRST}: {found[FIRST]} of {len(table)}")


if __name__ == "__main__":
    main()
