"""How well a model names drawings, in styles that it knows and in one that it has never seen."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from . import caption, prompt, weights
from .attack import attack
from .batch import pack
from .caption import ARTICLE, Part
from .compose import Composer
from .dataset import Dataset
from .lexicon import Lexicon, Tokenizer
from .model import Clip
from .palette import COLOURS
from .scene import Ground, Item, Scene, SceneMaker

log = logging.getLogger(__name__)

GROUPS = frozenset(["animals-nature", "food-drink", "travel-places", "activities", "objects"])
"""Things that have a name; faces and signs are left out."""

ATTACK_STEPS = 5
ATTACK_RADIUS = 1.0
"""L2, for windows of 64 pixels; it grows with the window."""

Table = dict[str, dict[str, float]]


def evaluate(data: Dataset, path: Path, device: torch.device) -> Table:
    """Top-1 and top-5 in percent per style, clean and attacked, among the names that the held-out style draws."""
    model = weights.load(path).to(device)
    concepts = sorted({d.concept for d in data.drawings if d.held_out and data.concepts[d.concept].group in GROUPS})
    names = [caption.text((Part(_article(data.concepts[c].name)), Part(data.concepts[c].name))) for c in concepts]
    ascii_names = [name.encode("ascii", "ignore").decode() for name in names]
    texts = prompt.encode(model, ascii_names, Tokenizer())
    table: Table = {}
    styles = sorted({(not d.held_out, d.style) for d in data.drawings})
    for learned, style in styles:
        shown = [i for i, d in enumerate(data.drawings) if d.style == style and d.concept in set(concepts)]
        target = torch.tensor([concepts.index(data.drawings[i].concept) for i in shown], device=device)
        windows = _windows(data, shown, model.visual.grid * model.visual.patch, device)
        # The attack costs ten times as much, and says the most where nothing could be learned by heart.
        row = _rank(model, windows, texts, target, attacked=not learned)
        table[style + ("" if learned else " (held out)")] = {"names": len(names), "drawings": len(shown), **row}
    return table


def show(tables: dict[str, Table]) -> str:
    """All tables as one, for people."""
    lines = ["| model | style | drawings | top-1 | top-5 | attacked top-1 | top-5 |", "|---|---|---|---|---|---|---|"]
    for model, table in tables.items():
        for style, row in table.items():
            cells = [f"{row[k]:.1f}" if k in row else "" for k in ("top1", "top5", "attacked1", "attacked5")]
            lines.append(f"| {model} | {style} | {row['drawings']:.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _article(name: str) -> str:
    return "" if caption.is_plural(name) else f"{ARTICLE} "


def _windows(data: Dataset, shown: list[int], window: int, device: torch.device) -> Tensor:
    """One large upright drawing per window, on grounds of all colours in turn."""
    rng = np.random.default_rng(0)
    shades = list(COLOURS.values())
    scenes = []
    for row, drawing in enumerate(shown):
        pale = tuple(float(0.5 + 0.5 * c) for c in shades[row % len(shades)])
        ground = Ground(0, pale, pale, 1.0, 0.0, ("white", "white"))  # type: ignore[arg-type]
        scenes.append(Scene([Item(drawing, 0.5, 0.5, 0.9)], ground, (Part("a"),), [0]))
    maker = SceneMaker(data)
    batch = pack(scenes, rng, maker, Lexicon(["a"])).to(device)
    batch.light = torch.tensor([[0.0, 1.0, 0.0, 0.0]], device=device).expand(len(scenes), 4)
    small = Dataset(data.concepts, data.drawings, data.pixels[shown])
    batch.drawing = torch.arange(len(shown), device=device)
    return Composer(small, window, device).compose(batch, torch.Generator(device).manual_seed(0))


def _rank(model: Clip, windows: Tensor, texts: Tensor, target: Tensor, attacked: bool) -> dict[str, float]:
    def logits(pixels: Tensor) -> Tensor:
        return model.encode_image(pixels) @ texts.T

    clean: list[Tensor] = []
    moved: list[Tensor] = []
    scale = model.logit_scale.exp()
    generator = torch.Generator(windows.device).manual_seed(0)
    for pixels, goal in zip(torch.split(windows, 128), torch.split(target, 128), strict=True):
        with torch.no_grad():
            clean.append(_places(logits(pixels), goal))
        if attacked:
            radius = torch.full((len(pixels),), ATTACK_RADIUS * pixels.shape[-1] / 64, device=pixels.device)

            def harm(x: Tensor, goal: Tensor = goal) -> Tensor:
                return F.cross_entropy(logits(x) * scale, goal, reduction="sum")

            worse = attack(pixels, radius, ATTACK_STEPS, harm, generator)
            with torch.no_grad():
                moved.append(_places(logits(worse), goal))
    row: dict[str, Any] = {}
    for name, places in (("top", clean), ("attacked", moved)):
        if places:
            joined = torch.cat(places)
            row |= {f"{name}{k}": round(100 * (joined < k).float().mean().item(), 1) for k in (1, 5)}
    return row


def _places(logits: Tensor, target: Tensor) -> Tensor:
    """How many names come before the right one."""
    return (logits > logits.gather(1, target[:, None])).sum(1)
