//! Applies chains of drawn transforms to a batch of samples.

use tch::{Device, Tensor};

use super::chain::Chain;
use super::trace::{Effect, Field, Places, Run, Trace};
use super::{Piece, PixelStep, Step, TransformError, add, clamp, mul, noise, quantize, saturation};
use crate::colors;
use crate::region::{Point, Size};

/// The image that chains start from: `[3, height, width]` in plain memory.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The values.
    pub pixels: &'a [f32],
    /// Its size.
    pub size: Size,
    /// Limit values to [0, 1] on the way in? The gradient of values outside is zero then.
    pub clamp: bool,
    /// Where tensors are computed.
    pub device: Device,
}

/// The pixels of the source that a batch uses: where gradients end.
pub struct Leaf {
    /// `[n, 3, h, w]`, or `[1, 3, h, w]` where all samples share them; requires a gradient.
    pub tensor: Tensor,
    /// Per row of the batch: the offset `y · width + x` in the source of every pixel; `None` where the pixel
    /// has a fixed colour or a value outside of [0, 1].
    pub pixels: Vec<Vec<Option<u32>>>,
}

/// A batch of windows and the leaves that they were computed from.
pub struct Rendered {
    /// `[n, 3, h, w]`.
    pub windows: Tensor,
    /// Together they cover all samples, in order.
    pub leaves: Vec<Leaf>,
}

/// Applies one chain per sample to the source. All chains have outputs of the same size.
///
/// # Errors
/// When a piece is too large to be computed.
pub fn render(chains: &[Chain], source: &Source<'_>) -> Result<Rendered, TransformError> {
    let traces = chains.iter().map(Trace::of).collect::<Result<Vec<_>, _>>()?;
    let samples: Vec<Sample<'_>> =
        chains.iter().zip(&traces).map(|(chain, trace)| Sample { chain, trace }).collect();
    if samples.windows(2).all(|pair| pair[0].is_shaped_like(&pair[1])) {
        let (windows, leaf) = render_batch(&samples, source);
        return Ok(Rendered { windows, leaves: vec![leaf] });
    }
    // Pieces of different sizes do not stack: one by one.
    let (windows, leaves): (Vec<_>, Vec<_>) =
        samples.iter().map(|sample| render_batch(std::slice::from_ref(sample), source)).unzip();
    Ok(Rendered { windows: Tensor::cat(&windows, 0), leaves })
}

#[derive(Clone, Copy)]
struct Sample<'a> {
    chain: &'a Chain,
    trace: &'a Trace,
}

impl Sample<'_> {
    /// Can both be computed as one batch?
    fn is_shaped_like(&self, other: &Self) -> bool {
        let (a, b) = (self.trace, other.trace);
        let same_field = |(a, b): (&Field, &Field)| {
            a.size == b.size && a.input.size() == b.input.size() && a.output.size() == b.output.size()
        };
        a.runs.len() == b.runs.len()
            && a.runs.iter().zip(&b.runs).all(|(a, b)| a.output.size() == b.output.size())
            && a.fields.iter().zip(&b.fields).all(same_field)
    }
}

fn render_batch(samples: &[Sample<'_>], source: &Source<'_>) -> (Tensor, Leaf) {
    let runs = |i: usize| samples.iter().map(move |sample| &sample.trace.runs[i]).collect::<Vec<_>>();
    let leaf = gather_source(&runs(0), source);
    let pixels = if source.clamp { leaf.tensor.clamp(0.0, 1.0) } else { leaf.tensor.shallow_clone() };
    let x = pixels.expand([samples.len() as i64, -1, -1, -1], false);
    let mut x = apply_effects(samples, &runs(0), x);
    for i in 0..samples[0].trace.fields.len() {
        let fields: Vec<Field> = samples.iter().map(|sample| sample.trace.fields[i]).collect();
        x = apply_field(samples, &fields, &x);
        x = gather(&runs(i + 1), &fields, x);
        x = apply_effects(samples, &runs(i + 1), x);
    }
    (x, leaf)
}

/// Takes the pixels of the first runs out of the source.
fn gather_source(runs: &[&Run], source: &Source<'_>) -> Leaf {
    let Size { width, height } = source.size;
    let (plane, size) = ((width * height) as usize, runs[0].output.size());
    let is_first = |run: &&Run| match (&run.source, &runs[0].source) {
        (Places::Region(a), Places::Region(b)) => a == b,
        _ => false,
    };
    let rows = if runs.iter().all(is_first) { &runs[..1] } else { runs };
    let mut values = Vec::with_capacity(3 * rows.len() * size.area() as usize);
    let mut pixels = Vec::with_capacity(rows.len());
    for run in rows {
        let offset = |point: &Point| {
            point.is_somewhere().then(|| (i64::from(point.y) * width + i64::from(point.x)) as u32)
        };
        let offsets: Vec<Option<u32>> = run.source.points().iter().map(offset).collect();
        for channel in source.pixels.chunks(plane) {
            values.extend(offsets.iter().map(|offset| offset.map_or(0.0, |offset| channel[offset as usize])));
        }
        pixels.push(offsets);
    }
    let shape = [rows.len() as i64, 3, size.height, size.width];
    let tensor = Tensor::from_slice(&values).view(shape).to_device(source.device).set_requires_grad(true);
    Leaf { tensor, pixels }
}

/// Takes the pixels of later runs out of what the field steps before them made.
fn gather(runs: &[&Run], fields: &[Field], x: Tensor) -> Tensor {
    if runs.iter().all(|run| matches!(run.source, Places::Region(_))) {
        // The field step made exactly this region.
        return x;
    }
    let mut offsets: Vec<i64> = Vec::new();
    for (run, Field { output, .. }) in runs.iter().zip(fields) {
        offsets.extend(run.source.points().iter().map(|point| {
            if point.is_somewhere() {
                (i64::from(point.y) - output.y) * output.width + i64::from(point.x) - output.x
            } else {
                0 // any pixel: it gets a colour later
            }
        }));
    }
    let (n, size) = (runs.len() as i64, runs[0].output.size());
    let offsets = Tensor::from_slice(&offsets).view([n, 1, size.area()]).to_device(x.device());
    x.flatten(2, 3).gather(2, &offsets.expand([n, 3, -1], false), false).view([n, 3, size.height, size.width])
}

/// Applies what happens to the pixels of a run, in the order of the chain.
fn apply_effects(samples: &[Sample<'_>], runs: &[&Run], x: Tensor) -> Tensor {
    (0..runs[0].effects.len()).fold(x, |x, i| match &runs[0].effects[i] {
        Effect::Fill { .. } => fill(runs, i, x),
        Effect::Pixel { step, .. } => {
            let at: Vec<&[Point]> = runs
                .iter()
                .filter_map(|run| match &run.effects[i] {
                    Effect::Pixel { at, .. } => at.as_deref(),
                    Effect::Fill { .. } => None,
                })
                .collect();
            apply_pixel_steps(samples, *step, &x, &at)
        }
    })
}

/// Gives the pixels that come from nowhere their colour.
fn fill(runs: &[&Run], effect: usize, x: Tensor) -> Tensor {
    let fills = || {
        runs.iter().filter_map(|run| match &run.effects[effect] {
            Effect::Fill { pixels, color } => Some((pixels, *color)),
            Effect::Pixel { .. } => None,
        })
    };
    if fills().all(|(pixels, _)| pixels.is_empty()) {
        return x;
    }
    let size = runs[0].output.size();
    let mut mask = vec![1.0_f32; runs.len() * size.area() as usize];
    for (mask, (pixels, _)) in mask.chunks_mut(size.area() as usize).zip(fills()) {
        for &pixel in pixels {
            mask[pixel as usize] = 0.0;
        }
    }
    let mask =
        Tensor::from_slice(&mask).view([runs.len() as i64, 1, size.height, size.width]).to_device(x.device());
    let kept = x * &mask;
    if fills().all(|(_, color)| color == [0.0; 3]) {
        return kept;
    }
    let color = colors::per_sample(fills().map(|(_, color)| color), &kept);
    kept + color * (mask.ones_like() - mask)
}

/// Applies one pixel step of all samples. The samples of a target have the same steps with other numbers.
fn apply_pixel_steps(samples: &[Sample<'_>], step: usize, x: &Tensor, at: &[&[Point]]) -> Tensor {
    macro_rules! batch {
        ($kind:ident) => {
            samples
                .iter()
                .filter_map(|sample| match &sample.chain.steps[step] {
                    Step::Pixel(PixelStep::$kind(step)) => Some(step),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
    }
    let Step::Pixel(first) = &samples[0].chain.steps[step] else { return x.shallow_clone() };
    match first {
        PixelStep::Add(_) => add::Add::apply(&batch!(Add), x),
        PixelStep::Clamp(_) => clamp::Clamp::apply(&batch!(Clamp), x),
        PixelStep::Mul(_) => mul::Mul::apply(&batch!(Mul), x),
        PixelStep::Noise(_) => noise::Noise::apply(&batch!(Noise), x, at),
        PixelStep::Quantize(_) => quantize::Quantize::apply(&batch!(Quantize), x),
        PixelStep::Saturation(_) => saturation::Saturation::apply(&batch!(Saturation), x),
    }
}

/// Applies one field step, in one go where all samples have the same numbers and the same piece.
fn apply_field(samples: &[Sample<'_>], fields: &[Field], x: &Tensor) -> Tensor {
    let step = |sample: &Sample<'_>, field: &Field| match &sample.chain.steps[field.step] {
        Step::Field(step) => step.clone(),
        Step::Map(_) | Step::Pixel(_) => unreachable!("fields of a trace are field steps"),
    };
    let piece = |field: &Field| Piece { size: field.size, input: field.input, output: field.output };
    let steps: Vec<_> = samples.iter().zip(fields).map(|(sample, field)| step(sample, field)).collect();
    let alike = |i: usize| {
        steps[i] == steps[0] && fields[i].input == fields[0].input && fields[i].output == fields[0].output
    };
    if (0..steps.len()).all(alike) {
        return steps[0].apply(x, &piece(&fields[0]));
    }
    let each = |i: usize| steps[i].apply(&x.narrow(0, i as i64, 1), &piece(&fields[i]));
    Tensor::cat(&(0..steps.len()).map(each).collect::<Vec<_>>(), 0)
}
