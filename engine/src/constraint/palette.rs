//! `palette`: the distance of every pixel from the nearest of some colours.
//!
//! The nearest colour is chosen by Euclidean distance and is a constant for the gradient, as in k-means: a pixel is pulled
//! straight towards it. (The `palette` loss of pixray does the same.)

use clipig_experiment::EvaluationError;
use clipig_experiment::expression::Float;
use tch::{Kind, Tensor};

use super::{ConstraintError, Evaluation};
use crate::read_back::send;

pub(super) fn loss(
    colors: &[[Float; 3]],
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let colors = evaluated(colors, windows, eval)?;
    let nearest = nearest(&colors, &windows.detach())
        .ok_or_else(|| eval.impossible("the palette has no colours".to_owned()))?;
    Ok(eval.distance(windows, &nearest))
}

/// Each colour as `[n, 3, 1, 1]`, or `[1, 3, 1, 1]` where all samples have the same ones. They travel together.
fn evaluated(
    colors: &[[Float; 3]],
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Vec<Tensor>, ConstraintError> {
    let mut palettes = Vec::with_capacity(eval.scopes.len());
    for scope in eval.scopes {
        let levels = colors.iter().flatten().map(|level| Ok(level.evaluate(scope)? as f32));
        palettes.push(levels.collect::<Result<Vec<f32>, EvaluationError>>()?);
    }
    let bits = |palette: &[f32]| palette.iter().map(|level| level.to_bits()).collect::<Vec<_>>();
    if palettes.windows(2).all(|pair| bits(&pair[0]) == bits(&pair[1])) {
        palettes.truncate(1);
    }
    let (n, count) = (palettes.len() as i64, colors.len() as i64);
    let sent = send(&Tensor::from_slice(&palettes.concat()).view([n, count, 3, 1, 1]), windows.device());
    Ok((0..count).map(|color| sent.select(1, color)).collect())
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
