//! Workers that leave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{FromWorker, Node, ToWorker};
use clipig_worker::{Contents, Environment, Link, LocalWorker, Shutdown, Stage, WorkerError};
use tokio::sync::watch;

use crate::coordinator::{Connection, Manners, Place, TestCoordinator, blob};
use crate::stand_in::{Device, brief, expected};
use crate::{SELDOM, WAIT, Worker, until};

const LEAF: Node = Node { level: 0, index: 1 };

/// A worker that computes one lease, until its device's gate is opened, and has another one in its queue.
async fn busy(drain: &str) -> (TestCoordinator, Connection, Worker) {
    let (hash, bytes) = blob(1, 10_000);
    let manners = Manners { blobs: BTreeMap::from([(hash, bytes)]), ..Manners::default() };
    let farm = TestCoordinator::start(Place::loopback(), manners);
    let worker = Worker::start_with(&farm.address, 1, &[("drain_seconds", drain)]);
    worker.device.gate.close();
    let (mut connection, _) = farm.worker(Duration::from_millis(50)).await;
    let brief = brief(1, hash);
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    connection.lease(brief.revision, 1, LEAF, 8).await;
    connection.lease(brief.revision, 2, LEAF, 8).await;
    // Both leases have arrived.
    loop {
        match connection.next().await {
            Some(FromWorker::Heartbeat(held)) if held.len() == 2 => break,
            Some(FromWorker::Heartbeat(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    until("it computes", || worker.device.at_work.lock().unwrap()[0] == 1).await;
    (farm, connection, worker)
}

#[tokio::test]
async fn a_worker_finishes_hands_back_and_says_goodbye() {
    let (_farm, mut connection, worker) = busy("600").await;
    worker.shutdown.send_replace(Stage::Drain);
    let [draining, returned] = [connection.next_word().await, connection.next_word().await];
    assert!(matches!(draining, Some(FromWorker::Draining(_))), "{draining:?}");
    assert!(
        matches!(&returned, Some(FromWorker::Returned { fence, .. }) if fence.number == 2),
        "{returned:?}"
    );
    worker.device.gate.open();
    let mut said = Vec::new();
    while let Some(word) = connection.next_word().await {
        said.push(word);
    }
    let [FromWorker::Computed(computed), FromWorker::Goodbye] = &said[..] else { panic!("{said:?}") };
    assert_eq!(computed.fence.number, 1);
    worker.end().await.unwrap();
}

#[tokio::test]
async fn a_drain_has_an_end() {
    let (_farm, mut connection, worker) = busy("0.5").await;
    worker.shutdown.send_replace(Stage::Drain);
    let mut returned = Vec::new();
    let mut goodbye = false;
    while let Some(word) = connection.next_word().await {
        match word {
            FromWorker::Returned { fence, .. } => returned.push(fence.number),
            FromWorker::Goodbye => goodbye = true,
            FromWorker::Draining(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((returned, goodbye), (vec![2, 1], true), "all is handed back");
    // It does not wait for the shard, which never ends.
    worker.end().await.unwrap();
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let (_farm, mut connection, worker) = busy("3600").await;
    worker.shutdown.send_replace(Stage::Drain);
    assert!(matches!(connection.next_word().await, Some(FromWorker::Draining(_))));
    worker.shutdown.send_replace(Stage::Now);
    // It waits neither for the shard, which never ends, nor for the end of the drain.
    let error = worker.end().await.unwrap_err();
    assert!(matches!(error, WorkerError::Interrupted), "{error}");
}

#[tokio::test]
async fn the_coordinator_may_send_a_worker_away() {
    let (_farm, mut connection, worker) = busy("600").await;
    connection.send(ToWorker::Drain("this machine is needed elsewhere".to_owned())).await;
    worker.device.gate.open();
    let mut last = None;
    while let Some(word) = connection.next_word().await {
        last = Some(word);
    }
    assert!(matches!(last, Some(FromWorker::Goodbye)), "{last:?}");
    worker.end().await.unwrap();
}

#[tokio::test]
async fn each_of_several_devices_has_a_session() {
    let farm = TestCoordinator::start(Place::loopback(), Manners::default());
    let flags = [("coordinator", farm.address.as_str()), ("name", "box"), ("cache", "/nowhere")];
    let flags = flags.map(|(key, value)| (key, value.to_owned())).into();
    let settings = clipig_worker::WorkerSettings::load(None, &Environment::new(), &flags).unwrap();
    let devices = ["cuda:0", "cuda:1"].map(|name| {
        let device = Arc::<Device>::default().worker(1);
        clipig_worker::WorkerDevice { name: name.to_owned(), ..device }
    });
    let (shutdown, stage) = watch::channel(Stage::Run);
    let run = async move {
        let find = Arc::new(|_: &_| None);
        clipig_worker::run_worker(&settings, devices.into(), find, Shutdown::new(stage)).await
    };
    let running = tokio::spawn(run);
    let (one, first) = farm.worker(Duration::from_millis(50)).await;
    let (two, second) = farm.worker(Duration::from_millis(50)).await;
    let mut connections = [one, two];
    for connection in &mut connections {
        // It has read its welcome then.
        assert!(matches!(connection.next().await, Some(FromWorker::Heartbeat(_))));
    }
    let mut names = [first.name.as_str(), second.name.as_str()];
    names.sort_unstable();
    assert_eq!(names, ["box-cuda:0", "box-cuda:1"]);
    assert_ne!(first.instance, second.instance);
    shutdown.send_replace(Stage::Drain);
    for connection in &mut connections {
        assert!(matches!(connection.next_word().await, Some(FromWorker::Draining(_))));
        assert!(matches!(connection.next_word().await, Some(FromWorker::Goodbye)));
    }
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_worker_that_waits_for_its_coordinator_leaves_at_once() {
    let worker = Worker::start("http://127.0.0.1:9", 1);
    tokio::time::sleep(Duration::from_millis(300)).await;
    worker.shutdown.send_replace(Stage::Drain);
    worker.end().await.unwrap();
}

/// As in `clipig render`: one process, channels instead of sockets.
#[tokio::test]
async fn a_worker_inside_the_process_needs_no_network() {
    struct Nowhere;
    impl clipig_worker::BlobSource for Nowhere {
        fn find(&self, _: clipig_core::Sha256, _: u64) -> clipig_worker::Finding<'_> {
            Box::pin(async { Err(clipig_worker::FetchError::Missing) })
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let cache = clipig_worker::BlobCache::new(folder.path(), 1 << 20, Arc::new(Nowhere));
    let embedded = Arc::new(|_: &_| Some(clipig_core::WeightsSource::Embedded));
    let contents = Contents::new(cache, embedded);
    let device = Arc::<Device>::default();
    let name = "here".parse().unwrap();
    let worker = LocalWorker::new(name, device.worker(2), contents, Duration::from_secs(1));
    let (link, tell, mut says) = Link::local(16);
    let (_shutdown, stage) = watch::channel(Stage::Run);
    let running = tokio::spawn(worker.run_local(link, Shutdown::new(stage)));
    let Some(FromWorker::Register(registration)) = says.recv().await else { panic!("it registers first") };
    let welcome = clipig_core::Welcome {
        session: clipig_core::SessionId(1),
        name: registration.name,
        heartbeat: SELDOM,
        version: String::new(),
        leases: Vec::new(),
        jobs: Vec::new(),
    };
    tell.send(ToWorker::Welcome(welcome)).await.unwrap();
    let brief = brief(1, blob(1, 1).0);
    tell.send(ToWorker::Open(Arc::new(brief.clone()))).await.unwrap();
    let pixels = (0..3 * 300 * 300).map(|i| i as f32 / 1e6).collect();
    let canvas = clipig_core::EpochCanvas {
        revision: brief.revision,
        stage: clipig_core::Stage::Epoch(clipig_core::Epoch(0)),
        canvas: clipig_core::Canvas::new(300, 300, pixels).unwrap(),
    };
    tell.send(ToWorker::Canvas(canvas)).await.unwrap();
    let fence = clipig_core::Fence { incarnation: 1, number: 1 };
    let node = Node { level: 3, index: 0 };
    let work = clipig_core::Work::Node { epoch: clipig_core::Epoch(0), node, total: 8 };
    let lease = crate::coordinator::lease(fence, brief.revision, work);
    tell.send(ToWorker::Lease(lease)).await.unwrap();
    let answer = says.recv().await;
    let Some(FromWorker::Computed(computed)) = answer else { panic!("{answer:?}") };
    assert!(computed.gradient == expected(&brief, node, 8).0);
    drop(tell);
    tokio::time::timeout(WAIT, running).await.unwrap().unwrap().unwrap();
}
