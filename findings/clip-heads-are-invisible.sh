#!/usr/bin/env bash
# open_clip: the weights of ViT-H/14 fit a model with the wrong number of heads, strictly.
#
# One would guess: the number of attention heads follows from the tensors, or a wrong one fails to load, at least
# with strict=True.
# What happens: heads are a way to read the same matrix. 64 channels per head, what open_clip itself takes where
# nothing is said and what B and L have, is wrong for H (80), g (88), bigG (104) and e (112). Every tensor has the
# right shape, all keys match, and the features are those of another model: wrong, but not noise, so that a picture
# still looks most like itself.
# Why it matters: whoever loads a bare safetensors file has to know the heads from elsewhere. "It loaded strictly
# and similar pictures score high" is no check.
#
# open_clip_torch 3.3.0, torch 2.11.0; two layers of ViT-H/14's width, random weights with queries and keys twelve
# times as large as open_clip draws them, which makes attention about as sharp as training does. Seen:
#   names of open_clip whose heads are not 64 wide: 21
#   strict load: all keys match; cosine of right and wrong features 0.74 to 0.85
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > heads.py <<'END'
import open_clip, torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from finding import expect, holds

def head_width(name):
    vision = open_clip.get_model_config(name)["vision_cfg"]
    plain = isinstance(vision.get("layers"), int) and "timm_model_name" not in vision
    return vision.get("head_width", 64) if plain else 64

expect("names whose heads are not 64 wide", sum(head_width(name) != 64 for name in open_clip.list_models()), 21)
expect("ViT-H-14", head_width("ViT-H-14"), 80)

def model(width_of_head):
    torch.manual_seed(0)
    vision = CLIPVisionCfg(layers=2, width=1280, head_width=width_of_head, patch_size=32, image_size=224)
    return CLIP(64, vision, CLIPTextCfg(layers=1, width=64, heads=1)).eval()

right, wrong = model(80), model(64)
with torch.no_grad():
    for block in right.visual.transformer.resblocks:
        block.attn.in_proj_weight[:2560] *= 12
    expect("strict load", str(wrong.load_state_dict(right.state_dict(), strict=True)), "<All keys matched successfully>")
    images = torch.randn(4, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    found = (right.encode_image(images, normalize=True) * wrong.encode_image(images, normalize=True)).sum(1)
holds("cosine of right and wrong features", [round(value, 3) for value in found.tolist()],
      all(0.5 < value < 0.99 for value in found.tolist()))
END
python heads.py
