//! A worker of another build. What it says and reads is generated from frozen definitions, and it shares no code with
//! the coordinator.

use std::sync::Arc;

use clipig_frozen::later::{LaterCodec, LaterContract};
use clipig_frozen::v2026_11_30::coordinator_message::Message as Told;
use clipig_frozen::v2026_11_30::lease::Work;
use clipig_frozen::v2026_11_30::worker_message::Message as Said;
use clipig_frozen::v2026_11_30::worker_service_client::WorkerServiceClient;
use clipig_frozen::v2026_11_30::{
    ComputedHeader, CoordinatorMessage, DeviceClass, Fence, Goodbye, GradientTiles, Heartbeat, Held,
    JobBrief, JobRevision, Lease, NodeWork, PROTOCOL, Prepared, PreparedResult, Register, Reports,
    Resolution, Tiles, WorkerKind, WorkerMessage,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Streaming};

use super::SAMPLES;
use super::canvas::{ForetoldCanvas, PREPARATION};
use crate::standin::EMBED_DIM;

/// The loss that each sample reports.
pub(super) const LOSS: f64 = 0.25;

/// One end of a session.
pub(super) struct OtherWorker {
    sender: mpsc::Sender<WorkerMessage>,
    stream: Streaming<CoordinatorMessage>,
    brief: Option<JobBrief>,
    canvas: Option<ForetoldCanvas>,
}

/// What the worker says of itself.
pub(super) fn registration() -> Register {
    Register {
        protocol: PROTOCOL,
        version: "0.0.9".to_owned(),
        name: "other".to_owned(),
        instance: b"another instance".to_vec(),
        kind: Some(WorkerKind {
            class: DeviceClass::Cpu.into(),
            model: "a processor".to_owned(),
            libtorch: "2.11.0".to_owned(),
            capability: "AVX2".to_owned(),
        }),
        cores: 2,
        memory: 1 << 30,
        device: "cpu".to_owned(),
    }
}

impl OtherWorker {
    /// Opens the session of an earlier build.
    pub(super) async fn earlier(channel: Channel) -> Self {
        let (sender, messages) = mpsc::channel(64);
        let answer = WorkerServiceClient::new(channel).session(ReceiverStream::new(messages)).await.unwrap();
        Self { sender, stream: answer.into_inner(), brief: None, canvas: None }
    }

    /// Opens the session of a later build, which sends fields that nobody knows yet.
    pub(super) async fn later(channel: Channel, contract: &Arc<LaterContract>) -> Self {
        let (sender, messages) = mpsc::channel(64);
        let mut grpc = Grpc::new(channel);
        grpc.ready().await.unwrap();
        let path = PathAndQuery::from_static("/clipig.farm.v1.WorkerService/Session");
        let request = Request::new(ReceiverStream::new(messages));
        let answer = grpc.streaming(request, path, LaterCodec::new(contract)).await.unwrap();
        Self { sender, stream: answer.into_inner(), brief: None, canvas: None }
    }

    /// Registers; the reason where that is refused.
    pub(super) async fn register(&mut self, registration: Register) -> Result<(), String> {
        let name = registration.name.clone();
        self.say(Said::Register(registration)).await;
        match self.next().await {
            Some(Told::Welcome(welcome)) => {
                assert_eq!(welcome.name, name);
                assert!(welcome.heartbeat_milliseconds > 0 && welcome.leases.is_empty(), "{welcome:?}");
                Ok(())
            }
            Some(Told::Refuse(refusal)) => Err(refusal.reason),
            other => panic!("{other:?} in answer to a registration"),
        }
    }

    /// Computes whatever it is given until a job is over. The last canvas, as the worker foretells it.
    pub(super) async fn compute(&mut self) -> Vec<f32> {
        loop {
            match self.next().await.expect("the session goes on") {
                Told::Open(brief) => self.brief = Some(brief),
                Told::Canvas(header) => {
                    self.begin(header.revision, header.epoch, header.resolution);
                    self.canvas().expect_pixels();
                }
                Told::CanvasPixels(piece) => self.canvas().check_pixels(&piece.pixels),
                Told::CanvasTilesHeader(header) => {
                    self.begin(header.revision, header.epoch, header.resolution);
                }
                Told::CanvasTiles(piece) => {
                    let tiles = piece.tiles.unwrap();
                    assert_eq!(tiles.numbers.len(), tiles.pixels.len());
                    for (number, pixels) in tiles.numbers.into_iter().zip(&tiles.pixels) {
                        self.canvas().check_tile(number, pixels);
                    }
                }
                Told::Lease(lease) => self.answer(&lease).await,
                Told::Close(closed) => {
                    assert_eq!(closed.revision, Some(self.canvas().revision));
                    return self.canvas.take().unwrap().finished();
                }
                other => panic!("{other:?} while nothing is amiss"),
            }
        }
    }

    /// Says goodbye, and hears nothing more.
    pub(super) async fn leave(mut self) {
        self.say(Said::Goodbye(Goodbye {})).await;
        assert_eq!(self.next().await, None);
    }

    async fn say(&self, message: Said) {
        self.sender.send(WorkerMessage { message: Some(message) }).await.unwrap();
    }

    /// What the coordinator says; `None` at the end.
    async fn next(&mut self) -> Option<Told> {
        let message = self.stream.message().await.unwrap()?;
        Some(message.message.expect("workers hear only what they know, unless they ask for more"))
    }

    fn canvas(&mut self) -> &mut ForetoldCanvas {
        self.canvas.as_mut().expect("a canvas comes before what needs it")
    }

    /// A canvas, or some of its tiles, is about to come.
    fn begin(&mut self, revision: Option<JobRevision>, epoch: u32, size: Option<Resolution>) {
        let (revision, size) = (revision.unwrap(), size.unwrap());
        let before = self.canvas.take().filter(|canvas| canvas.revision == revision);
        let mut canvas = before.unwrap_or_else(|| ForetoldCanvas::first(revision, epoch, size));
        assert_eq!(canvas.size, size);
        if canvas.epoch != epoch {
            canvas.turn(epoch);
        }
        self.canvas = Some(canvas);
    }

    async fn answer(&mut self, lease: &Lease) {
        let fence = lease.fence.unwrap();
        self.say(Said::Heartbeat(Heartbeat { held: vec![Held { fence: Some(fence), progress: 1 }] })).await;
        let (revision, size) = (self.canvas().revision, self.canvas().size);
        assert_eq!((lease.revision, lease.epoch), (Some(revision), self.canvas().epoch));
        match lease.work.unwrap() {
            Work::Prepare(_) => {
                assert_eq!(lease.epoch, PREPARATION);
                self.say(Said::Prepared(prepared(fence))).await;
            }
            Work::Node(node) => {
                let values = lease.values.unwrap();
                assert_eq!(values.resolution, Some(size));
                let counts = self.samples(&node);
                let tiles = self.canvas().gradient(counts.iter().sum(), values.learnrate.unwrap());
                self.say(Said::Computed(ComputedHeader {
                    fence: Some(fence),
                    resolution: Some(size),
                    tile_count: tiles.len() as u32,
                    reports: Some(reports(counts)),
                    seconds: 0.001,
                }))
                .await;
                for (number, pixels) in tiles {
                    let tiles = Some(Tiles { numbers: vec![number], pixels: vec![pixels] });
                    self.say(Said::GradientTiles(GradientTiles { fence: Some(fence), tiles })).await;
                }
            }
        }
    }

    /// How many samples each shard below a node has. The experiment has one target.
    fn samples(&self, node: &NodeWork) -> Vec<u32> {
        let brief = self.brief.as_ref().expect("a job is opened before its leases");
        assert_eq!(brief.revision, self.canvas.as_ref().map(|canvas| canvas.revision));
        assert!(brief.prepared.is_some(), "nodes come after the preparation");
        assert_eq!(node.total_shards, SAMPLES.div_ceil(brief.shard_size));
        let shards = node.index << node.level..((node.index + 1) << node.level).min(node.total_shards);
        // Shards are as equal as they can be.
        let bound = |shard: u32| SAMPLES * shard / node.total_shards;
        shards.map(|shard| bound(shard + 1) - bound(shard)).collect()
    }
}

fn prepared(fence: Fence) -> PreparedResult {
    let values = [1.0_f32; EMBED_DIM].iter().flat_map(|value| value.to_le_bytes()).collect();
    let prepared = Prepared {
        features: vec![1],
        dimensions: vec![EMBED_DIM as u32],
        values,
        auto_scales: vec![1.0],
        warnings: Vec::new(),
    };
    PreparedResult {
        fence: Some(fence),
        prepared: Some(prepared),
        warnings: vec!["a word is not known".to_owned()],
    }
}

/// One feature and no constraint in each sample.
fn reports(counts: Vec<u32>) -> Reports {
    let samples = counts.iter().sum::<u32>() as usize;
    Reports {
        samples: counts,
        losses: vec![LOSS; samples],
        features: vec![1; samples],
        similarities: vec![20.0; samples],
        feature_weights: vec![1.0; samples],
        applied: vec![true; samples],
        feature_losses: vec![LOSS; samples],
        constraints: vec![0; samples],
        ..Reports::default()
    }
}
