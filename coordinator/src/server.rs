//! A coordinator from its start to its end.
//!
//! ```text
//! bind ─▶ store ─▶ switchboard ─▶ farm (jobs go on) ─▶ serve ─▶ stop asked for
//!                                                                    │ not ready any more
//!   done ◀─ sockets closed ◀─ streams told ◀─ jobs at rest, checkpoints written
//! ```

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use axum::middleware::from_fn_with_state;
use clipig_core::CanvasFactory;
use clipig_models as models;
use clipig_schedule::dispatcher::{DispatchSettings, SpotChecks};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::access::{Audit, Credentials, Doorkeeper, Reload, TokensError, watch as watch_credentials};
use crate::api::{self, Access, SessionKey};
use crate::connections::Connections;
use crate::farm::{self, Farm, FarmSettings, HealthFault, OpenError, Patience};
use crate::housekeeping;
use crate::http::{self, Probes};
use crate::http_server::{self, HttpLimits};
use crate::metrics::{Metrics, measure_request};
use crate::open_files::{self, OpenFiles};
use crate::page;
use crate::quotas::Quotas;
use crate::rpc::{self, Certificates, ListenError, Listener, Reception, RpcContext, TlsError};
use crate::settings::{Limits, ListenAddress, Settings};
use crate::store::{ClockStep, EventKind, Store, StoreError, Subject, SystemClock};
use crate::switchboard::{self, Reports, SwitchboardSettings};

/// How long running jobs may take to finish their epochs and write checkpoints after a stop was asked for. Less than
/// the 60 seconds that Kubernetes gives.
const JOBS_TIMEOUT: Duration = Duration::from_secs(40);

/// How long calls may take to end after that.
const CALLS_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a coordinator could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The tokens cannot be used.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// What sessions of browsers are signed with cannot be read or written.
    #[error("the key of sessions in the data folder: {0}")]
    SessionKey(io::Error),
    /// The system gives no random numbers, which decide what is checked.
    #[error("the system gives no random numbers: {0}")]
    Entropy(getrandom::Error),
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The farm cannot open.
    #[error(transparent)]
    Farm(#[from] OpenError),
    /// A socket failed.
    #[error("cannot serve workers and clients any more: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// The page, the API or the probes failed.
    #[error("cannot serve at `http_listen` any more: {0}")]
    Http(io::Error),
    /// Reflection cannot describe the services.
    #[error("internal error of clipig: {0}")]
    Reflection(#[from] rpc::ReflectionError),
    /// A part has died without which no job goes on. Whoever starts the process again mends it.
    #[error("internal error of clipig: {0}")]
    Unhealthy(HealthFault),
    /// A thread panicked.
    #[error("internal error of clipig: {0}")]
    Panicked(#[from] tokio::task::JoinError),
}

/// What a coordinator takes from outside, besides its settings.
pub struct Parts {
    /// Makes canvases.
    pub canvases: Arc<dyn CanvasFactory>,
    /// The weights that jobs may name.
    pub models: models::Store,
}

/// A coordinator that listens and has its data open. Jobs run from now on.
pub struct Coordinator {
    settings: Settings,
    farm: Farm,
    metrics: Arc<Metrics>,
    listeners: Vec<Listener>,
    http: Option<Listener>,
    credentials: Credentials,
    reload: Reload,
    session_key: SessionKey,
    reception: Reception,
    /// How many connections there may be at `http_listen`.
    http_connections: usize,
    started: (Instant, SystemTime),
}

/// Serves until `shutdown` is there, then lets jobs come to rest and ends.
///
/// # Errors
/// See [`ServeError`].
pub async fn serve(
    settings: Settings,
    parts: Parts,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    Coordinator::open(settings, parts).await?.serve(shutdown).await
}

impl Coordinator {
    /// Opens sockets and data, and lets jobs that were running go on.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub async fn open(settings: Settings, parts: Parts) -> Result<Self, ServeError> {
        for warning in settings.warnings() {
            tracing::warn!("{warning}");
        }
        let started = (Instant::now(), SystemTime::now());
        let files = open_files::raise_limit();
        let worker_ca = settings.worker_ca.as_deref();
        let certificates = settings.tls.as_ref().map(|files| Certificates::open(files, worker_ca));
        let certificates = certificates.transpose()?;
        let mut listeners = Vec::new();
        for address in &settings.listen {
            listeners.push(Listener::bind(address).await?);
        }
        let http = match &settings.http_listen {
            Some(address) => Some(Listener::bind(address).await?),
            None => None,
        };
        let data = settings.data.clone();
        let opening =
            tokio::task::spawn_blocking(move || Store::open(&data, Arc::new(SystemClock::default())));
        let store = opening.await??;
        report_opening(&store);
        let metrics = Arc::new(Metrics::default());
        store.measure_waits(metrics.store_wait_seconds.clone());
        let reception = reception(&settings, files, &metrics);
        if let Some(certificates) = &certificates {
            metrics.set_certificate_expiry(certificates.expires());
        }
        let audit = Audit::new(store.clone(), Arc::clone(&metrics));
        let doorkeeper = Arc::new(Doorkeeper::open(&settings, audit, Arc::clone(&metrics))?);
        let credentials = Credentials { doorkeeper, certificates, metrics: Arc::clone(&metrics) };
        let session_key = SessionKey::open(&settings.data).map_err(ServeError::SessionKey)?;
        let http_connections = open_files::http_connections(&settings.limits, files);
        let (notes, event_log) = std::sync::mpsc::channel();
        let switchboard = {
            let reports = Reports { notes, metrics: Arc::clone(&metrics) };
            switchboard::start(dispatching(&settings, &store)?, reports)
        };
        let farm_settings = farm_settings(&settings, credentials.doorkeeper.quotas(), &metrics);
        let Parts { canvases, models } = parts;
        let farm = Farm::open(store, models, switchboard, canvases, farm_settings, event_log);
        let farm = farm?;
        let reload = Reload::default();
        Ok(Self {
            settings,
            farm,
            metrics,
            listeners,
            http,
            credentials,
            reload,
            session_key,
            reception,
            http_connections,
            started,
        })
    }

    /// The farm, for workers within this process.
    pub fn farm(&self) -> &Farm {
        &self.farm
    }

    /// Where clients and workers connect, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<ListenAddress> {
        self.listeners.iter().filter_map(|listener| listener.address().ok()).collect()
    }

    /// Does it encrypt?
    pub fn has_tls(&self) -> bool {
        self.credentials.certificates.is_some()
    }

    /// Asks it to read its tokens and certificate again. It does so by itself, too, when their files change.
    pub fn reload(&self) -> Reload {
        self.reload.clone()
    }

    /// Where the page, its API and probes are served.
    pub fn http_address(&self) -> Option<ListenAddress> {
        self.http.as_ref().and_then(|listener| listener.address().ok())
    }

    /// Serves until `shutdown` is there, then lets jobs come to rest and ends.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        for address in self.addresses() {
            tracing::info!(%address, data = %self.settings.data.display(), "the farm is open");
        }
        let Self {
            settings,
            farm,
            metrics,
            listeners,
            http,
            credentials,
            reload,
            session_key,
            reception,
            http_connections,
            started,
        } = self;
        let Credentials { doorkeeper, certificates, .. } = credentials.clone();
        let acceptor = |protocol, for_workers| {
            certificates.as_ref().map(|files| files.acceptor(protocol, for_workers)).transpose()
        };
        let (tls, http_tls) = (acceptor(rpc::HTTP_2, true)?, acceptor(http_server::HTTP_1, false)?);
        let (close, closing) = watch::channel(false);
        let stopping = Arc::new(AtomicBool::new(false));
        let context = RpcContext {
            farm: farm.clone(),
            limits: settings.limits,
            data: settings.data.clone(),
            data_size: rpc::DataSize::of(settings.data.clone()),
            max_queued_jobs: settings.max_queued_jobs,
            started,
            closing: closing.clone(),
            leases: rpc::standing::LeaseCounts::default(),
            intervals: rpc::Intervals::default(),
            uploads: rpc::Uploads::default(),
            partial_answers: partial_answers(&settings),
            hashes: rpc::Hashes::default(),
            doorkeeper: Arc::clone(&doorkeeper),
            certificates: certificates.clone(),
        };
        let context = Arc::new(context);
        let routes = rpc::routes(Arc::clone(&context)).await;
        let (routes, health) = routes?;
        let routes = rpc::measured(routes, &metrics);
        let mut servers = JoinSet::new();
        for listener in listeners {
            let stop = closed(closing.clone());
            let serving = rpc::serve(listener, routes.clone(), tls.clone(), reception.clone(), stop);
            servers.spawn(async move { serving.await.map_err(ServeError::from) });
        }
        if let Some(listener) = http {
            let count = from_fn_with_state(Arc::clone(&metrics), measure_request);
            let metrics = Arc::clone(&metrics);
            let probes = Probes {
                farm: farm.clone(),
                metrics: Arc::clone(&metrics),
                patience: Patience::default(),
                stopping: Arc::clone(&stopping),
            };
            let access = Access::new(doorkeeper, session_key, settings.insecure);
            let api = api::router(context, access, page::router());
            let pages = http::router(probes).merge(api).layer(count);
            let limits = HttpLimits::new(http_connections);
            let serving = http_server::serve(listener, pages, http_tls, (limits, metrics), closing.clone());
            servers.spawn(async move { serving.await.map_err(ServeError::Http) });
        }
        let retention = housekeeping::policy(settings.retention);
        housekeeping::report_long_absence(farm.store(), retention);
        let audit = settings.retention.audit;
        let tidying = housekeeping::tidy(farm.store().clone(), retention, audit, Arc::clone(&metrics));
        let tidying = tokio::spawn(tidying);
        let watching =
            tokio::spawn(housekeeping::watch_clock(farm.store().clone(), housekeeping::CLOCK_EVERY));
        let reloading = tokio::spawn(watch_credentials(credentials, reload));
        let vitals = tokio::spawn(farm::watch_vitals(farm.clone()));
        let outcome = tokio::select! {
            () = shutdown => Ok(()),
            fault = housekeeping::until_unhealthy(farm.clone()) => Err(ServeError::Unhealthy(fault)),
            // No server ends by itself.
            ended = servers.join_next() => ended.map_or(Ok(()), |ended| ended.map_err(ServeError::from).flatten()),
        };
        tracing::info!("the farm is closing: running jobs finish their epochs");
        stopping.store(true, Ordering::Relaxed);
        health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
        tidying.abort();
        watching.abort();
        reloading.abort();
        vitals.abort();
        let resting = farm.clone();
        let rest = tokio::task::spawn_blocking(move || resting.close(Instant::now() + JOBS_TIMEOUT));
        rest.await?;
        // Jobs needed their workers until now. Workers connect again when the farm is back.
        let _ = close.send(true);
        let ended = async { while servers.join_next().await.is_some() {} };
        if tokio::time::timeout(CALLS_TIMEOUT, ended).await.is_err() {
            tracing::warn!("some calls did not end in time and are cut off");
            servers.abort_all();
        }
        tracing::info!("the farm is closed");
        outcome
    }
}

/// Resolves when streams have to end.
async fn closed(mut closing: watch::Receiver<bool>) {
    // The error means that the coordinator is gone, so streams have to end as well.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// Says what was found in the data folder.
fn report_opening(store: &Store) {
    let opening = store.opening();
    tracing::info!(incarnation = opening.incarnation, "the store is open");
    if opening.unfinished > 0 {
        tracing::info!(files = opening.unfinished, "unfinished files of the last run were removed");
    }
    for job in &opening.strangers {
        tracing::warn!(%job, "there is a folder of a job that the database does not know; it is left alone");
    }
    if let Some(back) = opening.clock_back {
        let back = i64::try_from(back.as_millis()).unwrap_or(i64::MAX);
        housekeeping::report_clock_step(store, ClockStep(-back));
    }
    let text = format!("the coordinator has started (incarnation {})", opening.incarnation);
    if let Err(error) = store.add_event(&Subject::Farm, &EventKind::Started, &text) {
        tracing::warn!(%error, "the start was not written down");
    }
}

/// Who is received, and a word about how many.
fn reception(settings: &Settings, files: OpenFiles, metrics: &Arc<Metrics>) -> Reception {
    let limits = open_files::connection_limits(&settings.limits, files);
    let OpenFiles { before, now } = files;
    metrics.open_files_limit.set(i64::try_from(now).unwrap_or(i64::MAX));
    tracing::info!(
        open_files = now,
        before,
        connections = limits.total,
        per_peer = limits.per_peer,
        "limits of this process"
    );
    if limits.total < settings.limits.connections {
        tracing::warn!(
            "the process may have {now} files open, so the farm takes {} connections and not the {} of \
             `limits.connections`; raise the hard limit (`LimitNOFILE=` for systemd, `ulimit -Hn` in a shell)",
            limits.total,
            settings.limits.connections
        );
    }
    Reception {
        connections: Connections::new(limits, Arc::clone(metrics)),
        first_call: settings.limits.first_call,
        metrics: Arc::clone(metrics),
    }
}

fn dispatching(settings: &Settings, store: &Store) -> Result<SwitchboardSettings, ServeError> {
    let dispatch = settings.dispatch;
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(ServeError::Entropy)?;
    let timeouts = DispatchSettings {
        heartbeat_timeout: dispatch.heartbeat_timeout,
        lease_timeout: dispatch.lease_timeout,
        lease_time: dispatch.lease_time,
        quarantine: dispatch.quarantine,
        spot_checks: SpotChecks::new(dispatch.spot_checks, u128::from_le_bytes(key)),
        gradient_bytes: gradient_bytes(&settings.limits),
        ..DispatchSettings::new(store.opening().incarnation)
    };
    Ok(SwitchboardSettings { dispatch: timeouts, heartbeat: dispatch.heartbeat })
}

/// What jobs may take where no setting says how much: nine tenths of what the process may use, since the rest of the
/// coordinator needs some, too. No limit where the system does not say.
fn memory_for_jobs() -> u64 {
    clipig_core::memory::available().map_or(u64::MAX, |bytes| bytes / 10 * 9)
}

fn partial_answers(settings: &Settings) -> rpc::PartialAnswers {
    rpc::PartialAnswers::new(settings.dispatch.heartbeat_timeout, gradient_bytes(&settings.limits))
}

/// What gradients may take.
fn gradient_bytes(limits: &Limits) -> u64 {
    limits.gradient_bytes.unwrap_or_else(memory_for_gradients)
}

/// What gradients may take where no setting says how much: a quarter of what the process may use.
fn memory_for_gradients() -> u64 {
    clipig_core::memory::available().map_or(u64::MAX, |bytes| bytes / 4)
}

fn farm_settings(settings: &Settings, quotas: &Quotas, metrics: &Arc<Metrics>) -> FarmSettings {
    FarmSettings {
        max_running_jobs: settings.max_running_jobs as usize,
        max_queued_jobs: settings.max_queued_jobs as usize,
        job_pixels: settings.limits.job_pixels,
        job_memory: settings.limits.job_memory.unwrap_or_else(memory_for_jobs),
        epoch_samples: settings.limits.epoch_samples,
        snapshots: settings.limits.snapshots,
        revisions: settings.limits.revisions,
        revision_bytes: settings.limits.revision_bytes,
        checkpoint_share: settings.checkpoint.share,
        checkpoint_interval: settings.checkpoint.least,
        traced_epochs: settings.traced_epochs,
        quotas: quotas.clone(),
        metrics: Arc::clone(metrics),
    }
}
