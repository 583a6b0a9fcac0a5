//! Everything that a job needs on this machine: its experiment read, its weights and images at hand.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use clipig_core::{
    Assets, ComputeJob, JobBrief, JobWeights, ModelReference, ProgressCounter, Sha256, WeightsSource,
};
use clipig_experiment::{Experiment, Overrides, Source};

use crate::blobs::{Blob, BlobCache, BlobError};
use crate::session::FetchError;

/// Weights that this machine has without fetching them: the model inside the program, a folder of models.
pub type FindWeights = dyn Fn(&ModelReference) -> Option<WeightsSource> + Send + Sync;

/// Bytes of images that a job may have in memory.
const ASSETS: u64 = 1 << 30;

/// Gets what jobs need. Cloning shares everything.
#[derive(Clone)]
pub struct Contents {
    cache: BlobCache,
    weights: Arc<FindWeights>,
    open: Arc<Mutex<Vec<Opened>>>,
}

/// A job that somebody still has.
struct Opened {
    job: Weak<ComputeJob>,
    /// Keeps the weights on the disk.
    blobs: Vec<Arc<Blob>>,
}

impl Contents {
    /// Content from a cache; `weights` is asked first for models.
    pub fn new(cache: BlobCache, weights: Arc<FindWeights>) -> Self {
        Self { cache, weights, open: Arc::default() }
    }

    /// The job of a brief, with its images, but without weights that nobody has [fetched](Self::fetch_model). The same
    /// brief gives the same job as long as somebody has it: also in a later session, so that nothing is loaded twice when a
    /// connection breaks. `progress` is called as content arrives.
    ///
    /// # Errors
    /// `Refused` where every worker would say the same, `Unavailable` where another one may succeed.
    pub async fn open(
        &self,
        brief: Arc<JobBrief>,
        mut progress: impl FnMut(),
    ) -> Result<Arc<ComputeJob>, FetchError> {
        if let Some(job) = self.known(&brief) {
            return Ok(job);
        }
        let experiment = Arc::new(self.read(&brief).await?);
        progress();
        check_models(&experiment, &brief)?;
        let weights = JobWeights::missing(brief.models().count());
        let assets = self.assets(&brief.assets, &mut progress).await?;
        let job =
            Arc::new(ComputeJob { brief, experiment, weights, assets, progress: ProgressCounter::default() });
        self.lock().push(Opened { job: Arc::downgrade(&job), blobs: Vec::new() });
        Ok(job)
    }

    /// Gets the weights of one of a job's models, by its place, and puts them into [`ComputeJob::weights`]. `progress` is
    /// called as they arrive.
    ///
    /// # Errors
    /// `Unavailable`: another worker may succeed.
    pub(crate) async fn fetch_model(
        &self,
        job: &Arc<ComputeJob>,
        place: usize,
        progress: impl FnMut(),
    ) -> Result<(), FetchError> {
        let Some(model) = job.brief.models().nth(place) else {
            return Err(FetchError::Unavailable(format!("the job has no model {}", place + 1)));
        };
        if let Some(weights) = (self.weights)(model) {
            job.weights.put(place, weights);
            return Ok(());
        }
        let blob = self.cache.get(model.sha256, progress).await;
        let blob = blob.map_err(|error| failed(&format!("the model `{}`", model.name), &error))?;
        let source = WeightsSource::File(blob.path().to_owned());
        if let Some(opened) = self.lock().iter_mut().find(|opened| opened.job.as_ptr() == Arc::as_ptr(job)) {
            opened.blobs.push(blob);
        }
        job.weights.put(place, source);
        Ok(())
    }

    /// Lets others delete the weights of jobs that nobody has any more.
    pub(crate) fn release_unused(&self) {
        self.lock().retain(|opened| opened.job.strong_count() > 0);
    }

    fn known(&self, brief: &Arc<JobBrief>) -> Option<Arc<ComputeJob>> {
        self.release_unused();
        self.lock().iter().filter_map(|opened| opened.job.upgrade()).find(|job| *job.brief == **brief)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Opened>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the experiment. It comes from a stranger; the language's bounds hold before memory is taken.
    async fn read(&self, brief: &Arc<JobBrief>) -> Result<Experiment, FetchError> {
        let brief = Arc::clone(brief);
        let read = move || {
            let source = Source::new(format!("job {}", brief.revision.job), brief.yaml.clone());
            clipig_experiment::load(&[source], &Overrides::default()).map(|loaded| loaded.experiment)
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(experiment)) => Ok(experiment),
            Ok(Err(problems)) => {
                Err(FetchError::Refused(format!("the experiment cannot be read:\n{problems}")))
            }
            Err(_) => Err(FetchError::Refused("reading the experiment failed; please report it".to_owned())),
        }
    }

    async fn assets(
        &self,
        wanted: &BTreeMap<String, Sha256>,
        progress: &mut impl FnMut(),
    ) -> Result<Assets, FetchError> {
        let mut assets = Assets::default();
        let mut read: BTreeMap<Sha256, Arc<[u8]>> = BTreeMap::new();
        let mut room = ASSETS;
        for (name, hash) in wanted {
            let bytes = if let Some(bytes) = read.get(hash) {
                Arc::clone(bytes)
            } else {
                let blob = self.cache.get(*hash, &mut *progress).await;
                let blob = blob.map_err(|error| failed(&format!("the image `{name}`"), &error))?;
                let bytes =
                    read_within(blob.path().to_owned(), room).await.map_err(|error| error.about(name))?;
                room -= bytes.len() as u64;
                read.insert(*hash, Arc::clone(&bytes));
                bytes
            };
            assets.insert(name.clone(), bytes);
        }
        Ok(assets)
    }
}

/// Refuses a job whose models are not those that its experiment counts on.
fn check_models(experiment: &Experiment, brief: &JobBrief) -> Result<(), FetchError> {
    let (wanted, sent) = (experiment.model_names().len(), brief.models().count());
    if wanted == sent {
        return Ok(());
    }
    Err(FetchError::Refused(format!(
        "the experiment is computed with {wanted} models, but the coordinator has sent {sent}; update the coordinator"
    )))
}

/// Why an image is not read.
enum ReadError {
    TooLarge,
    Io(String),
}

impl ReadError {
    fn about(self, name: &str) -> FetchError {
        match self {
            Self::TooLarge => FetchError::Refused(format!(
                "the image `{name}` is too large: the images of a job may have {ASSETS} bytes together"
            )),
            Self::Io(reason) => FetchError::Unavailable(format!("the image `{name}`: {reason}")),
        }
    }
}

async fn read_within(path: PathBuf, limit: u64) -> Result<Arc<[u8]>, ReadError> {
    let failed = |reason: &dyn std::fmt::Display| ReadError::Io(reason.to_string());
    let read = move || -> Result<Arc<[u8]>, ReadError> {
        if std::fs::metadata(&path).map_err(|error| failed(&error))?.len() > limit {
            return Err(ReadError::TooLarge);
        }
        std::fs::read(&path).map(Into::into).map_err(|error| failed(&error))
    };
    tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))?
}

fn failed(what: &str, error: &BlobError) -> FetchError {
    // Not `Refused`, also where the farm has no such content: the job may have ended or been updated since the brief was
    // sent, and that must not fail it.
    FetchError::Unavailable(format!("{what}: {error}"))
}
