#!/usr/bin/env bash
# Pillow: a depth map of 16 bits that is turned by 10 degrees is nearly black, whatever was in it, unless by nearest.
#
# One would guess: rotate and transform treat a grey picture of 16 bits, mode I;16 as PNG and TIFF open, as they treat
# one of 8 bits or of floats; resize does, and what a mode cannot do raises "image has wrong mode", as blurring does.
# What happens: for 16 bits the C code has a way to take the nearest pixel and none to mix neighbours, and falls through
# to the one for 8 bits. That takes the row for as many bytes as it has pixels, which are the bytes of its left half,
# low and high ones in turn, mixes those, and writes the result into the low byte. Of a wall 10,000 away (39 * 256 + 16)
# come numbers between 16 and 39, even if the transform moves nothing. ImageFilter's kernels (SMOOTH, SHARPEN, ...) did
# the same up to Pillow 12.3 and are right in 13; rotate, affine, perspective, quad and extent are as they were.
# Why it matters: depth and height maps, masks of instances and raw photos are of this kind, and augmentation turns and
# warps them together with the colour picture. Nothing raises; the mode, size and type are right; shown with automatic
# contrast it looks like a picture with stripes. Convert to "I" or "F" first, both of which are right.
#
# Pillow 13.0.0 and 12.3.0, numpy 2.4.6; 60 x 40 of 10,000. Seen in the middle of the picture:
#                                     I;16          I and F
#   rotate(10), transform, nearest    10000         10000
#   the same, bilinear and bicubic    16 to 39      10000
#   resize, bilinear and bicubic      10000         10000
#   filter(SMOOTH)                    12.3.0: 17, 13.0.0: 10000
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6
pip install --quiet --no-deps --target older pillow==12.3.0

cat > turn.py <<'END'
import numpy, PIL
from PIL import Image, ImageFilter
from finding import expect, holds

print("Pillow", PIL.__version__)
wall = numpy.full((40, 60), 10000, numpy.uint16)
Image.fromarray(wall).save("depth.png")
depth = Image.open("depth.png")
assert depth.mode == "I;16"
kinds = {"I;16": depth, "I": depth.convert("I"), "F": depth.convert("F")}
WARPS = {
    "rotate": lambda picture, filter: picture.rotate(10, filter),
    "affine": lambda picture, filter: picture.transform(
        picture.size, Image.Transform.AFFINE, (1, 0, 0, 0, 1, 0), filter),
    "perspective": lambda picture, filter: picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, (1, 0.1, 0, 0, 1, 0, 0.001, 0), filter),
    "extent": lambda picture, filter: picture.transform(picture.size, Image.Transform.EXTENT, (5, 5, 55, 35), filter),
    "resize": lambda picture, filter: picture.resize((120, 80), filter),
}

def middle(picture):
    """The smallest and the largest number away from the border."""
    pixels = numpy.asarray(picture)
    height, width = pixels.shape
    pixels = pixels[height // 3:-(height // 3), width // 3:-(width // 3)]
    return int(pixels.min()), int(pixels.max())

for name, warp in WARPS.items():
    for filter in Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC:
        found = {kind: middle(warp(picture, filter)) for kind, picture in kinds.items()}
        right = name == "resize" or filter == Image.Resampling.NEAREST
        low, high = found["I;16"]
        holds(f"{name}, {filter.name}", found, found["I"] == found["F"] == (10000, 10000)
              and ((low, high) == (10000, 10000) if right else 10 <= low <= high <= 45))
low, high = middle(depth.filter(ImageFilter.SMOOTH))
holds("SMOOTH", (low, high), low == high == 10000 if PIL.__version__ == "13.0.0" else 10 <= low <= high <= 45)
try:
    depth.filter(ImageFilter.GaussianBlur(1))
    expect("GaussianBlur", "a picture", "an error")
except ValueError as error:
    expect("GaussianBlur", str(error), "image has wrong mode")
END
python turn.py
PYTHONPATH=$work/older:$PYTHONPATH python turn.py
