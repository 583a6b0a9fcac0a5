//! The client's commands as people type them, against real farms.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;

use std::io::{BufRead as _, BufReader, Lines, PipeReader};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use clipig_proto::v1::JobState;
use rustix::process::Signal;
use serde_json::Value as Json;

use self::farm::Farm;
use self::process::{Owned, signal};

/// A small picture; the number of epochs stands before it.
const FRUIT: &str = "
resolution: 16
learnrate: 2
seed: 3
model: clipig-tiny
snapshot_interval: 20
targets:
  - name: fruit
    batch_size: 4
    features: [{text: a red apple}, {text: a banana}]
    transforms: [{noise: .1}]
";

/// With as many epochs.
fn fruit(epochs: u32) -> String {
    format!("epochs: {epochs}{FRUIT}")
}

/// Until somebody ends it. Snapshots would fill the disk.
fn endless() -> String {
    fruit(1_000_000).replace("snapshot_interval: 20", "snapshot_interval: 0")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn jobs_and_workers_obey_the_client() {
    let mut farm = Farm::start("client").with_workers(1);
    let (job, other) = (farm.submit(&endless()), farm.submit(&endless()));
    let [number, second] = [job, other].map(|job| job.to_string());
    let running = |job: u64| farm.job(job).unwrap().state() == JobState::Running;
    farm.wait_for_epochs(job, 2);
    assert_eq!(farm.json(&["job", &number])["state"], "running");

    assert_eq!(farm.json(&["pause", &number])[0]["state"], "paused");
    let refused = farm.clipig(&["retry", &number]);
    assert_eq!(refused.status.code(), Some(1), "{:?}", texts(&refused));
    farm.ask(&["resume", &number]);
    farm.wait_until("it runs again", || running(job));

    assert_eq!(farm.json(&["priority", &second, "7"])["priority"], 7);
    assert_eq!(farm.json(&["cancel", &second])[0]["state"], "cancelled");
    farm.ask(&["retry", &second]);
    farm.wait_until("it is taken up again", || running(other));
    farm.ask(&["cancel", &second]);

    // With fewer epochs it comes to an end. It must not be there before the update is.
    farm.worker(0).stop();
    let epochs = farm.epochs_done(job) + 45;
    std::fs::write(farm.folder().join("shorter.yaml"), fruit(epochs)).unwrap();
    let update = farm.command(&["update", &number, "shorter.yaml", "--json"]).stdout(Stdio::piped()).spawn();
    let update = Owned::new(update.unwrap());
    farm.wait_until("the farm has the update", || farm.job(job).unwrap().revision == 1);
    farm.worker(0).go_on();
    let updated = update.output();
    assert!(updated.status.success(), "{:?}", texts(&updated));
    let updated: Json = serde_json::from_slice(&updated.stdout).unwrap();
    assert_eq!(updated["revision"], 1);
    assert!(updated["from_epoch"].as_u64() <= Some(epochs.into()), "{updated:#}");
    farm.finish(job);
    let job = farm.json(&["job", &number]);
    assert_eq!((&job["epochs_done"], &job["epochs_total"]), (&epochs.into(), &epochs.into()), "{job:#}");
    let all = farm.json(&["jobs", "--all"]);
    let states: Vec<&Json> = all.as_array().unwrap().iter().map(|job| &job["state"]).collect();
    assert_eq!(states, ["cancelled", "completed"]);

    // All that it has made.
    let fetched = farm.json(&["fetch", &number, "-o", "made", "--snapshots", "--history", "csv"]);
    let paths = |what: &str| {
        let files = fetched.as_array().unwrap().iter().filter(|file| file["what"] == what);
        files.map(|file| farm.folder().join(file["path"].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(paths("picture").len(), 1);
    assert!(paths("snapshot").len() > 1, "{fetched:#}");
    let history = std::fs::read_to_string(&paths("history")[0]).unwrap();
    assert_eq!(history.lines().count() as u32, epochs + 1, "a heading, and a line per epoch");
    words_about_ffmpeg(&farm, &number);

    // And what people decide about workers.
    let worker = |verb: &str| farm.json(&["workers", verb, "w1"])["state"].clone();
    assert_eq!(worker("pause"), "paused");
    assert_eq!(worker("resume"), "idle");
    assert_eq!(worker("reinstate"), "idle");
    assert_eq!(worker("forgive"), "idle", "its name before");
    farm.ask(&["workers", "drain", "w1"]);
    assert!(farm.worker_mut(0).wait().success());
    let unknown = farm.clipig(&["workers", "pause", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1), "{:?}", texts(&unknown));
}

/// What `clipig watch --json` prints.
struct Events {
    /// A second end of the pipe that is read from.
    pipe: OwnedFd,
    lines: Lines<BufReader<PipeReader>>,
}

impl Iterator for Events {
    type Item = Json;

    fn next(&mut self) -> Option<Json> {
        self.lines.next().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
    }
}

/// Watches a job until its first progress.
fn watching(farm: &Farm, job: u64) -> (Owned, Events) {
    let (out, writer) = std::io::pipe().unwrap();
    let pipe = out.as_fd().try_clone_to_owned().unwrap();
    // As small as can be, so that it is soon full.
    rustix::pipe::fcntl_setpipe_size(&pipe, 4096).unwrap();
    let watch =
        Owned::new(farm.command(&["watch", &job.to_string(), "--json"]).stdout(writer).spawn().unwrap());
    let mut events = Events { pipe, lines: BufReader::new(out).lines() };
    assert_eq!(events.next().unwrap()["event"], "job");
    let progress = events.find(|event| event["event"] == "progress").unwrap();
    assert!(progress["progress"]["epochs_done"].as_u64() > Some(0), "{progress:#}");
    (watch, events)
}

#[test]
fn whoever_watches_may_leave_and_the_job_goes_on() {
    let farm = Farm::start("watched").with_workers(1);
    let job = farm.submit(&endless());

    // By Ctrl-C. Somebody still reads what it says.
    let (mut watch, events) = watching(&farm, job);
    signal(watch.child(), Signal::INT);
    events.for_each(drop);
    assert_eq!(watch.wait().code(), Some(130));

    // Also while nobody reads, and the pipe is full: nothing is added to it while the job goes on.
    let (mut watch, events) = watching(&farm, job);
    let unread = || rustix::io::ioctl_fionread(&events.pipe).unwrap();
    farm.wait_until("the pipe is full", || {
        let before = unread();
        std::thread::sleep(Duration::from_secs(1));
        before > 0 && unread() == before
    });
    signal(watch.child(), Signal::INT);
    assert_eq!(watch.wait().code(), Some(130));
    drop(events);

    // By closing the pipe: whoever reads has seen enough, as `| head` has.
    let (mut watch, events) = watching(&farm, job);
    drop(events);
    assert_eq!(watch.wait().code(), Some(0));

    let epochs = farm.epochs_done(job);
    farm.wait_for_epochs(job, epochs + 2);
}

/// What somebody hears who wants a film and has no ffmpeg.
fn words_about_ffmpeg(farm: &Farm, job: &str) {
    let without =
        farm.command(&["fetch", job, "-o", "made", "--video", "other.mp4"]).env("PATH", "").output();
    let (_, said) = texts(&without.unwrap());
    assert!(said.contains("a film needs ffmpeg") && said.contains("--snapshots"), "{said}");
}

#[test]
fn snapshots_of_a_farm_become_a_film() {
    let farm = Farm::start("film").with_workers(1);
    let job = farm.submit(&fruit(8).replace("snapshot_interval: 20", "snapshot_interval: 2"));
    farm.finish(job);
    let made = farm.clipig(&["fetch", &job.to_string(), "-o", "made", "--video", "film.mp4"]);
    assert!(made.status.success(), "this test needs ffmpeg: {:?}", texts(&made));
    let film = std::fs::read(farm.folder().join("film.mp4")).unwrap();
    assert_eq!(&film[4..8], b"ftyp");
}

#[test]
fn pictures_are_made_on_a_farm_as_they_are_here() {
    let farm = Farm::start("remote").with_workers(1);
    let address = farm.address();
    let experiment = fruit(8);
    let expected = farm::rendered_here(&experiment);
    std::fs::write(farm.folder().join("fruit.yaml"), &experiment).unwrap();

    let render = ["render", "fruit.yaml", "--farm", &address, "--threads", "1", "-o", "pictures/"];
    let quiet = farm.clipig(&[&render[..], &["-v", "0"]].concat());
    let (path, said) = texts(&quiet);
    assert!(quiet.status.success() && said.is_empty(), "{said}");
    let picture = farm.folder().join(path.trim());
    assert_eq!(farm::hash(&picture), expected);
    let beside = std::fs::read_to_string(picture.with_extension("yaml")).unwrap();
    let whole = ["# made by clipig", "# epochs: 8 / 8", "model: clipig-tiny", "seed: 3", "init:"];
    assert!(whole.iter().all(|part| beside.contains(part)), "{beside}");

    let line = farm.ask(&[&render[..], &["--json"]].concat());
    let line: Json = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["job"], &line["seed"], &line["epochs_done"]), (&2.into(), &3.into(), &8.into()));
    assert_eq!(farm::hash(&farm.folder().join(line["picture"].as_str().unwrap())), expected);

    let events = farm.ask(&["submit", "fruit.yaml", "--watch", "--json"]);
    let events: Vec<Json> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["job"]["job"]), (&"job".into(), &3.into()));
    assert!(events.iter().any(|event| event["state"]["state"] == "completed"), "{events:?}");
}

#[test]
fn a_client_brings_a_model_that_the_farm_does_not_have() {
    // Images are small here, weights are not.
    let limit = [("CLIPIG_COORDINATOR__LIMITS__BLOB_BYTES", "1 MiB")];
    let farm = Farm::start_with("model", &limit).with_workers(1);
    let weights = farm.folder().join("random.safetensors");
    std::fs::write(&weights, clipig_testing::Oracle::open().bytes("clip/model_vit.safetensors")).unwrap();
    let here = |arguments: &[&str]| {
        let output = farm.command(arguments).env("CLIPIG_MODELS", farm.folder().join("models")).output();
        let output = output.unwrap();
        let (printed, said) = texts(&output);
        assert!(output.status.success(), "clipig {arguments:?}: {said}{}", farm.logs());
        printed
    };
    // Heads of 32 channels and other colours: a worker that guessed would draw something else.
    let import = |heads: &str| {
        let import = ["model", "import", "random.safetensors", "--name", "mine", "--replace", "--json"];
        let read_by =
            ["--heads", heads, "--text-heads", "2", "--activation", "gelu", "--mean", "0.5", "--std", "0.5"];
        here(&[&import[..], &read_by].concat())
    };
    let imported = import("4");
    let imported: Json = serde_json::from_str(&imported).unwrap();
    let experiment = fruit(6).replace("clipig-tiny", "mine");
    std::fs::write(farm.folder().join("mine.yaml"), experiment).unwrap();
    let picture = here(&["render", "mine.yaml", "--threads", "1", "-v", "0", "-o", "here.png"]);
    let expected = farm::hash(&farm.folder().join(picture.trim()));

    // Somebody who does not have it either hears what is missing.
    let refused = farm.clipig(&["submit", "mine.yaml"]);
    assert_eq!(refused.status.code(), Some(2), "{:?}", texts(&refused));

    let job: u64 = here(&["submit", "mine.yaml", "--threads", "1"]).trim().parse().unwrap();
    assert_eq!(farm.finish(job), expected);
    let model = farm.json(&["job", &job.to_string()])["model"].clone();
    assert_eq!((&model["name"], &model["sha256"]), (&"mine".into(), &imported["sha256"]));

    // The farm has it now; how it is read travels with the job, since weights do not tell.
    import("2");
    let job: u64 = here(&["submit", "mine.yaml", "--threads", "1"]).trim().parse().unwrap();
    assert_ne!(farm.finish(job), expected);
}

/// `clipig farm start`, in a folder of its own.
struct FarmStart {
    process: Child,
}

impl FarmStart {
    fn new(folder: &Path) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(folder.join("farm.log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_clipig"))
            .args(["farm", "start", "--workers", "2", "--data", "data"])
            .args(["--listen", &address(folder), "--http-listen", "off"])
            .env("TMPDIR", folder.join("tmp"))
            .current_dir(folder)
            .stderr(log)
            .spawn()
            .unwrap();
        Self { process }
    }
}

/// Where it listens.
fn address(folder: &Path) -> String {
    format!("unix:{}", folder.join("farm.sock").display())
}

impl Drop for FarmStart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_farm_of_one_process_ends_in_order_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("tmp")).unwrap();
    let log = || std::fs::read_to_string(folder.join("farm.log")).unwrap();
    let clipig = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        command.args(arguments).current_dir(folder).env("CLIPIG_FARM", address(folder)).output().unwrap()
    };
    let job = || farm::job_at(address(folder), 1);
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let (mut seen, mut since) = (job(), Instant::now());
        while !done() {
            if since.elapsed() > farm::STANDSTILL {
                let now = job();
                assert_ne!(seen, now, "nothing moves any more, and not yet: {what}\n{}", log());
                (seen, since) = (now, Instant::now());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    };

    // Several shards an epoch, so that both workers have some whenever the signal comes.
    let experiment = endless().replace("batch_size: 4", "batch_size: 40");
    std::fs::write(folder.join("fruit.yaml"), &experiment).unwrap();
    let mut farm = FarmStart::new(folder);
    until("the farm answers", &|| clipig(&["farm"]).status.success());
    let submitted = clipig(&["submit", "fruit.yaml", "--threads", "1"]);
    assert!(submitted.status.success(), "{:?}", texts(&submitted));
    until("some epochs", &|| job().is_some_and(|job| job.epochs_done >= 5));
    let before = job().unwrap().epochs_done;

    signal(&farm.process, Signal::INT);
    let ended = farm.process.wait().unwrap();
    assert!(ended.success(), "{ended}\n{}", log());
    for cut_off in ["stopped in the middle of an epoch", "did not end in time"] {
        assert!(!log().contains(cut_off), "{}", log());
    }
    nothing_is_left(&folder.join("tmp"));

    // What was done is on disk: the last checkpoint is not older than what was seen.
    let mut farm = FarmStart::new(folder);
    let is = |state| job().is_some_and(|job| job.state() == state);
    until("the job runs again", &|| is(JobState::Running));
    assert!(job().unwrap().checkpoint_epoch >= Some(before), "{:#?}\n{}", job().unwrap(), log());
    let more = job().unwrap().epochs_done + 5;
    std::fs::write(folder.join("shorter.yaml"), experiment.replace("1000000", &more.to_string())).unwrap();
    let updated = clipig(&["update", "1", "shorter.yaml"]);
    assert!(updated.status.success(), "{:?}", texts(&updated));
    until("the job ends", &|| is(JobState::Completed));

    // Twice: at once.
    signal(&farm.process, Signal::INT);
    signal(&farm.process, Signal::INT);
    assert!(farm.process.wait().unwrap().code().is_some());

    // Nor does one that is killed leave anything in the folder for temporary files.
    let mut farm = FarmStart::new(folder);
    until("the farm answers", &|| clipig(&["farm"]).status.success());
    farm.process.kill().unwrap();
    farm.process.wait().unwrap();
    nothing_is_left(&folder.join("tmp"));
}

fn nothing_is_left(folder: &Path) {
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A coordinator at a port that the system chooses, and that nobody else has then.
fn coordinator(folder: &Path, settings: &[(&str, &str)], log: &Path) -> Owned {
    let coordinator = Command::new(env!("CARGO_BIN_EXE_clipig-coordinator"))
        .args(["--listen", "127.0.0.1:0", "--http-listen", "off", "--data"])
        .arg(folder.join("data"))
        .envs(settings.iter().copied())
        .stderr(std::fs::File::create(log).unwrap())
        .spawn();
    Owned::new(coordinator.unwrap())
}

#[test]
fn beyond_this_machine_there_are_certificates_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (ca, certificate, key) = certificates();
    let [ca, certificate, key] =
        [("ca.crt", ca), ("tls.crt", certificate), ("tls.key", key)].map(|(name, pem)| file(name, &pem));
    let [client, worker] = ["client", "worker"].map(|name| file(name, &format!("a-secret-for-the-{name}\n")));
    let tokens = folder.path().join("tokens.toml").display().to_string();
    let token = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        let output = command.arg("token").args(arguments).args(["--file", &tokens]).output().unwrap();
        assert!(output.status.success(), "{:?}", texts(&output));
        texts(&output).0
    };
    let alice = file("alice", &token(&["create", "alice", "--role", "artist", "--expires", "90d"]));
    let settings = [
        ("CLIPIG_COORDINATOR__TOKENS__FILE", tokens.as_str()),
        ("CLIPIG_COORDINATOR__TLS__CERTIFICATE", certificate.as_str()),
        ("CLIPIG_COORDINATOR__TLS__KEY", key.as_str()),
        ("CLIPIG_COORDINATOR__TLS__WORKER_CA", ca.as_str()),
        ("CLIPIG_COORDINATOR__TOKENS__CLIENT_FILE", client.as_str()),
        ("CLIPIG_COORDINATOR__TOKENS__WORKER_FILE", worker.as_str()),
    ];
    let log = folder.path().join("coordinator.log");
    let mut coordinator = coordinator(folder.path(), &settings, &log);
    let said = || std::fs::read_to_string(&log).unwrap();
    let port =
        || -> Option<u16> { said().split_once("127.0.0.1:")?.1.split_whitespace().next()?.parse().ok() };
    within_a_standstill(&said, || port().is_some());
    let address = format!("https://localhost:{}", port().unwrap());
    let ask = |arguments: &[&str], token: &str, ca: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        command.args(arguments).args(["--farm", &address, "--token-file", token]).current_dir(folder.path());
        command.args(ca.map(|ca| ["--tls-ca", ca]).into_iter().flatten()).output().unwrap()
    };
    let first = ask(&["farm"], &client, Some(&ca));
    assert!(first.status.success(), "{:?}\n{}", texts(&first), said());
    // Neither a wrong token nor a stranger's certificate.
    let (_, said) = texts(&ask(&["farm"], &worker, Some(&ca)));
    assert!(said.contains("the token `tokens.worker` has the role worker"), "{said}");
    let (_, said) = texts(&ask(&["farm"], &client, None));
    assert!(said.contains("CLIPIG_TLS_CA"), "{said}");

    let worker_log = folder.path().join("worker.log");
    // The coordinator's certificate says nothing about its use, so a worker may show it as well.
    let shown = [
        ("CLIPIG_WORKER__TLS__CERTIFICATE", certificate.as_str()),
        ("CLIPIG_WORKER__TLS__KEY", key.as_str()),
    ];
    let spawn = |token: &str, shown: &[(&str, &str)]| {
        let worker = Command::new(env!("CARGO_BIN_EXE_clipig-worker"))
            .args(["--farm", &address, "--name", "w1", "--devices", "cpu", "--cores", "1"])
            .args(["--token-file", token, "--tls-ca", &ca, "--cache"])
            .arg(folder.path().join("cache"))
            .envs(shown.iter().copied())
            .stderr(std::fs::File::create(&worker_log).unwrap())
            .spawn();
        Owned::new(worker.unwrap())
    };
    let wrong = spawn(&client, &shown).wait();
    assert_eq!(wrong.code(), Some(3), "the clients' token is none for workers");
    let naked = spawn(&worker, &[]).wait();
    let said = std::fs::read_to_string(&worker_log).unwrap();
    assert_eq!(naked.code(), Some(3), "{said}");
    assert!(said.contains("this farm asks workers for a certificate (`tls.worker_ca`)"), "{said}");
    let mut process = spawn(&worker, &shown);
    file("fruit.yaml", &endless());
    let submitted = ask(&["submit", "fruit.yaml"], &client, Some(&ca));
    assert!(submitted.status.success(), "{:?}", texts(&submitted));
    let epochs = || {
        let job: Json =
            serde_json::from_slice(&ask(&["job", "1", "--json"], &client, Some(&ca)).stdout).unwrap();
        job["epochs_done"].as_u64().unwrap()
    };
    let said = || std::fs::read_to_string(&worker_log).unwrap();
    within_a_standstill(&said, || epochs() >= 3);

    // An artist sees the job and cannot cancel it.
    assert!(ask(&["job", "1"], &alice, Some(&ca)).status.success());
    let (_, refused) = texts(&ask(&["cancel", "1"], &alice, Some(&ca)));
    assert!(refused.contains("belongs to `client`; you are `alice`"), "{refused}");
    // With another secret, which is read on SIGHUP, the first one is nothing.
    let second = file("alice-2", &token(&["rotate", "alice", "--overlap", "0s"]));
    signal(coordinator.child(), Signal::HUP);
    within_a_standstill(&said, || ask(&["farm"], &second, Some(&ca)).status.success());
    let (_, rejected) = texts(&ask(&["farm"], &alice, Some(&ca)));
    assert!(rejected.contains("rejects the token"), "{rejected}");
    assert!(token(&["list"]).contains("alice"));
    token(&["revoke", "alice"]);
    assert!(!token(&["list"]).contains("alice"));
    let (audit, _) = texts(&ask(&["farm", "audit"], &client, Some(&ca)));
    for words in [&["SubmitJob", "client", "done"][..], &["CancelJob", "alice", "refused"]] {
        let told = audit.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(told, "{words:?} is not in\n{audit}");
    }

    // A worker in the middle of its work ends in order.
    signal(process.child(), Signal::TERM);
    let ended = process.wait();
    assert!(ended.success(), "{ended}\n{}", said());
    assert!(said().contains("goodbye"), "{}", said());
    // It would wait for the end of the job's epoch, which nobody computes any more.
    let cancelled = ask(&["cancel", "1"], &client, Some(&ca));
    assert!(cancelled.status.success(), "{:?}", texts(&cancelled));
    signal(coordinator.child(), Signal::TERM);
    assert!(coordinator.wait().success());
}

/// Waits for what takes no time but for that of starting and scheduling processes.
fn within_a_standstill(said: &dyn Fn() -> String, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < farm::STANDSTILL, "{}", said());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An authority, a certificate for `localhost`, and its key.
fn certificates() -> (String, String, String) {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(ca, &ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap().pem();
    (authority, certificate, key.serialize_pem())
}

#[test]
fn a_worker_says_whether_it_is_ready_and_live() {
    let mut farm = Farm::start("health");
    let socket = farm.folder().join("health.sock");
    let settings = farm.folder().join("worker.toml");
    std::fs::write(&settings, format!("health_socket = {socket:?}\nterminated_exit_code = 143\n")).unwrap();
    farm.add_worker_with(&["--farm", &farm.address(), "--settings", settings.to_str().unwrap()]);
    let is_ready = || clipig_worker::ask(&socket, farm::STANDSTILL).is_ok_and(|health| health.ready.is_ok());
    farm.wait_until("the worker is ready", is_ready);
    // A stopped process accepts connections all the same.
    farm.worker(0).stop();
    let silent = || {
        let answer = clipig_worker::ask(&socket, Duration::from_millis(100));
        matches!(answer, Err(clipig_worker::AskError::Silent { .. }))
    };
    farm.wait_until("it does not answer", silent);
    farm.worker(0).go_on();
    farm.wait_until("the worker is ready again", is_ready);
    let (ended, _) = farm.worker_mut(0).terminate();
    assert_eq!(ended.code(), Some(143), "{ended}{}", farm.logs());
    assert!(!socket.exists());
}
