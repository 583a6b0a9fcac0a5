//! Does memory grow with the number of epochs?

use serde::Serialize;

use crate::arguments::MemoryArguments;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, seconds_per_epoch};
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work};
use crate::statistics::slope;

/// Epochs between two measurements.
const STEP: u32 = 500;

/// The first part of a run is not counted: caches and pools fill.
const SETTLED: f64 = 0.2;

const WORKERS: u32 = 2;
const SHARDS: u32 = 8;

/// The results.
#[derive(Serialize)]
struct Figures {
    side: usize,
    workers: u32,
    shards: u32,
    looks: Vec<Look>,
    /// Growth of anonymous memory (not backed by files) in bytes per 1,000 epochs, after the first fifth: coordinator,
    /// worker.
    growth: [f64; 2],
}

#[derive(Serialize)]
struct Look {
    epoch: u32,
    /// Milliseconds per epoch since the last look.
    milliseconds: f64,
    /// Memory in bytes: all, and anonymous.
    coordinator: [u64; 2],
    worker: [u64; 2],
}

/// Runs an undisturbed farm, with checkpoints as in production.
pub(crate) fn run(arguments: &MemoryArguments) -> Result<(), BenchError> {
    let epochs = arguments.epochs.unwrap_or(if arguments.common.quick { 2_000 } else { 10_000 });
    let mut machine = Machine::here();
    let plan = FarmPlan::plain(WORKERS, SHARDS, arguments.side, Work::at_once(Shape::Windows));
    let mut farm = Farm::start(FarmPlan { checkpoints: true, ..plan })?;
    let table =
        Table::new(&["epoch", "ms/epoch", "coordinator MB", "anonymous MB", "worker MB", "anonymous MB"]);
    let mut looks: Vec<Look> = Vec::new();
    for epoch in (STEP..=epochs).step_by(STEP as usize) {
        let milliseconds = 1e3 * seconds_per_epoch(&farm.group.epochs(STEP)?);
        let [coordinator, worker] = farm.group.resident_bytes()?;
        let megabytes = |bytes: u64| format!("{:.2}", bytes as f64 / 1e6);
        let mut cells = vec![epoch.to_string(), format!("{milliseconds:.2}")];
        cells.extend(coordinator.into_iter().chain(worker).map(megabytes));
        table.row(&cells);
        looks.push(Look { epoch, milliseconds, coordinator, worker });
    }
    machine.ended();
    let settled = |look: &&Look| f64::from(look.epoch) > SETTLED * f64::from(epochs);
    let growth = |bytes: fn(&Look) -> u64| {
        let points: Vec<(f64, f64)> = looks
            .iter()
            .filter(settled)
            .map(|look| (f64::from(look.epoch) / 1e3, bytes(look) as f64))
            .collect();
        slope(&points)
    };
    let growth = [growth(|look| look.coordinator[1]), growth(|look| look.worker[1])];
    println!(
        "growth per 1,000 epochs after the first fifth: coordinator {:.1} kB, worker {:.1} kB",
        growth[0] / 1e3,
        growth[1] / 1e3
    );
    let figures = Figures { side: arguments.side, workers: WORKERS, shards: SHARDS, looks, growth };
    write(&arguments.common.out, "memory", &machine, &figures)
}
