//! How many numbers a model makes of a text or an image.

use crate::architecture::{Architecture, Vision};

/// How many numbers a model makes of the features of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureLengths {
    /// Of a text or an image: the length of its vector.
    pub vector: usize,
    /// Of a style: patches · width. `None`: the image tower has no patches.
    pub style: Option<usize>,
}

impl Architecture {
    /// How many numbers a model of this shape makes of features.
    pub fn feature_lengths(&self) -> FeatureLengths {
        let style = match self.vision {
            Vision::Transformer { width, patch, .. } => {
                let grid = self.input_size as usize / (patch as usize).max(1);
                Some(grid.saturating_mul(grid).saturating_mul(width as usize))
            }
            Vision::ResNet { .. } => None,
        };
        FeatureLengths { vector: self.embed_dim as usize, style }
    }
}
