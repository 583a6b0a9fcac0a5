//! The spans of a run: which of its epochs are told in full, and what is told of the others.
//!
//! A job may have tens of thousands of epochs with hundreds of shards. So only some epochs are traced in full, spread
//! evenly over the job ([`TraceTerms::epochs`]). Of the others nothing is told, unless one takes more than twice as long
//! as usual: then its span and those of its steps are made afterwards, and the epoch after it is traced in full, because
//! what slows a farm down rarely slows down one epoch alone. There may be as many of these as of the former.

use std::collections::VecDeque;
use std::time::SystemTime;

use clipig_core::{Epoch, Node};
use clipig_telemetry::{Kind, Span, TraceContext, keys};

use super::order::{JobOrder, TraceTerms};
use super::{Ending, RunError};

/// Epochs from whose times it is known what is usual.
const USUAL_OVER: usize = 31;

/// As many must be known before one can be slow.
const USUAL_FROM: usize = 8;

/// How many times the usual time is slow.
const SLOW: f64 = 2.0;

/// Seconds above the usual time that are slow: shorter ones are noise.
const SLOW_SECONDS: f64 = 0.05;

/// The span of a run.
#[derive(Debug)]
pub(super) struct RunTrace {
    span: Span,
    sampler: EpochSampler,
}

impl RunTrace {
    pub(super) fn begin(order: &JobOrder) -> Self {
        let TraceTerms { parent, epochs } = order.trace;
        let revision = &order.revisions[0];
        let all = revision.experiment.epochs;
        let mut span = Span::below("run", Kind::Internal, parent);
        span.set(keys::JOB, revision.brief.revision.job.0);
        span.set(keys::REVISION, revision.brief.revision.revision);
        span.set(keys::EPOCHS, all);
        Self { span, sampler: EpochSampler::new(all, epochs) }
    }

    pub(super) fn context(&self) -> Option<TraceContext> {
        self.span.context().filter(TraceContext::is_sampled)
    }

    /// A part of the run that is no epoch.
    pub(super) fn child(&self, name: &'static str) -> Span {
        self.span.child(name)
    }

    /// An epoch begins.
    pub(super) fn epoch(&mut self, epoch: Epoch) -> EpochTrace {
        if !self.span.is_recorded() {
            return EpochTrace { epoch, begun: None, span: Span::none(), phases: Vec::new() };
        }
        let span = if self.sampler.takes(epoch.0) { self.span.child("epoch") } else { Span::none() };
        EpochTrace { epoch, begun: Some(SystemTime::now()), span, phases: Vec::new() }
    }

    /// An epoch is done.
    pub(super) fn finished(&mut self, mut epoch: EpochTrace, seconds: f64) {
        let Some(begun) = epoch.begun else { return };
        let is_slow = self.sampler.is_slow(seconds);
        let in_full = epoch.is_in_full();
        if is_slow && !in_full {
            epoch.span = Span::since("epoch", self.span.context(), begun);
        }
        epoch.span.set(keys::IN_FULL, in_full);
        epoch.span.set(keys::SLOW, is_slow);
    }

    /// The run is over.
    pub(super) fn end<E>(&mut self, ending: Result<Ending, &RunError<E>>) {
        let ending = match ending {
            Ok(Ending::Completed) => "completed",
            Ok(Ending::Paused { .. }) => "paused",
            Ok(Ending::Cancelled { .. }) => "cancelled",
            Err(RunError::ShuttingDown) => "stopped",
            Err(error) => {
                match error {
                    RunError::Job(error) => self.span.fail(error.cause.without_texts()),
                    RunError::Canvas(error) => self.span.fail(error.without_texts()),
                    RunError::Prepare(failure) | RunError::Shard { failure, .. } => {
                        self.span.fail(failure.error.without_texts());
                    }
                    RunError::Observer(_) | RunError::ShuttingDown => {
                        self.span.fail("what happened could not be kept");
                    }
                }
                "failed"
            }
        };
        self.span.set(keys::ENDING, ending);
    }
}

/// What is told of an epoch, and when: its steps are told when it is dropped.
#[derive(Debug)]
pub(super) struct EpochTrace {
    epoch: Epoch,
    /// `None`: the run is not traced.
    begun: Option<SystemTime>,
    span: Span,
    phases: Vec<Phase>,
}

/// A step of an epoch.
#[derive(Debug)]
struct Phase {
    name: &'static str,
    node: Option<Node>,
    begun: SystemTime,
    ended: SystemTime,
}

impl EpochTrace {
    /// The time now, where somebody wants to know it.
    pub(super) fn clock(&self) -> Option<SystemTime> {
        self.begun.map(|_| SystemTime::now())
    }

    /// A step that began at `begun` is over.
    pub(super) fn phase(&mut self, name: &'static str, begun: Option<SystemTime>) {
        self.add(name, None, begun);
    }

    /// A node was merged.
    pub(super) fn merged(&mut self, node: Node, begun: Option<SystemTime>) {
        if self.is_in_full() {
            self.add("merge", Some(node), begun);
        }
    }

    fn add(&mut self, name: &'static str, node: Option<Node>, begun: Option<SystemTime>) {
        if let Some(begun) = begun {
            self.phases.push(Phase { name, node, begun, ended: SystemTime::now() });
        }
    }

    /// Are its leases told, too?
    fn is_in_full(&self) -> bool {
        self.span.is_recorded()
    }

    /// The span of an epoch that is told in full.
    pub(super) fn context(&self) -> Option<TraceContext> {
        self.span.context().filter(TraceContext::is_sampled)
    }

    pub(super) fn fail(&mut self, why: impl std::fmt::Display) {
        self.span.fail(why);
    }
}

impl Drop for EpochTrace {
    fn drop(&mut self) {
        let Some(context) = self.context() else { return };
        self.span.set(keys::EPOCH, self.epoch.0);
        for Phase { name, node, begun, ended } in self.phases.drain(..) {
            let mut span = Span::since(name, Some(context), begun);
            if let Some(node) = node {
                span.set(keys::NODE, node.to_string());
            }
            span.end_at(ended);
        }
    }
}

/// Decides which epochs are told.
#[derive(Debug)]
struct EpochSampler {
    /// One epoch of so many is told in full; 0: none.
    every: u32,
    /// How many slow ones may still be told.
    slow_left: u32,
    after_slow: bool,
    /// Seconds of the last epochs.
    times: VecDeque<f64>,
}

impl EpochSampler {
    fn new(epochs: u32, wanted: u32) -> Self {
        let every = if wanted == 0 { 0 } else { epochs.div_ceil(wanted).max(1) };
        Self { every, slow_left: wanted, after_slow: false, times: VecDeque::new() }
    }

    /// Is this epoch told in full?
    fn takes(&mut self, epoch: u32) -> bool {
        let after_slow = std::mem::take(&mut self.after_slow);
        after_slow || (self.every > 0 && epoch.is_multiple_of(self.every))
    }

    /// Was the epoch slow, and may that be told?
    fn is_slow(&mut self, seconds: f64) -> bool {
        let mut known: Vec<f64> = self.times.iter().copied().collect();
        known.sort_by(f64::total_cmp);
        let usual = known.get(known.len() / 2).copied().filter(|_| known.len() >= USUAL_FROM);
        if self.times.len() == USUAL_OVER {
            self.times.pop_front();
        }
        self.times.push_back(seconds);
        let is_slow = usual.is_some_and(|usual| seconds > (SLOW * usual).max(usual + SLOW_SECONDS));
        if !is_slow || self.slow_left == 0 {
            return false;
        }
        self.slow_left -= 1;
        self.after_slow = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(epochs: u32, wanted: u32, seconds: impl Fn(u32) -> f64) -> (Vec<u32>, Vec<u32>) {
        let mut sampler = EpochSampler::new(epochs, wanted);
        let (mut in_full, mut slow) = (Vec::new(), Vec::new());
        for epoch in 0..epochs {
            if sampler.takes(epoch) {
                in_full.push(epoch);
            }
            if sampler.is_slow(seconds(epoch)) {
                slow.push(epoch);
            }
        }
        (in_full, slow)
    }

    #[test]
    fn a_long_job_is_told_in_a_few_epochs_spread_evenly() {
        let (in_full, slow) = told(10_000, 20, |_| 1.0);
        assert_eq!(in_full, (0..10_000).step_by(500).collect::<Vec<_>>());
        assert!(slow.is_empty());
        // A short one is told as a whole.
        assert_eq!(told(7, 20, |_| 1.0).0, (0..7).collect::<Vec<_>>());
        assert_eq!(told(41, 20, |_| 1.0).0.len(), 14);
        assert!(told(100, 0, |epoch| f64::from(epoch) * 100.0).0.is_empty());
    }

    #[test]
    fn a_slow_epoch_is_told_and_the_next_one_in_full() {
        let (in_full, slow) = told(100, 1, |epoch| if epoch == 50 { 2.5 } else { 1.0 });
        assert_eq!((in_full, slow), (vec![0, 51], vec![50]));
        // Twice nothing is nothing.
        assert!(told(100, 1, |epoch| if epoch == 50 { 0.003 } else { 0.001 }).1.is_empty());
        // The first epochs may be slow: nobody knows yet what is usual.
        assert!(told(100, 1, |epoch| if epoch == 0 { 60.0 } else { 1.0 }).1.is_empty());
    }

    #[test]
    fn slow_epochs_are_told_no_more_often_than_others() {
        let (in_full, slow) = told(10_000, 20, |epoch| if epoch % 10 == 9 { 9.0 } else { 1.0 });
        assert_eq!(slow.len(), 20);
        assert!(in_full.len() <= 40, "{}", in_full.len());
    }
}
