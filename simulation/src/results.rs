//! Results arrive at a simulated runner, and are merged.

use clipig_coordinator::AcceptError;
use clipig_core::{Computed, GradientSum, JobId, Node, SampleReport, ShardError, Work};
use clipig_schedule::dispatcher::Accepted;
use clipig_schedule::switchboard::JobCommand;

use crate::coordinator::Queued;
use crate::plant::Plant;
use crate::runner::{Phase, Runner};
use crate::world::World;

impl World {
    /// A result for the epoch that a job gathers.
    pub(crate) fn merge(
        &mut self,
        accepted: &Accepted,
        gradient: GradientSum,
        reports: Vec<Vec<SampleReport>>,
    ) {
        let Work::Node { epoch: number, node, total } = accepted.work else { return };
        let job = accepted.revision.job;
        if !gradient.is_finite() {
            return self.refuse(accepted, ShardError::NotFinite("the sum".into()));
        }
        let compared = accepted.compare.map(|fence| (fence, gradient.clone(), reports.clone()));
        let by_arrival = self.plant == Some(Plant::MergeByArrival);
        let Some(runner) = self.runner_mut(job) else { return };
        let gradient = if by_arrival { in_order_of_arrival(runner, node, total, gradient) } else { gradient };
        let Phase::Gathering(epoch) = &mut runner.phase else { return };
        match epoch.accept(node, gradient, reports) {
            Ok(()) => {
                if let Some((fence, gradient, reports)) = compared {
                    self.hash(fence, &gradient, &reports);
                }
                self.merged(job, node, total);
            }
            Err(error @ AcceptError::Merge(_)) => {
                self.violation(&format!("job {job}, epoch {number}: {error}"));
            }
            Err(error) => self.refuse(accepted, ShardError::Device(error.to_string())),
        }
    }

    fn refuse(&mut self, accepted: &Accepted, error: ShardError) {
        self.command(Queued::Job(JobCommand::Refuse { accepted: accepted.clone(), error }));
    }

    fn merged(&mut self, job: JobId, node: Node, total: u32) {
        let Some(runner) = self.runner_mut(job) else { return };
        let twice = node.shards(total).find(|shard| !runner.merged.insert(*shard));
        let complete = runner.under_way().is_some_and(clipig_coordinator::EpochUnderWay::is_complete);
        if let Some(shard) = twice {
            self.violation(&format!("job {job}: shard {shard} was merged twice"));
        }
        if complete {
            self.step_soon(job);
        }
    }

    /// For a planted bug: takes a result whose lease was taken back, if it still fits somewhere.
    pub(crate) fn merge_stale(&mut self, computed: Computed) {
        let Computed { fence, gradient, reports, .. } = computed;
        let Some((revision, Work::Node { node, total, .. })) = self.leases.get(&fence).copied() else {
            return;
        };
        let job = revision.job;
        let Some(runner) = self.runner_mut(job) else { return };
        let Phase::Gathering(epoch) = &mut runner.phase else { return };
        if epoch.plan().shards.len() as u32 == total && epoch.accept(node, gradient, reports).is_ok() {
            self.merged(job, node, total);
        }
    }
}

/// For a planted bug: what is given to the tree at this node, when sums are added in the order of their arrival. The
/// last node gets all, those before nothing, so that nothing but the order is wrong.
fn in_order_of_arrival(runner: &mut Runner, node: Node, total: u32, gradient: GradientSum) -> GradientSum {
    let (width, height) = (gradient.width(), gradient.height());
    let sum = match runner.arrivals.take() {
        Some(before) => before.merge(gradient),
        None => gradient,
    };
    if runner.merged.len() + node.shards(total).len() == total as usize {
        return sum;
    }
    runner.arrivals = Some(sum);
    GradientSum::new(width, height)
}
