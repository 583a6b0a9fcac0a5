#!/usr/bin/env bash
# pyvips: a preview that was overwritten is read as it was before, in its old size.
#
# One would guess: opening a file reads the file that is there now, or at least looks at its time and length.
# What happens: libvips keeps the last hundred operations with their results, and "load preview.png" is such an
# operation: asked again, it is the same image. Neither the file's time nor its length nor another size of the
# picture is looked at. A removed file is noticed. thumbnail() of the same name reads anew, for PNG, JPEG, AVIF and
# GIF; for WebP it does not. revalidate=True reads the file and replaces what is kept. Pillow, OpenCV and sharp (which
# is made with libvips as well) read what is there.
# Why it matters: previews and latest.png are written again and again under one name. A page or a rating that watches
# them stays at the first picture for as long as few other files are opened, so it works again under load. A thumbnail
# beside it moves on.
#
# pyvips 3.2.0 with libvips 8.18.7, Pillow 13.0.0, opencv-python-headless 5.0.0.93, numpy 2.4.6. Seen after a red
# picture of 64 × 64 was replaced by a blue one of 128 × 128:
#   new_from_file red, 64; with revalidate blue, 128; thumbnail blue (webp: red); Pillow and OpenCV blue, 128
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6 opencv-python-headless==5.0.0.93 pyvips==3.2.0 pyvips-binary==8.18.7 \
  cffi==2.1.1 pycparser==3.12

cat > preview.py <<'END'
import os, time
import cv2, pyvips
from PIL import Image
from finding import expect

def write(name, colour, size):
    Image.new("RGB", (size, size), colour).save(f"new-{name}")
    os.replace(f"new-{name}", name)

def colour(red, green, blue):
    return "red" if red > blue else "blue"

def vips(image):
    return colour(*image(5, 5)[:3])

def opened(name, **options):
    image = pyvips.Image.new_from_file(name, **options)
    return vips(image), image.width

for ending in ("png", "jpg", "gif", "avif", "webp"):
    name = f"preview.{ending}"
    write(name, (200, 30, 30), 64)
    expect(f"{ending}: first", (opened(name), vips(pyvips.Image.thumbnail(name, 16))), (("red", 64), "red"))
    time.sleep(1.1)
    write(name, (30, 30, 200), 128)
    with Image.open(name) as image:
        expect("Pillow", (colour(*image.convert("RGB").getpixel((5, 5))), image.width), ("blue", 128))
    if ending != "gif":
        pixels = cv2.imread(name)
        expect("OpenCV", (colour(*pixels[5, 5, ::-1].tolist()), pixels.shape[1]), ("blue", 128))
    expect("libvips", opened(name), ("red", 64))
    expect("libvips, thumbnail", vips(pyvips.Image.thumbnail(name, 16)), "red" if ending == "webp" else "blue")
    expect("libvips, revalidate", opened(name, revalidate=True), ("blue", 128))
    expect("libvips afterwards", opened(name), ("blue", 128))
    os.remove(name)
    try:
        expect("libvips, removed", opened(name), "an error")
    except pyvips.Error:
        print("libvips, removed: an error")
END
python preview.py
