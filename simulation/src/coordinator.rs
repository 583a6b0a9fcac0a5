//! A simulated coordinator process: the real dispatcher, queue and epoch loops, with a disk and a network of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use clipig_coordinator::{EpochLoop, EpochUnderWay};
use clipig_core::{
    EpochCanvas, FromWorker, GradientSum, JobBrief, JobId, JobRevision, Lease, SessionId, ToWorker, Welcome,
};
use clipig_schedule::dispatcher::{Action, Answer, DispatchSettings, Dispatcher, LeaveCause, Time, Verdict};

use crate::disk::{Checkpoint, Write};
use crate::network::{ConnectionId, Parcel};
use crate::plant::Plant;
use crate::world::{Event, World};

/// The coordinator's process.
pub(crate) struct Coordinator {
    pub(crate) incarnation: u64,
    pub(crate) started: Time,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) sessions: BTreeMap<SessionId, ConnectionId>,
    next_session: u64,
    pub(crate) running: BTreeMap<JobId, Running>,
    pub(crate) frozen: Option<Time>,
    tick: Option<Time>,
    /// Writes on their way to the disk, by number.
    pub(crate) writes: BTreeMap<u64, Write>,
    pub(crate) next_write: u64,
}

/// A job that has a place.
pub(crate) struct Running {
    pub(crate) revision: JobRevision,
    pub(crate) brief: Arc<JobBrief>,
    pub(crate) job: EpochLoop,
    pub(crate) epoch: Option<EpochUnderWay>,
    pub(crate) canvas: Option<EpochCanvas>,
    /// Shards of the epoch that were merged.
    pub(crate) merged: BTreeSet<u32>,
    /// For a planted bug: the sum in the order of arrival.
    pub(crate) arrivals: Option<GradientSum>,
    /// The epoch is complete, and is being stepped.
    pub(crate) stepping: bool,
}

/// Time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(2);

impl World {
    /// The coordinator's process starts, on whatever its disk holds.
    pub(crate) fn start_coordinator(&mut self) {
        self.disk.incarnation += 1;
        let incarnation = self.disk.incarnation;
        self.trace(|| format!("coordinator starts, incarnation {incarnation}"));
        let now = self.now;
        for stored in self.disk.jobs.values_mut() {
            stored.state = stored.state.clone().interrupt(now);
        }
        self.coordinator = Some(Coordinator {
            incarnation,
            started: now,
            dispatcher: Dispatcher::new(DispatchSettings::new(incarnation)),
            sessions: BTreeMap::new(),
            next_session: 0,
            running: BTreeMap::new(),
            frozen: None,
            tick: None,
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
            let Write::Checkpoint(job, progress) = write else { continue };
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

    /// The dispatcher's time.
    pub(crate) fn time(&self) -> Time {
        let started = self.coordinator.as_ref().map_or(Time::ZERO, |coordinator| coordinator.started);
        self.now.saturating_sub(started)
    }

    /// Calls the dispatcher, and does what it wants.
    pub(crate) fn dispatch<T>(&mut self, call: impl FnOnce(&mut Dispatcher, Time) -> T) -> Option<T> {
        let time = self.time();
        let answer = self.coordinator.as_mut().map(|coordinator| call(&mut coordinator.dispatcher, time));
        self.act();
        answer
    }

    /// Lets jobs start, and has the next tick scheduled.
    pub(crate) fn settle(&mut self) {
        self.start_jobs();
        self.act();
        let Some(coordinator) = &mut self.coordinator else { return };
        let wakeup = coordinator.dispatcher.poll_timeout().map(|at| at + coordinator.started);
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
        self.dispatch(Dispatcher::handle_timeout);
        self.settle();
    }

    pub(crate) fn act(&mut self) {
        loop {
            let now = self.time();
            let Some(coordinator) = &mut self.coordinator else { return };
            let actions = coordinator.dispatcher.poll_actions(now);
            if actions.is_empty() {
                return;
            }
            for action in actions {
                self.do_one(action);
            }
        }
    }

    pub(crate) fn do_one(&mut self, action: Action) {
        match action {
            Action::Open { session, revision } => {
                if let Some(running) = self.running_job(revision) {
                    let brief = Arc::clone(&running.brief);
                    self.send_down(session, ToWorker::Open(brief));
                }
            }
            Action::Canvas { session, revision, stage } => {
                let canvas = self.running_job(revision).and_then(|running| running.canvas.clone());
                if let Some(canvas) = canvas.filter(|canvas| canvas.stage == stage) {
                    let canvas = self.perhaps_stale(session, canvas);
                    self.send_down(session, ToWorker::Canvas(canvas));
                }
            }
            Action::Lease { session, lease } => {
                self.check_lease(session, &lease);
                self.leases.insert(lease.fence, (lease.revision, lease.work));
                self.send_down(session, ToWorker::Lease(lease));
            }
            Action::Revoke { session, fence } => self.send_down(session, ToWorker::Revoke(fence)),
            Action::Close { session, revision } => self.send_down(session, ToWorker::Close(revision)),
            Action::Drain { session, reason } => self.send_down(session, ToWorker::Drain(reason)),
            Action::End { session, reason } => {
                self.send_down(session, ToWorker::Refuse(reason));
                if let Some(coordinator) = &mut self.coordinator {
                    coordinator.sessions.remove(&session);
                }
            }
            Action::JobFailed(failure) => self.job_failed(&failure),
            Action::Note(note) => self.trace(|| note.to_string()),
        }
    }

    pub(crate) fn running_job(&self, revision: JobRevision) -> Option<&Running> {
        let running = self.coordinator.as_ref()?.running.get(&revision.job)?;
        (running.revision == revision).then_some(running)
    }

    pub(crate) fn running_job_mut(&mut self, job: JobId) -> Option<&mut Running> {
        self.coordinator.as_mut()?.running.get_mut(&job)
    }

    /// For a planted bug: the canvas that this session got last.
    pub(crate) fn perhaps_stale(&mut self, session: SessionId, canvas: EpochCanvas) -> EpochCanvas {
        if self.plant != Some(Plant::StaleCanvas) {
            return canvas;
        }
        let incarnation = self.disk.incarnation;
        let last = self.last_canvas.insert((incarnation, session, canvas.revision), canvas.clone());
        let same_size = |last: &EpochCanvas| last.canvas.pixels().len() == canvas.canvas.pixels().len();
        match last.filter(same_size) {
            Some(last) if self.random.chance(0.02) => EpochCanvas { stage: canvas.stage, ..last },
            _ => canvas,
        }
    }

    /// The rules about who may get what.
    pub(crate) fn check_lease(&mut self, session: SessionId, lease: &Lease) {
        let Some(coordinator) = &self.coordinator else { return };
        if coordinator.dispatcher.lease(lease.fence).is_none() {
            return; // taken back by a later action
        }
        let views = coordinator.dispatcher.workers();
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

    pub(crate) fn send_down(&mut self, session: SessionId, message: ToWorker) {
        let id =
            self.coordinator.as_ref().and_then(|coordinator| coordinator.sessions.get(&session)).copied();
        if let Some(id) = id {
            self.send(id, &Parcel::Down(message));
        }
    }

    /// A message has arrived at the coordinator.
    pub(crate) fn coordinator_hears(&mut self, id: ConnectionId, message: FromWorker) {
        if let FromWorker::Register(registration) = message {
            self.join(id, registration);
            self.settle();
            return;
        }
        let Some(session) = self.network.connections.get(&id).and_then(|connection| connection.session)
        else {
            return;
        };
        match message {
            FromWorker::Register(_) => {}
            FromWorker::Heartbeat(held) => {
                self.dispatch(|dispatcher, now| dispatcher.handle_heartbeat(session, &held, now));
            }
            FromWorker::Prepared { fence, prepared, .. } => {
                let verdict = self.dispatch(|d, now| d.handle_result(session, fence, Answer::Prepared, now));
                if let Some(Verdict::Accept(accepted)) = verdict {
                    self.prepared(&accepted, prepared);
                }
            }
            FromWorker::Computed(computed) => self.computed(session, computed),
            FromWorker::Failed { fence, error } => {
                self.dispatch(|dispatcher, now| dispatcher.handle_failure(session, fence, &error, now));
            }
            FromWorker::Returned { fence, reason } => {
                self.dispatch(|dispatcher, now| dispatcher.handle_return(session, fence, reason, now));
            }
            FromWorker::Draining(_) => {
                self.dispatch(|dispatcher, now| dispatcher.handle_draining(session, now));
            }
            FromWorker::Goodbye => self.leave(id, LeaveCause::Goodbye),
        }
        self.settle();
    }

    pub(crate) fn join(&mut self, id: ConnectionId, registration: clipig_core::Registration) {
        let time = self.time();
        let Some(coordinator) = &mut self.coordinator else { return };
        let Some(connection) = self.network.connections.get_mut(&id) else { return };
        if connection.session.is_some() || connection.coordinator_knows {
            return; // the same registration twice
        }
        coordinator.next_session += 1;
        let session = SessionId(coordinator.next_session);
        match coordinator.dispatcher.handle_register(session, registration, time) {
            Ok(name) => {
                connection.session = Some(session);
                coordinator.sessions.insert(session, id);
                let welcome = Welcome { session, name, heartbeat: HEARTBEAT, version: String::new() };
                self.send_down(session, ToWorker::Welcome(welcome));
                self.act();
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
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.sessions.remove(&session);
        }
        if self.plant == Some(Plant::IgnoreLosses) && cause == LeaveCause::Disconnected {
            return;
        }
        self.dispatch(|dispatcher, now| dispatcher.handle_disconnect(session, cause, now));
        self.settle();
    }
}
