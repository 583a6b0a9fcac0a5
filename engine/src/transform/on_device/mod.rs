//! Renders batches where their windows are computed: on the device.
//!
//! The host draws transforms and sends their numbers ([`numbers`]), in one transfer for all samples. Everything else is tensor
//! operations on all samples at once: [`places`] finds the pixels' places, [`canvas`] keeps the tiles of the canvas
//! and takes pixels out of them, [`effects`] changes values, [`mod@noise`] makes noise, [`sums`] adds up gradients.
//! A [`plan`] says which operations these are.
//!
//! Windows have the bits of the way by [`rows`](super::rows), because every operation is one that IEEE 754 defines,
//! or on integers, and each is rounded by itself. Gradients are added up in the same order. Tests compare both on the CPU,
//! where rows are several times faster; so [`OnDevice`] is for GPUs.

mod batch;
mod canvas;
mod effects;
pub(super) mod noise;
mod numbers;
mod places;
mod plan;
mod sums;
#[cfg(test)]
mod tests;

use clipig_core::{RENDERED_PIXELS, TileGrid};
use clipig_geometry::Trace;
use tch::{Device, Tensor};

use super::sample::Sample;
use super::source::Source;
pub(crate) use batch::TensorBatch;
use canvas::DeviceCanvas;
pub(crate) use sums::CanvasSums;

/// The most pixels of a run of a batch, or of the pieces before it.
const MOST_PIXELS: i64 = RENDERED_PIXELS as i64;

/// What is kept on the device from batch to batch.
#[derive(Debug, Default)]
pub(crate) struct OnDevice {
    canvas: Option<DeviceCanvas>,
    /// Was it said already why a batch went by rows?
    told: bool,
}

/// Why a batch is computed by rows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// It needs too much memory.
    #[error("a batch of {0} pixels is too large for it")]
    Large(i64),
    /// Samples differ in more than numbers.
    #[error("the samples of a batch differ in more than numbers at {0}")]
    Mixed(String),
}

impl OnDevice {
    /// Computes samples that are alike; see [`TensorBatch`]. `None` where they must go by rows, which the log says once.
    pub(super) fn compute(
        &mut self,
        samples: &[&Sample<'_>],
        source: &Source<'_>,
        limited: bool,
    ) -> Option<(Tensor, TensorBatch)> {
        let computed = fits(samples).and_then(|()| TensorBatch::compute(samples, source, limited, self));
        match computed {
            Ok(computed) => Some(computed),
            Err(reason) => {
                if !std::mem::replace(&mut self.told, true) {
                    tracing::warn!(%reason, "windows are not rendered on the device, which is slower");
                }
                None
            }
        }
    }

    /// The canvas with these tiles. Who has used it gives it back; it is lost where libtorch panics meanwhile, because it
    /// may have stopped halfway through a change.
    fn take_canvas(&mut self, device: Device, grid: TileGrid) -> DeviceCanvas {
        let kept = self.canvas.take().filter(|canvas| canvas.grid() == grid);
        kept.unwrap_or_else(|| DeviceCanvas::empty(device, grid))
    }
}

/// Is the batch small enough?
fn fits(samples: &[&Sample<'_>]) -> Result<(), Unfit> {
    let most =
        samples.iter().map(|sample| most_pixels(&sample.trace)).max().unwrap_or(0) * samples.len() as i64;
    if most > MOST_PIXELS { Err(Unfit::Large(most)) } else { Ok(()) }
}

/// The most pixels of a run of a sample, or of the pieces before it.
fn most_pixels(trace: &Trace) -> i64 {
    let runs = trace.runs.iter().map(|run| run.output.size().area());
    let pieces = trace.fields.iter().map(|field| {
        let inner = field.blend.as_deref().map_or(0, most_pixels);
        field.output.size().area().max(inner)
    });
    runs.chain(pieces).max().unwrap_or(0)
}
