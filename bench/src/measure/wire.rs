//! What travels in an epoch, and how long it takes, where workers are sent all of the canvas and where they are sent the
//! tiles that their samples need.

use serde::Serialize;

use super::or_default;
use crate::arguments::WireArguments;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, View, seconds_per_epoch};
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work};
use crate::statistics::median;

/// Samples of a shard on a CPU.
const SHARD: u32 = clipig_schedule::CPU_SHARD;

/// Epochs before a measurement.
const WARM_UP: u32 = 1;

/// What is written down of one canvas.
#[derive(Serialize)]
struct Figures {
    side: usize,
    workers: u32,
    samples: u32,
    rounds: usize,
    whole: Cost,
    tiles: Cost,
    /// Medians of the rounds' quotients.
    whole_by_tiles_bytes: f64,
    whole_by_tiles_seconds: f64,
}

/// Of one epoch; medians.
#[derive(Clone, Copy, Serialize)]
struct Cost {
    bytes_to_workers: f64,
    bytes_from_workers: f64,
    /// Without anybody who counts.
    seconds: f64,
}

impl Cost {
    fn bytes(&self) -> f64 {
        self.bytes_to_workers + self.bytes_from_workers
    }
}

/// Measures canvases of all sides.
pub(crate) fn run(arguments: &WireArguments) -> Result<(), BenchError> {
    let quick = arguments.common.quick;
    let sides = or_default(&arguments.sides, if quick { &[448, 1024] } else { &[448, 4096, 8192] });
    let rounds = arguments.rounds.unwrap_or(if quick { 1 } else { 3 });
    let mut machine = Machine::here();
    let mut figures = Vec::new();
    let table = Table::new(&[
        "side", "whole MB", "tiles MB", "MB there", "MB back", "bytes", "whole ms", "tiles ms", "time",
    ]);
    for side in sides {
        let found = measure(arguments, side, rounds)?;
        table.row(&found.cells());
        figures.push(found);
        machine.ended();
        write(&arguments.common.out, "wire", &machine, &figures)?;
    }
    Ok(())
}

/// Both ways take turns.
fn measure(arguments: &WireArguments, side: usize, rounds: usize) -> Result<Figures, BenchError> {
    let (workers, samples) = (arguments.workers, arguments.samples);
    let plan = |view: View| {
        let work = Work::at_once(Shape::Crops);
        FarmPlan { view, ..FarmPlan::plain(workers, samples.div_ceil(SHARD), side, work) }
    };
    let (mut whole, mut tiles) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        whole.push(cost(plan(View::Canvas), arguments.epochs)?);
        tiles.push(cost(plan(View::Windows), arguments.epochs)?);
    }
    let quotients = |of: fn(&Cost) -> f64| {
        median(&whole.iter().zip(&tiles).map(|(whole, tiles)| of(whole) / of(tiles)).collect::<Vec<_>>())
    };
    let (bytes, seconds) = (quotients(Cost::bytes), quotients(|cost| cost.seconds));
    Ok(Figures {
        side,
        workers,
        samples,
        rounds,
        whole_by_tiles_bytes: bytes,
        whole_by_tiles_seconds: seconds,
        whole: middle(&whole),
        tiles: middle(&tiles),
    })
}

/// Counts bytes in one farm, and takes the time of another one.
fn cost(plan: FarmPlan, epochs: u32) -> Result<Cost, BenchError> {
    let mut farm = Farm::start(FarmPlan { counted: true, ..plan })?;
    farm.group.epochs(WARM_UP)?;
    let before = farm.bytes();
    farm.group.epochs(epochs)?;
    let after = farm.bytes();
    let [bytes_to_workers, bytes_from_workers] =
        [0, 1].map(|way| (after[way] - before[way]) as f64 / f64::from(epochs));
    drop(farm);
    let mut farm = Farm::start(plan)?;
    farm.group.epochs(WARM_UP)?;
    let seconds = seconds_per_epoch(&farm.group.epochs(epochs)?);
    Ok(Cost { bytes_to_workers, bytes_from_workers, seconds })
}

fn middle(costs: &[Cost]) -> Cost {
    let of = |of: fn(&Cost) -> f64| median(&costs.iter().map(of).collect::<Vec<_>>());
    Cost {
        bytes_to_workers: of(|cost| cost.bytes_to_workers),
        bytes_from_workers: of(|cost| cost.bytes_from_workers),
        seconds: of(|cost| cost.seconds),
    }
}

impl Figures {
    fn cells(&self) -> Vec<String> {
        let megabytes = |bytes: f64| format!("{:.2}", bytes / 1e6);
        vec![
            self.side.to_string(),
            megabytes(self.whole.bytes()),
            megabytes(self.tiles.bytes()),
            megabytes(self.tiles.bytes_to_workers),
            megabytes(self.tiles.bytes_from_workers),
            format!("{:.2}", self.whole_by_tiles_bytes),
            format!("{:.1}", 1e3 * self.whole.seconds),
            format!("{:.1}", 1e3 * self.tiles.seconds),
            format!("{:.2}", self.whole_by_tiles_seconds),
        ]
    }
}
