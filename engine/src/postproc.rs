//! Post-processing: effects on the canvas itself, once per epoch before the step, outside of autograd.

use clipig_experiment::{PostProcess, Scope};
use clipig_geometry::{Chain, Size};

use crate::pixels::Pixels;
use crate::transform::{TransformError, repaint};

/// Applies the effects that are active in the scope's epoch, in the order written.
pub(crate) fn apply(
    effects: &[PostProcess],
    scope: &Scope,
    pixels: &mut Pixels,
) -> Result<(), TransformError> {
    let active =
        effects.iter().filter(|effect| effect.active && effect.span.contains(scope.epoch(), scope.time()));
    let transforms: Vec<_> = active.flat_map(|effect| &effect.transforms).collect();
    if transforms.is_empty() {
        return Ok(());
    }
    let canvas = pixels.canvas();
    let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
    repaint(&Chain::draw(transforms, scope, size)?, pixels)
}
