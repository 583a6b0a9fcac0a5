#!/usr/bin/env bash
# ffmpeg, Pillow: the same JPEG has other pixels at coloured edges, by up to a quarter of the range.
#
# One would guess: decoders of JPEG differ by a level or two, as the standard allows. What is left to ffmpeg, with its
# bicubic scaler, is as smooth as what comes from Pillow.
# What happens: most JPEG files and films have half as many rows and columns of colour as of brightness. libjpeg, by
# which Pillow, OpenCV and libvips read, interpolates the colours. ffmpeg, where the size does not change, repeats each
# of them for 2 × 2 pixels, so that coloured edges get steps. The scaler's flags full_chroma_int and accurate_rnd make it
# interpolate, though not as libjpeg does. Grey pictures, and JPEG files without subsampling, agree within three levels.
# Why it matters: frames that ffmpeg takes out of a film or a JPEG are compared with what Pillow reads, by CLIP, by hash
# or by difference. Where colours change slowly both agree; drawings and letters in red or blue on white do not, and
# pictures that were made by optimising have such edges everywhere. A test with a grey picture sees nothing.
#
# ffmpeg 4.2.2, 7.0.2 and 9.0.2 (imageio-ffmpeg 0.5.1, 0.6.0, 0.8.1), Pillow 13.0.0, opencv-python-headless 5.0.0.93,
# pyvips 3.2.0 with libvips 8.18.7, numpy 2.4.6; a red disc on white. Seen, largest difference to Pillow, in levels:
#   OpenCV, libvips 0; ffmpeg (all three alike) 71, with those flags 24; without subsampling 3; a grey disc 1
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6 pyvips==3.2.0 pyvips-binary==8.18.7 \
  cffi==2.1.1 pycparser==3.12

cat > compare.py <<'PY'
import subprocess, sys
import cv2, numpy, pyvips
from PIL import Image
from finding import holds

def by_ffmpeg(program, name, scale):
    command = [program, "-nostdin", "-v", "error", "-i", name, *scale, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    pixels = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return numpy.frombuffer(pixels, numpy.uint8).reshape(256, 256, 3)

def show(what, pixels, low, high):
    """The largest and mean difference to Pillow's pixels, in levels."""
    difference = abs(pixels.astype(int) - pillow)
    found = int(difference.max()), round(float(difference.mean()), 2)
    holds(what, found, low <= found[0] <= high)

y, x = numpy.mgrid[:256, :256]
inside = (x - 128) ** 2 + (y - 128) ** 2 < 100 ** 2
red = numpy.where(inside[..., None], (255, 0, 0), (255, 255, 255)).astype(numpy.uint8)
grey = numpy.where(inside[..., None], (80, 80, 80), (255, 255, 255)).astype(numpy.uint8)
pictures = {"red.jpg": (red, "4:2:0"), "red444.jpg": (red, "4:4:4"), "grey.jpg": (grey, "4:2:0")}
smooth = ["-vf", "scale=flags=bicubic+full_chroma_int+full_chroma_inp+accurate_rnd"]
for name, (pixels, subsampling) in pictures.items():
    Image.fromarray(pixels).save(name, quality=95, subsampling=subsampling)
    pillow = numpy.asarray(Image.open(name)).astype(int)
    show(f"OpenCV, {name}", cv2.imread(name)[..., ::-1], 0, 0)
    show(f"libvips, {name}", pyvips.Image.new_from_file(name).numpy(), 0, 0)
    for version, program in zip(("4.2.2", "7.0.2", "9.0.2"), sys.argv[1:]):
        show(f"ffmpeg {version}, {name}", by_ffmpeg(program, name, []), *((50, 90) if name == "red.jpg" else (0, 3)))
        if name == "red.jpg":
            show(f"ffmpeg {version}, {name}, with flags", by_ffmpeg(program, name, smooth), 5, 40)
PY
python compare.py "$(ffmpeg_of 0.5.1)" "$(ffmpeg_of 0.6.0)" "$(ffmpeg_of 0.8.1)"
