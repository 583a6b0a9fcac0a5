#!/usr/bin/env bash
# torch: since 2.14 a pixel that is exactly black or white gets no gradient through clamp, and stays what it is.
#
# One would guess: the gradient of clamp(0, 1) is 1 from 0 to 1, both included. It was so in all versions, it is what
# makes clamp fit for pixels, and a release that changes nothing about the values changes nothing about the result.
# What happens: in 2.14 the gradient at exactly 0 and 1 is 0, for clamp, clip, clamp_ and for a single bound, as it
# always was for relu and hardtanh. Where the bounds are tensors it is 1/2, for the same values. A canvas that begins
# black never changes; one that begins white, neither. 1/1000 above black all is as before.
# Why it matters: whole areas of a picture are exactly 0 or 1: the first canvas, the background of a drawing, all pixels
# that were limited after the last step. With an update they freeze without a word; all else moves on, the loss falls,
# and a test with noise passes. On the other hand acos(cosine.clamp(-1, 1)) of equal vectors had an infinite gradient,
# and now has 0.
#
# torch 2.13.0 and 2.15.0 (2.14.1 is like 2.15.0). Seen, gradient at -0.5, 0, 0.5, 1, 1.5; mean of a black canvas after
# 100 steps of Adam towards 0.5; gradient of acos(clamp) at 1:
#   2.13.0: 0 1 1 1 0, also with tensors as bounds; 0.5; -inf
#   2.15.0: 0 0 1 0 0, with tensors as bounds 0 0.5 1 0.5 0; 0.0; 0
. "$(dirname "$0")/lib/finding.sh"

cat > limits.py <<'END'
import torch
from finding import expect

version = torch.__version__.split("+")[0]
black, white = torch.zeros(()), torch.ones(())
before, after = [0, 1, 1, 1, 0], [0, 0, 1, 0, 0]
LIMITS = {
    "clamp": (lambda x: x.clamp(0, 1), before, after),
    "clip": (lambda x: torch.clip(x, 0, 1), before, after),
    "clamp_": (lambda x: (x * 1).clamp_(0, 1), before, after),
    "clamp with tensors": (lambda x: torch.clamp(x, black, white), before, [0, 0.5, 1, 0.5, 0]),
    "clamp_min": (lambda x: x.clamp_min(0), [0, 1, 1, 1, 1], [0, 0, 1, 1, 1]),
    "relu": (torch.relu, [0, 0, 1, 1, 1], [0, 0, 1, 1, 1]),
    "hardtanh": (lambda x: torch.nn.functional.hardtanh(x, 0, 1), after, after),
}
for name, (limit, old, new) in LIMITS.items():
    pixels = torch.tensor([-0.5, 0, 0.5, 1, 1.5], requires_grad=True)
    limit(pixels).sum().backward()
    expect(f"{version} {name}", pixels.grad.tolist(), old if version == "2.13.0" else new)

def painted(start):
    canvas = torch.full((3, 8, 8), start, requires_grad=True)
    optimizer = torch.optim.Adam([canvas], lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        (canvas.clamp(0, 1) - 0.5).square().mean().backward()
        optimizer.step()
    return round(canvas.mean().item(), 1)

expect(f"{version} painted from 0, 0.001, 1", [painted(start) for start in (0.0, 0.001, 1.0)],
       [0.5, 0.5, 0.5] if version == "2.13.0" else [0.0, 0.5, 1.0])
cosine = torch.ones((), requires_grad=True)
cosine.clamp(-1, 1).acos().backward()
expect(f"{version} acos of clamp at 1", cosine.grad.item(), -torch.inf if version == "2.13.0" else 0.0)
END
for torch_version in 2.13.0 2.15.0; do
  torch_for_cpu
  python limits.py
done
