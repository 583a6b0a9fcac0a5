//! What a seed decides: jobs, workers, and what goes wrong when.

use std::fmt::Write;
use std::time::Duration;

use clipig_core::{DeviceClass, WorkerKind};
use clipig_schedule::dispatcher::Time;

use crate::picture::Picture;
use crate::random::Random;

/// A whole run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) jobs: Vec<JobPlan>,
    pub(crate) workers: Vec<WorkerPlan>,
    pub(crate) troubles: Vec<(Time, Trouble)>,
    /// From then on nothing goes wrong any more, and everybody is there.
    pub(crate) quiet: Time,
    pub(crate) network: NetworkPlan,
    /// Epochs between two checkpoints.
    pub(crate) checkpoint_every: u32,
    pub(crate) max_running: usize,
    /// May a job fail before it is quiet? Only where a device is faulty.
    pub(crate) may_fail: bool,
    /// The share of nodes that a second worker computes, too, if one is idle.
    pub(crate) spot_checks: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct JobPlan {
    pub(crate) picture: Picture,
    /// What people may make of it, in order.
    pub(crate) updates: Vec<Picture>,
    pub(crate) priority: i32,
    pub(crate) threads: u32,
    pub(crate) submitted: Time,
    /// Time of computing one shard on a worker of speed 1.
    pub(crate) shard_time: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct WorkerPlan {
    pub(crate) name: String,
    pub(crate) kind: WorkerKind,
    pub(crate) cores: u32,
    /// How many times slower than others.
    pub(crate) slowness: f64,
    /// How fast its clock runs.
    pub(crate) clock: f64,
    pub(crate) device: Device,
    pub(crate) joins: Time,
}

/// How a worker's device behaves until it is quiet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Device {
    Sound,
    /// A share of its shards fails.
    Fails(f64),
    /// A share of its shards is reported as not finite.
    NotFinite(f64),
    /// A share of its sums holds NaN, unnoticed by it.
    SendsNan(f64),
    /// A share of its sums has the wrong shape.
    SendsGarbage(f64),
    /// A share of its sums is answered with encoded texts.
    SendsTexts(f64),
    /// A share of its shards never ends.
    Hangs(f64),
    /// A share of its sums is another one, which looks right.
    Lies(f64),
}

/// Something that goes wrong, or that a person wants.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// A worker's process dies and is started again after a while.
    Crash(usize, Duration),
    /// A worker stands still, and goes on where it stopped.
    Freeze(usize, Duration),
    /// A worker's connection breaks.
    Break(usize),
    /// A worker and the coordinator cannot reach each other for a while.
    Partition(usize, Duration),
    /// A worker's clock jumps ahead.
    ClockJump(usize, Duration),
    /// A worker sends something again that it has sent before, whoever it was sent to.
    Replay(usize),
    /// A worker is told to leave by its operator, and comes back after a while.
    Terminate(usize, Duration),
    /// The coordinator dies and is started again.
    CoordinatorCrash(Duration),
    /// The coordinator stands still.
    CoordinatorFreeze(Duration),
    /// A person pauses a worker and resumes it after a while.
    PauseWorker(usize, Duration),
    /// A person drains a worker, which comes back after a while.
    DrainWorker(usize),
    /// A person pauses a job and resumes it after a while.
    PauseJob(usize, Duration),
    /// A person cancels a job and takes it up again after a while.
    CancelJob(usize, Duration),
    /// A person gives a job another experiment.
    UpdateJob(usize),
    /// A person changes a job's priority.
    Priority(usize, i32),
}

/// How messages travel.
#[derive(Clone, Debug)]
pub(crate) struct NetworkPlan {
    /// Least and greatest delay.
    pub(crate) delay: (Duration, Duration),
    /// Shares of messages that are lost, that come twice, and that overtake others. All zero: as TCP does it.
    pub(crate) lost: f64,
    pub(crate) doubled: f64,
    pub(crate) overtaking: f64,
}

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

impl Scenario {
    pub(crate) fn new(seed: u64) -> Result<Self, String> {
        let mut random = Random::part(seed, 1);
        let kinds = [kind("a"), kind("b")];
        let workers = workers(&mut random, &kinds);
        let jobs = jobs(&mut random)?;
        let jobs = with_models(jobs, &mut Random::part(seed, 5))?;
        let network = network(&mut random);
        let quiet = random.time(5 * SECOND, 90 * SECOND);
        let troubles = troubles(&mut random, quiet, workers.len(), jobs.len());
        let may_fail = workers.iter().any(|worker| worker.device != Device::Sound);
        Ok(Self {
            seed,
            jobs,
            workers,
            troubles,
            quiet,
            network,
            checkpoint_every: random.between(1, 3) as u32,
            max_running: random.between(1, 3),
            may_fail,
            spot_checks: *Random::part(seed, 3).choose(&[0.0, 0.01, 0.3, 1.0]).unwrap_or(&0.0),
        })
    }

    /// A run in which one worker computes one node of a hundred wrongly and nothing else goes wrong. There are always idle
    /// workers, and every node is checked.
    pub(crate) fn liar(seed: u64) -> Result<Self, String> {
        let mut random = Random::part(seed, 4);
        let count = random.between(3, 5);
        let liar = random.below(3);
        let workers: Vec<WorkerPlan> = (0..count)
            .map(|i| WorkerPlan {
                device: if i == liar { Device::Lies(0.01) } else { Device::Sound },
                joins: Time::ZERO,
                cores: 1,
                slowness: 1.0,
                ..worker(&mut random, i, &kind("a"))
            })
            .collect();
        let yaml = "epochs: 400\nresolution: 3\ntargets:\n  - batch_size: 2\n    features:\n      - text: words\n    \
                    transforms:\n      - random_crop: 2\n";
        let mut job = job(&mut random, 0, 2, 1)?;
        job.picture = Picture::new(yaml.to_owned(), random.next(), 1)?;
        (job.updates, job.submitted, job.threads) = (Vec::new(), Time::ZERO, 1);
        job.shard_time = random.time(2 * MS, 20 * MS);
        Ok(Self {
            seed,
            jobs: vec![job],
            workers,
            troubles: Vec::new(),
            // The job ends long before.
            quiet: 36_000 * SECOND,
            network: NetworkPlan { delay: (MS / 10, 2 * MS), lost: 0.0, doubled: 0.0, overtaking: 0.0 },
            checkpoint_every: 50,
            max_running: 1,
            may_fail: false,
            spot_checks: 1.0,
        })
    }

    /// A run in which nothing goes wrong, and two jobs always compete.
    pub(crate) fn contest(seed: u64) -> Result<Self, String> {
        let mut random = Random::part(seed, 2);
        let count = random.between(1, 4);
        let workers: Vec<WorkerPlan> = (0..count)
            .map(|i| WorkerPlan {
                device: Device::Sound,
                joins: Time::ZERO,
                ..worker(&mut random, i, &kind("a"))
            })
            .map(|worker| WorkerPlan { slowness: 1.0, ..worker })
            .collect();
        let mut jobs = Vec::new();
        for number in 0..2 {
            // Enough shards for every slot, or a job could not use its share.
            let yaml = "epochs: 30\nresolution: 3\ntargets:\n  - batch_size: 160\n    features:\n      - text: words\n    \
                        transforms:\n      - random_crop: 2\n";
            let mut job = JobPlan {
                picture: Picture::new(yaml.to_owned(), random.next(), 1)?,
                updates: Vec::new(),
                ..job(&mut random, number, 2, 1)?
            };
            (job.submitted, job.threads) = (Time::ZERO, 1);
            job.priority = random.between(0, 2) as i32;
            job.shard_time = 20 * MS;
            jobs.push(job);
        }
        Ok(Self {
            seed,
            jobs,
            workers,
            troubles: Vec::new(),
            quiet: Time::ZERO,
            network: NetworkPlan { delay: (MS / 5, MS / 2), lost: 0.0, doubled: 0.0, overtaking: 0.0 },
            checkpoint_every: 10,
            max_running: 2,
            may_fail: false,
            spot_checks: 1.0,
        })
    }
}

pub(crate) fn kind(model: &str) -> WorkerKind {
    WorkerKind {
        class: DeviceClass::Cpu,
        model: model.into(),
        libtorch: "2.11".into(),
        capability: String::new(),
    }
}

fn worker(random: &mut Random, number: usize, kind: &WorkerKind) -> WorkerPlan {
    WorkerPlan {
        name: format!("w{number}"),
        kind: kind.clone(),
        cores: random.between(1, 4) as u32,
        slowness: if random.chance(0.15) { 3.0 + 20.0 * random.unit() } else { 0.8 + 0.4 * random.unit() },
        clock: if random.chance(0.2) { 0.5 + 1.5 * random.unit() } else { 1.0 },
        device: Device::Sound,
        joins: if random.chance(0.25) { random.time(Time::ZERO, 30 * SECOND) } else { Time::ZERO },
    }
}

fn workers(random: &mut Random, kinds: &[WorkerKind; 2]) -> Vec<WorkerPlan> {
    let count = random.between(1, 7);
    let mut workers: Vec<WorkerPlan> = (0..count)
        .map(|i| {
            // The first is of the kind that exists for certain.
            let kind = &kinds[usize::from(i > 0 && random.chance(0.15))];
            let mut plan = worker(random, i, kind);
            if i > 0 && random.chance(0.05) {
                plan.name = "w0".into();
            }
            plan
        })
        .collect();
    if count > 1 && random.chance(0.35) {
        let share = 0.05 + 0.95 * random.unit() * random.unit();
        let devices = [
            Device::Fails(share),
            Device::NotFinite(share),
            Device::SendsNan(share),
            Device::SendsGarbage(share),
            Device::SendsTexts(share),
            Device::Hangs(share * 0.3),
        ];
        let which = random.below(count);
        workers[which].device = devices[random.below(devices.len())];
    }
    workers
}

fn jobs(random: &mut Random) -> Result<Vec<JobPlan>, String> {
    let count = random.between(1, 4);
    (0..count)
        .map(|number| {
            let epochs = random.between(2, 9);
            let most = random.between(1, 40);
            job(random, number, epochs, most)
        })
        .collect()
}

/// Gives some of the jobs several models. Their updates have the same ones.
fn with_models(mut jobs: Vec<JobPlan>, random: &mut Random) -> Result<Vec<JobPlan>, String> {
    const MODELS: [&str; 2] = [
        "models: [{name: one}, {name: two, weight: 0.5}]",
        "models: [{name: one}, {name: two}, {name: three}]",
    ];
    for job in &mut jobs {
        if random.chance(0.3) {
            let models = MODELS[random.below(MODELS.len())];
            for picture in std::iter::once(&mut job.picture).chain(&mut job.updates) {
                let yaml = format!("{models}\n{}", picture.yaml);
                *picture = Picture::new(yaml, picture.seed, picture.shard_size)?;
            }
        }
    }
    Ok(jobs)
}

fn job(random: &mut Random, number: usize, epochs: usize, most: usize) -> Result<JobPlan, String> {
    let (seed, shard_size) =
        (random.next(), if random.chance(0.7) { 1 } else { random.between(2, 8) as u32 });
    let picture = Picture::new(experiment(random, number, epochs, most), seed, shard_size)?;
    let count = random.below(4);
    let updates = (0..count).map(|_| {
        // Some end the job at once, since as many epochs were done already.
        let epochs = random.between(epochs.saturating_sub(2).max(1), epochs + 3);
        Picture::new(experiment(random, number, epochs, most), seed, shard_size)
    });
    Ok(JobPlan {
        picture,
        updates: updates.collect::<Result<_, String>>()?,
        priority: random.between(0, 4) as i32 - 2,
        threads: random.between(1, 3) as u32,
        submitted: if random.chance(0.5) { Time::ZERO } else { random.time(Time::ZERO, 20 * SECOND) },
        shard_time: random.time(2 * MS, 300 * MS),
    })
}

fn experiment(random: &mut Random, number: usize, epochs: usize, most: usize) -> String {
    // One to five tiles side by side.
    let width =
        |random: &mut Random| if random.chance(0.3) { random.between(2, 9) } else { random.between(30, 310) };
    let (first, second) = (width(random), width(random));
    let (height, change) = (random.between(2, 9), random.unit());
    let mut yaml = format!(
        "epochs: {epochs}\nresolution:\n  - {first} if t < {change:.3} else {second}\n  - {height}\n"
    );
    // Writing to a string does not fail.
    yaml.push_str("learnrate: 1 - 0.5 * t\ntargets:\n");
    for target in 0..random.between(1, 2) {
        let batch = if target == 0 { most } else { random.between(1, most) };
        let _ = writeln!(yaml, "  - batch_size: {batch}\n    features:");
        for feature in 0..random.between(1, 2) {
            let _ = writeln!(yaml, "      - text: words {number} {target} {feature}");
        }
        yaml.push_str("    transforms:\n      - random_crop: 2\n");
        if target == 1 && random.chance(0.3) {
            yaml.push_str("    start: 0.4\n");
        }
    }
    yaml
}

/// How long until a person changes their mind; often before the first command has reached the job.
fn pause(random: &mut Random) -> Duration {
    if random.chance(0.4) { random.time(MS / 10, 500 * MS) } else { random.time(SECOND, 20 * SECOND) }
}

fn network(random: &mut Random) -> NetworkPlan {
    let delay = if random.chance(0.15) { (500 * MS, 2500 * MS) } else { (MS / 10, random.time(MS, 80 * MS)) };
    let unruly = random.chance(0.5);
    let mut share = |most: f64| if unruly { most * random.unit() * random.unit() } else { 0.0 };
    NetworkPlan { delay, lost: share(0.1), doubled: share(0.2), overtaking: share(0.4) }
}

fn troubles(random: &mut Random, quiet: Time, workers: usize, jobs: usize) -> Vec<(Time, Trouble)> {
    // Some runs are calm, some are not.
    let count = random.below(1 + (quiet.as_secs() as usize) / 2);
    let mut troubles: Vec<(Time, Trouble)> = (0..count)
        .map(|_| {
            let at = random.time(Time::ZERO, quiet);
            let worker = random.below(workers);
            let job = random.below(jobs);
            let trouble = match random.below(26) {
                0..=2 => Trouble::Crash(worker, random.time(100 * MS, 20 * SECOND)),
                3..=4 => Trouble::Freeze(worker, random.time(100 * MS, 40 * SECOND)),
                5..=7 => Trouble::Break(worker),
                8..=9 => Trouble::Partition(worker, random.time(100 * MS, 30 * SECOND)),
                10 => Trouble::ClockJump(worker, random.time(SECOND, 3600 * SECOND)),
                11..=12 => Trouble::Replay(worker),
                13 => Trouble::Terminate(worker, random.time(SECOND, 20 * SECOND)),
                14..=15 => Trouble::CoordinatorCrash(random.time(100 * MS, 10 * SECOND)),
                16 => Trouble::CoordinatorFreeze(random.time(100 * MS, 20 * SECOND)),
                17 => Trouble::PauseWorker(worker, random.time(SECOND, 20 * SECOND)),
                18 if random.chance(0.5) => Trouble::DrainWorker(worker),
                18..=19 => Trouble::PauseJob(job, pause(random)),
                20 => Trouble::CancelJob(job, pause(random)),
                21..=24 => Trouble::UpdateJob(job),
                _ => Trouble::Priority(job, random.between(0, 6) as i32 - 3),
            };
            (at, trouble)
        })
        .collect();
    troubles.sort_by_key(|(at, _)| *at);
    troubles
}
