//! What a worker says of itself on its socket, and what the program says that asks.

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use clipig_core::{Node, ToWorker};
use clipig_worker::{AskError, Health, Stage};

use crate::coordinator::{Manners, Place, TestCoordinator, blob};
use crate::stand_in::brief;
use crate::{SELDOM, WAIT, Worker, until};

/// Asks without blocking the worker, which runs in this process.
async fn asked(socket: &Path) -> Result<Health, AskError> {
    let socket = socket.to_owned();
    tokio::task::spawn_blocking(move || clipig_worker::ask(&socket, WAIT)).await.unwrap()
}

/// Asks again until it is so: a session that gets no processor for seconds counts as stuck, and that is right.
async fn until_said(what: &str, socket: &Path, is_so: impl Fn(&Health) -> bool) {
    let start = std::time::Instant::now();
    loop {
        let health = asked(socket).await.unwrap();
        if is_so(&health) {
            return;
        }
        assert!(start.elapsed() < WAIT, "not yet: {what}: {health:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn worker_with_socket(address: &str, stuck_seconds: &str) -> (Worker, tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("health.sock");
    let settings = [("health_socket", socket.to_str().unwrap()), ("stuck_seconds", stuck_seconds)];
    (Worker::start_with(address, 1, &settings), folder, socket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_worker_is_ready_while_its_coordinator_accepts_it() {
    let (hash, bytes) = blob(1, 10_000);
    let manners = Manners { blobs: [(hash, bytes)].into(), ..Manners::default() };
    let farm = TestCoordinator::start(Place::loopback_of_its_own(), manners.clone());
    let (worker, _folder, socket) = worker_with_socket(&farm.address, "86400");
    // Not yet welcome: it has said who it is, and has no answer.
    let (connection, registration) = farm.registered().await;
    let waits = |health: &Health| {
        health.live.is_ok() && health.ready.as_ref().is_err_and(|reason| reason.contains("`tester`"))
    };
    until_said("live and not ready", &socket, waits).await;
    connection.welcome(&registration, SELDOM).await;
    until_said("ready", &socket, |health| health.ready.is_ok()).await;

    // The coordinator dies: the worker looks for it and takes no leases meanwhile.
    let place = farm.place.clone();
    drop(connection);
    farm.kill();
    until_said("not ready", &socket, |health| health.ready.is_err() && health.live.is_ok()).await;
    let farm = TestCoordinator::start(place, manners);
    let (connection, _) = farm.worker(SELDOM).await;
    until_said("ready again", &socket, |health| health.ready.is_ok()).await;

    // A worker that leaves is live until it has gone.
    let brief = brief(1, hash);
    worker.device.gate.close();
    connection.send(ToWorker::Open(std::sync::Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    connection.lease(brief.revision, 1, Node { level: 0, index: 1 }, 8).await;
    let device = std::sync::Arc::clone(&worker.device);
    until("it computes", || device.opened.load(std::sync::atomic::Ordering::SeqCst) > 0).await;
    worker.shutdown.send_replace(Stage::Drain);
    until_said("about to leave", &socket, |health| health.ready.is_err() && health.live.is_ok()).await;
    device.gate.open();
    worker.end().await.unwrap();
    // Its task ends soon after the worker.
    until("the socket is gone", || !socket.exists()).await;
    assert!(matches!(asked(&socket).await, Err(AskError::Unreachable { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_thread_that_never_comes_back_is_seen() {
    let (hash, bytes) = blob(1, 10_000);
    let manners = Manners { blobs: [(hash, bytes)].into(), ..Manners::default() };
    let farm = TestCoordinator::start(Place::loopback(), manners);
    let (worker, _folder, socket) = worker_with_socket(&farm.address, "0.01");
    let (connection, _) = farm.worker(SELDOM).await;
    until_said("ready", &socket, |health| health.ready.is_ok()).await;
    worker.device.gate.close();
    let brief = brief(1, hash);
    connection.send(ToWorker::Open(std::sync::Arc::new(brief.clone()))).await;
    connection.canvas(brief.revision, 0).await;
    connection.lease(brief.revision, 1, Node { level: 0, index: 1 }, 8).await;
    let stuck = |health: &Health| {
        health.live.as_ref().is_err_and(|fault| fault.contains("`tester`")) && health.ready == health.live
    };
    until_said("stuck", &socket, stuck).await;
    worker.device.gate.open();
    until_said("live again", &socket, |health| health.live.is_ok() && health.ready.is_ok()).await;
}

#[tokio::test]
async fn two_workers_do_not_share_a_socket() {
    let (first, _folder, socket) = worker_with_socket("http://127.0.0.1:9", "86400");
    until("it listens", || socket.exists()).await;
    let second = Worker::start_with("http://127.0.0.1:9", 1, &[("health_socket", socket.to_str().unwrap())]);
    let error = second.end().await.unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(
        error.to_string().contains("health.sock") && error.to_string().contains("`health_socket`"),
        "{error}"
    );
    until_said("the first one is live", &socket, |health| health.live.is_ok()).await;
    first.shutdown.send_replace(Stage::Drain);
    first.end().await.unwrap();
}

fn program(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_clipig-health"));
    program.env_remove("CLIPIG_WORKER__HEALTH_SOCKET").args(arguments).output().unwrap()
}

fn code_and_words(output: &Output) -> (Option<i32>, String) {
    let words = [&output.stdout[..], &output.stderr].concat();
    (output.status.code(), String::from_utf8(words).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_program_answers_by_its_exit_code() {
    let (worker, folder, socket) = worker_with_socket("http://127.0.0.1:9", "86400");
    until("it listens", || socket.exists()).await;
    let path = socket.to_str().unwrap();
    let live = (Some(0), "live\n".to_owned());
    until("live", || code_and_words(&program(&[path, "--timeout", "120"])) == live).await;
    let waits = || {
        let (code, words) = code_and_words(&program(&["--ready", "--timeout=120", path]));
        code == Some(1) && words.contains("not ready: the coordinator has not accepted `tester`")
    };
    until("not ready", waits).await;
    // The variable that names the socket for the worker names it here, too.
    let named = || {
        let mut named = Command::new(env!("CARGO_BIN_EXE_clipig-health"));
        named.env("CLIPIG_WORKER__HEALTH_SOCKET", path).args(["--timeout", "120"]).output().unwrap()
    };
    until("live by name", || code_and_words(&named()) == live).await;
    worker.shutdown.send_replace(Stage::Drain);
    worker.end().await.unwrap();
    let (code, words) = code_and_words(&program(&[path]));
    assert!(code == Some(1) && words.contains("no worker answers"), "{words}");
    // Somebody who never answers.
    let silent = folder.path().join("silent.sock");
    let _listener = UnixListener::bind(&silent).unwrap();
    let (code, words) = code_and_words(&program(&["--timeout", "0.05", silent.to_str().unwrap()]));
    assert!(code == Some(1) && words.contains("does not answer within 0.05 s"), "{words}");
    for wrong in
        [&[][..], &["--alive", path], &["--timeout", "0", path], &["--timeout", "NaN", path], &[path, path]]
    {
        assert_eq!(code_and_words(&program(wrong)).0, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_hang_of_the_worker_is_no_hang_of_the_question() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("silent.sock");
    let _listener = UnixListener::bind(&socket).unwrap();
    let patience = Duration::from_millis(50);
    let error = clipig_worker::ask(&socket, patience).unwrap_err();
    assert!(matches!(error, AskError::Silent { .. }), "{error}");
}
