#!/usr/bin/env bash
# torch: with fused=True an optimizer moves the wrong pixels, if gradient and picture lie differently in memory.
#
# One would guess: fused=True is the same optimizer in one quicker pass; how a tensor lies in memory is no matter for
# its result, as everywhere in torch. On a GPU the fused ones compare the layouts, and are reported to raise an error.
# What happens: on a CPU they do not. They walk through picture, gradient and moments as they lie in memory, number by
# number. A channels_last picture whose gradient came from elsewhere (NumPy, safetensors, another process; and
# torch.autograd.grad, by what the model did) has the step of one pixel applied to another, and Adam runs far away from
# the goal. It is enough that the moments lie differently, as after a restart from safetensors. And if the picture is a
# crop, a view of a larger canvas, its steps go to as many numbers from its first one on, in the whole width of the
# canvas: of a 3 x 3 crop red is right, pixels beside it change, and green and blue never do.
# Why it matters: gradients that workers send are assigned to `.grad`, which checks shape and type. `backward()` brings
# gradients of the picture's own layout, and tests that use it see nothing. Each step has the right size, so the loss
# looks like that of a rate that is too large. `.contiguous()` for the picture, the gradient and the moments helps.
#
# torch 2.15.0 (2.11.0 alike) on a CPU; a picture of 4 x 5, 100 steps of 0.1. Seen, with fused False and True:
#   largest distance after Adam, all in channels_last                    0.0 and 0.0
#   picture channels_last, gradient by way of NumPy                      0.0 and 14.3 (AdamW, SGD, Adagrad fail, too)
#   moments by way of NumPy after 5 steps                                0.4 apart after 10
#   numbers changed outside and inside a crop of 3 x 3, three channels   0 27 and 18 9
. "$(dirname "$0")/lib/finding.sh"
torch_version=2.15.0 torch_for_cpu

cat > fused.py <<'END'
import torch
from finding import expect, holds

torch.set_num_threads(1)
random = torch.Generator().manual_seed(0)
GOAL = torch.rand(1, 3, 4, 5, generator=random)

def elsewhere(tensor):
    """The same numbers after a way that keeps no layout."""
    return torch.from_numpy(tensor.contiguous().numpy().copy())

def as_it_is(tensor):
    return tensor

def painted(optimizer, fused, gradients=as_it_is, moments=as_it_is, steps=100, **options):
    """A channels_last picture after so many steps towards the goal, with its state restored after half of them."""
    picture = torch.full_like(GOAL, 0.5).to(memory_format=torch.channels_last).requires_grad_()
    optimizer = optimizer([picture], lr=0.1, fused=fused, **options)
    for step in range(steps):
        optimizer.zero_grad()
        (picture - GOAL).square().sum().backward()
        picture.grad = gradients(picture.grad)
        if step == steps // 2:
            state = optimizer.state[picture]
            state.update({name: moments(tensor) for name, tensor in state.items()})
        optimizer.step()
    return picture.detach()

def distance(*arguments):
    return round(float((painted(*arguments) - GOAL).abs().max()), 2)

def difference(optimizer, **options):
    """Between the pictures of the fused optimizer and of the plain one."""
    plain, fused = (painted(optimizer, fused, **options) for fused in (False, True))
    return round(float((plain - fused).abs().max()), 2)

optim = torch.optim
expect("Adam, one layout", [distance(optim.Adam, fused) for fused in (False, True)], [0.0, 0.0])
found = [distance(optim.Adam, fused, elsewhere) for fused in (False, True)]
holds("Adam, gradient from elsewhere", found, found[0] == 0 and found[1] > 5)
apart = difference(optim.Adam, moments=elsewhere, steps=10)
holds("Adam, moments from elsewhere, apart after 10 steps", apart, apart > 0.1)
for name, optimizer, options in (
    ("AdamW", optim.AdamW, {}), ("SGD", optim.SGD, {"momentum": 0.5}), ("Adagrad", optim.Adagrad, {})
):
    apart = difference(optimizer, gradients=elsewhere, **options)
    holds(f"{name}, gradient from elsewhere, apart", apart, apart > 0.1)

def changed_by_crop(fused):
    """How many numbers of a canvas change outside and inside its crop of 3 x 3."""
    canvas = torch.full((1, 3, 6, 6), 0.5)
    crop = canvas[:, :, 1:4, 1:4].detach().requires_grad_()
    optimizer = optim.Adam([crop], lr=0.1, fused=fused)
    for _ in range(3):
        optimizer.zero_grad()
        (crop - 1).square().sum().backward()
        optimizer.step()
    changed = canvas != 0.5
    inside = int(changed[:, :, 1:4, 1:4].sum())
    return [int(changed.sum()) - inside, inside]

expect("changed outside and inside a crop", [changed_by_crop(fused) for fused in (False, True)], [[0, 27], [18, 9]])
END
python fused.py
