#!/usr/bin/env bash
# transformers, open_clip: the middle of a 3:2 photo is cut one pixel apart.
#
# One would guess: "shorter side to 224, then the middle 224 × 224" leaves nothing to decide, so both libraries show
# the model the same pixels, up to rounding.
# What happens: a photo of 1000 × 667 becomes 335 × 224, and 111 columns have to go. torchvision (open_clip, OpenAI's
# CLIP) rounds 55.5 to the even 56; transformers 5 takes the whole part, 55. The windows are shifted by one pixel.
# For 800 × 533, where 112 columns go, they agree, as for 4:3 and 16:9.
# Why it matters: features from the two libraries are compared, or a test records one and checks the other, and only
# photos of some sizes disagree, by far more than floating point explains. "The preprocessing is the same" is then
# believed, as the first pictures tried agree to 1e-4.
#
# open_clip_torch 3.3.0, torchvision 0.26.0, Pillow 13.0.0, transformers 5.24.0. Seen, mean difference of the windows
# in normalised units as they are, and with open_clip's moved one column to the right:
#   1000 × 667  0.42, 0.00006
#   800 × 533   0.00004, 0.34
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > compare.py <<'END'
import numpy, torch
from PIL import Image
from open_clip.transform import image_transform
from transformers import CLIPImageProcessor
from finding import holds

transform, processor = image_transform(224, is_train=False), CLIPImageProcessor()

def differences(width, height):
    noise = numpy.random.default_rng(1).integers(0, 256, (height // 8, width // 8, 3), dtype=numpy.uint8)
    photo = Image.fromarray(noise).resize((width, height), Image.BICUBIC)
    ours, theirs = transform(photo), processor(photo, return_tensors="pt")["pixel_values"][0]
    moved = torch.roll(ours, 1, dims=2)
    return [(window - theirs)[:, :, 1:].abs().mean().item() for window in (ours, moved)]

found = differences(1000, 667)
holds("1000 × 667, as they are and moved", found, found[0] > 0.1 and found[1] < 0.001)
found = differences(800, 533)
holds("800 × 533, as they are and moved", found, found[0] < 0.001 and found[1] > 0.1)
END
python compare.py
