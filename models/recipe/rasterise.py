"""From SVG to pixels, in a child process: some drawings make the rasteriser abort, and that must cost one drawing."""

import io
import logging
import multiprocessing
from multiprocessing.connection import Connection

import numpy as np
from PIL import Image

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds after which a drawing is given up."""


def _serve(pipe: Connection) -> None:
    """The child: answers each SVG with a PNG, or with the text of an error."""
    import resvg_py

    while True:
        svg, size = pipe.recv()
        try:
            pipe.send(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, skip_system_fonts=True)))
        except (ValueError, RuntimeError) as error:
            pipe.send(str(error))


class Rasteriser:
    """Draws SVG with resvg."""

    def __init__(self) -> None:
        """Starts no process yet."""
        self._child: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._child.start()
        theirs.close()
        return self._pipe

    def draw(self, svg: str, size: int) -> Image.Image | None:
        """The drawing, `size` pixels wide; `None` where the rasteriser refuses it or dies of it."""
        pipe = self._pipe or self._start()
        pipe.send((svg, size))
        try:
            answer = pipe.recv() if pipe.poll(PATIENCE) else "no answer"
        except EOFError:
            answer = "the rasteriser died"
        if isinstance(answer, bytes):
            return Image.open(io.BytesIO(answer)).convert("RGBA")
        log.warning("a drawing is left out: %s", answer)
        if answer in ("no answer", "the rasteriser died"):
            self.close()
        return None

    def close(self) -> None:
        """Ends the child."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        self._child = self._pipe = None


def fit(image: Image.Image, size: int) -> Image.Image | None:
    """Cuts empty borders and scales what is left to a square of `size` pixels; `None` where nothing is left."""
    alpha = np.asarray(image.getchannel("A"))
    rows, columns = np.flatnonzero((alpha > 8).any(1)), np.flatnonzero((alpha > 8).any(0))
    if len(rows) == 0:
        return None
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) < 8:
        return None
    # Premultiplied, so that invisible pixels do not shine through at the edges.
    cut = image.crop(box).convert("RGBa")
    scale = size / max(width, height)
    small = cut.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS)
    square = Image.new("RGBa", (size, size))
    square.paste(small, ((size - small.width) // 2, (size - small.height) // 2))
    return square.convert("RGBA")
