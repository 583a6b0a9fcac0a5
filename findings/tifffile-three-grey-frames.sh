#!/usr/bin/env bash
# tifffile, imageio, scikit-image: three grey frames are one coloured picture, four a transparent one, five are five.
#
# One would guess: an array of n x height x width becomes n grey pages for each n, as for 2, 5 and 50, and what is read
# back has the shape that was written.
# What happens: tifffile.imwrite looks at the numbers: if the first axis is 3 or 4 long, and the last is not, it takes
# it for the colours of one picture and writes separate planes of RGB or RGBA. Other readers, as Pillow, then see one
# page whose red is frame 1. tifffile itself gives the array back as it was, so a test with it alone passes;
# scikit-image, which writes and reads by way of tifffile, gives back height x width x 3. imageio's imwrite is the same.
# A DeprecationWarning, which Python hides in libraries, says that this will change. photometric="minisblack" settles
# it; frames that are written one by one are pages.
# Why it matters: depth maps, masks and channels of a microscope are stacked into TIFFs. Films of three and four frames
# are the short tests and the last part of a film cut into pieces, or the only ones that go wrong among thousands. A set
# of pictures by index loses them, since there is no page 1 and 2.
#
# tifffile 2026.3.3, imageio 2.38.1, scikit-image 0.26.0, Pillow 13.0.0; grey frames of 48 x 32, 8 bits, also 16. Seen:
#   frames                      2          3            4            5
#   pages, mode (Pillow)        2, L       1, RGB       1, RGBA      5, L
#   shape by tifffile           2, 32, 48  3, 32, 48    4, 32, 48    5, 32, 48
#   shape by scikit-image       2, 32, 48  32, 48, 3    32, 48, 4    5, 32, 48
#   photometric="minisblack", or one by one: as many pages as frames
. "$(dirname "$0")/lib/finding.sh"
python_packages tifffile==2026.3.3 imageio==2.38.1 scikit-image==0.26.0 pillow==13.0.0 numpy==2.4.6 scipy==1.17.1 \
  networkx==3.6.1 lazy-loader==0.6 packaging==26.4

cat > pages.py <<'END'
import imageio.v3, numpy, skimage.io, tifffile
from PIL import Image
from finding import expect

def pages(name):
    with Image.open(name) as picture:
        return picture.n_frames, picture.mode

for count in 2, 3, 4, 5:
    frames = numpy.full((count, 32, 48), 40, numpy.uint8) * numpy.arange(1, count + 1, dtype=numpy.uint8)[:, None, None]
    one = {3: (1, "RGB"), 4: (1, "RGBA")}.get(count)
    tifffile.imwrite("tifffile.tif", frames)
    expect(f"{count} frames, pages", pages("tifffile.tif"), one or (count, "L"))
    expect("  shape by tifffile", tifffile.imread("tifffile.tif").shape, (count, 32, 48))
    imageio.v3.imwrite("imageio.tif", frames)
    expect("  pages by imageio", pages("imageio.tif"), one or (count, "L"))
    skimage.io.imsave("skimage.tif", frames, check_contrast=False)
    expect("  shape by scikit-image", skimage.io.imread("skimage.tif").shape,
           (32, 48, count) if one else (count, 32, 48))
    tifffile.imwrite("said.tif", frames, photometric="minisblack")
    expect("  pages with photometric", pages("said.tif"), (count, "L"))
    with tifffile.TiffWriter("single.tif") as file:
        for frame in frames:
            file.write(frame)
    expect("  pages one by one", pages("single.tif"), (count, "L"))
    tifffile.imwrite("deep.tif", frames.astype(numpy.uint16))
    expect("  pages of 16 bits", pages("deep.tif")[0], one[0] if one else count)
tifffile.imwrite("tifffile.tif", frames[:3])
with Image.open("tifffile.tif") as picture:
    expect("a pixel of the three", picture.getpixel((0, 0)), (40, 80, 120))
END
python pages.py
