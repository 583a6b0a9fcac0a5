//! Results arrive at the simulated coordinator, and are merged.

use std::time::Duration;

use clipig_coordinator::AcceptError;
use clipig_core::{Computed, Fence, GradientSum, Node, SampleReport, SessionId, ShardError, Work};
use clipig_schedule::dispatcher::{Accepted, Answer, Verdict};

use crate::coordinator::Running;
use crate::plant::Plant;
use crate::world::World;

impl World {
    pub(crate) fn computed(&mut self, session: SessionId, computed: Computed) {
        let Computed { fence, gradient, reports, seconds } = computed;
        let computing = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let answer = Answer::Computed(computing);
        let verdict = self.dispatch(|dispatcher, now| dispatcher.handle_result(session, fence, answer, now));
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

    pub(crate) fn merge(
        &mut self,
        accepted: &Accepted,
        gradient: GradientSum,
        reports: Vec<Vec<SampleReport>>,
    ) {
        let Work::Node { epoch: number, node, total } = accepted.work else { return };
        if !gradient.is_finite() {
            let error = ShardError::NotFinite("the sum".into());
            self.dispatch(|dispatcher, now| dispatcher.handle_refusal(accepted, &error, now));
            return;
        }
        let by_arrival = self.plant == Some(Plant::MergeByArrival);
        let job = accepted.revision.job;
        let Some(running) = self.running_job_mut(job) else { return };
        let gradient =
            if by_arrival { in_order_of_arrival(running, node, total, gradient) } else { gradient };
        let Some(epoch) = running.epoch.as_mut().filter(|epoch| epoch.epoch() == number) else {
            self.violation(&format!("job {job}: a result for epoch {number} was accepted"));
            return;
        };
        match epoch.accept(node, gradient, reports) {
            Ok(()) => {
                let twice = node.shards(total).find(|shard| !running.merged.insert(*shard));
                let complete = epoch.is_complete();
                if let Some(shard) = twice {
                    self.violation(&format!("job {job}: shard {shard} was merged twice"));
                }
                self.figures.nodes += 1;
                if complete {
                    self.step_soon(job);
                }
            }
            Err(error @ AcceptError::Merge(_)) => {
                self.violation(&format!("job {job}, epoch {number}: {error}"));
            }
            Err(error) => {
                let error = ShardError::Device(error.to_string());
                self.dispatch(|dispatcher, now| dispatcher.handle_refusal(accepted, &error, now));
            }
        }
    }

    /// For a planted bug: takes a result whose lease was taken back, if it still fits somewhere.
    pub(crate) fn merge_stale(
        &mut self,
        fence: Fence,
        gradient: GradientSum,
        reports: Vec<Vec<SampleReport>>,
    ) {
        let Some((revision, Work::Node { node, total, .. })) = self.leases.get(&fence).copied() else {
            return;
        };
        let job = revision.job;
        let Some(running) = self.running_job_mut(job) else { return };
        let Some(epoch) = &mut running.epoch else { return };
        if epoch.plan().shards.len() as u32 != total || epoch.accept(node, gradient, reports).is_err() {
            return;
        }
        let twice = node.shards(total).find(|shard| !running.merged.insert(*shard));
        let complete = epoch.is_complete();
        if let Some(shard) = twice {
            self.violation(&format!("job {job}: shard {shard} was merged twice"));
        }
        if complete {
            self.step_soon(job);
        }
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
