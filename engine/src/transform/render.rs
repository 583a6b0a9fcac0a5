//! Applies chains of drawn transforms to a batch of samples, and takes their gradient back.
//!
//! Runs of maps and pixel steps are computed in plain memory, row by row ([`rows`](super::rows)); field steps are
//! tensor operations. So a batch is a row of stages: each begins with a run, whose output is a tensor that
//! gradients are taken of, and goes on with field steps until the next run that does something. A blend is a stage, too: its
//! transforms are a batch of their own, which begins with the pieces of the blend's input.

use std::sync::Arc;

use clipig_core::GradientSum;
use clipig_geometry::{Chain, Field, Region, Trace};
use tch::{Device, Tensor};

use super::blend::{Mix, gradient_through};
use super::error::TransformError;
use super::field::apply_field;
use super::gate::{Gates, rows};
use super::on_device::{CanvasSums, OnDevice, TensorBatch};
use super::rows::{Image, Sink, Values, backward, forward};
use super::sample::{Sample, SampleBlend, blends_at};
use super::source::Source;
use crate::read_back::{Parcel, Pinned, ReadBackError, tensor_written, with_values};

/// Memory that is used again for the next batch.
#[derive(Debug, Default)]
pub struct BatchMemory {
    values: Vec<f32>,
    /// What the device writes to.
    pub(crate) pinned: Pinned,
    /// Where windows are rendered on the device: what is kept there.
    on_device: Option<OnDevice>,
}

impl BatchMemory {
    /// Memory with which windows are rendered on the device, by tensor operations. On a CPU this gives the same bits and takes
    /// longer.
    pub fn on_device() -> Self {
        Self { on_device: Some(OnDevice::default()), ..Self::default() }
    }
}

/// A batch of windows and what it takes to go back from them to the source.
pub struct Rendered {
    /// `[n, 3, h, w]`.
    pub windows: Tensor,
    /// Together they cover all samples, in order.
    batches: Vec<Computed>,
}

/// A batch, in the way that it was computed.
enum Computed {
    ByRows(Batch),
    OnDevice(TensorBatch),
}

/// Samples that were computed together, from the source to the windows.
struct Batch {
    traces: Vec<Arc<Trace>>,
    stages: Vec<Stage>,
}

/// What was computed in plain memory for all samples of a batch.
struct Stage {
    /// Where its input comes from: the source, or the output of a field.
    input: Option<Tensor>,
    /// Its output, `[n, 3, h, w]`, or `[1, 3, h, w]` where all samples share it; requires a gradient.
    leaf: Tensor,
    kind: StageKind,
}

enum StageKind {
    /// The run of this number.
    Run {
        run: usize,
        /// By row of the leaf.
        gates: Vec<Gates>,
    },
    /// The blend at this field.
    Blend {
        field: usize,
        inner: Batch,
        /// What the inner batch made of the input.
        made: Tensor,
        mix: Mix,
    },
}

/// Where the gradient of a batch goes.
enum End<'a> {
    /// The canvas.
    Canvas(&'a mut GradientSum),
    /// A piece of an image for each sample, one after the other.
    Pieces { gradients: &'a mut [f32], regions: Vec<Region> },
}

/// Applies one chain per sample to the source. All chains have outputs of the same size. `limited` says whether
/// windows are limited to [0, 1].
///
/// # Errors
/// When a piece is too large to be computed, or the device fails.
pub fn render(
    chains: &[Chain],
    source: &Source<'_>,
    limited: bool,
    memory: &mut BatchMemory,
) -> Result<Rendered, TransformError> {
    let samples: Vec<Sample<'_>> =
        chains.iter().map(|chain| Sample::of(chain, source.masks)).collect::<Result<_, _>>()?;
    let samples: Vec<&Sample<'_>> = samples.iter().collect();
    let alike = samples.windows(2).all(|pair| are_alike(&pair[0].trace, &pair[1].trace));
    if let Some(on_device) = &mut memory.on_device {
        let size = if alike { samples.len().max(1) } else { 1 };
        let parts = samples.chunks(size).map(|samples| on_device.compute(samples, source, limited));
        // By rows all or none, so that gradients are added up in one order.
        if let Some(parts) = parts.collect::<Option<Vec<_>>>() {
            let (windows, batches): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            let windows = if alike { windows[0].shallow_clone() } else { Tensor::cat(&windows, 0) };
            return Ok(Rendered { windows, batches: batches.into_iter().map(Computed::OnDevice).collect() });
        }
    }
    let image = Image { values: source.values, region: Region::whole(source.size), limited: source.clamp };
    if alike {
        let (windows, batch) = Batch::compute(&samples, &[image], limited, source.device, memory)?;
        return Ok(Rendered { windows, batches: vec![Computed::ByRows(batch)] });
    }
    // Pieces of different sizes do not stack: one by one.
    let single = |sample: &[&Sample<'_>]| Batch::compute(sample, &[image], limited, source.device, memory);
    let parts = samples.chunks(1).map(single).collect::<Result<Vec<_>, _>>()?;
    let (windows, batches): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let batches = batches.into_iter().map(Computed::ByRows).collect();
    Ok(Rendered { windows: Tensor::cat(&windows, 0), batches })
}

/// Can both be computed in one batch?
pub(super) fn are_alike(a: &Trace, b: &Trace) -> bool {
    let same_blend = |a: &Field, b: &Field| match (&a.blend, &b.blend) {
        (None, None) => true,
        (Some(a), Some(b)) => are_alike(a, b),
        _ => false,
    };
    let same_field = |(a, b): (&Field, &Field)| {
        a.size == b.size
            && a.input.size() == b.input.size()
            && a.output.size() == b.output.size()
            && same_blend(a, b)
    };
    a.runs.len() == b.runs.len()
        && a.runs.iter().zip(&b.runs).all(|(a, b)| a.output.size() == b.output.size())
        && a.fields.iter().zip(&b.fields).all(same_field)
}

impl Rendered {
    /// The windows of several batches, one after the other.
    pub(crate) fn join(parts: Vec<Self>) -> Self {
        let windows = Tensor::cat(&parts.iter().map(|part| &part.windows).collect::<Vec<_>>(), 0);
        Self { windows, batches: parts.into_iter().flat_map(|part| part.batches).collect() }
    }

    /// Was it computed by tensor operations?
    pub(crate) fn is_from_device(&self) -> bool {
        self.batches.iter().all(|batch| matches!(batch, Computed::OnDevice(_)))
    }

    /// The gradient of `total` on the source, added to the pixels that it came from, sample by sample.
    ///
    /// # Errors
    /// When the device fails.
    pub fn back_propagate(
        self,
        total: &Tensor,
        gradient: &mut GradientSum,
        memory: &mut BatchMemory,
    ) -> Result<(), ReadBackError> {
        let Some(sums) = self.propagate(total, gradient, memory)? else { return Ok(()) };
        let mut parcel = Parcel::default();
        let packed = sums.pack(&mut parcel)?;
        parcel.read(&mut memory.pinned, |values| packed.add_to(gradient, values))
    }

    /// The same, but what is added up on the device stays there.
    ///
    /// # Errors
    /// When the device fails.
    pub(crate) fn propagate(
        self,
        total: &Tensor,
        gradient: &mut GradientSum,
        memory: &mut BatchMemory,
    ) -> Result<Option<CanvasSums>, ReadBackError> {
        if !total.requires_grad() {
            return Ok(None); // such as the noise constraint alone, which no pixel can change
        }
        let leaf = |batch: &Computed| match batch {
            Computed::ByRows(batch) => batch.stages.last().map(|stage| stage.leaf.shallow_clone()),
            Computed::OnDevice(batch) => batch.leaf(),
        };
        let leaves: Vec<Tensor> = self.batches.iter().filter_map(leaf).collect();
        let gradients = Tensor::run_backward(&[total], &leaves, false, false);
        let mut sums = self.sums();
        for (batch, leaf_gradient) in self.batches.into_iter().zip(gradients) {
            match (batch, &mut sums) {
                (Computed::ByRows(batch), _) => {
                    batch.back_propagate(leaf_gradient, &mut End::Canvas(gradient), memory)?;
                }
                (Computed::OnDevice(batch), Some(sums)) => batch.back_propagate(leaf_gradient, sums),
                (Computed::OnDevice(_), None) => unreachable!("there are sums for such batches"),
            }
        }
        Ok(sums)
    }

    /// Where gradients are added up on the device, if that is where batches were computed. The last one knows the tiles of
    /// all before it.
    fn sums(&self) -> Option<CanvasSums> {
        let mut on_device = self.batches.iter().rev().filter_map(|batch| match batch {
            Computed::ByRows(_) => None,
            Computed::OnDevice(batch) => Some(batch),
        });
        let mut sums = on_device.next()?.sums();
        on_device.for_each(|batch| sums.need(batch.needed()));
        Some(sums)
    }
}

impl Batch {
    /// Computes samples that are alike, from one image each or one for all.
    fn compute(
        samples: &[&Sample<'_>],
        images: &[Image<'_>],
        limited: bool,
        device: Device,
        memory: &mut BatchMemory,
    ) -> Result<(Tensor, Self), ReadBackError> {
        let traces: Vec<Arc<Trace>> = samples.iter().map(|sample| Arc::clone(&sample.trace)).collect();
        let mut batch = Self { traces, stages: Vec::new() };
        let (count, last) = (samples.len(), batch.traces[0].fields.len());
        let first = |i: usize| &batch.traces[i].runs[0];
        let shared = (1..count).all(|i| first(i).is_empty() && first(i).output == first(0).output)
            && first(0).is_empty()
            && images.len() == 1;
        let rows = if shared { 1 } else { count };
        let images: Vec<Image<'_>> = images.iter().copied().cycle().take(rows).collect();
        let leaf = batch.run(0, &images, None, limited && last == 0, device);
        let mut x = leaf.expand([count as i64, -1, -1, -1], false);
        if limited && last == 0 {
            // Samples that share pixels are to look like others: the order of sums depends on the memory's.
            x = x.contiguous();
        }
        for field in 0..last {
            x = match blends_at(samples, field) {
                None => apply_field(samples, field, &x),
                Some(blends) => batch.blend(samples, field, &blends, &x, device, memory)?,
            };
            let (run, ends) = (field + 1, field + 1 == last);
            if batch.traces.iter().all(|trace| trace.runs[run].is_empty()) {
                // The field made exactly this region.
                if ends && limited {
                    x = x.clamp(0.0, 1.0);
                }
                continue;
            }
            x = with_values(&x, &mut memory.values, |values| {
                let images = pieces(values, samples.iter().map(|sample| sample.field(field).output));
                batch.run(run, &images, Some(x.shallow_clone()), limited && ends, device)
            })?;
        }
        Ok((x, batch))
    }

    /// Computes a run of all samples from one image each. Returns its output.
    fn run(
        &mut self,
        run: usize,
        images: &[Image<'_>],
        input: Option<Tensor>,
        limited: bool,
        device: Device,
    ) -> Tensor {
        let size = self.traces[0].runs[run].output.size();
        let (count, length) = (images.len(), 3 * size.area() as usize);
        let mut gates = Vec::with_capacity(count);
        let leaf = tensor_written(&[count as i64, 3, size.height, size.width], |values| {
            for ((image, trace), values) in
                images.iter().zip(&self.traces).zip(values.chunks_exact_mut(length))
            {
                let run = &trace.runs[run];
                let mut opened = Gates::of(run);
                let (lines, width) = (size.height as usize, size.width as usize);
                let planes = rows(values, lines * width, 0, lines * width);
                forward(run, Some(image), limited, 0..lines, planes, Some(&mut opened));
                gates.push(opened);
            }
        });
        self.stage(input, &leaf.to_device(device), StageKind::Run { run, gates })
    }

    /// Computes the blend at a field from the pieces of its input. Returns its output.
    fn blend(
        &mut self,
        samples: &[&Sample<'_>],
        field: usize,
        blends: &[&SampleBlend<'_>],
        x: &Tensor,
        device: Device,
        memory: &mut BatchMemory,
    ) -> Result<Tensor, ReadBackError> {
        let inner: Vec<&Sample<'_>> = blends.iter().map(|blend| &blend.inner).collect();
        let mut values = std::mem::take(&mut memory.values);
        let computed = with_values(x, &mut values, |values| {
            let images = pieces(values, samples.iter().map(|sample| sample.field(field).input));
            Self::compute(&inner, &images, false, device, memory)
        });
        memory.values = values;
        let (made, inner) = computed??;
        let mix = Mix::of(samples, field, blends, device);
        let leaf = mix.apply(x, &made);
        Ok(self.stage(Some(x.shallow_clone()), &leaf, StageKind::Blend { field, inner, made, mix }))
    }

    fn stage(&mut self, input: Option<Tensor>, leaf: &Tensor, kind: StageKind) -> Tensor {
        let leaf = leaf.set_requires_grad(true);
        self.stages.push(Stage { input, leaf: leaf.shallow_clone(), kind });
        leaf
    }

    /// Takes the gradient of the last stage's leaf back to where the batch begins.
    fn back_propagate(
        mut self,
        mut leaf_gradient: Tensor,
        end: &mut End<'_>,
        memory: &mut BatchMemory,
    ) -> Result<(), ReadBackError> {
        while let Some(Stage { input, kind, .. }) = self.stages.pop() {
            let traces = &self.traces;
            let Some((input, before)) = input.zip(self.stages.last()) else {
                let StageKind::Run { run, mut gates } = kind else {
                    unreachable!("a batch begins with a run")
                };
                return with_values(&leaf_gradient, &mut memory.values, |values| {
                    end.take(traces, run, values, &mut gates);
                });
            };
            let received = match kind {
                StageKind::Run { run, mut gates } => {
                    let regions = traces.iter().map(|trace| trace.fields[run - 1].output).collect();
                    let received = with_values(&leaf_gradient, &mut memory.values, |values| {
                        received(&input, regions, |end| end.take(traces, run, values, &mut gates))
                    })?;
                    received.to_device(input.device())
                }
                StageKind::Blend { field, inner, made, mix } => {
                    let regions = traces.iter().map(|trace| trace.fields[field].input).collect();
                    let last = inner.stages.last().map(|stage| stage.leaf.shallow_clone());
                    let last = last.unwrap_or_else(|| unreachable!("a batch begins with a run"));
                    let inner_gradient = gradient_through(&made, &mix.of_made(&leaf_gradient), &last);
                    let mut done = Ok(());
                    let received = received(&input, regions, |end| {
                        done = inner.back_propagate(inner_gradient, end, memory);
                    });
                    done?;
                    let received = received.to_device(input.device());
                    mix.add_got(&leaf_gradient, &received);
                    received
                }
            };
            leaf_gradient = gradient_through(&input, &received, &before.leaf);
        }
        Ok(())
    }
}

/// Pieces of images that lie one after the other.
fn pieces(values: &[f32], regions: impl ExactSizeIterator<Item = Region>) -> Vec<Image<'_>> {
    let pieces = values.chunks(values.len() / regions.len());
    pieces
        .zip(regions)
        .map(|(pixels, region)| Image { values: Values::Plain(pixels), region, limited: false })
        .collect()
}

/// The gradient of pieces `[n, 3, h, w]`, which `add` adds up.
fn received(pieces: &Tensor, regions: Vec<Region>, add: impl FnOnce(&mut End<'_>)) -> Tensor {
    tensor_written(&pieces.size(), |gradients| {
        gradients.fill(0.0);
        add(&mut End::Pieces { gradients, regions });
    })
}

impl End<'_> {
    /// Adds the gradient of a run of all samples, from that of its outputs. `gates` are by row of the run's leaf.
    fn take(&mut self, traces: &[Arc<Trace>], run: usize, values: &[f32], gates: &mut [Gates]) {
        let outputs = values.chunks_exact(values.len() / gates.len()).zip(gates).zip(traces);
        match self {
            Self::Canvas(gradient) => {
                let mut sink = gradient.adder();
                for ((values, gates), trace) in outputs {
                    backward(&trace.runs[run], values, gates, &mut sink);
                }
            }
            Self::Pieces { gradients, regions } => {
                let pieces = gradients.chunks_exact_mut(gradients.len() / regions.len());
                for ((((values, gates), trace), gradient), region) in outputs.zip(pieces).zip(&*regions) {
                    backward(&trace.runs[run], values, gates, &mut PieceSink { gradient, region: *region });
                }
            }
        }
    }
}

/// The gradient of a piece of an image, `[3, height, width]`.
struct PieceSink<'a> {
    gradient: &'a mut [f32],
    region: Region,
}

impl Sink for PieceSink<'_> {
    fn add(&mut self, xs: &[i32], ys: &[i32], gradient: [&[f32]; 3]) {
        for (i, (&x, &y)) in xs.iter().zip(ys).enumerate().filter(|(_, (x, _))| **x >= 0) {
            self.add_span(x as usize, y as usize, gradient.map(|channel| &channel[i..=i]));
        }
    }

    fn add_span(&mut self, x: usize, y: usize, gradient: [&[f32]; 3]) {
        let Region { x: left, y: top, width, height } = self.region;
        let from = (y - top as usize) * width as usize + x - left as usize;
        let planes = self.gradient.chunks_exact_mut((width * height) as usize);
        for (plane, gradient) in planes.zip(gradient) {
            for (sum, value) in plane[from..].iter_mut().zip(gradient) {
                *sum += value;
            }
        }
    }
}

impl Sink for clipig_core::Adder<'_> {
    fn add(&mut self, xs: &[i32], ys: &[i32], gradient: [&[f32]; 3]) {
        self.add_pixels(xs, ys, gradient);
    }

    fn add_span(&mut self, x: usize, y: usize, gradient: [&[f32]; 3]) {
        clipig_core::Adder::add_span(self, x, y, gradient);
    }
}
