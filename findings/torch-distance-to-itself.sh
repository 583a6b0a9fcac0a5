#!/usr/bin/env bash
# torch: from 26 points on a point is two pixels away from itself.
#
# One would guess: torch.cdist(x, x) has zeros on its diagonal, or numbers that are zero up to the rounding of the
# result; a row of it does not depend on how many rows there are.
# What happens: up to 25 points on either side cdist subtracts. From 26 on (one of both sides is enough) it takes
# |a|^2 + |b|^2 - 2ab, which is a matrix product. That loses all digits in which the two terms agree, and the root of
# what is left is large: the error is not 1e-7 of the distance but 3e-4 of the *length* of the points. 26 positions in
# a picture of 4096 pixels are up to two pixels away from themselves, 26 unit vectors 1e-3. The switch is
# compute_mode="use_mm_for_euclid_dist_if_necessary", which is what is meant where nothing is said.
# Why it matters: the same pictures are duplicates in a test with ten of them, and not on the farm; nearest neighbours
# of close pairs are chosen by noise; k-means, Chamfer distances and palettes (the nearest colour) work on such
# coordinates. Subtract a common point first, or say compute_mode="donot_use_mm_for_euclid_dist".
#
# torch 2.11.0 on x86-64. Seen, largest distance of a point to itself, and that of unit vectors 1e-4 apart:
#   25 points 0 in all, 1.00e-4; 26 points: positions in [0, 4096) 2.0, colours in [0, 255) 0.18, unit vectors 1e-3,
#   and 0 to 6e-4 instead of 1e-4
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > distance.py <<'END'
import torch
from finding import expect, holds

torch.set_num_threads(1)
torch.manual_seed(0)
points = {"positions": torch.rand(500, 2) * 4096, "colours": torch.rand(500, 3) * 255,
          "unit vectors": torch.nn.functional.normalize(torch.randn(500, 512), dim=1)}

def to_itself(points, count, **mode):
    """The largest distance of a point to itself, among 500 that are compared in groups of so many."""
    groups = [group for group in points.split(count) if len(group) == count]
    return max(torch.cdist(group, group, **mode).diagonal().max().item() for group in groups)

for (name, x), least in zip(points.items(), (1.0, 0.05, 3e-4)):
    expect(f"{name}, 25 at a time", to_itself(x, 25), 0.0)
    holds(f"{name}, 26 at a time", to_itself(x, 26), to_itself(x, 26) >= least)
    expect(f"{name}, 26 at a time, without mm", to_itself(x, 26, compute_mode="donot_use_mm_for_euclid_dist"), 0.0)

vectors = points["unit vectors"]
near = vectors + 1e-4 * torch.nn.functional.normalize(torch.randn(500, 512), dim=1)
for count, exact in (25, True), (26, False):
    found = torch.cdist(vectors[:count], near[:count]).diagonal()
    low, high = found.min().item(), found.max().item()
    holds(f"vectors 1e-4 apart, {count}: least, largest", (low, high), (low > 0.9e-4 and high < 1.1e-4) == exact)
END
python distance.py
