#!/usr/bin/env bash
# Pillow, pillow-heif, imagecodecs: asked for a lossless AVIF, HEIF or JPEG XL, they change pixels by up to 200 of 255.
#
# One would guess: what is exact for WebP is exact for the newer formats: `save(..., lossless=True)`, or the best there
# is, a quality of 100 or a distance of 0.
# What happens: Pillow's AVIF takes no notice of `lossless`: colours at half the size, the usual quality. At quality 100
# with 4:4:4 a number is still 3 off, as it goes by way of YCbCr, and nothing that Pillow offers is exact. pillow-heif
# has quality -1 for lossless, which the encoder then is, after the colours were made smaller; with chroma=444 and
# matrix_coefficients=0, and not without, all of it is. imagecodecs is exact in AVIF by itself, and in JPEG XL, whose
# own tools mean lossless by a distance of 0, with lossless=True only. libvips is exact when asked.
# Why it matters: masks, whose numbers have a meaning, and pictures that are compared by their bits are moved to the
# format that is smallest. With a smooth photo a test sees a difference of 3 and thinks of rounding; thin lines in
# colour are lost.
#
# Pillow 13.0.0, pillow-heif 1.8.1, imagecodecs 2026.3.6, pyvips 3.2.0 (libvips 8.18.7); 64 x 64 pixels. Seen, largest
# change in a smooth picture, in noise, and in a pattern of red and blue:
#   Pillow, lossless=True     WebP 0 0 0   AVIF 3 209 157        Pillow, AVIF, quality=100, 4:4:4   3 3 2
#   pillow-heif, quality=-1   4 216 152, with chroma=444 1 1 1, with matrix_coefficients=0 as well 0 0 0
#   imagecodecs               AVIF 0 0 0   JPEG XL, distance=0 2 3 25, lossless=True 0 0 0
#   libvips                   AVIF, lossless=True 0 0 0
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 pillow==13.0.0 pillow-heif==1.8.1 imagecodecs==2026.3.6 pyvips==3.2.0 \
  pyvips-binary==8.18.7 cffi==2.1.1 pycparser==3.12

cat > lossless.py <<'END'
import io
import imagecodecs, numpy, pillow_heif, pyvips
from PIL import Image
from finding import expect, holds

y, x = numpy.mgrid[0:64, 0:64]
squares = ((x // 3 + y // 3) % 2)[..., None]
PICTURES = [
    numpy.stack([x * 4, y * 4, (x + y) * 2], -1).astype(numpy.uint8),
    numpy.random.default_rng(0).integers(0, 256, (64, 64, 3), numpy.uint8),
    numpy.where(squares, [255, 0, 0], [0, 0, 255]).astype(numpy.uint8),
]

def by_pillow(kind, **options):
    def there_and_back(picture):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, kind, **options)
        return numpy.asarray(Image.open(file).convert("RGB"))
    return there_and_back

def by_pillow_heif(**options):
    def there_and_back(picture):
        file = io.BytesIO()
        pillow_heif.from_pillow(Image.fromarray(picture)).save(file, quality=-1, **options)
        return numpy.asarray(pillow_heif.open_heif(file))
    return there_and_back

def by_vips(**options):
    def there_and_back(picture):
        image = pyvips.Image.new_from_memory(picture.tobytes(), 64, 64, 3, "uchar").copy(interpretation="srgb")
        return pyvips.Image.new_from_buffer(image.write_to_buffer(".avif", **options), "").numpy()
    return there_and_back

def by_imagecodecs(name, **options):
    encode, decode = (getattr(imagecodecs, f"{name}_{way}code") for way in ("en", "de"))
    return lambda picture: decode(encode(picture, **options))

def changes(there_and_back):
    return [int(numpy.abs(there_and_back(picture)[..., :3].astype(int) - picture).max()) for picture in PICTURES]

for name, there_and_back in (
    ("Pillow, WebP, lossless=True", by_pillow("WEBP", lossless=True)),
    ("pillow-heif, quality=-1, chroma=444, matrix_coefficients=0", by_pillow_heif(chroma=444, matrix_coefficients=0)),
    ("imagecodecs, AVIF", by_imagecodecs("avif")),
    ("imagecodecs, JPEG XL, lossless=True", by_imagecodecs("jpegxl", lossless=True)),
    ("libvips, AVIF, lossless=True", by_vips(lossless=True)),
):
    expect(name, changes(there_and_back), [0, 0, 0])
for name, there_and_back, least in (
    ("Pillow, AVIF, lossless=True", by_pillow("AVIF", lossless=True), [1, 100, 100]),
    ("Pillow, AVIF, quality=100, 4:4:4", by_pillow("AVIF", quality=100, subsampling="4:4:4"), [1, 1, 1]),
    ("pillow-heif, quality=-1", by_pillow_heif(), [1, 100, 100]),
    ("pillow-heif, quality=-1, chroma=444", by_pillow_heif(chroma=444), [1, 1, 1]),
    ("imagecodecs, JPEG XL, distance=0", by_imagecodecs("jpegxl", distance=0), [1, 1, 10]),
):
    found = changes(there_and_back)
    holds(name, found, all(change >= few for change, few in zip(found, least)))
END
python lossless.py
