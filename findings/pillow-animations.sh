#!/usr/bin/env bash
# Pillow: nine frames are three in GIF, PNG and WebP, and nine in AVIF and TIFF.
#
# One would guess: `save_all=True, append_images=…` writes the frames that it was given.
# What happens: for GIF, PNG and WebP frames that equal the one before are left out, and their time is added to it.
# AVIF and TIFF keep them. Nothing says so, and n_frames of the written file is the only trace.
# Why it matters: snapshots of a picture that rests for a while are equal. "Frame 40 is epoch 400" no longer holds,
# a film's frames cannot be paired with a history, and a test that counts frames depends on the format and on how
# much moves. Players that step by frames jump over the rest.
#
# Pillow 13.0.0; nine frames, each of three pictures three times, 100 ms each. Seen, frames and milliseconds in all:
#   gif 3, 900; png 3, 900; webp 3, 900; avif 9, 900; tiff 9
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0

cat > animate.py <<'END'
from PIL import Image
from finding import expect

first, *others = [Image.linear_gradient("L").convert("RGB").rotate(30 * (number // 3)) for number in range(9)]

def written(ending, **options):
    name = f"animation.{ending}"
    first.save(name, save_all=True, append_images=others, **options)
    animation, time = Image.open(name), 0
    for number in range(animation.n_frames):
        animation.seek(number)
        animation.load()
        time += animation.info.get("duration", 0)
    return animation.n_frames, round(time)

for ending in "gif", "png":
    expect(ending, written(ending, duration=100), (3, 900))
expect("webp", written("webp", duration=100, lossless=True), (3, 900))
expect("avif", written("avif", duration=100), (9, 900))
expect("tiff", written("tiff"), (9, 0))
END
python animate.py
