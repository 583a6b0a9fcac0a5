//! A simulated coordinator process: the real dispatcher, queue and epoch loops, with a disk and a network of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use clipig_coordinator::{AcceptError, EpochLoop, EpochUnderWay};
use clipig_schedule::dispatcher::{
    Accepted, Action, DispatchSettings, Dispatcher, Fit, JobFailure, JobTerms, LeaveCause, Offer, OfferedWork,
    PREPARATION, Time, Verdict,
};
use clipig_schedule::job::{Job, JobState};
use clipig_schedule::queue::{KindRequest, ServingWorker, WaitingJob, admit};
use clipig_schedule::{
    Computed, EpochCanvas, Fence, FromWorker, GradientSum, JobBrief, JobId, JobRevision, Lease, Node, Prepared,
    SampleReport, SessionId, ShardError, ToWorker, Welcome, Work,
};

use crate::disk::{Checkpoint, Write};
use crate::network::{ConnectionId, Parcel};
use crate::picture::first_values;
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
    next_write: u64,
}

/// A job that has a place.
pub(crate) struct Running {
    revision: JobRevision,
    brief: Arc<JobBrief>,
    job: EpochLoop,
    epoch: Option<EpochUnderWay>,
    canvas: Option<EpochCanvas>,
    /// Shards of the epoch that were merged.
    merged: BTreeSet<u32>,
    /// For a planted bug: the sum in the order of arrival.
    arrivals: Option<GradientSum>,
    /// The epoch is complete, and is being stepped.
    stepping: bool,
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
    fn time(&self) -> Time {
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
        let wakeup = coordinator.dispatcher.next_wakeup().map(|at| at + coordinator.started);
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
        self.dispatch(Dispatcher::tick);
        self.settle();
    }

    fn act(&mut self) {
        loop {
            let Some(coordinator) = &mut self.coordinator else { return };
            let actions = coordinator.dispatcher.take_actions();
            if actions.is_empty() {
                return;
            }
            for action in actions {
                self.do_one(action);
            }
        }
    }

    fn do_one(&mut self, action: Action) {
        match action {
            Action::Open { session, revision } => {
                if let Some(running) = self.running_job(revision) {
                    let brief = Arc::clone(&running.brief);
                    self.send_down(session, ToWorker::Open(brief));
                }
            }
            Action::Canvas { session, revision, epoch } => {
                let canvas = self.running_job(revision).and_then(|running| running.canvas.clone());
                if let Some(canvas) = canvas.filter(|canvas| canvas.epoch == epoch) {
                    let canvas = self.perhaps_stale(session, canvas);
                    self.send_down(session, ToWorker::Canvas(canvas));
                }
            }
            Action::Lease { session, lease } => {
                self.check_lease(session, &lease);
                self.leases.insert(lease.fence, (lease.revision, lease.epoch, lease.work));
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
            Action::JobFailed(failure) => self.job_failed(failure),
            Action::Note(note) => self.trace(|| note.to_string()),
        }
    }

    fn running_job(&self, revision: JobRevision) -> Option<&Running> {
        let running = self.coordinator.as_ref()?.running.get(&revision.job)?;
        (running.revision == revision).then_some(running)
    }

    fn running_job_mut(&mut self, job: JobId) -> Option<&mut Running> {
        self.coordinator.as_mut()?.running.get_mut(&job)
    }

    /// For a planted bug: the canvas that this session got last.
    fn perhaps_stale(&mut self, session: SessionId, canvas: EpochCanvas) -> EpochCanvas {
        if self.plant != Some(Plant::StaleCanvas) {
            return canvas;
        }
        let incarnation = self.disk.incarnation;
        let last = self.last_canvas.insert((incarnation, session, canvas.revision), canvas.clone());
        let same_size = |last: &EpochCanvas| last.canvas.pixels().len() == canvas.canvas.pixels().len();
        match last.filter(same_size) {
            Some(last) if self.random.chance(0.02) => EpochCanvas { epoch: canvas.epoch, ..last },
            _ => canvas,
        }
    }

    /// The rules about who may get what.
    fn check_lease(&mut self, session: SessionId, lease: &Lease) {
        let Some(coordinator) = &self.coordinator else { return };
        if coordinator.dispatcher.lease(lease.fence).is_none() {
            return; // taken back by a later action
        }
        let views = coordinator.dispatcher.workers();
        let holder = views.iter().find(|view| view.leases.iter().any(|held| held.fence == lease.fence));
        let Some(holder) = holder else {
            self.violation(format!("lease {} is in nobody's hands", lease.fence));
            return;
        };
        let wanted = self.disk.jobs.get(&lease.revision.job).and_then(|stored| stored.kind.clone());
        if !holder.takes_work() {
            self.violation(format!("lease {} for worker {}, which takes no work", lease.fence, holder.name));
        } else if wanted.as_ref() != Some(&holder.registration.kind) {
            self.violation(format!("lease {} for worker {} of another kind", lease.fence, holder.name));
        } else if !coordinator.sessions.contains_key(&session) {
            self.violation(format!("lease {} for session {session}, which is over", lease.fence));
        }
    }

    fn send_down(&mut self, session: SessionId, message: ToWorker) {
        let id = self.coordinator.as_ref().and_then(|coordinator| coordinator.sessions.get(&session)).copied();
        if let Some(id) = id {
            self.send(id, Parcel::Down(message));
        }
    }

    /// A message has arrived at the coordinator.
    pub(crate) fn coordinator_hears(&mut self, id: ConnectionId, message: FromWorker) {
        if let FromWorker::Register(registration) = message {
            self.join(id, registration);
            self.settle();
            return;
        }
        let Some(session) = self.network.connections.get(&id).and_then(|connection| connection.session) else {
            return;
        };
        match message {
            FromWorker::Register(_) => {}
            FromWorker::Heartbeat(held) => {
                self.dispatch(|dispatcher, now| dispatcher.heartbeat(session, &held, now));
            }
            FromWorker::Prepared { fence, prepared, .. } => {
                let verdict = self.dispatch(|d, now| d.finished(session, fence, Duration::ZERO, now));
                if let Some(Verdict::Accept(accepted)) = verdict {
                    self.prepared(&accepted, prepared);
                }
            }
            FromWorker::Computed(computed) => self.computed(session, computed),
            FromWorker::Failed { fence, error } => {
                self.dispatch(|dispatcher, now| dispatcher.failed(session, fence, &error, now));
            }
            FromWorker::Returned { fence, reason } => {
                self.dispatch(|dispatcher, now| dispatcher.returned(session, fence, reason, now));
            }
            FromWorker::Draining(_) => {
                self.dispatch(|dispatcher, now| dispatcher.draining(session, now));
            }
            FromWorker::Goodbye => self.leave(id, LeaveCause::Goodbye),
        }
        self.settle();
    }

    fn join(&mut self, id: ConnectionId, registration: clipig_schedule::Registration) {
        let time = self.time();
        let Some(coordinator) = &mut self.coordinator else { return };
        let Some(connection) = self.network.connections.get_mut(&id) else { return };
        if connection.session.is_some() || connection.coordinator_knows {
            return; // the same registration twice
        }
        coordinator.next_session += 1;
        let session = SessionId(coordinator.next_session);
        match coordinator.dispatcher.join(session, registration, time) {
            Ok(name) => {
                connection.session = Some(session);
                coordinator.sessions.insert(session, id);
                let welcome = Welcome { session, name, heartbeat: HEARTBEAT, version: String::new() };
                self.send_down(session, ToWorker::Welcome(welcome));
                self.act();
            }
            Err(error) => self.violation(format!("a worker was refused: {error}")),
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
        self.dispatch(|dispatcher, now| dispatcher.leave(session, cause, now));
        self.settle();
    }

    fn computed(&mut self, session: SessionId, computed: Computed) {
        let Computed { fence, gradient, reports, seconds } = computed;
        let computing = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let verdict = self.dispatch(|dispatcher, now| dispatcher.finished(session, fence, computing, now));
        match verdict {
            Some(Verdict::Accept(accepted)) => {
                if self.plant == Some(Plant::LoseResult) && self.random.chance(0.01) {
                    return;
                }
                self.merge(&accepted, gradient, reports);
            }
            Some(Verdict::Stale) if self.plant == Some(Plant::AcceptOldFence) => {
                self.merge_stale(fence, gradient, reports);
            }
            Some(Verdict::Stale) => {
                self.figures.stale += 1;
                self.trace(|| format!("a result under fence {fence} is stale"));
            }
            None => {}
        }
    }

    fn merge(&mut self, accepted: &Accepted, gradient: GradientSum, reports: Vec<Vec<SampleReport>>) {
        let Work::Node { node, total } = accepted.work else { return };
        if !gradient.is_finite() {
            let error = ShardError::NotFinite("the sum".into());
            self.dispatch(|dispatcher, now| dispatcher.refused(accepted, &error, now));
            return;
        }
        let by_arrival = self.plant == Some(Plant::MergeByArrival);
        let job = accepted.revision.job;
        let Some(running) = self.running_job_mut(job) else { return };
        let gradient =
            if by_arrival { in_order_of_arrival(running, node, total, gradient) } else { gradient };
        let Some(epoch) = running.epoch.as_mut().filter(|epoch| epoch.epoch() == accepted.epoch) else {
            self.violation(format!("job {job}: a result for epoch {} was accepted", accepted.epoch));
            return;
        };
        match epoch.accept(node, gradient, reports) {
            Ok(()) => {
                let twice = node.shards(total).find(|shard| !running.merged.insert(*shard));
                let complete = epoch.is_complete();
                if let Some(shard) = twice {
                    self.violation(format!("job {job}: shard {shard} was merged twice"));
                }
                self.figures.nodes += 1;
                if complete {
                    self.step_soon(job);
                }
            }
            Err(error @ AcceptError::Merge(_)) => {
                self.violation(format!("job {job}, epoch {}: {error}", accepted.epoch));
            }
            Err(error) => {
                let error = ShardError::Device(error.to_string());
                self.dispatch(|dispatcher, now| dispatcher.refused(accepted, &error, now));
            }
        }
    }

    /// For a planted bug: takes a result whose lease was taken back, if it still fits somewhere.
    fn merge_stale(&mut self, fence: Fence, gradient: GradientSum, reports: Vec<Vec<SampleReport>>) {
        let Some((revision, _, Work::Node { node, total })) = self.leases.get(&fence).copied() else { return };
        let job = revision.job;
        let Some(running) = self.running_job_mut(job) else { return };
        let Some(epoch) = &mut running.epoch else { return };
        if epoch.plan().shards.len() as u32 != total || epoch.accept(node, gradient, reports).is_err() {
            return;
        }
        let twice = node.shards(total).find(|shard| !running.merged.insert(*shard));
        let complete = epoch.is_complete();
        if let Some(shard) = twice {
            self.violation(format!("job {job}: shard {shard} was merged twice"));
        }
        if complete {
            self.step_soon(job);
        }
    }

    fn step_soon(&mut self, job: JobId) {
        let Some(coordinator) = &mut self.coordinator else { return };
        let incarnation = coordinator.incarnation;
        if let Some(running) = coordinator.running.get_mut(&job) {
            if running.stepping {
                return;
            }
            running.stepping = true;
            let number = running.job.next_epoch().map_or(0, |epoch| epoch.0);
            let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(30));
            self.queue.push(at, Event::Stepped(incarnation, job, number));
        }
    }

    /// An epoch's step is done.
    pub(crate) fn stepped(&mut self, job: JobId, number: u32) {
        let every = self.scenario.checkpoint_every;
        let Some(running) = self.running_job_mut(job) else { return };
        if !running.stepping || running.job.next_epoch().is_none_or(|epoch| epoch.0 != number) {
            return; // the job was paused meanwhile
        }
        running.stepping = false;
        let Some(epoch) = running.epoch.take() else { return };
        let shards = epoch.plan().shards.len();
        let merged = running.merged.len();
        let finished = running.job.finish_epoch(epoch);
        let progress = running.job.progress();
        if merged != shards {
            self.violation(format!("job {job}, epoch {number}: {merged} of {shards} shards were merged"));
        }
        match finished {
            Ok(_) => self.figures.epochs += 1,
            Err(error) => {
                self.violation(format!("job {job}: {error}"));
                return;
            }
        }
        if (number + 1).is_multiple_of(every) {
            self.write(Write::Checkpoint(job, Box::new(progress)));
        }
        self.begin(job);
        self.settle();
    }

    /// Begins the next epoch of a job that is prepared.
    fn begin(&mut self, job: JobId) {
        let Some(running) = self.running_job_mut(job) else { return };
        let revision = running.revision;
        running.merged.clear();
        running.arrivals = None;
        match running.job.begin_epoch() {
            Ok(Some(epoch)) => {
                let shards = epoch.plan().shards.len() as u32;
                let (number, values) = (epoch.epoch(), epoch.values());
                running.canvas = Some(EpochCanvas { revision, epoch: number, canvas: epoch.canvas().clone() });
                running.epoch = Some(epoch);
                if shards == 0 {
                    self.step_soon(job);
                    return;
                }
                let offer = Offer { revision, work: OfferedWork::Epoch { epoch: number, shards }, values };
                if let Some(Err(error)) = self.dispatch(|dispatcher, now| dispatcher.offer(offer, now)) {
                    self.violation(format!("an offer was refused: {error}"));
                }
            }
            Ok(None) => {
                let progress = Box::new(running.job.progress());
                self.write(Write::Finished(job, progress));
            }
            Err(error) => self.violation(format!("job {job}: {error}")),
        }
    }

    fn prepared(&mut self, accepted: &Accepted, prepared: Prepared) {
        self.write(Write::Prepared(accepted.revision.job, Arc::new(prepared)));
    }

    fn write(&mut self, write: Write) {
        let Some(coordinator) = &mut self.coordinator else { return };
        coordinator.next_write += 1;
        let number = coordinator.next_write;
        coordinator.writes.insert(number, write);
        let incarnation = coordinator.incarnation;
        let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(400));
        self.queue.push(at, Event::Synced(incarnation, number));
    }

    /// Something is on the disk for good.
    pub(crate) fn synced(&mut self, number: u64) {
        let now = self.now;
        let Some(coordinator) = &mut self.coordinator else { return };
        match coordinator.writes.remove(&number) {
            Some(Write::Prepared(job, prepared)) => {
                let Some(running) = coordinator.running.get_mut(&job) else { return };
                running.brief =
                    Arc::new(JobBrief { prepared: Some(Arc::clone(&prepared)), ..(*running.brief).clone() });
                let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
                stored.prepared = Some(prepared);
                let Ok(state) = stored.state.clone().prepared(now) else { return };
                stored.state = state;
                self.open(job);
                self.begin(job);
            }
            Some(Write::Checkpoint(job, progress)) => {
                if let Some(stored) = self.disk.jobs.get_mut(&job) {
                    let older = stored.latest().is_some_and(|known| known.next > progress.next);
                    if !older {
                        stored.keep(Checkpoint::Good(progress));
                    }
                }
            }
            Some(Write::Finished(job, progress)) => {
                let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
                let Ok(state) = stored.state.clone().complete(now) else { return };
                stored.state = state;
                stored.finished = Some(*progress);
                self.trace(|| format!("job {job} is completed"));
                self.contest_ends(job);
                self.stop(job);
            }
            None => {}
        }
        self.settle();
    }

    /// Takes a job's place away.
    pub(crate) fn stop(&mut self, job: JobId) {
        let Some(coordinator) = &mut self.coordinator else { return };
        if let Some(running) = coordinator.running.remove(&job) {
            // What was on its way to the disk belongs to a run that is over.
            coordinator.writes.retain(|_, write| !matches!(write, Write::Prepared(other, _) | Write::Finished(other, _) if *other == job));
            self.dispatch(|dispatcher, now| dispatcher.close_job(running.revision, now));
        }
    }

    fn job_failed(&mut self, failure: JobFailure) {
        let job = failure.revision.job;
        self.trace(|| format!("job {job} fails: {failure}"));
        if !self.scenario.may_fail || self.is_quiet() {
            self.violation(format!("job {job} fails, and no device is faulty: {failure}"));
        }
        self.figures.failures += 1;
        let now = self.now;
        if let Some(stored) = self.disk.jobs.get_mut(&job)
            && let Ok(state) = stored.state.clone().fail(failure.to_string(), now)
        {
            stored.state = state;
        }
        self.stop(job);
        let at = now + self.random.time(Duration::from_secs(1), Duration::from_secs(20));
        self.queue.push(at, Event::Retry(job));
    }

    /// A person takes a failed job up again.
    pub(crate) fn retry(&mut self, job: JobId) {
        let now = self.now;
        if let Some(stored) = self.disk.jobs.get_mut(&job)
            && let Ok(state) = stored.state.clone().retry(now)
        {
            stored.state = state;
        }
        self.settle();
    }

    /// Starts what the queue lets go.
    fn start_jobs(&mut self) {
        let Some(coordinator) = &self.coordinator else { return };
        let waiting: Vec<WaitingJob> = self
            .disk
            .jobs
            .iter()
            .filter_map(|(job, stored)| {
                let Job::Waiting(waiting) = &stored.state else { return None };
                let interrupted = waiting.origin == clipig_schedule::job::Origin::Interrupted;
                let request = stored.kind.clone().map_or(KindRequest::Auto, KindRequest::Begun);
                Some(WaitingJob { job: *job, priority: stored.priority, interrupted, request })
            })
            .collect();
        if waiting.is_empty() {
            return;
        }
        let workers: Vec<ServingWorker> = coordinator
            .dispatcher
            .serving()
            .into_iter()
            .map(|(kind, cores)| ServingWorker { kind, cores })
            .collect();
        let admission = admit(&waiting, coordinator.running.len(), self.scenario.max_running, &workers);
        for (job, kind) in admission.start {
            self.start_job(job, kind);
        }
    }

    fn start_job(&mut self, job: JobId, kind: clipig_schedule::WorkerKind) {
        let now = self.now;
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        let Ok(state) = stored.state.clone().start(now) else { return };
        stored.state = state;
        stored.kind = Some(kind);
        let prepared = stored.prepared.clone();
        let resumed = stored.latest().cloned();
        if prepared.is_some()
            && let Ok(state) = stored.state.clone().prepared(now)
        {
            stored.state = state;
        }
        let plan = &self.scenario.jobs[job.0 as usize - 1];
        let (threads, picture) = (plan.threads, plan.picture.clone());
        let from = resumed.as_ref().map_or(0, |progress| progress.next.0);
        self.trace(|| format!("job {job} starts, from epoch {from}"));
        let epochs = match resumed {
            Some(progress) => picture.restore(progress),
            None => match picture.first() {
                Ok(first) => first,
                Err(error) => return self.violation(error),
            },
        };
        let revision = JobRevision { job, revision: 0 };
        let brief = picture.brief(revision, threads, prepared.clone());
        let canvas = epochs.canvas();
        let values = first_values(&canvas);
        let canvas = Some(EpochCanvas { revision, epoch: PREPARATION, canvas });
        let (epoch, merged, arrivals) = (None, BTreeSet::new(), None);
        let running = Running { revision, brief, job: epochs, epoch, canvas, merged, arrivals, stepping: false };
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.running.insert(job, running);
        }
        self.open(job);
        if prepared.is_some() {
            self.begin(job);
        } else {
            let offer = Offer { revision, work: OfferedWork::Prepare, values };
            if let Some(Err(error)) = self.dispatch(|dispatcher, now| dispatcher.offer(offer, now)) {
                self.violation(format!("an offer was refused: {error}"));
            }
        }
    }

    fn open(&mut self, job: JobId) {
        let Some(stored) = self.disk.jobs.get(&job) else { return };
        let Some(kind) = stored.kind.clone() else { return };
        let threads = self.scenario.jobs[job.0 as usize - 1].threads;
        let revision = JobRevision { job, revision: 0 };
        let terms = JobTerms { revision, priority: stored.priority, fit: Fit::Kind(kind), threads };
        self.dispatch(|dispatcher, now| dispatcher.open_job(terms, now));
    }

    /// A person pauses a job; the epoch under way is abandoned.
    pub(crate) fn pause_job(&mut self, job: JobId) {
        let now = self.now;
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        let Ok(state) = stored.state.clone().pause("by a person".to_owned(), now) else { return };
        stored.state = state;
        self.stop(job);
        self.settle();
    }

    pub(crate) fn resume_job(&mut self, job: JobId) {
        let now = self.now;
        if let Some(stored) = self.disk.jobs.get_mut(&job)
            && let Ok(state) = stored.state.clone().resume(now)
        {
            stored.state = state;
        }
        self.settle();
    }

    pub(crate) fn set_priority(&mut self, job: JobId, priority: i32) {
        if let Some(stored) = self.disk.jobs.get_mut(&job) {
            stored.priority = priority;
        }
        let revision = JobRevision { job, revision: 0 };
        // A job that is not open takes its priority with it when it is.
        let _ = self.dispatch(|dispatcher, _| dispatcher.set_priority(revision, priority));
        self.settle();
    }

    pub(crate) fn all_completed(&self) -> bool {
        self.disk.jobs.len() == self.scenario.jobs.len()
            && self.disk.jobs.values().all(|stored| stored.state.state() == JobState::Completed)
    }
}

/// For a planted bug: what is given to the tree at this node, when sums are added in the order of their arrival. The
/// last node gets all, those before nothing, so that nothing but the order is wrong.
fn in_order_of_arrival(running: &mut Running, node: Node, total: u32, gradient: GradientSum) -> GradientSum {
    let (width, height) = (gradient.width(), gradient.height());
    let sum = match running.arrivals.take() {
        Some(before) => before.merge(gradient),
        None => gradient,
    };
    if running.merged.len() + node.shards(total).len() == total as usize {
        return sum;
    }
    running.arrivals = Some(sum);
    GradientSum::new(width, height)
}
