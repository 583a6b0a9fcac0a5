#!/usr/bin/env bash
# peft, transformers: a fine-tuned CLIP is saved, loads again, and has other random weights each time.
#
# One would guess: save_pretrained of the model that was given to peft writes a model, with the adapter or without;
# what cannot be loaded raises an error.
# What happens: peft puts its layers into the given model itself. That model's save_pretrained writes them as they
# stand, `q_proj.base_layer.weight` and `q_proj.lora_A.default.weight`, in the adapted layers only, and no
# adapter_config.json. from_pretrained finds no `q_proj.weight` there, draws random numbers for it, logs a table, and
# returns a model: neither the tuned one nor the original, and another one each time.
# Why it matters: the file has the right size and name, most tensors are right, and features still look like
# features. Readers that look for the first missing tensor take the model for one with fewer layers. merge_and_unload
# before saving writes what was meant.
#
# peft 0.21.2, transformers 5.24.0, torch 2.11.0, accelerate 1.15.0; four layers, the last two adapted. Seen:
#   loaded twice: features not equal; cosine to the tuned model's below 0.99
#   after merge_and_unload: cosine 1.0 (to 1e-5)
. "$(dirname "$0")/lib/finding.sh"
clip_libraries peft==0.21.2 accelerate==1.15.0

cat > adapt.py <<'END'
import torch
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import CLIPConfig, CLIPModel
from finding import expect, holds

tower = dict(hidden_size=64, intermediate_size=64, num_hidden_layers=4, num_attention_heads=1)
torch.manual_seed(0)
model = CLIPModel(CLIPConfig(text_config=tower, vision_config=dict(tower, patch_size=32), projection_dim=32)).eval()
adapter = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], layers_to_transform=[2, 3], init_lora_weights=False)
wrapped = get_peft_model(model, adapter)
pixels = torch.randn(1, 3, 224, 224)

def feature(model):
    with torch.no_grad():
        return model.get_image_features(pixels).pooler_output[0]

def loaded(folder):
    return feature(CLIPModel.from_pretrained(folder).eval())

tuned = feature(model)
model.save_pretrained("unmerged")
with safe_open("unmerged/model.safetensors", "pt") as file:
    names = [name.split("vision_model.encoder.layers.")[1] for name in file.keys() if "vision_model.encoder.layers" in name]
found = sorted(name for name in names if name.startswith(("1.self_attn.q_proj", "2.self_attn.q_proj")) and "weight" in name)
expect("queries of layers 1 and 2", found, ["1.self_attn.q_proj.weight", "2.self_attn.q_proj.base_layer.weight",
       "2.self_attn.q_proj.lora_A.default.weight", "2.self_attn.q_proj.lora_B.default.weight"])
first, second = loaded("unmerged"), loaded("unmerged")
expect("loaded twice, equal", torch.equal(first, second), False)
cosine = torch.cosine_similarity(first, tuned, dim=0).item()
holds("cosine of loaded and tuned", round(cosine, 3), cosine < 0.99)
wrapped.merge_and_unload().save_pretrained("merged")
cosine = torch.cosine_similarity(loaded("merged"), tuned, dim=0).item()
holds("after merge_and_unload", round(cosine, 6), cosine > 0.99999)
END
python adapt.py
