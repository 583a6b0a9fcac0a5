//! Time per epoch through proxies, where computing costs nothing.

use std::time::Duration;

use serde::Serialize;

use super::Way;
use crate::arguments::ProxiesArguments;
use crate::certificates::Certificates;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, Route, seconds_per_epoch};
use crate::machine::Machine;
use crate::measure::or_default;
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work};
use crate::statistics::median;

/// Epochs before a measurement: memory is taken, connections find their pace.
const WARM_UP: u32 = 2;

/// Bytes of a pixel of a canvas, and of its gradient.
const PIXEL: usize = 12;

/// What is measured side by side.
#[derive(Clone, Copy)]
struct Setting {
    side: usize,
    workers: u32,
    /// In milliseconds.
    round_trip: u64,
    epochs: u32,
    rounds: usize,
}

/// Per epoch, in seconds.
#[derive(Clone, Copy)]
struct Cost {
    elapsed: f64,
    /// Of the processors, by the proxy.
    proxy: f64,
}

/// What is written down of one way: medians.
#[derive(Serialize)]
struct Figures {
    side: usize,
    workers: u32,
    round_trip_milliseconds: u64,
    way: Way,
    epochs: u32,
    rounds: usize,
    milliseconds_per_epoch: f64,
    epochs_per_second: f64,
    /// Canvases to workers and gradients from them, in 10⁶ bytes.
    megabytes_per_second: f64,
    /// Epochs per second by those of the direct way with TLS: the median of the rounds' quotients.
    by_direct: f64,
    /// Of the processors, by the proxy.
    proxy_milliseconds_per_epoch: f64,
}

/// Measures all ways in turns.
pub(super) fn run(
    arguments: &ProxiesArguments,
    ways: &[Way],
    certificates: &Certificates,
) -> Result<(), BenchError> {
    let mut machine = Machine::here();
    let mut figures = Vec::new();
    let table = Table::new(&[
        "side", "workers", "trip ms", "way", "ms/epoch", "epochs/s", "MB/s", "/direct", "proxy ms",
    ]);
    for setting in settings(arguments) {
        let found = measure(&setting, ways, certificates)?;
        for one in &found {
            table.row(&one.cells());
        }
        figures.extend(found);
        machine.ended();
        write(&arguments.common.out, "proxies", &machine, &figures)?;
    }
    Ok(())
}

fn settings(arguments: &ProxiesArguments) -> Vec<Setting> {
    let quick = arguments.common.quick;
    let epochs = arguments.epochs.unwrap_or(if quick { 10 } else { 40 });
    let rounds = arguments.rounds.unwrap_or(if quick { 2 } else { 5 });
    let sides = or_default(&arguments.sides, if quick { &[512] } else { &[512, 1024] });
    let workers = or_default(&arguments.workers, if quick { &[1] } else { &[1, 4] });
    let round_trips = or_default(&arguments.round_trips, if quick { &[0] } else { &[0, 40] });
    let mut settings = Vec::new();
    for round_trip in round_trips {
        for side in &sides {
            let with = |workers| Setting { side: *side, workers, round_trip, epochs, rounds };
            settings.extend(workers.iter().copied().map(with));
        }
    }
    settings
}

fn measure(setting: &Setting, ways: &[Way], certificates: &Certificates) -> Result<Vec<Figures>, BenchError> {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); ways.len()];
    for _ in 0..setting.rounds {
        for (way, costs) in ways.iter().zip(&mut costs) {
            costs.push(cost(setting, *way, certificates)?);
        }
    }
    let direct = ways.iter().position(|way| *way == Way::Direct).map(|place| costs[place].clone());
    let direct = direct.unwrap_or_default();
    Ok(ways.iter().zip(&costs).map(|(way, costs)| Figures::of(setting, *way, costs, &direct)).collect())
}

fn cost(setting: &Setting, way: Way, certificates: &Certificates) -> Result<Cost, BenchError> {
    let Setting { workers, side, .. } = *setting;
    let plan = FarmPlan::plain(workers, workers, side, Work::at_once(Shape::Dense));
    let delay = Duration::from_millis(setting.round_trip) / 2;
    let mut farm = Farm::start_over(plan, Route { front: way.front(certificates), delay })?;
    farm.group.epochs(WARM_UP)?;
    let before = farm.proxy_seconds()?;
    let elapsed = seconds_per_epoch(&farm.group.epochs(setting.epochs)?);
    Ok(Cost { elapsed, proxy: (farm.proxy_seconds()? - before) / f64::from(setting.epochs) })
}

impl Figures {
    fn of(setting: &Setting, way: Way, costs: &[Cost], direct: &[Cost]) -> Self {
        let middle = |of: fn(&Cost) -> f64| median(&costs.iter().map(of).collect::<Vec<_>>());
        let quotients = direct.iter().zip(costs).map(|(direct, cost)| direct.elapsed / cost.elapsed);
        let elapsed = middle(|cost| cost.elapsed);
        let Setting { side, workers, round_trip, epochs, rounds } = *setting;
        let bytes = 2.0 * f64::from(workers) * (PIXEL * side * side) as f64;
        Self {
            side,
            workers,
            round_trip_milliseconds: round_trip,
            way,
            epochs,
            rounds,
            milliseconds_per_epoch: 1e3 * elapsed,
            epochs_per_second: 1.0 / elapsed,
            megabytes_per_second: 1e-6 * bytes / elapsed,
            by_direct: median(&quotients.collect::<Vec<_>>()),
            proxy_milliseconds_per_epoch: 1e3 * middle(|cost| cost.proxy),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.side.to_string(),
            self.workers.to_string(),
            self.round_trip_milliseconds.to_string(),
            self.way.name().to_owned(),
            format!("{:.1}", self.milliseconds_per_epoch),
            format!("{:.2}", self.epochs_per_second),
            format!("{:.1}", self.megabytes_per_second),
            format!("{:.2}", self.by_direct),
            format!("{:.1}", self.proxy_milliseconds_per_epoch),
        ]
    }
}
