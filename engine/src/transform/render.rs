//! Applies chains of drawn transforms to a batch of samples, and takes their gradient back.
//!
//! Runs of maps and pixel steps are computed in plain memory, row by row ([`rows`](super::rows)); field steps are
//! tensor operations. So a batch is a row of stages: each begins with a run, whose output is a tensor that
//! gradients are taken of, and goes on with field steps until the next run that does something.

use clipig_core::GradientSum;
use clipig_geometry::{Chain, Field, Region, Trace};
use tch::{Device, Tensor};

use super::error::TransformError;
use super::field::apply_field;
use super::gate::{Gates, rows};
use super::on_device::{CanvasSums, OnDevice, TensorBatch};
use super::rows::{Image, Sink, Values, backward, forward};
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
    traces: Vec<Trace>,
    stages: Vec<Stage>,
}

/// A run of all samples of a batch, computed in plain memory.
struct Stage {
    /// Number of the run.
    run: usize,
    /// Where the run's input comes from: the source, or the output of a field step.
    input: Option<Tensor>,
    /// The run's output, `[n, 3, h, w]`, or `[1, 3, h, w]` where all samples share it; requires a gradient.
    leaf: Tensor,
    /// By row of the leaf.
    gates: Vec<Gates>,
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
    let traces = chains.iter().map(Trace::of).collect::<Result<Vec<_>, _>>()?;
    let alike = traces.windows(2).all(|pair| are_alike(&pair[0], &pair[1]));
    if let Some(on_device) = &mut memory.on_device {
        let size = if alike { chains.len().max(1) } else { 1 };
        let parts = chains.chunks(size).zip(traces.chunks(size));
        let parts = parts.map(|(chains, traces)| on_device.compute(chains, traces, source, limited));
        // By rows all or none, so that gradients are added up in one order.
        if let Some(parts) = parts.collect::<Option<Vec<_>>>() {
            let (windows, batches): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            let windows = if alike { windows[0].shallow_clone() } else { Tensor::cat(&windows, 0) };
            return Ok(Rendered { windows, batches: batches.into_iter().map(Computed::OnDevice).collect() });
        }
    }
    if alike {
        let (windows, batch) = Batch::compute(chains, traces, source, limited, memory)?;
        return Ok(Rendered { windows, batches: vec![Computed::ByRows(batch)] });
    }
    // Pieces of different sizes do not stack: one by one.
    let single =
        |(chain, trace)| Batch::compute(std::slice::from_ref(chain), vec![trace], source, limited, memory);
    let parts = chains.iter().zip(traces).map(single).collect::<Result<Vec<_>, _>>()?;
    let (windows, batches): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let batches = batches.into_iter().map(Computed::ByRows).collect();
    Ok(Rendered { windows: Tensor::cat(&windows, 0), batches })
}

/// Can both be computed in one batch?
pub(super) fn are_alike(a: &Trace, b: &Trace) -> bool {
    let same_field = |(a, b): (&Field, &Field)| {
        a.size == b.size && a.input.size() == b.input.size() && a.output.size() == b.output.size()
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
                (Computed::ByRows(batch), _) => batch.back_propagate(leaf_gradient, gradient, memory)?,
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
    fn compute(
        chains: &[Chain],
        traces: Vec<Trace>,
        source: &Source<'_>,
        limited: bool,
        memory: &mut BatchMemory,
    ) -> Result<(Tensor, Self), TransformError> {
        let mut batch = Self { traces, stages: Vec::new() };
        let (count, last) = (batch.traces.len(), batch.traces[0].fields.len());
        let whole = Region::whole(source.size);
        let image = Image { values: source.values, region: whole, limited: source.clamp };
        let first = |i: usize| &batch.traces[i].runs[0];
        let shared = (1..count).all(|i| first(i).is_empty() && first(i).output == first(0).output)
            && first(0).is_empty();
        let rows = if shared { 1 } else { count };
        let leaf = batch.stage(0, &vec![image; rows], None, limited && last == 0, source.device);
        let mut x = leaf.expand([count as i64, -1, -1, -1], false);
        if limited && last == 0 {
            // Samples that share pixels are to look like others: the order of sums depends on the memory's.
            x = x.contiguous();
        }
        for field in 0..last {
            let fields: Vec<Field> = batch.traces.iter().map(|trace| trace.fields[field]).collect();
            x = apply_field(chains, &fields, &x);
            let (run, ends) = (field + 1, field + 1 == last);
            if batch.traces.iter().all(|trace| trace.runs[run].is_empty()) {
                // The field step made exactly this region.
                if ends && limited {
                    x = x.clamp(0.0, 1.0);
                }
                continue;
            }
            x = with_values(&x, &mut memory.values, |values| {
                let pieces = values.chunks(values.len() / count).zip(&fields);
                let image = |(pixels, field): (_, &Field)| Image {
                    values: Values::Plain(pixels),
                    region: field.output,
                    limited: false,
                };
                let images: Vec<_> = pieces.map(image).collect();
                batch.stage(run, &images, Some(x.shallow_clone()), limited && ends, source.device)
            })?;
        }
        Ok((x, batch))
    }

    /// Computes a run of all samples from one image each. Returns its output.
    fn stage(
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
        let leaf = leaf.to_device(device).set_requires_grad(true);
        self.stages.push(Stage { run, input, leaf: leaf.shallow_clone(), gates });
        leaf
    }

    /// Takes the gradient of the last stage's leaf back to the source.
    fn back_propagate(
        mut self,
        mut leaf_gradient: Tensor,
        gradient: &mut GradientSum,
        memory: &mut BatchMemory,
    ) -> Result<(), ReadBackError> {
        while let Some(mut stage) = self.stages.pop() {
            let (gates, traces) = (&mut stage.gates, &self.traces);
            let Some((input, before)) = stage.input.zip(self.stages.last()) else {
                let mut sink = gradient.adder();
                return with_values(&leaf_gradient, &mut memory.values, |values| {
                    let parts = values.chunks_exact(values.len() / gates.len()).zip(gates).zip(traces);
                    for ((values, gates), trace) in parts {
                        backward(&trace.runs[stage.run], values, gates, &mut sink);
                    }
                });
            };
            let received = with_values(&leaf_gradient, &mut memory.values, |values| {
                tensor_written(&input.size(), |received| {
                    received.fill(0.0);
                    let pieces = received.chunks_exact_mut(received.len() / traces.len());
                    let parts =
                        values.chunks_exact(values.len() / gates.len()).zip(gates).zip(traces).zip(pieces);
                    for (((values, gates), trace), received) in parts {
                        let region = trace.fields[stage.run - 1].output;
                        let mut sink = PieceSink { gradient: received, region };
                        backward(&trace.runs[stage.run], values, gates, &mut sink);
                    }
                })
            })?;
            // tch has no way to start with a given gradient; that of Σ x · g is g, with the same bits.
            let total = (&input * received.to_device(input.device())).sum(None::<tch::Kind>);
            let mut gradients = Tensor::run_backward(&[total], &[&before.leaf], false, false);
            leaf_gradient = gradients.remove(0);
        }
        Ok(())
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
