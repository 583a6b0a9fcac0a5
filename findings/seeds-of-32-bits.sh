#!/usr/bin/env bash
# torch, JAX: seeds of 64 bits are taken, and half of each is thrown away.
#
# One would guess: torch.manual_seed takes any number of 64 bits (its documentation gives that range, Generator's
# initial_seed() returns it whole), and jax.random.key takes large and negative ones, so other seeds are other
# numbers.
# What happens: torch's generator for the CPU, a Mersenne Twister, starts from the lower 32 bits; the upper ones are
# only stored. JAX without jax_enable_x64 cuts the seed to 32 bits as well. Seeds that differ by a multiple of 2^32
# give the same numbers, -1 gives those of 2^32 - 1, and nobody is told. NumPy uses every bit, and so does JAX with
# x64.
# Why it matters: seeds are made by hashing a name, or counted up in the upper half ("job << 32 | try"): then all
# tries of the first kind share 2^32 pictures, where two of 77,000 are equal with a chance of one half, and those of
# the second kind have one picture for each number of the try, whatever the job. On CUDA torch's generator is another
# and uses all.
#
# torch 2.11.0 (the constructor of its mt19937 masks the seed), jax 0.10.2, NumPy 2.4.6. Seen, seeds that give the
# numbers of seed 1: torch 2^32 + 1, 7 * 2^32 + 1 and 1 - 2^32; JAX the same, with x64 none; NumPy none
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1

cat > seeds.py <<'END'
import jax, numpy, torch
from finding import expect

SEEDS = {"2^32 + 1": 2**32 + 1, "7 * 2^32 + 1": 7 * 2**32 + 1, "1 - 2^32": 1 - 2**32}

def by_torch(seed):
    return torch.randn(100, generator=torch.Generator().manual_seed(seed)).tolist()

def by_torch_globally(seed):
    torch.manual_seed(seed)
    return torch.randperm(100).tolist() + torch.rand(3).tolist()

def by_jax(seed):
    return jax.random.normal(jax.random.key(seed), (100,)).tolist()

def by_numpy(seed):
    return numpy.random.default_rng(seed % 2**64).standard_normal(100).tolist()

def twins(draw):
    """The seeds that give what seed 1 gives."""
    assert draw(1) == draw(1) != draw(2)
    return [name for name, seed in SEEDS.items() if draw(seed) == draw(1)]

expect("torch.Generator", twins(by_torch), list(SEEDS))
expect("torch.manual_seed", twins(by_torch_globally), list(SEEDS))
expect("torch's initial_seed()", torch.Generator().manual_seed(7 * 2**32 + 1).initial_seed(), 7 * 2**32 + 1)
expect("JAX", twins(by_jax), list(SEEDS))
jax.config.update("jax_enable_x64", True)
expect("JAX with x64", twins(by_jax), [])
expect("NumPy", twins(by_numpy), [])
END
python seeds.py
