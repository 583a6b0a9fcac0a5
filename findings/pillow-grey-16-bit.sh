#!/usr/bin/env bash
# Pillow: a grey picture of 16 bits turns white on its way to RGB.
#
# One would guess: `convert("RGB")` of a 16-bit grey PNG keeps its look, as it does for 16-bit colour.
# What happens: Pillow opens 16-bit colour as 8 bits (the upper byte), but keeps 16-bit grey as it is, mode "I;16".
# convert("RGB") and convert("L") then limit every value to 255 instead of scaling, so whatever is brighter than
# 0.4 % of full scale is white. OpenCV and libvips scale it.
# Why it matters: `Image.open(path).convert("RGB")` stands at the beginning of nearly every CLIP pipeline. Depth
# maps, scans, X-rays and renderings in 16 bits are all rated as a white picture, and so all alike.
#
# Pillow 13.0.0, opencv-python-headless 5.0.0.93, pyvips 3.2.0 with libvips 8.18.7. Seen for grey values
# 0, 16384, 32768, 65535, stored as grey and as colour:
#   Pillow, grey    0 255 255 255
#   Pillow, colour  0 64 128 255
#   OpenCV, grey    0 64 128 255
#   libvips, grey   0 64 128 255
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6 opencv-python-headless==5.0.0.93 pyvips==3.2.0 pyvips-binary==8.18.7 \
  cffi==2.1.1 pycparser==3.12

cat > compare.py <<'END'
import cv2, numpy, pyvips
from PIL import Image
from finding import expect

grey = numpy.array([[0, 16384, 32768, 65535]], dtype=numpy.uint16)
cv2.imwrite("grey.png", grey)
cv2.imwrite("colour.png", numpy.stack([grey] * 3, -1))

def pillow(path):
    return numpy.asarray(Image.open(path).convert("RGB"))[0, :, 0].tolist()

SCALED = [0, 64, 128, 255]
expect("Pillow's modes", [Image.open("grey.png").mode, Image.open("colour.png").mode], ["I;16", "RGB"])
expect("Pillow, grey", pillow("grey.png"), [0, 255, 255, 255])
expect("Pillow, colour", pillow("colour.png"), SCALED)
expect("OpenCV, grey", cv2.imread("grey.png")[0, :, 0].tolist(), SCALED)
expect("libvips, grey", pyvips.Image.new_from_file("grey.png").colourspace("srgb").numpy()[0, :, 0].tolist(), SCALED)
END
python compare.py
