#!/usr/bin/env bash
# Pillow, NumPy: a grey picture changes with the array that it was made of, and a coloured one does not.
#
# One would guess: Image.fromarray either copies or shares memory, for all arrays alike.
# What happens: where Pillow keeps a mode in memory just as NumPy does, the picture lives in the array's memory: grey
# ("L"), colour with alpha ("RGBA") and grey of 16 bits. RGB takes four bytes per pixel in Pillow and is copied, and so
# are "LA", float and int32, and arrays that are not contiguous (every second row, a flipped frame). The
# first call that writes into the picture (putpixel, paste) copies it, so the array never changes with the picture.
# Why it matters: whoever makes frames in one buffer and keeps a picture of each gets a film of a hundred times the last
# frame, for masks, depth maps and sprites with alpha. The same lines with RGB are right, and so is a test with RGB. A
# pool of threads that saves pictures while the next frame is drawn writes halves of two frames.
#
# Pillow 13.0.0 and 10.4.0, numpy 2.4.6. Seen in both, which pictures are black after a white array was set to zero:
#   grey of 8 bits, RGBA, grey of 16 bits black; RGB, LA, float, int32, every second row of grey white
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0 numpy==2.4.6
pip install --quiet --disable-pip-version-check --no-deps --target older pillow==10.4.0

cat > share.py <<'END'
import numpy, PIL
from PIL import Image
from finding import expect

def follows(array):
    """Whether a picture of the array changes with it."""
    picture = Image.fromarray(array)
    before = picture.getpixel((1, 1))
    array[:] = 0
    return picture.getpixel((1, 1)) != before

def white(shape, dtype=numpy.uint8):
    return numpy.full(shape, 255, dtype)

print(PIL.__version__)
expect("grey, RGBA, grey of 16 bits",
       [follows(white((8, 8))), follows(white((8, 8, 4))), follows(white((8, 8), numpy.uint16))], [True] * 3)
expect("RGB, LA, float, int32",
       [follows(white((8, 8, 3))), follows(white((8, 8, 2))), follows(white((8, 8), numpy.float32)),
        follows(white((8, 8), numpy.int32))], [False] * 4)
expect("every second row of grey", follows(white((16, 8))[::2]), False)
kept = {}
for name, shape in ("grey", (4, 4)), ("RGB", (4, 4, 3)):
    buffer, frames = white(shape), []
    for level in range(5):
        buffer[:] = 50 * level
        frames.append(Image.fromarray(buffer))
    kept[name] = [frame.convert("L").getpixel((0, 0)) for frame in frames]
expect("five frames drawn in one buffer", kept, {"grey": [200] * 5, "RGB": [0, 50, 100, 150, 200]})
array = white((8, 8))
picture = Image.fromarray(array)
picture.putpixel((1, 1), 0)
expect("the array after putpixel", int(array[1, 1]), 255)
END
python share.py
PYTHONPATH=$work/older:$PYTHONPATH python share.py
