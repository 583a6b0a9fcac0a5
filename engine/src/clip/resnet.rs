//! The image tower as a modified `ResNet` (`ModifiedResNet` in CLIP): three convolutions as the stem, average
//! pooling in front of strided convolutions, attention pooling at the end.
//!
//! Batch normalisation is folded into the convolutions when the weights are loaded: the model is frozen, so
//! both are one affine map.

use clipig_core::ModelSettings;
use tch::{Kind, Tensor};

use super::weights::{self, Loader, WeightsError};

/// A convolution with the batch normalisation behind it.
struct Convolution {
    weight: Tensor,
    bias: Tensor,
    stride: i64,
}

impl Convolution {
    fn load(loader: &Loader<'_>, conv: &str, norm: &str, stride: i64) -> Result<Self, WeightsError> {
        let name = format!("{conv}.weight");
        let shape = loader.shape(&name)?;
        let channels = shape.first().copied().unwrap_or(0);
        let statistic = |part: &str| loader.get_float(&format!("{norm}.{part}"), &[channels]);
        // y = (conv(x) − mean) · γ / √(var + ε) + β
        let scale = statistic("weight")? / (statistic("running_var")? + 1e-5).sqrt();
        let bias = statistic("bias")? - statistic("running_mean")? * &scale;
        let weight = loader.get_float(&name, &shape)? * scale.view([-1, 1, 1, 1]);
        Ok(Self { weight: loader.place(&weight), bias: loader.place(&bias), stride })
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let padding = self.weight.size()[2] / 2;
        x.conv2d(&self.weight, Some(&self.bias), [self.stride, self.stride], [padding, padding], [1, 1], 1)
    }
}

/// Average over squares of `size`; the identity for 1.
fn pool(x: Tensor, size: i64) -> Tensor {
    if size > 1 { x.avg_pool2d([size, size], [size, size], [0, 0], false, true, None) } else { x }
}

struct Bottleneck {
    convolutions: [Convolution; 3],
    stride: i64,
    downsample: Option<Convolution>,
}

impl Bottleneck {
    fn load(loader: &Loader<'_>, name: &str, stride: i64) -> Result<Self, WeightsError> {
        let convolution =
            |i: u8| Convolution::load(loader, &format!("{name}.conv{i}"), &format!("{name}.bn{i}"), 1);
        let shortcut = format!("{name}.downsample");
        let downsample = loader
            .contains(&format!("{shortcut}.0.weight"))
            .then(|| Convolution::load(loader, &format!("{shortcut}.0"), &format!("{shortcut}.1"), 1))
            .transpose()?;
        Ok(Self { convolutions: [convolution(1)?, convolution(2)?, convolution(3)?], stride, downsample })
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let [first, second, third] = &self.convolutions;
        let out = second.forward(&first.forward(x).relu()).relu();
        let out = third.forward(&pool(out, self.stride));
        let identity = match &self.downsample {
            Some(convolution) => convolution.forward(&pool(x.shallow_clone(), self.stride)),
            None => x.shallow_clone(),
        };
        (out + identity).relu()
    }
}

/// Pools a grid of features by attention, with their mean as the query.
struct AttentionPool {
    positions: Tensor,
    query: (Tensor, Tensor),
    key: (Tensor, Tensor),
    value: (Tensor, Tensor),
    out: (Tensor, Tensor),
    heads: i64,
}

impl AttentionPool {
    fn load(loader: &Loader<'_>, heads: Option<u32>) -> Result<Self, WeightsError> {
        let name = "visual.attnpool";
        let shape = loader.shape(&format!("{name}.positional_embedding"))?;
        let width = shape.get(1).copied().unwrap_or(0);
        let heads = weights::heads(heads, width)?;
        let linear = |part: &str| -> Result<(Tensor, Tensor), WeightsError> {
            let weight = format!("{name}.{part}.weight");
            let shape = loader.shape(&weight)?;
            let bias = loader.get(&format!("{name}.{part}.bias"), &shape[..1])?;
            Ok((loader.get(&weight, &shape)?, bias))
        };
        Ok(Self {
            positions: loader.get(&format!("{name}.positional_embedding"), &shape)?,
            query: linear("q_proj")?,
            key: linear("k_proj")?,
            value: linear("v_proj")?,
            out: linear("c_proj")?,
            heads,
        })
    }

    /// `[n, width, grid, grid]` to `[n, embedding]`.
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = x.flatten(2, 3).transpose(1, 2);
        let mean = x.mean_dim([1_i64].as_slice(), true, None::<Kind>);
        let x = Tensor::cat(&[mean, x], 1) + &self.positions;
        let (n, tokens, width) = x.size3().expect("three dimensions");
        let split =
            |t: Tensor, tokens: i64| t.view([n, tokens, self.heads, width / self.heads]).transpose(1, 2);
        let project = |t: &Tensor, (weight, bias): &(Tensor, Tensor)| t.linear(weight, Some(bias));
        let attention = Tensor::scaled_dot_product_attention(
            &split(project(&x.narrow(1, 0, 1), &self.query), 1),
            &split(project(&x, &self.key), tokens),
            &split(project(&x, &self.value), tokens),
            None::<Tensor>,
            0.0,
            false,
            None,
            false,
        );
        project(&attention.transpose(1, 2).reshape([n, width]), &self.out)
    }
}

pub(super) struct ModifiedResNet {
    stem: [Convolution; 3],
    blocks: Vec<Bottleneck>,
    pool: AttentionPool,
}

impl ModifiedResNet {
    pub(super) fn load(loader: &Loader<'_>, settings: &ModelSettings) -> Result<Self, WeightsError> {
        let stem = |i: u8, stride: i64| {
            Convolution::load(loader, &format!("visual.conv{i}"), &format!("visual.bn{i}"), stride)
        };
        let mut blocks = Vec::new();
        for layer in 1..=4 {
            for i in 0.. {
                let name = format!("visual.layer{layer}.{i}");
                if !loader.contains(&format!("{name}.conv1.weight")) {
                    break;
                }
                blocks.push(Bottleneck::load(loader, &name, if layer > 1 && i == 0 { 2 } else { 1 })?);
            }
        }
        Ok(Self {
            stem: [stem(1, 2)?, stem(2, 1)?, stem(3, 1)?],
            blocks,
            pool: AttentionPool::load(loader, settings.vision_heads)?,
        })
    }

    pub(super) fn window(&self) -> i64 {
        // The stem halves twice, three of the four layers halve once.
        32 * (self.pool.positions.size()[0] - 1).max(0).isqrt()
    }

    pub(super) fn embedding(&self) -> i64 {
        self.pool.out.0.size()[0]
    }

    /// `[n, 3, S, S]` to `[n, embedding]`.
    pub(super) fn forward(&self, pixels: &Tensor) -> Tensor {
        let x =
            self.stem.iter().fold(pixels.shallow_clone(), |x, convolution| convolution.forward(&x).relu());
        let x = self.blocks.iter().fold(pool(x, 2), |x, block| block.forward(&x));
        self.pool.forward(&x)
    }
}
