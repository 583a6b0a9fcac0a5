//! `normalize`: the distance between the window and the window stretched to a range per colour.

use clipig_experiment::expression::Float;
use tch::Tensor;

use super::{ConstraintError, Evaluation};

pub(super) fn loss(
    min: &[Float; 3],
    max: &[Float; 3],
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let color = |values| Ok::<_, ConstraintError>(eval.colors(values, windows)?.view([-1, 3, 1, 1]));
    let (low, high) = (color(min)?, color(max)?);
    // Two steps, rows in columns, decide which of several equal extremes gets the gradient, as in the
    // original.
    let counted = eval.mask.map(|mask| {
        // What does not count is neither the darkest nor the brightest.
        let mean = eval.mean(windows).unsqueeze(-1).unsqueeze(-1);
        windows.where_self(&mask.gt(0.0), &mean)
    });
    let counted = counted.as_ref().unwrap_or(windows);
    let least = counted.min_dim(3, true).0.min_dim(2, true).0;
    let greatest = counted.max_dim(3, true).0.max_dim(2, true).0;
    let spread = greatest - &least;
    let spread = spread.where_scalarother(&spread.ne(0.0), 1.0);
    let desired = &low + (windows - least) / spread * (high - &low);
    Ok(eval.distance(windows, &desired))
}
