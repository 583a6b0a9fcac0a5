//! Tests of the dispatcher, by a farm of honest workers that is played by hand.

mod affinity;
mod checks;
mod deadlines;
mod disappearing;
mod failures;
mod laws;
mod liveness;
mod reconnecting;
mod returning;
mod sharing;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clipig_core::{
    DeviceClass, Epoch, EpochValues, Fence, Held, JobId, JobRevision, Lease, Node, PROTOCOL, Registration,
    SessionId, Sha256, ShardError, ShardModels, Stage, Work, WorkerKind, WorkerName,
};

use super::*;

pub(super) const MS: Duration = Duration::from_millis(1);

pub(super) fn kind(model: &str) -> WorkerKind {
    WorkerKind {
        class: DeviceClass::Cpu,
        model: model.into(),
        libtorch: "2.11".into(),
        capability: String::new(),
    }
}

pub(super) fn registration(name: &str, instance: u128, cores: u32) -> Registration {
    Registration {
        protocol: PROTOCOL,
        version: "test".into(),
        name: name.parse().unwrap(),
        instance,
        kind: kind("a"),
        cores,
        memory: 0,
        device: "cpu".into(),
    }
}

pub(super) fn revision(job: u64) -> JobRevision {
    JobRevision { job: JobId(job), revision: 0 }
}

pub(super) fn terms(job: u64, priority: i32) -> JobTerms {
    JobTerms { revision: revision(job), priority, fit: Fit::Kind(kind("a")), threads: 1 }
}

pub(super) fn epoch(job: u64, epoch: u32, shards: u32) -> Offer {
    let values = EpochValues { resolution: [8, 8], learnrate: 1.0, learnrate_scale: 1.0 };
    let work = OfferedWork::Epoch { epoch: Epoch(epoch), shards };
    Offer { revision: revision(job), work, values, models: ShardModels::default() }
}

/// A dispatcher with what its actions have put into workers' hands. Every action is checked against the rules on the
/// way.
pub(super) struct Farm {
    pub(super) dispatcher: Dispatcher,
    pub(super) now: Time,
    pub(super) held: BTreeMap<SessionId, Vec<Lease>>,
    opened: BTreeSet<(SessionId, JobRevision)>,
    canvases: BTreeMap<(SessionId, JobRevision), Stage>,
    last_fence: u64,
    pub(super) failures: Vec<JobFailure>,
    pub(super) notes: Vec<Note>,
    pub(super) ended: Vec<SessionId>,
    /// Shards of accepted results, by job and epoch.
    pub(super) done: BTreeMap<(JobRevision, Epoch), Vec<u32>>,
    sessions: u64,
    registrations: BTreeMap<SessionId, Registration>,
    /// Sessions that compute something else than others, in one node of so many.
    pub(super) liars: BTreeMap<u64, u64>,
    /// Digests that are wanted and were not given yet.
    pub(super) unhashed: Vec<(Fence, Sha256)>,
    pub(super) checked: Vec<CheckOutcome>,
}

impl Farm {
    pub(super) fn new() -> Self {
        Self::of(DispatchSettings::new(3))
    }

    pub(super) fn of(settings: DispatchSettings) -> Self {
        Self {
            dispatcher: Dispatcher::new(settings),
            now: Time::ZERO,
            held: BTreeMap::new(),
            opened: BTreeSet::new(),
            canvases: BTreeMap::new(),
            last_fence: 0,
            failures: Vec::new(),
            notes: Vec::new(),
            ended: Vec::new(),
            done: BTreeMap::new(),
            sessions: 0,
            registrations: BTreeMap::new(),
            liars: BTreeMap::new(),
            unhashed: Vec::new(),
            checked: Vec::new(),
        }
    }

    /// A farm with workers `w1`, `w2`, … in the sessions 1, 2, ….
    pub(super) fn with_workers(cores: &[u32]) -> Self {
        Self::with_checks(0.0, cores)
    }

    /// The same, and this share of nodes is checked if somebody is idle.
    pub(super) fn with_checks(share: f64, cores: &[u32]) -> Self {
        let spot_checks = SpotChecks::new(share, 1);
        let mut farm = Self::of(DispatchSettings { spot_checks, ..DispatchSettings::new(3) });
        for (i, cores) in cores.iter().enumerate() {
            farm.join(registration(&format!("w{}", i + 1), i as u128 + 1, *cores));
        }
        farm
    }

    pub(super) fn join(&mut self, registration: Registration) -> (SessionId, WorkerName) {
        self.sessions += 1;
        let session = SessionId(self.sessions);
        self.registrations.insert(session, registration.clone());
        let admitted = self.dispatcher.handle_register(session, registration, self.now).unwrap();
        self.held.insert(session, admitted.leases);
        self.act();
        (session, admitted.name)
    }

    pub(super) fn open(&mut self, job: u64, priority: i32) {
        self.dispatcher.handle_open(terms(job, priority));
        self.act();
    }

    pub(super) fn offer(&mut self, offer: Offer) {
        if let OfferedWork::Epoch { epoch, .. } = offer.work {
            self.done.remove(&(offer.revision, epoch));
        }
        self.dispatcher.handle_offer(offer, self.now).unwrap();
        self.act();
    }

    pub(super) fn act(&mut self) {
        for action in self.dispatcher.poll_actions(self.now) {
            match action {
                Action::Open { session, revision } => {
                    self.opened.insert((session, revision));
                }
                Action::Canvas { session, revision, stage } => {
                    self.canvases.insert((session, revision), stage);
                }
                Action::Lease { session, lease } => {
                    assert!(self.opened.contains(&(session, lease.revision)), "a lease before its brief");
                    let canvas = self.canvases.get(&(session, lease.revision));
                    assert_eq!(canvas, Some(&lease.work.stage()), "a lease before its canvas");
                    assert!(lease.fence.number > self.last_fence, "a fence was used before");
                    self.last_fence = lease.fence.number;
                    let views = self.dispatcher.workers();
                    let holds = |view: &&WorkerView| view.leases.iter().any(|l| l.fence == lease.fence);
                    // The lease may have been taken back by a later action of the same call.
                    if let Some(view) = views.iter().find(holds) {
                        assert!(view.takes_work(), "a lease for {}, which takes no work", view.name);
                    }
                    self.held.entry(session).or_default().push(lease);
                }
                // A worker that is waited for hears nothing, and is no session that could answer.
                Action::Revoke { session, fence } => self.drop_lease(session.0, fence),
                Action::Close { session, revision } => {
                    self.opened.remove(&(session, revision));
                    self.canvases.remove(&(session, revision));
                    if let Some(held) = self.held.get_mut(&session) {
                        held.retain(|lease| lease.revision != revision);
                    }
                }
                Action::Drain { .. } => {}
                Action::End { session, .. } => {
                    self.ended.push(session);
                    self.held.remove(&session);
                }
                Action::JobFailed(failure) => self.failures.push(failure),
                Action::Checked(end) => self.checked.push(end.outcome),
                Action::Note(note) => self.notes.push(note),
            }
        }
    }

    pub(super) fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.dispatcher.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.dispatcher.handle_timeout(self.now);
            self.act();
        }
        self.now = until;
    }

    /// As [`wait`](Self::wait), while these sessions send heartbeats that name all they hold, with progress.
    pub(super) fn live(&mut self, time: Duration, sessions: &[u64]) {
        let until = self.now + time;
        while self.now < until {
            for session in sessions {
                self.beat(*session, self.now.as_secs() as u32 + 1);
            }
            self.wait(until.saturating_sub(self.now).min(Duration::from_secs(2)));
        }
    }

    pub(super) fn beat(&mut self, session: u64, progress: u32) {
        let session = SessionId(session);
        let held: Vec<Held> =
            self.held[&session].iter().map(|lease| Held { fence: lease.fence, progress }).collect();
        self.dispatcher.handle_heartbeat(session, &held, self.now);
        self.act();
    }

    pub(super) fn first(&self, session: u64) -> Lease {
        self.held[&SessionId(session)].first().expect("the session holds nothing").clone()
    }

    pub(super) fn drop_lease(&mut self, session: u64, fence: Fence) {
        if let Some(held) = self.held.get_mut(&SessionId(session)) {
            held.retain(|lease| lease.fence != fence);
        }
    }

    /// A session finishes its first lease.
    pub(super) fn finish(&mut self, session: u64) -> Verdict {
        let lease = self.first(session);
        self.finish_lease(session, &lease)
    }

    pub(super) fn finish_lease(&mut self, session: u64, lease: &Lease) -> Verdict {
        self.drop_lease(session, lease.fence);
        let answer = match lease.work {
            Work::Prepare => Answer::Prepared,
            Work::Node { .. } => Answer::Computed(MS),
        };
        let is_check = self.dispatcher.is_check(lease.fence);
        let verdict = self.dispatcher.handle_result(SessionId(session), lease.fence, answer, self.now);
        let compared = match &verdict {
            Verdict::Accept(accepted) => {
                assert!(!is_check, "the result of a check goes to the job");
                accepted.compare
            }
            Verdict::Compare(compared) => Some(compared.fence),
            Verdict::Stale => None,
        };
        if let Some(fence) = compared {
            assert_eq!(fence, lease.fence);
            self.unhashed.push((fence, self.digest(session, lease)));
        }
        if let Verdict::Accept(accepted) = &verdict
            && let Work::Node { epoch, node, total } = accepted.work
        {
            self.done.entry((accepted.revision, epoch)).or_default().extend(node.shards(total));
        }
        self.act();
        verdict
    }

    /// What a session computes under a lease.
    fn digest(&self, session: u64, lease: &Lease) -> Sha256 {
        // SplitMix64's multiplier spreads the fences.
        let draw = lease.fence.number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
        let lies = self.liars.get(&session).is_some_and(|one_in| draw.is_multiple_of(*one_in));
        let text = format!("{} {:?} {}", lease.revision, lease.work, if lies { session } else { 0 });
        let mut bytes = [0_u8; 32];
        for (i, byte) in text.bytes().enumerate() {
            let place = &mut bytes[i % 32];
            *place = place.rotate_left(3).wrapping_add(byte);
        }
        Sha256(bytes)
    }

    /// Gives all digests that are wanted.
    pub(super) fn hash(&mut self) {
        for (fence, digest) in std::mem::take(&mut self.unhashed) {
            self.dispatcher.handle_digest(fence, digest, self.now);
            self.act();
        }
    }

    /// Why a worker is quarantined, if it is.
    pub(super) fn quarantined(&self, worker: &str) -> Option<String> {
        let view = self.dispatcher.worker(&worker.parse().unwrap())?;
        view.quarantine.map(|quarantine| quarantine.reason)
    }

    pub(super) fn fail(&mut self, session: u64, error: &ShardError) {
        let lease = self.first(session);
        self.drop_lease(session, lease.fence);
        self.dispatcher.handle_failure(SessionId(session), lease.fence, error, self.now);
        self.act();
    }

    pub(super) fn give_back(&mut self, session: u64) {
        let lease = self.first(session);
        self.drop_lease(session, lease.fence);
        // It hands back what it cannot compute for want of the brief or the canvas; both come again. Only a check may be
        // of a canvas that is not offered any more.
        let offered = self.dispatcher.round(lease.revision).map(|round| round.stage);
        if self.dispatcher.lease(lease.fence).is_some() && offered == Some(lease.work.stage()) {
            self.opened.remove(&(SessionId(session), lease.revision));
            self.canvases.remove(&(SessionId(session), lease.revision));
        }
        self.dispatcher.handle_return(SessionId(session), lease.fence, "no".into(), self.now);
        self.act();
    }

    pub(super) fn leave(&mut self, session: u64, cause: LeaveCause) {
        self.held.remove(&SessionId(session));
        self.dispatcher.handle_disconnect(SessionId(session), cause, self.now);
        self.act();
    }

    /// A session's connection breaks, and its process comes back after some time. Returns the new session.
    pub(super) fn reconnect(&mut self, session: u64, after: Duration) -> u64 {
        self.leave(session, LeaveCause::Disconnected);
        self.wait(after);
        self.join(self.registrations[&SessionId(session)].clone()).0.0
    }

    /// Drops what a job has offered; it stays open.
    pub(super) fn abandon(&mut self, job: u64) {
        self.dispatcher.withdraw(revision(job), self.now);
        self.act();
    }

    pub(super) fn holds(&self, session: u64) -> usize {
        self.held.get(&SessionId(session)).map_or(0, Vec::len)
    }

    /// Nodes that a session holds.
    pub(super) fn nodes(&self, session: u64) -> Vec<Node> {
        let node = |lease: &Lease| match lease.work {
            Work::Node { node, .. } => node,
            Work::Prepare => Node::root(1),
        };
        self.held[&SessionId(session)].iter().map(node).collect()
    }

    /// Every session finishes what it holds, again and again, until nothing is held.
    pub(super) fn finish_all(&mut self) {
        for _ in 0..100_000 {
            let Some(session) = self.held.iter().find(|(_, held)| !held.is_empty()).map(|(id, _)| id.0)
            else {
                return;
            };
            let _ = self.finish(session);
        }
        panic!("leases without end");
    }

    /// Accepted shards of an epoch, in order.
    pub(super) fn shards(&self, job: u64, epoch: u32) -> Vec<u32> {
        let mut shards = self.done.get(&(revision(job), Epoch(epoch))).cloned().unwrap_or_default();
        shards.sort_unstable();
        shards
    }
}

pub(super) fn device() -> ShardError {
    ShardError::Device("it broke".into())
}

pub(super) fn not_finite() -> ShardError {
    ShardError::NotFinite("t".into())
}
