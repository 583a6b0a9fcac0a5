//! A farm of real processes on sockets in a folder of its own.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_lease::Work;
use clipig_proto::v1::{self, JobState, WorkerState};
use sha2::{Digest as _, Sha256};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// A test waits as long as something moves. This is how long everything may stand still.
pub(crate) const STANDSTILL: Duration = Duration::from_mins(3);

/// How often a test looks: often compared with an epoch, which takes some milliseconds.
const LOOK: Duration = Duration::from_millis(5);

/// A coordinator, its workers, and a folder for everything.
pub(crate) struct Farm {
    folder: tempfile::TempDir,
    /// Of the coordinator, in its environment.
    settings: Vec<(String, String)>,
    coordinator: Child,
    workers: Vec<Worker>,
}

/// A worker's process.
pub(crate) struct Worker(Child);

impl Farm {
    /// Starts a coordinator.
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// Starts a coordinator with settings from its environment.
    pub(crate) fn start_with(name: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix(&format!("clipig-{name}-")).tempdir().unwrap();
        let settings: Vec<_> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let coordinator = coordinator(folder.path(), &settings);
        let farm = Self { folder, settings, coordinator, workers: Vec::new() };
        farm.wait_until("the coordinator answers", || farm.overview().is_some());
        farm
    }

    /// Adds workers of one core each, and waits until they are there: what is submitted then is theirs to share.
    pub(crate) fn with_workers(mut self, count: usize) -> Self {
        (0..count).for_each(|_| self.add_worker());
        self.wait_for_workers(count);
        self
    }

    /// Waits until so many workers are there and idle.
    pub(crate) fn wait_for_workers(&self, count: usize) {
        self.wait_until("all workers are there", || {
            self.known_workers().iter().filter(|worker| worker.state() == WorkerState::Idle).count() == count
        });
    }

    pub(crate) fn add_worker(&mut self) {
        self.add_worker_at(&self.address());
    }

    pub(crate) fn add_worker_at(&mut self, address: &str) {
        self.add_worker_with(&["--farm", address]);
    }

    /// Adds a worker of one core that finds the farm by these flags.
    pub(crate) fn add_worker_with(&mut self, flags: &[&str]) {
        let name = format!("w{}", self.workers.len() + 1);
        let log = std::fs::File::create(self.folder.path().join(format!("{name}.log"))).unwrap();
        let worker = Command::new(env!("CARGO_BIN_EXE_clipig-worker"))
            .args(["--name", &name, "--devices", "cpu", "--cores", "1"])
            .args(flags)
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env_remove("CLIPIG_MODELS")
            .envs(self.variables_of_all())
            .stderr(log)
            .spawn()
            .unwrap();
        self.workers.push(Worker(worker));
    }

    pub(crate) fn worker(&self, number: usize) -> &Worker {
        &self.workers[number]
    }

    pub(crate) fn worker_mut(&mut self, number: usize) -> &mut Worker {
        &mut self.workers[number]
    }

    /// Where everything of this farm lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The coordinator's process.
    pub(crate) fn coordinator(&self) -> &Child {
        &self.coordinator
    }

    /// Where the farm listens.
    pub(crate) fn address(&self) -> String {
        format!("unix:{}", socket(self.folder.path()).display())
    }

    /// The client, in the farm's folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        command.args(arguments).env("CLIPIG_FARM", self.address()).current_dir(self.folder.path());
        command.envs(self.variables_of_all()).stdin(Stdio::null());
        command
    }

    /// What is set not only for the coordinator: the variables of OpenTelemetry.
    fn variables_of_all(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.settings.iter().filter(|(name, _)| name.starts_with("OTEL_")).cloned()
    }

    /// Runs the client.
    pub(crate) fn clipig(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the client with `--json`, which must succeed; what it printed.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.ask(&[arguments, &["--json"]].concat())).unwrap()
    }

    fn ask_here<T: Send>(
        &self,
        call: impl AsyncFnOnce(FarmServiceClient<Channel>) -> Result<T, Status> + Send,
    ) -> Option<T> {
        ask_at(self.address(), call)
    }

    /// The farm as a whole; `None` while the coordinator is not there.
    pub(crate) fn overview(&self) -> Option<v1::Farm> {
        self.ask_here(async |mut farm| {
            Ok(farm.get_farm(v1::GetFarmRequest {}).await?.into_inner().farm.unwrap())
        })
    }

    /// All jobs, the newest first; none while the coordinator is not there.
    pub(crate) fn known_jobs(&self) -> Vec<v1::Job> {
        let request = v1::ListJobsRequest { limit: 1_000, ..Default::default() };
        let jobs = self.ask_here(async |mut farm| Ok(farm.list_jobs(request).await?.into_inner().jobs));
        jobs.unwrap_or_default()
    }

    /// The workers that the farm knows; none while the coordinator is not there.
    pub(crate) fn known_workers(&self) -> Vec<v1::Worker> {
        let request = v1::ListWorkersRequest { limit: 10_000, ..Default::default() };
        let workers =
            self.ask_here(async |mut farm| Ok(farm.list_workers(request).await?.into_inner().workers));
        workers.unwrap_or_default()
    }

    /// A worker as the farm knows it.
    pub(crate) fn known_worker(&self, number: usize) -> Option<v1::Worker> {
        let name = format!("w{}", number + 1);
        self.known_workers().into_iter().find(|worker| worker.name == name)
    }

    /// How many shards a worker has computed.
    pub(crate) fn shards_done(&self, number: usize) -> u64 {
        self.known_worker(number).map_or(0, |worker| worker.shards_done)
    }

    /// Stops a worker (SIGSTOP) at a moment when it holds a lease of an epoch.
    pub(crate) fn stop_in_the_middle(&self, number: usize) {
        let held = || {
            let leases = self.known_worker(number).unwrap_or_default().leases;
            let lease = leases.into_iter().find(|lease| matches!(lease.work, Some(Work::Node(_))))?;
            // Not since when: that is worked out anew for each answer.
            Some((lease.job, lease.work))
        };
        self.wait_until("the worker holds a lease", || {
            self.worker(number).stop();
            // What it said before may still be on its way.
            let found = held().filter(|lease| {
                thread::sleep(4 * LOOK);
                held().as_ref() == Some(lease)
            });
            if found.is_none() {
                self.worker(number).go_on();
            }
            found.is_some()
        });
    }

    /// Stops all workers (SIGSTOP) at a moment when each of them holds a lease of an epoch.
    pub(crate) fn stop_all_in_the_middle(&self) {
        let held = || -> Option<Vec<_>> {
            let workers = self.known_workers().into_iter();
            let leases = workers.map(|worker| {
                let lease =
                    worker.leases.into_iter().find(|lease| matches!(lease.work, Some(Work::Node(_))))?;
                Some((worker.name, lease.job, lease.work))
            });
            leases.collect()
        };
        self.wait_until("each worker holds a lease", || {
            self.workers.iter().for_each(Worker::stop);
            // What they said before may still be on its way.
            let found = held().filter(|leases| {
                thread::sleep(4 * LOOK);
                leases.len() == self.workers.len() && held().as_ref() == Some(leases)
            });
            if found.is_none() {
                self.workers.iter().for_each(Worker::go_on);
            }
            found.is_some()
        });
    }

    /// What a worker has logged so far.
    pub(crate) fn log_of(&self, number: usize) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("w{}.log", number + 1))).unwrap()
    }

    /// Runs the client, which must succeed; what it printed.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let output = self.clipig(arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "clipig {arguments:?}: {text}{errors}{}", self.logs());
        text
    }

    /// Submits an experiment; the job's number.
    pub(crate) fn submit(&self, experiment: &str) -> u64 {
        write_experiment(self.folder.path(), experiment);
        self.ask(&["submit", "experiment.yaml"]).trim().parse().unwrap()
    }

    /// Submits an experiment from this process, many of which take less time than one start of the client.
    pub(crate) fn submit_from_here(&self, experiment: &str) -> u64 {
        write_experiment(self.folder.path(), experiment);
        let images = IMAGES.into_iter().filter(|name| experiment.contains(name));
        let upload = |name: &str| (name.to_owned(), self.upload_from_here(&self.folder.path().join(name)));
        let request = v1::SubmitJobRequest {
            client_token: Sha256::digest(experiment).to_vec().into(),
            yaml: experiment.to_owned(),
            assets: images.map(upload).collect(),
            ..Default::default()
        };
        let submitted = self.ask_here(async |mut farm| Ok(farm.submit_job(request).await?.into_inner().job));
        submitted.flatten().unwrap_or_else(|| panic!("the farm takes no job{}", self.logs())).number
    }

    /// Uploads a file; its hash.
    fn upload_from_here(&self, path: &Path) -> Bytes {
        let data = Bytes::from(std::fs::read(path).unwrap());
        let sha256 = Bytes::copy_from_slice(&Sha256::digest(&data));
        let header = v1::ContentHeader { sha256: sha256.clone(), size: data.len() as u64, offset: 0 };
        let chunk = v1::ContentChunk { header: Some(header), data };
        let piece = tokio_stream::once(v1::UploadBlobRequest { chunk: Some(chunk) });
        let uploaded = self.ask_here(async |mut farm| farm.upload_blob(piece).await.map(drop));
        assert!(uploaded.is_some(), "the farm does not take {}{}", path.display(), self.logs());
        sha256
    }

    /// A job; `None` while the coordinator is not there.
    pub(crate) fn job(&self, job: u64) -> Option<v1::Job> {
        job_at(self.address(), job)
    }

    /// How many epochs of a job are done.
    pub(crate) fn epochs_done(&self, job: u64) -> u32 {
        self.job(job).unwrap().epochs_done
    }

    /// Waits until so many epochs are done. The job must not have ended then: what is to be disturbed must be there.
    pub(crate) fn wait_for_epochs(&self, job: u64, epochs: u32) {
        self.wait_until(&format!("{epochs} epochs are done"), || {
            self.job(job).is_some_and(|job| {
                assert_ne!(job.state(), JobState::Completed, "the job was too quick for this test: {job:#?}");
                job.epochs_done >= epochs
            })
        });
    }

    /// Waits for the job's end; the hash of its picture.
    pub(crate) fn finish(&self, job: u64) -> String {
        hash(&self.finished(job))
    }

    /// Waits for the job's end; the hash of its picture, taken from the coordinator's folder.
    pub(crate) fn finish_from_here(&self, job: u64) -> String {
        self.wait_for_the_end(job);
        hash(&self.folder.path().join(format!("data/jobs/{job}/picture.png")))
    }

    fn wait_for_the_end(&self, job: u64) {
        self.wait_until("the job has ended", || {
            self.job(job).is_some_and(|job| {
                let ended = matches!(job.state(), JobState::Failed | JobState::Cancelled);
                assert!(!ended, "{job:#?}{}", self.logs());
                job.state() == JobState::Completed
            })
        });
    }

    /// Waits for the job's end and fetches its picture.
    pub(crate) fn finished(&self, job: u64) -> PathBuf {
        self.wait_for_the_end(job);
        let folder = format!("job-{job}");
        self.ask(&["fetch", &job.to_string(), "-o", &folder]);
        the_png(&self.folder.path().join(folder))
    }

    /// Submits, waits, fetches; the hash of the picture.
    pub(crate) fn picture(&self, experiment: &str) -> String {
        self.finish(self.submit(experiment))
    }

    /// SIGTERM, and waits until it has ended in order.
    pub(crate) fn stop_coordinator(&mut self) {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.coordinator),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        let ended = self.coordinator.wait().unwrap();
        assert!(ended.success(), "{ended}{}", self.logs());
    }

    /// kill -9, then a new process on the same data.
    pub(crate) fn restart_coordinator(&mut self) {
        self.coordinator.kill().unwrap();
        self.coordinator.wait().unwrap();
        self.coordinator = coordinator(self.folder.path(), &self.settings);
    }

    /// Waits as long as something moves on the farm.
    pub(crate) fn wait_until(&self, what: &str, done: impl Fn() -> bool) {
        let (mut seen, mut since) = (None, Instant::now());
        while !done() {
            if since.elapsed() > STANDSTILL {
                let now = Some(self.movement());
                assert_ne!(seen, now, "nothing moves any more, and not yet: {what}\n{}", self.logs());
                (seen, since) = (now, Instant::now());
            }
            thread::sleep(LOOK);
        }
    }

    /// Something that is different whenever work was done.
    fn movement(&self) -> String {
        let incarnation = self.overview().map(|farm| farm.incarnation);
        let jobs =
            self.known_jobs().into_iter().map(|job| (job.number, job.state, job.revision, job.epochs_done));
        let workers = self.known_workers().into_iter();
        let workers =
            workers.map(|worker| (worker.name, worker.state, worker.shards_done, worker.leases_failed));
        format!("{incarnation:?} {:?} {:?}", jobs.collect::<Vec<_>>(), workers.collect::<Vec<_>>())
    }

    /// The last lines of all logs.
    pub(crate) fn logs(&self) -> String {
        let logs = std::fs::read_dir(self.folder.path()).unwrap().flatten().map(|entry| entry.path());
        let logs = logs.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
        let tail = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("\n--- {}\n{}", path.display(), lines[lines.len().saturating_sub(25)..].join("\n"))
        };
        logs.map(tail).collect()
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        for Worker(process) in &mut self.workers {
            // A stopped process is killed all the same; one that has ended is no matter.
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = self.coordinator.kill();
        let _ = self.coordinator.wait();
    }
}

impl Worker {
    /// kill -9.
    pub(crate) fn kill(&self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// SIGSTOP: the process is there and does nothing.
    pub(crate) fn stop(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    /// SIGCONT.
    pub(crate) fn go_on(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    /// SIGTERM: it drains; how it ended, and how long that took.
    pub(crate) fn terminate(&mut self) -> (std::process::ExitStatus, Duration) {
        let start = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        (self.0.wait().unwrap(), start.elapsed())
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        self.0.wait().unwrap()
    }

    fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.0), signal).unwrap();
    }
}

/// Asks a farm from this process: to start `clipig` takes longer than many an epoch, and a core. `None` where nobody is
/// there, or refuses.
fn ask_at<T: Send>(
    address: String,
    call: impl AsyncFnOnce(FarmServiceClient<Channel>) -> Result<T, Status> + Send,
) -> Option<T> {
    // On a thread of its own, since tests that are asynchronous themselves ask, too.
    let ask = || {
        let talk = async {
            let channel = Endpoint::from_shared(address).unwrap().connect().await.ok()?;
            call(FarmServiceClient::new(channel)).await.ok()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { tokio::time::timeout(STANDSTILL, talk).await.unwrap_or_default() })
    };
    thread::scope(|scope| scope.spawn(ask).join().unwrap())
}

/// A job of the farm at this address; `None` where nobody is there.
pub(crate) fn job_at(address: String, job: u64) -> Option<v1::Job> {
    let request = v1::GetJobRequest { job, with_experiment: false };
    ask_at(address, async |mut farm| Ok(farm.get_job(request).await?.into_inner().job.unwrap()))
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("farm.sock")
}

fn coordinator(folder: &Path, settings: &[(String, String)]) -> Child {
    let log =
        std::fs::File::options().create(true).append(true).open(folder.join("coordinator.log")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_clipig-coordinator"))
        .arg("--listen")
        .arg(format!("unix:{}", socket(folder).display()))
        .arg("--data")
        .arg(folder.join("data"))
        .env("CLIPIG_COORDINATOR__HTTP_LISTEN", format!("unix:{}", folder.join("http.sock").display()))
        .env("CLIPIG_COORDINATOR__CHECKPOINT__MIN_SECONDS", "0.2")
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env_remove("CLIPIG_MODELS")
        .envs(settings.iter().cloned())
        .stdin(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// The hash of the picture that `clipig render` makes with one core, as the workers of these farms have.
pub(crate) fn rendered_here(experiment: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_experiment(folder.path(), experiment);
    let output = Command::new(env!("CARGO_BIN_EXE_clipig"))
        .args(["render", "experiment.yaml", "--threads", "1", "-v", "0", "-o", "picture.png"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    hash(&folder.path().join("picture.png"))
}

/// The images that an experiment may name: one in colour, and a white disc on black.
const IMAGES: [&str; 2] = ["start.png", "hole.png"];

/// Writes an experiment as `experiment.yaml`, and the images that it names.
fn write_experiment(folder: &Path, experiment: &str) {
    std::fs::write(folder.join("experiment.yaml"), experiment).unwrap();
    if !IMAGES.iter().any(|name| experiment.contains(name)) {
        return;
    }
    let start =
        image::RgbImage::from_fn(50, 40, |x, y| image::Rgb([5 * x, 6 * y, x * y % 256].map(|v| v as u8)));
    start.save(folder.join(IMAGES[0])).unwrap();
    let hole = image::RgbImage::from_fn(50, 40, |x, y| {
        let inside = x.abs_diff(25).pow(2) + y.abs_diff(20).pow(2) < 180;
        image::Rgb([if inside { 255 } else { 0 }; 3])
    });
    hole.save(folder.join(IMAGES[1])).unwrap();
}

/// The hash of a whole file.
pub(crate) fn hash_of_file(path: &Path) -> String {
    format!("{:x}", Sha256::digest(std::fs::read(path).unwrap()))
}

/// The hash of a picture's pixels: what a file says of its making may tell of verbosity and names.
pub(crate) fn hash(path: &Path) -> String {
    let picture = image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).to_rgb8();
    let size = format!("{:?}", picture.dimensions());
    format!("{:x}", Sha256::new().chain_update(size).chain_update(picture.as_raw()).finalize())
}

fn the_png(folder: &Path) -> PathBuf {
    let mut pictures: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .collect();
    assert_eq!(pictures.len(), 1, "{pictures:?}");
    pictures.remove(0)
}

/// How many connections a [`DelayedSocket`] cuts.
const CUTS: usize = 12;

/// A socket before the farm's, through which every byte comes later, in both directions.
pub(crate) struct DelayedSocket {
    address: String,
    cuts: Arc<AtomicUsize>,
}

impl DelayedSocket {
    pub(crate) fn before(farm: &Farm, delay: Duration) -> Self {
        Self::listen(farm, delay, None)
    }

    /// One that also cuts connections after some time, as a proxy with a time limit does: the first [`CUTS`] of them, so
    /// that a machine that gets little done between two cuts comes to an end, too.
    pub(crate) fn cutting(farm: &Farm, delay: Duration, after: Duration) -> Self {
        Self::listen(farm, delay, Some(after))
    }

    fn listen(farm: &Farm, delay: Duration, cut_after: Option<Duration>) -> Self {
        let cuts = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&cuts);
        let (path, farm) = (farm.folder.path().join("slow.sock"), socket(farm.folder.path()));
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || {
            let mut accepted = 0;
            for near in listener.incoming() {
                let Ok(near) = near else { return };
                // While the coordinator is being restarted there is nobody; the worker tries again.
                let Ok(far) = UnixStream::connect(&farm) else { continue };
                carry(near.try_clone().unwrap(), far.try_clone().unwrap(), delay);
                accepted += 1;
                if let Some(time) = cut_after.filter(|_| accepted <= CUTS) {
                    cut([near.try_clone().unwrap(), far.try_clone().unwrap()], time, Arc::clone(&count));
                }
                carry(far, near, delay);
            }
        });
        Self { address: format!("unix:{}", path.display()), cuts }
    }

    /// How many connections it has cut.
    pub(crate) fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// Ends both sides of a connection after some time.
fn cut(ends: [UnixStream; 2], after: Duration, count: Arc<AtomicUsize>) {
    thread::spawn(move || {
        thread::sleep(after);
        for end in ends {
            // It may have ended already.
            let _ = end.shutdown(std::net::Shutdown::Both);
        }
        count.fetch_add(1, Ordering::SeqCst);
    });
}

/// Carries bytes one way, each so much later than it came.
fn carry(mut from: UnixStream, mut to: UnixStream, delay: Duration) {
    let (send, receive) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            if send.send((Instant::now() + delay, buffer[..read].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receive {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}
