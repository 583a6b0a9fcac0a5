//! `noise`: the distance between the window and the window with noise. It does not depend on the window, so it adds to
//! the loss, but not to the gradient.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;
use clipig_geometry::{Region, Size};
use tch::Tensor;

use super::{ConstraintError, Evaluation};
use crate::transform::noise_images;

pub(super) fn loss(
    std: &[Float; 3],
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let whole = Region::whole(Size { width: windows.size()[3], height: windows.size()[2] });
    let keys: Vec<Key> = eval.scopes.iter().map(|scope| scope.key(&eval.constraint.path)).collect();
    let noise = noise_images(&keys, whole, windows.device());
    let std = eval.colors(std, windows)?.view([-1, 3, 1, 1]);
    Ok(eval.distance(windows, &(windows + noise * std)))
}
