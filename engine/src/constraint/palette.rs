//! `palette`: the distance of every pixel from the nearest of some colours.
//!
//! The nearest colour is chosen by Euclidean distance and is a constant for the gradient, as in k-means: a pixel is pulled
//! straight towards it. (The `palette` loss of pixray does the same.)

use clipig_experiment::expression::Float;
use tch::{Kind, Tensor};

use super::{ConstraintError, Evaluation};

pub(super) fn loss(
    colors: &[[Float; 3]],
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let colors = colors
        .iter()
        .map(|color| Ok(eval.colors(color, windows)?.view([-1, 3, 1, 1])))
        .collect::<Result<Vec<_>, ConstraintError>>()?;
    let nearest = nearest(&colors, &windows.detach())
        .ok_or_else(|| eval.impossible("the palette has no colours".to_owned()))?;
    Ok(eval.distance(windows, &nearest))
}

/// The colour that is nearest to each pixel `[n, 3, S, S]`; of several the first. Colours are `[n or 1, 3, 1, 1]`. One after
/// the other is compared, so memory does not grow with their number.
fn nearest(colors: &[Tensor], windows: &Tensor) -> Option<Tensor> {
    let distance =
        |color: &Tensor| (windows - color).square().sum_dim_intlist([1_i64].as_slice(), true, None::<Kind>);
    let (first, others) = colors.split_first()?;
    let mut least = distance(first);
    let mut nearest = first.expand_as(windows);
    for color in others {
        let distance = distance(color);
        nearest = color.where_self(&distance.lt_tensor(&least), &nearest);
        least = least.minimum(&distance);
    }
    Some(nearest)
}
