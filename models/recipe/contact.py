"""Contact sheets: all pictures of a folder on one page, with their names, or shuffled and numbered for a judge.

`python3 -m models.recipe.contact pictures/ sheet.png`, and `--blind key.json` for a judge.
"""

import argparse
import json
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

MARGIN, LINE = 6, 20
"""Pixels around each picture, and of the line below it."""


def names(folder: Path, blind: int | None = None) -> list[str]:
    """Stems of the pictures in `folder`, sorted; shuffled where `blind` is a seed."""
    found = sorted(path.stem for path in folder.glob("*.png"))
    if not found:
        raise SystemExit(f"{folder} has no .png")
    if blind is not None:
        random.Random(blind).shuffle(found)
    return found


def page(pictures: list[tuple[Image.Image, str]], columns: int, side: int) -> Image.Image:
    """Pictures of `side` pixels in rows, each with a line of text below it."""
    width, height = side + 2 * MARGIN, side + 2 * MARGIN + LINE
    rows = -(-len(pictures) // columns)
    out = Image.new("RGB", (columns * width, rows * height), "white")
    pen, font = ImageDraw.Draw(out), ImageFont.load_default(14)
    for i, (picture, line) in enumerate(pictures):
        x, y = i % columns * width + MARGIN, i // columns * height + MARGIN
        picture = picture.convert("RGB")
        scale = side / max(picture.size)
        size = (round(picture.width * scale), round(picture.height * scale))
        out.paste(picture.resize(size, Image.Resampling.LANCZOS), (x, y))
        pen.text((x + side / 2, y + side + LINE / 2), line, "black", font, anchor="mm")
    return out


def main() -> None:
    """Writes one page."""
    parser = argparse.ArgumentParser("python3 -m models.recipe.contact", description=__doc__)
    add = parser.add_argument
    add("folder", type=Path, help="its pictures, by name")
    add("out", type=Path, help="the page")
    add("--columns", type=int, default=8)
    add("--side", type=int, default=160, help="of each picture, in pixels")
    add("--blind", type=Path, metavar="KEY", help="shuffle and number; which number is which goes to this JSON file")
    add("--shuffle", type=int, default=0, help="seed of the shuffling")
    arguments = parser.parse_args()
    stems = names(arguments.folder, arguments.shuffle if arguments.blind else None)
    lines = [str(i + 1) if arguments.blind else stem.replace("-", " ") for i, stem in enumerate(stems)]
    pictures = [Image.open(arguments.folder / f"{stem}.png") for stem in stems]
    page(list(zip(pictures, lines, strict=True)), arguments.columns, arguments.side).save(arguments.out)
    if arguments.blind:
        key = dict(zip(lines, stems, strict=True))
        arguments.blind.write_text(json.dumps(key, indent=1) + "\n")


if __name__ == "__main__":
    main()
