//! A coordinator for tests: a real server on a real socket, which the test plays by hand.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clipig_core::{
    Canvas, Epoch, EpochCanvas, EpochValues, Fence, FromWorker, JobRevision, Lease, Node, Registration,
    SessionId, Sha256, Stage, ToWorker, Welcome, Work,
};
use clipig_proto::incoming::{ExpectedGradient, PartialGradient, WorkerAssembler};
use clipig_proto::outgoing::to_worker;
use clipig_proto::v1::coordinator_message::Message;
use clipig_proto::v1::worker_service_server::{WorkerService, WorkerServiceServer};
use clipig_proto::v1::{
    ContentChunk, ContentHeader, CoordinatorMessage, FetchBlobRequest, FetchBlobResponse, PartialAnswer,
    Receipt, Resume, WorkerMessage,
};
use futures_util::{Stream, StreamExt as _};
use sha2::Digest as _;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream, UnixListenerStream};
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

use crate::WAIT;

/// Width and height of all canvases here.
pub(crate) const SIZE: usize = 300;

/// How the coordinator behaves.
#[derive(Clone, Default)]
pub(crate) struct Manners {
    /// The token that it wants.
    pub(crate) token: Option<String>,
    /// Every message, in both directions, takes so long.
    pub(crate) delay: Duration,
    /// Content by its hash.
    pub(crate) blobs: BTreeMap<Sha256, Vec<u8>>,
    /// So many downloads are damaged.
    pub(crate) damaged: u32,
    /// With TLS.
    pub(crate) identity: Option<(String, String)>,
    /// Each stream is cut after so many messages of the worker. Answers are confirmed, and go on with the next stream.
    pub(crate) cut_after: Option<usize>,
}

/// Where it listens.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Place {
    pub(crate) fn loopback() -> Self {
        Self::Tcp("127.0.0.1:0".parse().unwrap())
    }

    /// As [`loopback`](Self::loopback), at an address that no other process of this machine uses: its port is still
    /// free when a second coordinator takes the place of the first.
    pub(crate) fn loopback_of_its_own() -> Self {
        let [.., high, low] = std::process::id().to_be_bytes();
        Self::Tcp(SocketAddr::from(([127, 77, high, low], 0)))
    }
}

/// The coordinator. Dropping it is kill -9: all its connections break, soon afterwards.
pub(crate) struct TestCoordinator {
    pub(crate) address: String,
    pub(crate) place: Place,
    connections: AsyncMutex<mpsc::Receiver<Connection>>,
    pub(crate) shared: Arc<Shared>,
    runtime: Option<tokio::runtime::Runtime>,
}

pub(crate) struct Shared {
    manners: Mutex<Manners>,
    expected: Mutex<BTreeMap<Fence, ExpectedGradient>>,
    /// Hash and offset of all downloads.
    pub(crate) downloads: Mutex<Vec<(Sha256, u64)>>,
    /// What came before a stream was cut.
    partial: Mutex<Vec<PartialGradient>>,
    connections: mpsc::Sender<Connection>,
}

/// One worker's session.
pub(crate) struct Connection {
    pub(crate) says: mpsc::Receiver<FromWorker>,
    pub(crate) tell: mpsc::Sender<ToWorker>,
    raw: mpsc::Sender<Result<CoordinatorMessage, Status>>,
    shared: Arc<Shared>,
}

impl TestCoordinator {
    pub(crate) fn start(place: Place, manners: Manners) -> Self {
        let (connected, connections) = mpsc::channel(16);
        let tls = manners.identity.clone();
        let shared = Arc::new(Shared {
            manners: Mutex::new(manners),
            expected: Mutex::default(),
            downloads: Mutex::default(),
            partial: Mutex::default(),
            connections: connected,
        });
        // Of its own, so that everything can die at once.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut server = Server::builder();
        if let Some((certificate, key)) = &tls {
            let identity = Identity::from_pem(certificate, key);
            server = server.tls_config(ServerTlsConfig::new().identity(identity)).unwrap();
        }
        let service = WorkerServiceServer::new(Service(Arc::clone(&shared)));
        let router = server.add_service(service);
        let place = match place {
            Place::Tcp(address) => {
                let listener = std::net::TcpListener::bind(address).unwrap();
                listener.set_nonblocking(true).unwrap();
                let address = listener.local_addr().unwrap();
                runtime.spawn(async move {
                    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                    router.serve_with_incoming(TcpListenerStream::new(listener)).await
                });
                Place::Tcp(address)
            }
            Place::Unix(path) => {
                let _ = std::fs::remove_file(&path);
                let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
                listener.set_nonblocking(true).unwrap();
                runtime.spawn(async move {
                    let listener = tokio::net::UnixListener::from_std(listener).unwrap();
                    router.serve_with_incoming(UnixListenerStream::new(listener)).await
                });
                Place::Unix(path)
            }
        };
        let address = match &place {
            Place::Tcp(address) if tls.is_some() => format!("https://localhost:{}", address.port()),
            Place::Tcp(address) => format!("http://{address}"),
            Place::Unix(path) => format!("unix:{}", Path::display(path)),
        };
        Self { address, place, connections: AsyncMutex::new(connections), shared, runtime: Some(runtime) }
    }

    /// Ends it as kill -9 does. Afterwards nobody listens any more, so that another one can take its place. Its
    /// address must be [its own](Place::loopback_of_its_own).
    pub(crate) fn kill(mut self) {
        let Place::Tcp(address) = self.place else { panic!("not TCP") };
        self.runtime.take().unwrap().shutdown_background();
        while TcpStream::connect(address).is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The next worker that connects.
    pub(crate) async fn connection(&self) -> Connection {
        let next = async { self.connections.lock().await.recv().await.unwrap() };
        tokio::time::timeout(WAIT, next).await.expect("a worker connects")
    }

    /// The next worker, as it has registered.
    pub(crate) async fn registered(&self) -> (Connection, Registration) {
        let mut connection = self.connection().await;
        let FromWorker::Register(registration) = connection.next().await.unwrap() else {
            panic!("it registers first")
        };
        (connection, registration)
    }

    /// The next worker, welcomed.
    pub(crate) async fn worker(&self, heartbeat: Duration) -> (Connection, Registration) {
        let (connection, registration) = self.registered().await;
        connection.welcome(&registration, heartbeat).await;
        (connection, registration)
    }
}

impl Drop for TestCoordinator {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Connection {
    /// What the worker says next; `None` when it has gone.
    pub(crate) async fn next(&mut self) -> Option<FromWorker> {
        tokio::time::timeout(WAIT, self.says.recv()).await.expect("the worker says something")
    }

    /// What the worker says next, besides heartbeats.
    pub(crate) async fn next_word(&mut self) -> Option<FromWorker> {
        loop {
            match self.next().await {
                Some(FromWorker::Heartbeat(_)) => {}
                other => return other,
            }
        }
    }

    pub(crate) async fn welcome(&self, registration: &Registration, heartbeat: Duration) {
        self.welcome_back(registration, heartbeat, &[], &[]).await;
    }

    /// Welcomes a worker whose last connection has ended: these leases are still valid, these jobs still open.
    pub(crate) async fn welcome_back(
        &self,
        registration: &Registration,
        heartbeat: Duration,
        leases: &[Fence],
        jobs: &[JobRevision],
    ) {
        let name = registration.name.clone();
        let (version, leases, jobs) = ("0".to_owned(), leases.to_vec(), jobs.to_vec());
        let welcome = Welcome { session: SessionId(1), name, heartbeat, version, leases, jobs };
        self.send(ToWorker::Welcome(welcome)).await;
    }

    /// Ends the stream, as a proxy does.
    pub(crate) async fn cut(self) {
        self.raw.send(Err(Status::unavailable("cut"))).await.unwrap();
    }

    pub(crate) async fn send(&self, message: ToWorker) {
        self.tell.send(message).await.unwrap();
    }

    pub(crate) async fn canvas(&self, revision: JobRevision, epoch: u32) {
        self.canvas_of(revision, Stage::Epoch(Epoch(epoch))).await;
    }

    pub(crate) async fn canvas_of(&self, revision: JobRevision, stage: Stage) {
        let pixels = (0..3 * SIZE * SIZE).map(|i| i as f32 / 1e6).collect();
        let canvas = Canvas::new(SIZE, SIZE, pixels).unwrap();
        self.send(ToWorker::Canvas(EpochCanvas { revision, stage, canvas })).await;
    }

    /// Leases a node of an epoch of `total` shards.
    pub(crate) async fn lease(&self, revision: JobRevision, number: u64, node: Node, total: u32) -> Fence {
        let fence = Fence { incarnation: 1, number };
        let expected = ExpectedGradient {
            width: SIZE as u32,
            height: SIZE as u32,
            shards: node.shards(total).len() as u32,
            shard_size: 2,
        };
        self.shared.expected.lock().unwrap().insert(fence, expected);
        self.send(ToWorker::Lease(lease(fence, revision, Work::Node { epoch: Epoch(0), node, total }))).await;
        fence
    }

    pub(crate) async fn lease_preparation(&self, revision: JobRevision, number: u64) -> Fence {
        let fence = Fence { incarnation: 1, number };
        self.send(ToWorker::Lease(lease(fence, revision, Work::Prepare))).await;
        fence
    }
}

pub(crate) fn lease(fence: Fence, revision: JobRevision, work: Work) -> Lease {
    let values = EpochValues { resolution: [SIZE as u32; 2], learnrate: 1.0, learnrate_scale: 1.0 };
    Lease { fence, revision, work, values, trace: None }
}

/// Whoever does not listen any more need not be told.
async fn write(to: &mpsc::Sender<Result<CoordinatorMessage, Status>>, message: Message) {
    let _ = to.send(Ok(CoordinatorMessage { message: Some(message) })).await;
}

struct Service(Arc<Shared>);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Service {
    fn manners(&self) -> Manners {
        self.0.manners.lock().unwrap().clone()
    }

    fn admit<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let Some(token) = self.manners().token else { return Ok(()) };
        let shown = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        if shown == Some(&format!("Bearer {token}")) {
            Ok(())
        } else {
            Err(Status::unauthenticated("the token is not a worker's"))
        }
    }
}

#[tonic::async_trait]
impl WorkerService for Service {
    type SessionStream = Answers<CoordinatorMessage>;
    type FetchBlobStream = Answers<FetchBlobResponse>;

    async fn session(
        &self,
        request: Request<Streaming<WorkerMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        self.admit(&request)?;
        let Manners { delay, cut_after, .. } = self.manners();
        let shared = Arc::clone(&self.0);
        let mut messages = request.into_inner();
        let (say, says) = mpsc::channel(256);
        let (tell, mut told) = mpsc::channel::<ToWorker>(256);
        let (answer, answers) = mpsc::channel(4);
        let connection = Connection { says, tell, raw: answer.clone(), shared: Arc::clone(&shared) };
        self.0.connections.send(connection).await.map_err(|_| Status::unavailable("the test is over"))?;
        // Whoever has heard the end closes this side, as the real coordinator does.
        let heard = answer.clone();
        tokio::spawn(async move {
            let mut assembler = WorkerAssembler::new();
            if cut_after.is_some() {
                let partial = std::mem::take(&mut *shared.partial.lock().unwrap());
                let mut answers = Vec::new();
                for gradient in partial {
                    answers.push(PartialAnswer {
                        fence: Some(gradient.fence().into()),
                        tiles: gradient.tiles(),
                    });
                    assembler.resume(gradient);
                }
                write(&heard, Message::Resume(Resume { answers })).await;
            }
            let mut left = cut_after.unwrap_or(usize::MAX);
            while let Ok(Some(message)) = messages.message().await {
                let expect = |fence| shared.expected.lock().unwrap().get(&fence).copied();
                if let Some(message) =
                    assembler.receive(message, expect).expect("the worker keeps to the rules")
                {
                    tokio::time::sleep(delay).await;
                    let answers = message.answers();
                    if say.send(message).await.is_err() {
                        return;
                    }
                    if let Some(fence) = answers.filter(|_| cut_after.is_some()) {
                        write(&heard, Message::Receipt(Receipt { fence: Some(fence.into()) })).await;
                    }
                }
                left -= 1;
                if left == 0 {
                    *shared.partial.lock().unwrap() = assembler.take_partial();
                    let _ = heard.send(Err(Status::unavailable("cut"))).await;
                    return;
                }
            }
            let _ = heard.send(Err(Status::ok(""))).await;
        });
        tokio::spawn(async move {
            while let Some(message) = told.recv().await {
                tokio::time::sleep(delay).await;
                for message in to_worker(message).unwrap() {
                    if answer.send(Ok(message)).await.is_err() {
                        return;
                    }
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(answers))))
    }

    async fn fetch_blob(
        &self,
        request: Request<FetchBlobRequest>,
    ) -> Result<Response<Self::FetchBlobStream>, Status> {
        self.admit(&request)?;
        let FetchBlobRequest { sha256, offset } = request.into_inner();
        let hash = Sha256(sha256[..].try_into().unwrap());
        self.0.downloads.lock().unwrap().push((hash, offset));
        let mut manners = self.0.manners.lock().unwrap();
        let mut content =
            manners.blobs.get(&hash).cloned().ok_or_else(|| Status::not_found("no such content"))?;
        if manners.damaged > 0 {
            manners.damaged -= 1;
            content[0] ^= 1;
        }
        let header = ContentHeader { sha256, size: content.len() as u64, offset };
        let first = ContentChunk { header: Some(header), data: bytes::Bytes::new() };
        let rest =
            content[offset as usize..].chunks(100_000).map(bytes::Bytes::copy_from_slice).collect::<Vec<_>>();
        let rest = rest.into_iter().map(|data| ContentChunk { header: None, data });
        let chunks =
            std::iter::once(first).chain(rest).map(|chunk| Ok(FetchBlobResponse { chunk: Some(chunk) }));
        Ok(Response::new(futures_util::stream::iter(chunks).boxed()))
    }
}

/// Content and its hash.
pub(crate) fn blob(seed: u8, len: usize) -> (Sha256, Vec<u8>) {
    let bytes: Vec<u8> = (0..len).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    (Sha256(sha2::Sha256::digest(&bytes).into()), bytes)
}
