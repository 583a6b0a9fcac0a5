#!/usr/bin/env bash
# open_clip, oxipng: CLIP sees another picture after a PNG was optimised without loss.
#
# One would guess: an optimiser that promises the same pixels changes nothing for CLIP.
# What happens: oxipng stores a picture of at most 256 colours with a palette. The pixels are the same. But the
# transform of open_clip (and of OpenAI's CLIP, which has the same order) first resizes what Pillow opened and makes
# RGB of it afterwards, and Pillow resizes a picture with a palette by nearest neighbour, whatever filter is asked
# for: palette numbers cannot be averaged. transformers makes RGB first and sees no difference.
# Why it matters: scores of logos, drawings and pixel art depend on how the file was packed, jagged against smooth.
# Files that went through an optimiser, pngquant or a GIF are rated otherwise than what the artist exported.
#
# open_clip_torch 3.3.0, torchvision 0.26.0, Pillow 13.0.0, pyoxipng 9.1.1, transformers 5.24.0. Seen for a circle of
# 600 × 600 in two colours, largest and mean difference of the window in normalised units:
#   open_clip     2.18, 0.0085
#   transformers  0.0, 0.0
. "$(dirname "$0")/lib/finding.sh"
clip_libraries pyoxipng==9.1.1

cat > compare.py <<'END'
import numpy, oxipng
from PIL import Image
from open_clip.transform import image_transform
from transformers import CLIPImageProcessor
from finding import expect, holds

y, x = numpy.mgrid[:600, :600]
inside = (x - 300) ** 2 + (y - 300) ** 2 < 250 ** 2
pixels = numpy.where(inside[..., None], (200, 30, 40), (250, 250, 240)).astype(numpy.uint8)
Image.fromarray(pixels).save("drawn.png")
oxipng.optimize("drawn.png", "optimised.png", level=2)
drawn, optimised = Image.open("drawn.png"), Image.open("optimised.png")
expect("Pillow's mode of the two files", [drawn.mode, optimised.mode], ["RGB", "P"])
expect("same pixels", numpy.array_equal(pixels, numpy.asarray(optimised.convert("RGB"))), True)

def difference(transform):
    difference = abs(transform(drawn) - transform(optimised))
    return round(difference.max().item(), 3), round(difference.mean().item(), 4)

processor = CLIPImageProcessor()
found = difference(image_transform(224, is_train=False))
holds("open_clip, largest and mean difference", found, found[0] > 1)
expect("transformers, largest and mean difference",
       difference(lambda image: processor(image, return_tensors="pt")["pixel_values"][0]), (0.0, 0.0))
END
python compare.py
