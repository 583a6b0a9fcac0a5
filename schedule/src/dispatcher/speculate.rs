//! Idle workers compute nodes that take long, too; the first answer counts.

use std::time::Duration;

use clipig_core::{Fence, JobRevision, Node, SessionId, expected};

use super::Dispatcher;
use super::action::Note;
use super::assign::Issued;
use super::timers::Time;
use super::workers::Connection;

/// A node is computed speculatively when it takes this many times as long as the median says.
const SLOW: u32 = 2;

/// How many of the longest leases of a job are considered.
const LONGEST: usize = 8;

/// A node that takes long, and who computes it, too.
struct Speculation {
    node: Node,
    /// When its lease was begun, and its fence.
    first: (Time, Fence),
    second: SessionId,
}

impl Dispatcher {
    /// Has idle workers compute nodes that take long, and notes when the next one may be due.
    pub(super) fn speculate(&mut self, now: Time) {
        self.speculation = None;
        for revision in self.jobs.by_pass(|round| round.pending() == 0 && round.longest().next().is_some()) {
            while let Some(speculation) = self.choose_speculation(revision, now) {
                self.grant_second(revision, &speculation, now);
            }
        }
    }

    fn choose_speculation(&mut self, revision: JobRevision, now: Time) -> Option<Speculation> {
        self.idle_for(revision, now).next()?;
        let bytes = self.next_gradient(revision);
        if !self.budget.admits(revision, bytes) {
            return None;
        }
        let job = self.jobs.get(revision)?;
        let round = job.round()?;
        let mut soonest: Option<Time> = None;
        let mut choice = None;
        for (begun, fence) in round.longest().take(LONGEST) {
            let lease = expected(self.leases.get(fence), "what a round has leased is valid");
            let Some(grant) = lease.map(|lease| *lease.grant()) else { continue };
            let history = round.history(grant.node);
            let able = |session: SessionId, connection: &Connection| {
                session != grant.session && !Self::advises_against(history, connection)
            };
            let Some((second, has_model)) = self.idle_with_model(revision, grant.model, able, now) else {
                continue;
            };
            // While nothing is known, whatever its holder says of its progress: as long as it may make none. Whoever would
            // have to load the model first is hardly sooner.
            let late = match job.expected(grant.stage, grant.shards).filter(|_| has_model) {
                // Nobody knows whether it comes back.
                _ if !self.workers.is_connected(grant.session) => Duration::ZERO,
                Some(expected) => expected.saturating_mul(SLOW).max(self.settings.speculate_after),
                None => self.settings.lease_timeout,
            };
            let due = begun.saturating_add(late);
            if due <= now {
                choice = Some(Speculation { node: grant.node, first: (begun, fence), second });
                break;
            }
            soonest = Some(soonest.map_or(due, |known| known.min(due)));
        }
        if choice.is_none() {
            self.speculation = self.speculation.into_iter().chain(soonest).min();
        }
        choice
    }

    fn grant_second(&mut self, revision: JobRevision, speculation: &Speculation, now: Time) {
        let Speculation { node, first, second } = *speculation;
        let Some(Issued { fence, .. }) = self.issue(revision, node, second, None, now) else {
            return;
        };
        if let Some(round) = self.jobs.round_of_lease(revision) {
            round.grant_second(node, fence, first);
        }
        let Some(lease) = expected(self.leases.get(first.1), "the first copy is valid") else { return };
        let (slow, stage) = (lease.grant().session, lease.grant().stage);
        let name = |session| self.workers.holder(session).map(|holder| holder.worker().clone());
        if let (Some(slow), Some(second)) = (name(slow), name(second)) {
            self.note(Note::Speculated { revision, stage, node, slow, second });
        }
    }
}
