#!/usr/bin/env bash
# WebP: a lossless copy of a drawing on white is a drawing on black for CLIP.
#
# One would guess: lossless means that every channel of every pixel comes back.
# What happens: libwebp sets the colour of fully transparent pixels to black, since nobody sees it, unless `exact` is
# asked for. CLIP's pipelines throw transparency away (`convert("RGB")`) and do see it: a logo on transparent white
# becomes one on white from its PNG, and one on black from its lossless WebP. PNG, AVIF, TIFF and GIF keep it.
# Why it matters: sets of pictures are converted to lossless WebP to save space, and checked by looking at them. Dark
# drawings vanish in the black, and the features of everything with a transparent background move.
#
# Pillow 13.0.0 with its libwebp, numpy 2.4.6. Seen, RGB of the transparent corner after convert("RGB"):
#   png, tiff, gif, avif 255 255 255; webp lossless 0 0 0; webp lossless and exact 255 255 255
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6

cat > corners.py <<'END'
from PIL import Image, ImageDraw, features
from finding import expect

print("libwebp", features.version("webp"))
drawing = Image.new("RGBA", (256, 256), (255, 255, 255, 0))
ImageDraw.Draw(drawing).ellipse((40, 40, 216, 216), fill=(20, 20, 30, 255))

def corner(ending, **options):
    drawing.save(f"drawing.{ending}", **options)
    read = Image.open(f"drawing.{ending}")
    assert read.convert("RGBA").getpixel((128, 128)) == (20, 20, 30, 255) or ending in ("gif", "avif")
    return read.convert("RGB").getpixel((0, 0))

for ending, options in ("png", {}), ("tiff", {}), ("gif", {}), ("avif", {"quality": 100}):
    expect(ending, corner(ending, **options), (255, 255, 255))
expect("webp, lossless", corner("webp", lossless=True), (0, 0, 0))
expect("webp, lossless and exact", corner("webp", lossless=True, exact=True), (255, 255, 255))
END
python corners.py
