#!/usr/bin/env bash
# OpenCV: in version 5 a histogram lost an axis, and the brightest value of a row is found in column and row exchanged.
#
# One would guess: a new major version renames things, or refuses what it no longer knows. What still runs gives the
# same.
# What happens: OpenCV 4 has no arrays of one axis; NumPy's became columns, n x 1. OpenCV 5 has them. So calcHist
# gives (16,) instead of (16, 1), normalize of n numbers (n,) instead of (n, 1), and repeat(x, 2, 1) of three numbers
# is 2 x 3 instead of 6 x 1. minMaxLoc of a row gives its place as (x, y): that was (0, 4) and is (4, 0). Nothing
# warns.
# Why it matters: the code goes on. A histogram less one that was saved under version 4 is 16 x 16, by NumPy's
# broadcasting, and its norm a plausible number: "has the picture changed?" says yes for each. The index of the best
# score, taken as the second of both numbers as OpenCV 4 wanted it, is 0 for every picture.
#
# opencv-python-headless 5.0.0.93 and 4.13.0.92, NumPy 2.4.6. Seen, 4 and 5:
#   calcHist (16, 1), (16,); of the same picture, less that of version 4: 0 and 16 x 16, up to 15; minMaxLoc (0, 4), (4, 0)
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 opencv-python-headless==5.0.0.93
pip install --quiet --no-deps --target older opencv-python-headless==4.13.0.92

cat > axes.py <<'END'
import sys, cv2, numpy
from finding import expect, holds

newer = sys.argv[1] == "5"
picture = numpy.random.default_rng(0).integers(0, 256, (16, 16), dtype=numpy.uint8)
histogram = cv2.calcHist([picture], [0], None, [16], [0, 256])
scores = numpy.array([0.1, 0.2, 0.1, 0.3, 0.9])
found = (histogram.shape, cv2.normalize(scores, None).shape, cv2.repeat(scores[:3], 2, 1).shape)
expect(f"OpenCV {cv2.__version__}: calcHist, normalize, repeat", found,
       ((16,), (5,), (2, 3)) if newer else ((16, 1), (5, 1), (6, 1)))
expect("minMaxLoc: place of the largest", cv2.minMaxLoc(scores)[3], (4, 0) if newer else (0, 4))
if not newer:
    numpy.save("histogram.npy", histogram)
difference = histogram - numpy.load("histogram.npy")
holds("the same picture's histogram, less that of version 4: shape, largest", (difference.shape, float(difference.max())),
      difference.shape == (16, 16) and difference.max() > 5 if newer else not difference.any())
END
PYTHONPATH=$work/older:$PYTHONPATH python axes.py 4
python axes.py 5
