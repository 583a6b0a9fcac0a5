//! What traces cost: nothing, the usual ones, all that there can be, and those of which a collector is away.

use std::net::TcpListener;

use serde::Serialize;

use crate::arguments::TracingArguments;
use crate::collector::Collector;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, Traces, seconds_per_epoch};
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work};
use crate::statistics::median;

/// Epochs before a measurement. The first one of a job is always told.
const WARM_UP: u32 = 5;

/// More than the job has.
const ALL: u32 = 1_000_000;

/// One epoch of 500 is told in full, as of a job of 10,000 epochs where nothing is set.
const USUAL: u32 = ALL / 500;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Variant {
    /// No endpoint is set.
    Off,
    /// See [`USUAL`].
    Usual,
    /// Every epoch is told in full.
    All,
    /// The same, and nobody listens at the endpoint.
    Away,
}

const VARIANTS: [Variant; 4] = [Variant::Off, Variant::Usual, Variant::All, Variant::Away];

/// Of one measurement, per epoch.
#[derive(Clone, Copy, Default)]
struct Cost {
    seconds: f64,
    /// Of the processors, by all processes of the farm.
    busy: f64,
    bytes: f64,
}

/// What is written down of a variant: medians. Times in milliseconds per epoch.
#[derive(Serialize)]
struct Figures {
    variant: Variant,
    workers: u32,
    shards: u32,
    rounds: usize,
    elapsed: f64,
    busy: f64,
    /// Medians of the rounds' quotients.
    elapsed_by_off: f64,
    busy_by_off: f64,
    bytes_to_collector: f64,
}

/// Measures all variants in turns.
pub(crate) fn run(arguments: &TracingArguments) -> Result<(), BenchError> {
    let quick = arguments.common.quick;
    let epochs = arguments.epochs.unwrap_or(if quick { 40 } else { 200 });
    let rounds = arguments.rounds.unwrap_or(if quick { 3 } else { 9 });
    let mut machine = Machine::here();
    let mut costs = VARIANTS.map(|_| Vec::new());
    for _ in 0..rounds {
        for (variant, costs) in VARIANTS.into_iter().zip(&mut costs) {
            costs.push(cost(arguments, variant, epochs)?);
        }
    }
    machine.ended();
    let table = Table::new(&["traces", "ms", "busy ms", "ms/off", "busy/off", "bytes"]);
    let mut figures = Vec::new();
    for (variant, found) in VARIANTS.into_iter().zip(&costs) {
        let found = Figures::of(arguments, variant, found, &costs[0]);
        table.row(&found.cells());
        figures.push(found);
    }
    write(&arguments.common.out, "tracing", &machine, &figures)
}

fn cost(arguments: &TracingArguments, variant: Variant, epochs: u32) -> Result<Cost, BenchError> {
    let collector = Collector::start().map_err(BenchError::at("a collector of traces"))?;
    // Bound and closed again: nobody is there.
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nobody = nobody.map_err(BenchError::at("an address"))?;
    let traces = match variant {
        Variant::Off => None,
        Variant::Usual => Some(Traces { collector: collector.address(), epochs: USUAL }),
        Variant::All => Some(Traces { collector: collector.address(), epochs: ALL }),
        Variant::Away => Some(Traces { collector: nobody, epochs: ALL }),
    };
    let work = Work::at_once(Shape::Windows);
    let plan = FarmPlan::plain(arguments.workers, arguments.shards, arguments.side, work);
    let mut farm = Farm::start(FarmPlan { traces, ..plan })?;
    farm.group.epochs(WARM_UP)?;
    let (busy, bytes) = (farm.group.processor_seconds()?, collector.bytes());
    let seconds = seconds_per_epoch(&farm.group.epochs(epochs)?);
    let busy_after = farm.group.processor_seconds()?;
    let count = f64::from(epochs);
    Ok(Cost {
        seconds,
        busy: (busy_after.iter().sum::<f64>() - busy.iter().sum::<f64>()) / count,
        bytes: (collector.bytes() - bytes) as f64 / count,
    })
}

impl Figures {
    fn of(arguments: &TracingArguments, variant: Variant, costs: &[Cost], off: &[Cost]) -> Self {
        let middle = |of: fn(&Cost) -> f64| median(&costs.iter().map(of).collect::<Vec<_>>());
        let quotient = |of: fn(&Cost) -> f64| {
            median(&costs.iter().zip(off).map(|(cost, off)| of(cost) / of(off)).collect::<Vec<_>>())
        };
        Self {
            variant,
            workers: arguments.workers,
            shards: arguments.shards,
            rounds: costs.len(),
            elapsed: 1e3 * middle(|cost| cost.seconds),
            busy: 1e3 * middle(|cost| cost.busy),
            elapsed_by_off: quotient(|cost| cost.seconds),
            busy_by_off: quotient(|cost| cost.busy),
            bytes_to_collector: middle(|cost| cost.bytes),
        }
    }

    fn cells(&self) -> Vec<String> {
        let name = match self.variant {
            Variant::Off => "off",
            Variant::Usual => "usual",
            Variant::All => "all",
            Variant::Away => "away",
        };
        vec![
            name.to_owned(),
            format!("{:.2}", self.elapsed),
            format!("{:.2}", self.busy),
            format!("{:.3}", self.elapsed_by_off),
            format!("{:.3}", self.busy_by_off),
            format!("{:.0}", self.bytes_to_collector),
        ]
    }
}
