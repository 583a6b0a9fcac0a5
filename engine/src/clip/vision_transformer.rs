//! The image tower as a vision transformer (Dosovitskiy et al., 2020; `VisionTransformer` in CLIP).

use clipig_core::ModelSettings;
use tch::Tensor;

use super::transformer::{LayerNorm, Tower, Transformer};
use super::weights::{Loader, WeightsError};

pub(super) struct VisionTransformer {
    /// `[width, 3 · patch²]`: the first convolution, whose stride is its size, as a matrix.
    patches: Tensor,
    class_embedding: Tensor,
    positions: Tensor,
    ln_pre: LayerNorm,
    blocks: Transformer,
    ln_post: LayerNorm,
    projection: Tensor,
    patch: i64,
    grid: i64,
}

impl VisionTransformer {
    pub(super) fn load(loader: &Loader<'_>, settings: &ModelSettings) -> Result<Self, WeightsError> {
        let shape = loader.shape("visual.conv1.weight")?;
        let &[width, 3, patch, _] = shape.as_slice() else {
            return Err(WeightsError::shape("visual.conv1.weight", "[width, 3, patch, patch]", &shape));
        };
        let positions = loader.shape("visual.positional_embedding")?;
        let grid = (positions.first().copied().unwrap_or(0) - 1).max(0).isqrt();
        if grid == 0 || patch == 0 {
            return Err(WeightsError::shape("visual.positional_embedding", "[1 + grid², width]", &positions));
        }
        let embedding = loader.shape("visual.proj")?.get(1).copied().unwrap_or(0);
        Ok(Self {
            patches: loader
                .get("visual.conv1.weight", &[width, 3, patch, patch])?
                .view([width, 3 * patch * patch]),
            class_embedding: loader.get("visual.class_embedding", &[width])?.view([1, 1, width]),
            positions: loader.get("visual.positional_embedding", &[grid * grid + 1, width])?,
            ln_pre: LayerNorm::load(loader, "visual.ln_pre", width)?,
            blocks: Transformer::load(loader, &Tower::vision(loader, width, settings))?,
            ln_post: LayerNorm::load(loader, "visual.ln_post", width)?,
            projection: loader.get("visual.proj", &[width, embedding])?,
            patch,
            grid,
        })
    }

    pub(super) fn window(&self) -> i64 {
        self.grid * self.patch
    }

    pub(super) fn embedding(&self) -> i64 {
        self.projection.size()[1]
    }

    /// The block at a depth from 0 (the first) to 1 (the last).
    pub(super) fn block(&self, depth: f64) -> usize {
        let last = self.blocks.len().saturating_sub(1);
        ((depth * last as f64).round() as usize).min(last)
    }

    /// `[n, 3, S, S]` to `[n, embedding]`, and to the patches `[n, grid², width]` that the attention of some blocks sees.
    pub(super) fn forward(&self, pixels: &Tensor, blocks: &[usize]) -> (Tensor, Vec<Tensor>) {
        let (n, grid, patch) = (pixels.size()[0], self.grid, self.patch);
        let patches = pixels
            .reshape([n, 3, grid, patch, grid, patch])
            .permute([0, 2, 4, 1, 3, 5])
            .reshape([n, grid * grid, 3 * patch * patch])
            .linear(&self.patches, None::<&Tensor>);
        let class = self.class_embedding.expand([n, 1, -1], false);
        let x = Tensor::cat(&[class, patches], 1) + &self.positions;
        let (x, seen) = self.blocks.forward_seen(self.ln_pre.forward(&x), blocks);
        let patches = seen.iter().map(|tokens| tokens.narrow(1, 1, grid * grid)).collect();
        (self.ln_post.forward(&x.select(1, 0)).matmul(&self.projection), patches)
    }
}
