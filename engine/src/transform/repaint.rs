//! Applies a chain to a whole canvas, for good: without a graph and without a way back.

use clipig_core::all_finite;
use clipig_geometry::{Chain, DrawError, Effect, Region, Run, Size, Trace};
use tch::Device;

use super::error::TransformError;
use super::render::{BatchMemory, render};
use super::rows::{Image, Values, forward};
use super::source::Source;
use crate::bands::{all_of, bands, threads_for};
use crate::mask::Masks;
use crate::pixels::{Change, Pixels};
use crate::read_back::read_to_slice;

/// Rows that are computed before their values are checked, while they are in the processor's cache.
const CHECKED: usize = 8;

/// Some rows of a canvas.
struct Band<'a> {
    lines: std::ops::Range<usize>,
    planes: [&'a mut [f32]; 3],
}

/// Applies a chain that keeps the canvas's size.
///
/// Chains of maps and pixel steps are computed row by row on all cores, in place where every pixel stays where it
/// is: a border touches nothing but the border. Field steps go through tensors.
///
/// # Errors
/// When the chain changes the size, the canvas is too large, or the device fails.
pub(crate) fn repaint(chain: &Chain, pixels: &mut Pixels) -> Result<(), TransformError> {
    let canvas = pixels.canvas();
    let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
    if chain.output() != size {
        return Err(TransformError::Draw(DrawError::Impossible {
            path: "postproc".to_owned(),
            message: format!(
                "the canvas of {}×{} pixels would become one of {}×{}; only `resolution` changes its size",
                size.width,
                size.height,
                chain.output().width,
                chain.output().height
            ),
        }));
    }
    let trace = Trace::of(chain)?;
    if !trace.fields.is_empty() {
        return repaint_fields(chain, pixels, size);
    }
    let run = &trace.runs[0];
    let only_fills = run.effects.iter().all(
        |effect| matches!(effect, Effect::Fill { color, .. } if color.iter().all(|value| value.is_finite())),
    );
    let known = pixels.is_finite() && only_fills;
    if run.stays() {
        pixels.change(|Change { old, new }| paint(run, old, new, known));
    } else {
        pixels.replace(|old, new| paint(run, Some(old), new, known));
    }
    Ok(())
}

/// Computes the rows of a run. Returns whether all values are finite, without looking where that is known.
fn paint(run: &Run, old: Option<&[f32]>, new: &mut [f32], known: bool) -> bool {
    let Region { width, height, .. } = run.output;
    let (width, height) = (width as usize, height as usize);
    let image = old.map(|pixels| Image { values: Values::Plain(pixels), region: run.output, limited: false });
    let bands = bands(height, threads_for(new.len()));
    let band_length = bands.first().map_or(1, |band| band.len() * width).max(1);
    let mut planes = new.chunks_exact_mut(width * height).map(|plane| plane.chunks_mut(band_length));
    let [Some(mut red), Some(mut green), Some(mut blue)] = [planes.next(), planes.next(), planes.next()]
    else {
        return true;
    };
    let parts = bands
        .into_iter()
        .filter_map(|lines| Some(Band { lines, planes: [red.next()?, green.next()?, blue.next()?] }));
    all_of(parts.collect(), |band| {
        let Band { lines, mut planes } = band;
        let mut finite = true;
        for (i, from) in lines.clone().step_by(CHECKED).enumerate() {
            let to = lines.end.min(from + CHECKED);
            let here = i * CHECKED * width..(i * CHECKED + to - from) * width;
            let mut piece = planes.each_mut().map(|plane| &mut plane[here.clone()]);
            forward(run, image.as_ref(), false, from..to, piece.each_mut().map(|plane| &mut **plane), None);
            finite = finite && (known || piece.iter().all(|plane| all_finite(plane)));
        }
        finite
    })
}

fn repaint_fields(chain: &Chain, pixels: &mut Pixels, size: Size) -> Result<(), TransformError> {
    let _guard = tch::no_grad_guard();
    let source = Source {
        values: Values::Plain(pixels.canvas().pixels()),
        size,
        clamp: false,
        device: Device::Cpu,
        masks: &Masks::default(),
    };
    let image = render(std::slice::from_ref(chain), &source, false, &mut BatchMemory::default())?.windows;
    let mut read = Ok(());
    pixels.replace(|_, new| {
        read = read_to_slice(&image, new);
        all_finite(new)
    });
    Ok(read?)
}
