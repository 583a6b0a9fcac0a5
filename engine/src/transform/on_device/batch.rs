//! A batch of samples as operations on tensors, from the canvas to the windows and back.

use clipig_core::{TileGrid, TileSet};
use clipig_geometry::{Chain, Region, footprint_of};
use tch::{Device, Kind, Tensor};

use super::canvas::{DeviceCanvas, Pixels, SlotTiles};
use super::effects::{Back, Effects};
use super::numbers::{Ints, Numbers, Sent};
use super::places::{Places, places};
use super::plan::Plan;
use super::sums::{CanvasSums, PixelSums};
use super::{OnDevice, Unfit};
use crate::transform::blend::{Mix, gradient_through};
use crate::transform::field::apply_field;
use crate::transform::sample::{Sample, SampleBlend, blends_at};
use crate::transform::source::Source;

/// Samples that were computed together, from the source to the windows.
pub(crate) struct TensorBatch {
    device: Device,
    tiles: SlotTiles,
    /// The tiles that its samples may look at.
    needed: TileSet,
    stages: Stages,
}

/// What was computed for all samples, one after the other.
struct Stages(Vec<Stage>);

struct Stage {
    /// Where its input comes from: the source, or the output of a field, `[n, 3, h, w]`.
    input: Option<Tensor>,
    /// Its output, `[n, 3, h, w]`, or `[1, 3, h, w]` where all samples share it; requires a gradient.
    leaf: Tensor,
    kind: StageKind,
}

enum StageKind {
    Run {
        /// Where the run's pixels are in its input.
        pixels: Pixels,
        back: Back,
    },
    Blend {
        inner: Stages,
        /// What the inner stages made of the input.
        made: Tensor,
        mix: Mix,
    },
}

/// A run that does something.
struct PlannedRun {
    plan: Plan,
    /// If it begins with pieces of images: what is added to the place of a pixel in the image, `[n]`.
    origins: Option<Ints>,
}

/// All that happens to some samples.
struct Planned {
    /// `None` where the output of a field is a run's output.
    runs: Vec<Option<PlannedRun>>,
    /// By field: what happens within a blend.
    blends: Vec<Option<Planned>>,
}

/// What the first run of some samples takes its pixels from.
enum Begin<'a> {
    Canvas(&'a DeviceCanvas),
    /// `[n, 3, h, w]`.
    Pieces(&'a Tensor),
}

/// Where the gradient of stages goes.
enum End<'a> {
    Canvas(&'a mut CanvasSums),
    /// Those of pieces `[n, 3, h, w]`.
    Pieces(&'a mut PixelSums),
}

impl TensorBatch {
    /// Computes samples that are alike. Their windows, and what it takes to go back.
    pub(super) fn compute(
        samples: &[&Sample<'_>],
        source: &Source<'_>,
        limited: bool,
        path: &mut OnDevice,
    ) -> Result<(Tensor, Self), Unfit> {
        let mut numbers = Numbers::default();
        let planned = Planned::of(samples, None, &mut numbers)?;
        let device = source.device;
        let sent = numbers.send(device);
        let tiles = needed(samples, source);
        let mut canvas = path.take_canvas(device, tiles.grid());
        canvas.bring(&source.values, &tiles);
        let limits = [source.clamp, limited];
        let (windows, stages) = Stages::compute(samples, &planned, &sent, &Begin::Canvas(&canvas), limits);
        let batch = Self { device, tiles: canvas.slot_tiles(), needed: tiles, stages };
        path.canvas = Some(canvas);
        Ok((windows, batch))
    }

    /// The last tensor that gradients are taken of.
    pub(crate) fn leaf(&self) -> Option<Tensor> {
        self.stages.0.last().map(|stage| stage.leaf.shallow_clone())
    }

    /// Sums that the gradients of this batch, and of those before it from the same canvas, can be added to.
    pub(crate) fn sums(&self) -> CanvasSums {
        CanvasSums::new(SlotTiles::clone(&self.tiles), self.needed.clone(), self.device)
    }

    /// The tiles of the canvas that its samples may look at.
    pub(crate) fn needed(&self) -> &TileSet {
        &self.needed
    }

    /// Takes the gradient of the last stage's leaf back to the source.
    pub(crate) fn back_propagate(self, leaf_gradient: Tensor, sums: &mut CanvasSums) {
        self.stages.back_propagate(leaf_gradient, End::Canvas(sums));
    }
}

impl Stages {
    /// The output of some samples, and what it takes to go back. Values are limited to [0, 1] on the way in where `limits[0]`,
    /// at the end where `limits[1]`.
    fn compute(
        samples: &[&Sample<'_>],
        planned: &Planned,
        sent: &Sent,
        begin: &Begin<'_>,
        limits: [bool; 2],
    ) -> (Tensor, Self) {
        let (count, last) = (samples.len() as i64, planned.blends.len());
        let mut stages = Vec::new();
        let mut x = Tensor::new();
        for (run, planned_run) in planned.runs.iter().enumerate() {
            let ends = run == last;
            let input = match run.checked_sub(1) {
                None => None,
                Some(field) => {
                    x = match (blends_at(samples, field), &planned.blends[field]) {
                        (Some(blends), Some(inner)) => {
                            let stage = Stage::blend(samples, field, &blends, (inner, sent), &x);
                            let leaf = stage.leaf.shallow_clone();
                            stages.push(stage);
                            leaf
                        }
                        _ => apply_field(samples, field, &x),
                    };
                    Some(x.shallow_clone())
                }
            };
            let Some(PlannedRun { plan, origins }) = planned_run else {
                // The field made exactly this region.
                if ends && limits[1] {
                    x = x.clamp(0.0, 1.0);
                }
                continue;
            };
            let levels = places(plan, sent);
            let at = &levels[levels.len() - 1];
            let from_pieces = |pieces: &Tensor| {
                let origins = origins.map(|origins| sent.ints(origins, [plan.shape[0], 1, 1]));
                let origins = origins.unwrap_or_else(|| unreachable!("pieces have origins"));
                let pixels = pixels_of_pieces(at, &origins, pieces.size()[3]);
                (pixels, pieces.detach().permute([0, 2, 3, 1]).reshape([-1, 3]))
            };
            let (pixels, table) = match (&input, begin) {
                (Some(input), _) => from_pieces(input),
                (None, Begin::Pieces(pieces)) => from_pieces(pieces),
                (None, Begin::Canvas(canvas)) => (canvas.pixels(at), canvas.all_pixels()),
            };
            let effects = Effects { plan, sent, levels: &levels };
            let limits = [run == 0 && limits[0], ends && limits[1]];
            let (leaf, back) = effects.apply(pixels.of(&table), limits);
            let leaf = leaf.contiguous().set_requires_grad(true);
            x = leaf.expand([count, -1, -1, -1], false);
            if limits[1] {
                // Samples that share pixels are to look like others: the order of sums depends on the memory's.
                x = x.contiguous();
            }
            stages.push(Stage { input, leaf, kind: StageKind::Run { pixels, back } });
        }
        (x, Self(stages))
    }

    /// Takes the gradient of the last stage's leaf back to where the samples begin.
    fn back_propagate(mut self, mut leaf_gradient: Tensor, end: End<'_>) {
        while let Some(Stage { input, kind, .. }) = self.0.pop() {
            let Some((input, before)) = input.zip(self.0.last()) else {
                let StageKind::Run { pixels, back } = kind else { unreachable!("samples begin with a run") };
                let gradient = back.apply(leaf_gradient);
                match end {
                    End::Canvas(sums) => sums.add(&pixels, &gradient),
                    End::Pieces(sums) => drop(sums.add(&pixels, &gradient)),
                }
                return;
            };
            let shape = input.size();
            let (n, h, w) = (shape[0], shape[2], shape[3]);
            let mut received = PixelSums::new(n * h * w, input.device());
            let in_order =
                |received: &PixelSums| received.sums().view([n, h, w, 3]).permute([0, 3, 1, 2]).contiguous();
            let received = match kind {
                StageKind::Run { pixels, back } => {
                    let _ = received.add(&pixels, &back.apply(leaf_gradient));
                    in_order(&received)
                }
                StageKind::Blend { inner, made, mix } => {
                    let last = inner.0.last().map(|stage| stage.leaf.shallow_clone());
                    let last = last.unwrap_or_else(|| unreachable!("samples begin with a run"));
                    let inner_gradient = gradient_through(&made, &mix.of_made(&leaf_gradient), &last);
                    inner.back_propagate(inner_gradient, End::Pieces(&mut received));
                    let received = in_order(&received);
                    mix.add_got(&leaf_gradient, &received);
                    received
                }
            };
            leaf_gradient = gradient_through(&input, &received, &before.leaf);
        }
    }
}

impl Stage {
    /// The blends of all samples at a field, from the pieces of their inputs.
    fn blend(
        samples: &[&Sample<'_>],
        field: usize,
        blends: &[&SampleBlend<'_>],
        (planned, sent): (&Planned, &Sent),
        x: &Tensor,
    ) -> Self {
        let inner: Vec<&Sample<'_>> = blends.iter().map(|blend| &blend.inner).collect();
        let (made, inner) = Stages::compute(&inner, planned, sent, &Begin::Pieces(x), [false, false]);
        let mix = Mix::of(samples, field, blends, x.device());
        let leaf = mix.apply(x, &made).set_requires_grad(true);
        Self { input: Some(x.shallow_clone()), leaf, kind: StageKind::Blend { inner, made, mix } }
    }
}

impl Planned {
    /// What happens to some samples, which begin with these pieces of images, or with a canvas.
    fn of(samples: &[&Sample<'_>], pieces: Option<&[Region]>, numbers: &mut Numbers) -> Result<Self, Unfit> {
        let mut planned = Self { runs: Vec::new(), blends: Vec::new() };
        let first = samples[0];
        let is_empty = |run: usize| samples.iter().all(|sample| sample.trace.runs[run].is_empty());
        for run in 0..first.trace.runs.len() {
            let before = run.checked_sub(1);
            if let Some(field) = before {
                let inputs: Vec<Region> = samples.iter().map(|sample| sample.field(field).input).collect();
                let inner = blends_at(samples, field).map(|blends| {
                    let inner: Vec<&Sample<'_>> = blends.iter().map(|blend| &blend.inner).collect();
                    Self::of(&inner, Some(&inputs), numbers)
                });
                planned.blends.push(inner.transpose()?);
                if is_empty(run) {
                    planned.runs.push(None);
                    continue;
                }
            }
            let outputs = samples.iter().map(|sample| sample.trace.runs[run].output);
            // Where all samples begin with the same piece of the canvas as it is, one is enough.
            let shared = run == 0
                && pieces.is_none()
                && is_empty(0)
                && outputs.clone().all(|output| output == first.trace.runs[0].output);
            let count = if shared { 1 } else { samples.len() };
            let outputs: Vec<Region> = outputs.take(count).collect();
            let chains: Vec<&Chain> = samples[..count].iter().map(|sample| sample.chain).collect();
            let fields = &first.trace.fields;
            let from = before.map_or(0, |field| fields[field].step + 1);
            let to = fields.get(run).map_or(first.chain.steps.len(), |field| field.step);
            let plan = Plan::of(&chains, from..to, &outputs, numbers);
            let plan = plan.ok_or_else(|| Unfit::Mixed(path_of(first.chain, from, to)))?;
            let origins = match before {
                Some(field) => {
                    let pieces: Vec<Region> =
                        samples.iter().map(|sample| sample.field(field).output).collect();
                    Some(origins(&pieces, numbers))
                }
                None => pieces.map(|pieces| origins(pieces, numbers)),
            };
            planned.runs.push(Some(PlannedRun { plan, origins }));
        }
        Ok(planned)
    }
}

/// What is added to the place of a pixel in an image to find it among those of all pieces, which lie one after the other.
fn origins(pieces: &[Region], numbers: &mut Numbers) -> Ints {
    let origin = |(i, piece): (usize, &Region)| {
        i as i64 * piece.width * piece.height - piece.y * piece.width - piece.x
    };
    numbers.ints(pieces.iter().enumerate().map(|piece| origin(piece) as i32))
}

/// The places of steps in the experiment, for a message.
fn path_of(chain: &Chain, from: usize, to: usize) -> String {
    chain.paths[from..to].join(", ")
}

/// The tiles of the canvas that samples need.
fn needed(samples: &[&Sample<'_>], source: &Source<'_>) -> TileSet {
    let mut tiles = TileSet::none(TileGrid::new(source.size.width as usize, source.size.height as usize));
    for sample in samples {
        tiles.add(&footprint_of(sample.chain));
    }
    tiles
}

/// Where pixels lie among those of all pieces, one piece with `width` columns for each sample.
fn pixels_of_pieces(places: &Places, origins: &Tensor, width: i64) -> Pixels {
    let pixel = &places.ys * width + &places.xs + origins;
    let there = places.there.shallow_clone();
    Pixels { rows: pixel.where_scalarother(&there, 0_i64).to_kind(Kind::Int64), there }
}
