//! The world: virtual time, what happens in it, and the rules that must never be broken.

use std::collections::BTreeMap;
use std::time::Duration;

use clipig_coordinator::JobProgress;
use clipig_schedule::dispatcher::{LeaveCause, Time};
use clipig_schedule::job::Job;
use clipig_schedule::{
    Epoch, EpochCanvas, Fence, FromWorker, JobId, JobRevision, SessionId, ShardError, ToWorker, Work,
};
use clipig_worker::session::{Effect, ExitCause, Input, Outcome, Request, Session, Task, Ticket};

use crate::coordinator::Coordinator;
use crate::disk::{Disk, Stored};
use crate::network::{ConnectionId, Network, Parcel};
use crate::picture;
use crate::plant::Plant;
use crate::random::Random;
use crate::scenario::{Device, Scenario, Trouble};
use crate::worker::{Link, Worker};

/// What happens at some time.
#[derive(Debug)]
pub(crate) enum Event {
    Submit(usize),
    Start(usize),
    Dial(usize, u64),
    Arrive(ConnectionId, Box<Parcel>),
    WorkerNotices(ConnectionId),
    CoordinatorNotices(ConnectionId),
    WorkerTick(ConnectionId),
    Fetched(ConnectionId, Request),
    Done(ConnectionId, Ticket, u64, Duration),
    CoordinatorTick(u64),
    CoordinatorStart,
    Stepped(u64, JobId, u32),
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
    /// Jobs that failed, and were tried again.
    pub failures: u64,
    /// Troubles.
    pub troubles: u64,
    /// Virtual time.
    pub time: Duration,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.epochs += other.epochs;
        self.nodes += other.nodes;
        self.stale += other.stale;
        self.failures += other.failures;
        self.troubles += other.troubles;
        self.time += other.time;
    }
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
    pub(crate) leases: BTreeMap<Fence, (JobRevision, Epoch, Work)>,
    pub(crate) last_canvas: BTreeMap<(u64, SessionId, JobRevision), EpochCanvas>,
    pub(crate) figures: Figures,
    violations: Vec<String>,
    tracing: bool,
    /// Core seconds of each job when the first one was completed.
    pub(crate) shares: Option<Vec<f64>>,
    is_contest: bool,
}

/// After the quiet has come, all jobs must end within this time.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

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
            last_canvas: BTreeMap::new(),
            figures: Figures::default(),
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

    pub(crate) fn violation(&mut self, what: String) {
        self.trace(|| format!("VIOLATION: {what}"));
        if self.violations.len() < 10 {
            self.violations.push(format!("{:.3} s: {what}", self.now.as_secs_f64()));
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.now >= self.scenario.quiet
    }

    /// Runs until all jobs are completed, or something is wrong.
    pub(crate) fn run(&mut self) -> Result<BTreeMap<JobId, JobProgress>, Vec<String>> {
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
                self.violation(format!("jobs do not end: {waiting}"));
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
            self.violation(format!("nothing happens any more: {waiting}"));
        }
        if !self.violations.is_empty() {
            return Err(std::mem::take(&mut self.violations));
        }
        let jobs = self.disk.jobs.iter();
        Ok(jobs.filter_map(|(job, stored)| Some((*job, stored.finished.clone()?))).collect())
    }

    fn unfinished(&self) -> String {
        let jobs = self.disk.jobs.iter().filter(|(_, stored)| stored.finished.is_none());
        let said: Vec<String> = jobs
            .map(|(job, stored)| {
                let revision = JobRevision { job: *job, revision: 0 };
                let dispatcher = self.coordinator.as_ref().map(|coordinator| &coordinator.dispatcher);
                let wait = dispatcher.and_then(|dispatcher| dispatcher.lease_wait(revision));
                let round = dispatcher.and_then(|dispatcher| dispatcher.round(revision));
                let state = stored.state.state();
                let wait = wait.map_or_else(String::new, |wait| format!(", {wait}"));
                let round = round.map_or_else(String::new, |round| {
                    format!(", epoch {}: {} of {} shards", round.epoch, round.done, round.shards)
                });
                format!("job {job} is {state}{wait}{round}")
            })
            .collect();
        said.join("; ")
    }

    /// Who is frozen finds out later.
    fn frozen_until(&self, event: &Event) -> Option<Time> {
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
            Event::WorkerNotices(id)
            | Event::WorkerTick(id)
            | Event::Fetched(id, _)
            | Event::Done(id, ..) => worker(id),
            Event::Dial(number, _) => self.workers[*number].frozen,
            Event::CoordinatorNotices(_)
            | Event::CoordinatorTick(_)
            | Event::Stepped(..)
            | Event::Synced(..)
            | Event::Retry(_)
            | Event::ResumeJob(_)
            | Event::ResumeWorker(_) => coordinator(),
            _ => None,
        };
        until.filter(|until| *until > self.now)
    }

    fn is_current(&self, incarnation: u64) -> bool {
        self.coordinator.as_ref().is_some_and(|coordinator| coordinator.incarnation == incarnation)
    }

    fn happen(&mut self, event: Event) {
        if let Some(until) = self.frozen_until(&event) {
            self.queue.push(until, event);
            return;
        }
        match event {
            Event::Submit(number) => {
                let id = JobId(number as u64 + 1);
                let priority = self.scenario.jobs[number].priority;
                self.disk.jobs.insert(id, Stored::new(Job::submitted(self.now), priority));
                self.settle();
            }
            Event::Start(number) => self.start_worker(number),
            Event::Dial(number, process) => self.dial(number, process),
            Event::Arrive(id, parcel) => self.arrive(id, *parcel),
            Event::WorkerNotices(id) => self.worker_notices(id),
            Event::CoordinatorNotices(id) => {
                let known = self.network.connections.get(&id).is_none_or(|connection| connection.coordinator_knows);
                if !known {
                    self.leave(id, LeaveCause::Disconnected);
                }
            }
            Event::WorkerTick(id) => {
                if let Some(number) = self.worker_of(id) {
                    if let Some(link) = &mut self.workers[number].link {
                        link.tick = None;
                    }
                    self.tell(id, Input::Tick);
                }
            }
            Event::Fetched(id, request) => self.fetched(id, request),
            Event::Done(id, ticket, process, took) => self.done(id, ticket, process, took),
            Event::CoordinatorTick(incarnation) if self.is_current(incarnation) => self.coordinator_tick(),
            Event::Stepped(incarnation, job, epoch) if self.is_current(incarnation) => self.stepped(job, epoch),
            Event::Synced(incarnation, write) if self.is_current(incarnation) => self.synced(write),
            Event::CoordinatorTick(_) | Event::Stepped(..) | Event::Synced(..) => {}
            Event::CoordinatorStart => {
                if self.coordinator.is_none() {
                    self.start_coordinator();
                }
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

    fn trouble(&mut self, trouble: &Trouble) {
        self.trace(|| format!("trouble: {trouble:?}"));
        let now = self.now;
        match *trouble {
            Trouble::Crash(number, down) => {
                self.kill_worker(number);
                self.queue.push(now + down, Event::Start(number));
            }
            Trouble::Freeze(number, time) => self.workers[number].frozen = Some(now + time),
            Trouble::Break(number) => self.break_link(number),
            Trouble::Partition(number, time) => {
                self.network.cut_off(number, now + time);
                if self.random.chance(0.5) {
                    self.break_link(number);
                }
            }
            Trouble::ClockJump(number, ahead) => self.workers[number].ahead += ahead,
            Trouble::Replay(number) => {
                let message = self.random.choose(&self.workers[number].past).cloned();
                let id = self.workers[number].link.as_ref().map(|link| link.connection);
                if let (Some(message), Some(id)) = (message, id) {
                    self.send(id, Parcel::Up(message));
                }
            }
            Trouble::Terminate(number, time) => {
                if let Some(link) = &self.workers[number].link {
                    let id = link.connection;
                    self.workers[number].away = Some(now + time);
                    self.tell(id, Input::Drain("SIGTERM".to_owned()));
                }
            }
            Trouble::CoordinatorCrash(down) => {
                self.kill_coordinator();
                self.queue.push(now + down, Event::CoordinatorStart);
            }
            Trouble::CoordinatorFreeze(time) => {
                if let Some(coordinator) = &mut self.coordinator {
                    coordinator.frozen = Some(now + time);
                }
            }
            Trouble::PauseWorker(number, time) => {
                if let Some(name) = self.name_of(number) {
                    // A worker that is not known (any more) cannot be paused.
                    let _ = self.dispatch(|dispatcher, now| dispatcher.pause(&name, now));
                    self.queue.push(now + time, Event::ResumeWorker(number));
                    self.settle();
                }
            }
            Trouble::DrainWorker(number) => {
                if let Some(name) = self.name_of(number) {
                    let _ = self.dispatch(|dispatcher, now| dispatcher.drain(&name, "by a person".into(), now));
                    self.settle();
                }
            }
            Trouble::PauseJob(number, time) => {
                let job = JobId(number as u64 + 1);
                // With a coordinator that is down or stands still, nobody can ask for it.
                if self.coordinator.as_ref().is_some_and(|coordinator| coordinator.frozen.is_none()) {
                    self.pause_job(job);
                    self.queue.push(now + time, Event::ResumeJob(job));
                }
            }
            Trouble::Priority(number, priority) => self.set_priority(JobId(number as u64 + 1), priority),
        }
    }

    /// The name that the farm knows a connected worker by.
    fn name_of(&self, number: usize) -> Option<clipig_schedule::WorkerName> {
        self.workers[number].link.as_ref()?.session.name().cloned()
    }

    fn resume_worker(&mut self, number: usize) {
        let Some(coordinator) = &self.coordinator else { return };
        let base = &self.workers[number].plan.name;
        let views = coordinator.dispatcher.workers();
        let paused = views.into_iter().filter(|view| view.paused && view.registration.name.as_str() == base);
        for name in paused.map(|view| view.name).collect::<Vec<_>>() {
            let _ = self.dispatch(|dispatcher, now| dispatcher.resume(&name, now));
        }
        self.settle();
    }

    /// Nothing goes wrong any more.
    fn quiet(&mut self) {
        self.trace(|| "from now on it is quiet".to_owned());
        self.network.calm();
        for number in 0..self.workers.len() {
            self.workers[number].mend();
            self.workers[number].frozen = None;
            // Threads that hang, hang until somebody notices; so do connections that nobody notices are broken.
            self.kill_worker(number);
            self.queue.push(self.now + Duration::from_millis(10), Event::Start(number));
        }
        match &mut self.coordinator {
            Some(coordinator) => coordinator.frozen = None,
            None => self.queue.push(self.now, Event::CoordinatorStart),
        }
        for number in 0..self.workers.len() {
            self.queue.push(self.now, Event::ResumeWorker(number));
        }
    }

    fn start_worker(&mut self, number: usize) {
        if self.workers[number].up {
            return;
        }
        self.workers[number].start();
        let process = self.workers[number].process;
        self.trace(|| format!("worker {number} starts"));
        self.queue.push(self.now + Duration::from_millis(5), Event::Dial(number, process));
    }

    fn kill_worker(&mut self, number: usize) {
        if self.workers[number].up {
            self.trace(|| format!("worker {number} dies"));
            self.break_link(number);
            self.workers[number].die();
        }
    }

    /// The connection of a worker breaks; both sides find out some time.
    fn break_link(&mut self, number: usize) {
        let Some(link) = &self.workers[number].link else { return };
        let id = link.connection;
        let Some(connection) = self.network.connections.get_mut(&id) else { return };
        if connection.broken {
            return;
        }
        connection.broken = true;
        // Sometimes an end is noticed at once, sometimes when keep-alives fail.
        let mut notice = || {
            let most = if self.random.chance(0.6) { 50 } else { 25_000 };
            self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(most))
        };
        let (worker, coordinator) = (notice(), notice());
        self.queue.push(worker, Event::WorkerNotices(id));
        self.queue.push(coordinator, Event::CoordinatorNotices(id));
    }

    fn worker_notices(&mut self, id: ConnectionId) {
        if let Some(connection) = self.network.connections.get_mut(&id) {
            connection.worker_knows = true;
        }
        if let Some(number) = self.worker_of(id) {
            self.hang_up(number);
        }
    }

    /// A worker's session is over; it dials again.
    fn hang_up(&mut self, number: usize) {
        let worker = &mut self.workers[number];
        worker.link = None;
        let process = worker.process;
        let back_off = Duration::from_millis(200) * (1 << worker.dials.min(5));
        worker.dials += 1;
        let at = self.now + self.random.time(Duration::ZERO, back_off.min(Duration::from_secs(10)));
        self.queue.push(at, Event::Dial(number, process));
    }

    fn dial(&mut self, number: usize, process: u64) {
        let worker = &self.workers[number];
        if !worker.up || worker.process != process || worker.link.is_some() {
            return;
        }
        let reachable = !self.network.is_cut_off(number, self.now);
        let Some(coordinator) = self.coordinator.as_ref().filter(|_| reachable) else {
            self.hang_up(number);
            return;
        };
        let incarnation = coordinator.incarnation;
        let Some(settings) = worker.settings(number) else { return };
        let id = self.network.connect(number, incarnation);
        self.network.sweep();
        let (session, effects) = Session::new(settings);
        self.workers[number].link = Some(Link { connection: id, session, tick: None });
        self.effects(id, number, effects);
        // A registration that is lost leaves a connection without a session, which somebody must give up.
        self.queue.push(self.now + Duration::from_secs(20), Event::WorkerTick(id));
    }

    /// The worker whose current connection this is.
    fn worker_of(&self, id: ConnectionId) -> Option<usize> {
        let number = self.network.connections.get(&id)?.worker;
        let link = self.workers[number].link.as_ref()?;
        (link.connection == id).then_some(number)
    }

    pub(crate) fn send(&mut self, id: ConnectionId, parcel: Parcel) {
        let up = matches!(parcel, Parcel::Up(_));
        for at in self.network.arrivals(id, up, self.now) {
            self.queue.push(at, Event::Arrive(id, Box::new(parcel.clone())));
        }
    }

    fn arrive(&mut self, id: ConnectionId, parcel: Parcel) {
        if !self.network.delivers(id) {
            return;
        }
        match parcel {
            Parcel::Up(message) => {
                let incarnation = self.network.connections.get(&id).map(|connection| connection.incarnation);
                if incarnation.is_some_and(|incarnation| self.is_current(incarnation)) {
                    self.coordinator_hears(id, message);
                }
            }
            Parcel::Down(message) => {
                if self.worker_of(id).is_some() {
                    self.tell(id, Input::Received(message));
                }
            }
        }
    }

    /// Something happens to a worker's session.
    fn tell(&mut self, id: ConnectionId, input: Input) {
        let Some(number) = self.worker_of(id) else { return };
        let now = self.now;
        let worker = &mut self.workers[number];
        let clock = worker.clock(now);
        let Some(link) = &mut worker.link else { return };
        if matches!(input, Input::Tick) && link.session.name().is_none() {
            // It was never welcome: the registration or the answer was lost.
            self.break_link(number);
            self.worker_notices(id);
            return;
        }
        if matches!(input, Input::Received(ToWorker::Welcome(_))) {
            worker.dials = 0;
        }
        let effects = link.session.handle(input, clock);
        self.effects(id, number, effects);
    }

    fn effects(&mut self, id: ConnectionId, number: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(message) => {
                    let fence = match &message {
                        FromWorker::Computed(computed) => Some(computed.fence),
                        FromWorker::Prepared { fence, .. }
                        | FromWorker::Failed { fence, .. }
                        | FromWorker::Returned { fence, .. } => Some(*fence),
                        _ => None,
                    };
                    if fence.is_some() {
                        self.workers[number].remember(&message);
                    }
                    let message = self.spoil(number, message);
                    self.send(id, Parcel::Up(message));
                    if let Some(fence) = fence {
                        self.tell(id, Input::Sent(fence));
                    }
                }
                Effect::Fetch { request, brief } => {
                    self.workers[number].fetches.insert((id, request), brief);
                    let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(500));
                    self.queue.push(at, Event::Fetched(id, request));
                }
                Effect::Compute { ticket, job, task } => self.compute(id, number, ticket, job, task),
                Effect::Cancel(_) | Effect::Forget(_) => {}
                Effect::Exit(cause) => self.exit(id, number, &cause),
            }
        }
        let worker = &mut self.workers[number];
        let Some(wakeup) = worker.link.as_ref().and_then(|link| link.session.next_wakeup()) else { return };
        let at = worker.when(wakeup).max(self.now);
        if let Some(link) = worker.link.as_mut().filter(|link| link.connection == id)
            && link.tick.is_none_or(|known| at < known)
        {
            link.tick = Some(at);
            self.queue.push(at, Event::WorkerTick(id));
        }
    }

    fn exit(&mut self, id: ConnectionId, number: usize, cause: &ExitCause) {
        self.trace(|| format!("worker {number} ends its session: {cause:?}"));
        if let Some(connection) = self.network.connections.get_mut(&id) {
            connection.worker_knows = true;
        }
        // The stream ends behind what was sent on it.
        let arrivals = self.network.arrivals(id, true, self.now);
        let at = arrivals.into_iter().next().unwrap_or(self.now + Duration::from_secs(20));
        self.queue.push(at, Event::CoordinatorNotices(id));
        match cause {
            ExitCause::Refused(_) => self.hang_up(number),
            ExitCause::Drained => {
                let back = self.workers[number].away.unwrap_or(self.now + Duration::from_secs(5));
                self.workers[number].die();
                self.queue.push(back.max(self.now), Event::Start(number));
            }
        }
    }

    /// Threads compute something.
    fn compute(
        &mut self,
        id: ConnectionId,
        number: usize,
        ticket: Ticket,
        job: std::sync::Arc<clipig_schedule::ComputeJob>,
        task: Task,
    ) {
        let plan = &self.workers[number].plan;
        let base = self.scenario.jobs[job.brief.revision.job.0 as usize - 1].shard_time;
        let hangs = matches!(plan.device, Device::Hangs(share) if self.random.chance(share));
        let took = base.mul_f64(plan.slowness * (0.8 + 0.4 * self.random.unit()));
        let process = self.workers[number].process;
        self.workers[number].running.insert((id, ticket), (job, task));
        if !hangs {
            self.queue.push(self.now + took, Event::Done(id, ticket, process, took));
        }
    }

    fn done(&mut self, id: ConnectionId, ticket: Ticket, process: u64, took: Duration) {
        let Some(number) = self.network.connections.get(&id).map(|connection| connection.worker) else { return };
        if self.workers[number].process != process {
            return;
        }
        let Some((job, task)) = self.workers[number].running.remove(&(id, ticket)) else { return };
        if self.worker_of(id).is_none() {
            return; // its session is over
        }
        let device = self.workers[number].plan.device;
        let outcome = match task {
            Task::Prepare(canvas) => {
                let prepared = picture::prepare(&job.experiment, &canvas);
                Outcome::Prepared(Ok(clipig_schedule::Preparation { prepared, warnings: Vec::new() }))
            }
            Task::Shard(task) => Outcome::Shard(match device {
                Device::Fails(share) if self.random.chance(share) => {
                    Err(ShardError::Device("it is faulty".to_owned()))
                }
                Device::NotFinite(share) if self.random.chance(share) => {
                    Err(ShardError::NotFinite("words".to_owned()))
                }
                _ => match &job.brief.prepared {
                    Some(prepared) => Ok(picture::compute(&job.experiment, prepared, &task)),
                    None => Err(ShardError::Device("the job is not prepared".to_owned())),
                },
            }),
        };
        self.tell(id, Input::Done { ticket, outcome, took });
    }

    /// What a faulty worker sends.
    fn spoil(&mut self, number: usize, message: FromWorker) -> FromWorker {
        let (share, not_a_number) = match self.workers[number].plan.device {
            Device::SendsNan(share) => (share, true),
            Device::SendsGarbage(share) => (share, false),
            _ => return message,
        };
        match message {
            FromWorker::Computed(mut computed) if self.random.chance(share) => {
                let gradient = &computed.gradient;
                computed.gradient = picture::garbage([gradient.width(), gradient.height()], not_a_number);
                FromWorker::Computed(computed)
            }
            other => other,
        }
    }

    fn fetched(&mut self, id: ConnectionId, request: Request) {
        let Some(number) = self.worker_of(id) else { return };
        let Some(brief) = self.workers[number].fetches.remove(&(id, request)) else { return };
        let picture = &self.scenario.jobs[brief.revision.job.0 as usize - 1].picture;
        let fails = !self.is_quiet() && self.random.chance(0.02);
        let job = if fails {
            Err(clipig_worker::session::FetchError::Unavailable("the download broke off".to_owned()))
        } else {
            Ok(picture.compute_job(&brief))
        };
        self.tell(id, Input::Fetched { request, job });
    }

    /// In a contest: how much each job has got when the first is completed.
    pub(crate) fn contest_ends(&mut self, _completed: JobId) {
        if !self.is_contest || self.shares.is_some() {
            return;
        }
        let Some(coordinator) = &self.coordinator else { return };
        let shares = self.disk.jobs.keys().map(|job| {
            let revision = JobRevision { job: *job, revision: 0 };
            coordinator.dispatcher.spent(revision).unwrap_or_default()
        });
        self.shares = Some(shares.collect());
    }
}
