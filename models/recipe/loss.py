"""What the model is trained on: CLIP's loss with foils, and classification against prototypes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PROTOTYPE_WEIGHT = 0.7
TEXT_PROTOTYPE_WEIGHT = 0.3


class Prototypes(nn.Module):
    """A learned feature per concept. They tie both towers together much faster than pairs alone do."""

    def __init__(self, classes: int, embed: int) -> None:
        """Fresh ones from torch's global generator."""
        super().__init__()
        self.features = nn.Parameter(torch.randn(classes, embed) * embed**-0.5)
        self.scale = nn.Parameter(torch.tensor(2.7))

    def forward(self, features: Tensor, shares: Tensor) -> Tensor:
        """Cross entropy of features `[n, embed]` with the shares of concepts `[n, classes]`, summed over shares."""
        logits = features @ F.normalize(self.features.float(), dim=-1).T * self.scale.float().exp().clamp(max=100)
        return -(shares * logits.log_softmax(-1)).sum() / shares.sum().clamp(min=1)


def pair_loss(images: Tensor, texts: Tensor, scale: Tensor, shares: Tensor, has_foil: Tensor) -> Tensor:
    """CLIP's loss of features `[n, embed]` and `[2n, embed]`: captions, then foils.

    A foil is a wrong caption for its own image. Images that share a concept are no counterexamples for
    each other.
    """
    count = len(images)
    own = torch.eye(count, dtype=torch.bool, device=images.device)
    shared = (shares @ shares.T > 0) & ~own
    logits = images @ texts.T * scale.exp().clamp(max=100)
    captions = logits[:, :count].masked_fill(shared, float("-inf"))
    # An image's own foil counts, even where others share its concept; those of others are left out.
    foils = logits[:, count:].diagonal().masked_fill(~has_foil, float("-inf"))[:, None]
    target = torch.arange(count, device=images.device)
    to_text = F.cross_entropy(torch.cat([captions, foils], 1), target)
    return (to_text + F.cross_entropy(captions.T, target)) / 2
