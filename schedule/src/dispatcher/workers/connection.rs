//! One connection of a worker: what it was sent, what it hands back, how much it holds.

use std::collections::BTreeMap;
use std::time::Duration;

use clipig_core::{JobRevision, WorkerName};

use super::pool::Place;
use super::seen_models::SeenModels;
use crate::dispatcher::leases::CAPACITY;
use crate::dispatcher::timers::Time;

/// The first delay before a worker that hands leases of a job back is asked again; it doubles.
const FIRST_DELAY: Duration = Duration::from_millis(100);

/// How often the delay doubles at most: to 25.6 s.
const DOUBLINGS: u32 = 8;

/// One connection.
#[derive(Debug)]
pub(in crate::dispatcher) struct Connection {
    worker: WorkerName,
    place: Place,
    last_message: Time,
    /// Is its worker heard of: neither silent nor waited for since the connection broke?
    heard: bool,
    draining: bool,
    /// The shares of its leases, added up.
    load: u64,
    /// Jobs that it was told of, until they are closed.
    open: BTreeMap<JobRevision, Sent>,
    /// Jobs of which it handed back leases.
    retries: BTreeMap<JobRevision, Retry>,
}

/// What a session has of a job that it was told of. It is told when the job closes, whatever it has.
#[derive(Clone, Debug, Default)]
struct Sent {
    /// Does it have the brief as it is now?
    brief: bool,
    /// The serial number of the offer whose canvas it has.
    canvas: Option<u64>,
    models: SeenModels,
}

/// What must be sent before a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dispatcher) struct Missing {
    pub(in crate::dispatcher) brief: bool,
    pub(in crate::dispatcher) canvas: bool,
    /// The worker must fetch and load the model of the lease before it computes.
    pub(in crate::dispatcher) model: bool,
}

/// A worker hands back the leases of a job.
#[derive(Clone, Copy, Debug)]
struct Retry {
    /// How often in a row.
    times: u32,
    /// When it is asked again.
    at: Time,
}

impl Connection {
    pub(super) fn new(worker: WorkerName, place: Place, now: Time) -> Self {
        let (open, retries) = (BTreeMap::new(), BTreeMap::new());
        Self { worker, place, last_message: now, heard: false, draining: false, load: 0, open, retries }
    }

    /// The jobs that it was told of and that are still open, with the models that it has computed.
    pub(super) fn told(&self) -> Vec<(JobRevision, SeenModels)> {
        self.open.iter().map(|(revision, sent)| (*revision, sent.models.clone())).collect()
    }

    /// The process behind it knows these jobs from its last connection. What else it has of them is not known, since
    /// messages may have been lost with that; so all is sent anew.
    pub(super) fn knows_of(&mut self, jobs: Vec<(JobRevision, SeenModels)>) {
        let known = |(revision, models)| (revision, Sent { models, ..Sent::default() });
        self.open.extend(jobs.into_iter().map(known));
    }

    /// The models of a job that it has had leases of.
    pub(in crate::dispatcher) fn models(&self, revision: JobRevision) -> Option<&SeenModels> {
        self.open.get(&revision).map(|sent| &sent.models)
    }

    pub(in crate::dispatcher) fn worker(&self) -> &WorkerName {
        &self.worker
    }

    pub(in crate::dispatcher) fn cores(&self) -> u32 {
        self.place.cores()
    }

    pub(in crate::dispatcher) fn is_serving(&self) -> bool {
        self.place.is_serving()
    }

    pub(in crate::dispatcher) fn is_draining(&self) -> bool {
        self.draining
    }

    #[cfg(test)]
    pub(in crate::dispatcher) fn load(&self) -> u64 {
        self.load
    }

    /// Shards of so many threads that it computes side by side.
    pub(in crate::dispatcher) fn slots(&self, threads: u32) -> u32 {
        (self.cores() / threads.max(1)).max(1)
    }

    /// What a lease takes of the capacity. Rounded up, so that full is full.
    pub(in crate::dispatcher) fn share(&self, threads: u32) -> u64 {
        CAPACITY.div_ceil(u64::from(self.slots(threads)))
    }

    /// Cores that one shard occupies.
    pub(in crate::dispatcher) fn cores_per_shard(&self, threads: u32) -> u32 {
        threads.clamp(1, self.cores().max(1))
    }

    /// Is it too early to ask the worker for this job again?
    pub(in crate::dispatcher) fn declines(&self, revision: JobRevision, now: Time) -> bool {
        self.retries.get(&revision).is_some_and(|retry| retry.at > now)
    }

    /// Has it handed back leases of this job, and not computed any since?
    pub(in crate::dispatcher) fn hands_back(&self, revision: JobRevision) -> bool {
        self.retries.contains_key(&revision)
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn into_place(self) -> Place {
        self.place
    }

    /// Its place in the pool, with the load that decides where that is.
    pub(super) fn place_mut(&mut self) -> (&mut Place, u64) {
        (&mut self.place, self.load)
    }

    pub(super) fn set_load(&mut self, load: u64) {
        self.load = load;
    }

    pub(super) fn last_message(&self) -> Time {
        self.last_message
    }

    pub(super) fn set_last_message(&mut self, now: Time) {
        self.last_message = now;
    }

    pub(super) fn is_heard(&self) -> bool {
        self.heard
    }

    pub(super) fn set_heard(&mut self, heard: bool) {
        self.heard = heard;
    }

    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    /// Notes that it is sent whatever it lacks for a lease of this offer, computed with this model, and says what that is.
    pub(in crate::dispatcher) fn send(
        &mut self,
        revision: JobRevision,
        offer: u64,
        model: Option<usize>,
    ) -> Missing {
        let sent = self.open.entry(revision).or_default();
        let brief = !std::mem::replace(&mut sent.brief, true);
        let model = model.is_some_and(|model| sent.models.lease(model));
        Missing { brief, canvas: sent.canvas.replace(offer) != Some(offer), model }
    }

    /// Brief and canvas of this job must be sent again, if it was ever told of it.
    pub(super) fn forget_sent(&mut self, revision: JobRevision) {
        if let Some(sent) = self.open.get_mut(&revision) {
            (sent.brief, sent.canvas) = (false, None);
        }
    }

    /// Was it told of this job, which is closed now?
    pub(super) fn close(&mut self, revision: JobRevision) -> bool {
        self.retries.remove(&revision);
        self.open.remove(&revision).is_some()
    }

    /// It hands back a lease of this job. Returns how often it has in a row, and when it is asked again.
    pub(super) fn hand_back(&mut self, revision: JobRevision, now: Time) -> (u32, Time) {
        let before = self.retries.get(&revision).map_or(0, |retry| retry.times);
        // The first time it is asked again at once: it may just lack the brief or the canvas.
        let delay =
            if before == 0 { Duration::ZERO } else { FIRST_DELAY * (1 << (before - 1).min(DOUBLINGS)) };
        let retry = Retry { times: before.saturating_add(1), at: now + delay };
        self.retries.insert(revision, retry);
        (retry.times, retry.at)
    }

    /// A lease of this job was computed, with this model.
    pub(super) fn succeed(&mut self, revision: JobRevision, model: Option<usize>) {
        self.retries.remove(&revision);
        if let Some(model) = model
            && let Some(sent) = self.open.get_mut(&revision)
        {
            sent.models.succeed(model);
        }
    }
}
