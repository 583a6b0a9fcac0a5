#!/usr/bin/env bash
# torch: three ways to limit a pixel to [0, 1] have three gradients at exactly black and white.
#
# One would guess: clamp, hardtanh, relu6 and minimum/maximum are the same function here, so they have the same
# gradient, or differ at a point that never comes up.
# What happens: at exactly 0 and 1 the gradient of clamp is 1, that of minimum(maximum(x, 0), 1) is 1/2 (a tie is
# shared), and that of hardtanh, relu6 and hardsigmoid is 0.
# Why it matters: whoever optimises pixels has whole areas at exactly 0 or 1: a canvas that begins black, a sprite on
# white, every pixel that was limited after the last step. With hardtanh such an area never gets a gradient and stays
# as it is for ever; with clamp it takes part. Fusing or "simplifying" one into the other changes the picture.
#
# torch 2.11.0. Seen, gradient at -0.5, 0, 0.5, 1, 1.5:
#   clamp                0 1 1 1 0
#   minimum(maximum())   0 0.5 1 0.5 0
#   hardtanh, relu6, hardsigmoid   0 0 1 0 0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > limits.py <<'END'
import torch
import torch.nn.functional as F
from finding import expect

black, white = torch.zeros(()), torch.ones(())
LIMITS = {
    "clamp": (lambda x: x.clamp(0, 1), [0, 1, 1, 1, 0]),
    "minimum(maximum())": (lambda x: torch.minimum(torch.maximum(x, black), white), [0, 0.5, 1, 0.5, 0]),
    "hardtanh": (lambda x: F.hardtanh(x, 0, 1), [0, 0, 1, 0, 0]),
    "relu6": (lambda x: F.relu6(6 * x) / 6, [0, 0, 1, 0, 0]),
    "hardsigmoid": (lambda x: F.hardsigmoid(6 * x - 3), [0, 0, 1, 0, 0]),
}
for name, (limit, wanted) in LIMITS.items():
    pixels = torch.tensor([-0.5, 0, 0.5, 1, 1.5], requires_grad=True)
    limited = limit(pixels)
    assert torch.allclose(limited, torch.tensor([0, 0, 0.5, 1, 1])), (name, limited)
    limited.sum().backward()
    expect(name, pixels.grad.tolist(), wanted)
END
python limits.py
