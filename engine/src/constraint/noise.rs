//! `noise`: the distance between the window and the window with noise. It does not depend on the window, so it adds to
//! the loss, but not to the gradient.

use clipig_experiment::expression::Float;
use clipig_geometry::{Region, Size};
use tch::Tensor;

use super::{ConstraintError, Evaluation};
use crate::noise::normal;

pub(super) fn loss(
    std: &[Float; 3],
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let whole = Region::whole(Size { width: windows.size()[3], height: windows.size()[2] });
    let values: Vec<f32> =
        eval.scopes.iter().flat_map(|scope| normal(scope.key(&eval.constraint.path), whole)).collect();
    let noise = Tensor::from_slice(&values).view(windows.size().as_slice()).to_device(windows.device());
    let std = eval.colors(std, windows)?.view([-1, 3, 1, 1]);
    Ok(eval.distance(windows, &(windows + noise * std)))
}
