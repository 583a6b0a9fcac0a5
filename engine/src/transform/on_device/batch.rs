//! A batch of samples as operations on tensors, from the canvas to the windows and back.

use clipig_core::{TileGrid, TileSet};
use clipig_geometry::{Chain, Field, Region, Trace, footprint_of};
use tch::{Device, Kind, Tensor};

use super::canvas::{Pixels, SlotTiles};
use super::effects::{Back, Effects};
use super::numbers::{Ints, Numbers};
use super::places::{Places, places};
use super::plan::Plan;
use super::sums::{CanvasSums, PixelSums};
use super::{OnDevice, Unfit};
use crate::transform::field::apply_field;
use crate::transform::source::Source;

/// Samples that were computed together, from the source to the windows.
pub(crate) struct TensorBatch {
    device: Device,
    tiles: SlotTiles,
    /// The tiles that its samples may look at.
    needed: TileSet,
    stages: Vec<Stage>,
}

/// A run of all samples.
struct Stage {
    /// Where the run's input comes from: the source, or the output of a field step, `[n, 3, h, w]`.
    input: Option<Tensor>,
    /// Where the run's pixels are in that.
    pixels: Pixels,
    /// The run's output, `[n, 3, h, w]`, or `[1, 3, h, w]` where all samples share it; requires a gradient.
    leaf: Tensor,
    back: Back,
}

/// A run that does something.
struct PlannedRun {
    plan: Plan,
    /// Behind a field step: what is added to the place of a pixel in the image, `[n]`.
    origins: Option<Ints>,
}

/// All runs of a batch. `None` where the output of a field step is a run's output.
struct PlannedBatch {
    runs: Vec<Option<PlannedRun>>,
    numbers: Numbers,
}

impl TensorBatch {
    /// Computes samples that are alike. Their windows, and what it takes to go back.
    pub(super) fn compute(
        chains: &[Chain],
        traces: &[Trace],
        source: &Source<'_>,
        limited: bool,
        path: &mut OnDevice,
    ) -> Result<(Tensor, Self), Unfit> {
        let PlannedBatch { runs, numbers } = PlannedBatch::of(chains, traces)?;
        let device = source.device;
        let sent = numbers.send(device);
        let tiles = needed(chains, source);
        let mut canvas = path.take_canvas(device, tiles.grid());
        canvas.bring(&source.values, &tiles);
        let (count, last) = (traces.len() as i64, traces[0].fields.len());
        let mut batch = Self { device, tiles: canvas.slot_tiles(), needed: tiles, stages: Vec::new() };
        let mut x = Tensor::new();
        for (run, planned) in runs.iter().enumerate() {
            let ends = run == last;
            let input = if run == 0 {
                None
            } else {
                let fields: Vec<Field> = traces.iter().map(|trace| trace.fields[run - 1]).collect();
                x = apply_field(chains, &fields, &x);
                Some(x.shallow_clone())
            };
            let Some(PlannedRun { plan, origins }) = planned else {
                // The field step made exactly this region.
                if ends && limited {
                    x = x.clamp(0.0, 1.0);
                }
                continue;
            };
            let levels = places(plan, &sent);
            let at = &levels[levels.len() - 1];
            let (pixels, table) = if let (Some(input), Some(origins)) = (&input, origins) {
                let origins = sent.ints(*origins, [plan.shape[0], 1, 1]);
                let pixels = pixels_of_pieces(at, &origins, input.size()[3]);
                (pixels, input.detach().permute([0, 2, 3, 1]).reshape([-1, 3]))
            } else {
                (canvas.pixels(at), canvas.all_pixels())
            };
            let effects = Effects { plan, sent: &sent, levels: &levels };
            let limits = [run == 0 && source.clamp, ends && limited];
            let (leaf, back) = effects.apply(pixels.of(&table), limits);
            let leaf = leaf.contiguous().set_requires_grad(true);
            x = leaf.expand([count, -1, -1, -1], false);
            if ends && limited {
                // Samples that share pixels are to look like others: the order of sums depends on the memory's.
                x = x.contiguous();
            }
            batch.stages.push(Stage { input, pixels, leaf, back });
        }
        path.canvas = Some(canvas);
        Ok((x, batch))
    }

    /// The last tensor that gradients are taken of.
    pub(crate) fn leaf(&self) -> Option<Tensor> {
        self.stages.last().map(|stage| stage.leaf.shallow_clone())
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
    pub(crate) fn back_propagate(mut self, mut leaf_gradient: Tensor, sums: &mut CanvasSums) {
        while let Some(stage) = self.stages.pop() {
            let gradient = stage.back.apply(leaf_gradient);
            let Some((input, before)) = stage.input.zip(self.stages.last()) else {
                sums.add(&stage.pixels, &gradient);
                return;
            };
            let shape = input.size();
            let (n, h, w) = (shape[0], shape[2], shape[3]);
            let mut received = PixelSums::new(n * h * w, self.device);
            let _ = received.add(&stage.pixels, &gradient);
            let received = received.sums().view([n, h, w, 3]).permute([0, 3, 1, 2]).contiguous();
            // tch has no way to start with a given gradient; that of Σ x · g is g, with the same bits.
            let total = (&input * received).sum(None::<Kind>);
            let mut gradients = Tensor::run_backward(&[total], &[&before.leaf], false, false);
            leaf_gradient = gradients.remove(0);
        }
    }
}

impl PlannedBatch {
    fn of(chains: &[Chain], traces: &[Trace]) -> Result<Self, Unfit> {
        let mut batch = Self { runs: Vec::new(), numbers: Numbers::default() };
        let is_empty = |run: usize| traces.iter().all(|trace| trace.runs[run].is_empty());
        for (run, first) in traces[0].runs.iter().enumerate() {
            if run > 0 && is_empty(run) {
                batch.runs.push(None);
                continue;
            }
            // Where all samples begin with the same piece as it is, one is enough.
            let shared =
                run == 0 && is_empty(0) && traces.iter().all(|trace| trace.runs[0].output == first.output);
            let count = if shared { 1 } else { traces.len() };
            let outputs: Vec<Region> = traces[..count].iter().map(|trace| trace.runs[run].output).collect();
            let fields = &traces[0].fields;
            let from = run.checked_sub(1).map_or(0, |field| fields[field].step + 1);
            let to = fields.get(run).map_or(chains[0].steps.len(), |field| field.step);
            let plan = Plan::of(&chains[..count], from..to, &outputs, &mut batch.numbers);
            let plan = plan.ok_or_else(|| Unfit::Mixed(path_of(&chains[0], from, to)))?;
            let origins = run.checked_sub(1).map(|field| {
                let pieces = traces.iter().map(|trace| trace.fields[field].output).enumerate();
                let origin = |(i, piece): (usize, Region)| {
                    i as i64 * piece.width * piece.height - piece.y * piece.width - piece.x
                };
                batch.numbers.ints(pieces.map(|piece| origin(piece) as i32))
            });
            batch.runs.push(Some(PlannedRun { plan, origins }));
        }
        Ok(batch)
    }
}

/// The places of steps in the experiment, for a message.
fn path_of(chain: &Chain, from: usize, to: usize) -> String {
    chain.paths[from..to].join(", ")
}

/// The tiles of the canvas that chains need.
fn needed(chains: &[Chain], source: &Source<'_>) -> TileSet {
    let mut tiles = TileSet::none(TileGrid::new(source.size.width as usize, source.size.height as usize));
    for chain in chains {
        tiles.add(&footprint_of(chain));
    }
    tiles
}

/// Where pixels lie among those of all pieces, one piece with `width` columns for each sample.
fn pixels_of_pieces(places: &Places, origins: &Tensor, width: i64) -> Pixels {
    let pixel = &places.ys * width + &places.xs + origins;
    let there = places.there.shallow_clone();
    Pixels { rows: pixel.where_scalarother(&there, 0_i64).to_kind(Kind::Int64), there }
}
