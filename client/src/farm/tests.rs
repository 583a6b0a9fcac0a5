//! Conversations with a real server that breaks off now and then.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use clipig_experiment::Overrides;

use super::connection::Connection;
use super::content::Blob;
use super::failure::FarmFailure;
use super::stand_in::{StandIn, State};
use super::submission::Submission;
use super::watching::{Seen, Watch};
use super::wire::job_event::Event;
use super::wire::{Artifact, GetJobRequest, HistoryRow, Job, JobEvent, JobState, Progress, StateChange};
use super::{converse, download, history, upload};
use crate::arguments::{AccessArguments, Arguments, Command};
use crate::failure::Failure;

/// What was said to the person.
#[track_caller]
fn message<T>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Err(Failure::Usage(message) | Failure::Failed(message)) => message,
        Err(Failure::Experiment(problems)) => problems.render(false),
        Ok(_) => panic!("it succeeded"),
    }
}

async fn connect(farm: &StandIn) -> Result<Connection, FarmFailure> {
    Connection::open(&farm.address, &AccessArguments::default()).await
}

/// A folder with an experiment that names an image.
fn studio() -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let image = image::RgbImage::from_pixel(300, 300, image::Rgb([10, 200, 30]));
    image.save(folder.path().join("start.png")).unwrap();
    let yaml = "epochs: 5\nseed: 11\ninit:\n  image: start.png\ntargets:\n- features:\n  - text: a leaf\n";
    let file = folder.path().join("a leaf.yaml");
    std::fs::write(&file, yaml).unwrap();
    (folder, vec![file.display().to_string()])
}

fn submit_arguments(line: &str) -> crate::arguments::SubmitArguments {
    use clap::Parser;
    let Command::Submit(arguments) = Arguments::parse_from(line.split(' ')).command else {
        panic!("not submit")
    };
    *arguments
}

#[test]
fn a_submission_brings_its_files_and_survives_lost_answers() {
    let (_folder, files) = studio();
    let farm = StandIn::start(State { lose_answers: 2, break_uploads: 1, ..State::default() });
    let submission =
        Submission::read(&files, &Overrides { epochs: Some(9), ..Overrides::default() }).unwrap();
    let arguments = submit_arguments("clipig submit x.yaml --priority 3");
    let request = submission.job(1, &arguments.compute, &arguments.terms).unwrap();
    let answer = converse(async {
        let connection = connect(&farm).await?;
        upload::submit(&connection, &submission, &request).await
    });
    let answer = answer.unwrap();
    assert!(answer.existed, "the first attempt had made the job");
    let job = answer.job.unwrap();
    assert_eq!((job.number, job.name.as_str(), job.seed), (1, "a leaf", 12));
    let state = farm.state();
    assert_eq!(state.submissions.len(), 3);
    assert!(
        state.submissions.iter().all(|token| *token == state.submissions[0]),
        "one token for all attempts"
    );
    assert_eq!(state.jobs.len(), 1);
    assert_eq!(state.blobs.len(), 1);
    assert!(state.yaml.contains("epochs: 9") && state.yaml.contains("a leaf"), "{}", state.yaml);
}

#[test]
fn a_repeated_picture_brings_its_weights_unless_another_model_is_named() {
    let run = r#"{"version": "0.1.0", "seed": 7, "model": "ViT-B/32", "model_sha256": "abcd", "kind": "CPU",
        "threads": 1, "shard_size": 8, "epochs_done": 3}"#;
    let sha256 = |model: &str| {
        let yaml = format!("model: {model}\ntargets:\n- features:\n  - text: a leaf\n");
        let sources = [clipig_experiment::Source::new("a.yaml", &yaml)];
        let loaded = clipig_experiment::load(&sources, &Overrides::default()).unwrap();
        let run = serde_json::from_str(run).unwrap();
        let record = clipig_picture::Record { experiment: yaml.clone(), run, images: [].into() };
        let submission = Submission::of(loaded, Some(record), &clipig_core::Assets::default(), &[]).unwrap();
        let arguments = submit_arguments("clipig submit x.yaml");
        submission.job(0, &arguments.compute, &arguments.terms).unwrap().model_sha256
    };
    let recorded = Some(Bytes::from_static(&[0xab, 0xcd]));
    assert_eq!([sha256("ViT-B/32"), sha256("vit-b/32")], [recorded.clone(), recorded.clone()]);
    assert_ne!(sha256("ViT-B/32-laion2B"), recorded);
}

#[test]
fn content_that_the_farm_forgets_is_uploaded_again_twice() {
    let (_folder, files) = studio();
    let submission = Submission::read(&files, &Overrides::default()).unwrap();
    let arguments = submit_arguments("clipig submit x.yaml");
    let request = submission.job(0, &arguments.compute, &arguments.terms).unwrap();
    let submit = |forget_content| {
        let farm = StandIn::start(State { forget_content, ..State::default() });
        converse(async {
            let connection = connect(&farm).await?;
            upload::submit(&connection, &submission, &request).await
        })
    };
    assert_eq!(submit(2).unwrap().job.unwrap().number, 1);
    assert_eq!(message(submit(3)), "something is missing");
}

#[test]
fn what_the_farm_has_is_not_uploaded_again() {
    let (_folder, files) = studio();
    let submission = Submission::read(&files, &Overrides::default()).unwrap();
    let blobs = submission.blobs.iter();
    let bytes = |blob: &Blob| Bytes::from(blob.bytes.pieces().collect::<Vec<_>>().concat());
    let blobs = blobs.map(|(hash, blob)| (Bytes::copy_from_slice(hash), bytes(blob))).collect();
    // An upload would fail for ever.
    let farm = StandIn::start(State { blobs, break_uploads: u32::MAX, ..State::default() });
    converse(async {
        let connection = connect(&farm).await?;
        Ok(upload::missing(&connection, &submission).await?)
    })
    .unwrap();
}

#[test]
fn a_wrong_experiment_never_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yaml");
    let read = |yaml: &str| {
        std::fs::write(&file, yaml).unwrap();
        Submission::read(&[file.display().to_string()], &Overrides::default())
    };
    let unknown = message(read("epocs: 5\ntargets:\n- features:\n  - text: a\n"));
    assert!(unknown.contains("epochs"), "{unknown}");
    let failing = message(read("targets:\n- features:\n  - text: a\n    weight: 1/t\n"));
    assert!(failing.contains("targets.0.features.0.weight"), "{failing}");
    let image = message(read("targets:\n- features:\n  - image: none.png\n"));
    assert!(image.contains("none.png"), "{image}");
}

#[test]
fn nobody_there_is_said_at_once_with_help() {
    let mut farm = StandIn::start(State::default());
    farm.kill();
    let message = message(converse(async { Ok(connect(&farm).await?) }));
    let message = message.replace(&farm.address, "ADDRESS");
    insta::assert_snapshot!(message, @r"
        cannot reach the farm at ADDRESS: nobody listens there (connection refused)
        help: start a farm on this machine with `clipig farm start`, or name another one with --farm URL or CLIPIG_FARM
        ");
}

/// A proxy that answers one call after the other with these HTTP statuses and bodies, and the last one for ever. Where,
/// and how often it was asked.
fn proxy(answers: &'static [(u16, &'static [u8])]) -> (String, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(stream).await.ok()?;
                    while let Some(Ok((_, mut respond))) = connection.accept().await {
                        let number = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
                        let (status, body) = answers[number];
                        let response = http::Response::builder().status(status).body(()).ok()?;
                        // Whoever goes away early gets nothing.
                        let mut sender = respond.send_response(response, false).ok()?;
                        let _ = sender.send_data(Bytes::from_static(body), true);
                    }
                    Some(())
                });
            }
        });
    });
    (format!("http://{address}"), asked)
}

#[test]
fn what_proxies_answer_is_tried_again_where_it_passes_and_said_in_words() {
    const PAGE: &[u8] = b"<html><body>nginx</body></html>";
    let (address, asked) = proxy(&[(502, PAGE), (200, b""), (503, b""), (413, PAGE)]);
    let said = message(converse(async {
        let connection = Connection::open(&address, &AccessArguments::default()).await?;
        Ok(download::list(&connection, 1).await?)
    }));
    let said = said.replace(&address, "ADDRESS");
    insta::assert_snapshot!(said, @r#"
        no farm answers at ADDRESS: a proxy answered HTTP 413 Payload Too Large: it does not let so much pass in one call
        help: allow large bodies in the proxy (nginx: `client_max_body_size 0;`); see docs/operations/proxies.md
        "#);
    assert_eq!(asked.load(Ordering::SeqCst), 4, "the first three pass");
}

#[test]
fn a_token_from_a_file_opens_the_door() {
    let farm = StandIn::start(State { token: Some("secret".to_owned()), ..State::default() });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "secret\n").unwrap();
    let listed = |access: AccessArguments| {
        converse(async {
            let connection = Connection::open(&farm.address, &access).await?;
            Ok(download::list(&connection, 1).await?)
        })
    };
    assert!(
        listed(AccessArguments { token_file: Some(file.path().to_owned()), ..AccessArguments::default() })
            .is_ok()
    );
    let refused = message(listed(AccessArguments::default()));
    assert!(refused.contains("requires a token") && refused.contains("CLIPIG_TOKEN_FILE"), "{refused}");
    let absent =
        AccessArguments { token_file: Some(PathBuf::from("/nonexistent")), ..AccessArguments::default() };
    assert!(message(listed(absent)).contains("/nonexistent"));
}

fn content() -> Vec<u8> {
    (0..10_000_u32).flat_map(u32::to_le_bytes).collect()
}

async fn only_artifact(connection: &Connection) -> Result<Artifact, FarmFailure> {
    Ok(download::list(connection, 1).await?.remove(0))
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let files = [("picture.png".to_owned(), content())].into();
    let farm = StandIn::start(State { files, break_downloads: vec![5_000, 0, 20_000], ..State::default() });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part");
    // A run before this one had left the beginning.
    std::fs::write(&path, &content()[..3_000]).unwrap();
    converse(async {
        let connection = connect(&farm).await?;
        let artifact = only_artifact(&connection).await?;
        Ok(download::to_file(&connection, 1, &artifact, &path).await?)
    })
    .unwrap();
    assert!(std::fs::read(&path).unwrap() == content());
    assert_eq!(farm.state().offsets, [3_000, 8_000, 8_000, 28_000]);
}

#[test]
fn damaged_content_is_never_kept() {
    let files = [("picture.png".to_owned(), content())].into();
    let farm = StandIn::start(State { files, damage_downloads: 1, ..State::default() });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part");
    let fetch = || {
        converse(async {
            let connection = connect(&farm).await?;
            let artifact = only_artifact(&connection).await?;
            Ok(download::to_file(&connection, 1, &artifact, &path).await?)
        })
    };
    assert!(message(fetch()).contains("arrived damaged"));
    assert!(!path.exists());
    fetch().unwrap();
    assert!(std::fs::read(&path).unwrap() == content());
    // Something else under the same name: begins anew by itself.
    std::fs::write(&path, b"something else").unwrap();
    fetch().unwrap();
    assert!(std::fs::read(&path).unwrap() == content());
}

fn event(number: u64, event: Event) -> JobEvent {
    JobEvent { number, time: None, event: Some(event) }
}

fn state(state: JobState) -> Event {
    Event::State(StateChange { state: state.into(), reason: String::new() })
}

#[test]
fn a_watch_survives_the_farm() {
    let events = vec![
        event(1, Event::Job(Job { number: 1, state: JobState::Waiting.into(), ..Job::default() })),
        event(2, state(JobState::Running)),
        event(2, Event::Progress(Progress { loss: Some(f64::NAN), ..Progress::default() })),
        event(3, Event::Warning("odd".to_owned())),
        event(4, state(JobState::Completed)),
    ];
    let mut farm = StandIn::start(State { events, hold_events: Some(3), ..State::default() });
    let seen = converse(async {
        let mut watch = Watch::new(connect(&farm).await?, 1);
        let mut seen = Vec::new();
        while let Some(one) = watch.next().await? {
            seen.push(match one {
                Seen::Event(event) => event.number.to_string(),
                Seen::Nonsense(what) => what.chars().filter(char::is_ascii_uppercase).collect::<String>(),
                Seen::Waits(reason) => reason,
                Seen::Lost(_) => "lost".to_owned(),
                Seen::Back => "back".to_owned(),
            });
            if seen.len() == 3 {
                farm.kill();
                farm.restart();
                farm.state().hold_events = None;
            }
        }
        assert_eq!(watch.state(), JobState::Completed);
        Ok(seen)
    });
    assert_eq!(seen.unwrap(), ["1", "2", "NN", "lost", "back", "3", "4"]);
    assert_eq!(farm.state().since, [None, Some(2)]);
}

/// Starts a farm again as soon as it was said that it is away, while something else goes on.
async fn restart_when_missed<T>(
    farm: &mut StandIn,
    said: &Mutex<Vec<String>>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let restart = async {
        while said.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        farm.restart();
    };
    let mut work = Box::pin(work);
    tokio::select! {
        done = &mut work => return done,
        () = restart => {}
    }
    work.await
}

#[test]
fn a_persistent_connection_waits_for_a_farm_that_is_away_and_says_so() {
    let (_folder, files) = studio();
    let submission = Submission::read(&files, &Overrides::default()).unwrap();
    let arguments = submit_arguments("clipig submit x.yaml");
    let request = submission.job(0, &arguments.compute, &arguments.terms).unwrap();
    let files = [("picture.png".to_owned(), content())].into();
    let events = vec![event(1, state(JobState::Completed))];
    let mut farm = StandIn::start(State { files, events, ..State::default() });
    let said = Arc::new(Mutex::new(Vec::<String>::new()));
    let hear = Arc::clone(&said);
    let expect_outage = |what: &str| {
        let said = std::mem::take(&mut *said.lock().unwrap());
        let [lost, back] = &said[..] else { panic!("{what}: {said:?}") };
        assert!(lost.contains("is lost") && back.contains("is back"), "{said:?}");
    };
    converse(async {
        let connection =
            connect(&farm).await?.persistent(move |line| hear.lock().unwrap().push(line.to_owned()));
        farm.kill();
        let work = upload::submit(&connection, &submission, &request);
        let answer = restart_when_missed(&mut farm, &said, work).await?;
        assert_eq!(answer.job.unwrap().number, 1);
        expect_outage("a submission");

        let artifact = only_artifact(&connection).await?;
        farm.kill();
        let work = async { Ok(download::in_memory(&connection, 1, &artifact).await?) };
        assert!(restart_when_missed(&mut farm, &said, work).await? == content());
        expect_outage("a download");

        // A watch tells the same by itself.
        farm.kill();
        let mut watch = Watch::new(connection.clone(), 1);
        assert!(matches!(watch.next().await?, Some(Seen::Lost(_))));
        farm.restart();
        assert!(matches!(watch.next().await?, Some(Seen::Back)));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_quiet_watch_tells_what_the_job_waits_for_whenever_that_changes() {
    let waiting = |reason: &str| Job {
        number: 1,
        state: JobState::Waiting.into(),
        reason: reason.to_owned(),
        ..Job::default()
    };
    let jobs = vec![(Bytes::new(), waiting("two jobs are before it"))];
    let events = vec![event(1, Event::Job(waiting("two jobs are before it")))];
    let farm = StandIn::start(State { jobs, events, hold_events: Some(1), ..State::default() });
    let seen = converse(async {
        let mut watch = Watch::new(connect(&farm).await?, 1).asking_every(Duration::from_millis(5));
        let mut seen = Vec::new();
        while seen.len() < 3 {
            let one = watch.next().await?.expect("it has not ended");
            seen.push(match one {
                Seen::Event(_) => "event".to_owned(),
                Seen::Waits(reason) => reason,
                other => format!("{other:?}"),
            });
            let next = if seen.len() == 1 { "no worker is there" } else { "one job is before it" };
            farm.state().jobs[0].1 = waiting(next);
        }
        Ok(seen)
    });
    assert_eq!(seen.unwrap(), ["event", "no worker is there", "one job is before it"]);
}

#[test]
fn a_watch_of_nothing_ends_at_once() {
    struct Never;
    let farm = StandIn::start(State { token: Some("secret".to_owned()), ..State::default() });
    let outcome = converse(async {
        let mut watch = Watch::new(connect(&farm).await?, 1);
        watch.next().await?;
        Ok(Never)
    });
    assert!(message(outcome).contains("requires a token"));
}

#[test]
fn history_goes_on_behind_the_last_epoch() {
    let history: Vec<HistoryRow> =
        (0..5).map(|epoch| HistoryRow { epoch, ..HistoryRow::default() }).collect();
    let farm = StandIn::start(State { history: history.clone(), ..State::default() });
    let rows = converse(async { Ok(history::fetch(&connect(&farm).await?, 1).await?) });
    assert_eq!(rows.unwrap(), history);
    farm.state().history[4].seconds = f64::INFINITY;
    let rows = converse(async { Ok(history::fetch(&connect(&farm).await?, 1).await?) });
    assert!(message(rows).contains("its duration of an epoch is inf"));
}

#[test]
fn a_call_that_is_one_too_many_is_made_again_when_the_farm_says() {
    let jobs = vec![(Bytes::new(), Job { number: 1, ..Job::default() })];
    let farm = StandIn::start(State { jobs, too_many: 2, ..State::default() });
    let request = GetJobRequest { job: 1, with_experiment: false };
    let answer = converse(async {
        let connection = connect(&farm).await?;
        Ok(connection.call(request, async |mut client, request| client.get_job(request).await).await?)
    });
    assert_eq!(answer.unwrap().job.unwrap().number, 1);
    assert_eq!(farm.state().too_many, 0);
}

#[test]
fn a_job_with_a_figure_that_is_none_is_not_shown() {
    let job = Job { number: 1, samples_per_second: Some(f64::NAN), ..Job::default() };
    let farm = StandIn::start(State { jobs: vec![(Bytes::new(), job)], ..State::default() });
    let request = GetJobRequest { job: 1, with_experiment: false };
    let answer = converse(async {
        let connection = connect(&farm).await?;
        Ok(connection.call(request, async |mut client, request| client.get_job(request).await).await?)
    });
    assert!(message(answer).contains("its speed is NaN"));
}

#[test]
fn what_is_fetched_never_overwrites_and_is_not_fetched_twice() {
    use clap::Parser;
    let files = [("picture.png".to_owned(), content())].into();
    let history = vec![HistoryRow::default()];
    let jobs = vec![(Bytes::new(), Job { number: 1, name: "a/leaf".to_owned(), ..Job::default() })];
    let farm = StandIn::start(State { jobs, files, history, ..State::default() });
    let folder = tempfile::tempdir().unwrap();
    let fetch = || {
        let output = folder.path().display().to_string();
        let line = ["clipig", "fetch", "1", "--farm", &farm.address, "--history", "csv", "-o", &output];
        let Command::Fetch(arguments) = Arguments::parse_from(line).command else { panic!("not fetch") };
        crate::command::fetch::run(&arguments).unwrap();
        let names = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(fetch(), ["a-leaf-1.csv", "a-leaf-1.png"]);
    assert_eq!(fetch(), ["a-leaf-1.csv", "a-leaf-1.png"]);
    assert_eq!(farm.state().offsets.len(), 1);
    farm.state().files.insert("picture.png".to_owned(), b"another picture".to_vec());
    let names = fetch();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(std::fs::read(folder.path().join("a-leaf-1.png")).unwrap() == content());
}
