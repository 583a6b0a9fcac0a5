#!/usr/bin/env bash
# Pillow: it writes pictures that it will not open, because of their compressed captions.
#
# One would guess: what Pillow saves, Pillow opens; and a caption that is too long costs the caption, not the picture.
# What happens: a text of more than 1 MiB that was stored compressed (`add_text(…, zip=True)`, zTXt or iTXt) makes
# Image.open raise ValueError: "Decompressed data too large". Stored plainly the same text is fine. OpenCV and
# libvips open the same file.
# Why it matters: programs that make pictures store the whole recipe in the PNG: workflows, prompts of a batch, the
# history of a run. Compression is switched on because the text has grown, and from then on everything built on
# Pillow (every pipeline of CLIP) cannot open the picture at all.
#
# Pillow 13.0.0, opencv-python-headless 5.0.0.93, pyvips 3.2.0 with libvips 8.18.7. Seen for a text of 1 MiB + 1:
#   Pillow: stored plainly opens; compressed (zTXt, iTXt) ValueError; OpenCV and libvips open it
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6 opencv-python-headless==5.0.0.93 pyvips==3.2.0 pyvips-binary==8.18.7 \
  cffi==2.1.1 pycparser==3.12

cat > captions.py <<'END'
import cv2, pyvips
from PIL import Image, PngImagePlugin
from finding import expect

def opened():
    try:
        with Image.open("captioned.png") as image:
            return len(image.text["history"])
    except ValueError as error:
        return str(error)

def save(length, international, compressed):
    texts = PngImagePlugin.PngInfo()
    (texts.add_itxt if international else texts.add_text)("history", "x" * length, zip=compressed)
    Image.new("RGB", (8, 8), (1, 2, 3)).save("captioned.png", pnginfo=texts)

LIMIT = 1 << 20
for international in False, True:
    name = "iTXt" if international else "tEXt, zTXt"
    save(LIMIT + 1, international, False)
    expect(f"{name}, plain, 1 MiB and 1", opened(), LIMIT + 1)
    save(LIMIT, international, True)
    expect(f"{name}, compressed, 1 MiB", opened(), LIMIT)
    save(LIMIT + 1, international, True)
    expect(f"{name}, compressed, 1 MiB and 1", opened().split(" for ")[0], "Decompressed data too large")
    expect("OpenCV, libvips",
           [cv2.imread("captioned.png").shape[1], pyvips.Image.new_from_file("captioned.png").width], [8, 8])
END
python captions.py
