#!/usr/bin/env bash
# torchvision: three of its functions make three different pictures of one tensor.
#
# One would guess: a float picture becomes 8 bits by rounding, in one way throughout the library.
# What happens: to_pil_image cuts off what is behind the point, so half of all values come out one level too dark.
# save_image rounds to the nearest. The newer v2.ToDtype multiplies by just under 256 and cuts off: a quarter of the
# values differ from rounding, some up and some down. All three bring back what was 8 bits before, so a test that
# loads a picture and saves it sees nothing.
# Why it matters: a picture that was computed, not loaded, is darker by half a level where to_pil_image writes it; a
# file that goes through it again and again (compute, save, load, compute) fades. Hashes and recorded pixels of the
# same tensor depend on the helper's name.
#
# torchvision 0.26.0, torch 2.11.0, Pillow 13.0.0; 100,001 values from 0 to 1. Seen, value of 0.5; share that is not
# rounded to the nearest; mean error in levels:
#   to_pil_image  127; 50 %; -0.5
#   v2.to_dtype   127; 25 %; -0.0005
#   save_image    128; 0 %; 0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu torchvision==0.26.0 pillow==13.0.0

cat > store.py <<'END'
import numpy, torch
from PIL import Image
from torchvision.transforms.functional import to_pil_image
from torchvision.transforms.v2.functional import to_dtype
from torchvision.utils import save_image
from finding import expect, holds

def stored(picture):
    save_image(picture, "saved.png", padding=0)
    ways = {"to_pil_image": to_pil_image(picture), "save_image": Image.open("saved.png"),
            "v2.to_dtype": to_dtype(picture, torch.uint8, scale=True).movedim(0, -1)}
    return {name: numpy.asarray(way)[0, :, 0].astype(float) for name, way in ways.items()}

loaded = torch.arange(256).expand(3, 1, 256) / 255
for name, levels in stored(loaded).items():
    expect(f"{name}, what was 8 bits comes back", numpy.array_equal(levels, numpy.arange(256)), True)

values = torch.linspace(0, 1, 100001)
exact = values.double().numpy() * 255
WANTED = {"to_pil_image": (127, 50, -0.5), "save_image": (128, 0, 0.0), "v2.to_dtype": (127, 25, -0.0)}
for name, levels in stored(values.expand(3, 1, -1)).items():
    share = round(100 * (levels != numpy.floor(exact + 0.5)).mean())
    found = (int(levels[50000]), int(share), round((levels - exact).mean(), 2))
    expect(f"{name}, value of 0.5, share in %, mean error", found, WANTED[name])
END
python store.py
