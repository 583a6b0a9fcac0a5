//! How long are the shards of a worker that is killed in nobody's hands?

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::arguments::KillArguments;
use crate::child::Child;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan};
use crate::machine::{Machine, now};
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work};
use crate::statistics::{median, percentile};

/// Workers of two cores, with one shard each: the others have a core free, so that a shard could run there at once.
const WORKERS: usize = 3;
const CORES: u32 = 2;
const SHARDS: u32 = 3;

/// How long a shard takes: longer than anything that is measured here.
const SHARD: Duration = Duration::from_millis(300);

/// How long after the beginning of its shard a worker is killed, at most.
const LATEST: Duration = Duration::from_millis(200);

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is written down. Times in milliseconds.
#[derive(Serialize)]
struct Figures {
    kills: usize,
    workers: usize,
    cores: u32,
    shards: u32,
    median: f64,
    percentile_99: f64,
    greatest: f64,
    /// From the beginning of an epoch to that of its first shard.
    undisturbed_median: f64,
    /// In the order of the kills.
    times: Vec<f64>,
}

/// A shard that a worker says it began.
#[derive(Clone, Copy, Debug)]
struct Begun {
    worker: usize,
    epoch: u32,
    shard: u32,
    /// Nanoseconds since the machine was started.
    time: u64,
}

/// Kills one worker per epoch, and starts another in its place.
pub(crate) fn run(arguments: &KillArguments) -> Result<(), BenchError> {
    let kills = arguments.kills.unwrap_or(if arguments.common.quick { 20 } else { 200 });
    let mut machine = Machine::here();
    let mut random = fastrand::Rng::with_seed(arguments.seed);
    let work = Work { shape: Shape::Dense, sleep: SHARD };
    let plan = FarmPlan::plain(WORKERS as u32, SHARDS, 64, work);
    let mut farm = Farm::start(FarmPlan { cores: CORES, tell: true, ..plan })?;
    let [mut times, mut undisturbed] = [const { Vec::new() }; 2];
    let table = Table::new(&["kills", "median ms", "99 % ms", "greatest ms"]);
    for kill in 0..kills {
        // A worker that is new reads the job in this epoch.
        farm.group.epochs(1)?;
        drain(&farm.group.others)?;
        farm.group.first.say("go 1")?;
        let begun: Vec<Begun> =
            (0..SHARDS).map(|_| next_shard(&farm.group.others)).collect::<Result<_, _>>()?;
        let victim = begun[random.usize(0..begun.len())];
        let wait = LATEST.mul_f64(random.f64()).saturating_sub(Duration::from_nanos(now() - victim.time));
        std::thread::sleep(wait);
        let killed = now();
        farm.group.others[victim.worker].kill()?;
        let again = next_shard_of(&farm.group.others, victim)?;
        times.push((again.time - killed) as f64 * 1e-6);
        let epoch = farm.group.next_epoch(PATIENCE)?;
        let first = begun.iter().map(|begun| begun.time).min().unwrap_or_default();
        undisturbed.push((first as f64 * 1e-9 - epoch.begun) * 1e3);
        farm.group.others[victim.worker] = farm.worker(&format!("another{kill}"), 1)?;
        if (kill + 1) % 50 == 0 || kill + 1 == kills {
            let figures = [median(&times), percentile(&times, 0.99), percentile(&times, 1.0)];
            let mut cells = vec![(kill + 1).to_string()];
            cells.extend(figures.map(|time| format!("{time:.2}")));
            table.row(&cells);
        }
    }
    machine.ended();
    let figures = Figures {
        kills,
        workers: WORKERS,
        cores: CORES,
        shards: SHARDS,
        median: median(&times),
        percentile_99: percentile(&times, 0.99),
        greatest: percentile(&times, 1.0),
        undisturbed_median: median(&undisturbed),
        times,
    };
    println!("a shard begins {:.2} ms (median) after its epoch does", figures.undisturbed_median);
    write(&arguments.common.out, "kill", &machine, &figures)
}

/// The next shard that any worker begins. One that was killed says nothing more.
fn next_shard(workers: &[Child]) -> Result<Begun, BenchError> {
    let until = Instant::now() + PATIENCE;
    loop {
        for (worker, child) in workers.iter().enumerate() {
            match child.line(Duration::ZERO) {
                Ok(Some(line)) => return parse(worker, &line),
                Ok(None) | Err(BenchError::Ended(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if Instant::now() > until {
            let expected = "shard".to_owned();
            return Err(BenchError::Silent {
                name: "worker".to_owned(),
                expected,
                seconds: PATIENCE.as_secs(),
            });
        }
        // Times are those that workers tell, so that nothing depends on when they are read.
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The shard of a killed worker, begun by another one.
fn next_shard_of(workers: &[Child], victim: Begun) -> Result<Begun, BenchError> {
    loop {
        let begun = next_shard(workers)?;
        if begun.worker == victim.worker {
            continue;
        }
        if (begun.epoch, begun.shard) == (victim.epoch, victim.shard) {
            return Ok(begun);
        }
        return Err(BenchError::Wrong(format!("{begun:?} began where the shard of {victim:?} should have")));
    }
}

/// Forgets what workers have said.
fn drain(workers: &[Child]) -> Result<(), BenchError> {
    for child in workers {
        while child.line(Duration::ZERO)?.is_some() {}
    }
    Ok(())
}

fn parse(worker: usize, line: &str) -> Result<Begun, BenchError> {
    let mut words = line.split(' ').skip(1);
    let mut number = || words.next()?.parse::<u64>().ok();
    let parsed = number().zip(number()).zip(number());
    let ((epoch, shard), time) =
        parsed.ok_or_else(|| BenchError::Wrong(format!("`{line}` is not understood")))?;
    Ok(Begun { worker, epoch: epoch as u32, shard: shard as u32, time })
}
