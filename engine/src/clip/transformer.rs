//! The residual attention blocks of CLIP's transformers.

use clipig_core::{Activation, ModelSettings};
use clipig_models::Vision;
use tch::Tensor;

use super::weights::{self, Loader, WeightsError};

/// Layer normalisation over the last dimension.
pub(super) struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
}

impl LayerNorm {
    pub(super) fn load(loader: &Loader<'_>, name: &str, width: i64) -> Result<Self, WeightsError> {
        Ok(Self {
            weight: loader.get(&format!("{name}.weight"), &[width])?,
            bias: loader.get(&format!("{name}.bias"), &[width])?,
        })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), 1e-5, false)
    }
}

/// One block: attention and feed-forward layer, each behind a layer normalisation and around a residual.
struct Block {
    ln_1: LayerNorm,
    in_proj: (Tensor, Tensor),
    out_proj: (Tensor, Tensor),
    ln_2: LayerNorm,
    c_fc: (Tensor, Tensor),
    c_proj: (Tensor, Tensor),
    heads: i64,
    gelu: bool,
}

/// `x · σ(1.702 x) = silu(1.702 x) / 1.702`.
const QUICK_GELU: f64 = 1.702;

impl Block {
    fn load(loader: &Loader<'_>, name: &str, tower: &Tower, heads: i64) -> Result<Self, WeightsError> {
        let &Tower { width, activation, .. } = tower;
        let pair = |part: &str, weight: &[i64]| -> Result<(Tensor, Tensor), WeightsError> {
            let (w, b) = (loader.get(&format!("{name}.{part}.weight"), weight)?, &weight[..1]);
            Ok((w, loader.get(&format!("{name}.{part}.bias"), b)?))
        };
        let inner = tower.feed_forward;
        let (mut c_fc, mut c_proj) =
            (pair("mlp.c_fc", &[inner, width])?, pair("mlp.c_proj", &[width, inner])?);
        let mut out_proj = pair("attn.out_proj", &[width, width])?;
        if activation == Activation::QuickGelu {
            // The factors around silu go into the weights on both sides, which leaves one fused operation,
            // forwards and backwards, instead of three.
            c_fc = (c_fc.0 * QUICK_GELU, c_fc.1 * QUICK_GELU);
            c_proj = (c_proj.0 / QUICK_GELU, c_proj.1);
        }
        if loader.contains(&format!("{name}.ls_1.gamma")) {
            // Layer scale multiplies what a branch adds, channel by channel: so do the rows of its last matrix.
            let scale = |(weight, bias): (Tensor, Tensor), part: &str| -> Result<_, WeightsError> {
                let gamma = loader.get(&format!("{name}.{part}.gamma"), &[width])?;
                Ok((weight * gamma.view([-1, 1]), bias * gamma))
            };
            out_proj = scale(out_proj, "ls_1")?;
            c_proj = scale(c_proj, "ls_2")?;
        }
        Ok(Self {
            ln_1: LayerNorm::load(loader, &format!("{name}.ln_1"), width)?,
            in_proj: (
                loader.get(&format!("{name}.attn.in_proj_weight"), &[3 * width, width])?,
                loader.get(&format!("{name}.attn.in_proj_bias"), &[3 * width])?,
            ),
            out_proj,
            ln_2: LayerNorm::load(loader, &format!("{name}.ln_2"), width)?,
            c_fc,
            c_proj,
            heads,
            gelu: activation == Activation::Gelu,
        })
    }

    /// `x` is `[n, tokens, width]`.
    fn forward(&self, x: &Tensor, causal: bool) -> Tensor {
        let (n, tokens, width) = x.size3().expect("three dimensions");
        let qkv = self
            .ln_1
            .forward(x)
            .linear(&self.in_proj.0, Some(&self.in_proj.1))
            .view([n, tokens, 3, self.heads, width / self.heads])
            .permute([2, 0, 3, 1, 4]);
        let attention = Tensor::scaled_dot_product_attention(
            &qkv.get(0),
            &qkv.get(1),
            &qkv.get(2),
            None::<Tensor>,
            0.0,
            causal,
            None,
            false,
        );
        let attention = attention
            .transpose(1, 2)
            .reshape([n, tokens, width])
            .linear(&self.out_proj.0, Some(&self.out_proj.1));
        let x = x + attention;
        let hidden = self.ln_2.forward(&x).linear(&self.c_fc.0, Some(&self.c_fc.1));
        let hidden = if self.gelu { hidden.gelu("none") } else { hidden.silu() };
        x + hidden.linear(&self.c_proj.0, Some(&self.c_proj.1))
    }
}

/// What a tower's blocks have in common.
pub(super) struct Tower {
    name: &'static str,
    width: i64,
    feed_forward: i64,
    layers: u32,
    heads: Option<u32>,
    activation: Activation,
    /// Does a token see only those before it?
    causal: bool,
}

impl Tower {
    /// The text tower of a model, `width` wide.
    pub(super) fn text(loader: &Loader<'_>, width: i64, settings: &ModelSettings) -> Self {
        let architecture = loader.architecture();
        Self {
            name: "transformer",
            width,
            feed_forward: i64::from(architecture.text_feed_forward),
            layers: architecture.text_layers,
            heads: settings.text_heads,
            activation: settings.activation,
            causal: true,
        }
    }

    /// The image tower of a model, `width` wide; without blocks where it is no transformer.
    pub(super) fn vision(loader: &Loader<'_>, width: i64, settings: &ModelSettings) -> Self {
        let (layers, feed_forward) = match loader.architecture().vision {
            Vision::Transformer { layers, feed_forward, .. } => (layers, i64::from(feed_forward)),
            Vision::ResNet { .. } => (0, 0),
        };
        let (heads, activation) = (settings.vision_heads, settings.activation);
        Self { name: "visual.transformer", width, feed_forward, layers, heads, activation, causal: false }
    }
}

/// A stack of blocks.
pub(super) struct Transformer {
    blocks: Vec<Block>,
    causal: bool,
}

impl Transformer {
    /// Loads all blocks of a tower, `{name}.resblocks.0` and so on.
    pub(super) fn load(loader: &Loader<'_>, tower: &Tower) -> Result<Self, WeightsError> {
        let heads = weights::heads(tower.heads, tower.width)?;
        let block = |i: u32| Block::load(loader, &format!("{}.resblocks.{i}", tower.name), tower, heads);
        let blocks = (0..tower.layers).map(block).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { blocks, causal: tower.causal })
    }

    /// `[n, tokens, width]` to the same.
    pub(super) fn forward(&self, x: Tensor) -> Tensor {
        self.forward_seen(x, &[]).0
    }

    /// The same, and what the attention of some blocks sees: `[n, tokens, width]`, behind the layer normalisation. Each of
    /// `blocks` is the number of one, below [`len`](Self::len).
    pub(super) fn forward_seen(&self, x: Tensor, blocks: &[usize]) -> (Tensor, Vec<Tensor>) {
        let mut seen: Vec<Option<Tensor>> = blocks.iter().map(|_| None).collect();
        let x = self.blocks.iter().enumerate().fold(x, |x, (i, block)| {
            for (seen, _) in seen.iter_mut().zip(blocks).filter(|(_, wanted)| **wanted == i) {
                *seen = Some(block.ln_1.forward(&x));
            }
            block.forward(&x, self.causal)
        });
        (x, seen.into_iter().flatten().collect())
    }

    /// How many blocks there are.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }
}
