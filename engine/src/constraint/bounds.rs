//! `above` and `below`: the loss is the distance of a value from the bound that it violates, and zero within bounds.

use clipig_experiment::{Bounds, ConstraintLoss};
use tch::{Kind, Tensor};

use super::{ConstraintError, Evaluation, distance};

/// The loss `[n]` of values `[n, 3]`.
pub(super) fn bounded(
    value: &Tensor,
    bounds: &Bounds,
    loss: ConstraintLoss,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let mut missing = Vec::new();
    if let Some(above) = &bounds.above {
        missing.push(eval.colors(above, value)? - value);
    }
    if let Some(below) = &bounds.below {
        missing.push(value - eval.colors(below, value)?);
    }
    missing
        .into_iter()
        .map(|missing| distance(&missing.relu(), loss).mean_dim([1_i64].as_slice(), false, None::<Kind>))
        .reduce(|sum, loss| sum + loss)
        .ok_or_else(|| eval.impossible("needs `above`, `below` or both".to_owned()))
}
