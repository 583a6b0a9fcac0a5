#!/usr/bin/env bash
# torch, optax, MLX: in bfloat16 Adam never forgets one large gradient, and its steps stay three times too short.
#
# One would guess: Adam's mean of squares (beta2 = 0.999) has forgotten a gradient after some thousand steps, in any
# type; bfloat16 makes it coarse. And `fused=True`, which computes in float32, cures what the type spoils.
# What happens: bfloat16 has steps of 1/256 to 1/128, and 0.999 of a number is rounded to that number. So the mean of
# squares can grow and cannot shrink: after one gradient of 100 among those of 1 it stays at 10 for ever, and steps are
# a third of what they should be. In the other direction, adding 0.001 stops at a quarter to a half: under a constant
# gradient, where each step should be as long as the learning rate, steps get longer without cause (fused: twice as
# long). It is the state that is in bfloat16, so fused=True changes nothing about it. float16 has the same fault, less.
# Why it matters: pictures are optimised by thousands of steps, and single large gradients are what
# augmentations give. That Adam in bfloat16 loses small *steps* is known and is cured by weights in float32 or by
# stochastic rounding; this is in the state, and leads the other way, too. A test of a hundred steps shows nothing.
#
# torch 2.11.0, optax 0.2.8 with jax 0.10.2, mlx 0.32.4, all on the CPU; learning rate 0.01. Seen, the length of a step
# under the constant gradient 1 after 5,000 steps, and 5,000 steps after a gradient of 100:
#   float32 0.0100, 0.0097 in all; float16 (torch) 0.0116, 0.0058
#   bfloat16: torch 0.0139, 0.0032; torch fused 0.0197, 0.0032; optax 0.0139, 0.0032; MLX 0.0139, 0.0032
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 optax==0.2.8 absl-py==2.5.1 \
  mlx==0.32.4 mlx-cpu==0.32.4

cat > steps.py <<'END'
import jax, jax.numpy as jnp, mlx.core as mx, mlx.optimizers, optax, torch
from finding import holds

torch.set_num_threads(1)

# Each of these gives a function that makes one step from zero and returns its length.

def in_torch(dtype, fused=False):
    weight = torch.zeros(1, dtype=dtype, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=0.01, fused=fused)
    def step(gradient):
        weight.grad = torch.full_like(weight, gradient)
        weight.data.zero_()
        optimizer.step()
        return -weight.item()
    return step

def in_optax(dtype):
    optimizer = optax.adam(0.01)
    update, state = jax.jit(optimizer.update), optimizer.init(jnp.zeros(1, dtype))
    def step(gradient):
        nonlocal state
        change, state = update(jnp.full(1, gradient, dtype), state)
        return -float(change[0])
    return step

def in_mlx(dtype):
    optimizer = mlx.optimizers.Adam(0.01, bias_correction=True)
    def step(gradient):
        weights = optimizer.apply_gradients({"w": mx.full((1,), gradient, dtype)}, {"w": mx.zeros((1,), dtype)})
        mx.eval(weights, optimizer.state)
        return -weights["w"].astype(mx.float32).item()
    return step

def lengths(make):
    """Under a constant gradient after 5,000 steps, and 5,000 steps after a large one."""
    step = make()
    constant = [step(1.0) for _ in range(5000)][-1]
    step = make()
    for gradient in [1.0] * 50 + [100.0]:
        step(gradient)
    return round(constant, 4), round([step(1.0) for _ in range(5000)][-1], 4)

def right(found):
    return abs(found[0] - 0.01) < 2e-4 and abs(found[1] - 0.01) < 5e-4

def wrong(found):
    return found[0] > 0.013 and found[1] < 0.004

for library, make, single, half in [("torch", in_torch, torch.float32, torch.bfloat16),
                                    ("optax", in_optax, jnp.float32, jnp.bfloat16),
                                    ("MLX", in_mlx, mx.float32, mx.bfloat16)]:
    found = lengths(lambda: make(single))
    holds(f"{library}, float32", found, right(found))
    found = lengths(lambda: make(half))
    holds(f"{library}, bfloat16", found, wrong(found))
found = lengths(lambda: in_torch(torch.bfloat16, fused=True))
holds("torch, bfloat16, fused", found, wrong(found))
found = lengths(lambda: in_torch(torch.float16))
holds("torch, float16", found, not right(found) and not wrong(found))
END
python steps.py
