#!/usr/bin/env bash
# transformers, open_clip: since 5.21 a drawing on nothing is a drawing on white for CLIP, and in open_clip one on black.
#
# One would guess: CLIPImageProcessor takes a picture in as CLIP always did, `convert("RGB")`, or at least as in the
# minor release before; what is preprocessed belongs to the model and does not move with a library.
# What happens: up to 5.20 it dropped transparency as OpenAI's code and open_clip do: a transparent pixel is whatever
# colour is stored behind it, mostly black. From 5.21 on the picture is laid upon white, whether it comes as PIL image,
# with a palette, or as array of four channels (those were refused before), and for SigLIP as for CLIP. What is half
# transparent is mixed with white, where it had its full colour before: soft shadows and antialiased edges too.
# do_convert_rgb=False does not bring the old pixels back, it leaves four channels, which the next step refuses.
# Why it matters: logos, stickers and cut-outs, as PNG or WebP, are what image search is full of. Features that were
# stored with 5.20 or open_clip no longer match those of the same file, by as much as black differs from white, while
# photos, with which an update is tested, agree to the last bit. A dark drawing that CLIP could not see it now sees, and
# a white one it saw is gone. Convert to RGB yourself, and the version does not matter.
#
# transformers 5.20.2 and 5.24.0, open_clip_torch 3.3.0, Pillow 13.0.0; a dark disc on transparent black and a
# shadow of half opacity. Seen, the level of corner and shadow that CLIP gets, in [0, 1]:
#                                    5.20.2       5.24.0       open_clip
#   RGBA                             0.00 0.20    1.00 0.60    0.00 0.20
#   palette with transparency        0.00         1.00         0.00
#   after convert("RGB")             0.00 0.20    0.00 0.20    0.00 0.20
. "$(dirname "$0")/lib/finding.sh"
clip_libraries
pip install --quiet --disable-pip-version-check --no-compile --no-deps --target older transformers==5.20.2

cat > corner.py <<'END'
import sys
from PIL import Image, ImageDraw
from finding import expect

drawing = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
ImageDraw.Draw(drawing).ellipse((40, 40, 216, 216), fill=(20, 20, 30, 255))
ImageDraw.Draw(drawing).rectangle((0, 200, 256, 256), fill=(51, 51, 51, 128))
palette = Image.new("P", (256, 256), 0)
palette.putpalette([0, 0, 0, 200, 30, 30])
ImageDraw.Draw(palette).ellipse((40, 40, 216, 216), fill=1)
palette.save("palette.png", transparency=0)

if sys.argv[1] == "open_clip":
    from open_clip import image_transform
    name, window = "open_clip", image_transform(224, is_train=False, mean=(0, 0, 0), std=(1, 1, 1))
else:
    import transformers
    name = f"transformers {transformers.__version__}"
    processor = transformers.CLIPImageProcessor(do_normalize=False)
    window = lambda picture: processor(picture, return_tensors="pt")["pixel_values"][0]

def level(picture, row):
    return round(float(window(picture)[0, row, 1]), 1)

back = 1.0 if name == "transformers 5.24.0" else 0.0
expect(f"{name}, RGBA, corner", level(drawing, 1), back)
expect("  shadow", level(drawing, 222), 0.6 if back else 0.2)
expect("  palette, corner", level(Image.open("palette.png"), 1), back)
converted = drawing.convert("RGB")
expect("  after convert, corner and shadow", (level(converted, 1), level(converted, 222)), (0.0, 0.2))
END
PYTHONPATH=$work/older:$PYTHONPATH python corner.py transformers
python corner.py transformers
python corner.py open_clip
