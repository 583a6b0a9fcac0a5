//! `clipig farm start`: a coordinator, and workers in the same process.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clipig_coordinator::farm::Farm;
use clipig_coordinator::server::{Coordinator, Parts};
use clipig_coordinator::settings::{self, LogFormat, Settings};
use clipig_coordinator::store::Store as FarmStore;
use clipig_coordinator::switchboard::SESSION_QUEUE;
use clipig_engine::CanvasEngines;
use clipig_models::Store;
use clipig_schedule::{Sha256, WorkerName};
use clipig_worker::{
    BlobCache, BlobSource, Contents, Devices, FetchError, Finding, Found, Link, LocalWorker, Shutdown,
    WorkerDevice,
};

use super::devices;
use crate::arguments::{CoordinatorArguments, StartArguments};
use crate::failure::Failure;
use crate::terminal::log;

/// How long work under way may take when the farm is told to end.
const DRAIN: Duration = Duration::from_secs(30);

/// Runs a farm with workers in this process until a signal ends it.
pub(crate) fn start_farm(arguments: &StartArguments) -> Result<ExitCode, Failure> {
    let workers = match arguments.workers {
        Some(0) => Vec::new(),
        wanted => devices_of(wanted)?,
    };
    serve(&arguments.coordinator, workers)
}

/// Runs a coordinator alone until a signal ends it.
pub(crate) fn coordinate(arguments: &CoordinatorArguments) -> Result<ExitCode, Failure> {
    serve(arguments, Vec::new())
}

fn serve(arguments: &CoordinatorArguments, workers: Vec<WorkerDevice>) -> Result<ExitCode, Failure> {
    let settings = Settings::load(arguments.settings.as_deref(), &settings::environment(), &flags(arguments))
        .map_err(Failure::usage)?;
    log::of_service(settings.log_format == LogFormat::Json);
    let models = Store::of_user().map_err(Failure::from)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(async {
        let stop = Shutdown::on_signals().map_err(Failure::failed)?;
        let parts = Parts { canvases: Arc::new(CanvasEngines), models };
        let coordinator = Coordinator::open(settings, parts).await.map_err(Failure::failed)?;
        for (i, device) in workers.into_iter().enumerate() {
            join(coordinator.farm(), i, device, &stop)?;
        }
        let mut asked = stop.clone();
        coordinator.serve(async move { asked.asked().await }).await.map_err(Failure::failed)
    });
    // Threads in the middle of a shard are of no interest any more.
    runtime.shutdown_background();
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Connects a worker of this process.
fn join(farm: &Farm, number: usize, device: WorkerDevice, stop: &Shutdown) -> Result<(), Failure> {
    let name: WorkerName = format!("local-{}", number + 1).parse().map_err(Failure::failed)?;
    let cache = std::env::temp_dir().join(format!("clipig-{}-worker-{number}", std::process::id()));
    let source = Arc::new(StoreBlobs(farm.store().clone()));
    // Nothing is copied into the cache: the store's files are used where they lie.
    let contents = Contents::new(BlobCache::new(cache, u64::MAX, source), devices::weights());
    let (link, outbound, inbound) = Link::local(SESSION_QUEUE);
    let worker = LocalWorker::new(name, device, contents, DRAIN);
    let (switchboard, stop) = (farm.switchboard().clone(), stop.clone());
    tokio::spawn(async move { switchboard.serve_local(outbound, inbound).await });
    tokio::spawn(async move {
        if let Err(error) = worker.run_local(link, stop).await {
            tracing::error!(%error, "a worker of this process ended");
        }
    });
    Ok(())
}

/// The GPUs of this machine, or as many CPU workers as wanted, which share the cores.
fn devices_of(wanted: Option<u32>) -> Result<Vec<WorkerDevice>, Failure> {
    clipig_engine::device::load_cuda();
    if clipig_engine::device::gpus() > 0 {
        let mut gpus = devices::find(&Devices::All, None)?;
        gpus.truncate(wanted.map_or(usize::MAX, |wanted| wanted as usize));
        return Ok(gpus);
    }
    let wanted = wanted.unwrap_or(1);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
    let share = (cores / wanted).max(1);
    let mut workers = Vec::new();
    for _ in 0..wanted {
        workers.extend(devices::find(&Devices::One("cpu".to_owned()), Some(share))?);
    }
    Ok(workers)
}

/// Flags by the names of the settings that they set.
fn flags(arguments: &CoordinatorArguments) -> Vec<settings::Flag> {
    let CoordinatorArguments { listen, http_listen, data, settings: _, insecure } = arguments;
    let mut flags = Vec::new();
    flags.extend(listen.as_ref().map(|listen| ("listen", listen.clone())));
    flags.extend(http_listen.map(|address| ("http_listen", address.to_string())));
    flags.extend(data.as_ref().map(|data| ("data", data.display().to_string())));
    flags.extend(insecure.then(|| ("insecure", "true".to_owned())));
    flags
}

/// Images that clients have uploaded, for workers of the same process.
struct StoreBlobs(FarmStore);

impl BlobSource for StoreBlobs {
    fn find(&self, hash: Sha256, _: u64) -> Finding<'_> {
        let found = self.0.blobs().path(&hash).map(Found::File).ok_or(FetchError::Missing);
        Box::pin(std::future::ready(found))
    }
}
