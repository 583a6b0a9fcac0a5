//! From registration to gradients.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clipig_core::{
    FromWorker, JobBrief, ModelReference, Node, PROTOCOL, Sha256, ShardError, Stage, ToWorker,
};

use crate::coordinator::{Connection, Manners, Place, TestCoordinator, blob};
use crate::stand_in::{brief, expected};
use crate::{SELDOM, Worker, until};

const ROOT: Node = Node { level: 3, index: 0 };

/// A coordinator with a model of `len` bytes, and a job for it.
fn farm(place: Place, len: usize, damaged: u32) -> (TestCoordinator, JobBrief) {
    let (hash, bytes) = blob(1, len);
    let manners = Manners { blobs: BTreeMap::from([(hash, bytes)]), damaged, ..Manners::default() };
    (TestCoordinator::start(place, manners), brief(17, hash))
}

async fn computes(connection: &mut Connection, brief: &JobBrief, number: u64, node: Node) {
    let fence = connection.lease(brief.revision, number, node, 8).await;
    let answer = connection.next_word().await;
    let Some(FromWorker::Computed(computed)) = answer else { panic!("{answer:?}") };
    let (gradient, reports) = expected(brief, node, 8);
    assert_eq!(computed.fence, fence);
    assert_eq!(computed.reports, reports);
    assert!(computed.gradient == gradient, "the gradient is the tree's, bit for bit");
}

#[tokio::test]
async fn a_lease_becomes_a_gradient_over_tcp_and_unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    for place in [Place::loopback(), Place::Unix(folder.path().join("farm.sock"))] {
        let (farm, brief) = farm(place, 1_000_000, 0);
        let worker = Worker::start(&farm.address, 3);
        let (mut connection, registration) = farm.worker(SELDOM).await;
        assert_eq!((registration.protocol, registration.cores), (PROTOCOL, 3));
        assert_eq!(registration.name.as_str(), "tester");
        connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
        connection.canvas(brief.revision, 0).await;
        computes(&mut connection, &brief, 1, ROOT).await;
        computes(&mut connection, &brief, 2, Node { level: 1, index: 3 }).await;
        let cached = worker.folder.path().join("cache").join(brief.model.sha256.to_string());
        assert!(worker.device.weights.lock().unwrap().iter().all(|path| *path == cached));
        assert_eq!(farm.shared.downloads.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_job_is_prepared() {
    let (model, weights) = blob(1, 1000);
    let (picture, pixels) = blob(2, 4321);
    let blobs = BTreeMap::from([(model, weights), (picture, pixels)]);
    let farm = TestCoordinator::start(Place::loopback(), Manners { blobs, ..Manners::default() });
    let _worker = Worker::start(&farm.address, 2);
    let (mut connection, _) = farm.worker(SELDOM).await;
    let assets = BTreeMap::from([("a picture.png".to_owned(), picture)]);
    let brief = JobBrief { prepared: None, assets, ..brief(1, model) };
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas_of(brief.revision, Stage::Prepare).await;
    let fence = connection.lease_preparation(brief.revision, 5).await;
    let answer = connection.next_word().await;
    let Some(FromWorker::Prepared { fence: of, prepared, warnings }) = answer else { panic!("{answer:?}") };
    assert_eq!((of, warnings), (fence, vec!["the picture has 4321 bytes".to_owned()]));
    let brief = JobBrief { prepared: Some(Arc::new(prepared)), ..brief };
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    computes(&mut connection, &brief, 6, ROOT).await;
    assert_eq!(farm.shared.downloads.lock().unwrap().len(), 2, "nothing is fetched twice");
}

#[tokio::test]
async fn a_model_is_fetched_when_a_lease_needs_it() {
    let [(first, weights), (second, more)] = [1, 2].map(|number| blob(number, 1000 * usize::from(number)));
    let blobs = BTreeMap::from([(first, weights), (second, more)]);
    let farm = TestCoordinator::start(Place::loopback(), Manners { blobs, ..Manners::default() });
    let worker = Worker::start(&farm.address, 1);
    let (mut connection, _) = farm.worker(SELDOM).await;
    let one = brief(1, first);
    let another = ModelReference { name: "another".to_owned(), sha256: second, ..one.model.clone() };
    // Both see the target in four shards.
    let half = one.yaml.replace("batch_size: 16", "batch_size: 8");
    let yaml = format!("models: [{{name: a model}}, {{name: another}}]\n{half}");
    let brief = JobBrief { yaml, more_models: vec![another], ..one };
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    let downloads = || -> Vec<Sha256> {
        farm.shared.downloads.lock().unwrap().iter().map(|(sha256, _)| *sha256).collect()
    };
    for (number, index) in [(1, 0), (2, 1)] {
        computes(&mut connection, &brief, number, Node { level: 1, index }).await;
    }
    assert_eq!(downloads(), [first], "no lease was of the other model");
    computes(&mut connection, &brief, 3, ROOT).await;
    assert_eq!(downloads(), [first, second]);
    let cache = worker.folder.path().join("cache");
    assert!([first, second].iter().all(|sha256| cache.join(sha256.to_string()).exists()));
    // The engine was made for the first lease and knows of the other weights nevertheless.
    assert_eq!(worker.device.opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn heartbeats_do_not_wait_for_the_device() {
    let (farm, brief) = farm(Place::loopback(), 1000, 0);
    let worker = Worker::start(&farm.address, 1);
    worker.device.gate.close();
    let (mut connection, _) = farm.worker(Duration::from_millis(100)).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    let node = Node { level: 0, index: 2 };
    let begun = Instant::now();
    let fence = connection.lease(brief.revision, 1, node, 8).await;
    until("it computes", || worker.device.at_work.lock().unwrap()[0] == 1).await;
    let names_it = |message| match message {
        FromWorker::Heartbeat(held) => held.iter().any(|held| held.fence == fence),
        other => panic!("{other:?}"),
    };
    // Those that came while the model was on its way to the disk.
    let mut beats = 0;
    while let Ok(message) = connection.says.try_recv() {
        beats += u32::from(names_it(message));
    }
    // However long it computes, it is heard of; and no more often than it was asked to be.
    let enough = beats + 25;
    while beats < enough {
        beats += u32::from(names_it(connection.next().await.unwrap()));
    }
    let (took, least) = (begun.elapsed(), Duration::from_millis(100) * (beats - 2));
    assert!(took >= least, "{beats} heartbeats in {took:?}");
    worker.device.gate.open();
    let answer = connection.next_word().await;
    assert!(matches!(answer, Some(FromWorker::Computed(_))), "{answer:?}");
}

#[tokio::test]
async fn shards_run_side_by_side() {
    let (farm, brief) = farm(Place::loopback(), 1000, 0);
    let worker = Worker::start(&farm.address, 4);
    worker.device.together.store(4, Ordering::SeqCst);
    let (mut connection, _) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    computes(&mut connection, &brief, 1, ROOT).await;
    assert_eq!(*worker.device.at_work.lock().unwrap(), [0, 4], "8 shards on 4 cores");
}

#[tokio::test]
async fn failures_of_the_device_are_answers() {
    let (farm, brief) = farm(Place::loopback(), 1000, 0);
    let worker = Worker::start(&farm.address, 1);
    let (mut connection, _) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    let leaf = Node { level: 0, index: 1 };
    for number in 0..3 {
        worker.device.panics.store(1, Ordering::SeqCst);
        let fence = connection.lease(brief.revision, number, leaf, 8).await;
        let answer = connection.next_word().await.unwrap();
        let FromWorker::Failed { fence: of, error: ShardError::Device(message) } = &answer else {
            panic!("{answer:?}")
        };
        assert_eq!(*of, fence);
        assert!(message.contains("on fire"), "{message}");
    }
    computes(&mut connection, &brief, 4, ROOT).await;
}

#[tokio::test]
async fn what_is_out_of_memory_is_tried_once_more() {
    let (farm, brief) = farm(Place::loopback(), 1000, 0);
    let worker = Worker::start(&farm.address, 1);
    let (mut connection, _) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    worker.device.out_of_memory.store(1, Ordering::SeqCst);
    computes(&mut connection, &brief, 1, ROOT).await;
    assert_eq!(worker.device.forgotten.load(Ordering::SeqCst), 1, "caches were freed");
    worker.device.out_of_memory.store(2, Ordering::SeqCst);
    let fence = connection.lease(brief.revision, 2, Node { level: 0, index: 0 }, 8).await;
    let answer = connection.next_word().await.unwrap();
    assert!(
        matches!(&answer, FromWorker::Failed { fence: of, error: ShardError::OutOfMemory(_) } if *of == fence),
        "{answer:?}"
    );
}

#[tokio::test]
async fn downloads_are_verified_and_the_cache_is_bounded() {
    let blobs: Vec<_> = (1..=3).map(|seed| blob(seed, 400_000)).collect();
    let manners = Manners { blobs: blobs.iter().cloned().collect(), damaged: 1, ..Manners::default() };
    let farm = TestCoordinator::start(Place::loopback(), manners);
    let worker = Worker::start_with(&farm.address, 1, &[("cache_bytes", "1 MB")]);
    let (mut connection, _) = farm.worker(SELDOM).await;
    for (number, (hash, _)) in (1..).zip(&blobs) {
        let brief = brief(number, *hash);
        connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
        connection.canvas(brief.revision, 0).await;
        computes(&mut connection, &brief, number, ROOT).await;
        connection.send(ToWorker::Close(brief.revision)).await;
        // The thread lets go of the job before the next one comes; of its weights at once after that.
        until("it is forgotten", || worker.device.live.load(Ordering::SeqCst) == 0).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(farm.shared.downloads.lock().unwrap().len(), 4, "the damaged one was fetched again");
    let files = std::fs::read_dir(worker.folder.path().join("cache")).unwrap();
    let sizes: Vec<u64> = files.map(|file| file.unwrap().metadata().unwrap().len()).collect();
    assert_eq!(sizes, [400_000, 400_000], "1 MB holds two");
}

#[tokio::test]
async fn what_cannot_be_opened_is_a_typed_failure_and_what_is_not_there_is_handed_back() {
    let (farm, good) = farm(Place::loopback(), 1000, 0);
    let _worker = Worker::start(&farm.address, 1);
    let (mut connection, _) = farm.worker(SELDOM).await;
    let absent = brief(1, blob(99, 10).0);
    let bomb = JobBrief {
        yaml: "a: &a [1,1]\nb: &b [*a,*a]\nepochs: *b\n".to_owned(),
        ..brief(2, good.model.sha256)
    };
    let huge =
        JobBrief { yaml: "resolution: 60000\ntargets: []\n".to_owned(), ..brief(3, good.model.sha256) };
    // As from a coordinator that knows nothing of several models: one alone would draw something else.
    let lacking = JobBrief {
        yaml: "models: [{name: a model}, {name: another}]\ntargets: [{features: [{text: a}]}]\n".to_owned(),
        ..brief(4, good.model.sha256)
    };
    // A farm has no content for a job that has just ended: no reason to fail it.
    connection.send(ToWorker::Open(Arc::new(absent.clone()))).await;
    connection.canvas(absent.revision, 0).await;
    let late = connection.lease(absent.revision, 1, ROOT, 8).await;
    let answer = connection.next_word().await.unwrap();
    assert!(matches!(&answer, FromWorker::Returned { fence, .. } if *fence == late), "{answer:?}");
    for (number, brief) in (2..).zip([bomb, huge, lacking]) {
        connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
        connection.canvas(brief.revision, 0).await;
        let fence = connection.lease(brief.revision, number, ROOT, 8).await;
        let answer = connection.next_word().await.unwrap();
        assert!(
            matches!(&answer, FromWorker::Failed { fence: of, error: ShardError::Experiment(_) } if *of == fence),
            "{answer:?}"
        );
    }
    connection.send(ToWorker::Open(Arc::new(good.clone()))).await;
    connection.canvas(good.revision, 0).await;
    computes(&mut connection, &good, 9, ROOT).await;
}
