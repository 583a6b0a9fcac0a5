#!/usr/bin/env bash
# transformers 5: `get_image_features(pixels)[0]` is no longer the feature of the first picture.
#
# One would guess: get_image_features returns a tensor [pictures, channels], as its name says and as it did in
# version 4; [0] is the first picture's feature. If that changed, old code would stop with an error.
# What happens: in version 5 it returns an object whose [0] is the vision tower's last hidden state, for all
# pictures: [pictures, tokens, width]. The features are in pooler_output. Where the old line goes on with tensors
# (a norm, a mean, a cosine of two such results), it still runs and says something else.
# Why it matters: `model.get_image_features(**inputs)[0]` is a usual line for one picture. Similarities of pictures come
# out in a plausible range, but of patches before the projection instead of features.
#
# transformers 4.57.3 and 5.24.0, torch 2.11.0, random weights, two pictures, width 64, projection 32. Seen:
#   4.57.3  [0] has the shape [32]
#   5.24.0  [0] has the shape [2, 50, 64], pooler_output [2, 32]; the norm of [0] runs in both
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > features.py <<'END'
import sys, torch, transformers
from transformers import CLIPConfig, CLIPModel
from finding import expect

tower = dict(hidden_size=64, intermediate_size=64, num_hidden_layers=1, num_attention_heads=1)
model = CLIPModel(CLIPConfig(text_config=tower, vision_config=dict(tower, patch_size=32), projection_dim=32)).eval()
with torch.no_grad():
    features = model.get_image_features(torch.randn(2, 3, 224, 224))
first = features[0]
assert torch.isfinite(first / first.norm(dim=-1, keepdim=True)).all()
expect(f"transformers {transformers.__version__}, shape of [0]", list(first.shape), eval(sys.argv[1]))
if len(sys.argv) > 2:
    expect("shape of pooler_output", list(features.pooler_output.shape), eval(sys.argv[2]))
END
python features.py "[2, 50, 64]" "[2, 32]"
pip install --quiet --no-compile --no-deps --target older transformers==4.57.3 tokenizers==0.22.1 huggingface_hub==0.36.0
PYTHONPATH=$work/older:$PYTHONPATH python features.py "[32]"
