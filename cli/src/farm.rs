//! `clipig farm start`: a coordinator, and workers in the same process.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clipig_coordinator::Reload;
use clipig_coordinator::farm::Farm;
use clipig_coordinator::server::{Coordinator, Parts};
use clipig_coordinator::settings::{self, LogFormat, Settings};
use clipig_coordinator::switchboard::SESSION_QUEUE;
use clipig_core::{Rendering, Sha256, WeightsSource, WorkerName};
use clipig_engine::CanvasEngines;
use clipig_models::{ModelError, Store};
use clipig_worker::{
    BlobCache, BlobSource, Contents, Devices, FetchError, Finding, Found, Link, LocalWorker, Shutdown, Stage,
    WorkerDevice,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::devices;
use clipig_client::arguments::{CoordinatorArguments, StartArguments};
use clipig_client::exit::ExitCode;
use clipig_client::failure::Failure;
use clipig_client::terminal::log;
use clipig_client::traces;

/// How long workers of this process may drain after the coordinator has closed, when no job needs them any more.
const DRAIN: Duration = Duration::from_secs(1);

/// How long they may take to be gone.
const GONE: Duration = Duration::from_secs(5);

/// Runs a farm with workers in this process until a signal ends it.
pub(crate) fn start_farm(arguments: &StartArguments) -> Result<ExitCode, Failure> {
    start_farm_and(arguments, |_| Ok(()))
}

/// The same, and does something once the farm listens.
pub(super) fn start_farm_and(
    arguments: &StartArguments,
    open: impl FnOnce(&Coordinator) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let workers = match arguments.workers {
        Some(0) => Vec::new(),
        wanted => devices_of(wanted)?,
    };
    serve(&arguments.coordinator, workers, open)
}

/// Runs a coordinator alone until a signal ends it.
pub(crate) fn coordinate(arguments: &CoordinatorArguments) -> Result<ExitCode, Failure> {
    serve(arguments, Vec::new(), |_| Ok(()))
}

fn serve(
    arguments: &CoordinatorArguments,
    workers: Vec<WorkerDevice>,
    open: impl FnOnce(&Coordinator) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let settings = Settings::load(arguments.settings.as_deref(), &settings::environment(), &flags(arguments))
        .map_err(Failure::usage)?;
    log::of_service(settings.log_format == LogFormat::Json);
    let _exporting = traces::of_service("clipig-coordinator");
    let models = match Store::of_user() {
        // Services often have no home. Then the models are beside the jobs.
        Err(ModelError::NoFolder) => Store::at(settings.data.join("models")),
        found => found.map_err(Failure::from)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(async {
        let mut signals = Shutdown::on_signals().map_err(Failure::failed)?;
        let data = settings.data.clone();
        let parts = Parts { canvases: Arc::new(CanvasEngines), models };
        let coordinator = Coordinator::open(settings, parts).await.map_err(Failure::failed)?;
        let crew = Crew::join(coordinator.farm(), &data, workers)?;
        open(&coordinator)?;
        reload_on_hangup(coordinator.reload()).map_err(Failure::failed)?;
        let mut first = signals.clone();
        tokio::select! {
            served = coordinator.serve(async move { first.asked().await }) => {
                served.map_err(Failure::failed)?;
                crew.leave().await;
                Ok(ExitCode::SUCCESS)
            }
            () = signals.asked_at_once() => Ok(ExitCode::INTERRUPTED),
        }
    });
    // Threads that still compute a shard are not waited for.
    runtime.shutdown_background();
    outcome
}

/// Reads tokens and certificates again on SIGHUP. In a terminal that signal means that the terminal is gone: then the
/// process ends, as every other.
fn reload_on_hangup(reload: Reload) -> std::io::Result<()> {
    if std::io::stdin().is_terminal() {
        return Ok(());
    }
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!("SIGHUP: tokens and certificates are read again");
            reload.ask();
        }
    });
    Ok(())
}

/// The workers of this process. They do not listen to signals: the coordinator needs them until jobs have finished
/// their epochs.
struct Crew {
    /// Dropping it makes the workers drain.
    stage: watch::Sender<Stage>,
    running: JoinSet<()>,
}

impl Crew {
    /// Connects workers to a farm whose files lie in `data`.
    fn join(farm: &Farm, data: &Path, devices: Vec<WorkerDevice>) -> Result<Self, Failure> {
        // Nothing is copied into the cache, so this folder is never made: the farm's files are used where they lie.
        let cache = BlobCache::new(data.join("cache"), u64::MAX, Arc::new(FarmBlobs(farm.clone())));
        let contents = Contents::new(cache, devices::weights());
        let mut crew = Self { stage: watch::Sender::new(Stage::Run), running: JoinSet::new() };
        for (number, device) in (1..).zip(devices) {
            let name: WorkerName = format!("local-{number}").parse().map_err(Failure::failed)?;
            let (link, outbound, inbound) = Link::local(SESSION_QUEUE);
            let worker = LocalWorker::new(name, device, contents.clone(), DRAIN);
            let (switchboard, end) = (farm.switchboard().clone(), Shutdown::new(crew.stage.subscribe()));
            tokio::spawn(async move { switchboard.serve_local(outbound, inbound).await });
            crew.running.spawn(async move {
                if let Err(error) = worker.run_local(link, end).await {
                    tracing::error!(%error, "a worker of this process ended");
                }
            });
        }
        Ok(crew)
    }

    /// Lets the workers go.
    async fn leave(mut self) {
        self.stage.send_replace(Stage::Drain);
        let gone = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(GONE, gone).await.is_err() {
            tracing::debug!("a worker of this process is still there; it ends with the process");
        }
    }
}

/// The GPUs of this machine, or as many CPU workers as wanted, which share the cores.
fn devices_of(wanted: Option<u32>) -> Result<Vec<WorkerDevice>, Failure> {
    clipig_engine::device::load_cuda();
    if clipig_engine::device::gpus() > 0 {
        let mut gpus = devices::find(&Devices::All, None, Rendering::Auto)?;
        gpus.truncate(wanted.map_or(usize::MAX, |wanted| wanted as usize));
        return Ok(gpus);
    }
    let wanted = wanted.unwrap_or(1);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
    let share = (cores / wanted).max(1);
    let mut workers = Vec::new();
    for _ in 0..wanted {
        workers.extend(devices::find(&Devices::One("cpu".to_owned()), Some(share), Rendering::Auto)?);
    }
    Ok(workers)
}

/// The flags, under the names of the settings that they override.
fn flags(arguments: &CoordinatorArguments) -> settings::Flags {
    let CoordinatorArguments { listen, http_listen, data, settings: _, insecure } = arguments;
    let mut flags = Vec::new();
    flags.extend(listen.as_ref().map(|listen| ("listen", listen.clone())));
    flags.extend(http_listen.as_ref().map(|address| ("http_listen", address.clone())));
    flags.extend(data.as_ref().map(|data| ("data", data.display().to_string())));
    flags.extend(insecure.then(|| ("insecure", "true".to_owned())));
    flags
}

/// Weights and images of a farm, for workers of the same process.
struct FarmBlobs(Farm);

impl BlobSource for FarmBlobs {
    fn find(&self, hash: Sha256, _: u64) -> Finding<'_> {
        let weights = match self.0.weights(hash) {
            Ok(Some(WeightsSource::File(path))) => Some(path),
            // The embedded ones are in this program.
            Ok(Some(WeightsSource::Embedded) | None) => None,
            Err(error) => {
                tracing::warn!(%error, "the store of models cannot be read");
                None
            }
        };
        let found = weights.or_else(|| self.0.store().blobs().path(&hash));
        Box::pin(std::future::ready(found.map(Found::File).ok_or(FetchError::Missing)))
    }
}
