#!/usr/bin/env bash
# torch, JAX: normal noise that is drawn in bfloat16 or float16 has no tails, and JAX's has 128 values and a bias.
#
# One would guess: randn(…, dtype=bfloat16) is float32 noise, rounded: coarse, but with the same distribution.
# What happens: the uniform numbers underneath are drawn in the small type. In torch a bfloat16 one has 256 values, so
# that the smallest but 0 is 1/256 and nothing is farther out than sqrt(-2 ln(1/256)) = 3.33; float16 ends at 3.90.
# One in 160 numbers is exactly 0. Fewer than 16 numbers are drawn in double precision and do have tails, so that
# the test with a small tensor is right. JAX draws 128 values in all, the largest 2.89, with a mean of -0.012.
# Why it matters: initial pixels, latents and augmentation noise are drawn in the type of the model. The same seed
# gives another distribution, not another rounding: of a million numbers 870 should be beyond 3.33. Draw in
# float32 and convert.
#
# torch 2.11.0 on x86-64, jax 0.10.2; a million numbers each. Seen, largest, different values, zeros:
#   torch float32 4.8, 993,000, 0; float16 3.90, 21,700, 716; bfloat16 3.33, 2,742, 6,166
#   torch bfloat16, float32 converted: 4.8; drawn by 15 at a time: beyond 4
#   jax float32 4.6; float16 3.49, 1,024 values; bfloat16 2.89, 128 values, mean -0.012
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1

cat > draw.py <<'END'
import jax, jax.numpy, numpy, torch
from finding import expect, holds

COUNT = 1_000_000

def drawn_by_torch(kind):
    return torch.randn(COUNT, dtype=kind, generator=torch.Generator().manual_seed(0)).double().numpy()

def drawn_by_jax(kind):
    return numpy.asarray(jax.random.normal(jax.random.key(0), (COUNT,), kind).astype(numpy.float32)).astype(float)

def look(what, numbers, largest, values, mean):
    found = [round(float(abs(numbers).max()), 3), len(numpy.unique(numbers)), round(float(numbers.mean()), 4)]
    holds(f"{what}: largest, different values, mean", found,
          largest[0] < found[0] < largest[1] and values[0] <= found[1] <= values[1] and mean[0] < found[2] < mean[1])

look("torch float32", drawn_by_torch(torch.float32), (4.4, 6), (900_000, COUNT), (-0.005, 0.005))
look("torch float16", drawn_by_torch(torch.float16), (3.8, 3.91), (15_000, 30_000), (-0.005, 0.005))
look("torch bfloat16", drawn_by_torch(torch.bfloat16), (3.2, 3.34), (2_000, 3_500), (-0.005, 0.005))
look("torch float32 converted", drawn_by_torch(torch.float32).astype(numpy.float32), (4.4, 6), (900_000, COUNT), (-0.005, 0.005))
zeros = int((drawn_by_torch(torch.bfloat16) == 0).sum())
holds("torch bfloat16: zeros", zeros, 5_000 < zeros < 8_000)
few = torch.Generator().manual_seed(0)
largest = max(torch.randn(15, dtype=torch.bfloat16, generator=few).abs().max().item() for _ in range(COUNT // 15))
holds("torch bfloat16, 15 at a time: largest", largest, largest > 4)

look("jax float32", drawn_by_jax(jax.numpy.float32), (4.4, 6), (900_000, COUNT), (-0.005, 0.005))
look("jax float16", drawn_by_jax(jax.numpy.float16), (3.4, 3.5), (1_000, 1_024), (-0.005, 0.005))
look("jax bfloat16", drawn_by_jax(jax.numpy.bfloat16), (2.85, 2.9), (128, 128), (-0.02, -0.008))
END
python draw.py
