//! The client's commands as people type them, against real farms.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use self::farm::Farm;

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
fn fruit(epochs: u64) -> String {
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

fn signal(process: &Child, signal: Signal) {
    kill_process(Pid::from_child(process), signal).unwrap();
}

#[test]
fn jobs_and_workers_obey_the_client() {
    let mut farm = Farm::start("client").with_workers(1);
    let (job, other) = (farm.submit(&endless()), farm.submit(&endless()));
    let [number, second] = [job, other].map(|job| job.to_string());
    let state = |job: u64| farm.job(job).unwrap()["state"].as_str().unwrap().to_owned();
    farm.wait_for_epochs(job, 2);

    // Whoever watches may leave; the job goes on.
    let mut watch = farm.command(&["watch", &number, "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let events = BufReader::new(watch.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    let events = events.map(|line| serde_json::from_str::<Json>(&line).unwrap());
    let mut seen: Vec<String> = Vec::new();
    for event in events {
        seen.push(event["event"].as_str().unwrap().to_owned());
        if event["event"] == "progress" {
            assert!(event["progress"]["epochs_done"].as_u64() > Some(0), "{event:#}");
            break;
        }
    }
    assert_eq!(seen[0], "job");
    signal(&watch, Signal::INT);
    assert_eq!(watch.wait().unwrap().code(), Some(130));

    assert_eq!(farm.json(&["pause", &number])[0]["state"], "paused");
    let refused = farm.clipig(&["retry", &number]);
    assert_eq!(refused.status.code(), Some(1), "{:?}", texts(&refused));
    farm.ask(&["resume", &number]);
    farm.wait_until("it runs again", || state(job) == "running");

    assert_eq!(farm.json(&["priority", &second, "7"])["priority"], 7);
    assert_eq!(farm.json(&["cancel", &second])[0]["state"], "cancelled");
    farm.ask(&["retry", &second]);
    farm.wait_until("it is taken up again", || state(other) == "running");
    farm.ask(&["cancel", &second]);

    // With fewer epochs it comes to an end.
    let epochs = farm.epochs_done(job) + 150;
    std::fs::write(farm.folder().join("shorter.yaml"), fruit(epochs)).unwrap();
    let updated = farm.json(&["update", &number, "shorter.yaml"]);
    assert_eq!(updated["revision"], 1);
    assert!(updated["from_epoch"].as_u64() <= Some(epochs), "{updated:#}");
    farm.finish(job);
    let job = farm.job(job).unwrap();
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
    assert_eq!(history.lines().count() as u64, epochs + 1, "a heading, and a line per epoch");
    film(&farm, &number);

    // And what people decide about workers.
    let worker = |verb: &str| farm.json(&["workers", verb, "w1"])["state"].clone();
    assert_eq!(worker("pause"), "paused");
    assert_eq!(worker("resume"), "idle");
    assert_eq!(worker("forgive"), "idle");
    farm.ask(&["workers", "drain", "w1"]);
    assert!(farm.worker_mut(0).wait().success());
    let unknown = farm.clipig(&["workers", "pause", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1), "{:?}", texts(&unknown));
}

/// A film of the snapshots where ffmpeg is, else words about it.
fn film(farm: &Farm, job: &str) {
    let there = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_ok();
    let made = farm.clipig(&["fetch", job, "-o", "made", "--video", "film.mp4"]);
    let (_, said) = texts(&made);
    if there {
        assert!(made.status.success(), "{said}");
        let film = std::fs::read(farm.folder().join("film.mp4")).unwrap();
        assert_eq!(&film[4..8], b"ftyp");
    } else {
        assert_eq!(made.status.code(), Some(1), "{said}");
        assert!(said.contains("a film needs ffmpeg") && said.contains("--snapshots"), "{said}");
    }
    let without =
        farm.command(&["fetch", job, "-o", "made", "--video", "other.mp4"]).env("PATH", "").output();
    let (_, said) = texts(&without.unwrap());
    assert!(said.contains("a film needs ffmpeg"), "{said}");
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
    let imported =
        here(&["model", "import", "random.safetensors", "--name", "mine", "--activation", "gelu", "--json"]);
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
    let model = farm.job(job).unwrap()["model"].clone();
    assert_eq!((&model["name"], &model["sha256"]), (&"mine".into(), &imported["sha256"]));

    // The farm has it now; the activation travels with the job, since weights do not tell.
    here(&[
        "model",
        "import",
        "random.safetensors",
        "--name",
        "mine",
        "--activation",
        "quick_gelu",
        "--replace",
    ]);
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
    let job = || {
        let output = clipig(&["job", "1", "--json"]);
        output.status.success().then(|| serde_json::from_slice::<Json>(&output.stdout).unwrap())
    };
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_mins(1), "{what}: {:?}\n{}", job(), log());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let epochs = |job: &Json| job["epochs_done"].as_u64().unwrap();

    // Several shards an epoch, so that both workers have some whenever the signal comes.
    let experiment = endless().replace("batch_size: 4", "batch_size: 40");
    std::fs::write(folder.join("fruit.yaml"), &experiment).unwrap();
    let mut farm = FarmStart::new(folder);
    until("the farm answers", &|| clipig(&["farm"]).status.success());
    let submitted = clipig(&["submit", "fruit.yaml", "--threads", "1"]);
    assert!(submitted.status.success(), "{:?}", texts(&submitted));
    until("some epochs", &|| job().is_some_and(|job| epochs(&job) >= 5));
    let before = epochs(&job().unwrap());

    let start = Instant::now();
    signal(&farm.process, Signal::INT);
    let ended = farm.process.wait().unwrap();
    assert!(ended.success(), "{ended}\n{}", log());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}\n{}", start.elapsed(), log());
    let left: Vec<_> =
        std::fs::read_dir(folder.join("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");

    // What was done is on disk: the last checkpoint is not older than what was seen.
    let mut farm = FarmStart::new(folder);
    until("the job runs again", &|| job().is_some_and(|job| job["state"] == "running"));
    assert!(job().unwrap()["checkpoint_epoch"].as_u64() >= Some(before), "{:#}\n{}", job().unwrap(), log());
    let more = epochs(&job().unwrap()) + 5;
    std::fs::write(folder.join("shorter.yaml"), experiment.replace("1000000", &more.to_string())).unwrap();
    let updated = clipig(&["update", "1", "shorter.yaml"]);
    assert!(updated.status.success(), "{:?}", texts(&updated));
    until("the job ends", &|| job().is_some_and(|job| job["state"] == "completed"));

    // Twice: at once.
    signal(&farm.process, Signal::INT);
    signal(&farm.process, Signal::INT);
    assert!(farm.process.wait().unwrap().code().is_some());
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
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let tcp = format!("127.0.0.1:{port}");
    let settings = [
        ("CLIPIG_COORDINATOR__TLS__CERTIFICATE", certificate.as_str()),
        ("CLIPIG_COORDINATOR__TLS__KEY", key.as_str()),
        ("CLIPIG_COORDINATOR__TOKENS__CLIENT_FILE", client.as_str()),
        ("CLIPIG_COORDINATOR__TOKENS__WORKER_FILE", worker.as_str()),
    ];
    let log = folder.path().join("coordinator.log");
    let mut coordinator = Command::new(env!("CARGO_BIN_EXE_clipig-coordinator"))
        .args(["--listen", &tcp, "--http-listen", "off", "--data"])
        .arg(folder.path().join("data"))
        .envs(settings)
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let address = format!("https://localhost:{port}");
    let ask = |arguments: &[&str], token: &str, ca: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        command.args(arguments).args(["--farm", &address, "--token-file", token]).current_dir(folder.path());
        command.args(ca.map(|ca| ["--tls-ca", ca]).into_iter().flatten()).output().unwrap()
    };
    let start = Instant::now();
    while !ask(&["farm"], &client, Some(&ca)).status.success() {
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "{:?}\n{log}",
            texts(&ask(&["farm"], &client, Some(&ca)))
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    // Neither a wrong token nor a stranger's certificate.
    let (_, said) = texts(&ask(&["farm"], &worker, Some(&ca)));
    assert!(said.contains("does not accept the token"), "{said}");
    let (_, said) = texts(&ask(&["farm"], &client, None));
    assert!(said.contains("CLIPIG_TLS_CA"), "{said}");

    let spawn = |token: &str| {
        Command::new(env!("CARGO_BIN_EXE_clipig-worker"))
            .args(["--farm", &address, "--name", "w1", "--devices", "cpu", "--cores", "1"])
            .args(["--token-file", token, "--tls-ca", &ca, "--cache"])
            .arg(folder.path().join("cache"))
            .stderr(std::fs::File::create(folder.path().join("worker.log")).unwrap())
            .spawn()
            .unwrap()
    };
    let wrong = spawn(&client).wait().unwrap();
    assert_eq!(wrong.code(), Some(3), "the clients' token is none for workers");
    let mut process = spawn(&worker);
    file("fruit.yaml", &endless());
    let submitted = ask(&["submit", "fruit.yaml"], &client, Some(&ca));
    assert!(submitted.status.success(), "{:?}", texts(&submitted));
    let epochs = || {
        let job: Json =
            serde_json::from_slice(&ask(&["job", "1", "--json"], &client, Some(&ca)).stdout).unwrap();
        job["epochs_done"].as_u64().unwrap()
    };
    let start = Instant::now();
    while epochs() < 3 {
        let log = std::fs::read_to_string(folder.path().join("worker.log")).unwrap();
        assert!(start.elapsed() < Duration::from_mins(1), "{log}");
        std::thread::sleep(Duration::from_millis(50));
    }

    // A worker in the middle of its work ends in order, and soon.
    let start = Instant::now();
    signal(&process, Signal::TERM);
    let ended = process.wait().unwrap();
    let log = std::fs::read_to_string(folder.path().join("worker.log")).unwrap();
    assert!(
        ended.success() && start.elapsed() < Duration::from_secs(10),
        "{ended}, {:?}\n{log}",
        start.elapsed()
    );
    assert!(log.contains("goodbye"), "{log}");
    signal(&coordinator, Signal::TERM);
    coordinator.wait().unwrap();
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
