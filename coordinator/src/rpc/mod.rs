//! The coordinator's services: gRPC for clients and workers.
//!
//! | file | what it holds |
//! |---|---|
//! | `listener`, `connection`, `wire`, `transport` | sockets, what travels on them, HTTP/2 |
//! | `certificates`, `worker_authorities` | the farm's certificate, and who signs those of workers |
//! | `guard` | before every call: who makes it, and may they |
//! | `status` | the one place where errors become gRPC statuses |
//! | `farm_service` | the calls of clients |
//! | `worker_service` | the sessions of workers |
//! | `content` | files as streams of pieces |
//! | `data_size` | how much the data folder holds |
//! | `intervals` | how often jobs write snapshots |
//! | `uploads` | room for content that clients bring |
//! | `standing` | how many jobs and workers are in which state |

pub(crate) mod certificates;
mod connection;
pub(crate) mod content;
mod data_size;
pub(crate) mod farm_service;
mod guard;
mod intervals;
mod listener;
pub(crate) mod standing;
pub(crate) mod status;
mod transport;
mod uploads;
mod wire;
mod worker_authorities;
mod worker_service;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use clipig_proto::v1;
use clipig_proto::v1::farm_service_server::FarmServiceServer;
use tokio::sync::watch;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::server::HealthReporter;

pub(crate) use self::certificates::Certificates;
pub use self::certificates::TlsError;
pub(crate) use self::data_size::DataSize;
use self::farm_service::FarmCalls;
pub(crate) use self::farm_service::artifacts::Hashes;
use self::guard::Guard;
pub(crate) use self::intervals::Intervals;
pub(crate) use self::listener::{HANDSHAKE, Reception};
pub use self::listener::{ListenError, Listener};
use self::standing::LeaseCounts;
pub(crate) use self::transport::{HTTP_2, serve};
pub(crate) use self::uploads::Uploads;
pub use self::worker_authorities::AuthorityError;
pub(crate) use self::worker_service::PartialAnswers;
use self::worker_service::WorkerEndpoint;
use crate::access::{Deed, Doorkeeper, Principal};
use crate::farm::Farm;
use crate::metrics::{self, Metrics};
use crate::settings::Limits;
/// Why reflection cannot describe the services.
pub use tonic_reflection::server::Error as ReflectionError;

/// What all calls share.
pub(crate) struct RpcContext {
    /// Jobs, store, switchboard.
    pub(crate) farm: Farm,
    /// What is refused for its size.
    pub(crate) limits: Limits,
    /// Where the data lies, for those who ask how much room there is.
    pub(crate) data: PathBuf,
    /// How much it is.
    pub(crate) data_size: Arc<DataSize>,
    /// Jobs that may wait, for those who ask.
    pub(crate) max_queued_jobs: u32,
    /// When the coordinator started.
    pub(crate) started: (Instant, SystemTime),
    /// Turns true when streams have to end.
    pub(crate) closing: watch::Receiver<bool>,
    /// Who computes for which job, looked up at most once a second.
    pub(crate) leases: LeaseCounts,
    /// How often jobs write snapshots.
    pub(crate) intervals: Intervals,
    /// Uploads under way.
    pub(crate) uploads: Uploads,
    /// What has arrived of answers that are not complete.
    pub(crate) partial_answers: PartialAnswers,
    /// Hashes of the files that jobs have made.
    pub(crate) hashes: Hashes,
    /// Who may call, and what they did.
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    /// The farm's certificate; `None`: no TLS.
    pub(crate) certificates: Option<Arc<Certificates>>,
}

impl RpcContext {
    /// Resolves when streams have to end.
    pub(crate) async fn closed(&self) {
        let mut closing = self.closing.clone();
        // The error means that the coordinator is gone, so streams have to end as well.
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// Does something for somebody and writes it down, whatever comes of it. Blocks for a disk.
    fn audited<T>(
        &self,
        who: &Principal,
        deed: Deed,
        work: impl FnOnce() -> Result<T, status::Refusal>,
    ) -> Result<T, status::Refusal> {
        let result = work();
        self.doorkeeper.audit().record(who, deed, &result);
        result
    }

    /// Runs something that may block for a disk. It runs to its end, also where the client hangs up meanwhile.
    async fn blocking<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&RpcContext) -> Result<T, E> + Send + 'static,
    ) -> Result<T, status::Refusal>
    where
        T: Send + 'static,
        E: Into<status::Refusal> + Send + 'static,
    {
        let context = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&context)).await {
            Ok(result) => result.map_err(Into::into),
            Err(error) => Err(status::Refusal::Internal(format!("internal error of the farm: {error}"))),
        }
    }
}

/// All services. Health needs no token.
pub(crate) async fn routes(context: Arc<RpcContext>) -> Result<(Routes, HealthReporter), ReflectionError> {
    let doorkeeper = Arc::clone(&context.doorkeeper);
    let limit = context.limits.message_bytes;
    let farm = FarmServiceServer::new(FarmCalls::new(Arc::clone(&context)))
        .max_decoding_message_size(limit)
        .max_encoding_message_size(limit);
    let worker = WorkerEndpoint::new(context);
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<FarmServiceServer<FarmCalls>>().await;
    reporter.set_serving::<WorkerEndpoint>().await;
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(Guard::new(farm, Arc::clone(&doorkeeper)))
        .add_service(Guard::new(worker, Arc::clone(&doorkeeper)))
        .add_service(health)
        .add_service(Guard::new(reflection().build_v1()?, Arc::clone(&doorkeeper)))
        .add_service(Guard::new(reflection().build_v1alpha()?, doorkeeper));
    Ok((routes.routes(), reporter))
}

/// The same, and each call is counted.
pub(crate) fn measured(routes: Routes, metrics: &Arc<Metrics>) -> Routes {
    let count = axum::middleware::from_fn_with_state(Arc::clone(metrics), metrics::measure_call);
    routes.into_axum_router().layer(count).into()
}

fn reflection<'a>() -> tonic_reflection::server::Builder<'a> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(clipig_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// Milliseconds since 1970 as the wire has them.
pub(crate) fn timestamp(time: crate::store::Timestamp) -> prost_types::Timestamp {
    let (seconds, milliseconds) = (time.0.div_euclid(1_000), time.0.rem_euclid(1_000));
    prost_types::Timestamp { seconds, nanos: milliseconds as i32 * 1_000_000 }
}

/// A hash as the wire has it.
pub(crate) fn wire_hash(sha256: clipig_core::Sha256) -> prost::bytes::Bytes {
    prost::bytes::Bytes::copy_from_slice(&sha256.0)
}

/// A hash from a peer.
pub(crate) fn hash(bytes: &[u8], field: &str) -> Result<clipig_core::Sha256, status::Refusal> {
    let wrong =
        |_| status::Refusal::Invalid(format!("`{field}` has {} bytes; a SHA-256 has 32", bytes.len()));
    bytes.try_into().map(clipig_core::Sha256).map_err(wrong)
}

/// A piece of content on the wire.
fn chunk(header: Option<v1::ContentHeader>, data: prost::bytes::Bytes) -> v1::ContentChunk {
    v1::ContentChunk { header, data }
}
