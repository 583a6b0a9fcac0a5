//! Two workers have computed the same node: are the bits the same, and if not, who is wrong?
//!
//! Two results do not say which of them is right. A third worker is asked, if there is one, as long as the canvas is there:
//! until the epoch after the node's ends. However long it takes, it is waited for, also while it is silent or its connection
//! is broken. Whoever disagrees with two others is wrong. If nobody can be asked, or all three differ, nobody knows, and
//! none of them is believed any more.
//!
//! Whoever is not believed is quarantined. What it has computed before is part of pictures, so the jobs that took it are
//! told.

use std::collections::BTreeSet;

use clipig_core::{Fence, JobId, JobRevision, Sha256};

use super::Dispatcher;
use super::action::Note;
use super::checks::Comparison;
use super::evidence::{CheckOutcome, Evidence, Opinion};
use super::spot_checks::OfferedNode;
use super::terms::Fit;
use super::timers::Time;
use super::workers::{Connection, Worker};

/// For so many offers a digest is waited for that would decide. The job has the result, and hashes it when it comes to it.
const PATIENCE: u32 = 4;

impl Dispatcher {
    /// The digest of a result is known: one that was merged and that is [compared](super::Accepted::compare), or one that
    /// is [only compared](super::Compared). Does nothing when nobody is interested any more.
    pub fn handle_digest(&mut self, fence: Fence, digest: Sha256, now: Time) {
        let Some(checked) = self.checks.set_digest(fence, digest) else { return };
        match self.checks.compare(checked) {
            Comparison::Open => {}
            Comparison::Same => {
                if let Some(check) = self.checks.remove(checked) {
                    let fences = check.results.iter().map(|result| result.fence).collect();
                    self.check_ends(checked, CheckOutcome::Same, fences);
                }
            }
            Comparison::Disputed => {
                self.checks.dispute(checked);
                self.is_stale = true;
            }
            Comparison::Different => self.find_fault(checked, now),
        }
    }

    /// Has others compute nodes of which two results differ. That goes before all other work.
    pub(super) fn decide(&mut self, now: Time) {
        // What is found out about one may end others.
        for checked in self.checks.disputed().collect::<Vec<_>>() {
            let round = self.jobs.round(checked.revision);
            let is_offered = round.is_some_and(|round| round.serial() == checked.offer);
            let is_kept = self.checks.kept(checked.revision).is_some_and(|kept| kept.offer == checked.offer);
            let other = |connection: &Connection| !self.checks.knows(checked, connection.worker());
            let fit = self
                .jobs
                .fit(checked.revision)
                .filter(|_| (is_offered || is_kept) && self.checks.may_ask(checked));
            let is_known =
                |fit: &&Fit| self.workers.serving(fit).chain(self.workers.waited_for(fit)).any(other);
            let Some(fit) = fit.filter(is_known) else {
                self.find_fault(checked, now);
                continue;
            };
            let willing = |connection: &Connection| {
                // An older canvas would take the place of the one that its other leases need.
                let is_free = is_offered || !self.serves(connection, checked.revision);
                other(connection) && is_free && !connection.declines(checked.revision, now)
            };
            // Otherwise somebody will have room or come back, or the offer ends.
            if let Some((_, session)) = self.workers.roomiest(fit, willing) {
                self.grant_check(checked, session, now);
            }
        }
    }

    /// Does a worker hold leases of this job?
    fn serves(&self, connection: &Connection, revision: JobRevision) -> bool {
        let session = self.workers.last_session_of(connection.worker());
        let mut held = session.into_iter().flat_map(|session| self.leases.of(session));
        held.any(|fence| self.leases.get(fence).is_some_and(|lease| lease.grant().revision == revision))
    }

    /// What a job has offered is over, and nothing more of it is leased but for checks.
    pub(super) fn end_checks_of_offer(&mut self, revision: JobRevision, now: Time) {
        for checked in self.checks.of(revision) {
            let outlived = self.checks.outlive(checked);
            if !self.checks.differs(checked) {
                if outlived > 1 || !self.checks.can_outlive_offer(checked) {
                    self.end_check(checked, now);
                }
            } else if outlived > PATIENCE && !self.is_being_decided(checked) {
                self.find_fault(checked, now);
            }
        }
    }

    /// Does anybody compute a node of which two results differ?
    fn is_being_decided(&self, checked: OfferedNode) -> bool {
        self.checks.fences(checked).into_iter().any(|fence| self.leases.is_check(fence))
    }

    /// A job is closed, and so are its checks.
    pub(super) fn end_all_checks(&mut self, revision: JobRevision, now: Time) {
        for checked in self.checks.of(revision) {
            if self.checks.differs(checked) {
                self.find_fault(checked, now);
            } else {
                self.end_check(checked, now);
            }
        }
    }

    /// Results of a node differ, and no more are expected.
    fn find_fault(&mut self, checked: OfferedNode, now: Time) {
        let OfferedNode { revision, node, .. } = checked;
        let Some(check) = self.checks.remove(checked) else { return };
        self.revoke_checks(&check, now);
        let fences = check.results.iter().map(|result| result.fence).collect();
        self.check_ends(checked, CheckOutcome::Different, fences);
        let stage = check.work.stage();
        let opinions = check.results.into_iter().filter_map(|result| {
            Some(Opinion { worker: result.worker, digest: result.digest?, merged: result.merged })
        });
        let evidence = Evidence::new(revision, stage, node, opinions.collect());
        self.note(Note::Differs(evidence.clone()));
        for opinion in evidence.at_fault() {
            let worker = self.workers.get(&opinion.worker);
            if worker.is_some_and(|worker| worker.quarantine().is_none()) {
                let reason = format!("a spot check found that results differ: {evidence}");
                self.quarantine(&opinion.worker, reason, self.settings.quarantine, now);
            }
        }
        for job in self.doubtful_jobs(&evidence) {
            self.note(Note::Doubtful { job, evidence: evidence.clone() });
        }
    }

    /// Jobs that took results of workers that are not believed any more.
    fn doubtful_jobs(&self, evidence: &Evidence) -> BTreeSet<JobId> {
        let names = evidence.at_fault().map(|opinion| &opinion.worker);
        let workers = names.filter_map(|name| self.workers.get(name));
        let mut jobs: BTreeSet<JobId> = workers.flat_map(Worker::jobs).collect();
        if evidence.at_fault().any(|opinion| opinion.merged) {
            jobs.insert(evidence.revision.job);
        }
        jobs
    }
}
