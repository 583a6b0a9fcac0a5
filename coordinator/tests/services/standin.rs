//! A canvas and a worker without tensors: they keep the rules and compute nothing.

use std::collections::HashMap;
use std::sync::Arc;

use clipig_core::{
    Canvas, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, Computed, ConstraintReport, DeviceClass,
    EpochContext, FeatureReport, Fence, FromWorker, GradientSum, JobBrief, Lease, PROTOCOL, Prepared,
    PreparedTarget, Registration, SampleReport, StepError, ToWorker, Work, WorkerKind,
};
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use clipig_proto::incoming::CoordinatorAssembler;
use clipig_proto::outgoing::from_worker;
use clipig_proto::session::RECEIPTS_HEADER;
use clipig_proto::v1;
use clipig_proto::v1::coordinator_message::Message;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use clipig_schedule::plan;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

/// The length of a feature of the model inside clipig, with which all jobs are computed.
pub(crate) const EMBED_DIM: usize = 256;

/// Canvases that a step makes a little brighter, and moves against the gradient. That of [`WorkerEnd`] is zero.
pub(crate) struct StandInCanvases;

struct StandInCanvas {
    canvas: Canvas,
    steps: u32,
}

impl CanvasFactory for StandInCanvases {
    fn first(&self, _: &CanvasJob, [width, height]: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError> {
        let (width, height) = (width as usize, height as usize);
        let canvas = Canvas::new(width, height, vec![0.5; 3 * width * height]).unwrap();
        Ok(Box::new(StandInCanvas { canvas, steps: 0 }))
    }

    fn restore(&self, _: &CanvasJob, state: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError> {
        Ok(Box::new(StandInCanvas { canvas: state.canvas, steps: state.steps }))
    }

    fn kind(&self) -> String {
        "stand-in".to_owned()
    }
}

impl CanvasOwner for StandInCanvas {
    fn resize(&mut self, context: &EpochContext) -> Result<(), StepError> {
        let [width, height] = context.resolution.map(|side| side as usize);
        if [self.canvas.width(), self.canvas.height()] != [width, height] {
            self.canvas = Canvas::new(width, height, vec![0.5; 3 * width * height]).unwrap();
        }
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        1.0
    }

    fn post_process(&mut self, _: &Scope) -> Result<(), StepError> {
        Ok(())
    }

    fn canvas(&self) -> Canvas {
        self.canvas.clone()
    }

    fn size(&self) -> [u32; 2] {
        [self.canvas.width() as u32, self.canvas.height() as u32]
    }

    fn step(&mut self, gradient: &GradientSum, learnrate: f64) -> Result<(), StepError> {
        let gradient = gradient.to_dense();
        let pixels = self.canvas.pixels().iter().zip(gradient);
        let pixels = pixels.map(|(pixel, slope)| pixel * 1.001 - learnrate as f32 * slope).collect();
        self.canvas = Canvas::new(self.canvas.width(), self.canvas.height(), pixels).unwrap();
        self.steps += 1;
        Ok(())
    }

    fn state(&self) -> CanvasState {
        CanvasState {
            canvas: self.canvas.clone(),
            parameters: None,
            optimizer: "adam".into(),
            steps: self.steps,
            averages: Vec::new(),
        }
    }
}

pub(crate) fn registration(name: &str) -> Registration {
    Registration {
        protocol: PROTOCOL,
        version: "0.1.0".into(),
        name: name.parse().unwrap(),
        instance: u128::from(name.len() as u64) << 64 | u128::from(name.as_bytes()[0]),
        kind: WorkerKind {
            class: DeviceClass::Cpu,
            model: "stand-in".into(),
            libtorch: "0".into(),
            capability: "none".into(),
        },
        cores: 2,
        memory: 1 << 30,
        device: "cpu".into(),
    }
}

/// One end of a session.
pub(crate) struct WorkerEnd {
    pub(crate) sender: mpsc::Sender<v1::WorkerMessage>,
    stream: Streaming<v1::CoordinatorMessage>,
    assembler: CoordinatorAssembler,
    jobs: HashMap<clipig_core::JobRevision, (Arc<JobBrief>, Arc<Experiment>)>,
    receipts: Vec<Fence>,
}

impl WorkerEnd {
    /// Opens a session; nothing is said yet.
    pub(crate) async fn open(client: WorkerServiceClient<Channel>) -> Result<Self, Status> {
        Self::open_with(client, None).await
    }

    /// The same, and shows a token.
    pub(crate) async fn open_with(
        mut client: WorkerServiceClient<Channel>,
        token: Option<&str>,
    ) -> Result<Self, Status> {
        let (sender, messages) = mpsc::channel(64);
        let mut request = tonic::Request::new(ReceiverStream::new(messages));
        if let Some(token) = token {
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let stream = client.session(request).await?.into_inner();
        Ok(Self::of(sender, stream))
    }

    fn of(sender: mpsc::Sender<v1::WorkerMessage>, stream: Streaming<v1::CoordinatorMessage>) -> Self {
        let (assembler, jobs, receipts) = (CoordinatorAssembler::new(), HashMap::new(), Vec::new());
        Self { sender, stream, assembler, jobs, receipts }
    }

    /// Opens a session, asks for receipts and registers. What the coordinator has of answers, and the leases that are
    /// still valid.
    pub(crate) async fn join_with_receipts(
        mut client: WorkerServiceClient<Channel>,
        name: &str,
    ) -> (Self, v1::Resume, Vec<Fence>) {
        let (sender, messages) = mpsc::channel(64);
        let mut request = tonic::Request::new(ReceiverStream::new(messages));
        request.metadata_mut().insert(RECEIPTS_HEADER, "1".parse().unwrap());
        let register = FromWorker::Register(registration(name));
        for message in from_worker(register).unwrap() {
            sender.send(message).await.unwrap();
        }
        let stream = client.session(request).await.unwrap().into_inner();
        let mut end = Self::of(sender, stream);
        let first = end.stream.message().await.unwrap().unwrap();
        let Some(Message::Resume(resume)) = first.message else { panic!("{first:?}") };
        let Ok(Some(ToWorker::Welcome(welcome))) = end.receive().await else { panic!("it is not welcome") };
        (end, resume, welcome.leases)
    }

    /// Waits for the receipt of an answer; what else comes before is passed over.
    pub(crate) async fn receipt(&mut self, fence: Fence) {
        while !self.receipts.contains(&fence) {
            let message = self.stream.message().await.unwrap().expect("the session stands");
            self.note_receipt(&message);
        }
    }

    fn note_receipt(&mut self, message: &v1::CoordinatorMessage) {
        if let Some(Message::Receipt(receipt)) = &message.message {
            self.receipts.extend(receipt.fence.map(Fence::from));
        }
    }

    /// Says nothing more, and waits until the coordinator has heard everything.
    pub(crate) async fn hang_up(self) {
        let Self { sender, mut stream, .. } = self;
        drop(sender);
        while let Ok(Some(_)) = stream.message().await {}
    }

    /// Opens a session and registers.
    pub(crate) async fn join(client: WorkerServiceClient<Channel>, name: &str) -> Self {
        let mut end = Self::open(client).await.unwrap();
        end.say(FromWorker::Register(registration(name))).await;
        assert!(matches!(end.receive().await, Ok(Some(ToWorker::Welcome(_)))));
        end
    }

    pub(crate) async fn say(&mut self, message: FromWorker) {
        for message in from_worker(message).unwrap() {
            // A coordinator that has hung up tells why on its own stream.
            let _ = self.sender.send(message).await;
        }
    }

    /// The next whole message; `None` at the end.
    pub(crate) async fn receive(&mut self) -> Result<Option<ToWorker>, Status> {
        loop {
            let Some(message) = self.stream.message().await? else { return Ok(None) };
            self.note_receipt(&message);
            let received = self.assembler.receive(message).unwrap();
            if let Some(ToWorker::Open(brief)) = &received {
                let source = Source::new("experiment", brief.yaml.as_str());
                let experiment = load(&[source], &Overrides::default()).unwrap().experiment;
                self.jobs.insert(brief.revision, (Arc::clone(brief), Arc::new(experiment)));
            }
            if received.is_some() {
                return Ok(received);
            }
        }
    }

    /// The next lease.
    pub(crate) async fn lease(&mut self) -> Lease {
        loop {
            match self.receive().await.unwrap() {
                Some(ToWorker::Lease(lease)) => return lease,
                Some(ToWorker::Refuse(reason)) => panic!("refused: {reason}"),
                Some(_) => {}
                None => panic!("the session has ended"),
            }
        }
    }

    /// What it was told of a job.
    pub(crate) fn job(&self, revision: clipig_core::JobRevision) -> &(Arc<JobBrief>, Arc<Experiment>) {
        &self.jobs[&revision]
    }

    /// The right answer to a lease.
    pub(crate) fn answer(&self, lease: &Lease) -> FromWorker {
        let (brief, experiment) = &self.jobs[&lease.revision];
        let fence = lease.fence;
        let (epoch, node, total) = match lease.work {
            Work::Prepare => {
                let targets = experiment.targets.iter().map(|target| PreparedTarget {
                    features: vec![vec![1.0; EMBED_DIM]; target.features.len()],
                    auto_scales: vec![1.0; target.features.len()],
                    ..PreparedTarget::default()
                });
                let prepared = Prepared { targets: targets.collect() };
                return FromWorker::Prepared {
                    fence,
                    prepared,
                    warnings: vec!["a word is not known".into()],
                };
            }
            Work::Node { epoch, node, total } => (epoch, node, total),
        };
        let [width, height] = lease.values.resolution.map(|side| side as usize);
        let scope = lease.values.scope(experiment, brief.seed, epoch);
        let plan = plan(experiment, &scope, brief.shard_size);
        let report = |shard: &clipig_core::Shard| {
            let target = &experiment.targets[shard.target.0 as usize];
            let feature = FeatureReport { similarity: 20.0, weight: 1.0, loss: Some(0.5) };
            let sample = SampleReport {
                loss: 0.5,
                features: vec![feature; target.features.len()],
                constraints: vec![Some(ConstraintReport::default()); target.constraints.len()],
            };
            vec![sample; shard.samples.len()]
        };
        let shards = node.shards(total);
        let reports = plan.shards[shards.start as usize..shards.end as usize].iter().map(report).collect();
        FromWorker::Computed(Computed {
            fence,
            gradient: GradientSum::new(width, height),
            reports,
            seconds: 0.001,
            trace: None,
        })
    }

    /// Answers leases until the session ends.
    pub(crate) async fn work(mut self) -> Result<(), Status> {
        while let Some(message) = self.receive().await? {
            if let ToWorker::Lease(lease) = message {
                let answer = self.answer(&lease);
                self.say(answer).await;
            }
        }
        Ok(())
    }
}
