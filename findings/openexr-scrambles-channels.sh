#!/usr/bin/env bash
# OpenEXR: a picture that is written channel by channel, as rgb[..., 0] and so on, comes back as three grey ones.
#
# One would guess: `{"R": rgb[..., 0], "G": rgb[..., 1], "B": rgb[..., 2]}` stores a NumPy picture, since a file is made
# of channels; an array whose numbers do not lie side by side is copied first, or refused.
# What happens: the Python package takes the address of the first number and reads on from there, whatever the strides.
# rgb[..., 0] is every third number, so R gets red, green, blue, red, green ... of the first third of the picture. G and
# B get the same, one number later. A picture of planes seen as rows, columns, channels (`numpy.moveaxis`, what a tensor
# of torch becomes) is scrambled as well. Nothing is said, and `File.channels()` still shows the right numbers until the
# file is read back. It has been so since 3.3; numpy.ascontiguousarray, or a change of type, helps.
# Why it matters: OpenEXR is chosen because it keeps floats exactly. The file has the right size and range, and opens.
# Depth and masks, which are arrays of their own, are right; a test with those, with one random plane, or that goes by
# way of float16, sees nothing.
#
# OpenEXR 3.5.3 (3.4.17 and 3.3.6 alike), NumPy 2.4.6; 2 x 4 pixels with the numbers 0 to 23. Seen, first row of R:
#   "R": rgb[..., 0]               0 1 2 3; given 0 3 6 9
#   "RGB": a view of planes        0 9 18 4; given 0 3 6 9
#   "RGB": rgb, ascontiguousarray  0 3 6 9
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 OpenEXR==3.5.3

cat > channels.py <<'END'
import numpy, OpenEXR
from finding import expect

rgb = numpy.arange(24, dtype=numpy.float32).reshape(2, 4, 3)
planes = numpy.ascontiguousarray(numpy.moveaxis(rgb, -1, 0))

def read_back(channels):
    """The first rows of red, green and blue, as they are shown before they are written, and as they are read."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    file = OpenEXR.File(header, channels)
    given = file.channels()
    shown = given["RGB"].pixels[0, :, 0] if "RGB" in given else given["R"].pixels[0]
    file.write("picture.exr")
    read = OpenEXR.File("picture.exr", separate_channels=True).channels()
    return shown.tolist(), [read[name].pixels[0].tolist() for name in "RGB"]

RIGHT = [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]
WAYS = {
    "channels": ({name: rgb[..., n] for n, name in enumerate("RGB")}, [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]),
    "a view of planes": ({"RGB": numpy.moveaxis(planes, 0, -1)}, [[0, 9, 18, 4], [3, 12, 21, 7], [6, 15, 1, 10]]),
    "whole": ({"RGB": rgb}, RIGHT),
    "channels, copied": ({name: numpy.ascontiguousarray(rgb[..., n]) for n, name in enumerate("RGB")}, RIGHT),
    "channels, float16": ({name: rgb[..., n].astype(numpy.float16) for n, name in enumerate("RGB")}, RIGHT),
}
for name, (channels, wanted) in WAYS.items():
    shown, read = read_back(channels)
    expect(f"{name}, red before it is written", shown, [0, 3, 6, 9])
    expect(f"{name}, read back", read, wanted)
END
python channels.py
