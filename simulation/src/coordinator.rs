//! A simulated coordinator process: the real switchboard, queue and epoch loops, with a disk and a network of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use clipig_core::{
    Canvas, CanvasTiles, EpochCanvas, EpochTiles, Fence, FromWorker, JobId, JobRevision, Lease, SessionId,
    Stage, ToWorker, Welcome, Work,
};
use clipig_schedule::dispatcher::{Accepted, DispatchSettings, LeaveCause, SpotChecks, Time};
use clipig_schedule::job::JobChange;
use clipig_schedule::switchboard::{
    Entry, JobCommand, JobEvent, Output, ShardReport, SwitchboardCore, SwitchboardSettings,
};

use crate::disk::{Checkpoint, Write};
use crate::network::{ConnectionId, Parcel};
use crate::plant::Plant;
use crate::runner::Runner;
use crate::world::{Event, World};

/// The coordinator's process.
pub(crate) struct Coordinator {
    pub(crate) incarnation: u64,
    started: Time,
    pub(crate) core: SwitchboardCore,
    pub(crate) sessions: BTreeMap<SessionId, ConnectionId>,
    /// Jobs that have a place.
    pub(crate) runners: BTreeMap<JobId, Runner>,
    /// The run of each job that the switchboard knows of.
    pub(crate) switchboard_runs: BTreeMap<JobId, u64>,
    pub(crate) next_run: u64,
    /// What waits for the switchboard.
    commands: VecDeque<Queued>,
    pub(crate) frozen: Option<Time>,
    tick: Option<Time>,
    /// Leases that workers have kept on another connection.
    kept: BTreeSet<Fence>,
    /// For a planted bug: does the next result count twice?
    counts_twice: bool,
    /// For a planted bug: leases that are not valid, and that workers were told are.
    unrevoked: BTreeSet<Fence>,
    /// Writes on their way to the disk, by number.
    writes: BTreeMap<u64, Write>,
    next_write: u64,
}

/// A command on its way from a job's thread to the switchboard.
#[derive(Debug)]
pub(crate) enum Queued {
    AddRunner(JobId, u64),
    RemoveRunner(JobId, u64),
    Job(JobCommand),
}

/// Bytes of gradients that may be on their way or unmerged: 20 tiles, so four gradients of the largest canvas, and leases
/// wait for room now and then.
const GRADIENT_BYTES: u64 = 20 * 3 * 64 * 64 * 4;

/// Time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(2);

impl World {
    /// The coordinator's process starts, on whatever its disk holds.
    pub(crate) fn start_coordinator(&mut self) {
        self.disk.incarnation += 1;
        let incarnation = self.disk.incarnation;
        self.trace(|| format!("coordinator starts, incarnation {incarnation}"));
        for stored in self.disk.jobs.values_mut() {
            // An interruption is refused in no state.
            let _ = stored.change(&JobChange::Interrupt);
        }
        let spot_checks = SpotChecks::new(self.scenario.spot_checks, u128::from(self.scenario.seed));
        let dispatch = DispatchSettings {
            gradient_bytes: GRADIENT_BYTES,
            spot_checks,
            ..DispatchSettings::new(incarnation)
        };
        let settings = SwitchboardSettings { dispatch, heartbeat: HEARTBEAT };
        self.coordinator = Some(Coordinator {
            incarnation,
            started: self.now,
            core: SwitchboardCore::new(settings),
            sessions: BTreeMap::new(),
            runners: BTreeMap::new(),
            switchboard_runs: BTreeMap::new(),
            next_run: 0,
            commands: VecDeque::new(),
            frozen: None,
            tick: None,
            kept: BTreeSet::new(),
            counts_twice: false,
            unrevoked: BTreeSet::new(),
            writes: BTreeMap::new(),
            next_write: 0,
        });
        self.settle();
    }

    /// The coordinator's process dies; what was on its way to the disk may leave a torn file.
    pub(crate) fn kill_coordinator(&mut self) {
        let Some(coordinator) = self.coordinator.take() else { return };
        self.trace(|| "coordinator dies".to_owned());
        for write in coordinator.writes.into_values() {
            let (Write::Checkpoint(job, progress) | Write::Stopped(job, progress)) = write else { continue };
            if !self.random.chance(0.5) {
                continue;
            }
            let Some(stored) = self.disk.jobs.get_mut(&job) else { continue };
            let torn = match (self.plant, stored.latest()) {
                (Some(Plant::TornCheckpoint), Some(older)) => {
                    // The new head, and the old canvas.
                    let mut mixed = progress;
                    mixed.canvas = older.canvas.clone();
                    Checkpoint::Good(mixed)
                }
                _ => Checkpoint::Torn,
            };
            stored.keep(torn);
        }
        for (id, connection) in &mut self.network.connections {
            if connection.incarnation == coordinator.incarnation && !connection.broken {
                connection.broken = true;
                connection.coordinator_knows = true;
                let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_secs(2));
                self.queue.push(at, Event::WorkerNotices(*id));
            }
        }
    }

    /// The switchboard's time.
    fn time(&self) -> Time {
        let started = self.coordinator.as_ref().map_or(Time::ZERO, |coordinator| coordinator.started);
        self.now.saturating_sub(started)
    }

    /// Calls the switchboard, and does what it wants.
    pub(crate) fn switchboard<T>(&mut self, call: impl FnOnce(&mut SwitchboardCore, Time) -> T) -> Option<T> {
        let time = self.time();
        let answer = self.coordinator.as_mut().map(|coordinator| call(&mut coordinator.core, time));
        self.carry_out();
        answer
    }

    /// Lets jobs start, and has the next tick scheduled.
    pub(crate) fn settle(&mut self) {
        self.start_jobs();
        let Some(coordinator) = &mut self.coordinator else { return };
        let wakeup = coordinator.core.poll_timeout().map(|at| at + coordinator.started);
        if let Some(at) = wakeup
            && self.plant != Some(Plant::IgnoreLosses)
            && coordinator.tick.is_none_or(|known| at < known)
        {
            coordinator.tick = Some(at);
            let incarnation = coordinator.incarnation;
            self.queue.push(at.max(self.now), Event::CoordinatorTick(incarnation));
        }
    }

    pub(crate) fn coordinator_tick(&mut self) {
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.tick = None;
        }
        self.switchboard(SwitchboardCore::handle_timeout);
        self.settle();
    }

    /// A thread of a job or a person sends a command to the switchboard, which takes them in their order.
    pub(crate) fn command(&mut self, command: Queued) {
        let prepared = |command: &Queued| matches!(command, Queued::Job(JobCommand::Open(brief)) if brief.prepared.is_some());
        if self.plant == Some(Plant::LoseBrief) && prepared(&command) && self.random.chance(0.05) {
            return;
        }
        let Some(coordinator) = &mut self.coordinator else { return };
        coordinator.commands.push_back(command);
        let incarnation = coordinator.incarnation;
        let at = self.now + self.random.time(Duration::ZERO, Duration::from_millis(1));
        self.queue.push(at, Event::SwitchboardWakes(incarnation));
    }

    pub(crate) fn switchboard_wakes(&mut self) {
        while let Some(coordinator) = &mut self.coordinator {
            let swaps = self.plant == Some(Plant::SwapCommands) && coordinator.commands.len() > 1;
            let next = usize::from(swaps && self.random.chance(0.05));
            let Some(command) = coordinator.commands.remove(next) else { break };
            match command {
                Queued::AddRunner(job, run) => {
                    coordinator.switchboard_runs.insert(job, run);
                }
                Queued::RemoveRunner(job, run) => {
                    if coordinator.switchboard_runs.get(&job) == Some(&run) {
                        coordinator.switchboard_runs.remove(&job);
                    }
                }
                Queued::Job(command) => {
                    self.switchboard(|core, now| core.handle_job(command, now));
                }
            }
        }
        self.settle();
    }

    fn carry_out(&mut self) {
        loop {
            let now = self.time();
            let Some(coordinator) = &mut self.coordinator else { return };
            let outputs = coordinator.core.poll_outputs(now);
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                self.carry_out_one(output);
            }
        }
    }

    fn carry_out_one(&mut self, output: Output) {
        match output {
            Output::Send { session, message } => self.send_down(session, message),
            Output::End(session) => {
                if let Some(coordinator) = &mut self.coordinator {
                    coordinator.sessions.remove(&session);
                }
            }
            Output::Job { job, event } => {
                let computed = matches!(event, JobEvent::Computed { .. });
                if computed && self.plant == Some(Plant::LoseResult) && self.random.chance(0.01) {
                    return;
                }
                if let Some(again) = self.perhaps_again(&event) {
                    self.tell_run(job, again);
                }
                self.tell_run(job, event);
            }
            Output::Note(note) => {
                self.trace(|| note.to_string());
                self.heed(&note);
            }
            Output::Checked(end) => self.check_ended(&end),
            Output::Shards(ShardReport::Stale { .. }) => self.figures.stale += 1,
            Output::Shards(ShardReport::Accepted { .. }) => self.figures.nodes += 1,
            Output::Shards(ShardReport::Failed { .. }) => {}
            Output::Fault(error) => self.violation(&format!("a job's command was refused: {error}")),
        }
    }

    fn send_down(&mut self, session: SessionId, message: ToWorker) {
        let message = match message {
            ToWorker::Lease(lease) => {
                self.check_lease(session, &lease);
                self.leases.insert(lease.fence, (lease.revision, lease.work));
                ToWorker::Lease(lease)
            }
            ToWorker::Canvas(EpochCanvas { revision, stage, canvas }) => {
                let canvas = self.perhaps_stale(session, revision, stage, canvas);
                ToWorker::Canvas(EpochCanvas { revision, stage, canvas })
            }
            ToWorker::Tiles(EpochTiles { revision, stage, tiles }) => {
                let tiles = match tiles.canvas() {
                    Some((canvas, set)) => {
                        let (canvas, set) = (canvas.clone(), set.clone());
                        CanvasTiles::within(self.perhaps_stale(session, revision, stage, canvas), set)
                    }
                    None => tiles,
                };
                self.figures.tiles += tiles.len() as u64;
                ToWorker::Tiles(EpochTiles { revision, stage, tiles })
            }
            ToWorker::Welcome(mut welcome) => {
                self.perhaps_unrevoke(&mut welcome);
                ToWorker::Welcome(welcome)
            }
            other => other,
        };
        let coordinator = self.coordinator.as_ref();
        let id = coordinator.and_then(|coordinator| coordinator.sessions.get(&session)).copied();
        if let Some(id) = id {
            self.send(id, &Parcel::Down(message));
        }
    }

    /// For a planted bug: the canvas of which this session got something before this one.
    fn perhaps_stale(
        &mut self,
        session: SessionId,
        revision: JobRevision,
        stage: Stage,
        canvas: Canvas,
    ) -> Canvas {
        if self.plant != Some(Plant::StaleCanvas) {
            return canvas;
        }
        let known = self.last_canvases.entry((self.disk.incarnation, session, revision)).or_default();
        if known.last().is_none_or(|(last, _)| *last != stage) {
            known.push((stage, canvas.clone()));
        }
        let before = known.len().checked_sub(2).map(|place| &known[place].1);
        match before.filter(|before| before.grid() == canvas.grid()).cloned() {
            Some(before) if self.random.chance(0.02) => before,
            _ => canvas,
        }
    }

    /// For planted bugs: the result of a lease that its worker has kept comes once more, or that of a check counts.
    fn perhaps_again(&self, event: &JobEvent) -> Option<JobEvent> {
        let counts_twice = self.coordinator.as_ref().is_some_and(|coordinator| coordinator.counts_twice);
        match event {
            JobEvent::Computed { node, gradient, reports, accepted } if counts_twice => {
                Some(JobEvent::Computed {
                    node: *node,
                    gradient: gradient.clone(),
                    reports: reports.clone(),
                    accepted: accepted.clone(),
                })
            }
            JobEvent::Compared { compared, gradient, reports } if self.plant == Some(Plant::CountCheck) => {
                let (revision, work) = *self.leases.get(&compared.fence)?;
                let Work::Node { node, .. } = work else { return None };
                let (worker, session) = ("checker".parse().ok()?, SessionId(0));
                let accepted = Accepted { revision, work, worker, session, compare: None };
                let (gradient, reports) = (gradient.clone(), reports.clone());
                Some(JobEvent::Computed { node, gradient, reports, accepted })
            }
            _ => None,
        }
    }

    /// The rules about who may get what.
    fn check_lease(&mut self, session: SessionId, lease: &Lease) {
        let Some(coordinator) = &self.coordinator else { return };
        let dispatcher = coordinator.core.dispatcher();
        if dispatcher.lease(lease.fence).is_none() {
            return; // taken back by a later action
        }
        let views = dispatcher.workers();
        let holder = views.iter().find(|view| view.leases.iter().any(|held| held.fence == lease.fence));
        let Some(holder) = holder else {
            self.violation(&format!("lease {} is in nobody's hands", lease.fence));
            return;
        };
        let wanted = self.disk.jobs.get(&lease.revision.job).and_then(|stored| stored.kind.clone());
        if !holder.takes_work() {
            self.violation(&format!("lease {} for worker {}, which takes no work", lease.fence, holder.name));
        } else if wanted.as_ref() != Some(&holder.registration.kind) {
            self.violation(&format!("lease {} for worker {} of another kind", lease.fence, holder.name));
        } else if !coordinator.sessions.contains_key(&session) {
            self.violation(&format!("lease {} for session {session}, which is over", lease.fence));
        }
    }

    /// A message has arrived at the coordinator.
    pub(crate) fn coordinator_hears(&mut self, id: ConnectionId, message: FromWorker) {
        if let FromWorker::Register(registration) = message {
            self.register(id, registration);
            self.settle();
            return;
        }
        let session = self.network.connections.get(&id).and_then(|connection| connection.session);
        let Some(session) = session else { return };
        let old = match &message {
            FromWorker::Computed(computed) if self.accepts_old(computed.fence) => Some(computed.clone()),
            _ => None,
        };
        if let Some(coordinator) = &mut self.coordinator {
            let kept = message.answers().is_some_and(|fence| coordinator.kept.contains(&fence));
            coordinator.counts_twice = kept && self.plant == Some(Plant::CountKeptTwice);
        }
        let accepted = self.figures.nodes;
        let answered = message.answers();
        self.switchboard(|core, now| core.handle_message(session, message, now));
        if self.figures.nodes > accepted
            && let Some(fence) = answered
            && let Some((revision, _)) = self.leases.get(&fence)
        {
            self.lies.take(fence, revision.job);
        }
        if let Some(computed) = old.filter(|_| self.figures.nodes == accepted) {
            self.merge_stale(computed);
        }
        self.settle();
    }

    /// For planted bugs: does a result count although the lease is not valid any more?
    fn accepts_old(&self, fence: Fence) -> bool {
        match self.plant {
            Some(Plant::AcceptOldFence) => true,
            Some(Plant::AcceptRevoked) => {
                self.coordinator.as_ref().is_some_and(|coordinator| coordinator.unrevoked.contains(&fence))
            }
            _ => false,
        }
    }

    /// For a planted bug: a worker that comes back is told that the leases that it lost meanwhile are valid.
    fn perhaps_unrevoke(&mut self, welcome: &mut Welcome) {
        if self.plant != Some(Plant::AcceptRevoked) {
            return;
        }
        let Some(coordinator) = &mut self.coordinator else { return };
        let incarnation = coordinator.incarnation;
        let given = self.leases.keys().rev().filter(|fence| fence.incarnation == incarnation);
        let invalid = |fence: &&Fence| coordinator.core.dispatcher().lease(**fence).is_none();
        let lost: Vec<Fence> = given.take(64).filter(invalid).copied().collect();
        coordinator.unrevoked.extend(&lost);
        welcome.leases.extend(lost);
    }

    fn register(&mut self, id: ConnectionId, registration: clipig_core::Registration) {
        let time = self.time();
        let Some(coordinator) = &mut self.coordinator else { return };
        let Some(connection) = self.network.connections.get_mut(&id) else { return };
        if connection.session.is_some() || connection.coordinator_knows {
            return; // the same registration twice
        }
        match coordinator.core.handle_register(registration, time) {
            Ok(Entry { welcome, leases }) => {
                connection.session = Some(welcome.session);
                coordinator.sessions.insert(welcome.session, id);
                coordinator.kept.extend(&welcome.leases);
                self.figures.kept += leases.len() as u64;
                self.carry_out();
            }
            Err(error) => self.violation(&format!("a worker was refused: {error}")),
        }
    }

    /// The coordinator learns that a connection is over.
    pub(crate) fn leave(&mut self, id: ConnectionId, cause: LeaveCause) {
        let Some(connection) = self.network.connections.get_mut(&id) else { return };
        connection.coordinator_knows = true;
        if connection.incarnation != self.disk.incarnation {
            return; // its process is dead; session numbers begin anew
        }
        let Some(session) = connection.session else { return };
        if self.plant == Some(Plant::IgnoreLosses) && cause == LeaveCause::Disconnected {
            return;
        }
        self.switchboard(|core, now| core.handle_disconnect(session, cause, now));
        self.settle();
    }

    /// A thread begins to write something, and does nothing else until it is done. Checkpoints have a thread of their
    /// own; the job goes on meanwhile.
    pub(crate) fn write(&mut self, write: Write) {
        let Some(coordinator) = &mut self.coordinator else { return };
        coordinator.next_write += 1;
        let number = coordinator.next_write;
        coordinator.writes.insert(number, write);
        let incarnation = coordinator.incarnation;
        // Now and then the disk is busy with something else, so that crashes come in the middle of a write.
        let most = if self.random.chance(0.1) { Duration::from_secs(5) } else { Duration::from_millis(400) };
        let at = self.now + self.random.time(Duration::from_millis(1), most);
        self.queue.push(at, Event::Synced(incarnation, number));
    }

    /// Something is on the disk for good.
    pub(crate) fn synced(&mut self, number: u64) {
        let Some(coordinator) = &mut self.coordinator else { return };
        let Some(write) = coordinator.writes.remove(&number) else { return };
        let write = match write {
            Write::Revised(job, revision, from) if self.plant == Some(Plant::WrongEpoch) => {
                self.disk.sync(&Write::Revised(job, revision, clipig_core::Epoch(from.0 + 1)));
                Write::Revised(job, revision, from)
            }
            write => {
                self.disk.sync(&write);
                write
            }
        };
        self.written(write);
        self.settle();
    }

    /// Is something of a job on its way to the disk?
    pub(crate) fn is_writing(&self, job: JobId) -> bool {
        let coordinator = self.coordinator.as_ref();
        coordinator.is_some_and(|coordinator| coordinator.writes.values().any(|write| write.job() == job))
    }

    /// Why a job is not served, for people who look at a run that does not end.
    pub(crate) fn wait_of(&self, job: JobId) -> String {
        let Some(coordinator) = &self.coordinator else { return "; the coordinator is down".to_owned() };
        let Some(revision) = coordinator.runners.get(&job).map(Runner::revision) else {
            return String::new();
        };
        let dispatcher = coordinator.core.dispatcher();
        let wait = dispatcher.lease_wait(revision).map_or_else(String::new, |wait| format!(", {wait}"));
        let round = dispatcher.round(revision).map_or_else(String::new, |round| {
            format!(", {}: {} of {} shards", round.stage, round.done, round.shards)
        });
        format!("{wait}{round}")
    }

    /// Core seconds of a job as it was submitted.
    pub(crate) fn spent(&self, job: JobId) -> f64 {
        let revision = JobRevision { job, revision: 0 };
        let coordinator = self.coordinator.as_ref();
        coordinator.and_then(|coordinator| coordinator.core.dispatcher().spent(revision)).unwrap_or(0.0)
    }
}
