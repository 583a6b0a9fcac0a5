#!/usr/bin/env bash
# torch, NumPy, ml_dtypes: a double becomes float16 by two roundings in torch, and by one in NumPy.
#
# One would guess: a conversion to a smaller type rounds to the nearest number of that type; IEEE 754 leaves no
# choice, so weights converted by torch and by NumPy are the same bytes.
# What happens: torch goes from double to float32 and from there to float16. A double just beside the middle between
# two neighbours is first rounded to the middle, and then to the even neighbour, which may be the wrong one. NumPy
# rounds once. For bfloat16 both torch and ml_dtypes (the type that NumPy and JAX use) go by way of float32.
# Why it matters: averages of weights are kept in double and published in half precision. Whether the last step was
# taken in torch or in NumPy changes one number in 16,000, some 9,000 of ViT-B/32's 151 million: enough for another
# hash and other bits, too few for a test with a few thousand numbers. float32 weights are the same in both.
#
# torch 2.11.0, numpy 2.4.6, ml_dtypes 0.6.0; 10,000,000 random doubles in [0, 1). Seen, how many are not the nearest:
#   float16: torch 613, NumPy 0, and torch is always equal to NumPy by way of float32
#   bfloat16: torch 79, ml_dtypes 79
#   1 + 2^-11 + 2^-40 in float16: torch 1.0, NumPy 1.0009765625
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu ml_dtypes==0.6.0

cat > convert.py <<'END'
import ml_dtypes, numpy, torch
from finding import expect, holds

doubles = torch.rand(10_000_000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
array = doubles.numpy()

def not_nearest(found, step):
    """How many of the results are farther from the double than half a step of the type. The distance is exact, since
    both are multiples of 2^-53 of at most 1."""
    found = numpy.asarray(found, numpy.float64)
    _, exponent = numpy.frexp(array)
    return int((abs(found - array) > numpy.ldexp(step / 2, exponent)).sum())

# a number in [1/2, 1) times 2^exponent has neighbours 2^-11 apart in float16, 2^-8 in bfloat16
normal = array >= 2.0**-14
assert normal.mean() > 0.999
array = array[normal]
doubles = doubles[torch.from_numpy(normal)]
by_torch, by_numpy = doubles.half().float().numpy(), array.astype(numpy.float16).astype(numpy.float32)
wrong = not_nearest(by_torch, 2.0**-11)
holds("float16 by torch: not the nearest", wrong, 400 < wrong < 900)
expect("float16 by NumPy: not the nearest", not_nearest(by_numpy, 2.0**-11), 0)
differ = int((by_torch != by_numpy).sum())
holds("float16: torch and NumPy differ", differ, differ >= wrong)
two = array.astype(numpy.float32).astype(numpy.float16).astype(numpy.float32)
expect("float16: torch and NumPy by way of float32 differ", int((by_torch != two).sum()), 0)

for name, found in (("torch", doubles.bfloat16().float().numpy()),
                    ("ml_dtypes", array.astype(ml_dtypes.bfloat16).astype(numpy.float32))):
    wrong = not_nearest(found, 2.0**-8)
    holds(f"bfloat16 by {name}: not the nearest", wrong, 30 < wrong < 150)

beside = 1 + 2.0**-11 + 2.0**-40
expect("1 + 2^-11 + 2^-40", (torch.tensor(beside, dtype=torch.float64).half().item(), float(numpy.float16(beside))),
       (1.0, 1.0009765625))
END
python convert.py
