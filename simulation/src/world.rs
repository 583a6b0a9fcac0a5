//! The world: virtual time, what happens in it, and the rules that must never be broken.

use std::collections::BTreeMap;
use std::time::Duration;

use clipig_coordinator::JobProgress;
use clipig_core::{Canvas, Epoch, Fence, JobId, JobRevision, SessionId, Stage, Work};
use clipig_schedule::dispatcher::{LeaveCause, Time};
use clipig_worker::session::{Request, Ticket};

use crate::checks::Lies;
use crate::coordinator::Coordinator;
use crate::disk::{Disk, Stored};
use crate::network::{ConnectionId, Network, Parcel};
use crate::picture::Picture;
use crate::plant::Plant;
use crate::random::Random;
use crate::scenario::{Scenario, Trouble};
use crate::worker::Worker;

/// What happens at some time.
#[derive(Debug)]
pub(crate) enum Event {
    Submit(usize),
    Start(usize),
    Dial(usize, u64),
    Arrive(ConnectionId, Box<Parcel>),
    WorkerNotices(ConnectionId),
    CoordinatorNotices(ConnectionId),
    /// The worker may never have been welcome on this connection.
    Unwelcome(ConnectionId),
    /// Of a worker's session, by its serial number; so are the next two.
    WorkerTick(usize, u64),
    Fetched(usize, u64, Request),
    Done(usize, (u64, Ticket), Duration),
    CoordinatorTick(u64),
    CoordinatorStart,
    /// A step of a run of a job is done.
    Stepped(u64, JobId, u64),
    RunnerWakes(u64, JobId, u64),
    PauseTimeout(u64, JobId, u64),
    SwitchboardWakes(u64),
    Synced(u64, u64),
    Retry(JobId),
    ResumeJob(JobId),
    ResumeWorker(usize),
    Trouble(Box<Trouble>),
    Quiet,
}

/// Events in the order of their time; of the same time, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    events: BTreeMap<(Time, u64), Event>,
    count: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Time, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    fn pop(&mut self) -> Option<(Time, Event)> {
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }
}

/// What a run has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Events.
    pub events: u64,
    /// Epochs that were stepped, those again that were lost with a crash.
    pub epochs: u64,
    /// Nodes that were merged.
    pub nodes: u64,
    /// Results that were dropped.
    pub stale: u64,
    /// Leases that workers went on with on another connection.
    pub kept: u64,
    /// Jobs that failed, and were tried again.
    pub failures: u64,
    /// Troubles.
    pub troubles: u64,
    /// Changes of a job's revision between two of its epochs.
    pub updates: u64,
    /// Tiles of canvases that were sent by themselves.
    pub tiles: u64,
    /// Nodes that two workers computed with the same result.
    pub checks: u64,
    /// Nodes that two workers computed with different results.
    pub differences: u64,
    /// Virtual time.
    pub time: Duration,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.epochs += other.epochs;
        self.nodes += other.nodes;
        self.stale += other.stale;
        self.kept += other.kept;
        self.failures += other.failures;
        self.troubles += other.troubles;
        self.updates += other.updates;
        self.tiles += other.tiles;
        self.checks += other.checks;
        self.differences += other.differences;
        self.time += other.time;
    }
}

/// A job that was completed.
pub(crate) struct FinishedJob {
    pub(crate) progress: JobProgress,
    /// As it was submitted, then its updates, with the epochs from which they hold.
    pub(crate) revisions: Vec<(Picture, Epoch)>,
}

pub(crate) struct World {
    pub(crate) scenario: Scenario,
    pub(crate) plant: Option<Plant>,
    pub(crate) now: Time,
    pub(crate) queue: Queue,
    pub(crate) random: Random,
    pub(crate) network: Network,
    pub(crate) disk: Disk,
    pub(crate) coordinator: Option<Coordinator>,
    pub(crate) workers: Vec<Worker>,
    /// Every lease that was ever given.
    pub(crate) leases: BTreeMap<Fence, (JobRevision, Work)>,
    pub(crate) last_canvases: BTreeMap<(u64, SessionId, JobRevision), Vec<(Stage, Canvas)>>,
    pub(crate) figures: Figures,
    pub(crate) lies: Lies,
    violations: Vec<String>,
    tracing: bool,
    /// Core seconds of each job when the first one was completed.
    pub(crate) shares: Option<Vec<f64>>,
    is_contest: bool,
}

/// After the quiet has come, all jobs must end within this time.
const PATIENCE: Duration = Duration::from_hours(3);

/// No run has nearly as many events.
const MOST_EVENTS: u64 = 3_000_000;

impl World {
    pub(crate) fn new(scenario: Scenario, plant: Option<Plant>, tracing: bool) -> Self {
        let seed = scenario.seed;
        let network = Network::new(scenario.network.clone(), Random::part(seed, 11));
        let workers = scenario.workers.iter().cloned().map(Worker::new).collect();
        let is_contest = scenario.troubles.is_empty() && scenario.quiet == Time::ZERO;
        Self {
            scenario,
            plant,
            now: Time::ZERO,
            queue: Queue::default(),
            random: Random::part(seed, 12),
            network,
            disk: Disk::default(),
            coordinator: None,
            workers,
            leases: BTreeMap::new(),
            last_canvases: BTreeMap::new(),
            figures: Figures::default(),
            lies: Lies::default(),
            violations: Vec::new(),
            tracing,
            shares: None,
            is_contest,
        }
    }

    pub(crate) fn trace(&self, line: impl FnOnce() -> String) {
        if self.tracing {
            println!("{:12.6} {}", self.now.as_secs_f64(), line());
        }
    }

    pub(crate) fn violation(&mut self, what: &str) {
        self.trace(|| format!("VIOLATION: {what}"));
        if self.violations.len() < 10 {
            self.violations.push(format!("{:.3} s: {what}", self.now.as_secs_f64()));
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.now >= self.scenario.quiet
    }

    /// Runs until all jobs are completed, or something is wrong.
    pub(crate) fn run(&mut self) -> Result<BTreeMap<JobId, FinishedJob>, Vec<String>> {
        for (number, job) in self.scenario.jobs.iter().enumerate() {
            self.queue.push(job.submitted, Event::Submit(number));
        }
        for (number, worker) in self.scenario.workers.iter().enumerate() {
            self.queue.push(worker.joins, Event::Start(number));
        }
        for (at, trouble) in std::mem::take(&mut self.scenario.troubles) {
            self.queue.push(at, Event::Trouble(Box::new(trouble)));
        }
        self.queue.push(self.scenario.quiet, Event::Quiet);
        self.start_coordinator();
        while let Some((at, event)) = self.queue.pop() {
            self.now = at;
            self.figures.events += 1;
            if at > self.scenario.quiet + PATIENCE || self.figures.events > MOST_EVENTS {
                let waiting = self.unfinished();
                self.violation(&format!("jobs do not end: {waiting}"));
            }
            if !self.violations.is_empty() {
                break;
            }
            self.happen(event);
            if self.all_completed() && self.violations.is_empty() {
                break;
            }
        }
        self.figures.time = self.now;
        if !self.all_completed() && self.violations.is_empty() {
            let waiting = self.unfinished();
            self.violation(&format!("nothing happens any more: {waiting}"));
        }
        if !self.violations.is_empty() {
            return Err(std::mem::take(&mut self.violations));
        }
        let finished = self.disk.jobs.iter().filter_map(|(job, stored)| {
            let revisions = stored.revisions.iter().map(|kept| (kept.picture.clone(), kept.from)).collect();
            Some((*job, FinishedJob { progress: stored.finished.clone()?, revisions }))
        });
        Ok(finished.collect())
    }

    pub(crate) fn unfinished(&self) -> String {
        let jobs = self.disk.jobs.iter().filter(|(_, stored)| stored.finished.is_none());
        let said = jobs.map(|(job, stored)| format!("job {job} is {}{}", stored.state, self.wait_of(*job)));
        said.collect::<Vec<String>>().join("; ")
    }

    /// Who is frozen finds out later.
    pub(crate) fn frozen_until(&self, event: &Event) -> Option<Time> {
        let coordinator = || self.coordinator.as_ref().and_then(|coordinator| coordinator.frozen);
        let worker = |id: &ConnectionId| {
            let number = self.network.connections.get(id)?.worker;
            self.workers[number].frozen
        };
        let until = match event {
            Event::Arrive(id, parcel) => match &**parcel {
                Parcel::Up(_) => coordinator(),
                Parcel::Down(_) => worker(id),
            },
            Event::WorkerNotices(id) | Event::Unwelcome(id) => worker(id),
            Event::WorkerTick(number, _)
            | Event::Fetched(number, ..)
            | Event::Done(number, ..)
            | Event::Dial(number, _) => self.workers[*number].frozen,
            Event::CoordinatorNotices(_)
            | Event::CoordinatorTick(_)
            | Event::Stepped(..)
            | Event::RunnerWakes(..)
            | Event::PauseTimeout(..)
            | Event::SwitchboardWakes(_)
            | Event::Synced(..)
            | Event::Retry(_)
            | Event::ResumeJob(_)
            | Event::ResumeWorker(_) => coordinator(),
            _ => None,
        };
        until.filter(|until| *until > self.now)
    }

    pub(crate) fn is_current(&self, incarnation: u64) -> bool {
        self.coordinator.as_ref().is_some_and(|coordinator| coordinator.incarnation == incarnation)
    }

    pub(crate) fn happen(&mut self, event: Event) {
        if let Some(until) = self.frozen_until(&event) {
            self.queue.push(until, event);
            return;
        }
        match event {
            Event::Submit(number) => {
                let id = JobId(number as u64 + 1);
                let plan = &self.scenario.jobs[number];
                self.disk.jobs.insert(id, Stored::new(plan.picture.clone(), plan.priority));
                self.settle();
            }
            Event::Start(number) => self.start_worker(number),
            Event::Dial(number, process) => self.dial(number, process),
            Event::Arrive(id, parcel) => self.arrive(id, *parcel),
            Event::WorkerNotices(id) => self.worker_notices(id),
            Event::CoordinatorNotices(id) => {
                let known =
                    self.network.connections.get(&id).is_none_or(|connection| connection.coordinator_knows);
                if !known {
                    self.leave(id, LeaveCause::Disconnected);
                }
            }
            Event::Unwelcome(id) => self.give_up_unwelcome(id),
            Event::WorkerTick(number, serial) => self.worker_tick(number, serial),
            Event::Fetched(number, serial, request) => self.fetched(number, serial, request),
            Event::Done(number, ticket, took) => self.done(number, ticket, took),
            Event::CoordinatorTick(incarnation) if self.is_current(incarnation) => self.coordinator_tick(),
            Event::Stepped(incarnation, job, run) if self.is_current(incarnation) => self.stepped(job, run),
            Event::RunnerWakes(incarnation, job, run) if self.is_current(incarnation) => {
                self.runner_wakes(job, run);
            }
            Event::PauseTimeout(incarnation, job, run) if self.is_current(incarnation) => {
                self.pause_timeout(job, run);
            }
            Event::SwitchboardWakes(incarnation) if self.is_current(incarnation) => self.switchboard_wakes(),
            Event::Synced(incarnation, write) if self.is_current(incarnation) => self.synced(write),
            // Of a process that is dead.
            Event::CoordinatorTick(_)
            | Event::Stepped(..)
            | Event::RunnerWakes(..)
            | Event::PauseTimeout(..)
            | Event::SwitchboardWakes(_)
            | Event::Synced(..) => {}
            Event::CoordinatorStart => {
                if self.coordinator.is_none() {
                    self.start_coordinator();
                }
            }
            // Nobody can ask for it now; somebody asks again.
            Event::Retry(_) | Event::ResumeJob(_) if self.coordinator.is_none() => {
                self.queue.push(self.now + Duration::from_secs(1), event);
            }
            Event::Retry(job) => self.retry(job),
            Event::ResumeJob(job) => self.resume_job(job),
            Event::ResumeWorker(number) => self.resume_worker(number),
            Event::Trouble(trouble) => {
                if !self.is_quiet() {
                    self.figures.troubles += 1;
                    self.trouble(&trouble);
                }
            }
            Event::Quiet => self.quiet(),
        }
    }

    /// In a contest: how much each job has got when the first is completed.
    pub(crate) fn contest_ends(&mut self) {
        if self.is_contest && self.shares.is_none() {
            self.shares = Some(self.disk.jobs.keys().map(|job| self.spent(*job)).collect());
        }
    }
}
