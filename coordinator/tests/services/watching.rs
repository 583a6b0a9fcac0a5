//! Watching jobs: nothing that is kept is missed, whoever is slow.

use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::job_event::Event;
use clipig_proto::v1::{self, JobEvent, JobState};
use sha2::Digest;
use tonic::{Code, Streaming};

use crate::standin::WorkerEnd;
use crate::support::{EXPERIMENT, TestFarm, submit, until};

async fn watch(farm: &TestFarm, job: u64, since: Option<u64>) -> Streaming<v1::WatchJobResponse> {
    let request = v1::WatchJobRequest { job, since, ..Default::default() };
    farm.client().await.watch_job(request).await.unwrap().into_inner()
}

async fn rest(mut stream: Streaming<v1::WatchJobResponse>) -> Vec<JobEvent> {
    let mut events = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        events.push(message.event.unwrap());
    }
    events
}

/// Numbers and texts of the events that are kept.
fn kept(events: &[JobEvent]) -> Vec<(u64, Event)> {
    let kept = |event: &&JobEvent| {
        !matches!(
            event.event,
            Some(Event::Job(_) | Event::Progress(_) | Event::Table(_) | Event::Artifact(_)) | None
        )
    };
    events.iter().filter(kept).map(|event| (event.number, event.event.clone().unwrap())).collect()
}

async fn seen(farm: &TestFarm, job: u64) -> v1::Job {
    let request = v1::GetJobRequest { job, with_experiment: false };
    farm.client().await.get_job(request).await.unwrap().into_inner().job.unwrap()
}

async fn state(farm: &TestFarm, job: u64) -> JobState {
    seen(farm, job).await.state()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_of_a_quiet_job_hears_something_where_it_asks_for_it() {
    let farm = TestFarm::start().await;
    let job = submit(&mut farm.client().await, EXPERIMENT).await.unwrap().number;
    let mut request = tonic::Request::new(v1::WatchJobRequest { job, ..Default::default() });
    let one = tonic::metadata::MetadataValue::from_static("1");
    request.metadata_mut().insert(clipig_proto::session::KEEP_ALIVE_HEADER, one);
    let mut stream = farm.client().await.watch_job(request).await.unwrap().into_inner();
    let mut events = 0;
    while stream.message().await.unwrap().expect("the job does not end").event.is_some() {
        events += 1;
    }
    assert!(events > 0, "the first message holds the job");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_says_why_nobody_computes_it() {
    let farm = TestFarm::start().await;
    let job = submit(&mut farm.client().await, EXPERIMENT).await.unwrap().number;
    let mut worker = WorkerEnd::join(farm.worker().await, "first").await;
    let lease = worker.lease().await;
    assert_eq!(seen(&farm, job).await.reason, "", "somebody does");
    let answer = worker.answer(&lease);
    worker.say(answer).await;
    until("the first epoch", async || state(&farm, job).await == JobState::Running).await;
    drop(worker);
    until("the reason", async || seen(&farm, job).await.reason.contains("is connected")).await;
    assert_eq!(state(&farm, job).await, JobState::Running);
    let mut back = WorkerEnd::join(farm.worker().await, "second").await;
    back.lease().await;
    until("the end of the reason", async || seen(&farm, job).await.reason.is_empty()).await;
    let cancel = v1::CancelJobRequest { job, reason: String::new() };
    farm.client().await.cancel_job(cancel).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_to_watch_sees_the_targets_before_the_next_epoch() {
    let farm = TestFarm::start().await;
    let job = submit(&mut farm.client().await, EXPERIMENT).await.unwrap().number;
    let mut worker = WorkerEnd::join(farm.worker().await, "first").await;
    while seen(&farm, job).await.epochs_done == 0 {
        let lease = worker.lease().await;
        let answer = worker.answer(&lease);
        worker.say(answer).await;
    }
    // No epoch ends from here on, because nobody answers.
    let mut stream = watch(&farm, job, None).await;
    let table = async {
        loop {
            let event = stream.message().await.unwrap().unwrap().event.unwrap();
            if let Some(Event::Table(table)) = event.event {
                break table;
            }
        }
    };
    let table = tokio::time::timeout(std::time::Duration::from_mins(2), table).await.expect("a table");
    assert!(table.epochs_done > 0 && table.targets.len() == 1, "{table:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_a_job_from_the_queue_to_its_end() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let job = submit(&mut client, EXPERIMENT).await.unwrap();
    assert_eq!(job.state(), JobState::Waiting);
    let number = job.number;
    until("its place in the queue, and why it waits", async || {
        let seen = seen(&farm, number).await;
        seen.queue_place == Some(1) && seen.reason.contains("worker")
    })
    .await;
    let watching = tokio::spawn(rest(watch(&farm, job.number, Some(0)).await));
    let worker = tokio::spawn(WorkerEnd::join(farm.worker().await, "first").await.work());
    let events = watching.await.unwrap();
    assert!(matches!(events[0].event, Some(Event::Job(_))));
    let states: Vec<JobState> = events
        .iter()
        .filter_map(|event| match &event.event {
            Some(Event::State(change)) => Some(change.state()),
            _ => None,
        })
        .collect();
    assert_eq!(states.last(), Some(&JobState::Completed), "{events:#?}");
    assert!(
        events.iter().any(|event| matches!(&event.event, Some(Event::Progress(p)) if p.epochs_total == 40))
    );
    assert!(events.iter().any(|event| matches!(&event.event, Some(Event::Table(t)) if t.targets.len() == 1)));
    assert!(
        events
            .iter()
            .any(|event| matches!(&event.event, Some(Event::Warning(w)) if w == "a word is not known"))
    );
    let picture = events.iter().find_map(|event| match &event.event {
        Some(Event::Artifact(file)) if file.name == "picture.png" => Some(file.clone()),
        _ => None,
    });
    let picture = picture.unwrap();
    // Numbers never go down, and no kept one comes twice.
    let numbers: Vec<u64> = kept(&events).into_iter().map(|(number, _)| number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    // Who comes back with the last number that it has seen gets the rest, and the end.
    let later = rest(watch(&farm, job.number, Some(numbers[1])).await).await;
    assert_eq!(kept(&later), kept(&events)[2..]);
    // What it has made can be fetched.
    let request = v1::FetchArtifactRequest { job: job.number, name: picture.name, offset: 0 };
    let mut stream = client.fetch_artifact(request).await.unwrap().into_inner();
    let mut bytes = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        bytes.extend_from_slice(&message.chunk.unwrap().data);
    }
    assert_eq!((bytes.len() as u64, &bytes[1..4]), (picture.size, &b"PNG"[..]));
    assert_eq!(sha2::Sha256::digest(&bytes)[..], picture.sha256[..]);
    let list =
        client.list_artifacts(v1::ListArtifactsRequest { job: job.number, ..Default::default() }).await;
    let names: Vec<String> = list.unwrap().into_inner().artifacts.into_iter().map(|file| file.name).collect();
    assert_eq!(names.last().map(String::as_str), Some("picture.png"));
    assert!(names.len() > 1, "{names:?}");
    // And its history, one row per epoch.
    let mut history = client
        .get_history(v1::GetHistoryRequest { job: job.number, from_epoch: 5, to_epoch: Some(20) })
        .await
        .unwrap()
        .into_inner();
    let mut epochs = Vec::new();
    while let Some(message) = history.message().await.unwrap() {
        assert!(message.rows.iter().all(|row| row.time.is_some()));
        epochs.extend(message.rows.into_iter().map(|row| row.epoch));
    }
    assert_eq!(epochs, (5..20).collect::<Vec<u32>>());
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_client_misses_no_kept_event_and_holds_nobody_up() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let job = submit(&mut client, EXPERIMENT).await.unwrap().number;
    // It does not read.
    let channel = farm.endpoint().initial_stream_window_size(1 << 10).connect().await.unwrap();
    let request = v1::WatchJobRequest { job, since: Some(0), ..Default::default() };
    let slow = FarmServiceClient::new(channel).watch_job(request).await.unwrap().into_inner();
    // More kept events than all buffers on the way hold: HTTP/2 takes 1 KiB, tonic 32 KiB and we 64 messages.
    for _ in 0..70 {
        let reason = "x".repeat(1_000);
        client.pause_job(v1::PauseJobRequest { job, reason }).await.unwrap();
        client.resume_job(v1::ResumeJobRequest { job }).await.unwrap();
    }
    let worker = tokio::spawn(WorkerEnd::join(farm.worker().await, "first").await.work());
    until("the job's end", async || state(&farm, job).await == JobState::Completed).await;
    let events = rest(slow).await;
    let all = rest(watch(&farm, job, Some(0)).await).await;
    assert_eq!(kept(&events), kept(&all));
    assert!(kept(&all).len() > 140, "{}", kept(&all).len());
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_steered_and_listed() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let first = submit(&mut client, EXPERIMENT).await.unwrap().number;
    let second = submit(&mut client, EXPERIMENT).await.unwrap().number;
    let reason = "later".to_owned();
    let paused =
        client.pause_job(v1::PauseJobRequest { job: first, reason }).await.unwrap().into_inner().job.unwrap();
    assert_eq!((paused.state(), paused.reason.as_str()), (JobState::Paused, "later"));
    let resumed =
        client.resume_job(v1::ResumeJobRequest { job: first }).await.unwrap().into_inner().job.unwrap();
    assert_eq!(resumed.state(), JobState::Waiting);
    let cancelled =
        client.cancel_job(v1::CancelJobRequest { job: second, reason: String::new() }).await.unwrap();
    assert_eq!(cancelled.into_inner().job.unwrap().state(), JobState::Cancelled);
    let status =
        client.pause_job(v1::PauseJobRequest { job: second, reason: String::new() }).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    let retried =
        client.retry_job(v1::RetryJobRequest { job: second }).await.unwrap().into_inner().job.unwrap();
    assert_eq!(retried.state(), JobState::Waiting);
    let list = |request| {
        let mut client = client.clone();
        async move {
            let answer = client.list_jobs(request).await.unwrap().into_inner();
            (answer.jobs.into_iter().map(|job| job.number).collect::<Vec<_>>(), answer.more)
        }
    };
    let page = v1::ListJobsRequest { limit: 1, ..Default::default() };
    assert_eq!(list(page.clone()).await, (vec![second], true));
    assert_eq!(list(v1::ListJobsRequest { before: Some(second), ..page }).await, (vec![first], false));
    let paused = v1::ListJobsRequest { states: vec![JobState::Paused.into()], ..Default::default() };
    assert_eq!(list(paused).await, (vec![], false));
    let request = v1::GetJobRequest { job: first, with_experiment: true };
    let answer = client.get_job(request).await.unwrap().into_inner();
    assert!(answer.yaml.unwrap().contains("a red square"));
    assert_eq!(answer.job.unwrap().snapshot_interval, 10);
    let status = client.get_job(v1::GetJobRequest { job: 99, with_experiment: false }).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let status = client.watch_job(v1::WatchJobRequest { job: 99, ..Default::default() }).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let update = v1::UpdateJobRequest {
        job: first,
        yaml: EXPERIMENT.replace("red", "blue"),
        expected_revision: Some(0),
        ..Default::default()
    };
    let updated = client.update_job(update.clone()).await.unwrap().into_inner().job.unwrap();
    assert_eq!(updated.revision, 1);
    assert_eq!(client.update_job(update).await.unwrap_err().code(), Code::AlreadyExists);
}
