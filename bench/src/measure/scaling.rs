//! Do more workers give as much more work?

use std::time::Instant;

use serde::Serialize;

use super::or_default;
use crate::arguments::ScalingArguments;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, seconds_per_epoch};
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work, gradient};
use crate::statistics::median;

/// Shards per worker and epoch.
const SHARDS: u32 = 8;

/// How long a shard takes, in milliseconds.
const MILLISECONDS: u64 = 100;

/// Epochs before those that count, and those.
const WARM_UP: u32 = 2;
const EPOCHS: u32 = 4;

/// The share of computing that is wanted, up to how many workers, on which canvas.
const WANTED: (f64, u32, usize) = (0.95, 64, 64);

/// What is written down. Times are medians, in milliseconds.
#[derive(Serialize)]
struct Figures {
    side: usize,
    workers: u32,
    processes: u32,
    /// One epoch of the farm.
    epoch: f64,
    /// The same shards of one worker, computed by one thread without a farm.
    alone: f64,
    /// Median over the rounds of alone / epoch: 1 where the farm costs nothing.
    efficiency: f64,
    least: f64,
    /// Time of the processors per epoch, in milliseconds: coordinator, all workers.
    processors: [f64; 2],
}

/// Measures all numbers of workers.
pub(crate) fn run(arguments: &ScalingArguments) -> Result<(), BenchError> {
    let quick = arguments.common.quick;
    let all = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    let workers = or_default(&arguments.workers, if quick { &all[..5] } else { &all });
    let rounds = arguments.rounds.unwrap_or(if quick { 2 } else { 3 });
    let mut machine = Machine::here();
    let table = Table::new(&[
        "side",
        "workers",
        "processes",
        "epoch ms",
        "alone ms",
        "efficiency",
        "least",
        "coordinator CPU ms",
        "workers CPU ms",
    ]);
    let mut figures = Vec::new();
    for &side in &arguments.sides {
        for &workers in &workers {
            let found = measure(side, workers, arguments.processes.min(workers), rounds)?;
            let percent = |share: f64| format!("{:.1}%", 100.0 * share);
            table.row(&[
                side.to_string(),
                workers.to_string(),
                found.processes.to_string(),
                format!("{:.1}", found.epoch),
                format!("{:.1}", found.alone),
                percent(found.efficiency),
                percent(found.least),
                format!("{:.0}", found.processors[0]),
                format!("{:.0}", found.processors[1]),
            ]);
            figures.push(found);
        }
    }
    machine.ended();
    let (share, most, side) = WANTED;
    let judged: Vec<&Figures> = figures.iter().filter(|f| f.side == side && f.workers <= most).collect();
    let met = judged.iter().filter(|found| found.efficiency >= share).count();
    println!("at least {:.0}% on {side}² up to {most} workers: {met} of {}", 100.0 * share, judged.len());
    write(&arguments.common.out, "scaling", &machine, &figures)
}

fn measure(side: usize, workers: u32, processes: u32, rounds: usize) -> Result<Figures, BenchError> {
    let work = Work { shape: Shape::Windows, sleep: std::time::Duration::from_millis(MILLISECONDS) };
    let [mut epochs, mut alone, mut shares] = [const { Vec::new() }; 3];
    let mut processors = [const { Vec::new() }; 2];
    let plan = FarmPlan { processes, ..FarmPlan::plain(workers, SHARDS * workers, side, work) };
    let mut farm = Farm::start(plan)?;
    farm.group.epochs(WARM_UP)?;
    for _ in 0..rounds {
        let bare = without_farm(work, side)?;
        let before = farm.group.processor_seconds()?;
        let seconds = seconds_per_epoch(&farm.group.epochs(EPOCHS)?);
        let after = farm.group.processor_seconds()?;
        for (sum, (after, before)) in processors.iter_mut().zip(after.into_iter().zip(before)) {
            sum.push(1e3 * (after - before) / f64::from(EPOCHS));
        }
        epochs.push(1e3 * seconds);
        alone.push(1e3 * bare);
        shares.push(bare / seconds);
    }
    Ok(Figures {
        side,
        workers,
        processes,
        epoch: median(&epochs),
        alone: median(&alone),
        efficiency: median(&shares),
        least: shares.iter().copied().fold(f64::INFINITY, f64::min),
        processors: processors.map(|times| median(&times)),
    })
}

/// Seconds that one thread takes for the shards of one worker.
fn without_farm(work: Work, side: usize) -> Result<f64, BenchError> {
    let begun = Instant::now();
    for shard in 0..SHARDS {
        std::thread::sleep(work.sleep);
        std::hint::black_box(gradient(work.shape, side, shard).map_err(BenchError::wrong)?);
    }
    Ok(begun.elapsed().as_secs_f64())
}
