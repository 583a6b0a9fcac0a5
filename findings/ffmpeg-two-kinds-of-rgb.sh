#!/usr/bin/env bash
# ffmpeg: coloured edges of a film are smooth or jagged by the kind of RGB that a filter likes, and by version.
#
# One would guess: how the half-size colours of a film become RGB is one thing in all of ffmpeg. A filter that is set
# to do nothing changes nothing, and packed and planar RGB (rgb24, gbrp) hold the same numbers in another order.
# What happens: on the way to packed RGB the scaler repeats each colour for 2 x 2 pixels, and on the way to planar RGB
# it interpolates. In 9.0.2 it repeats for gbrp as well, and still interpolates for gbrap, which is the same with alpha,
# and for planar RGB of 10 bits. Filters ask for the kind that they are written for, and the scaler is put before them
# without a word: `rgbashift`, which shifts by 0, made edges smooth in 4.2.2 and 7.0.2 and leaves them jagged in 9.0.2;
# `colorbalance`, set to nothing, never did.
# Why it matters: a filter that seems to soften a film does not, and an update makes the same line jagged. Frames that
# are compared by their bits, or shown to CLIP, differ by a quarter of the range along red and blue edges. Grey ones
# agree within two levels, and so do tests. `scale=flags=accurate_rnd+full_chroma_int` makes all smooth.
#
# ffmpeg 4.2.2, 7.0.2 and 9.0.2 (imageio-ffmpeg 0.5.1, 0.6.0, 0.8.1), numpy 2.4.6; a red disc on blue in yuv420p. Seen,
# largest difference to the same frame in rgb24, in levels of 255:
#   4.2.2 and 7.0.2   gbrp, gbrap, gbrp10le, rgbashift 62 to 64; colorbalance, bgr0 0
#   9.0.2             gbrap, gbrp10le 62; gbrp, rgbashift, colorbalance, bgr0 0
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6

cat > kinds.py <<'END'
import subprocess, sys
import numpy
from finding import expect, holds

rows, columns = numpy.mgrid[:96, :128]
inside = (columns - 64) ** 2 + (rows - 48) ** 2 < 900
halved = inside.reshape(48, 2, 64, 2).mean((1, 3))
# brightness and colours of red and of blue
planes = [numpy.where(inside, 98, 76), 190 + halved * (110 - 190), 94 + halved * (199 - 94)]
film = b"".join(plane.round().astype(numpy.uint8).tobytes() for plane in planes)
grey = film[:96 * 128] + bytes([128]) * (2 * 48 * 64)

def frame(program, filters, frame=film):
    """A frame in rgb24, after these filters."""
    command = [program, "-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "128x96", "-i", "-",
               "-vf", filters + ",format=rgb24", "-f", "rawvideo", "-"]
    pixels = subprocess.run(command, input=frame, stdout=subprocess.PIPE, check=True).stdout
    return numpy.frombuffer(pixels, numpy.uint8).astype(int)

for version, program in zip(("4.2.2", "7.0.2", "9.0.2"), sys.argv[1:]):
    packed, packed_grey = frame(program, "null"), frame(program, "null", grey)
    newer = version == "9.0.2"
    for filters, smooth in (("format=gbrp", not newer), ("rgbashift", not newer), ("format=gbrap", True),
                            ("format=gbrp10le", True), ("scale=flags=accurate_rnd+full_chroma_int", True),
                            ("colorbalance", False), ("format=bgr0", False)):
        found = int(abs(frame(program, filters) - packed).max())
        holds(f"{version}, {filters}", found, 40 < found < 100 if smooth else found == 0)
        found = int(abs(frame(program, filters, grey) - packed_grey).max())
        holds(f"{version}, {filters}, grey", found, found <= 2)
END
python kinds.py "$(ffmpeg_of 0.5.1)" "$(ffmpeg_of 0.6.0)" "$(ffmpeg_of 0.8.1)"
