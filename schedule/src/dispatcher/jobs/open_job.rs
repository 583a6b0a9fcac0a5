//! A job that is open, and its share of the farm.
//!
//! Shares follow stride scheduling (Waldspurger and Weihl, 1995): each job has a *pass*, which grows by cost /
//! weight whenever something is leased for it; the job with the least pass is served next. Cost is in core seconds:
//! estimated when a lease is granted, corrected when its result comes. Weight is 2^priority.
//!
//! A job has nothing to offer while its canvas is stepped; it may catch up on that. It may not on more than
//! [`CATCH_UP`]: whenever it offers, its pass is lifted to the *clock* of those it competes with, which is the pass of
//! whoever was served last, less that much.

use std::time::Duration;

use clipig_core::Stage;

use super::pace::Pace;
use super::round::Round;
use crate::dispatcher::terms::{Fit, JobTerms};

/// The greatest priority; the least is its negative.
pub const MAX_PRIORITY: i32 = 10;

/// Core seconds of a shard before any is known.
const FIRST_GUESS: f64 = 0.05;

/// How much of a new measurement enters the estimate of a shard's cost.
const NOVELTY: f64 = 0.25;

/// Time of all workers that a job which offered nothing may catch up on, in seconds.
const CATCH_UP: f64 = 5.0;

/// A job that is open.
#[derive(Debug)]
pub(in crate::dispatcher) struct OpenJob {
    terms: JobTerms,
    pace: Pace,
    round: Option<Round>,
    pass: f64,
    /// Core seconds of a shard.
    shard_cost: Option<f64>,
    /// Core seconds spent on results that were accepted.
    spent: f64,
    /// Cores that its latest round could occupy at once; `None` before the first.
    useful_cores: Option<u64>,
}

impl OpenJob {
    pub(super) fn new(terms: JobTerms, pass: f64) -> Self {
        Self {
            terms,
            pace: Pace::default(),
            round: None,
            pass,
            shard_cost: None,
            spent: 0.0,
            useful_cores: None,
        }
    }

    pub(in crate::dispatcher) fn fit(&self) -> &Fit {
        &self.terms.fit
    }

    pub(in crate::dispatcher) fn threads(&self) -> u32 {
        self.terms.threads
    }

    pub(super) fn set_terms(&mut self, terms: JobTerms) {
        self.terms = terms;
    }

    pub(super) fn set_priority(&mut self, priority: i32) {
        self.terms.priority = priority;
    }

    pub(in crate::dispatcher) fn pass(&self) -> f64 {
        self.pass
    }

    pub(in crate::dispatcher) fn spent(&self) -> f64 {
        self.spent
    }

    /// Cores that its latest round could occupy at once, with a core for each thread of each shard. `None` before the
    /// first round.
    pub(in crate::dispatcher) fn useful_cores(&self) -> Option<u64> {
        self.useful_cores
    }

    /// What it offers now.
    pub(in crate::dispatcher) fn round(&self) -> Option<&Round> {
        self.round.as_ref()
    }

    pub(in crate::dispatcher) fn round_mut(&mut self) -> Option<&mut Round> {
        self.round.as_mut()
    }

    pub(super) fn take_round(&mut self) -> Option<Round> {
        self.round.take()
    }

    /// The median time of so many shards, once it is known; that of encoding texts and images never is.
    pub(in crate::dispatcher) fn expected(&self, stage: Stage, shards: u32) -> Option<Duration> {
        match stage {
            Stage::Prepare => None,
            Stage::Epoch(_) => self.pace.expected(shards),
        }
    }

    /// The median time of a shard of an epoch, once it is known.
    pub(in crate::dispatcher) fn expected_shard(&self) -> Option<Duration> {
        self.pace.expected(1)
    }

    /// So many shards took so long, from the time at which their worker came to them.
    pub(in crate::dispatcher) fn record(&mut self, stage: Stage, took: Duration, shards: u32) {
        match stage {
            Stage::Prepare => {}
            Stage::Epoch(_) => self.pace.record(took, shards),
        }
    }

    fn weight(&self) -> f64 {
        f64::from(self.terms.priority.clamp(-MAX_PRIORITY, MAX_PRIORITY)).exp2()
    }

    /// Charges so many shards, and says how much in core seconds.
    pub(super) fn charge(&mut self, shards: u32) -> f64 {
        let cost = self.shard_cost.unwrap_or(FIRST_GUESS) * f64::from(shards);
        self.pass += cost / self.weight();
        cost
    }

    /// Corrects the charge for a check, which gets the job no further.
    pub(in crate::dispatcher) fn settle_check(&mut self, charged: f64, measured: f64) {
        self.pass += (measured - charged) / self.weight();
    }

    /// Corrects a charge by what was measured.
    pub(in crate::dispatcher) fn settle(&mut self, charged: f64, measured: f64, shards: u32) {
        self.pass += (measured - charged) / self.weight();
        self.spent += measured;
        let per_shard = measured / f64::from(shards.max(1));
        let known = self.shard_cost.unwrap_or(per_shard);
        self.shard_cost = Some(known + NOVELTY * (per_shard - known));
    }

    /// Takes back a charge for something that was not begun.
    pub(in crate::dispatcher) fn refund(&mut self, charged: f64) {
        self.pass -= charged / self.weight();
    }

    /// Takes the place of what it offered before. The clock of those that it competes with is at `clock`, and there are
    /// so many cores for it.
    pub(super) fn offer(&mut self, round: Round, clock: f64, cores: u64) {
        let arrears = CATCH_UP * cores as f64 / self.weight();
        self.pass = self.pass.max(clock - arrears);
        self.useful_cores = Some(u64::from(round.total()) * u64::from(self.terms.threads.max(1)));
        self.round = Some(round);
    }
}
