#!/usr/bin/env bash
# transformers.js, Pillow: CLIP sees other colours of a phone's photo in Node than in Python.
#
# One would guess: a decoder delivers the numbers that are in the file; both processors then do the same with them.
# What happens: phones tag their photos with the profile Display P3. sharp, by which transformers.js reads pictures in
# Node, converts to sRGB whatever has a profile, and so does a canvas. Pillow, OpenCV and thus transformers and
# open_clip in Python take the numbers as they are and leave the profile to whoever asks. The red of sRGB, (255, 0,
# 0), is stored as (234, 51, 34) in P3, and that is what Python's CLIP is shown: paler than what people see.
# Why it matters: features of the same file, made in the browser and on the server, differ for each photo of a phone,
# and not for screenshots, drawings, or test pictures, which have no profile. Whoever "fixes" it by removing metadata
# (another tool's default) makes Node see what Python sees, and colours wrong for people. Which of both CLIP was
# trained with follows from its pipeline: Python's.
#
# @huggingface/transformers 4.3.1 with the sharp that it wants on Node 20, @napi-rs/canvas 1.1.1, Pillow 13.0.0,
# opencv-python-headless 5.0.0.93. Seen for a P3 picture of the sRGB colours red, green, blue and (200, 60, 120):
#   Node and canvas: those, within 3; Pillow and OpenCV: (234, 51, 34), (117, 251, 76), (0, 0, 245), (185, 71, 119)
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6 opencv-python-headless==5.0.0.93
npm_packages @huggingface/transformers@4.3.1 @napi-rs/canvas@1.1.1

cat > colours.mjs <<'END'
import { RawImage } from "@huggingface/transformers";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import sharp from "sharp";

const srgb = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 60, 120]);
await sharp(srgb, { raw: { width: 4, height: 1, channels: 3 } }).png().withIccProfile("p3").toFile("photo.png");
const { data } = await RawImage.read("photo.png");
const photo = await loadImage("photo.png");
const context = createCanvas(4, 1).getContext("2d");
context.drawImage(photo, 0, 0);
const drawn = context.getImageData(0, 0, 4, 1).data.filter((_, place) => place % 4 < 3);
const near = (pixels) => srgb.every((value, place) => Math.abs(value - pixels[place]) <= 3);
console.log(data.length === 12 && near(data), near(drawn));
END
expect "Node: transformers.js and canvas see the colours of sRGB" "$(node colours.mjs)" "true true"

cat > colours.py <<'END'
import cv2, numpy
from PIL import Image
from finding import holds

def shown(name, pixels):
    found = numpy.asarray(pixels).reshape(-1, 3).tolist()
    wanted = [[234, 51, 34], [117, 251, 76], [0, 0, 245], [185, 71, 119]]
    holds(name, found, numpy.abs(numpy.subtract(found, wanted)).max() <= 2)

shown("Pillow", Image.open("photo.png").convert("RGB"))
shown("OpenCV", cv2.imread("photo.png")[..., ::-1])
Image.open("photo.png").convert("RGB").save("bare.png", icc_profile=None)
END
python colours.py
cat > bare.mjs <<'END'
import { RawImage } from "@huggingface/transformers";
console.log([...(await RawImage.read("bare.png")).data.slice(0, 3)].join(" "));
END
expect "Node, without the profile: red" "$(node bare.mjs)" "234 51 34"
