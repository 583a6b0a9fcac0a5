#!/usr/bin/env bash
# timm: OpenAI's CLIP under its own name has another activation than CLIP and looks at 82 % of the picture.
#
# One would guess: `vit_base_patch32_clip_224.openai` is the image tower of OpenAI's ViT-B/32, and timm's transform
# for it is CLIP's: shorter side to 224, the middle 224 x 224. Mean, deviation and bicubic are CLIP's, so all looks
# right.
# What happens: the entry says `crop_pct` 0.9: the shorter side becomes 248, and the middle 224 of it are taken, so
# that a tenth of the height and of the width is never seen. And the model of that name has GELU, where OpenAI's was
# trained with QuickGELU; the weights fit both. `vit_base_patch32_clip_quickgelu_224.openai` has the right one, and
# the same crop. There is no rule to it: OpenAI's L/14 is not cropped, laion2b's B/16 is not and its B/32 is, and so
# are most of EVA's.
# Why it matters: timm is where open_clip and many pipelines take their towers from. Features that are compared with
# those of texts, or of open_clip, are of a smaller picture seen through another function: cosines look like CLIP's,
# only worse, and what stands at the border is never found. Loading is strict and says nothing.
#
# timm 1.0.31, open_clip_torch 3.3.0, torchvision 0.26.0. Seen for a picture of 300 x 300 with a red border of 12 pixels,
# red pixels that the model gets: open_clip 7,740, timm 0. Activations: open_clip QuickGELU, timm GELU
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > middle.py <<'END'
import logging
import open_clip, timm
from PIL import Image
from timm.data import create_transform, resolve_model_data_config
from finding import expect, holds

logging.disable()
NAME, QUICK = "vit_base_patch32_clip_224.openai", "vit_base_patch32_clip_quickgelu_224.openai"
framed = Image.new("RGB", (300, 300), "red")
framed.paste("blue", (12, 12, 288, 288))

def red(transform):
    pixels = transform(framed)
    assert pixels.shape == (3, 224, 224)
    return (pixels[0] > pixels[2]).sum().item()

config = open_clip.get_pretrained_cfg("ViT-B-32", "openai")
clip, _, transform = open_clip.create_model_and_transforms("ViT-B-32", force_quick_gelu=config["quick_gelu"])
expect("open_clip: activation", type(clip.visual.transformer.resblocks[0].mlp.gelu).__name__, "QuickGELU")
holds("open_clip: red pixels", red(transform), red(transform) > 7000)
for name, activation in ((NAME, "GELU"), (QUICK, "QuickGELU")):
    tower = timm.create_model(name, pretrained=False, num_classes=512)
    expect(f"timm, {name}: activation", type(tower.blocks[0].mlp.act).__name__, activation)
    shown = create_transform(**resolve_model_data_config(tower), is_training=False)
    expect(f"timm, {name}: red pixels", red(shown), 0)
crops = {name: timm.get_pretrained_cfg(f"vit_{name}").crop_pct for name in (
    "base_patch16_clip_224.openai", "large_patch14_clip_224.openai", "base_patch16_clip_224.laion2b",
    "base_patch32_clip_224.laion2b", "base_patch16_clip_224.laion400m_e32", "base_patch32_clip_224.laion400m_e32")}
expect("crop_pct of others", list(crops.values()), [0.9, 1.0, 1.0, 0.9, 1.0, 0.9])
END
python middle.py 2>/dev/null
