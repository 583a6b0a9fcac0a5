//! Leases that are handed back undone: the worker lacks the job's content, or leaves.
//!
//! Whoever hands back is asked again after a delay that doubles. That counts against nobody, since content may come late.
//! But what can never be had must not be asked for for ever: a node that is handed back too often, for too long, fails
//! its job.

use clipig_core::{Fence, JobRevision, Node, ShardError};

use super::Dispatcher;
use super::action::Note;
use super::leases::{Grant, Purpose};
use super::timers::Time;

impl Dispatcher {
    /// A lease is handed back undone.
    pub(super) fn hand_back(&mut self, fence: Fence, grant: &Grant, reason: String, now: Time) {
        let Grant { session, revision, stage, node, purpose, .. } = *grant;
        if purpose == Purpose::Check {
            // Its canvas may be that of an epoch that is over, so this says nothing about the worker.
            if self.jobs.round(revision).is_some_and(|round| round.stage() == stage) {
                self.workers.forget_sent(session, revision);
            }
            self.release(fence, now);
            return;
        }
        let Some(holder) = self.workers.holder(session) else { return };
        let (worker, leaves) = (holder.worker().clone(), holder.is_draining());
        if !leaves {
            let times = self.workers.hand_back(session, revision, now);
            if let Some(round) = self.jobs.round_of_lease(revision) {
                // The first time it may just have lacked the brief or the canvas.
                if times > 1 {
                    round.advise_against(node, &worker);
                }
                round.add_return(node, (worker.clone(), reason.clone()), now);
            }
        }
        self.workers.forget_sent(session, revision);
        self.release(fence, now);
        self.note(Note::Returned { worker, revision, stage, node, reason });
        self.fail_unobtainable(revision, node, now);
    }

    /// Fails a job of which a node was handed back too often, for too long.
    fn fail_unobtainable(&mut self, revision: JobRevision, node: Node, now: Time) {
        let Some(round) = self.jobs.round(revision) else { return };
        let returns = round.history(node).map(super::jobs::History::returns);
        let (Some((times, Some(first))), Some((worker, reason))) = (returns, round.last_return()) else {
            return;
        };
        if times >= self.settings.returns && now.saturating_sub(first) >= self.settings.return_period {
            let what = format!("handed back undone {times} times, at last by worker {worker}: {reason}");
            self.fail_job(revision, node, ShardError::Device(what), now);
        }
    }
}
