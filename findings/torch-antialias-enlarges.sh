#!/usr/bin/env bash
# torch: antialias=True changes pictures that are enlarged, where there is nothing to smooth.
#
# One would guess: antialiasing widens the filter when a picture shrinks. When it grows, `interpolate` with and
# without antialias gives the same, as it does for mode="bilinear".
# What happens: for mode="bicubic" the flag also selects another cubic: a = -0.75 without it (OpenCV's), -0.5 with it
# (Pillow's). Enlarging 32 to 64 pixels, single pixels differ by 0.08 of the full range.
# Why it matters: one flag is switched on "to be safe" for CLIP's preprocessing, or off to save time, and pictures
# smaller than 224 change, too. With the flag torch agrees with Pillow to 1e-6; without it, it does
# not, whichever way the size goes.
#
# torch 2.11.0, Pillow 13.0.0; noise of 32 × 32 in [0, 1] enlarged to 64 × 64, largest differences. Seen:
#   bicubic, with and without antialias    0.084
#   bilinear, with and without antialias   1.2e-7
#   bicubic and Pillow: with antialias 2.4e-7, without 0.084
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu pillow==13.0.0

cat > enlarge.py <<'END'
import numpy, torch
from PIL import Image
from finding import holds

picture = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))

def larger(mode, antialias):
    return torch.nn.functional.interpolate(picture, (64, 64), mode=mode, antialias=antialias)[0, 0]

def difference(a, b):
    return (a - b).abs().max().item()

pillow = torch.from_numpy(numpy.array(Image.fromarray(picture[0, 0].numpy()).resize((64, 64), Image.BICUBIC)))
found = difference(larger("bicubic", True), larger("bicubic", False))
holds("bicubic, with and without antialias", found, found > 0.05)
found = difference(larger("bilinear", True), larger("bilinear", False))
holds("bilinear, with and without antialias", found, found < 1e-6)
found = [difference(larger("bicubic", antialias), pillow) for antialias in (True, False)]
holds("bicubic and Pillow, with and without antialias", found, found[0] < 1e-5 and found[1] > 0.05)
END
python enlarge.py
