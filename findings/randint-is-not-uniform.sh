#!/usr/bin/env bash
# torch, JAX, MLX: randint draws large numbers by three biased methods, and MLX next to no odd ones.
#
# One would guess: randint(0, n) is uniform for every n that it takes, as documented: exactly, or up to one part in a
# billion.
# What happens: torch on the CPU takes 32 bits modulo n below 2^28: up to 6 % more for the first numbers; from 2^28 on
# it takes 64 bits, so a larger n is better than a smaller one. JAX means to combine two numbers of 32 bits, but the
# factor it needs (2^16 squared) is 0 in 32 bits, so from n = 2^16 on the second number is thrown away: below 3 * 2^29
# two thirds of the numbers are half as likely again as the rest. dtype int64 cures it. MLX scales a float32: it has
# 2^24 values, so of numbers below 2^31 five in six are multiples of 64 and 0.3 % are odd. NumPy is uniform.
# Why it matters: seeds of experiments are drawn like this, from all of 31 bits, and pixels of a film or rows of a
# table. Even seeds only; a split by `number % 2` that gives one half nothing; the first half of the table drawn 1.29
# times as often as the second. Tests draw from 0 to 10, where all three are clean.
#
# torch 2.11.0, jax 0.10.2 (the comment above its `multiplier` names the intention), mlx 0.32.4 on the CPU, NumPy 2.4.6;
# two million numbers. Seen, share of the lower half below 260,301,048 and below 3 * 2^29, and of odd numbers below 2^31:
#   torch 0.5152, 0.4998, 0.50; JAX 0.5153, 0.5624, 0.50 (int64: 0.4997); MLX 0.500, 0.500, 0.003; NumPy 0.500 in all
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 mlx==0.32.4 mlx-cpu==0.32.4

cat > uniform.py <<'END'
import jax, jax.numpy, mlx.core, numpy, torch
from finding import holds

COUNT = 2_000_000
mlx.core.set_default_device(mlx.core.cpu)

def by_torch(limit):
    return torch.randint(0, limit, (COUNT,), generator=torch.Generator().manual_seed(0)).numpy()

def by_jax(limit):
    return numpy.asarray(jax.random.randint(jax.random.key(0), (COUNT,), 0, limit))

def by_wide_jax(limit):
    with jax.enable_x64(True):
        return numpy.asarray(jax.random.randint(jax.random.key(0), (COUNT,), 0, limit, jax.numpy.int64))

def by_mlx(limit):
    return numpy.array(mlx.core.random.randint(0, limit, (COUNT,), key=mlx.core.random.key(0)))

def by_numpy(limit):
    return numpy.random.default_rng(0).integers(0, limit, COUNT)

def lower(draw, limit):
    return (draw(limit) < limit / 2).mean()

HALF = 0.5
for name, draw, wanted in (("torch", by_torch, (17 / 33, HALF, HALF)), ("JAX", by_jax, (17 / 33, 9 / 16, HALF)),
                           ("JAX, int64", by_wide_jax, (HALF, HALF, HALF)), ("MLX", by_mlx, (HALF, HALF, 0.003)),
                           ("NumPy", by_numpy, (HALF, HALF, HALF))):
    found = lower(draw, 260_301_048), lower(draw, 3 * 2**29), (draw(2**31 - 1) % 2).mean()
    near = all(abs(a - b) < 0.002 for a, b in zip(found, wanted))
    holds(f"{name}: lower half, lower half, odd", [round(float(share), 4) for share in found], near)
multiples = (by_mlx(2**31 - 1) % 64 == 0).mean()
holds("MLX: multiples of 64", round(float(multiples), 2), 0.8 < multiples < 0.87)
END
python uniform.py
