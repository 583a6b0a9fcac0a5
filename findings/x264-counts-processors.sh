#!/usr/bin/env bash
# x264: the pixels of a film depend on how many processors the machine has.
#
# One would guess: libx264 is deterministic (it says so, and is, run after run), so the same pictures and the same
# program give the same film.
# What happens: deterministic means "for a given number of threads". Left alone, x264 takes one and a half threads
# per processor. Frames are then coded side by side and may look less far down into each other, and rate control
# knows less: the decoded pixels are others for 4 and for 8 threads than for one. Repeated with the same number, the
# files are the same, bit for bit.
# Why it matters: a film compared by hash, in a test or a cache, is stable on the desk and differs on the build
# machine, in a container with other limits, after a move to another type of node. `-threads 1` (or any fixed
# number) fixes it.
#
# ffmpeg 9.0.2 (imageio-ffmpeg 0.8.1) with libx264; 60 frames of 384 × 384, decoded and hashed. Seen:
#   1, 4, 8 threads: three films; 4 threads once more: the same file as before
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6
program=$(ffmpeg_of 0.8.1)

cat > draw.py <<'END'
import numpy
from PIL import Image
noise = numpy.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=numpy.uint8)
picture = numpy.asarray(Image.fromarray(noise).resize((384, 384), Image.BICUBIC))
for number in range(60):
    Image.fromarray(numpy.roll(picture, 3 * number, axis=1)).save(f"frame{number:02}.png")
END
python draw.py
film() { "$program" -nostdin -v error -y -i frame%02d.png -c:v libx264 -pix_fmt yuv420p -threads "$1" "$2"; }
pixels() { "$program" -nostdin -v error -i "$1" -f rawvideo - | sha256sum; }
for threads in 1 4 8; do film $threads $threads.mp4; done
film 4 again.mp4
films=$(for threads in 1 4 8; do pixels $threads.mp4; done | sort -u | wc -l)
expect "different pixels with 1, 4 and 8 threads" "$films" 3
cmp 4.mp4 again.mp4 || changed "4 threads give another file when repeated"
expect "4 threads, repeated" "$(cmp 4.mp4 again.mp4 && echo same)" same
