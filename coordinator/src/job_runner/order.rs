//! What a runner needs to begin.

use std::sync::Arc;

use clipig_core::{Assets, CanvasJob, Epoch, JobBrief};
use clipig_experiment::Experiment;
use clipig_models::FeatureLengths;
use clipig_telemetry::TraceContext;

use super::origins::Predecessor;
use crate::epoch_loop::JobProgress;
use crate::store::Update;

/// A job to run.
#[derive(Clone, Debug)]
pub struct JobOrder {
    /// The epoch that the job begins with, as it was submitted.
    pub first: Epoch,
    /// The job as it was submitted, then its updates, in order of the epochs from which they hold. Never empty. Those that
    /// are over when the job goes on may be left out.
    pub revisions: Vec<Revision>,
    /// Where it stopped; `None`: at the beginning.
    pub resume: Option<JobProgress>,
    /// The last revision before all of these that was computed, if the job has one.
    pub predecessor: Option<Predecessor>,
    /// How many numbers each model makes of features, in the order of [`JobBrief::models`]. `None`, or no entry, where that
    /// is not known here.
    pub lengths: Vec<Option<FeatureLengths>>,
    /// The most pixels that the canvas may have in any epoch.
    pub most_pixels: u64,
    /// The most samples that any epoch may have.
    pub most_samples: u64,
    /// Are the workers in this process? They see the whole canvas at no cost then.
    pub shares_memory: bool,
    /// What of the run is traced.
    pub trace: TraceTerms,
}

/// What of a run is traced.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceTerms {
    /// The span below which the run is told; `None`: it is not.
    pub parent: Option<TraceContext>,
    /// How many epochs of the job are told in full, and how many slow ones besides.
    pub epochs: u32,
}

impl TraceTerms {
    /// How many epochs are told in full where nobody says otherwise: a job of 100 shards then has some ten thousand spans.
    pub const EPOCHS: u32 = 20;

    /// A run below a span.
    pub fn below(parent: Option<TraceContext>) -> Self {
        Self { parent, epochs: Self::EPOCHS }
    }
}

/// A job after so many updates.
#[derive(Clone, Debug)]
pub struct Revision {
    /// What workers are told.
    pub brief: Arc<JobBrief>,
    /// The experiment, read from the brief's YAML.
    pub experiment: Arc<Experiment>,
    /// Image files, for the first canvas.
    pub assets: Assets,
    /// The first epoch that it holds for.
    pub from: Epoch,
}

impl JobOrder {
    /// Place of the revision that holds for an epoch.
    pub fn revision_at(&self, epoch: Epoch) -> usize {
        self.revisions.iter().rposition(|revision| revision.from <= epoch).unwrap_or(0)
    }

    /// Drops the revisions before this place, which hold for no epoch any more.
    pub(super) fn drop_before(&mut self, place: usize) {
        self.revisions.drain(..place);
    }

    /// Takes a revision that was made while the job runs, to hold from `next` on. `false` where that is known
    /// already: the job was just started, with the revision in its order.
    pub fn take(&mut self, revision: Revision, next: Epoch) -> bool {
        let number = revision.brief.revision;
        if self.revisions.first().is_some_and(|oldest| number.revision < oldest.brief.revision.revision) {
            // A later one has taken its place.
            return false;
        }
        match self.revisions.iter_mut().find(|known| known.brief.revision == number) {
            None => self.revisions.push(Revision { from: next, ..revision }),
            Some(known) if known.from == Update::OPEN => known.from = next,
            Some(_) => return false,
        }
        true
    }
}

impl Revision {
    /// What a later revision needs to know of it, once it is prepared.
    pub(super) fn as_predecessor(&self) -> Option<Predecessor> {
        let prepared = Arc::clone(self.brief.prepared.as_ref()?);
        Some(Predecessor { experiment: Arc::clone(&self.experiment), prepared })
    }

    /// What the owner of the canvas needs of it.
    pub(super) fn canvas_job(&self) -> CanvasJob {
        CanvasJob {
            experiment: Arc::clone(&self.experiment),
            seed: self.brief.seed,
            assets: self.assets.clone(),
            threads: self.brief.threads,
        }
    }
}
