#!/usr/bin/env bash
# Muon: one step moves the same CLIP to other places in open_clip and in transformers, which store its matrices unlike.
#
# One would guess: how a library stores a matrix, transposed or three in one, does not matter to training: the same
# weights with the same gradients are the same weights after a step, as they are with SGD and AdamW.
# What happens: Muon makes the singular values of a matrix's momentum equal, and then multiplies by the root of rows /
# columns, if that is more than 1. The first does not commute with stacking: open_clip's attention has queries, keys and
# values in one matrix of 3 n x n, transformers in three. The second does not commute with transposing: the projection
# is n x m in open_clip and m x n in transformers. torch.optim.Muon and MLX's count rows as outputs, and optax's counts
# columns, since that is how flax stores them, so that the same array steps four times as far in torch if it is 1024 x
# 64, and four times as far in optax if it is 64 x 1024. None of them knows which side is which.
# Why it matters: Muon has been in torch since 2.9, and settings are copied from one code base into the other. There
# they train another model, with other relative speeds of its layers: learning rates found with transformers' CLIP do
# not hold for open_clip's. Fused matrices have to be split for it, in the gradient.
#
# torch 2.11.0, optax 0.2.8, MLX 0.32.4, open_clip_torch 3.3.0, transformers 5.24.0; a small vision model with the same
# weights in both. Seen, step in open_clip against that in transformers, distance and size in relation to the latter:
#                          AdamW          Muon
#   queries, keys, values   0      1       0.9 to 1.1    1.4 to 1.7
#   projection              0      1       0.41          1.41
#   the other matrices      0      1       0             1
#   the same gradient of 1024 x 64 and 64 x 1024, size of the steps: torch, MLX 4 : 1, optax 1 : 4
. "$(dirname "$0")/lib/finding.sh"
clip_libraries jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 optax==0.2.8 absl-py==2.5.1 \
  mlx==0.32.4 mlx-cpu==0.32.4

cat > steps.py <<'END'
import mlx.core, mlx.optimizers, numpy, optax, torch
import torch.nn.functional as F
from open_clip.transformer import VisionTransformer
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
from finding import expect, holds

WIDTH, OUT = 64, 32
torch.manual_seed(0)
pictures, wanted = torch.randn(8, 3, 64, 64), F.normalize(torch.randn(8, OUT), dim=-1)
fused = VisionTransformer(image_size=64, patch_size=16, width=WIDTH, layers=1, heads=2, mlp_ratio=4, output_dim=OUT)
plain = CLIPVisionModelWithProjection(CLIPVisionConfig(
    hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=1, num_attention_heads=2, patch_size=16,
    image_size=64, projection_dim=OUT, hidden_act="gelu"))

def of_transformers(weights):
    """open_clip's weights under the names and in the layout of transformers."""
    found = {}
    for name, value in weights.items():
        for old, new in (("transformer.resblocks.", "encoder.layers."),
                         ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"), ("attn.", "self_attn."),
                         ("ln_pre", "pre_layrnorm"), ("ln_post", "post_layernorm"),
                         ("conv1", "embeddings.patch_embedding"), ("class_embedding", "embeddings.class_embedding")):
            name = name.replace(old, new)
        if name == "proj":
            found["visual_projection.weight"] = value.T
        elif name == "positional_embedding":
            found["vision_model.embeddings.position_embedding.weight"] = value
        elif "in_proj_" in name:
            for part, third in zip(("q_proj.", "k_proj.", "v_proj."), value.chunk(3)):
                found["vision_model." + name.replace("in_proj_", part)] = third
        else:
            found["vision_model." + name] = value
    return found

plain.load_state_dict(of_transformers(fused.state_dict()))

def features(model):
    found = model(pictures)
    return F.normalize(found if torch.is_tensor(found) else found.image_embeds, dim=-1)

def steps(model, make):
    """What one step changes, in the layout of transformers."""
    start = {name: value.detach().clone() for name, value in model.named_parameters()}
    matrices = [value for name, value in model.named_parameters() if value.ndim == 2 and "position" not in name]
    model.zero_grad()
    F.cross_entropy(14 * features(model) @ wanted.T, torch.arange(8)).backward()
    make(matrices).step()
    change = {name: value.detach() - start[name] for name, value in model.named_parameters()}
    model.load_state_dict(start, strict=False)
    return change if model is plain else of_transformers(change)

apart = float((features(fused) - features(plain)).abs().max())
holds("features of both before, largest difference", apart, apart < 1e-5 and float(features(plain).std(0).min()) > 0)
for name, make in (("AdamW", lambda matrices: torch.optim.AdamW(matrices, lr=1e-3, eps=1e-4, weight_decay=0)),
                   ("Muon", lambda matrices: torch.optim.Muon(matrices, lr=1e-3, weight_decay=0))):
    ours, theirs = steps(fused, make), steps(plain, make)
    for part in ("q_proj.weight", "k_proj.weight", "v_proj.weight", "visual_projection.weight", "out_proj.weight",
                 "fc1.weight", "fc2.weight"):
        key = next(key for key in theirs if key.endswith(part))
        distance = round(float((ours[key] - theirs[key]).norm() / theirs[key].norm()), 2)
        size = round(float(ours[key].norm() / theirs[key].norm()), 2)
        if name == "AdamW" or part in ("out_proj.weight", "fc1.weight", "fc2.weight"):
            holds(f"{name}, {part}: distance, size", (distance, size), distance < 0.03 and abs(size - 1) < 0.03)
        elif part == "visual_projection.weight":
            holds(f"{name}, {part}: distance, size", (distance, size),
                  abs(distance - 0.41) < 0.05 and abs(size - 1.41) < 0.05)
        else:
            holds(f"{name}, {part}: distance, size", (distance, size), distance > 0.4)

def by_torch(gradient):
    weights = torch.nn.Parameter(torch.zeros(gradient.shape))
    weights.grad = torch.from_numpy(gradient.copy())
    torch.optim.Muon([weights], lr=1.0, weight_decay=0).step()
    return weights.detach().numpy()

def by_mlx(gradient):
    muon, weights = mlx.optimizers.Muon(1.0, weight_decay=0), {"w": mlx.core.zeros(gradient.shape)}
    return numpy.array(muon.apply_gradients({"w": mlx.core.array(gradient)}, weights)["w"])

def by_optax(gradient):
    weights, muon = numpy.zeros_like(gradient), optax.contrib.muon(1.0)
    return numpy.array(muon.update(gradient, muon.init(weights), weights)[0])

gradient = numpy.random.default_rng(0).normal(size=(1024, 64)).astype(numpy.float32)
for name, step in (("torch", by_torch), ("MLX", by_mlx), ("optax", by_optax)):
    ratio = float(numpy.linalg.norm(step(gradient)) / numpy.linalg.norm(step(numpy.ascontiguousarray(gradient.T))))
    holds(f"{name}: step of 1024 x 64 against that of 64 x 1024", round(ratio, 2),
          abs(ratio - (0.25 if name == "optax" else 4)) < 0.1)
END
python steps.py
