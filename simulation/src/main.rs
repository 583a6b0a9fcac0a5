//! Runs seeds of the simulation: `clipig-simulation --seeds 0..20000 [--threads 2] [--plant NAME]`, or one of them:
//! `clipig-simulation --seed 17 --trace`.

use std::ops::Range;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clipig_simulation::{Figures, Plant, run};

struct Arguments {
    seeds: Range<u64>,
    threads: usize,
    plant: Option<Plant>,
    trace: bool,
}

fn arguments() -> Result<Arguments, String> {
    let mut parsed = Arguments { seeds: 0..1000, threads: 1, plant: None, trace: false };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--seeds" => {
                let text = value()?;
                let (from, to) = text.split_once("..").ok_or("--seeds is written A..B")?;
                let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
                parsed.seeds = number(from)?..number(to)?;
            }
            "--seed" => {
                let seed: u64 = value()?.parse().map_err(|_| "--seed needs a number")?;
                parsed.seeds = seed..seed + 1;
            }
            "--threads" => parsed.threads = value()?.parse().map_err(|_| "--threads needs a number")?,
            "--plant" => parsed.plant = Some(value()?.parse().map_err(|error| format!("{error}"))?),
            "--trace" => parsed.trace = true,
            _ => {
                return Err(format!(
                    "`{name}` is unknown; there are --seeds A..B, --seed N, --threads N, --plant NAME and --trace"
                ));
            }
        }
    }
    Ok(parsed)
}

/// What all threads have seen so far.
#[derive(Default)]
struct Progress {
    figures: Figures,
    done: u64,
    failed: Option<(u64, Vec<String>)>,
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let begun = Instant::now();
    let next = AtomicU64::new(arguments.seeds.start);
    let progress = Mutex::new(Progress::default());
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.max(1) {
            scope.spawn(|| work(&arguments, &next, &progress, begun));
        }
    });
    let progress = progress.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    report(&progress, begun.elapsed());
    match progress.failed {
        None => ExitCode::SUCCESS,
        Some((seed, broken)) => {
            println!("seed {seed} fails:");
            for rule in &broken {
                println!("  {rule}");
            }
            println!("replay it with --seed {seed} --trace");
            ExitCode::FAILURE
        }
    }
}

fn work(arguments: &Arguments, next: &AtomicU64, progress: &Mutex<Progress>, begun: Instant) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= arguments.seeds.end {
            return;
        }
        let result = run(seed, arguments.plant, arguments.trace);
        let mut progress = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        progress.done += 1;
        match result {
            Ok(figures) => progress.figures += figures,
            Err(broken) => {
                if progress.failed.as_ref().is_none_or(|(known, _)| seed < *known) {
                    progress.failed = Some((seed, broken));
                }
                // Those with lower numbers that are under way may fail, too; no others are begun.
                next.store(arguments.seeds.end, Ordering::Relaxed);
            }
        }
        if progress.done.is_multiple_of(500) {
            report(&progress, begun.elapsed());
        }
    }
}

fn report(progress: &Progress, took: Duration) {
    let Figures {
        events,
        epochs,
        nodes,
        stale,
        kept,
        failures,
        troubles,
        updates,
        tiles,
        checks,
        differences,
        time,
    } = progress.figures;
    let rate = progress.done as f64 / took.as_secs_f64().max(1e-9);
    println!(
        "{} seeds, {rate:.1} per second; {events} events, {epochs} epochs, {nodes} nodes merged, {stale} stale results, \
         {kept} leases kept, {troubles} troubles, {updates} updates took hold, {tiles} tiles sent by themselves, {checks} \
         nodes checked, {differences} results differed, {failures} jobs failed and were tried again, {:.1} h of virtual time",
        progress.done,
        time.as_secs_f64() / 3600.0
    );
}
