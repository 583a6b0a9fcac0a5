//! A farm in this process: the switchboard of a coordinator, one worker, channels between them.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use bytes::Bytes;
use clipig_coordinator::job_runner::ToRunner;
use clipig_coordinator::switchboard::{
    self, JobPort, JobShare, Reports, SESSION_QUEUE, Switchboard, SwitchboardSettings,
};
use clipig_core::{Assets, ComputeFactory, JobId, ModelReference, Sha256, WeightsSource, WorkerName};
use clipig_engine::DeviceFactory;
use clipig_models::Weights;
use clipig_schedule::dispatcher::{DispatchSettings, Fit};
use clipig_worker::{
    BlobCache, BlobSource, Contents, Download, FetchError, Finding, Found, Link, LocalWorker, Shutdown,
    Stage, WorkerDevice,
};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use clipig_client::failure::Failure;
use clipig_client::model::Model;
use clipig_client::{output, picture};

/// A coordinator's switchboard with one worker.
pub(crate) struct FarmOfOne {
    switchboard: Switchboard,
    /// Carries the messages between both. Shards are computed on other threads.
    runtime: Option<Runtime>,
    /// Dropping it makes the worker drain.
    _stage: watch::Sender<Stage>,
    /// Images on their way to the worker.
    _folder: tempfile::TempDir,
}

/// The only worker takes as long as it takes, and no message can get lost, so no timeout makes sense.
const FOR_EVER: Duration = Duration::from_hours(365 * 24);

/// Space for images on their way to the worker; more than experiments may name.
const IMAGES: u64 = 1 << 34;

impl FarmOfOne {
    /// Starts a worker with `cores` computing threads for jobs that use these models and these images.
    pub(crate) fn start(
        factory: &Arc<DeviceFactory>,
        cores: usize,
        models: &[Model],
        assets: &Assets,
    ) -> Result<Self, Failure> {
        let cannot = |what: &str, error: &dyn std::fmt::Display| Failure::failed(format!("{what}: {error}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| cannot("cannot start a thread for messages", &error))?;
        let folder = tempfile::Builder::new()
            .prefix("clipig-")
            .tempdir()
            .map_err(|error| cannot("cannot make a temporary folder", &error))?;
        let mut dispatch = DispatchSettings::new(1);
        (dispatch.heartbeat_timeout, dispatch.lease_timeout) = (FOR_EVER, FOR_EVER);
        let settings = SwitchboardSettings { dispatch, heartbeat: Duration::from_mins(1) };
        // The notes about a single worker are not recorded.
        let (notes, _) = std::sync::mpsc::channel();
        let switchboard = {
            let _entered = runtime.enter();
            switchboard::start(settings, Reports { notes, metrics: Arc::default() })
        };
        let device = WorkerDevice {
            name: "this machine".to_owned(),
            kind: factory.kind(),
            cores: cores as u32,
            memory: 0,
            factory: Arc::clone(factory) as Arc<dyn ComputeFactory>,
        };
        let name: WorkerName = "here".parse().map_err(|error| cannot("a fault of clipig", &error))?;
        let cache = BlobCache::new(folder.path(), IMAGES, Arc::new(InMemory::new(assets)?));
        let contents = Contents::new(cache, weights_of(models));
        let (stage, shutdown) = watch::channel(Stage::Run);
        let (link, outbound, inbound) = Link::local(SESSION_QUEUE);
        let worker = LocalWorker::new(name, device, contents, Duration::ZERO);
        runtime.spawn(async move {
            if let Err(error) = worker.run_local(link, Shutdown::new(shutdown)).await {
                output::say(format!("error: the computing threads have ended: {error}"));
            }
        });
        let served = switchboard.clone();
        runtime.spawn(async move { served.serve_local(outbound, inbound).await });
        Ok(Self { switchboard, runtime: Some(runtime), _stage: stage, _folder: folder })
    }

    /// Lets a job have the worker.
    pub(crate) fn add_job(&self, job: JobId, runner: Sender<ToRunner>) -> JobPort {
        self.switchboard.add_job(job, JobShare { priority: 0, fit: Fit::Any }, runner)
    }

    /// Takes it away again.
    pub(crate) fn remove_job(&self, job: JobId) {
        self.switchboard.remove_job(job);
    }
}

impl Drop for FarmOfOne {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // After Ctrl-C a shard under way is not waited for.
            runtime.shutdown_background();
        }
    }
}

/// The models' weights, where this machine has them.
fn weights_of(models: &[Model]) -> Arc<clipig_worker::FindWeights> {
    let source = |model: &Model| match &model.resolved.weights {
        Weights::Embedded => WeightsSource::Embedded,
        Weights::File(path) => WeightsSource::File(path.clone()),
    };
    let known: HashMap<String, WeightsSource> =
        models.iter().map(|model| (model.resolved.sha256.clone(), source(model))).collect();
    Arc::new(move |model: &ModelReference| known.get(&model.sha256.to_string()).cloned())
}

/// Images that this process holds.
struct InMemory(HashMap<Sha256, Bytes>);

impl InMemory {
    fn new(assets: &Assets) -> Result<Self, Failure> {
        let file = |(_, bytes): (&str, &Arc<[u8]>)| {
            let sha256: Sha256 = picture::sha256(bytes).parse().map_err(Failure::failed)?;
            Ok((sha256, Bytes::from_owner(Arc::clone(bytes))))
        };
        Ok(Self(assets.iter().map(file).collect::<Result<_, Failure>>()?))
    }
}

impl BlobSource for InMemory {
    fn find(&self, hash: Sha256, offset: u64) -> Finding<'_> {
        let found = self.0.get(&hash).map(|bytes| {
            let piece = bytes.slice(bytes.len().min(offset as usize)..);
            let pieces: Pin<Box<_>> = Box::pin(tokio_stream::once(Ok(piece)));
            Found::Stream(Download { size: bytes.len() as u64, pieces })
        });
        Box::pin(std::future::ready(found.ok_or(FetchError::Missing)))
    }
}
