//! Who computes what: leases, fences, and what becomes of them when workers fail, fall silent or leave.
//!
//! The [`Dispatcher`] reads no clock and does nothing by itself. Whoever owns it
//! 1. tells it what happened, by a `handle_…` call with the time;
//! 2. then takes what is to be done from [`poll_actions`](Dispatcher::poll_actions), and does it in that order;
//! 3. calls [`handle_timeout`](Dispatcher::handle_timeout) at the time that
//!    [`poll_timeout`](Dispatcher::poll_timeout) says, and again takes the actions.
//!
//! Nodes are given out in one place only, in `poll_actions`. The same calls give the same actions, so a simulation can
//! replay them.
//!
//! # Rooms
//! | room | what only it changes |
//! |---|---|
//! | `workers` | names, connections, liveness, strikes and quarantine, the pool of those with room |
//! | `jobs` | open jobs, the round that each offers, its pace and its pass |
//! | `leases` | fences, who holds what, progress and deadlines |
//! | `budget` | bytes of gradients that are on their way or unmerged |
//! | `checks` | nodes that a second worker computes, too, and the digests of their results |
//!
//! The rooms do not know each other; the other files here are the `Dispatcher`, which joins them: what is told by
//! workers (`from_workers`), jobs (`from_jobs`) and people (`from_people`), how leases end or change hands (`ending`,
//! `failing`, `disappearing`, `reconnecting`, `returning`, `deadlines`), who gets one (`assign`, `affinity`, `speculate`,
//! `checking`), what follows when two workers compute different things (`comparing`), and what others see (`view`,
//! `inspect`). No two files import each other.
//!
//! # A lease
//! ```text
//!             grant              holder comes to it            result
//!  (pending) ───────▶ queued ───────────────────────▶ begun ─────────────▶ finished
//!      ▲                │  │                            │
//!      │                │  └──idle worker takes it──┐   │
//!      └────────────────┴───lost, failed, no progress, returned, taken back
//! ```
//! Every way back ends the lease: whatever its holder still answers is [`Verdict::Stale`], and the node goes out again
//! under a new fence.
//!
//! # Rules
//! - A job's offer is cut into nodes so that each slot gets about four leases; a slot holds one lease ahead. When more
//!   slots are idle than nodes are pending, nodes are split. They are also split until a lease takes about a second, as far
//!   as it is known how long shards take: it cannot be interrupted, and other jobs wait for it.
//! - The job with the least pass is served first (fair share, `jobs::open_job`), by the session with the least load.
//!   When it offers something, leases of jobs that are ahead of it are taken back if they only wait in workers' hands.
//! - In a job of several models, a worker goes on with the model of its last lease as long as nodes of that are pending
//!   (`affinity`).
//! - A lease is granted only while all gradients that are on their way or unmerged fit into a budget (`budget`).
//! - An idle worker takes leases over that wait in another's hands. When there are none, it computes speculatively: a
//!   node whose holder's connection is broken, or that takes more than twice as long as the job's median, or longer than
//!   the lease timeout while that is not known. The first answer counts.
//! - A session that sends nothing for the heartbeat timeout, or leaves, loses its leases at once. One that breaks keeps
//!   them for the heartbeat timeout: the same process may come back and go on (`reconnecting`). A lease that makes no
//!   progress for so long that its job's pace does not explain it has failed (`deadlines`). One that its holder does
//!   not name in its heartbeats any more is lost.
//! - A node that failed, or with which a worker disappeared, goes to workers that have not failed with it, if there are
//!   any. Three failures fail its job, as do a gradient that is not finite and an error of the experiment that a second
//!   worker confirms, where there is one. So does a node with which many workers, or all, disappear (`disappearing`),
//!   and one that is handed back for too long (`returning`).
//! - A worker whose last three leases failed for three jobs, or although others could compute the same, is quarantined.
//!   A lease with which its process ended has failed; one that only its connection lost has not.
//! - A session that answers something else than it was asked is ended.
//! - Of jobs whose workers all give the same bits, a few nodes are computed by a second worker, too, if one is idle that
//!   nobody else has work for. A second result never goes to the job; it is compared with the one that did. If they
//!   differ, a third worker decides, and who is wrong is quarantined (`checking`, `comparing`).
//!
//! # Cost
//! With W sessions, J open jobs, L leases and H leases per session: a message costs O(log W + log L); a lease that is
//! granted or ends, O(J log J + log W + log L + H); a heartbeat, O(H log L); an offer of n nodes, O(n log n + W). Nothing
//! looks at all workers for every node. Where a job has several models, 64 at most are looked at for one that has the right
//! one.

mod action;
mod affinity;
mod assign;
mod budget;
mod checking;
mod checks;
mod comparing;
mod deadlines;
mod disappearing;
mod ending;
mod evidence;
mod failing;
mod from_jobs;
mod from_people;
mod from_workers;
mod inspect;
mod jobs;
mod leases;
mod reconnecting;
mod returning;
mod settings;
mod speculate;
mod spot_checks;
mod terms;
#[cfg(test)]
mod tests;
mod timers;
mod view;
mod views;
mod workers;

use std::cmp::Ordering;

use budget::GradientBudget;
use checks::Checks;
use jobs::Jobs;
use leases::Leases;
use workers::{Due, Workers};

pub use action::{Action, Attempt, JobFailure, LeaveCause, Note, TriedBy};
pub use evidence::{CheckEnd, CheckOutcome, Evidence, Opinion};
pub use jobs::MAX_PRIORITY;
pub use settings::DispatchSettings;
pub use spot_checks::SpotChecks;
pub use terms::{
    Accepted, Admitted, Answer, Compared, DispatchError, Fit, JobTerms, JoinError, Offer, OfferedWork,
    Verdict,
};
pub use timers::Time;
pub use views::{LeaseView, LeaseWait, RoundView, WorkerView};
pub use workers::{Connected, Gone, Liveness, Quarantine, Silent, WorkerCounts};

/// Gives nodes of open jobs to workers; see the [module](self).
#[derive(Debug)]
pub struct Dispatcher {
    settings: DispatchSettings,
    workers: Workers,
    jobs: Jobs,
    leases: Leases,
    budget: GradientBudget,
    checks: Checks,
    /// Something has changed since nodes were last given out, so that more might be.
    is_stale: bool,
    /// When a node may be due for speculation.
    speculation: Option<Time>,
    actions: Vec<Action>,
}

impl Dispatcher {
    /// A dispatcher without workers and jobs.
    pub fn new(settings: DispatchSettings) -> Self {
        Self {
            settings,
            workers: Workers::new(settings),
            jobs: Jobs::default(),
            leases: Leases::new(settings.incarnation),
            budget: GradientBudget::new(settings.gradient_bytes),
            checks: Checks::new(settings.spot_checks),
            is_stale: false,
            speculation: None,
            actions: Vec::new(),
        }
    }

    /// Gives out what can be given out, and returns what is to be done since the last call, in order. Call it after every
    /// `handle_…`; after several of them, nodes are given out by what holds then.
    pub fn poll_actions(&mut self, now: Time) -> Vec<Action> {
        self.release_unneeded();
        while std::mem::take(&mut self.is_stale) {
            self.assign(now);
            self.release_unneeded();
        }
        std::mem::take(&mut self.actions)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; `None` when nothing waits for time. Holds until the next
    /// call of [`poll_actions`](Self::poll_actions).
    pub fn poll_timeout(&self) -> Option<Time> {
        [self.workers.next_timer(), self.leases.next_deadline(), self.speculation].into_iter().flatten().min()
    }

    /// Time has passed. Calling it early or late does no harm.
    pub fn handle_timeout(&mut self, now: Time) {
        loop {
            let (timer, deadline) = (self.workers.next_timer(), self.leases.next_deadline());
            let deadline_first = match (timer, deadline) {
                (Some(timer), Some(deadline)) => deadline.cmp(&timer) == Ordering::Less,
                (_, deadline) => deadline.is_some(),
            };
            if deadline_first {
                let Some(fence) = self.leases.poll_deadline(now) else { break };
                self.deadline_passed(fence, now);
            } else {
                match self.workers.poll_timer(now) {
                    Some(Due::Silent(session)) => self.silence(session, now),
                    Some(Due::Vanished(session)) => self.give_up(session, now),
                    Some(Due::Reinstated(worker)) => self.note(Note::Reinstated { worker }),
                    Some(Due::Nothing) => {}
                    None => break,
                }
            }
        }
        // Somebody may be asked again, or compute speculatively.
        self.is_stale = true;
    }

    fn note(&mut self, note: Note) {
        self.actions.push(Action::Note(note));
    }
}
