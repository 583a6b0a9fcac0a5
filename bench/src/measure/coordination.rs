//! What the farm costs per epoch where computing costs nothing, beside a bare copy and an all-reduce.

use clipig_core::GradientSum;
use serde::Serialize;

use super::{or_default, shown};
use crate::arguments::CoordinationArguments;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, Group, seconds_per_epoch, start_copy};
use crate::gloo::Python;
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::socket::SocketKind;
use crate::stand_in::{Shape, Work, gradient};
use crate::statistics::median;

/// More canvas bytes than this for all workers together are not measured.
const MOST_BYTES: usize = 4 << 30;

/// Bytes that a measurement moves, about, after its first epochs.
const BYTES: usize = 1 << 30;

/// The most epochs of a measurement.
const EPOCHS: usize = 40;

/// Epochs before a measurement: memory is taken, connections find their pace.
const WARM_UP: u32 = 2;

/// From how many workers on the farm should be quicker than an all-reduce.
const MANY: u32 = 4;

/// What is compared, once.
struct Combination {
    side: usize,
    workers: u32,
    shards: u32,
    rounds: usize,
    /// Each with the bytes that come back from each worker.
    variants: Vec<Variant>,
    all_reduce: Vec<f64>,
}

struct Variant {
    shape: Shape,
    socket: SocketKind,
    back: Vec<usize>,
    farm: Vec<Cost>,
    copy: Vec<Cost>,
}

/// Seconds per epoch.
#[derive(Clone, Copy)]
struct Cost {
    elapsed: f64,
    /// Of the processors, by all processes.
    processors: f64,
}

/// What is written down of a variant. Times are medians, in milliseconds per epoch.
#[derive(Serialize)]
struct Figures {
    side: usize,
    workers: u32,
    shape: Shape,
    socket: SocketKind,
    shards: u32,
    rounds: usize,
    /// Bytes that an epoch moves: the canvas to all workers, gradients back.
    bytes: usize,
    farm: f64,
    copy: f64,
    /// Median of the quotients of the rounds.
    farm_by_copy: f64,
    /// The smallest and the greatest quotient.
    farm_by_copy_range: [f64; 2],
    /// The same quotient of the time that processors were busy: other programs disturb it less.
    busy_farm_by_copy: f64,
    all_reduce: Option<f64>,
    farm_by_all_reduce: Option<f64>,
}

/// Measures all combinations.
pub(crate) fn run(arguments: &CoordinationArguments) -> Result<(), BenchError> {
    let quick = arguments.common.quick;
    let sides = or_default(&arguments.sides, if quick { &[224, 1024] } else { &[224, 1024, 2048, 4096] });
    let workers = or_default(&arguments.workers, if quick { &[1, 4] } else { &[1, 4, 16, 64] });
    let shapes = or_default(&arguments.shapes, &[Shape::Dense, Shape::Windows]);
    let sockets = or_default(&arguments.sockets, &[SocketKind::Tcp, SocketKind::Unix]);
    let rounds = arguments.rounds.unwrap_or(if quick { 3 } else { 5 });
    let python = if arguments.no_gloo { None } else { Python::with_torch(arguments.python.as_deref()) };
    if python.is_none() {
        println!(
            "gloo is not compared: no python with torch (`pip install torch`, then --python or $CLIPIG_BENCH_PYTHON)"
        );
    }
    let mut machine = Machine::here();
    let mut figures = Vec::new();
    let table = Table::new(&[
        "side",
        "workers",
        "shape",
        "socket",
        "farm ms",
        "copy ms",
        "farm/copy",
        "least",
        "most",
        "busy",
        "gloo ms",
        "farm/gloo",
    ]);
    for side in sides {
        for &workers in workers.iter().filter(|workers| 12 * side * side * **workers as usize <= MOST_BYTES) {
            let mut combination = Combination::new(side, workers, workers * arguments.shards, rounds);
            for &shape in &shapes {
                combination.add(shape, &sockets)?;
            }
            combination.measure(python.as_ref())?;
            for found in combination.figures() {
                table.row(&found.cells());
                figures.push(found);
            }
            machine.ended();
            // Written again and again: a long run that is interrupted leaves what it has.
            write(&arguments.common.out, "coordination", &machine, &figures)?;
        }
    }
    judge(&figures);
    Ok(())
}

/// Says how many targets are met.
fn judge(figures: &[Figures]) {
    let dense: Vec<&Figures> = figures.iter().filter(|found| found.shape == Shape::Dense).collect();
    let met = dense.iter().filter(|found| found.farm_by_copy <= 2.0).count();
    println!("dense, at most twice the bare copy: {met} of {}", dense.len());
    let compared: Vec<f64> = dense
        .iter()
        .filter(|found| found.workers >= MANY)
        .filter_map(|found| found.farm_by_all_reduce)
        .collect();
    let met = compared.iter().filter(|quotient| **quotient < 1.0).count();
    println!("dense, {MANY} workers and more, quicker than gloo's all-reduce: {met} of {}", compared.len());
}

impl Combination {
    fn new(side: usize, workers: u32, shards: u32, rounds: usize) -> Self {
        Self { side, workers, shards, rounds, variants: Vec::new(), all_reduce: Vec::new() }
    }

    fn add(&mut self, shape: Shape, sockets: &[SocketKind]) -> Result<(), BenchError> {
        let back = self.bytes_back(shape)?;
        for &socket in sockets {
            let variant = Variant { shape, socket, back: back.clone(), farm: Vec::new(), copy: Vec::new() };
            self.variants.push(variant);
        }
        Ok(())
    }

    /// Bytes of gradients from each worker: shards below one node of the tree are added up before they travel.
    fn bytes_back(&self, shape: Shape) -> Result<Vec<usize>, BenchError> {
        let level = (self.shards / (4 * self.workers)).max(1).ilog2();
        let mut back = vec![0; self.workers as usize];
        for (node, first) in (0..self.shards).step_by(1 << level).enumerate() {
            let shards = first..(first + (1 << level)).min(self.shards);
            // A dense sum is as large as one of its parts.
            let shards = if shape == Shape::Dense { first..first + 1 } else { shards };
            let parts: Result<Vec<_>, _> = shards.map(|shard| gradient(shape, self.side, shard)).collect();
            let sum = parts.map_err(BenchError::wrong)?.into_iter().reduce(GradientSum::merge);
            let tiles = sum.into_iter().flat_map(GradientSum::into_tiles);
            back[node % self.workers as usize] +=
                tiles.map(|(_, tile)| size_of_val(&tile[..])).sum::<usize>();
        }
        Ok(back)
    }

    /// Everything takes turns, so that what else the machine does disturbs all alike.
    fn measure(&mut self, python: Option<&Python>) -> Result<(), BenchError> {
        let (side, workers, shards) = (self.side, self.workers, self.shards);
        let canvas = 12 * side * side;
        let python = python.filter(|_| workers > 1);
        for _ in 0..self.rounds {
            for variant in &mut self.variants {
                let Variant { shape, socket, back, .. } = &*variant;
                let (work, socket) = (Work::at_once(*shape), *socket);
                let bytes = canvas * workers as usize + back.iter().sum::<usize>();
                let epochs = (BYTES / bytes).clamp(2, EPOCHS) as u32;
                let plan = FarmPlan { socket, ..FarmPlan::plain(workers, shards, side, work) };
                let farm = cost(&mut Farm::start(plan)?.group, epochs)?;
                let copy = cost(&mut start_copy(socket, canvas, back)?, epochs)?;
                variant.farm.push(farm);
                variant.copy.push(copy);
            }
            if let Some(python) = python {
                let mut group = python.start(workers, canvas / 4)?;
                let epochs = (BYTES / (2 * canvas * workers as usize)).clamp(2, EPOCHS) as u32;
                group.epochs(WARM_UP)?;
                let seconds: Vec<f64> =
                    group.epochs(epochs)?.iter().map(crate::farm::Epoch::seconds).collect();
                self.all_reduce.push(median(&seconds));
            }
        }
        Ok(())
    }

    fn figures(&self) -> impl Iterator<Item = Figures> {
        let all_reduce = Some(1e3 * median(&self.all_reduce)).filter(|time| !time.is_nan());
        self.variants.iter().map(move |variant| {
            let quotients: Vec<f64> = variant
                .farm
                .iter()
                .zip(&variant.copy)
                .map(|(farm, copy)| farm.elapsed / copy.elapsed)
                .collect();
            let middle =
                |costs: &[Cost], of: fn(&Cost) -> f64| median(&costs.iter().map(of).collect::<Vec<_>>());
            let busy = |costs: &[Cost]| middle(costs, |cost| cost.processors);
            let farm = 1e3 * middle(&variant.farm, |cost| cost.elapsed);
            Figures {
                side: self.side,
                workers: self.workers,
                shape: variant.shape,
                socket: variant.socket,
                shards: self.shards,
                rounds: self.rounds,
                bytes: 12 * self.side * self.side * self.workers as usize
                    + variant.back.iter().sum::<usize>(),
                farm,
                copy: 1e3 * middle(&variant.copy, |cost| cost.elapsed),
                farm_by_copy: median(&quotients),
                farm_by_copy_range: [
                    quotients.iter().copied().fold(f64::INFINITY, f64::min),
                    quotients.iter().copied().fold(0.0, f64::max),
                ],
                busy_farm_by_copy: busy(&variant.farm) / busy(&variant.copy),
                all_reduce,
                farm_by_all_reduce: all_reduce.map(|time| farm / time),
            }
        })
    }
}

impl Figures {
    fn cells(&self) -> Vec<String> {
        let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        let [least, most] = self.farm_by_copy_range;
        vec![
            self.side.to_string(),
            self.workers.to_string(),
            name(&self.shape),
            name(&self.socket),
            format!("{:.2}", self.farm),
            format!("{:.2}", self.copy),
            format!("{:.2}", self.farm_by_copy),
            format!("{least:.2}"),
            format!("{most:.2}"),
            format!("{:.2}", self.busy_farm_by_copy),
            shown(self.all_reduce, 2),
            shown(self.farm_by_all_reduce, 2),
        ]
    }
}

/// What an epoch costs, after some that are not counted.
fn cost(group: &mut Group, epochs: u32) -> Result<Cost, BenchError> {
    group.epochs(WARM_UP)?;
    let before: f64 = group.processor_seconds()?.iter().sum();
    let elapsed = seconds_per_epoch(&group.epochs(epochs)?);
    let busy = group.processor_seconds()?.iter().sum::<f64>() - before;
    Ok(Cost { elapsed, processors: busy / f64::from(epochs) })
}
