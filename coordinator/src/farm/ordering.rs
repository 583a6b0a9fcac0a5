//! Makes the order for a job runner from what the store holds of a job.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_core::{Assets, Epoch, JobBrief, JobId, JobRevision, Sha256};
use clipig_experiment::{Experiment, Overrides, Source, load};
use clipig_schedule::CPU_SHARD;

use super::failure::RunFailure;
use super::{Farm, LogLevel};
use crate::epoch_loop::JobProgress;
use crate::job_runner::{JobOrder, Predecessor, Revision, TraceTerms};
use crate::store::{self, EventKind, StoreError, Update};

impl Farm {
    /// Settles the updates that are still open: they apply from the epoch at which the job goes on. An open update that
    /// is followed by a settled one never applied; it stays open.
    pub(super) fn settle_updates(&self, job: JobId, resume: Option<Epoch>) -> Result<(), StoreError> {
        let revisions = self.inner.store.revisions(job)?;
        let next = resume.unwrap_or(revisions[0].from);
        let open = revisions.iter().rev().take_while(|revision| revision.from == Update::OPEN);
        for open in open {
            self.inner.store.settle_revision(JobRevision { job, revision: open.revision }, next)?;
        }
        Ok(())
    }

    /// The newest checkpoint that can be read. Reports what is wrong with newer ones.
    pub(super) fn last_checkpoint(&self, job: JobId) -> Result<Option<JobProgress>, StoreError> {
        let latest = self.inner.store.checkpoints(job).latest()?;
        let next = match &latest.checkpoint {
            Some(checkpoint) => {
                format!("it goes on at epoch {}, from the one before", checkpoint.progress.next)
            }
            None => "no other is left, so it begins anew".to_owned(),
        };
        for skipped in &latest.skipped {
            let (path, fault) = (skipped.path.display(), &skipped.fault);
            let text = format!("the checkpoint {path} cannot be used ({fault}); {next}");
            self.inner.report(job, LogLevel::Warning, &EventKind::CheckpointDamaged, &text);
        }
        Ok(latest.checkpoint.map(|checkpoint| checkpoint.progress))
    }

    /// Everything that a runner needs, from the store: the revision that applies when it goes on at `next`, and later
    /// ones.
    pub(super) fn order(&self, job: JobId, next: Option<Epoch>) -> Result<JobOrder, RunFailure> {
        let store = &self.inner.store;
        let mut kept = store.revisions(job)?;
        let first = kept[0].from;
        let holding = kept.iter().rposition(|revision| revision.from <= next.unwrap_or(first)).unwrap_or(0);
        let before: Vec<store::Revision> = kept.drain(..holding).collect();
        let revisions = self.loaded(job, kept)?;
        let is_prepared = revisions.first().is_some_and(|revision| revision.brief.prepared.is_some());
        let predecessor = if is_prepared { None } else { self.predecessor(job, &before)? };
        let record = store.job(job)?;
        Ok(JobOrder {
            first,
            revisions,
            resume: None,
            predecessor,
            lengths: self.feature_lengths(&record),
            most_pixels: self.inner.settings.job_pixels,
            most_samples: self.inner.settings.epoch_samples,
            shares_memory: false,
            trace: TraceTerms { parent: record.trace, epochs: self.inner.settings.traced_epochs },
        })
    }

    /// The last of these revisions that was prepared.
    fn predecessor(&self, job: JobId, kept: &[store::Revision]) -> Result<Option<Predecessor>, RunFailure> {
        for kept in kept.iter().rev() {
            let revision = JobRevision { job, revision: kept.revision };
            if let Some(preparation) = self.inner.store.prepared(revision)? {
                let (experiment, prepared) = (read(&kept.yaml)?, preparation.prepared);
                let predecessor =
                    Predecessor { experiment: Arc::new(experiment), prepared: Arc::new(prepared) };
                return Ok(Some(predecessor));
            }
        }
        Ok(None)
    }

    /// Reads revisions with their images. An image that several revisions name is in memory only once.
    pub(super) fn loaded(&self, job: JobId, kept: Vec<store::Revision>) -> Result<Vec<Revision>, RunFailure> {
        let store = &self.inner.store;
        let record = store.job(job)?;
        let (threads, shard_size) =
            record.computation.as_ref().map_or((1, CPU_SHARD), |chosen| (chosen.threads, chosen.shard_size));
        let mut images: BTreeMap<Sha256, Arc<[u8]>> = BTreeMap::new();
        let mut revisions = Vec::new();
        for kept in kept {
            let experiment = read(&kept.yaml)?;
            let mut assets = Assets::default();
            for (name, sha256) in &kept.assets {
                let bytes = match images.get(sha256) {
                    Some(bytes) => Arc::clone(bytes),
                    None => store.blobs().read(sha256)?.into(),
                };
                images.insert(*sha256, Arc::clone(&bytes));
                assets.insert(name.as_str(), bytes);
            }
            let revision = JobRevision { job, revision: kept.revision };
            let brief = JobBrief {
                revision,
                yaml: kept.yaml,
                seed: record.seed,
                model: record.model.clone(),
                more_models: record.more_models.clone(),
                assets: kept.assets,
                number: record.number,
                threads,
                shard_size,
                prepared: store.prepared(revision)?.map(|preparation| Arc::new(preparation.prepared)),
            };
            let (brief, experiment) = (Arc::new(brief), Arc::new(experiment));
            revisions.push(Revision { brief, experiment, assets, from: kept.from });
        }
        Ok(revisions)
    }
}

fn read(yaml: &str) -> Result<Experiment, RunFailure> {
    let loaded = load(&[Source::new("experiment", yaml)], &Overrides::default());
    Ok(loaded.map_err(|problems| RunFailure::Experiment(Box::new(problems)))?.experiment)
}
