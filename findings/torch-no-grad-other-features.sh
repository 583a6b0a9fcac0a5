#!/usr/bin/env bash
# torch, open_clip: a picture's feature has other bits under no_grad; a text's has not.
#
# One would guess: torch.no_grad() only stops torch from keeping what a gradient needs. The numbers are the same.
# What happens: where no gradient can be wanted, nn.MultiheadAttention takes a "fast path" with another attention
# program. open_clip's image tower uses it, so that features of a picture differ in the last bits between optimising
# pixels (gradient wanted) and rating the result (no_grad). The text tower gives a causal mask, which rules the fast
# path out, and is equal. torch.backends.mha.set_fastpath_enabled(False) makes both equal.
# Why it matters: "the same picture, the same model, the same machine" gives two similarities. A score that was logged
# while the picture was made is not found again afterwards, and frozen weights do not help: what decides is whether
# anything, such as the pixels, wants a gradient.
#
# open_clip_torch 3.3.0, torch 2.11.0 on x86-64; two layers, random weights, one thread. Seen:
#   pictures, with and without gradient   not equal, largest difference 9e-7
#   texts                                 equal in every bit
#   pictures, fast path disabled          equal in every bit
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > features.py <<'END'
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from finding import expect, holds

torch.manual_seed(0)
torch.set_num_threads(1)
vision = CLIPVisionCfg(layers=2, width=256, patch_size=32, image_size=224)
model = CLIP(512, vision, CLIPTextCfg(layers=2, width=128, heads=2))
model.eval().requires_grad_(False)
texts = torch.randint(1, 49000, (4, 77))
texts[:, 40] = 49407

def pictures():
    """Features while the pixels want a gradient, and without."""
    wanting = pixels.clone().requires_grad_()
    return model.encode_image(wanting).detach(), rated()

def rated():
    with torch.no_grad():
        return model.encode_image(pixels)

pixels = torch.randn(8, 3, 224, 224)
drawn, seen = pictures()
difference = (drawn - seen).abs().max().item()
holds("pictures, largest difference", difference, 0 < difference < 1e-4)
model.requires_grad_(True)
with_gradient = model.encode_text(texts).detach()
with torch.no_grad():
    expect("texts, equal in every bit", torch.equal(with_gradient, model.encode_text(texts)), True)
model.requires_grad_(False)
torch.backends.mha.set_fastpath_enabled(False)
expect("pictures, fast path disabled, equal in every bit", torch.equal(*pictures()), True)
END
python features.py
