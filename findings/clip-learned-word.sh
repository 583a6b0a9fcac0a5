#!/usr/bin/env bash
# transformers: a word that was added to CLIP's vocabulary becomes the whole text, for the published config.json.
#
# One would guess: the text's feature is taken at the end-of-text token. A word learned later (textual inversion)
# gets the next free number, 49408, and is one word among others.
# What happens: where config.json says `eos_token_id: 2`, as those of OpenAI's models on the hub do, CLIPTextModel
# takes the position of the largest token number. That was the end of text, 49407, until a word with a larger number
# came: from then on the feature is taken at that word, and whatever follows it is not seen at all, since attention
# only looks back. With `eos_token_id: 49407` the same weights do what one expects.
# Why it matters: "a photo of <my-dog> in the rain" and "a photo of <my-dog> on a red sofa" get the same feature, to
# the last bit. Nothing warns; the learned word seems to work, since "a photo of <my-dog>" alone looks right.
#
# transformers 5.24.0, torch 2.11.0, random weights. Seen, cosine of the two texts' features:
#   eos_token_id 2      1.0, equal in every bit
#   eos_token_id 49407  0.95
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > pool.py <<'END'
import torch
from transformers import CLIPTextConfig, CLIPTextModel
from finding import expect, holds

# begin, "a photo of", the added word, two words, end
texts = torch.tensor([[49406, 320, 1125, 539, 49408, 530, 2443, 49407], [49406, 320, 1125, 539, 49408, 736, 5999, 49407]])
for end in 2, 49407:
    torch.manual_seed(0)
    config = CLIPTextConfig(vocab_size=49408, hidden_size=128, intermediate_size=512, num_hidden_layers=4,
                            num_attention_heads=2, bos_token_id=49406, eos_token_id=end, pad_token_id=1)
    model = CLIPTextModel(config).eval()
    model.resize_token_embeddings(49409)
    with torch.no_grad():
        first, second = model(texts).pooler_output
    cosine = torch.cosine_similarity(first, second, dim=0).item()
    if end == 2:
        expect("eos_token_id 2, features equal in every bit", torch.equal(first, second), True)
    else:
        holds("eos_token_id 49407, cosine", cosine, cosine < 0.999)
END
python pool.py
