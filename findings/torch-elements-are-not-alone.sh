#!/usr/bin/env bash
# torch: what pow, mish and gelu make of a number depends on where it stands in the tensor and on the threads.
#
# One would guess: sums may change with threads and layout, since floating-point addition is not associative. A
# function of each element by itself gives the same bits for the same number, anywhere.
# What happens: such functions have two programs, one for full vectors and one for what is left at the end of a
# thread's share, and for tensors whose elements do not lie side by side. They round differently. So x.pow(1 / 2.2)
# (gamma), mish and softplus give other bits with three threads than with one, at the seams of the shares, and gelu
# of a strided view differs from gelu of its copy in a third of the elements. exp, tanh, log and erf are the same
# everywhere.
# Why it matters: "only reductions are touched by the number of threads" is what people check for. A crop that is
# computed by itself, a view instead of a copy, or one thread more on another machine, and a picture is no longer
# reproduced bit for bit, in a few pixels that nobody can explain.
#
# torch 2.11.0 on x86-64 with AVX2 (ATEN_CPU_CAPABILITY=avx2; AVX-512 alike). Seen, of 100,003 numbers:
#   1 and 3 threads: pow 5 differ, mish 6, exp 0, tanh 0
#   strided and side by side: gelu 36,450 differ, sigmoid 3,775, exp 0, tanh 0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

grep -q avx2 /proc/cpuinfo || { echo "not tried: this processor has no AVX2"; exit 0; }
cat > elements.py <<'END'
import torch
import torch.nn.functional as F
from finding import expect, holds

numbers = (torch.arange(100003) % 4001 - 2000) / 333.3
strided = torch.stack([numbers, numbers], 1)[:, 0]
assert torch.equal(strided, numbers) and not strided.is_contiguous()

def threads(function):
    results = []
    for count in 1, 3:
        torch.set_num_threads(count)
        results.append(function(numbers))
    return (results[0] != results[1]).sum().item()

def layout(function):
    torch.set_num_threads(1)
    return (function(numbers) != function(strided)).sum().item()

for name, function in ("pow", lambda x: x.abs().pow(1 / 2.2)), ("mish", F.mish):
    found = threads(function)
    holds(f"{name}, 1 and 3 threads", found, 0 < found < 1000)
for name, function in ("gelu", F.gelu), ("sigmoid", torch.sigmoid):
    found = layout(function)
    holds(f"{name}, strided and side by side", found, found > 1000)
for name, function in ("exp", torch.exp), ("tanh", torch.tanh):
    expect(f"{name}, threads, layout", [threads(function), layout(function)], [0, 0])
END
ATEN_CPU_CAPABILITY=avx2 python elements.py
