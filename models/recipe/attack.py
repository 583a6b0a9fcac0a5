"""Adversarial changes of pixels, bounded in L2: what makes the model's gradients draw."""

from collections.abc import Callable

import torch
from torch import Tensor


def attack(
    pixels: Tensor, radius: Tensor, steps: int, loss: Callable[[Tensor], Tensor], generator: torch.Generator
) -> Tensor:
    """Pixels `[n, 3, S, S]` moved so that `loss` grows, by at most `radius` `[n]` in L2, within 0…1.

    Begins at a random place within half of the radius. Projected gradient ascent in `steps` steps.
    """
    radius = radius.view(-1, 1, 1, 1)
    start = torch.randn(pixels.shape, generator=generator, device=pixels.device)
    share = torch.rand(len(pixels), 1, 1, 1, generator=generator, device=pixels.device)
    change = start / norm(start) * radius * share * 0.5
    stride = radius * (1.0 if steps == 1 else 2.0 / steps)
    for _ in range(steps):
        moved = (pixels + change).clamp(0, 1).requires_grad_()
        (gradient,) = torch.autograd.grad(loss(moved), moved)
        change = change + gradient / norm(gradient) * stride
        change = change * (radius / norm(change)).clamp(max=1)
    return (pixels + change).clamp(0, 1).detach()


def norm(images: Tensor) -> Tensor:
    """L2 length of each image, `[n, 1, 1, 1]`, never zero."""
    lengths: Tensor = images.flatten(1).norm(dim=1).clamp(min=1e-12)
    return lengths.view(-1, 1, 1, 1)
