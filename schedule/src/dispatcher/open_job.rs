//! A job that is open, and its share of the farm.
//!
//! Shares follow stride scheduling (Waldspurger and Weihl, 1995): each job has a *pass*, which grows by cost /
//! weight whenever something is leased for it; the job with the least pass is served next. Cost is in core seconds:
//! estimated when a lease is granted, corrected when its result comes. Weight is 2^priority.
//!
//! A job has nothing to offer while its canvas is stepped; it may catch up on that. It may not on more than
//! [`CATCH_UP`]: whenever it offers, its pass is lifted to the *clock* of those it competes with, which is the pass of
//! whoever was served last, less that much.

use clipig_core::JobRevision;

use super::pace::Pace;
use super::round::Round;
use super::terms::{Fit, JobTerms};

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
pub(super) struct OpenJob {
    pub(super) terms: JobTerms,
    pub(super) pace: Pace,
    pub(super) round: Option<Round>,
    pass: f64,
    /// Core seconds of a shard.
    shard_cost: Option<f64>,
    /// Core seconds spent on results that were accepted.
    pub(super) spent: f64,
}

impl OpenJob {
    pub(super) fn new(terms: JobTerms, pass: f64) -> Self {
        Self { terms, pace: Pace::default(), round: None, pass, shard_cost: None, spent: 0.0 }
    }

    pub(super) fn pass(&self) -> f64 {
        self.pass
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

    /// Corrects a charge by what was measured.
    pub(super) fn settle(&mut self, charged: f64, measured: f64, shards: u32) {
        self.pass += (measured - charged) / self.weight();
        self.spent += measured;
        let per_shard = measured / f64::from(shards.max(1));
        let known = self.shard_cost.unwrap_or(per_shard);
        self.shard_cost = Some(known + NOVELTY * (per_shard - known));
    }

    /// Takes back a charge for something that was not begun.
    pub(super) fn refund(&mut self, charged: f64) {
        self.pass -= charged / self.weight();
    }
}

/// How far each group of competing jobs is.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    clocks: Vec<(Fit, f64)>,
}

/// Clocks that are kept; a farm has few kinds at once.
const CLOCKS: usize = 64;

impl Clocks {
    /// A job of this fit and pass is served.
    pub(super) fn serve(&mut self, fit: &Fit, pass: f64) {
        if !self.clocks.iter().any(|(known, _)| known == fit) {
            if self.clocks.len() == CLOCKS {
                self.clocks.remove(0);
            }
            self.clocks.push((fit.clone(), pass));
        }
        for (known, clock) in &mut self.clocks {
            if known.overlaps(fit) {
                *clock = clock.max(pass);
            }
        }
    }

    /// The least pass of a job that begins to compete.
    pub(super) fn now(&self, fit: &Fit) -> f64 {
        let overlapping = self.clocks.iter().filter(|(known, _)| known.overlaps(fit));
        overlapping.map(|(_, clock)| *clock).fold(0.0, f64::max)
    }
}

impl OpenJob {
    /// The job offers something, when the clock of those it competes with is at `clock` and there are so many cores
    /// for it.
    pub(super) fn lift(&mut self, clock: f64, cores: u64) {
        let arrears = CATCH_UP * cores as f64 / self.weight();
        self.pass = self.pass.max(clock - arrears);
    }
}

/// Jobs with something pending, those to be served first in front.
pub(super) fn by_pass<'a>(
    jobs: impl Iterator<Item = (&'a JobRevision, &'a OpenJob)>,
    wanted: impl Fn(&Round) -> bool,
) -> Vec<JobRevision> {
    let mut order: Vec<(f64, JobRevision)> = jobs
        .filter(|(_, job)| job.round.as_ref().is_some_and(&wanted))
        .map(|(revision, job)| (job.pass, *revision))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, revision)| revision).collect()
}
