//! A coordinator of an earlier build: what it says and reads is generated from frozen definitions. Where machines are
//! replaced one by one, a new worker may come before its coordinator is a new one.

use std::sync::Mutex;

use clipig_core::{GradientSum, JobBrief, Node};
use clipig_frozen::v2026_11_30::coordinator_message::Message as Told;
use clipig_frozen::v2026_11_30::lease::Work;
use clipig_frozen::v2026_11_30::worker_message::Message as Said;
use clipig_frozen::v2026_11_30::worker_service_server::{WorkerService, WorkerServiceServer};
use clipig_frozen::v2026_11_30::{
    self as earlier, CanvasHeader, CanvasPixels, ContentChunk, ContentHeader, CoordinatorMessage, Drain,
    EpochValues, Fence, FetchBlobRequest, FetchBlobResponse, JobRevision, Lease, ModelReference, NodeWork,
    NumberType, PROTOCOL, Prepared, Resolution, Tiles, Welcome, WorkerMessage,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

use crate::coordinator::{SIZE, blob};
use crate::stand_in::{brief, expected};
use crate::{WAIT, Worker};

/// All shards of the job.
const ROOT: Node = Node { level: 3, index: 0 };
const SHARDS: u32 = 8;

const FENCE: Fence = Fence { incarnation: 3, number: 14 };
const CANVAS: Resolution = Resolution { width: SIZE as u32, height: SIZE as u32 };

type Answers = mpsc::Receiver<Result<CoordinatorMessage, Status>>;

/// A coordinator with one session.
struct EarlierCoordinator {
    address: String,
    says: mpsc::Receiver<Said>,
    tell: mpsc::Sender<Result<CoordinatorMessage, Status>>,
}

struct Service {
    /// The far ends of the session, until a worker has opened it.
    session: Mutex<Option<(mpsc::Sender<Said>, Answers)>>,
    weights: Vec<u8>,
}

#[tonic::async_trait]
impl WorkerService for Service {
    type SessionStream = ReceiverStream<Result<CoordinatorMessage, Status>>;
    type FetchBlobStream = ReceiverStream<Result<FetchBlobResponse, Status>>;

    async fn session(
        &self,
        request: Request<Streaming<WorkerMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let ends = self.session.lock().unwrap().take();
        let (said, told) = ends.ok_or_else(|| Status::unavailable("there is one session"))?;
        let mut messages = request.into_inner();
        tokio::spawn(async move {
            while let Ok(Some(message)) = messages.message().await {
                // Ends the test, too: nothing is heard any more.
                let message = message.message.expect("a coordinator hears only what it knows");
                if said.send(message).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(told)))
    }

    async fn fetch_blob(
        &self,
        request: Request<FetchBlobRequest>,
    ) -> Result<Response<Self::FetchBlobStream>, Status> {
        let FetchBlobRequest { sha256, offset } = request.into_inner();
        let header = ContentHeader { sha256, size: self.weights.len() as u64, offset };
        let head = ContentChunk { header: Some(header), data: Vec::new() };
        let rest = ContentChunk { header: None, data: self.weights[offset as usize..].to_vec() };
        let (send, pieces) = mpsc::channel(2);
        for chunk in [head, rest] {
            let sent = send.try_send(Ok(FetchBlobResponse { chunk: Some(chunk) }));
            sent.map_err(|error| Status::internal(error.to_string()))?;
        }
        Ok(Response::new(ReceiverStream::new(pieces)))
    }
}

impl EarlierCoordinator {
    async fn start(weights: Vec<u8>) -> Self {
        let (said, says) = mpsc::channel(64);
        let (tell, told) = mpsc::channel(64);
        let service = Service { session: Mutex::new(Some((said, told))), weights };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::builder().add_service(WorkerServiceServer::new(service));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Self { address, says, tell }
    }

    async fn tell(&self, message: Told) {
        self.tell.send(Ok(CoordinatorMessage { message: Some(message) })).await.unwrap();
    }

    /// What the worker says, besides heartbeats; `None` when it has gone.
    async fn next(&mut self) -> Option<Said> {
        loop {
            match tokio::time::timeout(WAIT, self.says.recv()).await.expect("the worker says something") {
                Some(Said::Heartbeat(_)) => {}
                other => return other,
            }
        }
    }

    /// Opens the job, sends the canvas of its first epoch and leases all of it.
    async fn lease(&self, brief: &JobBrief) {
        let revision = Some(JobRevision { job: brief.revision.job.0, revision: brief.revision.revision });
        self.tell(Told::Open(earlier::JobBrief {
            revision,
            yaml: brief.yaml.clone(),
            seed: brief.seed,
            model: Some(ModelReference {
                name: brief.model.name.clone(),
                sha256: brief.model.sha256.0.to_vec(),
                quick_gelu: false,
                settings: None,
            }),
            number_type: NumberType::Float32.into(),
            threads: brief.threads,
            shard_size: brief.shard_size,
            prepared: Some(Prepared::default()),
            ..earlier::JobBrief::default()
        }))
        .await;
        self.tell(Told::Canvas(CanvasHeader { revision, epoch: 0, resolution: Some(CANVAS) })).await;
        let pixels: Vec<u8> = (0..3 * SIZE * SIZE).flat_map(|i| (i as f32 / 1e6).to_le_bytes()).collect();
        for piece in pixels.chunks(256 << 10) {
            let pixels = piece.to_vec();
            self.tell(Told::CanvasPixels(CanvasPixels { revision, epoch: 0, pixels })).await;
        }
        let work = NodeWork { level: ROOT.level, index: ROOT.index, total_shards: SHARDS };
        let values =
            EpochValues { resolution: Some(CANVAS), learnrate: Some(1.0), learnrate_scale: Some(1.0) };
        self.tell(Told::Lease(Lease {
            fence: Some(FENCE),
            revision,
            epoch: 0,
            work: Some(Work::Node(work)),
            values: Some(values),
        }))
        .await;
    }
}

fn add_tiles(gradient: &mut GradientSum, tiles: Tiles) {
    assert_eq!(tiles.numbers.len(), tiles.pixels.len());
    for (number, pixels) in tiles.numbers.into_iter().zip(tiles.pixels) {
        let values = pixels.chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap()));
        gradient.insert_tile(number as usize, values.collect::<Vec<f32>>()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_computes_for_an_earlier_coordinator() {
    let (model, weights) = blob(1, 1000);
    let mut coordinator = EarlierCoordinator::start(weights).await;
    let worker = Worker::start(&coordinator.address, 3);
    let Some(Said::Register(register)) = coordinator.next().await else { panic!("it registers first") };
    assert_eq!((register.protocol, register.instance.len(), register.cores), (PROTOCOL, 16, 3));
    assert!(register.kind.is_some_and(|kind| kind.model == "stand-in"));
    let welcome = Welcome {
        session: 1,
        name: register.name,
        heartbeat_milliseconds: 600_000,
        version: "0.0.9".to_owned(),
        ..Welcome::default()
    };
    coordinator.tell(Told::Welcome(welcome)).await;
    let brief = brief(17, model);
    coordinator.lease(&brief).await;
    let Some(Said::Computed(header)) = coordinator.next().await else { panic!("the node is computed") };
    assert_eq!((header.fence, header.resolution), (Some(FENCE), Some(CANVAS)));
    let mut gradient = GradientSum::new(SIZE, SIZE);
    while gradient.tile_count() < header.tile_count as usize {
        let said = coordinator.next().await;
        let Some(Said::GradientTiles(piece)) = said else { panic!("{said:?} within a gradient") };
        assert_eq!(piece.fence, Some(FENCE));
        add_tiles(&mut gradient, piece.tiles.unwrap());
    }
    let (sum, shards) = expected(&brief, ROOT, SHARDS);
    assert!(gradient == sum, "the gradient is the tree's, bit for bit");
    let reports = header.reports.unwrap();
    assert_eq!(reports.samples, [2; SHARDS as usize]);
    assert_eq!(reports.losses, shards.iter().flatten().map(|sample| sample.loss).collect::<Vec<_>>());
    coordinator.tell(Told::Drain(Drain { reason: "the night is over".to_owned() })).await;
    let mut last = None;
    while let Some(word) = coordinator.next().await {
        last = Some(word);
    }
    assert!(matches!(last, Some(Said::Goodbye(_))), "{last:?}");
    drop(coordinator);
    worker.end().await.unwrap();
}
