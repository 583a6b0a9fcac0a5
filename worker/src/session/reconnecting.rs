//! A connection is lost, and another one takes its place.
//!
//! ```text
//!  connected ──Cut──▶ away ──────Welcome──────▶ connected
//!                      │ computes on; answers wait
//!                      └──Refuse, or out of time while draining──▶ Ended
//! ```
//!
//! The coordinator's welcome names the leases that are still valid: those are gone on with, and all others dropped. What
//! went over the lost connection may have arrived or not. Of an answer that did not, the lease is still valid, and the
//! answer is sent again. Of one that did, it is not, and nothing counts twice. A valid lease of which nothing is known here
//! never arrived: it is handed back.

use std::collections::BTreeSet;

use clipig_core::{Fence, FromWorker, JobRevision, Welcome};

use super::{Beat, Effect, Phase, Serving, Session, Time};

/// What waits while there is no connection.
#[derive(Debug)]
pub(super) struct Away {
    /// Answers to leases; whether they are still wanted is not known.
    answers: Vec<FromWorker>,
}

impl Away {
    pub(super) fn keep(&mut self, answer: FromWorker) {
        self.answers.push(answer);
    }
}

impl Session {
    /// The connection is gone; `messages` may not have arrived.
    pub(super) fn cut(&mut self, messages: Vec<FromWorker>) {
        // Without a welcome there is nothing to come back to, or the session is away already.
        if !self.is_welcome() {
            return;
        }
        let answers: Vec<FromWorker> =
            messages.into_iter().filter(|message| message.answers().is_some()).collect();
        let waiting: BTreeSet<Fence> = answers.iter().filter_map(FromWorker::answers).collect();
        self.answered.retain(|fence, _| waiting.contains(fence));
        self.away = Some(Away { answers });
    }

    /// The coordinator has accepted the worker.
    pub(super) fn welcome(&mut self, welcome: &Welcome, now: Time, effects: &mut Vec<Effect>) {
        let every = welcome.heartbeat;
        let beat = Beat { every, next: now + every };
        let name = welcome.name.clone();
        let away = match (&mut self.phase, self.away.take()) {
            // Nothing is held; what the coordinator believes to be held is handed back.
            (phase @ Phase::Joining, _) => {
                *phase = Phase::Serving(Serving { name, beat });
                Away { answers: Vec::new() }
            }
            (Phase::Serving(serving), Some(away)) => {
                *serving = Serving { name, beat };
                away
            }
            (Phase::Draining(draining), Some(away)) => {
                (draining.name, draining.beat) = (name, beat);
                away
            }
            // The same welcome twice.
            (Phase::Serving(_) | Phase::Draining(_), None) | (Phase::Ended, _) => return,
        };
        // First, because the last answer may be followed by the goodbye.
        if let Phase::Draining(draining) = &self.phase {
            effects.push(Effect::Send(FromWorker::Draining(draining.reason.clone())));
        }
        self.go_on(welcome, away, effects);
    }

    /// Goes on with what is still valid, and drops the rest.
    fn go_on(&mut self, welcome: &Welcome, away: Away, effects: &mut Vec<Effect>) {
        let valid: BTreeSet<Fence> = welcome.leases.iter().copied().collect();
        self.drop_leases(|held| !valid.contains(&held.lease().fence), effects);
        self.answered.retain(|fence, _| valid.contains(fence));
        let wanted = |answer: &FromWorker| answer.answers().is_some_and(|fence| valid.contains(&fence));
        effects.extend(away.answers.into_iter().filter(wanted).map(Effect::Send));
        let held = self.fences(|_| true).into_iter().chain(self.answered.keys().copied());
        let held: BTreeSet<Fence> = held.collect();
        for fence in valid.difference(&held) {
            self.hand_back(*fence, "it was lost with the connection".to_owned(), effects);
        }
        self.forget_jobs(&welcome.jobs);
    }

    /// Forgets all jobs but these and those of leases that are held. What threads keep for them stays, as long as they keep
    /// it: a coordinator that was restarted knows of no jobs, and soon tells of the same again.
    fn forget_jobs(&mut self, but: &[JobRevision]) {
        let held = self.leases.iter().map(|held| held.lease().revision);
        let kept: BTreeSet<JobRevision> = but.iter().copied().chain(held).collect();
        self.jobs.retain(|revision, _| kept.contains(revision));
    }
}
