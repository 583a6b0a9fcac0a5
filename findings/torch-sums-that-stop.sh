#!/usr/bin/env bash
# torch: in bfloat16 the gradient of rows[numbers] stops growing at 256, that of rows.index_select(0, numbers) does not.
#
# One would guess: in half types torch adds in float32 and rounds the result, as sum, matmul, conv and cumsum do; two
# spellings of one function have the same gradient.
# What happens: on the CPU some sums are kept in the small type itself. 256 + 1 is 256 in bfloat16 (2048 + 1 is 2048
# in float16), so they stop there: the gradients of rows[numbers], of an embedding, of grid_sample, of replicating
# padding and of unfold, and index_add in one dimension. index_select, gather, interpolate, expand and scatter_add
# go on, and so does index_add in two dimensions.
# Why it matters: what is looked at most is what stops. The begin-of-text row of CLIP's embedding is used by each
# caption of a batch, and a pixel by every view of it: their gradients are too small by any factor, while those
# of rare words and pixels are right. The batch of four in a test shows nothing.
#
# torch 2.11.0 on x86-64; 5,000 ones are added (padding and unfold: 6,561 and 1,600). Seen in bfloat16, float16:
#   rows[numbers], embedding, grid_sample 256, 2048; index_select, gather, one-hot matmul 4992, 5000
#   replicating padding 256, 2048; expand 6560, 6560; index_add 256, 2048; scatter_add 4992, 5000; unfold 256, 1600
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > add.py <<'END'
import torch
import torch.nn.functional as F
from finding import expect

torch.set_num_threads(1)
COUNT = 5000

def gradient(kind, shape, use):
    """The largest gradient of zeros of that shape where everything that `use` makes of them has the gradient 1."""
    zeros = torch.zeros(shape, dtype=kind, requires_grad=True)
    use(zeros).sum().backward()
    return zeros.grad.max().item()

numbers = torch.full((COUNT,), 3)
for kind, stop, right, padded, unfolded in (torch.bfloat16, 256, 4992, 6560, 256), (torch.float16, 2048, 5000, 6560, 1600):
    name, ones, rows = str(kind)[6:], torch.ones(COUNT, dtype=kind), (10, 4)
    expect(f"{name}: rows[numbers]", gradient(kind, rows, lambda x: x[numbers]), stop)
    expect(f"{name}: embedding", gradient(kind, rows, lambda x: F.embedding(numbers, x)), stop)
    expect(f"{name}: index_select", gradient(kind, rows, lambda x: x.index_select(0, numbers)), right)
    expect(f"{name}: gather", gradient(kind, rows, lambda x: x.gather(0, numbers[:, None].expand(COUNT, 4))), right)
    expect(f"{name}: one-hot matmul", gradient(kind, rows, lambda x: F.one_hot(numbers, 10).to(kind) @ x), right)
    middle = torch.zeros(1, COUNT, 1, 2, dtype=kind)
    sampled = gradient(kind, (1, 1, 33, 33), lambda x: F.grid_sample(x, middle, align_corners=True))
    expect(f"{name}: grid_sample", sampled, stop)
    pixel = (1, 1, 1, 1)
    expect(f"{name}: replicating padding", gradient(kind, pixel, lambda x: F.pad(x, [40] * 4, mode="replicate")), stop)
    expect(f"{name}: expand", gradient(kind, pixel, lambda x: x.expand(1, 1, 81, 81)), padded)
    expect(f"{name}: interpolate", gradient(kind, pixel, lambda x: F.interpolate(x, size=(81, 81))), padded)
    expect(f"{name}: unfold", gradient(kind, (1, 1, 80, 80), lambda x: F.unfold(x, (40, 40))), unfolded)
    sums = torch.zeros(10, dtype=kind)
    expect(f"{name}: index_add", sums.index_add(0, numbers, ones)[3].item(), stop)
    expect(f"{name}: scatter_add", sums.scatter_add(0, numbers, ones)[3].item(), right)
    table = torch.zeros(10, 4, dtype=kind).index_add(0, numbers, ones[:, None].expand(COUNT, 4))
    expect(f"{name}: index_add in two dimensions", table[3, 0].item(), right)
    expect(f"{name}: sum, cumsum", (ones.sum().item(), ones.cumsum(0)[-1].item()), (right, right))
END
python add.py
