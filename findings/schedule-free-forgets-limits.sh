#!/usr/bin/env bash
# schedulefree, torch: a picture that is clamped to [0, 1] after every step leaves [0, 1] in eval mode, and is worse.
#
# One would guess: `x.clamp_(0, 1)` after each step keeps pixels in range with any optimizer, as with SGD and Adam. All
# that must not be forgotten with a schedule-free one is `optimizer.eval()` before the picture is used.
# What happens: while it trains, the tensor holds y = 0.1 z + 0.9 x. z, where the steps lead, is in the state, x is the
# mean of it, and neither is seen by clamp. eval() computes x = (y - 0.1 z) / 0.9 from the clamped y and a z that went
# on beyond the limit. Each step does the same inside, so each clamp throws x off by the more the further z has gone,
# and the error is kept. Every picture that is seen while it trains is in range.
# Why it matters: it is the usual way to limit pixels, and the tensor of the optimizer that needs no schedule is taken
# for the picture. With Adam's version and a rate of 0.1 the result is nearly a hundred times as far from the goal as
# with torch.optim.Adam, in -0.9 to 1.9. Clamp where the loss reads the pixels, loss(x.clamp(0, 1)), not the tensor.
#
# schedulefree 1.4.1, torch 2.11.0; 200 steps towards a picture whose pixels go from -0.3 to 1.3, and the squared
# distance to it, where the nearest in [0, 1] has 9.0. Seen, smallest pixel, largest, distance:
#   Adam                               0.00   1.00     9.0
#   AdamWScheduleFree, clamped        -0.87   1.87   839.8      SGDScheduleFree, clamped    -0.31   1.30   260.7
#   AdamWScheduleFree, clamped where it is read, and at the end   0.00   1.00   9.0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu schedulefree==1.4.1

cat > limits.py <<'END'
import torch
from schedulefree import AdamWScheduleFree, SGDScheduleFree
from finding import holds

torch.set_num_threads(1)

def painted(optimizer, clamp_tensor):
    """Smallest and largest pixel, and distance to the goal, after 200 steps."""
    torch.manual_seed(0)
    goal = torch.rand(3, 16, 16) * 1.6 - 0.3
    picture = torch.full_like(goal, 0.5).requires_grad_()
    optimizer = optimizer([picture], lr=0.1)
    if hasattr(optimizer, "train"):
        optimizer.train()
    for _ in range(200):
        optimizer.zero_grad()
        seen = picture if clamp_tensor else picture.clamp(0, 1)
        (seen - goal).square().sum().backward()
        optimizer.step()
        if clamp_tensor:
            with torch.no_grad():
                picture.clamp_(0, 1)
            assert picture.min() >= 0 and picture.max() <= 1
    if hasattr(optimizer, "eval"):
        optimizer.eval()
    seen = picture.detach() if clamp_tensor else picture.detach().clamp(0, 1)
    return [round(float(number), 2) for number in (seen.min(), seen.max(), (seen - goal).square().sum())]

def near(found, smallest, largest, distance):
    return abs(found[0] - smallest) < 0.02 and abs(found[1] - largest) < 0.02 and abs(found[2] / distance - 1) < 0.02

for what, optimizer, clamp_tensor, wanted in (
    ("Adam, clamped", torch.optim.Adam, True, (0, 1, 9.0)),
    ("AdamWScheduleFree, clamped", AdamWScheduleFree, True, (-0.87, 1.87, 839.8)),
    ("SGDScheduleFree, clamped", SGDScheduleFree, True, (-0.31, 1.3, 260.7)),
    ("AdamWScheduleFree, clamped where it is read", AdamWScheduleFree, False, (0, 1, 9.0)),
):
    found = painted(optimizer, clamp_tensor)
    holds(f"{what}: smallest, largest, distance", found, near(found, *wanted))
END
python limits.py
