//! Post-processing: effects on the canvas itself, once per epoch before the step, outside of autograd.

use clipig_experiment::{PostProcess, Scope};
use tch::{Device, Tensor};

use crate::read_back::read_back;
use crate::region::Size;
use crate::transform::{Chain, Source, TransformError, render};

/// Applies the effects that are active in the scope's epoch to `[3, height, width]`, in the order written.
pub(crate) fn apply(
    effects: &[PostProcess],
    scope: &Scope,
    size: Size,
    pixels: &mut Vec<f32>,
) -> Result<(), TransformError> {
    let active =
        effects.iter().filter(|effect| effect.active && effect.span.contains(scope.epoch(), scope.time()));
    let transforms: Vec<_> = active.flat_map(|effect| &effect.transforms).collect();
    if transforms.is_empty() {
        return Ok(());
    }
    let _guard = tch::no_grad_guard();
    let chain = Chain::draw(transforms, scope, size)?;
    let source = Source { pixels, size, clamp: false, device: Device::Cpu };
    let image: Tensor = render(&[chain], &source)?.windows;
    *pixels = read_back(&image)?;
    Ok(())
}
