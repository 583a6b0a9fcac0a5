//! A lease in a worker's hands.
//!
//! ```text
//!  Lease ──▶ Queued ──first shard starts──▶ Begun ──last shard done, or one failed──▶ Answered ──sent──▶ forgotten
//!               │                             │
//!               └─────revoked, closed─────────┴──▶ forgotten; running shards finish unseen
//! ```
//!
//! A queued lease is handed back when the worker leaves; a begun one is finished if there is time. It is queued until the
//! job's content and the weights of the models that it needs are at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{
    Canvas, CanvasView, ComputeJob, Computed, FromWorker, GradientSum, Lease, Node, SampleReport, Shard,
    ShardError, ShardIndex, ShardTask, TiledCanvas, Work, expected,
};
use clipig_geometry::{Size, footprint};
use clipig_schedule::MergeTree;
use clipig_telemetry::{Kind, Span, TraceContext, keys};

use super::open_job::{OpenJob, Planned, Wanted};
use super::{Outcome, Task, Ticket};

/// Shards of a lease that are traced; of the others only their sum is told.
const TRACED_SHARDS: u32 = 16;

/// A lease that is not answered.
#[derive(Debug)]
pub(super) enum HeldLease {
    Queued(Queued),
    Begun(Box<Begun>),
}

/// Nothing of the lease runs yet.
#[derive(Debug)]
pub(super) struct Queued {
    lease: Lease,
    canvas: CanvasView,
    progress: u32,
    /// The models that it needs, once the job's content is at hand.
    models: BTreeSet<usize>,
}

/// A part of the lease runs, or has run.
#[derive(Debug)]
pub(super) struct Begun {
    lease: Lease,
    job: Arc<ComputeJob>,
    canvas: CanvasView,
    progress: u32,
    /// The job's progress when it began.
    beats: u32,
    work: BegunWork,
    /// Time of computing so far.
    spent: Duration,
    span: Span,
    /// How many more shards may be traced.
    traced_shards: u32,
}

/// The answer is on its way to the connection.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) progress: u32,
}

#[derive(Debug)]
enum BegunWork {
    Prepare { canvas: Canvas, started: bool },
    Node(NodeSum),
}

/// The sum of a node, as far as it is computed.
#[derive(Debug)]
struct NodeSum {
    node: Node,
    planned: Planned,
    /// The next shard to start.
    next: u32,
    end: u32,
    running: BTreeMap<Ticket, ShardIndex>,
    tree: MergeTree,
    reports: BTreeMap<u32, Vec<SampleReport>>,
}

/// What can be done next for a lease.
pub(super) enum Step {
    /// Start this on a thread, below this span.
    Start(Arc<ComputeJob>, Task, Option<TraceContext>),
    /// Nothing now.
    Wait,
    /// It cannot be computed here.
    Fail(ShardError),
    /// Something is missing that the coordinator can send again; what.
    Return(String),
}

/// Why a lease cannot begin.
enum Obstacle {
    Error(ShardError),
    /// A part of the canvas is not here.
    Missing(String),
}

impl Queued {
    pub(super) fn new(lease: Lease, canvas: CanvasView) -> Self {
        Self { lease, canvas, progress: 0, models: BTreeSet::new() }
    }

    /// The models that it is computed with: places among those of the job. A lease that does not fit the plan needs none; it
    /// fails when it [begins](Self::begin).
    fn needed(&self, job: &mut OpenJob, ready: &ComputeJob) -> BTreeSet<usize> {
        let all = 0..ready.weights.models();
        let Work::Node { epoch, node, total } = self.lease.work else { return all.collect() };
        if all.len() == 1 {
            return all.collect();
        }
        let planned = job.planned(ready, epoch, self.lease.values);
        let shards = &planned.plan.shards;
        if shards.len() as u32 != total || !node.exists(total) {
            return BTreeSet::new();
        }
        let below = &shards[node.shards(total).start as usize..node.shards(total).end as usize];
        let targets = below.iter().filter_map(|shard| ready.experiment.targets.get(shard.target.0 as usize));
        targets.map(|target| target.model).collect()
    }

    /// The lease with its first shard about to start.
    fn begin(&self, job: &mut OpenJob, ready: Arc<ComputeJob>) -> Result<Begun, Obstacle> {
        // Tiles may have come meanwhile.
        let canvas = job.canvas(self.lease.work.stage()).unwrap_or(&self.canvas).clone();
        let work = match self.lease.work {
            Work::Prepare => match &canvas {
                CanvasView::Whole(canvas) => BegunWork::Prepare { canvas: canvas.clone(), started: false },
                CanvasView::Tiles(_) => {
                    let what = "a preparation needs the whole canvas, of which only tiles are here";
                    return Err(Obstacle::Missing(what.to_owned()));
                }
            },
            Work::Node { epoch, node, total } => {
                let planned = job.planned(&ready, epoch, self.lease.values);
                let shards = planned.plan.shards.len() as u32;
                if shards != total || !node.exists(total) {
                    return Err(Obstacle::Error(ShardError::Device(format!(
                        "epoch {epoch} has {shards} shards here, but {total} on the coordinator, of which node \
                         {node} is wanted; are both of the same version?"
                    ))));
                }
                if let CanvasView::Tiles(tiles) = &canvas {
                    let below = &planned.plan.shards
                        [node.shards(total).start as usize..node.shards(total).end as usize];
                    let missing = below
                        .iter()
                        .map(|shard| missing_tiles(&ready, &planned, shard, tiles))
                        .sum::<usize>();
                    if missing > 0 {
                        return Err(Obstacle::Missing(format!(
                            "{missing} tiles of the canvas of epoch {epoch} are missing for node {node}"
                        )));
                    }
                }
                BegunWork::Node(NodeSum::new(node, total, planned))
            }
        };
        let (lease, beats) = (self.lease.clone(), ready.progress.count());
        Ok(Begun {
            span: span_of(&lease),
            traced_shards: TRACED_SHARDS,
            lease,
            job: ready,
            canvas,
            progress: self.progress,
            beats,
            work,
            spent: Duration::ZERO,
        })
    }
}

/// The worker's part of a lease, where that is traced: from its first shard to its answer.
fn span_of(lease: &Lease) -> Span {
    let name = match lease.work {
        Work::Prepare => "encode",
        Work::Node { .. } => "node",
    };
    let mut span = Span::below(name, Kind::Consumer, lease.trace);
    span.set(keys::JOB, lease.revision.job.0);
    if let Work::Node { epoch, node, total } = lease.work {
        span.set(keys::EPOCH, epoch.0);
        span.set(keys::NODE, node.to_string());
        span.set(keys::SHARDS, node.shards(total).len());
    }
    span
}

/// How many tiles a shard needs that are not here. A lease computed without them would give a wrong gradient.
fn missing_tiles(job: &ComputeJob, planned: &Planned, shard: &Shard, held: &TiledCanvas) -> usize {
    // The plan is made from the same experiment.
    let Some(target) = job.experiment.targets.get(shard.target.0 as usize) else { return 0 };
    let size = Size { width: held.grid().width() as i64, height: held.grid().height() as i64 };
    let needed = footprint(target, &planned.scope, shard.samples.clone(), size);
    needed.without(held.held()).len()
}

impl HeldLease {
    pub(super) fn lease(&self) -> &Lease {
        match self {
            Self::Queued(queued) => &queued.lease,
            Self::Begun(begun) => &begun.lease,
        }
    }

    pub(super) fn is_queued(&self) -> bool {
        matches!(self, Self::Queued(_))
    }

    /// Notes which models a queued lease needs, now that the job's content is at hand. Returns them.
    pub(super) fn note_models(&mut self, job: &mut OpenJob) -> BTreeSet<usize> {
        match (self, job.ready()) {
            (Self::Queued(queued), Some(ready)) => {
                queued.models = queued.needed(job, &ready);
                queued.models.clone()
            }
            _ => BTreeSet::new(),
        }
    }

    /// Is it queued until this has come?
    pub(super) fn waits_for(&self, wanted: Wanted) -> bool {
        match (self, wanted) {
            (Self::Queued(_), Wanted::Content) => true,
            (Self::Queued(queued), Wanted::Model(place)) => queued.models.contains(&place),
            (Self::Begun(_), _) => false,
        }
    }

    /// Is everything at hand that it needs to begin?
    pub(super) fn has_content(&self, job: &OpenJob) -> bool {
        match self {
            Self::Queued(queued) => job.has(queued.models.iter().copied()),
            Self::Begun(_) => true,
        }
    }

    fn begun(&mut self) -> Option<&mut Begun> {
        match self {
            Self::Queued(_) => None,
            Self::Begun(begun) => Some(begun),
        }
    }

    /// Grows with whatever is done for the lease. A shard may take minutes, so each step of the job counts, also
    /// one for another lease of the job: where a thread hangs, the others soon have nothing left to do for its epoch.
    pub(super) fn progress(&self) -> u32 {
        match self {
            Self::Queued(queued) => queued.progress,
            Self::Begun(begun) => {
                begun.progress.wrapping_add(begun.job.progress.count().wrapping_sub(begun.beats))
            }
        }
    }

    pub(super) fn make_progress(&mut self) {
        let progress = match self {
            Self::Queued(queued) => &mut queued.progress,
            Self::Begun(begun) => &mut begun.progress,
        };
        *progress = progress.saturating_add(1);
    }

    /// Could something of it start, if a thread were free and the job's content at hand?
    pub(super) fn wants_thread(&self) -> bool {
        match self {
            Self::Queued(_) => true,
            Self::Begun(begun) => begun.wants_thread(),
        }
    }

    /// What can be done next. A queued lease whose job is ready begins.
    pub(super) fn next(&mut self, job: &mut OpenJob) -> Step {
        if let Self::Queued(queued) = self {
            let Some(ready) = job.ready() else { return Step::Wait };
            match queued.begin(job, ready) {
                Ok(begun) => *self = Self::Begun(Box::new(begun)),
                Err(Obstacle::Error(error)) => return Step::Fail(error),
                Err(Obstacle::Missing(what)) => return Step::Return(what),
            }
        }
        match self {
            Self::Begun(begun) => begun.next(),
            Self::Queued(_) => Step::Wait,
        }
    }

    /// Notes that what [`next`](Self::next) gave runs under a ticket.
    pub(super) fn started(&mut self, ticket: Ticket, task: &Task) {
        let Some(begun) = expected(self.begun(), "what is started has begun") else { return };
        match (&mut begun.work, task) {
            (BegunWork::Prepare { started, .. }, _) => *started = true,
            (BegunWork::Node(sum), Task::Shard(task)) => {
                sum.running.insert(ticket, task.shard.index);
                sum.next += 1;
            }
            (BegunWork::Node(_), Task::Prepare(_)) => {
                debug_assert!(false, "a node is computed by shards");
            }
        }
    }

    /// Takes what a thread gave. The answer to the lease, once there is one.
    pub(super) fn done(&mut self, ticket: Ticket, outcome: Outcome, took: Duration) -> Option<FromWorker> {
        self.make_progress();
        // A lease may come again after it was revoked; then this is of the one before.
        let begun = self.begun()?;
        begun.spent += took;
        let fence = begun.lease.fence;
        match begun.take(ticket, outcome) {
            Ok(answer) => answer,
            Err(error) => {
                begun.span.fail(error.without_texts());
                Some(FromWorker::Failed { fence, error })
            }
        }
    }
}

impl Begun {
    fn wants_thread(&self) -> bool {
        match &self.work {
            BegunWork::Prepare { started, .. } => !started,
            BegunWork::Node(sum) => sum.next < sum.end,
        }
    }

    fn next(&mut self) -> Step {
        if !self.wants_thread() {
            return Step::Wait;
        }
        let span = self.span.context().filter(|_| self.traced_shards > 0);
        self.traced_shards = self.traced_shards.saturating_sub(1);
        let task = match &self.work {
            BegunWork::Prepare { canvas, .. } => Task::Prepare(canvas.clone()),
            BegunWork::Node(sum) => Task::Shard(ShardTask {
                shard: sum.planned.plan.shards[sum.next as usize].clone(),
                scope: sum.planned.scope.clone(),
                canvas: self.canvas.clone(),
            }),
        };
        Step::Start(Arc::clone(&self.job), task, span)
    }

    fn take(&mut self, ticket: Ticket, outcome: Outcome) -> Result<Option<FromWorker>, ShardError> {
        let fence = self.lease.fence;
        match (&mut self.work, outcome) {
            (BegunWork::Prepare { .. }, Outcome::Prepared(result)) => {
                let preparation = result?;
                let (prepared, warnings) = (preparation.prepared, preparation.warnings);
                Ok(Some(FromWorker::Prepared { fence, prepared, warnings }))
            }
            (BegunWork::Node(sum), Outcome::Shard(result)) => {
                let result = result?;
                sum.add(ticket, result.gradient, result.samples)?;
                let Some((gradient, reports)) = sum.take_if_complete() else { return Ok(None) };
                let (seconds, trace) = (self.spent.as_secs_f64(), self.span.context());
                Ok(Some(FromWorker::Computed(Computed { fence, gradient, reports, seconds, trace })))
            }
            _ => Err(ShardError::Device("a thread answered something that it was not asked".to_owned())),
        }
    }
}

impl NodeSum {
    fn new(node: Node, total: u32, planned: Planned) -> Self {
        let shards = node.shards(total);
        Self {
            node,
            planned,
            next: shards.start,
            end: shards.end,
            running: BTreeMap::new(),
            tree: MergeTree::below(node, total),
            reports: BTreeMap::new(),
        }
    }

    fn add(
        &mut self,
        ticket: Ticket,
        gradient: GradientSum,
        samples: Vec<SampleReport>,
    ) -> Result<(), ShardError> {
        // As in `done`: of a lease before this one.
        let Some(shard) = self.running.remove(&ticket) else { return Ok(()) };
        let merged = self.tree.insert(shard, gradient);
        merged.map_err(|error| ShardError::Device(format!("shard {shard} cannot be merged: {error}")))?;
        self.reports.insert(shard.0, samples);
        Ok(())
    }

    fn take_if_complete(&mut self) -> Option<(GradientSum, Vec<Vec<SampleReport>>)> {
        if !self.tree.is_complete() {
            return None;
        }
        let total = self.planned.plan.shards.len() as u32;
        let tree = std::mem::replace(&mut self.tree, MergeTree::below(self.node, total));
        let reports = std::mem::take(&mut self.reports).into_values().collect();
        tree.into_sum().map(|sum| (sum, reports))
    }
}
