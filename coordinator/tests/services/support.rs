//! A coordinator on a free port, and clients of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clipig_access::{Limits, NewToken, Role, TokenFile, TokenFileError};
use clipig_coordinator::Reload;
use clipig_coordinator::server::{Coordinator, Parts, ServeError};
use clipig_coordinator::settings::{ListenAddress, Settings, Tokens};
use clipig_models::Store;
use clipig_proto::v1;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::standin::StandInCanvases;

pub(crate) const CLIENT_TOKEN: &str = "token-of-the-clients-0123456789";
pub(crate) const WORKER_TOKEN: &str = "token-of-the-workers-0123456789";

/// A farm in this process, closed when it is dropped.
pub(crate) struct TestFarm {
    pub(crate) address: ListenAddress,
    pub(crate) http: ListenAddress,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<Result<(), ServeError>>>,
    pub(crate) reload: Reload,
    pub(crate) data: Arc<TempDir>,
}

pub(crate) fn settings(data: &Path) -> Settings {
    let mut settings = Settings {
        listen: vec![ListenAddress::loopback(0)],
        http_listen: Some(ListenAddress::loopback(0)),
        ..Settings::with_data(data)
    };
    // The stand-in for a worker sends no heartbeats, and a disk may be slow.
    settings.dispatch.heartbeat_timeout = Duration::from_hours(1);
    // Chance does not decide who gets which lease.
    settings.dispatch.spot_checks = 0.0;
    settings
}

pub(crate) fn tokens() -> Tokens {
    Tokens { client: CLIENT_TOKEN.parse().unwrap(), worker: WORKER_TOKEN.parse().unwrap() }
}

impl TestFarm {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let mut settings = settings(data.path());
        change(&mut settings);
        Self::of(settings, data).await
    }

    pub(crate) async fn of(settings: Settings, data: Arc<TempDir>) -> Self {
        let models = Store::at(data.path().join("models"));
        let parts = Parts { canvases: Arc::new(StandInCanvases), models };
        let coordinator = Coordinator::open(settings, parts).await.unwrap();
        let address = coordinator.addresses().remove(0);
        let http = coordinator.http_address().unwrap();
        let reload = coordinator.reload();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(coordinator.serve(async {
            let _ = stopped.await;
        }));
        Self { address, http, stop: Some(stop), serving: Some(serving), reload, data }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.serving.take().unwrap().await.unwrap().unwrap();
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect_timeout(WAIT)
    }

    pub(crate) async fn channel(&self) -> Channel {
        self.endpoint().connect().await.unwrap()
    }

    pub(crate) async fn client(&self) -> FarmServiceClient<Channel> {
        FarmServiceClient::new(self.channel().await)
    }

    pub(crate) async fn worker(&self) -> WorkerServiceClient<Channel> {
        WorkerServiceClient::new(self.channel().await)
    }
}

/// A TCP address; panics for a Unix socket.
pub(crate) fn tcp(address: &ListenAddress) -> std::net::SocketAddr {
    let ListenAddress::Tcp(address) = address else { panic!("{address} is not TCP") };
    *address
}

/// Shows a token with every call.
#[derive(Clone)]
pub(crate) struct Show<T>(pub(crate) T);

impl<T: std::fmt::Display> tonic::service::Interceptor for Show<T> {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let value: MetadataValue<_> = format!("Bearer {}", self.0).parse().unwrap();
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

pub(crate) const EXPERIMENT: &str = "
epochs: 40
resolution: 16
snapshot_interval: 10
targets:
  - features: [{text: a red square}]
    batch_size: 4
    transforms:
      - noise: 0.1
";

/// A file of tokens for a farm, and the secrets of those in it.
pub(crate) struct TokensFile {
    folder: TempDir,
}

impl TokensFile {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Self { folder };
        file.change(|_| ());
        file
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("tokens.toml")
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut TokenFile) -> T) -> T {
        TokenFile::change(&self.path(), |file| Ok::<_, TokenFileError>(change(file))).unwrap()
    }

    /// Adds a token that does not expire; its secret.
    pub(crate) fn create(&self, name: &str, owner: &str, role: Role) -> String {
        self.create_with(name, owner, role, Limits::default())
    }

    /// The same, with limits of its owner.
    pub(crate) fn create_with(&self, name: &str, owner: &str, role: Role, limits: Limits) -> String {
        let (name, owner) = (name.parse().unwrap(), owner.parse().unwrap());
        let new = NewToken { name, owner, role, expires: None, limits };
        let now = jiff::Timestamp::now();
        self.change(|file| file.create(new, now).unwrap().reveal().to_owned())
    }

    /// Other limits for the owner of a token.
    pub(crate) fn set_limits(&self, name: &str, limits: &str) {
        self.change(|file| file.set_limits(&name.parse().unwrap(), limits.parse().unwrap()).unwrap());
    }

    pub(crate) fn revoke(&self, name: &str) {
        self.change(|file| file.revoke(&name.parse().unwrap()).unwrap());
    }

    /// Another secret; the old one stays valid for so long.
    pub(crate) fn rotate(&self, name: &str, overlap: Duration) -> String {
        let now = jiff::Timestamp::now();
        self.change(|file| file.rotate(&name.parse().unwrap(), overlap, now).unwrap().reveal().to_owned())
    }
}

/// Puts a job into the queue.
pub(crate) async fn submit(client: &mut FarmServiceClient<Channel>, yaml: &str) -> Result<v1::Job, Status> {
    let request = v1::SubmitJobRequest {
        client_token: token().into(),
        yaml: yaml.to_owned(),
        submitter: "a test".to_owned(),
        ..Default::default()
    };
    client.submit_job(request).await.map(|answer| answer.into_inner().job.unwrap())
}

/// Another one each time.
pub(crate) fn token() -> Vec<u8> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("test-token-{:016}", NEXT.fetch_add(1, Ordering::Relaxed)).into_bytes()
}

/// Memory of this process in bytes, as the system counts it.
pub(crate) fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// How long a test waits for what must come, and comes at once where nothing else keeps the machine busy.
const WAIT: Duration = Duration::from_mins(2);

/// Asks until it is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + WAIT;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "{what} has not come to be");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Calls with bytes of the test's choice; returns the status.
pub(crate) async fn raw_call(farm: &TestFarm, path: &str, body: Vec<u8>) -> Status {
    use tonic::codegen::http;
    use tower::ServiceExt;
    let request = http::Request::builder()
        .method("POST")
        .uri(format!("http://{}/{path}", farm.address))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(tonic::body::Body::new(axum::body::Body::from(body)))
        .unwrap();
    let response = farm.channel().await.oneshot(request).await.unwrap();
    if let Some(status) = Status::from_header_map(response.headers()) {
        return status;
    }
    let mut body = Box::pin(response.into_body());
    loop {
        let frame = std::future::poll_fn(|cx| http_body::Body::poll_frame(body.as_mut(), cx)).await;
        match frame {
            Some(Ok(frame)) => {
                if let Ok(trailers) = frame.into_trailers() {
                    return Status::from_header_map(&trailers).unwrap();
                }
            }
            Some(Err(status)) => return status,
            None => return Status::unknown("no status came"),
        }
    }
}
