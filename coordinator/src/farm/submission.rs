//! New jobs and updates: from a client's YAML to what the store keeps.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use clipig_access::Limit;
use clipig_core::{DeviceClass, Epoch, JobId, JobRevision, ModelReference, Sha256};
use clipig_experiment::{Diagnostics, Experiment, Loaded, Overrides, Source, load};
use clipig_schedule::job::JobChange;
use clipig_schedule::memory::Bytes;
use sha2::Digest as _;

use super::estimate;
use super::failure::RunFailure;
use super::weights::check_same_models;
use super::{CommandError, Farm, FarmSettings, JobEventKind, JobView, SubmitAnswer, SubmitRequest};
use crate::epoch_loop::{CanvasTooLarge, first_resolution};
use crate::job_runner::{Revision, RunCommand};
use crate::store::{JobRecord, JobState, Submission, Submitted, Update};

/// Priorities that a job may have: each step doubles its share of the workers.
pub(super) const PRIORITIES: RangeInclusive<i32> = -10..=10;

/// Bytes of a client token, as the store has it.
const TOKEN: RangeInclusive<usize> = 1..=200;

/// Threads within an operation.
const THREADS: RangeInclusive<u32> = 1..=1_024;

/// Longest name of a job and of a submitter, in characters.
const NAME: usize = 100;

/// A field of a submission that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// The client token.
    #[error("`client_token` must have {} to {} characters", TOKEN.start(), TOKEN.end())]
    Token,
    /// Threads within an operation.
    #[error("threads within an operation are a number from {least} to {most}, not {0}", least = THREADS.start(), most = THREADS.end())]
    Threads(u32),
}

/// A job has as many updates as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooManyRevisions {
    /// By number.
    #[error(
        "job {job} was updated {most} times, which is as often as this farm takes (`limits.revisions`); submit the \
         experiment as a new job, or have the limit raised"
    )]
    Number {
        /// The job.
        job: JobId,
        /// The most updates of a job.
        most: u32,
    },
    /// By size.
    #[error(
        "the experiments of job {job} take {}, and this update {} more; this farm keeps {} per job \
         (`limits.revision_bytes`): submit the experiment as a new job, or have the limit raised",
        Bytes(*.stored), Bytes(*.bytes), Bytes(*.most)
    )]
    Bytes {
        /// The job.
        job: JobId,
        /// Bytes of its experiments so far.
        stored: u64,
        /// Bytes of this one.
        bytes: u64,
        /// The most of a job.
        most: u64,
    },
}

/// A checked submission.
struct Checked {
    loaded: Loaded,
    model: ModelReference,
    more_models: Vec<ModelReference>,
    seed: u64,
    class: Option<DeviceClass>,
    /// Bytes of memory that it takes while it runs.
    memory: u64,
}

impl Farm {
    /// Puts a job into the queue. The same token and content give the same job again.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn submit(&self, request: &SubmitRequest) -> Result<SubmitAnswer, CommandError> {
        let checked = self.check(request)?;
        let fingerprint = request.fingerprint();
        let _queue = self.inner.queue();
        // Before the checks below: a repeated call must get its job although the queue is full by now.
        if let Some(job) = self.inner.store.submitted(&request.token, &fingerprint)? {
            return Ok(SubmitAnswer {
                job: self.job(job)?,
                existed: true,
                warnings: checked.loaded.warnings,
            });
        }
        if self.inner.state().closing {
            return Err(CommandError::ShuttingDown);
        }
        self.check_queue()?;
        self.check_waiting(&request.owner)?;
        let Checked { loaded, model, more_models, seed, class, memory } = checked;
        let mut tree = loaded.tree.clone();
        tree.record_model(&model.name);
        tree.record_seed(seed);
        // The farm does not need to know where the client puts its picture.
        tree.forget_output();
        let submission = Submission {
            token: request.token.clone(),
            request: fingerprint,
            name: job_name(&request.name, &loaded.experiment),
            submitter: shortened(&request.submitter),
            owner: request.owner.clone(),
            yaml: tree.to_yaml(),
            seed,
            model,
            more_models,
            assets: named(&request.assets, &loaded.experiment),
            number: request.number,
            class,
            threads: request.threads,
            mix_kinds: request.mix_kinds,
            priority: request.priority,
            first: Epoch(loaded.experiment.start_epoch),
            epochs: loaded.experiment.epochs,
            memory,
            trace: request.trace,
        };
        let submitted = self.inner.store.submit(&submission)?;
        if let Submitted::New(job) = submitted {
            let Submission { name, submitter, owner, .. } = &submission;
            tracing::info!(%job, name, submitter, owner, "submitted");
            self.inner.changed.notify_all();
        }
        let existed = matches!(submitted, Submitted::Known(_));
        Ok(SubmitAnswer { job: self.job(submitted.job())?, existed, warnings: loaded.warnings })
    }

    /// Refuses what would put an ended job into the queue, where a new one would be refused. Where the job's state does not
    /// allow it, that is the better answer. Whoever asks holds the [queue](super::Inner::queue) until the job is in it.
    pub(super) fn check_room_for_retry(&self, job: JobId) -> Result<(), CommandError> {
        let record = self.inner.store.job(job)?;
        if record.status.after(&JobChange::Retry).is_err() {
            return Ok(());
        }
        self.check_queue()?;
        record.owner.map_or(Ok(()), |owner| self.check_waiting(&owner))
    }

    /// Refuses one more waiting job where there are as many as the farm takes.
    fn check_queue(&self) -> Result<(), CommandError> {
        let waiting = self.inner.store.count(JobState::Waiting)?;
        if waiting >= self.inner.settings.max_queued_jobs {
            return Err(CommandError::Full { waiting });
        }
        Ok(())
    }

    /// Refuses one more waiting job of an owner who has as many as they may. Paused ones count: they can be resumed.
    fn check_waiting(&self, owner: &str) -> Result<(), CommandError> {
        let quotas = &self.inner.settings.quotas;
        if quotas.of(owner, Limit::JobsWaiting).is_some() {
            let count = |state| self.inner.store.count_of(owner, state);
            let found = count(JobState::Waiting)? + count(JobState::Paused)?;
            quotas.check_count(owner, Limit::JobsWaiting, found as u64)?;
        }
        Ok(())
    }

    /// Checks a submission as [`submit`](Self::submit) does, without making a job.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn rehearse(&self, request: &SubmitRequest) -> Result<Diagnostics, CommandError> {
        Ok(self.check(request)?.loaded.warnings)
    }

    /// Gives a job another experiment from its next epoch on. Seed and model stay.
    ///
    /// Returns the job, the first epoch of the new experiment as far as it is known by now, and warnings.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn update(
        &self,
        job: JobId,
        yaml: &str,
        assets: &BTreeMap<String, Sha256>,
        seen: Option<u32>,
    ) -> Result<(JobView, Epoch, Diagnostics), CommandError> {
        let record = self.inner.store.job(job)?;
        if record.status.is_ended() {
            let status = record.status;
            return Err(CommandError::Ended { job, status });
        }
        let mut loaded = self.load(yaml, &Overrides::default())?;
        check_same_models(&record, &loaded.experiment)?;
        self.check_styles(&loaded.experiment, record.models())?;
        let memory = estimate::check(&loaded.experiment, record.seed, &self.inner.settings)?;
        loaded.tree.record_model(&record.model.name);
        loaded.tree.record_seed(record.seed);
        loaded.tree.forget_output();
        self.check_room_for_revision(&record, yaml.len() as u64)?;
        let update = Update {
            seen: seen.unwrap_or(record.revision),
            // Only the job's runner knows its next epoch, and the job may start at any moment.
            from: Update::OPEN,
            yaml: loaded.tree.to_yaml(),
            assets: named(assets, &loaded.experiment),
            epochs: loaded.experiment.epochs,
            memory,
        };
        let revision = self.inner.store.update(job, &update)?;
        if self.inner.state().running.contains_key(&job) {
            // Its runner settles the update; where that has ended already, the next runner does.
            match self.revision(job, revision) {
                Ok(Some(revision)) => self.inner.send_command(job, RunCommand::Revise(Box::new(revision))),
                // The job was removed meanwhile.
                Ok(None) => {}
                // Not a failure of the update, which is on disk: it holds when the job goes on.
                Err(error) => tracing::warn!(%job, %error, "a running job was not told of its update"),
            }
        } else {
            // Where the job starts meanwhile, its start settles the update, and the first to do so counts. Where this
            // fails, the next start does it.
            let from = self.inner.store.job(job)?.next;
            match self.inner.store.settle_revision(JobRevision { job, revision }, from) {
                Ok(Some(_)) => {
                    self.inner.publish(job, None, JobEventKind::Revised { revision, from: from.0 });
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%job, %error, "an update stays open until the job starts"),
            }
        }
        Ok((self.job(job)?, record.next, loaded.warnings))
    }

    /// Refuses an update of a job that has too many or too long ones.
    fn check_room_for_revision(&self, job: &JobRecord, bytes: u64) -> Result<(), CommandError> {
        let FarmSettings { revisions, revision_bytes, .. } = self.inner.settings;
        if job.revision >= revisions {
            return Err(TooManyRevisions::Number { job: job.id, most: revisions }.into());
        }
        let stored = self.inner.store.revision_bytes(job.id)?;
        if stored.saturating_add(bytes) > revision_bytes {
            return Err(TooManyRevisions::Bytes { job: job.id, stored, bytes, most: revision_bytes }.into());
        }
        Ok(())
    }

    fn revision(&self, job: JobId, revision: u32) -> Result<Option<Revision>, RunFailure> {
        let kept = self.inner.store.revisions(job)?.into_iter().filter(|kept| kept.revision == revision);
        Ok(self.loaded(job, kept.collect())?.pop())
    }

    fn check(&self, request: &SubmitRequest) -> Result<Checked, CommandError> {
        if !TOKEN.contains(&request.token.len()) {
            return Err(InvalidRequest::Token.into());
        }
        check_priority(request.priority)?;
        if let Some(threads) = request.threads.filter(|threads| !THREADS.contains(threads)) {
            return Err(InvalidRequest::Threads(threads).into());
        }
        let overrides = Overrides {
            seed: request.seed,
            snapshot_interval: request.snapshot_interval.map(f64::from),
            ..Overrides::default()
        };
        let loaded = self.load(&request.yaml, &overrides)?;
        let mut models = self.resolve_models(&loaded.experiment, request)?;
        self.check_styles(&loaded.experiment, models.iter())?;
        let (model, more_models) = (models.remove(0), models);
        let seed = match loaded.experiment.seed {
            Some(seed) => seed,
            None => u64::from(getrandom::u32().map_err(CommandError::Entropy)?),
        };
        let class = match (request.class, loaded.experiment.device.as_str()) {
            (Some(class), _) => Some(class),
            (None, "cpu") => Some(DeviceClass::Cpu),
            (None, device) if device.starts_with("cuda") => Some(DeviceClass::Cuda),
            _ => None,
        };
        let memory = estimate::check(&loaded.experiment, seed, &self.inner.settings)?;
        Ok(Checked { loaded, model, more_models, seed, class, memory })
    }

    /// Reads an experiment and compares its first canvas with the farm's bound.
    fn load(&self, yaml: &str, overrides: &Overrides) -> Result<Loaded, CommandError> {
        let source = Source::new("experiment", yaml);
        let loaded =
            load(&[source], overrides).map_err(|problems| CommandError::Experiment(Box::new(problems)))?;
        let first = first_resolution(&loaded.experiment, loaded.experiment.seed.unwrap_or(0))
            .map_err(CommandError::FirstCanvas)?;
        // The canvas of a later epoch is checked when that begins.
        CanvasTooLarge::check(first, self.inner.settings.job_pixels)?;
        Ok(loaded)
    }
}

impl SubmitRequest {
    /// The hash of all that the client asked for.
    fn fingerprint(&self) -> Sha256 {
        let Self { token: _, yaml, name, priority, seed, class, number, threads, mix_kinds, .. } = self;
        let Self { assets, model_sha256, model_settings, snapshot_interval, submitter, owner, .. } = self;
        let Self { more_models, .. } = self;
        // Debug output quotes texts, so that no two requests look the same.
        let text = format!(
            "{yaml:?} {name:?} {priority} {seed:?} {class:?} {number} {threads:?} {mix_kinds} {assets:?} \
             {model_sha256:?} {model_settings:?} {snapshot_interval:?} {submitter:?} {owner:?}"
        );
        // A job of one model keeps the hash that earlier versions gave it.
        let more = if more_models.is_empty() { String::new() } else { format!(" {more_models:?}") };
        Sha256(sha2::Sha256::digest(text + &more).into())
    }
}

/// Refuses priorities that no job may have.
pub(super) fn check_priority(priority: i32) -> Result<(), CommandError> {
    if PRIORITIES.contains(&priority) {
        return Ok(());
    }
    Err(CommandError::Priority(priority))
}

/// Only the files that the experiment names, so that the store does not keep others as long as the job.
fn named(assets: &BTreeMap<String, Sha256>, experiment: &Experiment) -> BTreeMap<String, Sha256> {
    let names = experiment.image_names();
    assets.iter().filter(|(name, _)| names.contains(name.as_str())).map(|(n, s)| (n.clone(), *s)).collect()
}

/// What people call a job: as they said, else its first text or image.
fn job_name(asked: &str, experiment: &Experiment) -> String {
    if !asked.trim().is_empty() {
        return shortened(asked.trim());
    }
    let mut features = experiment.targets.iter().flat_map(|target| &target.features);
    features.next().map_or_else(|| "an experiment".to_owned(), |feature| shortened(&feature.source.shown()))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(NAME).collect()
}
