"""Muon for the matrices of the transformers, AdamW for the rest, on float32 copies of the weights."""

from typing import Any

import torch
from torch import Tensor, nn

_MUON = ("in_proj_weight", "out_proj.weight", "c_fc.weight", "c_proj.weight")
MOMENTUM = 0.95
BETAS = (0.9, 0.98)
DECAY = 0.05
"""Weight decay of matrices, times the rate."""


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices `[n, a, b]` with a ≤ b, made nearly orthogonal by Newton and Schulz's iteration."""
    x: Tensor = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x


class Optimizer:
    """Keeps the master weights; the model's own may be of fewer bits."""

    def __init__(self, model: nn.Module) -> None:
        """Takes the present weights of the model as the master weights."""
        self.parameters = dict(model.named_parameters())
        self.master = {name: p.detach().float().clone() for name, p in self.parameters.items()}
        self.first = {name: torch.zeros_like(p) for name, p in self.master.items()}
        self.second = {name: torch.zeros_like(p) for name, p in self.master.items() if not name.endswith(_MUON)}
        self.average = {name: p.clone() for name, p in self.master.items()}
        self.count = 0
        # Matrices of one shape are made orthogonal together.
        self.groups: dict[tuple[int, ...], list[str]] = {}
        for name, p in self.master.items():
            if name.endswith(_MUON):
                self.groups.setdefault(tuple(p.shape), []).append(name)

    @torch.no_grad()
    def step(self, rate: float, memory: float) -> None:
        """One step with the gradients that the parameters have.

        `memory` in 0…1: how much of the moving average of the weights stays.
        """
        self.count += 1
        gradients = {n: p.grad.float() for n, p in self.parameters.items() if p.grad is not None}
        for shape, names in self.groups.items():
            self._muon(shape, names, gradients, rate)
        for name in self.second:
            if name in gradients:
                self._adam(name, gradients[name], rate)
        memory = min(memory, (1 + self.count) / (10 + self.count))
        torch._foreach_lerp_(list(self.average.values()), list(self.master.values()), 1 - memory)
        self.install(self.master)
        for p in self.parameters.values():
            p.grad = None

    def _muon(self, shape: tuple[int, ...], names: list[str], gradients: dict[str, Tensor], rate: float) -> None:
        parts = []
        for name in names:
            momentum = self.first[name].lerp_(gradients[name], 1 - MOMENTUM)
            ahead = gradients[name].lerp(momentum, MOMENTUM)
            # Queries, keys and values are three matrices in one.
            pieces = ahead.chunk(3) if name.endswith("in_proj_weight") else (ahead,)
            parts += [piece.mT if piece.shape[0] > piece.shape[1] else piece for piece in pieces]
        work = torch.stack(parts)
        work = orthogonal(work.to(self.parameters[names[0]].dtype)).float()
        per_name = len(parts) // len(names)
        for i, name in enumerate(names):
            done = work[i * per_name : (i + 1) * per_name]
            rows = shape[0] // per_name
            update = torch.cat([piece if piece.shape[0] == rows else piece.mT for piece in done])
            # Scaled so that entries change as much as with AdamW (Moonlight's rule).
            scale = 0.2 * max(rows, shape[1]) ** 0.5
            self.master[name].mul_(1 - rate * DECAY).add_(update.view(shape), alpha=-rate * scale)

    def _adam(self, name: str, gradient: Tensor, rate: float) -> None:
        first = self.first[name].lerp_(gradient, 1 - BETAS[0])
        second = self.second[name].mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        unbiased = (second / (1 - BETAS[1] ** self.count)).sqrt_().add_(1e-8)
        self.master[name].addcdiv_(first, unbiased, value=-rate / (1 - BETAS[0] ** self.count))

    @torch.no_grad()
    def install(self, weights: dict[str, Tensor]) -> None:
        """Copies weights into the model."""
        for name, p in self.parameters.items():
            p.copy_(weights[name])

    def state(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        return {k: getattr(self, k) for k in ("master", "first", "second", "average", "count")}

    @torch.no_grad()
    def load(self, state: dict[str, Any]) -> None:
        """The reverse of `state`; installs the master weights."""
        for kind in ("master", "first", "second", "average"):
            for name, value in getattr(self, kind).items():
                value.copy_(state[kind][name])
        self.count = state["count"]
        self.install(self.master)
