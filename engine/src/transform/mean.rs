//! `mean`: moves the mean of every colour to a value.

use clipig_experiment::expression::Float;
use tch::{Kind, Tensor};

use super::context::{Draw, TransformError};
use crate::colors;

/// The mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean([f32; 3]);

pub(super) fn draw(mean: &[Float; 3], draw: &Draw<'_>) -> Result<Mean, TransformError> {
    Ok(Mean(draw.color(mean)?))
}

impl Mean {
    pub(super) fn apply(&self, x: &Tensor) -> Tensor {
        let mean = x.mean_dim([2_i64, 3].as_slice(), true, None::<Kind>);
        x + (colors::one(self.0, x) - mean)
    }
}
