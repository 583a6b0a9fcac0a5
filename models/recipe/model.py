"""A CLIP in OpenAI's layout and with OpenAI's names."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)

HEAD_WIDTH = 64
"""Width of every attention head: clipig derives the number of heads from it."""


@dataclass(frozen=True)
class Shape:
    """The sizes of both towers."""

    window: int = 64
    patch: int = 8
    vision_width: int = 256
    vision_layers: int = 6
    text_width: int = 128
    text_layers: int = 3
    context: int = 77
    embed: int = 256

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.window // self.patch

    def to_json(self) -> dict[str, Any]:
        """For checkpoints."""
        return asdict(self)


class Attention(nn.Module):
    """Multi-head self-attention with the three projections in one matrix."""

    def __init__(self, width: int, causal: bool) -> None:
        """`causal`: each place sees only those before it."""
        super().__init__()
        self.heads, self.causal = width // HEAD_WIDTH, causal
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, places, width]` to the same."""
        batch, places, width = x.shape
        joined = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = joined.view(batch, places, 3, self.heads, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal) if x.is_cuda else self._attend(q, k, v)
        out: Tensor = self.out_proj(y.transpose(1, 2).reshape(batch, places, width))
        return out

    def _attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Written out: torch's fused attention is five times slower than this backwards on a CPU."""
        scores = (q * HEAD_WIDTH**-0.5) @ k.transpose(-2, -1)
        if self.causal:
            scores = scores + torch.full_like(scores[0, 0], float("-inf")).triu(1)
        out: Tensor = scores.softmax(-1) @ v
        return out


class Mlp(nn.Module):
    """Two layers with QuickGELU between them."""

    def __init__(self, width: int) -> None:
        """The hidden layer has four times the width."""
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """`[..., width]` to the same."""
        hidden = self.c_fc(x)
        out: Tensor = self.c_proj(hidden * torch.sigmoid(1.702 * hidden))
        return out


class Block(nn.Module):
    """One residual block of a transformer."""

    def __init__(self, width: int, causal: bool) -> None:
        """Normalisation comes before attention and before the layers."""
        super().__init__()
        self.attn = Attention(width, causal)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = Mlp(width)
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, places, width]` to the same."""
        x = x + self.attn(self.ln_1(x))
        out: Tensor = x + self.mlp(self.ln_2(x))
        return out


class Transformer(nn.Module):
    """Blocks, one after the other."""

    def __init__(self, width: int, layers: int, causal: bool) -> None:
        """The initial scale shrinks with depth, as in the original."""
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, causal) for _ in range(layers))
        for block in self.resblocks:
            assert isinstance(block, Block)
            nn.init.normal_(block.attn.in_proj_weight, std=width**-0.5)
            nn.init.normal_(block.mlp.c_fc.weight, std=(2 * width) ** -0.5)
            for last in (block.attn.out_proj, block.mlp.c_proj):
                nn.init.normal_(last.weight, std=width**-0.5 * (2 * layers) ** -0.5)
            for linear in (block.attn.out_proj, block.mlp.c_fc, block.mlp.c_proj):
                nn.init.zeros_(linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, places, width]` to the same."""
        for block in self.resblocks:
            x = block(x)
        return x


class VisionTower(nn.Module):
    """A vision transformer."""

    def __init__(self, shape: Shape) -> None:
        """Positions are one for the class and one per patch."""
        super().__init__()
        width = shape.vision_width
        self.patch, self.grid = shape.patch, shape.grid
        self.mean: Tensor
        self.std: Tensor
        self.conv1 = nn.Conv2d(3, width, shape.patch, shape.patch, bias=False)
        self.class_embedding = nn.Parameter(width**-0.5 * torch.randn(width))
        self.positional_embedding = nn.Parameter(width**-0.5 * torch.randn(shape.grid**2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, shape.vision_layers, causal=False)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(width**-0.5 * torch.randn(width, shape.embed))
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor, kept: Tensor | None = None) -> Tensor:
        """Features `[batch, embed]` of windows `[batch, 3, S, S]` in 0…1.

        `kept` `[batch, n]` are the patches that are looked at; without it, all.
        """
        batch, grid, patch = len(pixels), self.grid, self.patch
        # The convolution as one matrix product, which is several times faster on a CPU.
        x = ((pixels - self.mean) / self.std).to(self.proj.dtype)
        x = x.view(batch, 3, grid, patch, grid, patch).permute(0, 2, 4, 1, 3, 5)
        x = F.linear(x.reshape(batch, grid * grid, -1), self.conv1.weight.flatten(1))
        x = x + self.positional_embedding[1:]
        if kept is not None:
            x = x.gather(1, kept[..., None].expand(-1, -1, x.shape[-1]))
        first = (self.class_embedding + self.positional_embedding[0]).expand(batch, 1, -1)
        x = self.transformer(self.ln_pre(torch.cat([first, x], 1)))
        out: Tensor = self.ln_post(x[:, 0]) @ self.proj
        return out


class Clip(nn.Module):
    """Both towers. The token table has `rows` rows; see `lexicon` for why not 49,408."""

    def __init__(self, shape: Shape, rows: int) -> None:
        """Fresh weights from torch's global generator."""
        super().__init__()
        width = shape.text_width
        self.visual = VisionTower(shape)
        self.token_embedding = nn.Embedding(rows, width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(shape.context, width))
        self.transformer = Transformer(width, shape.text_layers, causal=True)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(width**-0.5 * torch.randn(width, shape.embed))
        self.logit_scale = nn.Parameter(torch.tensor(2.659))

    def encode_image(self, pixels: Tensor, kept: Tensor | None = None) -> Tensor:
        """Features of unit length, float32."""
        return F.normalize(self.visual(pixels, kept).float(), dim=-1)

    def encode_text(self, tokens: Tensor, ends: Tensor) -> Tensor:
        """Features of unit length, float32, of token rows `[batch, places]` whose texts end at `ends`.

        Places after the end change nothing, because attention looks back only; so `places` may be less
        than the context.
        """
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        x = self.ln_final(self.transformer(x))
        x = x[torch.arange(len(x), device=x.device), ends] @ self.text_projection
        return F.normalize(x.float(), dim=-1)
