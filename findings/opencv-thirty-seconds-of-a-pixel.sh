#!/usr/bin/env bash
# OpenCV: up to version 4 pictures move in steps of 1/32 pixel, floats too; version 5 moves them as told.
#
# One would guess: warpAffine, warpPerspective and remap with linear interpolation compute in floats for pictures of
# floats, so a shift of a hundredth of a pixel is a shift of a hundredth; and an update keeps pictures up to rounding.
# What happens: OpenCV 4 rounds positions to a table of 32 steps per pixel before it interpolates, for every type. A
# shift by less than 1/64 does nothing at all, one by 0.1 is one by 0.094. getRectSubPix in the same version is exact.
# OpenCV 5 is exact for linear. "Cubic" is exact in neither: its kernel (a = -0.75) does not reproduce a ramp, so that
# 0.1 comes out as 0.13.
# Why it matters: a slow zoom or a drift over a hundred frames stands still and then jumps, which looks like a fault
# of the film's encoder; a registration that is refined below 1/64 pixel finds no gradient and stops; augmentations
# "with the same seed" differ between both versions by up to 1/64 pixel times the contrast, 4 of 255 levels at an
# edge.
#
# opencv-python-headless 4.13.0.92 and 5.0.0.93, NumPy 2.4.6; a ramp of floats, one level per pixel. Seen for a shift of
# 1/128, 1/40 and 0.1 pixel:
#   4.13 affine and remap 0, 0.03125, 0.09375; subpix exact; cubic 0.1283 for 0.1
#   5.0  affine and remap exact; subpix exact; cubic 0.136 for 0.1
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 opencv-python-headless==5.0.0.93
pip install --quiet --no-deps --target older opencv-python-headless==4.13.0.92

cat > shift.py <<'END'
import sys, cv2, numpy
from finding import expect

ramp = numpy.tile(numpy.arange(64, dtype=numpy.float32), (64, 1))
rows = numpy.tile(numpy.arange(64, dtype=numpy.float32)[:, None], (1, 64))

def shifts(by, way=cv2.INTER_LINEAR):
    """How far affine, perspective and remap shift by so much, and getRectSubPix."""
    move = numpy.float32([[1, 0, by], [0, 1, 0]])
    affine = cv2.warpAffine(ramp, move, (64, 64), flags=way)
    perspective = cv2.warpPerspective(ramp, numpy.vstack([move, [0, 0, 1]]).astype(numpy.float32), (64, 64), flags=way)
    mapped = cv2.remap(ramp, ramp - numpy.float32(by), rows, way)
    part = cv2.getRectSubPix(ramp, (21, 21), (32 - by, 32))
    return [round(32 - float(value), 4) for value in (affine[32, 32], perspective[32, 32], mapped[32, 32], part[10, 10])]

exact = sys.argv[1] == "exact"
for by, stepped in ((1 / 128, 0.0), (1 / 40, 0.0312), (0.1, 0.0938)):
    wanted = [round(by, 4)] * 3 if exact else [stepped] * 3
    expect(f"OpenCV {cv2.__version__}: {by:.4f} by affine, perspective, remap, subpix", shifts(by), wanted + [round(by, 4)])
expect(f"OpenCV {cv2.__version__}, cubic: 0.1", shifts(0.1, cv2.INTER_CUBIC)[:3], [0.136 if exact else 0.1283] * 3)
END
python shift.py exact
PYTHONPATH=$work/older:$PYTHONPATH python shift.py stepped
