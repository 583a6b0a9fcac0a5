//! The text tower: a causal transformer whose output at the end-of-text token is the feature.

use clipig_core::ModelSettings;
use tch::{Kind, Tensor};

use super::transformer::{LayerNorm, Tower, Transformer};
use super::weights::{Loader, WeightsError};
use crate::read_back::{ReadBackError, read_back};

pub(super) struct TextTransformer {
    token_embedding: Tensor,
    positions: Tensor,
    blocks: Transformer,
    ln_final: LayerNorm,
    projection: Tensor,
}

impl TextTransformer {
    pub(super) fn load(loader: &Loader<'_>, settings: &ModelSettings) -> Result<Self, WeightsError> {
        let shape = loader.shape("token_embedding.weight")?;
        let &[vocabulary, width] = shape.as_slice() else {
            return Err(WeightsError::shape("token_embedding.weight", "[vocabulary, width]", &shape));
        };
        let positions = loader.shape("positional_embedding")?.first().copied().unwrap_or(0);
        // A text's feature does not depend on what follows its end, so fewer positions change none.
        let context = settings.context.map_or(positions, |context| i64::from(context).clamp(1, positions));
        let embedding = loader.shape("text_projection")?.get(1).copied().unwrap_or(0);
        Ok(Self {
            token_embedding: loader.get("token_embedding.weight", &[vocabulary, width])?,
            positions: loader.get("positional_embedding", &[positions, width])?.narrow(0, 0, context),
            blocks: Transformer::load(loader, &Tower::text(loader, width, settings))?,
            ln_final: LayerNorm::load(loader, "ln_final", width)?,
            projection: loader.get("text_projection", &[width, embedding])?,
        })
    }

    pub(super) fn context(&self) -> usize {
        self.positions.size()[0] as usize
    }

    pub(super) fn vocabulary(&self) -> usize {
        self.token_embedding.size()[0] as usize
    }

    pub(super) fn known_tokens(&self) -> Result<Vec<bool>, ReadBackError> {
        let any = self.token_embedding.ne(0.0).any_dim(1, false).to_kind(Kind::Uint8);
        Ok(read_back::<u8>(&any)?.into_iter().map(|known| known != 0).collect())
    }

    /// Token ids `[n, context]` to `[n, embedding]`.
    pub(super) fn forward(&self, tokens: &Tensor) -> Tensor {
        let x = Tensor::embedding(&self.token_embedding, tokens, -1, false, false) + &self.positions;
        let x = self.ln_final.forward(&self.blocks.forward(x));
        // End of text has the greatest id of CLIP's vocabulary.
        let end = tokens.argmax(-1, false);
        let rows = Tensor::arange(tokens.size()[0], (Kind::Int64, tokens.device()));
        x.index(&[Some(rows), Some(end)]).matmul(&self.projection)
    }
}
