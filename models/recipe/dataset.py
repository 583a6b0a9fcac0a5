"""The data set: one file with all drawings, small enough to travel to a GPU."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from . import concepts, palette, rasterise
from .concepts import Concept, Vocabulary
from .sources import STYLES, Package, Tarball, fetch

log = logging.getLogger(__name__)

SIZE = 96
"""Side of a drawing in pixels."""

QUALITY = 90
"""Of WebP, 0…100."""


@dataclass(frozen=True)
class Drawing:
    """What is known of one drawing besides its pixels."""

    concept: int
    style: str
    held_out: bool
    colour: str | None
    """The word for its colour, where it has one."""
    hue: float | None
    """Main hue in degrees, where it can be turned."""


@dataclass(frozen=True)
class Dataset:
    """All drawings in memory."""

    concepts: list[Concept]
    drawings: list[Drawing]
    pixels: npt.NDArray[np.uint8]
    """`[n, SIZE, SIZE, 4]`, red, green, blue, alpha; not premultiplied."""


def build(folder: Path) -> Path:
    """Fetches, rasterises and packs; does nothing where `folder` holds the file already."""
    path = folder / "drawings.zip"
    if path.exists():
        return path
    vocabulary = concepts.load(folder / "packages")
    part = path.with_suffix(".part")
    drawings: list[Drawing] = []
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as pack:
        for package in STYLES:
            before = len(drawings)
            for concept, image in _drawings(package, vocabulary, folder / "packages"):
                buffer = io.BytesIO()
                image.save(buffer, "WEBP", quality=QUALITY, method=4, exact=False)
                pack.writestr(f"{len(drawings):05}.webp", buffer.getvalue())
                colour, hue = palette.describe(np.asarray(image))
                drawings.append(Drawing(concept, str(package.style), package.held_out, colour, hue))
            log.info("%s: %d drawings", package.style, len(drawings) - before)
        index: dict[str, Any] = {"concepts": [concept.to_json() for concept in vocabulary.concepts]}
        index["drawings"] = [asdict(drawing) for drawing in drawings]
        pack.writestr("index.json", json.dumps(index), zipfile.ZIP_DEFLATED)
    part.rename(path)
    log.info("%s: %d drawings, %.1f MB", path, len(drawings), path.stat().st_size / 1e6)
    return path


def load(path: Path) -> Dataset:
    """Reads the file that `build` wrote. Concepts that no style to learn from draws are left out."""
    with zipfile.ZipFile(path) as pack:
        index = json.loads(pack.read("index.json"))
        every = [Drawing(**table) for table in index["drawings"]]
        learned = sorted({drawing.concept for drawing in every if not drawing.held_out})
        new = {old: i for i, old in enumerate(learned)}
        kept = [i for i, drawing in enumerate(every) if drawing.concept in new]
        pixels = np.zeros((len(kept), SIZE, SIZE, 4), np.uint8)
        for row, i in enumerate(kept):
            pixels[row] = np.asarray(Image.open(io.BytesIO(pack.read(f"{i:05}.webp"))).convert("RGBA"))
    known = [Concept.from_json(index["concepts"][old]) for old in learned]
    drawings = [Drawing(**{**asdict(every[i]), "concept": new[every[i].concept]}) for i in kept]
    return Dataset(known, drawings, pixels)


def _drawings(package: Package, names: Vocabulary, folder: Path) -> Iterator[tuple[int, Image.Image]]:
    tarball = Tarball(fetch(package, folder), ("icons.json", "chars.json", "assets/"))
    # A concept is drawn once per style, but Streamline draws some people several times.
    source = _vector_drawings(tarball, names) if "icons.json" in tarball.files else _bitmaps(tarball, names)
    for concept, image in source:
        fitted = rasterise.fit(image, SIZE)
        if fitted is not None:
            yield concept, fitted


def _bitmaps(tarball: Tarball, names: Vocabulary) -> Iterator[tuple[int, Image.Image]]:
    for name, data in sorted(tarball.files.items()):
        concept = names.by_code(Path(name).stem)
        if concept is not None:
            yield concept, Image.open(io.BytesIO(data)).convert("RGBA")


def _vector_drawings(tarball: Tarball, names: Vocabulary) -> Iterator[tuple[int, Image.Image]]:
    table = tarball.json("icons.json")
    wanted: dict[str, int] = {}
    for code, name in tarball.json("chars.json").items():
        concept = names.by_code(code)
        if concept is not None:
            wanted.setdefault(name, concept)
    found = set(wanted.values())
    for name in [*table["icons"], *table.get("aliases", {})]:
        concept = names.by_name(name)
        if name not in wanted and concept is not None and concept not in found:
            wanted[name] = concept
    rasteriser = rasterise.Rasteriser()
    seen: set[str] = set()
    for name, concept in sorted(wanted.items()):
        icon = _resolve(table, name)
        # Two names of one drawing would be two concepts that look the same.
        if icon is None or icon["body"] in seen:
            continue
        seen.add(icon["body"])
        image = rasteriser.draw(_svg(table, icon), 2 * SIZE)
        if image is not None:
            yield concept, image
    rasteriser.close()


def _resolve(table: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The icon of a name; `None` for aliases that turn or mirror another one."""
    if name in table["icons"]:
        icon: dict[str, Any] = table["icons"][name]
        return icon
    alias = table.get("aliases", {}).get(name)
    return _resolve(table, alias["parent"]) if alias and set(alias) == {"parent"} else None


def _svg(table: dict[str, Any], icon: dict[str, Any]) -> str:
    left, top = icon.get("left", 0), icon.get("top", 0)
    width = icon.get("width", table.get("width", 16))
    height = icon.get("height", table.get("height", 16))
    box = f'viewBox="{left} {top} {width} {height}" width="{width}" height="{height}"'
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {space} {box}>{icon['body']}</svg>"
