#!/usr/bin/env bash
# torch: randn_like and dropout draw other noise for a channels_last tensor than for its equal.
#
# One would guess: `memory_format=channels_last` is a matter of speed. It says how a tensor lies in memory, not what is
# in it; torch.equal says that both are the same. So one seed gives one noise for one shape.
# What happens: randn_like, rand_like and empty_like keep the layout, and the numbers are filled in as memory runs: the
# number that was drawn for the next column goes to the next channel. rand_like and dropout draw the same numbers in
# other places. randn_like takes another program as well (blocks of 16 are only for contiguous memory), so that even the
# set of numbers is another. `normal_` does the same; randn(x.shape) knows no layout and is right.
# Why it matters: channels_last is switched on to make convolutions faster, and a permuted HWC picture, what every
# decoder delivers, has that layout by itself. The same seed, picture and program then give another result, which is
# taken for rounding; a run that is continued from a file (safetensors stores tensors contiguously) goes on with other
# noise than the run that was not interrupted.
#
# torch 2.11.0 on the CPU. Seen for the shape 1 x 3 x 8 x 8 and one seed, contiguous against channels_last:
#   rand_like, dropout: same numbers, other places; randn_like, normal_: other numbers; randn(shape): equal
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu safetensors==0.8.0 packaging==26.4

cat > noise.py <<'END'
import torch
from safetensors.torch import load, save
from finding import expect

torch.set_num_threads(1)
flat = torch.linspace(0, 1, 192).reshape(1, 3, 8, 8)
last = flat.to(memory_format=torch.channels_last)
decoded = flat[0].permute(1, 2, 0).contiguous().permute(2, 0, 1)[None]  # as a decoder delivers it: H, W, C
assert torch.equal(flat, last) and torch.equal(flat, decoded)

def seeded(draw, tensor):
    torch.manual_seed(7)
    return draw(tensor)

def compared(draw, other):
    a, b = seeded(draw, flat), seeded(draw, other)
    if torch.equal(a, b):
        return "equal"
    if torch.equal(a.flatten(), b.permute(0, 2, 3, 1).flatten()):
        return "same numbers, other places"
    return "other numbers"

SHUFFLED = "same numbers, other places"
for name, other in {"channels_last": last, "a permuted picture": decoded}.items():
    expect(f"{name}: rand_like", compared(torch.rand_like, other), SHUFFLED)
    ones = lambda x: torch.nn.functional.dropout(torch.ones_like(x), 0.5)
    expect(f"{name}: dropout", compared(ones, other), SHUFFLED)
    expect(f"{name}: randn_like", compared(torch.randn_like, other), "other numbers")
    expect(f"{name}: normal_", compared(lambda x: torch.empty_like(x).normal_(), other), "other numbers")
    expect(f"{name}: randn(shape)", compared(lambda x: torch.randn(x.shape), other), "equal")

stored = load(save({"picture": last.contiguous()}))["picture"]
expect("after safetensors: equal, and with equal noise",
       (torch.equal(stored, last), torch.equal(seeded(torch.randn_like, stored), seeded(torch.randn_like, last))), (True, False))
END
python noise.py
