#!/usr/bin/env bash
# peft, open_clip: an adapter for "all-linear" leaves attention out, and the one for out_proj is never used.
#
# One would guess: target_modules="all-linear" adapts every linear layer, attention's four matrices first of all, and
# whatever print_trainable_parameters counts is trained.
# What happens: open_clip's attention is nn.MultiheadAttention. Its matrix for queries, keys and values is a bare
# parameter, which peft does not see. Its out_proj is a linear layer, and gets an adapter; but attention never calls it,
# it only takes its weight. The adapter is counted, saved and given to the optimizer, and its gradient stays None.
# Only the two layers of the MLP are trained. With out_proj alone there is nothing that wants a gradient, and
# backward raises. Naming the module as a whole ("attn") works: peft knows nn.MultiheadAttention.
# Why it matters: "LoRA with open_clip" is weaker than with transformers' CLIP, where the same line adapts all six
# matrices. A sixth of the parameters that are reported and stored do nothing; the loss falls, so nobody looks.
#
# peft 0.21.2, accelerate 1.15.0, open_clip_torch 3.3.0, torch 2.11.0; two layers, random weights. Seen:
#   open_clip "all-linear": adapters c_fc, c_proj, out_proj; with a gradient c_fc, c_proj
#   open_clip "attn": adapters attn, out_proj, both with a gradient
#   transformers "all-linear": fc1, fc2, k_proj, out_proj, q_proj, v_proj, visual_projection, all with a gradient
. "$(dirname "$0")/lib/finding.sh"
clip_libraries peft==0.21.2 accelerate==1.15.0

cat > adapt.py <<'END'
import torch
from open_clip.transformer import VisionTransformer
from peft import LoraConfig, get_peft_model
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
from finding import expect, holds

pictures = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))

def adapted(model, layers):
    """The layers with an adapter, and those of them whose adapter gets a gradient."""
    torch.manual_seed(0)
    tuned = get_peft_model(model, LoraConfig(target_modules=layers, init_lora_weights=False))
    out = tuned(pictures)
    (out if torch.is_tensor(out) else out.image_embeds).square().sum().backward()
    names = lambda wanted: sorted({name.split(".lora_")[0].split(".")[-1] for name, value in tuned.named_parameters()
                                   if value.requires_grad and wanted(value)})
    return names(lambda value: True), names(lambda value: value.grad is not None)

def of_open_clip():
    return VisionTransformer(image_size=64, patch_size=32, width=64, layers=2, heads=2, mlp_ratio=4, output_dim=32)

expect("open_clip, all-linear", adapted(of_open_clip(), "all-linear"), (["c_fc", "c_proj", "out_proj"], ["c_fc", "c_proj"]))
expect("open_clip, attn", adapted(of_open_clip(), ["attn"]), (["attn", "out_proj"],) * 2)
try:
    adapted(of_open_clip(), ["out_proj"])
    expect("open_clip, out_proj", "trained", "nothing wants a gradient")
except RuntimeError as error:
    holds("open_clip, out_proj", str(error), "does not require grad" in str(error))

plain = CLIPVisionModelWithProjection(CLIPVisionConfig(hidden_size=64, intermediate_size=256, num_hidden_layers=2,
    num_attention_heads=2, patch_size=32, image_size=64, projection_dim=32))
all_six = ["fc1", "fc2", "k_proj", "out_proj", "q_proj", "v_proj", "visual_projection"]
expect("transformers, all-linear", adapted(plain, "all-linear"), (all_six, all_six))
END
python adapt.py
