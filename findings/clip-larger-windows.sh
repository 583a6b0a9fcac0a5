#!/usr/bin/env bash
# transformers, open_clip: a ViT used at a larger size has other positions in each.
#
# One would guess: "the position embeddings are interpolated, bicubically" leaves nothing to decide, so one model
# at 320 instead of 224 pixels gives the same features in both libraries.
# What happens: open_clip interpolates with antialias=True, transformers without. Nothing has to be smoothed when a
# grid grows from 7 × 7 to 10 × 10, and for mode="bilinear" the flag then changes nothing. But for mode="bicubic" it
# also chooses another cubic: a = -0.75 without it (OpenCV's), -0.5 with it (Pillow's). The positions differ by up to
# 0.4, where their values are about 1.
# Why it matters: fine-tuned and evaluated in one library, served by the other, a model at 320, 336 or 384 pixels is
# not the one that was measured. At 224 everything agrees to 1e-6, which was the test.
#
# open_clip_torch 3.3.0, transformers 5.24.0, torch 2.11.0; ViT-B/32's grid, normally distributed positions. Seen:
#   7 × 7 to 10 × 10: largest difference 0.39, root mean square 0.07; the class token's position is equal
#   noise of 32 × 32 in [0, 1] enlarged to 64 × 64, with and without antialias: bilinear 1e-7, bicubic 0.084
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > positions.py <<'END'
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg, resize_pos_embed
from transformers import CLIPVisionConfig, CLIPVisionModel
from finding import expect, holds

WIDTH = 128
positions = torch.randn(50, WIDTH, generator=torch.Generator().manual_seed(0))

config = CLIPVisionConfig(hidden_size=WIDTH, intermediate_size=WIDTH, num_hidden_layers=1, num_attention_heads=2,
                          image_size=224, patch_size=32)
embeddings = next(module for name, module in CLIPVisionModel(config).named_modules() if name.endswith("embeddings"))
with torch.no_grad():
    embeddings.position_embedding.weight.copy_(positions)
    theirs = embeddings.interpolate_pos_encoding(torch.zeros(1, 101, WIDTH), 320, 320)[0]

vision = CLIPVisionCfg(layers=1, width=WIDTH, patch_size=32, image_size=320)
state = {"visual.positional_embedding": positions.clone()}
resize_pos_embed(state, CLIP(32, vision, CLIPTextCfg(layers=1, width=64, heads=1)))
ours = state["visual.positional_embedding"]

expect("shapes", [list(ours.shape), list(theirs.shape)], [[101, WIDTH]] * 2)
expect("position of the class token is the same", torch.equal(ours[0], theirs[0]), True)
difference = ours[1:] - theirs[1:]
found = [round(value.item(), 3) for value in (difference.abs().max(), difference.square().mean().sqrt(), ours.std())]
holds("largest difference, root mean square, size", found, found[0] > 0.2 and found[1] > 0.03)

noise = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
found = {}
for mode in "bilinear", "bicubic":
    plain, smoothed = [torch.nn.functional.interpolate(noise, 64, mode=mode, antialias=flag) for flag in (False, True)]
    found[mode] = (plain - smoothed).abs().max().item()
holds("enlarged with and without antialias", found, found["bilinear"] < 1e-6 and found["bicubic"] > 0.05)
END
python positions.py
