//! Whole workers with a stand-in device, against a real server on real sockets.

mod coordinator;
mod stand_in;

mod computing;
mod connections;
mod earlier_coordinator;
mod health;
mod leaving;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_worker::{Environment, Shutdown, Stage, WorkerError, WorkerSettings, run_worker};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use stand_in::Device;

/// A heartbeat that is not in a test's way.
const SELDOM: Duration = Duration::from_mins(10);

/// How long a test waits for what must come, and comes at once where nothing else keeps the machine busy.
const WAIT: Duration = Duration::from_mins(2);

/// Waits until it is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < WAIT, "not yet: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A worker that runs.
struct Worker {
    device: Arc<Device>,
    shutdown: watch::Sender<Stage>,
    running: JoinHandle<Result<(), WorkerError>>,
    folder: TempDir,
}

impl Worker {
    fn start(address: &str, cores: u32) -> Self {
        Self::start_with(address, cores, &[])
    }

    fn start_with(address: &str, cores: u32, settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let device = Arc::<Device>::default();
        let cache = folder.path().join("cache").display().to_string();
        let all = [("coordinator", address), ("name", "tester"), ("cache", &cache)];
        let flags = all.iter().chain(settings).map(|(key, value)| (*key, (*value).to_owned())).collect();
        let settings = WorkerSettings::load(None, &Environment::new(), &flags).unwrap();
        let (shutdown, stage) = watch::channel(Stage::Run);
        let devices = vec![device.worker(cores)];
        let running = tokio::spawn(async move {
            run_worker(&settings, devices, Arc::new(|_| None), Shutdown::new(stage)).await
        });
        Self { device, shutdown, running, folder }
    }

    async fn end(self) -> Result<(), WorkerError> {
        tokio::time::timeout(WAIT, self.running).await.expect("the worker ends").unwrap()
    }
}
