//! Sessions of workers as they should be.

use std::sync::Arc;

use clipig_core::{Epoch, FromWorker, Held, Stage, TiledCanvas, ToWorker};
use clipig_geometry::{Size, footprint};
use clipig_proto::outgoing::computed_messages;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use clipig_proto::v1::{self, WorkerState};
use sha2::Digest;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::Endpoint;

use crate::standin::{WorkerEnd, registration};
use crate::support::{EXPERIMENT, TestFarm, submit, until};

async fn workers(farm: &TestFarm) -> Vec<v1::Worker> {
    farm.client().await.list_workers(v1::ListWorkersRequest::default()).await.unwrap().into_inner().workers
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_are_listed_page_by_page() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let mut ends = Vec::new();
    for number in 1..=5 {
        ends.push(WorkerEnd::join(farm.worker().await, &format!("node-{number}")).await);
    }
    let (mut after, mut pages) = (String::new(), Vec::new());
    loop {
        let request = v1::ListWorkersRequest { after, limit: 2, states: Vec::new() };
        let page = client.list_workers(request).await.unwrap().into_inner();
        let names: Vec<String> = page.workers.into_iter().map(|worker| worker.name).collect();
        after = names.last().unwrap().clone();
        pages.push(names);
        if !page.more {
            break;
        }
    }
    assert_eq!(pages, [vec!["node-1", "node-2"], vec!["node-3", "node-4"], vec!["node-5"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_seen_steered_and_leaves() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let mut worker = WorkerEnd::join(farm.worker().await, "node-1").await;
    let seen = workers(&farm).await.remove(0);
    assert_eq!((seen.name.as_str(), seen.state(), seen.cores), ("node-1", WorkerState::Idle, 2));
    assert_eq!(seen.kind.unwrap().model, "stand-in");
    let request = v1::PauseWorkerRequest { name: "node-1".into(), reason: "cleaning".into() };
    let paused = client.pause_worker(request).await.unwrap().into_inner().worker.unwrap();
    assert_eq!(paused.state(), WorkerState::Paused);
    let request = v1::ResumeWorkerRequest { name: "node-1".into() };
    let resumed = client.resume_worker(request).await.unwrap().into_inner().worker.unwrap();
    assert_eq!(resumed.state(), WorkerState::Idle);
    let request = v1::DrainWorkerRequest { name: "node-1".into(), reason: "night".into() };
    client.drain_worker(request).await.unwrap();
    assert!(matches!(worker.receive().await.unwrap(), Some(ToWorker::Drain(reason)) if reason == "night"));
    worker.say(FromWorker::Goodbye).await;
    assert!(worker.receive().await.unwrap().is_none());
    until("the worker's leaving", async || workers(&farm).await[0].state() == WorkerState::Lost).await;
    let request = v1::PauseWorkerRequest { name: "nobody".into(), reason: String::new() };
    let unknown = client.pause_worker(request).await.unwrap_err();
    assert_eq!((unknown.code(), unknown.message().contains("`nobody`")), (Code::NotFound, true), "{unknown}");
}

/// A worker whose connection ends in the middle of a message when the task is aborted.
async fn join_by_cable(farm: &TestFarm, name: &str) -> (WorkerEnd, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (here, there) = (listener.local_addr().unwrap(), farm.address.to_string());
    let cable = tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = TcpStream::connect(there).await.unwrap();
        // However it ends.
        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
    });
    let channel = Endpoint::from_shared(format!("http://{here}")).unwrap().connect().await.unwrap();
    (WorkerEnd::join(WorkerServiceClient::new(channel), name).await, cable)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cable_that_is_pulled_is_not_the_workers_fault() {
    let farm = TestFarm::start().await;
    let (_worker, cable) = join_by_cable(&farm, "node-1").await;
    cable.abort();
    until("the end of the session", async || workers(&farm).await[0].state() == WorkerState::Lost).await;
    assert_eq!(workers(&farm).await[0].reason, "the connection broke off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_comes_back_answers_what_it_was_leased_on_another_stream() {
    let farm = TestFarm::start().await;
    let job = submit(&mut farm.client().await, EXPERIMENT).await.unwrap().number;
    let mut worker = WorkerEnd::join(farm.worker().await, "node-1").await;
    let preparation = worker.lease().await;
    let answer = worker.answer(&preparation);
    worker.say(answer).await;
    let lease = worker.lease().await;
    let answer = worker.answer(&lease);
    drop(worker);
    until("the end of the stream", async || workers(&farm).await[0].state() == WorkerState::Lost).await;
    let mut worker = WorkerEnd::open(farm.worker().await).await.unwrap();
    worker.say(FromWorker::Register(registration("node-1"))).await;
    let said = worker.receive().await.unwrap();
    let Some(ToWorker::Welcome(welcome)) = &said else { panic!("{said:?}") };
    assert_eq!((&welcome.leases[..], &welcome.jobs[..]), (&[lease.fence][..], &[lease.revision][..]));
    // Its gradient is taken, although nothing was leased on this stream.
    worker.say(answer).await;
    let request = v1::GetJobRequest { job, with_experiment: false };
    until("the first epoch", async || {
        let answer = farm.client().await.get_job(request).await.unwrap().into_inner();
        answer.job.unwrap().epochs_done > 0
    })
    .await;
    let worker = &workers(&farm).await[0];
    assert_eq!(worker.leases_failed, 0, "{worker:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gradient_whose_streams_are_cut_arrives_piece_by_piece() {
    let farm = TestFarm::start().await;
    let experiment = EXPERIMENT.replace("resolution: 16", "resolution: 640");
    let job = submit(&mut farm.client().await, &experiment).await.unwrap().number;
    let (mut worker, resume, _) = WorkerEnd::join_with_receipts(farm.worker().await, "node-1").await;
    assert!(resume.answers.is_empty());
    let preparation = worker.lease().await;
    let answer = worker.answer(&preparation);
    worker.say(answer).await;
    let lease = worker.lease().await;
    worker.receipt(preparation.fence).await;
    let FromWorker::Computed(mut computed) = worker.answer(&lease) else { panic!("not a node") };
    let pixels: Vec<_> = (0..640 * 640).map(Some).collect();
    computed.gradient.add_at(&pixels, &vec![1.0; 3 * pixels.len()]);
    let computed = Arc::new(computed);
    let mut arrived = None;
    // There are five tiles in a message, and the first one has none.
    for (messages, tiles) in [(7, 30), (7, 65), (6, 95)] {
        for message in computed_messages(Arc::clone(&computed), arrived).unwrap().take(messages) {
            worker.sender.send(message).await.unwrap();
        }
        worker.hang_up().await;
        let (next, resume, leases) = WorkerEnd::join_with_receipts(farm.worker().await, "node-1").await;
        assert_eq!(leases, [lease.fence]);
        assert_eq!(resume.answers, [v1::PartialAnswer { fence: Some(lease.fence.into()), tiles }]);
        (worker, arrived) = (next, Some(tiles as usize));
    }
    for message in computed_messages(Arc::clone(&computed), arrived).unwrap() {
        worker.sender.send(message).await.unwrap();
    }
    worker.receipt(lease.fence).await;
    let request = v1::GetJobRequest { job, with_experiment: false };
    until("the first epoch", async || {
        let answer = farm.client().await.get_job(request).await.unwrap().into_inner();
        answer.job.unwrap().epochs_done > 0
    })
    .await;
    let worker = &workers(&farm).await[0];
    assert_eq!(worker.leases_failed, 0, "{worker:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn canvases_arrive_whole_and_leases_after_them() {
    let farm = TestFarm::start().await;
    // 20 messages of tiles per canvas, with narrow tiles at both edges.
    let yaml =
        EXPERIMENT.replace("resolution: 16", "resolution: [710, 650]").replace("epochs: 40", "epochs: 2");
    let job = submit(&mut farm.client().await, &yaml).await.unwrap().number;
    let mut worker = WorkerEnd::join(farm.worker().await, "node-1").await;
    let (mut canvas, mut epochs) = (None, 0);
    while epochs < 2 {
        match worker.receive().await.unwrap().unwrap() {
            ToWorker::Canvas(came) => {
                assert_eq!((came.canvas.width(), came.canvas.height()), (710, 650));
                let expected = if epochs == 0 { 0.5 } else { 0.5 * 1.001 };
                assert!(came.canvas.pixels().iter().all(|pixel| *pixel == expected));
                canvas = Some((came.revision, came.stage));
            }
            ToWorker::Lease(lease) => {
                assert_eq!(canvas, Some((lease.revision, lease.work.stage())));
                epochs += u32::from(matches!(lease.work, clipig_core::Work::Node { .. }));
                worker.say(FromWorker::Heartbeat(vec![Held { fence: lease.fence, progress: 1 }])).await;
                let answer = worker.answer(&lease);
                worker.say(answer).await;
            }
            _ => {}
        }
    }
    let request = v1::GetJobRequest { job, with_experiment: false };
    until("the end", async || {
        let answer = farm.client().await.get_job(request).await.unwrap().into_inner();
        answer.job.unwrap().state() == v1::JobState::Completed
    })
    .await;
    assert!(canvas.is_some_and(|(_, stage)| stage == Stage::Epoch(Epoch(1))));
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_come_behind_the_tiles_that_they_need() {
    let farm = TestFarm::start().await;
    let yaml = EXPERIMENT
        .replace("resolution: 16", "resolution: [710, 650]")
        .replace("epochs: 40", "epochs: 3")
        .replace("noise: 0.1", "random_crop: 64");
    submit(&mut farm.client().await, &yaml).await.unwrap();
    let mut worker = WorkerEnd::join(farm.worker().await, "node-1").await;
    let (mut held, mut epochs, mut expected) = (None, 0, 0.5);
    while epochs < 3 {
        match worker.receive().await.unwrap().unwrap() {
            ToWorker::Tiles(came) => {
                assert_eq!(came.stage, Stage::Epoch(Epoch(epochs)));
                let mut tiles = TiledCanvas::empty(came.tiles.grid());
                assert_eq!((tiles.grid().width(), tiles.grid().height()), (710, 650));
                for (number, values) in came.tiles {
                    assert!(values.iter().all(|value| *value == expected));
                    tiles.insert(number, values).unwrap();
                }
                held = Some(tiles);
            }
            ToWorker::Lease(lease) => {
                if let clipig_core::Work::Node { epoch, .. } = lease.work {
                    // A shard of all four samples.
                    let (brief, experiment) = worker.job(lease.revision);
                    let scope = lease.values.scope(experiment, brief.seed, epoch);
                    let needed =
                        footprint(&experiment.targets[0], &scope, 0..4, Size { width: 710, height: 650 });
                    assert_eq!(held.take().map(|held| held.held().clone()), Some(needed));
                    epochs += 1;
                    expected *= 1.001;
                }
                let answer = worker.answer(&lease);
                worker.say(answer).await;
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_fetch_what_running_jobs_name_and_nothing_else() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let sha256 = prost::bytes::Bytes::copy_from_slice(&sha2::Sha256::digest(b"somebody's picture"));
    let header = v1::ContentHeader { sha256: sha256.clone(), size: 18, offset: 0 };
    let chunk = v1::ContentChunk { header: Some(header), data: b"somebody's picture"[..].into() };
    client.upload_blob(tokio_stream::iter([v1::UploadBlobRequest { chunk: Some(chunk) }])).await.unwrap();
    let job = submit(&mut client, EXPERIMENT).await.unwrap();
    let weights = job.model.unwrap().sha256;
    let mut fetcher = farm.worker().await;
    // The job waits: nobody needs anything yet.
    let request = v1::FetchBlobRequest { sha256: weights.clone(), offset: 0 };
    assert_eq!(fetcher.fetch_blob(request.clone()).await.unwrap_err().code(), Code::NotFound);
    let mut worker = WorkerEnd::join(farm.worker().await, "node-1").await;
    worker.lease().await;
    let mut stream = fetcher.fetch_blob(request).await.unwrap().into_inner();
    let (mut bytes, mut size) = (Vec::new(), 0);
    while let Some(message) = stream.message().await.unwrap() {
        let chunk = message.chunk.unwrap();
        size = chunk.header.map_or(size, |header| header.size);
        assert!(chunk.data.len() <= 256 << 10);
        bytes.extend_from_slice(&chunk.data);
    }
    assert_eq!(bytes.len() as u64, size);
    assert_eq!(sha2::Sha256::digest(&bytes)[..], weights[..]);
    // A download that broke off goes on in the middle.
    let request = v1::FetchBlobRequest { sha256: weights.clone(), offset: size - 1_000 };
    let mut stream = fetcher.fetch_blob(request).await.unwrap().into_inner();
    let tail = stream.message().await.unwrap().unwrap().chunk.unwrap();
    assert_eq!((tail.header.unwrap().offset, &tail.data[..]), (size - 1_000, &bytes[bytes.len() - 1_000..]));
    let beyond = v1::FetchBlobRequest { sha256: weights, offset: size + 1 };
    assert_eq!(fetcher.fetch_blob(beyond).await.unwrap_err().code(), Code::InvalidArgument);
    // What clients have uploaded is not everybody's.
    let other = v1::FetchBlobRequest { sha256, offset: 0 };
    assert_eq!(fetcher.fetch_blob(other).await.unwrap_err().code(), Code::NotFound);
}
