//! Connections that break, are slow, are refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clipig_core::{FromWorker, Node, ToWorker};
use clipig_worker::WorkerError;

use crate::coordinator::{Manners, Place, TestCoordinator, blob};
use crate::stand_in::{brief, expected};
use crate::{SELDOM, Worker, until};

fn with_model() -> (Manners, clipig_core::JobBrief) {
    let (hash, bytes) = blob(1, 10_000);
    (Manners { blobs: BTreeMap::from([(hash, bytes)]), ..Manners::default() }, brief(1, hash))
}

#[tokio::test]
async fn a_worker_comes_back_to_a_coordinator_that_died() {
    let (manners, brief) = with_model();
    let first = TestCoordinator::start(Place::loopback_of_its_own(), manners.clone());
    let (address, place) = (first.address.clone(), first.place.clone());
    let worker = Worker::start(&address, 2);
    let (connection, before) = first.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    worker.device.milliseconds.store(400, Ordering::SeqCst);
    connection.lease(brief.revision, 1, Node { level: 3, index: 0 }, 8).await;
    until("both threads compute", || worker.device.opened.load(Ordering::SeqCst) == 2).await;
    first.kill();
    tokio::time::sleep(Duration::from_millis(700)).await;
    worker.device.milliseconds.store(0, Ordering::SeqCst);

    let second = TestCoordinator::start(place, manners);
    let (mut connection, after) = second.worker(SELDOM).await;
    assert_eq!((before.instance, &before.name), (after.instance, &after.name), "the same worker");
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    let node = Node { level: 2, index: 1 };
    let fence = connection.lease(brief.revision, 7, node, 8).await;
    let answer = connection.next_word().await;
    let Some(FromWorker::Computed(computed)) = answer else { panic!("{answer:?}") };
    assert_eq!(computed.fence, fence, "nothing of the old session is said");
    assert!(computed.gradient == expected(&brief, node, 8).0);
    assert_eq!(worker.device.opened.load(Ordering::SeqCst), 2, "what was loaded is used again");
    assert!(second.shared.downloads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_stream_that_is_cut_costs_no_work() {
    let (manners, brief) = with_model();
    let farm = TestCoordinator::start(Place::loopback(), manners);
    let worker = Worker::start(&farm.address, 2);
    let (connection, before) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    worker.device.milliseconds.store(50, Ordering::SeqCst);
    let (node, dropped) = (Node { level: 3, index: 0 }, Node { level: 0, index: 0 });
    let fence = connection.lease(brief.revision, 1, node, 8).await;
    connection.lease(brief.revision, 2, dropped, 8).await;
    until("both threads compute", || worker.device.opened.load(Ordering::SeqCst) == 2).await;
    connection.cut().await;
    // It computes on without a connection, and all the more while it is not welcome.
    let (connection, after) = farm.registered().await;
    assert_eq!(before, after, "the same process");
    until("the node is computed", || worker.device.computed.load(Ordering::SeqCst) >= 8).await;
    connection.cut().await;
    let (mut connection, registration) = farm.registered().await;
    connection.welcome_back(&registration, SELDOM, &[fence], &[brief.revision]).await;
    let answer = connection.next_word().await;
    let Some(FromWorker::Computed(computed)) = answer else { panic!("{answer:?}") };
    assert_eq!(computed.fence, fence);
    assert!(computed.gradient == expected(&brief, node, 8).0);
    // The other lease is not valid any more, and its answer is not sent; the job is still open and has its canvas.
    let fence = connection.lease(brief.revision, 3, Node { level: 1, index: 1 }, 8).await;
    let answer = connection.next_word().await;
    assert!(matches!(&answer, Some(FromWorker::Computed(computed)) if computed.fence == fence), "{answer:?}");
    assert!(worker.device.computed.load(Ordering::SeqCst) <= 8 + 1 + 2, "nothing is computed twice");
    assert_eq!(farm.shared.downloads.lock().unwrap().len(), 1, "the job is read once");
}

#[tokio::test]
async fn a_gradient_arrives_though_no_stream_lives_long_enough_for_it() {
    let (manners, brief) = with_model();
    // A registration, and three pieces of the gradient, which has more.
    let farm = TestCoordinator::start(Place::loopback(), Manners { cut_after: Some(4), ..manners });
    let worker = Worker::start(&farm.address, 2);
    let (mut connection, _) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    let node = Node { level: 3, index: 0 };
    let fence = connection.lease(brief.revision, 1, node, 8).await;
    let mut cuts = 0;
    let computed = loop {
        match connection.next_word().await {
            Some(FromWorker::Computed(computed)) => break computed,
            Some(other) => panic!("{other:?}"),
            None => {
                cuts += 1;
                let (next, registration) = farm.registered().await;
                next.welcome_back(&registration, SELDOM, &[fence], &[brief.revision]).await;
                connection = next;
            }
        }
    };
    assert_eq!(computed.fence, fence);
    assert!(computed.gradient == expected(&brief, node, 8).0);
    assert_eq!(worker.device.computed.load(Ordering::SeqCst), 8, "nothing is computed twice");
    assert!(cuts > 0);
}

#[tokio::test]
async fn a_coordinator_may_start_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.sock");
    let _worker = Worker::start(&format!("unix:{}", path.display()), 1);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let farm = TestCoordinator::start(Place::Unix(path), Manners::default());
    farm.worker(SELDOM).await;
}

#[tokio::test]
async fn a_slow_coordinator_is_served() {
    let (manners, brief) = with_model();
    // Two heartbeats are due while one message is on its way.
    let manners = Manners { delay: Duration::from_millis(400), ..manners };
    let farm = TestCoordinator::start(Place::loopback(), manners);
    let _worker = Worker::start(&farm.address, 1);
    let (mut connection, _) = farm.worker(Duration::from_millis(200)).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    let node = Node { level: 3, index: 0 };
    let fence = connection.lease(brief.revision, 1, node, 8).await;
    let answer = connection.next_word().await;
    let Some(FromWorker::Computed(computed)) = answer else { panic!("{answer:?}") };
    assert_eq!(computed.fence, fence);
}

#[tokio::test]
async fn a_wrong_token_ends_the_worker() {
    let manners = Manners { token: Some("right".to_owned()), ..Manners::default() };
    let farm = TestCoordinator::start(Place::loopback(), manners);
    for settings in [&[("token", "wrong")][..], &[]] {
        let error = Worker::start_with(&farm.address, 1, settings).end().await.unwrap_err();
        assert_eq!(error.exit_code(), 3);
        let text = error.to_string();
        assert!(text.contains("not a worker's") && text.contains("token_file"), "{text}");
        assert!(!text.contains("wrong"), "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "right\n").unwrap();
    let settings = [("token_file", file.to_str().unwrap())];
    let _worker = Worker::start_with(&farm.address, 1, &settings);
    farm.worker(SELDOM).await;
}

#[tokio::test]
async fn a_refused_registration_ends_the_worker() {
    let farm = TestCoordinator::start(Place::loopback(), Manners::default());
    let worker = Worker::start(&farm.address, 1);
    let mut connection = farm.connection().await;
    assert!(matches!(connection.next().await, Some(FromWorker::Register(_))));
    connection.send(ToWorker::Refuse("it speaks protocol 1, this is a farm of protocol 7".to_owned())).await;
    let error = worker.end().await.unwrap_err();
    assert!(
        matches!(&error, WorkerError::Refused { reason, .. } if reason.contains("protocol 7")),
        "{error}"
    );
}

#[tokio::test]
async fn a_session_that_is_ended_is_begun_anew() {
    let farm = TestCoordinator::start(Place::loopback(), Manners::default());
    let _worker = Worker::start(&farm.address, 1);
    let (connection, _) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Refuse("another connection took its place".to_owned())).await;
    farm.worker(SELDOM).await;
}

#[tokio::test]
async fn connections_are_encrypted_where_asked() {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = rcgen::Issuer::new(ca, &ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let (manners, brief) = with_model();
    let manners = Manners { identity: Some((certificate.pem(), key.serialize_pem())), ..manners };
    let farm = TestCoordinator::start(Place::loopback(), manners);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca_certificate.pem()).unwrap();
    let stranger = Worker::start(&farm.address, 1);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!stranger.running.is_finished(), "it waits for a coordinator that it can trust");
    stranger.running.abort();

    let _worker = Worker::start_with(&farm.address, 1, &[("tls.ca", file.to_str().unwrap())]);
    let (mut connection, _) = farm.worker(SELDOM).await;
    connection.send(ToWorker::Open(Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    connection.lease(brief.revision, 1, Node { level: 3, index: 0 }, 8).await;
    assert!(matches!(connection.next_word().await, Some(FromWorker::Computed(_))));
    assert_eq!(farm.shared.downloads.lock().unwrap().len(), 1, "downloads, too");
}
