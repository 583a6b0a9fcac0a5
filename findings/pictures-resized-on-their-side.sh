#!/usr/bin/env bash
# Pillow, torch: a picture that is resized lying on its side is another picture.
#
# One would guess: bicubic and Lanczos weigh rows and columns alike, so turning, resizing and turning back is resizing,
# up to one level; and resizing bytes is resizing floats and rounding, up to one level.
# What happens: both resize rows first and columns then, and for 8 bits what is between the two is rounded and *limited* to
# 0 .. 255. These filters overshoot at edges on purpose, and the second pass is meant to weigh the overshoot of the
# first one, which is gone. Whether it is the horizontal or the vertical overshoot depends on how the picture lies. Pillow
# 13 chooses the order, so that some sizes are the same both ways; Pillow 12 always takes rows first, so those sizes
# are other pictures in each.
# Why it matters: scans and photos are resized before or after they are turned upright, and features or hashes of both are
# compared. A pipeline in floats (torchvision's ToTensor first) and one in bytes give CLIP other pixels, most for
# what overshoots most: drawings and letters on white. SigLIP's square of a small upright picture changes with an update
# of Pillow, and that of a wide one does not.
#
# Pillow 13.0.0 and 12.3.0, torch 2.11.0; black lines and red letters on white, 400 x 300. Seen, largest difference of 255:
#   made to 600 x 700, turned against upright: Pillow's Lanczos 55, bicubic 27; torch's bicubic 27; each in floats 0
#   made to 224 x 224, bytes against floats: Lanczos 30, bicubic 18, and 6 % of all bytes by more than 2
#   made to 224 x 224, Pillow 12 against 13: 0; the same for 300 x 400: 17
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu pillow==13.0.0

cat > turned.py <<'END'
import numpy, torch
from PIL import Image, ImageDraw
from finding import holds

torch.set_num_threads(1)
picture = Image.new("RGB", (400, 300), "white")
draw = ImageDraw.Draw(picture)
for start in range(0, 400, 9):
    draw.line((start, 0, 400 - start, 300), fill="black")
draw.text((50, 100), "a picture of words", fill="red", font_size=40)
picture.save("wide.png")
channels = [channel.astype(numpy.float32) for channel in numpy.asarray(picture).transpose(2, 0, 1)]

def levels(pictures, others):
    return float(numpy.abs(numpy.asarray(pictures, dtype=float) - numpy.asarray(others, dtype=float)).max())

def turned(size, way):
    """Pillow's result in bytes, upright and by way of a transposed picture."""
    sideways = picture.transpose(Image.Transpose.TRANSPOSE).resize(size[::-1], way)
    return levels(picture.resize(size, way), sideways.transpose(Image.Transpose.TRANSPOSE))

def floats(size, way, turn=False):
    if turn:
        return [numpy.asarray(Image.fromarray(numpy.ascontiguousarray(c.T)).resize(size[::-1], way)).T for c in channels]
    return [numpy.asarray(Image.fromarray(c).resize(size, way)) for c in channels]

def rounded(pictures):
    return numpy.clip(numpy.rint(pictures), 0, 255).transpose(1, 2, 0)

def by_torch(tensor, size, turn):
    sizes = size if turn else size[::-1]  # rows, columns
    tensor = tensor.mT.contiguous() if turn else tensor
    result = torch.nn.functional.interpolate(tensor[None], size=sizes, mode="bicubic", antialias=True)[0]
    return (result.mT if turn else result).double()

upwards, square = (600, 700), (224, 224)
for name, way, least in (("Lanczos", Image.LANCZOS, 30), ("bicubic", Image.BICUBIC, 15)):
    holds(f"Pillow, {name}, bytes, turned", turned(upwards, way), turned(upwards, way) >= least)
    in_floats = levels(floats(upwards, way), floats(upwards, way, turn=True))
    holds(f"Pillow, {name}, floats, turned", in_floats, in_floats < 0.01)
bytes_ = torch.from_numpy(numpy.asarray(picture).transpose(2, 0, 1).copy())
for kind, tensor in (("bytes", bytes_), ("floats", bytes_.float())):
    found = (by_torch(tensor, upwards, False) - by_torch(tensor, upwards, True)).abs().max().item()
    holds(f"torch, bicubic, {kind}, turned", found, found >= 15 if kind == "bytes" else found < 0.01)
for name, way, least in (("Lanczos", Image.LANCZOS, 25), ("bicubic", Image.BICUBIC, 12)):
    found = levels(picture.resize(square, way), rounded(floats(square, way)))
    holds(f"Pillow, {name} to 224 x 224, bytes against floats", found, found >= least)
away = numpy.abs(numpy.asarray(picture.resize(square, Image.BICUBIC), dtype=float) - rounded(floats(square, Image.BICUBIC)))
holds("share of bytes that differ by more than 2", round(float((away > 2).mean()), 3), (away > 2).mean() > 0.03)
END
python turned.py

pip install --quiet --no-deps --target older pillow==12.3.0
cat > square.py <<'END'
import sys, numpy
from PIL import Image
wide = Image.open("wide.png")
upright = wide.transpose(Image.Transpose.TRANSPOSE)
numpy.save(sys.argv[1], [numpy.asarray(picture.resize((224, 224), Image.BICUBIC), dtype=int) for picture in (wide, upright)])
END
python square.py newer.npy
PYTHONPATH=$work/older:$PYTHONPATH python square.py older.npy
cat > versions.py <<'END'
import numpy
from finding import holds
wide, upright = numpy.abs(numpy.load("newer.npy") - numpy.load("older.npy")).max((1, 2, 3)).tolist()
holds("Pillow 12 against 13, 224 x 224: wide, upright", (wide, upright), wide == 0 and upright >= 8)
END
python versions.py
