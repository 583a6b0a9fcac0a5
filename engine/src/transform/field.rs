//! Field steps: what needs neighbours or the whole image, as tensor operations.

use clipig_geometry::{Field, FieldStep, Step};
use tch::Tensor;

use super::sample::Sample;
use super::{blur, contrast, edge, fnoise, mean, resize, rnoise};
use crate::piece::Piece;

/// `[n, 3, input.height, input.width]` to `[n, 3, output.height, output.width]`.
pub(super) fn apply(step: &FieldStep, x: &Tensor, piece: &Piece) -> Tensor {
    match step {
        FieldStep::Blur(drawn) => blur::apply(drawn, x, piece),
        FieldStep::Contrast(drawn) => piece.cut(&contrast::apply(drawn, x)),
        FieldStep::Edge(drawn) => edge::apply(drawn, x, piece),
        FieldStep::FNoise(drawn) => piece.cut(&fnoise::apply(drawn, x)),
        FieldStep::Mean(drawn) => piece.cut(&mean::apply(drawn, x)),
        FieldStep::Resize(drawn) => resize::apply(drawn, x, piece),
        FieldStep::RNoise(drawn) => rnoise::apply(drawn, x, piece),
    }
}

/// Applies one field step, in one go where all samples have the same numbers and the same piece.
pub(super) fn apply_field(samples: &[&Sample<'_>], field: usize, x: &Tensor) -> Tensor {
    let step = |sample: &&Sample<'_>| match &sample.chain.steps[sample.field(field).step] {
        Step::Field(step) => step.clone(),
        Step::Map(_) | Step::Pixel(_) | Step::Blend(_) => unreachable!("this is no field step"),
    };
    let piece = |sample: &&Sample<'_>| {
        let Field { size, input, output, .. } = *sample.field(field);
        Piece { size, input, output }
    };
    let steps: Vec<_> = samples.iter().map(step).collect();
    let pieces: Vec<_> = samples.iter().map(piece).collect();
    let alike = |i: usize| {
        steps[i] == steps[0] && pieces[i].input == pieces[0].input && pieces[i].output == pieces[0].output
    };
    if (0..steps.len()).all(alike) {
        return apply(&steps[0], x, &pieces[0]);
    }
    let each = |i: usize| apply(&steps[i], &x.narrow(0, i as i64, 1), &pieces[i]);
    Tensor::cat(&(0..steps.len()).map(each).collect::<Vec<_>>(), 0)
}
