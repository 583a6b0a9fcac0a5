//! A worker from its start to its end: sessions, one after the other, until it is told to leave.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{ComputeFactory, PROTOCOL, Registration, WorkerKind, WorkerName};
use clipig_proto::backoff::Backoff;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::blobs::BlobCache;
use crate::contents::{Contents, FindWeights};
use crate::health::{self, Condition, Examiner, HealthSocket, Questions, TakesLeases};
use crate::link::{Coordinator, GrpcBlobs, Link, LinkEnd};
use crate::serve::{Conversation, Device, SessionEnd};
use crate::session::SessionSettings;
use crate::settings::WorkerSettings;
use crate::shutdown::{Shutdown, Stage};
use crate::threads::DeviceThreads;

/// A device that computes.
#[derive(Clone)]
pub struct WorkerDevice {
    /// As people call it, such as `cuda:0`.
    pub name: String,
    /// What of it changes bits.
    pub kind: WorkerKind,
    /// Threads that compute side by side: cores of a CPU; 2 for a GPU, where one prepares its
    /// shard while the device computes that of the other.
    pub cores: u32,
    /// Its memory in bytes; 0 where it is not known.
    pub memory: u64,
    /// Makes what computes on it.
    pub factory: Arc<dyn ComputeFactory>,
}

/// Why a worker ended that was not told to.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// There is nothing to compute on.
    #[error("there is no device to compute on; set `device`, for example to `cpu`")]
    NoDevice,
    /// The coordinator does not want this worker.
    #[error("the coordinator at {coordinator} refuses this worker: {reason}")]
    Refused {
        /// Where it is.
        coordinator: String,
        /// What it said.
        reason: String,
    },
    /// The way to the coordinator cannot be set up.
    #[error(
        "the connection to {coordinator} cannot be set up: {error}; see `coordinator`, `tls.ca`, `tls.certificate` and `tls.key`"
    )]
    Connection {
        /// Where it should be.
        coordinator: String,
        /// What is wrong.
        error: std::io::Error,
    },
    /// Nobody could ask how it is.
    #[error("cannot listen at {path}: {error}; see `health_socket`")]
    HealthSocket {
        /// Where.
        path: std::path::PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// The system has no more threads.
    #[error("no threads could be started: {0}")]
    Threads(std::io::Error),
    /// Told to end at once, while work was under way.
    #[error("ended at once; what was under way is computed by others")]
    Interrupted,
}

impl WorkerError {
    /// The exit code of a process that ends so: 2 for what settings must change, 3 for a refusal, 130 for an
    /// interruption, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoDevice | Self::Connection { .. } | Self::HealthSocket { .. } => 2,
            Self::Refused { .. } => 3,
            Self::Interrupted => 130,
            Self::Threads(_) => 1,
        }
    }
}

/// How often a worker that cannot connect says so.
const LOG_INTERVAL: Duration = Duration::from_secs(30);

/// How long threads may take to end after the last session.
const THREADS_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs a worker on each of the devices, with a session of its own each, until it is told to end. Must be called
/// inside a tokio runtime with timers and I/O.
///
/// # Errors
/// When the coordinator refuses the worker, or it cannot run at all. A coordinator that is not there is waited for.
pub async fn run_worker(
    settings: &WorkerSettings,
    devices: Vec<WorkerDevice>,
    weights: Arc<FindWeights>,
    shutdown: Shutdown,
) -> Result<(), WorkerError> {
    let address = settings.coordinator.to_string();
    let WorkerSettings { coordinator, token, authorities, identity, .. } = settings.clone();
    let coordinator = Coordinator::new(coordinator, token, authorities, identity)
        .map_err(|error| WorkerError::Connection { coordinator: address.clone(), error })?;
    if settings.coordinator.is_open() {
        tracing::warn!(coordinator = address, "the connection is not encrypted; `https://…` is");
    }
    let source = Arc::new(GrpcBlobs::new(coordinator.clone()));
    let cache = BlobCache::new(&settings.cache, settings.cache_bytes, source);
    let contents = Contents::new(cache, weights);
    let socket = settings.health_socket.as_deref().map(|path| {
        HealthSocket::bind(path).map_err(|error| WorkerError::HealthSocket { path: path.to_owned(), error })
    });
    let socket = socket.transpose()?;
    let several = devices.len() > 1;
    let mut workers = JoinSet::new();
    let mut examiners = Vec::new();
    for device in devices {
        let name = if several { name_of(&settings.name, &device.name) } else { settings.name.clone() };
        let worker = LocalWorker::new(name, device, contents.clone(), settings.drain);
        let span = tracing::info_span!("worker", worker = %worker.name);
        let (coordinator, shutdown) = (coordinator.clone(), shutdown.clone());
        let (examiner, questions) = Examiner::of(worker.name.clone());
        examiners.push(examiner);
        workers.spawn(async move { worker.run(&coordinator, shutdown, questions).await }.instrument(span));
    }
    // Dropped at the end, and with it the socket.
    let mut health = JoinSet::new();
    if let Some(socket) = socket {
        health.spawn(socket.serve(examiners, settings.stuck_after));
    }
    let mut result = if workers.is_empty() { Err(WorkerError::NoDevice) } else { Ok(()) };
    // The first failure ends the others: the same coordinator would refuse them, too.
    while let Some(ended) = workers.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                result = Err(error);
                workers.abort_all();
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    result
}

/// A worker on one device.
pub struct LocalWorker {
    name: WorkerName,
    device: WorkerDevice,
    contents: Contents,
    drain: Duration,
}

impl LocalWorker {
    /// A worker of that name. `drain` is how long work under way may take when it is told to end.
    pub fn new(name: WorkerName, device: WorkerDevice, contents: Contents, drain: Duration) -> Self {
        Self { name, device, contents, drain }
    }

    /// Serves one session over channels, as inside the coordinator's process. Ends with the channels, or when it is
    /// told to.
    ///
    /// # Errors
    /// When threads cannot be started, or the coordinator refuses the worker.
    pub async fn run_local(self, link: Link, shutdown: Shutdown) -> Result<(), WorkerError> {
        let settings = self.session_settings();
        let mut device = self.start()?;
        let end = Conversation::new(&mut device, settings).serve(link, &shutdown).await;
        end_threads(device).await;
        match end {
            SessionEnd::Drained | SessionEnd::Lost { .. } => Ok(()),
            SessionEnd::Refused(reason) => {
                Err(WorkerError::Refused { coordinator: "this process".to_owned(), reason })
            }
            SessionEnd::Interrupted => Err(WorkerError::Interrupted),
        }
    }

    /// Serves session after session, until it is told to end.
    async fn run(
        self,
        coordinator: &Coordinator,
        mut shutdown: Shutdown,
        questions: Questions,
    ) -> Result<(), WorkerError> {
        let settings = self.session_settings();
        let mut device = self.start()?;
        let (threads, takes_leases) = (device.threads.watch(), device.takes_leases.clone());
        let condition = || Condition {
            takes_leases: takes_leases.get(),
            computing: threads.computing(),
            threads_lost: threads.lost(),
        };
        let result = tokio::select! {
            result = sessions(&mut device, &settings, coordinator, &mut shutdown) => result,
            never = health::answer(questions, condition) => match never {},
        };
        end_threads(device).await;
        result
    }

    fn session_settings(&self) -> SessionSettings {
        let WorkerDevice { name: device, kind, cores, memory, .. } = &self.device;
        let registration = Registration {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: self.name.clone(),
            instance: draw_instance(),
            kind: kind.clone(),
            cores: (*cores).max(1),
            memory: *memory,
            device: device.clone(),
        };
        SessionSettings { registration, drain: self.drain }
    }

    fn start(self) -> Result<Device, WorkerError> {
        let slots = self.device.cores.max(1) as usize;
        let (answer, answers) = mpsc::channel(slots);
        let threads =
            DeviceThreads::start(slots, &self.device.factory, &answer).map_err(WorkerError::Threads)?;
        Ok(Device {
            threads,
            answers,
            contents: self.contents,
            takes_leases: TakesLeases::default(),
            sessions: 0,
        })
    }
}

/// Connects and serves, again and again. A session goes on from connection to connection.
async fn sessions(
    device: &mut Device,
    settings: &SessionSettings,
    coordinator: &Coordinator,
    shutdown: &mut Shutdown,
) -> Result<(), WorkerError> {
    let address = coordinator.address();
    let refused = |reason| Err(WorkerError::Refused { coordinator: address.to_string(), reason });
    let mut backoff = Backoff::default();
    let mut log = RareLog::default();
    let mut conversation = Conversation::new(device, settings.clone());
    // One that had to leave while it was away has nobody to say goodbye to.
    while !conversation.is_over() {
        let dialled = tokio::select! {
            dialled = conversation.meanwhile(coordinator.dial()) => dialled,
            () = shutdown.reaches(Stage::Drain) => return Ok(()),
        };
        match dialled {
            Ok((link, mut pump)) => {
                let end = conversation.serve(link, shutdown).await;
                match end {
                    SessionEnd::Drained => {
                        pump.abort();
                        return Ok(());
                    }
                    SessionEnd::Interrupted => {
                        pump.abort();
                        return Err(WorkerError::Interrupted);
                    }
                    SessionEnd::Refused(reason) => return refused(reason),
                    SessionEnd::Lost { welcome, reason } => {
                        if welcome {
                            backoff.succeeded();
                            log = RareLog::default();
                        }
                        let reason = if let Some(reason) = reason {
                            pump.abort();
                            conversation.begin_anew();
                            reason
                        } else {
                            // A connection that breaks says why in its own time.
                            tokio::select! {
                                ended = conversation.meanwhile(&mut pump) => match ended {
                                    Ok(LinkEnd::Lost(reason)) => reason,
                                    Ok(LinkEnd::Refused(reason)) => return refused(reason),
                                    Ok(LinkEnd::Closed) | Err(_) => "the coordinator closed it".to_owned(),
                                },
                                () = shutdown.reaches(Stage::Drain) => {
                                    pump.abort();
                                    return Ok(());
                                }
                            }
                        };
                        log.say(|| tracing::warn!(%address, reason, "the connection is lost; trying again"));
                    }
                }
            }
            Err(error) => {
                log.say(|| tracing::warn!(%address, %error, "waiting for the coordinator"));
            }
        }
        backoff.failed();
        tokio::select! {
            () = conversation.meanwhile(tokio::time::sleep(backoff.pause())) => {}
            () = shutdown.reaches(Stage::Drain) => return Ok(()),
        }
    }
    Ok(())
}

/// Logs the first message at once, and later ones only after [`LOG_INTERVAL`].
#[derive(Default)]
struct RareLog {
    said: Option<Instant>,
}

impl RareLog {
    fn say(&mut self, say: impl FnOnce()) {
        if self.said.is_none_or(|said| said.elapsed() >= LOG_INTERVAL) {
            say();
            self.said = Some(Instant::now());
        }
    }
}

async fn end_threads(device: Device) {
    let Device { threads, answers, .. } = device;
    // A thread that waits to answer gets an error now and ends.
    drop(answers);
    let joined = tokio::task::spawn_blocking(move || threads.join(THREADS_TIMEOUT)).await;
    if !joined.unwrap_or(false) {
        tracing::debug!("a thread is still computing; it ends with the process");
    }
}

/// The name of one of several workers of a machine.
fn name_of(machine: &WorkerName, device: &str) -> WorkerName {
    // Names of devices are plain.
    format!("{machine}-{device}").parse().unwrap_or_else(|_| machine.clone())
}

fn draw_instance() -> u128 {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u128::from_ne_bytes(bytes),
        // Only told apart from other processes of the same name.
        Err(_) => fastrand::u128(..),
    }
}
