#!/usr/bin/env bash
# pillow-jxl-plugin: what was drawn on a JPEG is not in the JPEG XL that is saved of it.
#
# One would guess: Image.save writes the pixels that the image has now, in every format.
# What happens: JPEG XL can pack a JPEG file without loss. The plugin does so whenever the image came from a JPEG: it
# reads the *file* again, and what happened to the image since then (drawing, pasting, thumbnail) is not written. The
# quality that was asked for, or lossless=True, changes nothing. A copy of the image (crop, resize, convert) no
# longer counts as a JPEG and is written as it is. The one warning speaks of reconstruction, not of other
# pixels. lossless_jpeg=False writes the pixels.
# Why it matters: masks, watermarks, blackened faces and labels are drawn in place, and thumbnail() is the usual way to
# make a set of pictures small. The set that was cleaned and shrunk is the original one, in full size.
#
# pillow-jxl-plugin 1.3.8, Pillow 13.0.0. Seen, a pixel of a red JPEG that was painted blue, and sizes of a
# thumbnail of 32 × 32:
#   jxl red, jxl with lossless=True red, thumbnail 64 × 64
#   with lossless_jpeg=False blue, 32 × 32; webp, avif and png blue, 32 × 32
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 pillow-jxl-plugin==1.3.8 packaging==26.4

cat > paint.py <<'END'
import pillow_jxl
from PIL import Image, ImageDraw
from finding import expect

Image.new("RGB", (64, 64), (200, 30, 30)).save("red.jpg", quality=95)

def colour(ending, **options):
    """What the middle of the picture is like after it was painted blue and saved."""
    image = Image.open("red.jpg")
    ImageDraw.Draw(image).rectangle((0, 0, 63, 63), fill=(0, 0, 255))
    assert image.getpixel((32, 32)) == (0, 0, 255)
    image.save(f"painted.{ending}", **options)
    red, _, blue = Image.open(f"painted.{ending}").convert("RGB").getpixel((32, 32))
    return "red" if red > 150 and blue < 80 else "blue" if blue > 200 and red < 50 else (red, blue)

def thumbnail(ending, **options):
    image = Image.open("red.jpg")
    image.thumbnail((32, 32))
    image.save(f"small.{ending}", **options)
    return Image.open(f"small.{ending}").size

expect("jxl", colour("jxl"), "red")
expect("jxl, quality 50", colour("jxl", quality=50), "red")
expect("jxl, lossless", colour("jxl", lossless=True), "red")
expect("jxl, lossless_jpeg=False", colour("jxl", lossless_jpeg=False), "blue")
expect("jxl of a thumbnail", thumbnail("jxl"), (64, 64))
expect("jxl of a thumbnail, lossless_jpeg=False", thumbnail("jxl", lossless_jpeg=False), (32, 32))
Image.open("red.jpg").resize((16, 16)).save("copy.jxl")
expect("jxl of a resized copy", Image.open("copy.jxl").size, (16, 16))
for ending in ("png", "webp", "avif"):
    expect(ending, colour(ending), "blue")
    expect(f"{ending} of a thumbnail", thumbnail(ending), (32, 32))
END
python paint.py
