//! The spans of leases, from the grant to whatever ends a lease.
//!
//! The core knows nothing of spans. They follow what goes in and comes out of it: a lease that is sent begins one, and an
//! answer, a revocation or a note ends it. What ends without a word is over when its job offers something else.

use std::collections::{HashMap, VecDeque};

use clipig_core::{Fence, FromWorker, JobId, JobRevision, Lease, Node, SessionId, Stage, Work, WorkerName};
use clipig_schedule::dispatcher::{CheckEnd, Note};
use clipig_telemetry::{Kind, Span, TraceContext, keys};

/// Leases of an epoch that are traced; others of it have no span. With more, a collector could not keep up, and nobody
/// could read the trace.
const MOST: u32 = 256;

/// Stages of a job whose leases are traced: a spot check may be of the epoch before.
const STAGES: usize = 2;

/// All spans of leases.
#[derive(Debug, Default)]
pub(super) struct LeaseTraces {
    /// What jobs offer and offered before, as far as it is traced; the last stage stands last.
    stages: HashMap<JobId, VecDeque<TracedStage>>,
    leases: HashMap<Fence, TracedLease>,
    workers: HashMap<SessionId, WorkerName>,
}

#[derive(Debug)]
struct TracedStage {
    revision: JobRevision,
    stage: Stage,
    parent: TraceContext,
    /// How many more leases may be traced.
    left: u32,
}

#[derive(Debug)]
struct TracedLease {
    span: Span,
    work: LeasedWork,
    worker: WorkerName,
    /// Is its result only compared with another one?
    check: bool,
}

/// What is leased; several leases may be of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LeasedWork {
    revision: JobRevision,
    stage: Stage,
    /// `None`: a preparation.
    node: Option<Node>,
}

impl LeaseTraces {
    pub(super) fn connected(&mut self, session: SessionId, worker: &WorkerName) {
        self.workers.insert(session, worker.clone());
    }

    pub(super) fn disconnected(&mut self, session: SessionId) {
        self.workers.remove(&session);
    }

    /// Leases of a stage are traced below a span. Those of spot checks that are still valid may outlive their stage.
    pub(super) fn begin(
        &mut self,
        revision: JobRevision,
        stage: Stage,
        parent: TraceContext,
        is_check: impl Fn(Fence) -> bool,
    ) {
        self.drop_leases(|fence, lease| lease.work.revision.job == revision.job && !is_check(fence));
        let stages = self.stages.entry(revision.job).or_default();
        if stages.len() == STAGES {
            stages.pop_front();
        }
        stages.push_back(TracedStage { revision, stage, parent, left: MOST });
    }

    /// A job needs nothing more.
    pub(super) fn end(&mut self, job: JobId) {
        if self.stages.remove(&job).is_some() {
            self.drop_leases(|_, lease| lease.work.revision.job == job);
        }
    }

    /// The spot check of a node is over, and with it those of its leases that have no answer.
    pub(super) fn checked(&mut self, end: &CheckEnd) {
        self.drop_leases(|fence, lease| lease.check && end.fences.contains(&fence));
    }

    fn drop_leases(&mut self, is_over: impl Fn(Fence, &TracedLease) -> bool) {
        for (_, mut lease) in self.leases.extract_if(|fence, lease| is_over(*fence, lease)) {
            lease.span.set(keys::OUTCOME, "dropped");
        }
    }

    /// A lease is about to be sent; it is told its span. `check`: its result is only compared with another one.
    pub(super) fn granted(&mut self, session: SessionId, lease: &mut Lease, check: bool) {
        let Some(stages) = self.stages.get_mut(&lease.revision.job) else { return };
        let Some(traced) = stage_of(stages, lease).filter(|traced| traced.left > 0) else { return };
        let Some(worker) = self.workers.get(&session) else { return };
        traced.left -= 1;
        let mut span = Span::below("lease", Kind::Producer, Some(traced.parent));
        if !span.is_recorded() {
            return;
        }
        let work = LeasedWork::of(lease);
        span.set(keys::JOB, work.revision.job.0);
        span.set(keys::FENCE, lease.fence.to_string());
        span.set(keys::WORKER, worker.as_str());
        let has_copy = |other: &TracedLease| other.work == work && !other.check;
        span.set(keys::COPY, !check && self.leases.values().any(has_copy));
        span.set(keys::CHECK, check);
        if let Work::Node { epoch, node, total } = lease.work {
            span.set(keys::EPOCH, epoch.0);
            span.set(keys::NODE, node.to_string());
            span.set(keys::SHARDS, node.shards(total).len());
        }
        lease.trace = span.context();
        self.leases.insert(lease.fence, TracedLease { span, work, worker: worker.clone(), check });
    }

    /// A worker has said something, which the core has not heard yet.
    pub(super) fn answered(&mut self, session: SessionId, message: &FromWorker) {
        let Some(fence) = message.answers() else { return };
        let Some(lease) = self.leases.get(&fence) else { return };
        // Another worker's answer is stale.
        if self.workers.get(&session) != Some(&lease.worker) {
            return;
        }
        let Some(mut lease) = self.leases.remove(&fence) else { return };
        let outcome = match message {
            FromWorker::Computed(computed) => {
                if let Some(span) = computed.trace {
                    lease.span.link(span);
                }
                lease.span.set(keys::BYTES, computed.gradient.bytes());
                "computed"
            }
            FromWorker::Failed { error, .. } => {
                lease.span.fail(error.without_texts());
                "failed"
            }
            FromWorker::Returned { reason, .. } => {
                lease.span.fail(reason);
                "returned"
            }
            _ => "prepared",
        };
        lease.span.set(keys::OUTCOME, outcome);
    }

    /// A lease is taken back: another worker was quicker, is idle, or the job needs nothing more.
    pub(super) fn revoked(&mut self, fence: Fence) {
        let Some(mut lease) = self.leases.remove(&fence) else { return };
        if self.workers.values().any(|worker| *worker == lease.worker) {
            lease.span.set(keys::OUTCOME, "revoked");
        } else {
            // It was given time to come back, and another worker was quicker.
            lease.span.set(keys::OUTCOME, "lost");
            lease.span.fail(format_args!("the connection of worker {} is broken", lease.worker));
        }
    }

    /// Ends the leases that a note tells of.
    pub(super) fn noted(&mut self, note: &Note) {
        if self.leases.is_empty() {
            return;
        }
        let (worker, revision, stage, node, outcome) = match note {
            Note::Failed { revision, stage, node, attempt } => {
                (&attempt.worker, *revision, *stage, *node, "failed")
            }
            Note::LeaseLost { worker, revision, stage, node } => (worker, *revision, *stage, *node, "lost"),
            Note::Returned { worker, revision, stage, node, .. } => {
                (worker, *revision, *stage, *node, "returned")
            }
            _ => return,
        };
        let node = stage.epoch().map(|_| node);
        let work = LeasedWork { revision, stage, node };
        for (_, mut lease) in self.leases.extract_if(|_, lease| lease.work == work && lease.worker == *worker)
        {
            lease.span.set(keys::OUTCOME, outcome);
            match note {
                Note::Failed { attempt, .. } => lease.span.fail(attempt.error.without_texts()),
                _ => lease.span.fail(note),
            }
        }
    }
}

/// The stage that a lease is of, if that is among them.
fn stage_of<'a>(stages: &'a mut VecDeque<TracedStage>, lease: &Lease) -> Option<&'a mut TracedStage> {
    let wanted = (lease.revision, lease.work.stage());
    stages.iter_mut().rev().find(|traced| (traced.revision, traced.stage) == wanted)
}

impl LeasedWork {
    fn of(lease: &Lease) -> Self {
        let node = match lease.work {
            Work::Prepare => None,
            Work::Node { node, .. } => Some(node),
        };
        Self { revision: lease.revision, stage: lease.work.stage(), node }
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::{Epoch, EpochValues};

    use super::*;

    #[test]
    fn a_lease_of_the_epoch_before_is_told_below_its_own_epoch() {
        let revision = JobRevision { job: JobId(1), revision: 0 };
        let lease = |epoch: u32| {
            let node = Node { level: 0, index: 0 };
            let values = EpochValues { resolution: [8, 8], learnrate: 1.0, learnrate_scale: 1.0 };
            let fence = Fence { incarnation: 1, number: 1 };
            let work = Work::Node { epoch: Epoch(epoch), node, total: 1 };
            Lease { fence, revision, work, values, trace: None }
        };
        let parent = |epoch: u8| TraceContext::new([7; 16], [epoch; 8], true).unwrap();
        let mut traces = LeaseTraces::default();
        // The second epoch is not traced.
        for epoch in [1, 3, 4] {
            traces.begin(revision, Stage::Epoch(Epoch(u32::from(epoch))), parent(epoch), |_| true);
        }
        let stages = traces.stages.get_mut(&revision.job).unwrap();
        let told = [1, 2, 3, 4, 5].map(|epoch| stage_of(stages, &lease(epoch)).map(|traced| traced.parent));
        assert_eq!(told, [None, None, Some(parent(3)), Some(parent(4)), None]);
        traces.end(revision.job);
        assert!(traces.stages.is_empty());
    }
}
