"""Colours and the words for them."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Red, green, blue in 0…1 of what people call so. Grounds and shapes vary around them.
COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.86, 0.12, 0.12),
    "orange": (0.96, 0.53, 0.08),
    "yellow": (0.97, 0.86, 0.15),
    "green": (0.20, 0.62, 0.20),
    "blue": (0.13, 0.35, 0.82),
    "purple": (0.50, 0.20, 0.66),
    "pink": (0.96, 0.55, 0.72),
    "brown": (0.48, 0.29, 0.13),
    "black": (0.05, 0.05, 0.05),
    "white": (0.97, 0.97, 0.97),
    "gray": (0.50, 0.50, 0.50),
    "turquoise": (0.18, 0.77, 0.75),
}

# Hues in degrees that a drawing can be turned to; the colours with a hue of their own.
HUES = {"red": 0.0, "orange": 30.0, "yellow": 54.0, "green": 120.0, "turquoise": 178.0, "blue": 220.0, "purple": 280.0}
HUES["pink"] = 325.0


def name_of(hue: float, saturation: float, value: float) -> str:
    """The word for a colour: hue in degrees, the others in 0…1."""
    if value < 0.18:
        return "black"
    if saturation < 0.14:
        return "white" if value > 0.88 else "gray"
    if (hue < 14 or hue >= 346) and saturation < 0.5 and value > 0.8:
        return "pink"
    if 12 <= hue < 46 and value < 0.68:
        return "brown"
    edges = [(14, "red"), (42, "orange"), (68, "yellow"), (165, "green"), (195, "turquoise"), (255, "blue")]
    edges += [(300, "purple"), (346, "pink"), (361, "red")]
    return next(word for edge, word in edges if hue < edge)


def hsv(rgb: Floats) -> tuple[Floats, Floats, Floats]:
    """Hue in degrees, saturation and value in 0…1 of colours `[n, 3]` in 0…1."""
    value, low = rgb.max(1), rgb.min(1)
    spread = np.maximum(value - low, 1e-6)
    red, green, blue = rgb.T
    hue = np.where(value == green, 2 + (blue - red) / spread, 4 + (red - green) / spread)
    hue = np.where(value == red, (green - blue) / spread, hue) * 60 % 360
    return hue.astype(np.float32), (spread / np.maximum(value, 1e-6)).astype(np.float32), value


def describe(rgba: npt.NDArray[np.uint8]) -> tuple[str | None, float | None]:
    """A drawing's colour word, where most of it has one colour, and its main hue, where most of it is coloured.

    The hue is in degrees. Drawings with a hue can be turned to another one.
    """
    pixels = rgba.reshape(-1, 4)[::5]
    rgb = pixels[pixels[:, 3] > 127, :3].astype(np.float32) / 255
    if len(rgb) < 50:
        return None, None
    hue, saturation, value = hsv(rgb.astype(np.float32))
    words = [name_of(*triple) for triple in zip(hue.tolist(), saturation.tolist(), value.tolist(), strict=True)]
    counts = {word: words.count(word) / len(words) for word in set(words)}
    word = max(counts, key=lambda key: counts[key])
    chroma = saturation * value
    turn = (np.exp(1j * np.deg2rad(hue)) * chroma).sum() / max(float(chroma.sum()), 1e-6)
    coloured = abs(turn) > 0.85 and (chroma > 0.3).mean() > 0.5
    return (word if counts[word] > 0.55 else None), (float(np.rad2deg(np.angle(turn)) % 360) if coloured else None)
