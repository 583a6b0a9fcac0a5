#!/usr/bin/env bash
# peft: the "linear" mean of an adapter with itself is twice the adapter, and with its twin it is nothing.
#
# One would guess: add_weighted_adapter(["a", "b"], [0.5, 0.5], combination_type="linear") is half of what a does to the
# weights and half of what b does, so the mean of an adapter with itself is the adapter.
# What happens: an adapter is a product of two thin matrices, B A. "linear" takes the weighted sums of the A's and of
# the B's, each with the root of the weight, and multiplies those: beside half of Ba Aa and half of Bb Ab there are half
# of Ba Ab and of Bb Aa, which belong to nobody, and are as large as the rest where the two were trained alone. (-B)(-A)
# is the same adapter as B A, and what came out of training is a matter of chance. So the mean of an adapter with itself
# is twice it, and the mean with its twin is zero. "dare_linear" and "magnitude_prune" do the same; "ties" and
# "dare_ties", which keep one of two agreeing numbers in each factor, make it half. A single adapter is scaled right,
# whatever the weight and its sign, so the test of that passes. "cat" is exact, "svd" is as good as its rank, and both
# adapters active at once are their sum.
# Why it matters: two styles are mixed that way, and the mixture is tuned by eye, as if styles did not mix well. What is
# judged is half noise, other after the same fine-tuning from another seed, and 1.4 times as strong as meant.
#
# peft 0.21.2, accelerate 1.15.0, transformers 5.24.0, torch 2.11.0; CLIP's vision model, small, random adapters of
# rank 4 for q_proj. Seen, the change of the weights, compared with the weighted sum of changes:
#   weights 0.5, 0.5           a with a     a with its twin   a with b: size, distance
#   linear, dare_linear, magnitude_prune    2.00   0.00       1.4   1.0
#   ties, dare_ties            0.50                           0.8   1.0
#   cat, svd of rank 8         1.00   1.00                    1.00  0.00
#   linear, a alone by 0.5 or by -1         1.00
. "$(dirname "$0")/lib/finding.sh"
clip_libraries peft==0.21.2 accelerate==1.15.0

cat > mean.py <<'END'
import torch
from peft import LoraConfig, get_peft_model
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
from finding import holds

torch.manual_seed(0)
model = CLIPVisionModelWithProjection(CLIPVisionConfig(hidden_size=64, intermediate_size=256, num_hidden_layers=1,
    num_attention_heads=2, patch_size=32, image_size=64, projection_dim=32))
config = lambda: LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj"], init_lora_weights=False)
tuned = get_peft_model(model, config(), "a")
for name in "b", "twin":
    tuned.add_adapter(name, config())
layer = next(module for name, module in tuned.named_modules() if name.endswith("q_proj"))
with torch.no_grad():
    layer.lora_A["twin"].weight.copy_(-layer.lora_A["a"].weight)
    layer.lora_B["twin"].weight.copy_(-layer.lora_B["a"].weight)
change = {name: layer.get_delta_weight(name) for name in ("a", "b", "twin")}
assert change["twin"].equal(change["a"])

def mixed(kind, names, weights):
    """Size of the mixture's change, and its distance from the weighted sum, each against the size of that sum."""
    more = {"svd_rank": 8} if kind == "svd" else {"density": 1.0} if kind in ("ties", "dare_ties", "dare_linear",
                                                                         "magnitude_prune") else {}
    tuned.add_weighted_adapter(list(names), list(weights), "mixed", combination_type=kind, **more)
    found = layer.get_delta_weight("mixed").detach()
    tuned.delete_adapter("mixed")
    wanted = sum(weight * change[name] for name, weight in zip(names, weights))
    return round(float(found.norm() / wanted.norm()), 2), round(float((found - wanted).norm() / wanted.norm()), 2)

half = (0.5, 0.5)
for kind in "linear", "dare_linear", "magnitude_prune":
    found = mixed(kind, ("a", "a"), half)
    holds(f"{kind}, a with a", found, found == (2.0, 1.0))
    found = mixed(kind, ("a", "twin"), half)
    holds(f"{kind}, a with its twin", found, found == (0.0, 1.0))
    found = mixed(kind, ("a", "b"), half)
    holds(f"{kind}, a with b", found, 1.2 < found[0] < 1.7 and 0.8 < found[1] < 1.2)
for kind in "ties", "dare_ties":
    found = mixed(kind, ("a", "a"), half)
    holds(f"{kind}, a with a", found, found == (0.5, 0.5))
    found = mixed(kind, ("a", "b"), half)
    holds(f"{kind}, a with b", found, 0.6 < found[0] < 0.95 and 0.7 < found[1] < 1)
for kind in "cat", "svd":
    for names in ("a", "a"), ("a", "twin"), ("a", "b"):
        found = mixed(kind, names, half)
        holds(f"{kind}, {' with '.join(names)}", found, found == (1.0, 0.0))
for weight in 0.5, -1.0:
    found = mixed("linear", ("a",), (weight,))
    holds(f"linear, a alone by {weight}", found, found == (1.0, 0.0))

states = torch.randn(3, 64)
plain = torch.nn.functional.linear(states, layer.base_layer.weight, layer.base_layer.bias)
tuned.base_model.set_adapter(["a", "b"])
both = float((layer(states) - plain - states @ (change["a"] + change["b"]).T).abs().max())
holds("a and b at once, distance from their sum", both, both < 1e-4)
END
python mean.py
