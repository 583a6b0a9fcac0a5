//! The residual attention blocks of CLIP's transformers.

use clipig_models::Activation;
use tch::Tensor;

use super::Architecture;
use super::weights::{Loader, WeightsError};

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
    fn load(
        loader: &Loader<'_>,
        name: &str,
        width: i64,
        heads: i64,
        activation: Activation,
    ) -> Result<Self, WeightsError> {
        let pair = |part: &str, weight: &[i64]| -> Result<(Tensor, Tensor), WeightsError> {
            let (w, b) = (loader.get(&format!("{name}.{part}.weight"), weight)?, &weight[..1]);
            Ok((w, loader.get(&format!("{name}.{part}.bias"), b)?))
        };
        let (mut c_fc, mut c_proj) =
            (pair("mlp.c_fc", &[4 * width, width])?, pair("mlp.c_proj", &[width, 4 * width])?);
        if activation == Activation::QuickGelu {
            // The factors around silu go into the weights on both sides, which leaves one fused operation,
            // forwards and backwards, instead of three.
            c_fc = (c_fc.0 * QUICK_GELU, c_fc.1 * QUICK_GELU);
            c_proj = (c_proj.0 / QUICK_GELU, c_proj.1);
        }
        Ok(Self {
            ln_1: LayerNorm::load(loader, &format!("{name}.ln_1"), width)?,
            in_proj: (
                loader.get(&format!("{name}.attn.in_proj_weight"), &[3 * width, width])?,
                loader.get(&format!("{name}.attn.in_proj_bias"), &[3 * width])?,
            ),
            out_proj: pair("attn.out_proj", &[width, width])?,
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

/// A stack of blocks.
pub(super) struct Transformer {
    blocks: Vec<Block>,
    causal: bool,
}

impl Transformer {
    /// Loads `{name}.resblocks.0`, `1`, … as many as there are.
    pub(super) fn load(
        loader: &Loader<'_>,
        name: &str,
        width: i64,
        heads: Option<i64>,
        architecture: &Architecture,
        causal: bool,
    ) -> Result<Self, WeightsError> {
        let heads = heads.unwrap_or(width / 64).max(1);
        if width % heads != 0 {
            return Err(WeightsError::Heads { width, heads });
        }
        let block = |i: usize| format!("{name}.resblocks.{i}");
        let blocks = (0..)
            .take_while(|&i| loader.contains(&format!("{}.attn.in_proj_weight", block(i))))
            .map(|i| Block::load(loader, &block(i), width, heads, architecture.activation))
            .collect::<Result<Vec<_>, _>>()?;
        if blocks.is_empty() {
            return Err(WeightsError::Missing(format!("{}.attn.in_proj_weight", block(0))));
        }
        Ok(Self { blocks, causal })
    }

    /// `[n, tokens, width]` to the same.
    pub(super) fn forward(&self, x: Tensor) -> Tensor {
        self.blocks.iter().fold(x, |x, block| block.forward(&x, self.causal))
    }
}
