"""Texts to features with a model that was read from a file."""

import torch
from torch import Tensor

from .lexicon import END, START, Tokenizer
from .model import Clip


def encode(model: Clip, texts: list[str], tokenizer: Tokenizer) -> Tensor:
    """Features of unit length, `[n, embed]`."""
    ids = [[START, *tokenizer.encode(text), END] for text in texts]
    places = max(map(len, ids))
    device = model.text_projection.device
    tokens = torch.tensor([row + [0] * (places - len(row)) for row in ids], device=device)
    ends = torch.tensor([len(row) - 1 for row in ids], device=device)
    with torch.no_grad():
        pieces = zip(torch.split(tokens, 256), torch.split(ends, 256), strict=True)
        return torch.cat([model.encode_text(piece, end) for piece, end in pieces])
