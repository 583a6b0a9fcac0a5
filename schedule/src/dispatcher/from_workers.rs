//! What workers tell: they come, answer, fall silent and go.

use std::time::Duration;

use clipig_core::{
    Fence, Held, JobRevision, Registration, SessionId, ShardError, Work, WorkerName, expected,
};

use super::Dispatcher;
use super::action::{Action, LeaveCause, Note};
use super::leases::{Ended, Grant, Purpose};
use super::spot_checks::OfferedNode;
use super::terms::{Accepted, Admitted, Answer, Compared, JoinError, Verdict};
use super::timers::Time;
use super::workers::Admission;

impl Dispatcher {
    /// A worker registers. Returns the name that the farm knows it by, and what it goes on with.
    ///
    /// A process that connects anew, recognised by its instance and name, takes the place of its old connection and keeps
    /// its leases. Another worker of the same name gets a number behind it.
    ///
    /// # Errors
    /// When it is not welcome; the session is not known then.
    pub fn handle_register(
        &mut self,
        session: SessionId,
        registration: Registration,
        now: Time,
    ) -> Result<Admitted, JoinError> {
        let Admission { name, replaces } = self.workers.admit(session, &registration)?;
        let returning = replaces.and_then(|(old, successor)| self.replace(old, successor, now));
        let asked = (registration.name != name).then(|| registration.name.clone());
        self.workers.connect(session, &name, registration, now);
        self.note(Note::Joined { worker: name.clone(), asked });
        let (leases, jobs) = match returning {
            Some(returning) => self.go_on(returning, session, now),
            None => (Vec::new(), Vec::new()),
        };
        self.judge(&name, now);
        self.is_stale = true;
        Ok(Admitted { name, leases, jobs })
    }

    /// A message has come that nothing follows from but that its worker lives. All other calls with a session say that,
    /// too.
    pub fn handle_sign_of_life(&mut self, session: SessionId, now: Time) {
        if let Some(worker) = self.workers.mark_alive(session, now) {
            self.note(Note::Back { worker });
            self.is_stale = true;
        }
    }

    /// A heartbeat has come: what the worker says that it holds.
    pub fn handle_heartbeat(&mut self, session: SessionId, held: &[Held], now: Time) {
        self.handle_sign_of_life(session, now);
        if !self.workers.is_connected(session) {
            return;
        }
        let report = self.leases.handle_heartbeat(session, held, now);
        // Taken back, but the worker has not heard of it.
        self.actions.extend(report.unknown.into_iter().map(|fence| Action::Revoke { session, fence }));
        for fence in report.lost {
            // The loss of one may end the check of the same node.
            if self.leases.get(fence).is_some() {
                self.lose(fence, now);
            }
        }
    }

    /// A result has come. It counts only if the lease is this session's and still valid. A session that answers
    /// something else than it was asked is ended.
    pub fn handle_result(&mut self, session: SessionId, fence: Fence, answer: Answer, now: Time) -> Verdict {
        self.handle_sign_of_life(session, now);
        let Some(grant) = self.leases.held_by(session, fence).map(|lease| *lease.grant()) else {
            return Verdict::Stale;
        };
        if grant.purpose == Purpose::Check {
            return self.check_answered(&grant, fence, answer, now);
        }
        let round = expected(self.jobs.round(grant.revision), "a lease's round exists");
        let Some((asked, offer)) = round.map(|round| (round.work(grant.node), round.serial())) else {
            return Verdict::Stale;
        };
        if !answer.fits(asked) {
            self.break_off(session, wrong_answer(asked), now);
            return Verdict::Stale;
        }
        let Some(ended) = self.end_lease(fence, now) else { return Verdict::Stale };
        let took = now.saturating_sub(ended.times.begun.unwrap_or(ended.times.granted));
        let Some(worker) = self.settle(&grant, answer, took) else { return Verdict::Stale };
        self.finish_node(fence, &ended, &worker, now);
        let Grant { revision, node, .. } = grant;
        let compare = self.perhaps_compare(OfferedNode { revision, offer, node }, fence, &worker, now);
        self.is_stale = true;
        Verdict::Accept(Accepted { revision, work: asked, worker, session, compare })
    }

    /// The result of a check has come.
    fn check_answered(&mut self, grant: &Grant, fence: Fence, answer: Answer, now: Time) -> Verdict {
        let asked = expected(self.checks.asked(fence), "a check's lease belongs to a check");
        let Some((asked, _)) = asked else { return Verdict::Stale };
        if !answer.fits(asked) {
            self.break_off(grant.session, wrong_answer(asked), now);
            return Verdict::Stale;
        }
        let Some(ended) = self.end_lease(fence, now) else { return Verdict::Stale };
        let took = now.saturating_sub(ended.times.begun.unwrap_or(ended.times.granted));
        let (_, spent) = cost(grant, answer, took);
        if let Some(job) = self.jobs.of_lease(grant.revision) {
            job.settle_check(grant.charged, spent);
        }
        self.is_stale = true;
        Verdict::Compare(Compared { revision: grant.revision, fence })
    }

    /// The result that was accepted last is a gradient of so many bytes, which goes to its job. The job says when it has
    /// merged it ([`handle_merged`](Self::handle_merged)).
    pub fn handle_received(&mut self, revision: JobRevision, bytes: u64) {
        self.budget.receive(revision, bytes);
    }

    /// What a result has cost counts for its job and its worker. Returns the worker's name.
    fn settle(&mut self, grant: &Grant, answer: Answer, took: Duration) -> Option<WorkerName> {
        let (computing, spent) = cost(grant, answer, took);
        let job = self.jobs.of_lease(grant.revision)?;
        if !grant.warms_up {
            job.record(grant.stage, took, grant.shards);
        }
        job.settle(grant.charged, spent, grant.shards);
        self.workers.succeed(grant.session, (grant.revision, grant.model), grant.shards, computing)
    }

    /// A node is done: its other copy is taken back, and those who failed with it were at fault.
    fn finish_node(&mut self, fence: Fence, ended: &Ended, worker: &WorkerName, now: Time) {
        let grant = &ended.grant;
        let Some(round) = self.jobs.round_of_lease(grant.revision) else { return };
        debug_assert!(
            round.holds(grant.node, fence),
            "lease {fence} is valid, and its round knows nothing of it"
        );
        let other = round.finish(grant.node, fence, ended.times);
        let history = round.history(grant.node);
        let failed: Vec<WorkerName> = history.map_or_else(Vec::new, |history| {
            history.tried_by().filter(|name| *name != worker).cloned().collect()
        });
        if let Some(other) = other {
            self.revoke(other, now);
        }
        for name in &failed {
            self.workers.contradict(name, grant.revision, grant.stage, grant.node);
            self.judge(name, now);
        }
    }

    /// The work under a lease has failed.
    pub fn handle_failure(&mut self, session: SessionId, fence: Fence, error: &ShardError, now: Time) {
        self.handle_sign_of_life(session, now);
        if self.leases.held_by(session, fence).is_some() {
            self.fail_attempt(fence, error.clone(), now);
        }
    }

    /// The work under a lease is handed back undone.
    pub fn handle_return(&mut self, session: SessionId, fence: Fence, reason: String, now: Time) {
        self.handle_sign_of_life(session, now);
        if let Some(grant) = self.leases.held_by(session, fence).map(|lease| *lease.grant()) {
            self.hand_back(fence, &grant, reason, now);
        }
    }

    /// A worker takes nothing new from now on.
    pub fn handle_draining(&mut self, session: SessionId, now: Time) {
        self.handle_sign_of_life(session, now);
        self.workers.drain(session);
        self.is_stale = true;
    }

    /// A connection is over. Where it broke, its process keeps its leases for the heartbeat timeout; idle workers may
    /// compute the same at once. Does nothing when it is not known (any more).
    pub fn handle_disconnect(&mut self, session: SessionId, cause: LeaveCause, now: Time) {
        if !self.workers.is_connected(session) {
            return;
        }
        if cause == LeaveCause::Disconnected && self.has_reason_to_return(session) {
            self.wait_for(session, now);
        } else {
            self.end_session(session, cause, now);
        }
    }

    /// Ends a session that breaks the rules.
    fn break_off(&mut self, session: SessionId, reason: String, now: Time) {
        self.actions.push(Action::End { session, reason: reason.clone() });
        self.end_session(session, LeaveCause::Fault(reason), now);
    }

    pub(super) fn end_session(&mut self, session: SessionId, cause: LeaveCause, now: Time) {
        self.note_disappearance(session, &cause, now);
        let leases = self.lose_all(session, now);
        let left = self.disconnect(session, cause.clone(), now);
        let Some(worker) = expected(left, "a session that ends is known") else { return };
        self.note(Note::Left { worker: worker.clone(), cause, leases });
        self.judge(&worker, now);
        self.is_stale = true;
    }

    /// A session has sent nothing for the heartbeat timeout.
    pub(super) fn silence(&mut self, session: SessionId, now: Time) {
        self.vanish(session);
        let leases = self.lose_all(session, now);
        if let Some(worker) = self.workers.silence(session, now) {
            self.note(Note::Lost { worker, leases });
        }
    }
}

/// Time of computing and core seconds of a result.
fn cost(grant: &Grant, answer: Answer, took: Duration) -> (Duration, f64) {
    // A worker cannot have computed longer than it had the lease, whatever it says.
    let computing = answer.computing().min(took.saturating_mul(grant.slots));
    (computing, computing.as_secs_f64() * f64::from(grant.cores))
}

/// Why a session ends that answered something else than it was asked.
fn wrong_answer(asked: Work) -> String {
    match asked {
        Work::Prepare => "it answered with a gradient where texts and images were to be encoded".to_owned(),
        Work::Node { node, .. } => {
            format!("it answered with encoded texts where node {node} was to be computed")
        }
    }
}
