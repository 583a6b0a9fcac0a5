#!/usr/bin/env bash
# torch: inside one autocast block a model sees the picture that is optimised as it was in the first epoch.
#
# One would guess: `with torch.autocast(...):` around the loop or inside it is a matter of taste. Pixels that an
# optimizer changes are seen changed.
# What happens: autocast keeps the bfloat16 copy of every leaf that wants a gradient until the block ends. It is meant
# for weights, but pixels that are optimised are such a leaf, too: every epoch after the first computes features and
# gradient of the first picture. The optimizer goes on along that one gradient. Weights that are trained are kept as
# well; frozen ones are not. cache_enabled=False, a block for each epoch, or passing the pixels on (`pixels * 1`)
# ends it.
# Why it matters: that is how pictures are made with CLIP. The loss stands still, the picture does not: it runs to its
# limits along the first gradient and looks like a bad learning rate. Without autocast the same lines are right.
#
# torch 2.11.0 on the CPU, a convolution, SGD, 5 epochs. Seen, number of different losses:
#   without autocast 5; one block around the loop 1, though the pixels moved in each epoch
#   a block for each epoch 5; cache_enabled=False 5; pixels that do not want a gradient 5
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > draw.py <<'END'
import contextlib, torch
from finding import expect, holds

torch.manual_seed(0)
model = torch.nn.Conv2d(3, 4, 8).requires_grad_(False)

def losses(around, within, wants=True, passed_on=False):
    """The losses of 5 epochs, and how many different pictures they were of."""
    pixels = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)).requires_grad_(wants)
    found, pictures = [], []
    with around():
        for _ in range(5):
            pictures.append(pixels.detach().clone())
            with within():
                loss = model(pixels * 1 if passed_on else pixels).float().square().sum()
            found.append(loss.item())
            with torch.no_grad():
                pixels -= 0.05 * (torch.autograd.grad(loss, pixels)[0] if wants else 0.1)
    return len(set(found)), len({picture.numpy().tobytes() for picture in pictures})

plain, cast = contextlib.nullcontext, lambda: torch.autocast("cpu", torch.bfloat16)
uncached = lambda: torch.autocast("cpu", torch.bfloat16, cache_enabled=False)
expect("different losses and pictures, without autocast", losses(plain, plain), (5, 5))
expect("one block around the loop", losses(cast, plain), (1, 5))
expect("a block for each epoch", losses(plain, cast), (5, 5))
expect("one block without its cache", losses(uncached, plain), (5, 5))
expect("one block, pixels passed on", losses(cast, plain, passed_on=True), (5, 5))
expect("one block, pixels that want no gradient", losses(cast, plain, wants=False), (5, 5))

def answers(trained):
    """Whether a weight that was doubled between two calls in a block is seen."""
    layer, pictures = torch.nn.Linear(8, 8).requires_grad_(trained), torch.rand(2, 8)
    with cast():
        first = layer(pictures)
        with torch.no_grad():
            layer.weight *= 2
        return not torch.equal(first, layer(pictures))

expect("a changed weight is seen, frozen and trained", (answers(False), answers(True)), (True, False))
END
python draw.py
