//! What each role may do, by gRPC and by the JSON API; whose jobs are whose; and what is written down of it.

use clipig_access::Role;
use clipig_proto::v1;
use clipig_proto::v1::AuditOutcome::{Done, Refused};
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use serde_json::json;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::health::page;
use crate::http_client::{call, request, send, with};
use crate::standin::{WorkerEnd, registration};
use crate::support::{EXPERIMENT, Show, TestFarm, TokensFile, token, until};
use clipig_core::FromWorker;

type Client = FarmServiceClient<InterceptedService<Channel, Show<String>>>;

/// A farm with tokens of its own, and clients with them.
struct House {
    farm: TestFarm,
    tokens: TokensFile,
}

impl House {
    async fn start() -> Self {
        let tokens = TokensFile::new();
        let path = tokens.path();
        let farm = TestFarm::with(|settings| settings.tokens_file = Some(path)).await;
        Self { farm, tokens }
    }

    /// A client with this secret, once the farm knows it.
    async fn client(&self, secret: &str) -> Client {
        let client = FarmServiceClient::with_interceptor(self.farm.channel().await, Show(secret.to_owned()));
        let before = self.loads().await;
        self.farm.reload.ask();
        // Not by trying: each refusal would be written down.
        until("the tokens are read again", || async { self.loads().await > before }).await;
        until("the token is known", || async {
            let asked = client.clone().get_farm(v1::GetFarmRequest {}).await;
            !matches!(asked, Err(status) if status.code() == Code::Unauthenticated)
        })
        .await;
        client
    }

    /// How often the tokens were read again.
    async fn loads(&self) -> u64 {
        let (_, text) = page(&self.farm.http, "/metrics").await;
        let line = "clipig_credentials_reloads_total{what=\"tokens\",outcome=\"loaded\"} ";
        text.lines().find_map(|found| found.strip_prefix(line)).unwrap().parse().unwrap()
    }

    async fn of_role(&self, name: &str, owner: &str, role: Role) -> Client {
        self.client(&self.tokens.create(name, owner, role)).await
    }
}

async fn submit(client: &mut Client) -> Result<v1::Job, Status> {
    let request = v1::SubmitJobRequest {
        client_token: token().into(),
        yaml: EXPERIMENT.to_owned(),
        submitter: "somebody else".to_owned(),
        ..Default::default()
    };
    client.submit_job(request).await.map(|answer| answer.into_inner().job.unwrap())
}

/// Makes every call of clients, on this job and on a worker that is not there; the gRPC codes.
async fn every_call(client: &Client, job: u64) -> Vec<(&'static str, Code)> {
    macro_rules! codes {
        ($($method:ident($request:expr),)*) => {
            vec![$({
                let answer = client.clone().$method($request).await;
                (stringify!($method), answer.err().map_or(Code::Ok, |status| status.code()))
            },)*]
        };
    }
    let name = || "nobody".to_owned();
    codes![
        get_job(v1::GetJobRequest { job, ..Default::default() }),
        list_jobs(v1::ListJobsRequest::default()),
        watch_job(v1::WatchJobRequest { job, ..Default::default() }),
        list_artifacts(v1::ListArtifactsRequest { job, ..Default::default() }),
        fetch_artifact(v1::FetchArtifactRequest { job, name: "picture.png".to_owned(), offset: 0 }),
        get_history(v1::GetHistoryRequest { job, ..Default::default() }),
        list_workers(v1::ListWorkersRequest::default()),
        list_models(v1::ListModelsRequest {}),
        get_farm(v1::GetFarmRequest {}),
        submit_job(v1::SubmitJobRequest { dry_run: true, ..Default::default() }),
        check_blobs(v1::CheckBlobsRequest::default()),
        upload_blob(tokio_stream::empty()),
        set_priority(v1::SetPriorityRequest { job, priority: 1 }),
        set_labels(v1::SetLabelsRequest { job, labels: vec!["mine".to_owned()] }),
        update_job(v1::UpdateJobRequest { job, ..Default::default() }),
        pause_job(v1::PauseJobRequest { job, ..Default::default() }),
        resume_job(v1::ResumeJobRequest { job }),
        cancel_job(v1::CancelJobRequest { job, ..Default::default() }),
        retry_job(v1::RetryJobRequest { job }),
        pause_worker(v1::PauseWorkerRequest { name: name(), ..Default::default() }),
        resume_worker(v1::ResumeWorkerRequest { name: name() }),
        drain_worker(v1::DrainWorkerRequest { name: name(), ..Default::default() }),
        forgive_worker(v1::ForgiveWorkerRequest { name: name() }),
        list_audit(v1::ListAuditRequest::default()),
        backup(v1::BackupRequest::default()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_do_what_is_its_own_and_nothing_else() {
    let house = House::start().await;
    let mut alice = house.of_role("alice", "alice", Role::Artist).await;
    let bob = house.of_role("bob", "bob", Role::Artist).await;
    let viewer = house.of_role("viewer", "viewer", Role::Viewer).await;
    let operator = house.of_role("operator", "carol", Role::Operator).await;
    let worker = house.of_role("worker", "worker", Role::Worker).await;
    let job = submit(&mut alice).await.unwrap();
    assert_eq!((job.owner.as_str(), job.submitter.as_str()), ("alice", "somebody else"));
    let denied = |codes: &[(&'static str, Code)]| -> Vec<&'static str> {
        codes.iter().filter(|(_, code)| *code == Code::PermissionDenied).map(|(name, _)| *name).collect()
    };
    let looks = 9;
    let all: Vec<&str> = every_call(&viewer, job.number).await.iter().map(|(name, _)| *name).collect();
    let steering =
        ["pause_worker", "resume_worker", "drain_worker", "forgive_worker", "list_audit", "backup"];
    let of_jobs =
        ["set_priority", "set_labels", "update_job", "pause_job", "resume_job", "cancel_job", "retry_job"];
    assert_eq!(denied(&every_call(&viewer, job.number).await), all[looks..]);
    assert_eq!(denied(&every_call(&worker, job.number).await), all);
    // Another artist sees the job, and changes nothing of it.
    let others = [&of_jobs[..], &steering[..]].concat();
    assert_eq!(denied(&every_call(&bob, job.number).await), others);
    let seen =
        bob.clone().get_job(v1::GetJobRequest { job: job.number, ..Default::default() }).await.unwrap();
    let seen = seen.into_inner().job.unwrap();
    assert_eq!((seen.state(), seen.priority), (v1::JobState::Waiting, 0));
    let refused =
        bob.clone().cancel_job(v1::CancelJobRequest { job: job.number, ..Default::default() }).await;
    let text = refused.unwrap_err().message().to_owned();
    assert!(text.contains("belongs to `alice`; you are `bob`"), "{text}");
    assert_eq!(denied(&every_call(&alice, job.number).await), steering);
    assert!(denied(&every_call(&operator, job.number).await).is_empty());
    // Workers compute, and nobody else does.
    for (secret, code) in
        [("viewer-2", Role::Viewer), ("artist-2", Role::Artist), ("operator-2", Role::Operator)]
            .map(|(name, role)| (house.tokens.create(name, "x", role), Code::PermissionDenied))
    {
        house.client(&secret).await;
        let mut client = WorkerServiceClient::with_interceptor(house.farm.channel().await, Show(secret));
        let request = v1::FetchBlobRequest { sha256: vec![7; 32].into(), offset: 0 };
        assert_eq!(client.fetch_blob(request).await.unwrap_err().code(), code);
        assert_eq!(client.session(tokio_stream::pending()).await.unwrap_err().code(), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_has_the_same_roles() {
    let house = House::start().await;
    let secrets = [("viewer", Role::Viewer), ("bob", Role::Artist), ("carol", Role::Operator)]
        .map(|(name, role)| house.tokens.create(name, name, role));
    let mut alice = house.of_role("alice", "alice", Role::Artist).await;
    let job = submit(&mut alice).await.unwrap().number;
    let operations = [
        ("GET", format!("/api/v1/jobs/{job}"), [200, 200, 200]),
        ("GET", "/api/v1/farm".to_owned(), [200, 200, 200]),
        ("GET", "/api/v1/audit".to_owned(), [403, 403, 200]),
        ("POST", "/api/v1/validate".to_owned(), [403, 200, 200]),
        ("POST", format!("/api/v1/jobs/{job}/pause"), [403, 403, 200]),
        ("PUT", format!("/api/v1/jobs/{job}/priority"), [403, 403, 200]),
        ("POST", "/api/v1/workers/nobody/drain".to_owned(), [403, 403, 404]),
    ];
    for (method, path, codes) in operations {
        for (secret, expected) in secrets.iter().zip(codes) {
            let body = match path.rsplit('/').next().unwrap() {
                "validate" => json!({ "yaml": EXPERIMENT }).to_string(),
                "priority" => json!({ "priority": 3 }).to_string(),
                _ => String::new(),
            };
            let asked = with(request(method, &path, &body), "authorization", &format!("Bearer {secret}"));
            let (status, answer) = call(&house.farm, asked).await;
            assert_eq!(status, expected, "{method} {path}: {answer}");
            assert!(status != 403 || answer["code"] == "forbidden", "{answer}");
        }
    }
    // A session has the role of its token, and ends with it.
    let login = request("POST", "/api/v1/session", &json!({ "token": secrets[1] }).to_string());
    let response = send(&house.farm, login).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let ask = |path: &str| call(&house.farm, with(request("GET", path, ""), "cookie", &cookie));
    let (_, session) = ask("/api/v1/session").await;
    assert_eq!((&session["owner"], &session["role"]), (&json!("bob"), &json!("artist")));
    assert_eq!(ask("/api/v1/audit").await.0, 403);
    house.tokens.revoke("bob");
    house.farm.reload.ask();
    until("the session has ended", || async { ask("/api/v1/farm").await.0 == 401 }).await;
    let (_, session) = ask("/api/v1/session").await;
    assert_eq!(session["authenticated"], json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_do_is_written_down_with_what_came_of_it() {
    let house = House::start().await;
    let mut alice = house.of_role("alice-laptop", "alice", Role::Artist).await;
    let mut bob = house.of_role("bob", "bob", Role::Artist).await;
    let mut operator = house.of_role("ops", "carol", Role::Operator).await;
    let job = submit(&mut alice).await.unwrap().number;
    alice.set_priority(v1::SetPriorityRequest { job, priority: 4 }).await.unwrap();
    bob.cancel_job(v1::CancelJobRequest { job, ..Default::default() }).await.unwrap_err();
    bob.drain_worker(v1::DrainWorkerRequest { name: "w1".to_owned(), ..Default::default() })
        .await
        .unwrap_err();
    let reason = "so that\nall is quiet".to_owned();
    operator.cancel_job(v1::CancelJobRequest { job, reason }).await.unwrap();
    let stranger =
        FarmServiceClient::with_interceptor(house.farm.channel().await, Show("not-a-token-at-all"));
    stranger.clone().get_farm(v1::GetFarmRequest {}).await.unwrap_err();
    let list = async |request: v1::ListAuditRequest| {
        operator.clone().list_audit(request).await.unwrap().into_inner().entries
    };
    // Refusals at the door are written in the background.
    until("all is written down", || async { list(v1::ListAuditRequest::default()).await.len() >= 6 }).await;
    let entries = list(v1::ListAuditRequest::default()).await;
    let told: Vec<(&str, &str, &str, Option<u64>, v1::AuditOutcome)> = entries
        .iter()
        .map(|entry| {
            let who = (entry.owner.as_str(), entry.token.as_str());
            (who.0, who.1, entry.action.as_str(), entry.job, entry.outcome())
        })
        .collect();
    for expected in [
        ("alice", "alice-laptop", "SubmitJob", Some(job), Done),
        ("alice", "alice-laptop", "SetPriority", Some(job), Done),
        ("bob", "bob", "CancelJob", Some(job), Refused),
        ("bob", "bob", "DrainWorker", None, Refused),
        ("carol", "ops", "CancelJob", Some(job), Done),
        ("", "", "GetFarm", None, Refused),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
    assert!(entries.iter().all(|entry| entry.address.starts_with("127.0.0.1:")), "{entries:?}");
    assert!(entries.iter().all(|entry| !entry.text.contains("not-a-token")), "{entries:?}");
    let of_job =
        list(v1::ListAuditRequest { job: Some(job), owner: "alice".to_owned(), ..Default::default() }).await;
    assert_eq!(of_job.len(), 2);
    assert_eq!(of_job[0].text, "priority 4");
    let page = v1::ListAuditRequest { limit: 2, ..Default::default() };
    let answer = operator.list_audit(page).await.unwrap().into_inner();
    assert!(answer.more && answer.entries.len() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_token_rotates_without_a_pause_and_a_revoked_one_ends_its_sessions() {
    let house = House::start().await;
    let mut operator = house.of_role("ops", "carol", Role::Operator).await;
    let old = house.tokens.create("gpus", "gpus", Role::Worker);
    house.client(&old).await;
    let connect = async |name: &str, secret: &str| {
        let mut worker = WorkerEnd::open_with(house.farm.worker().await, Some(secret)).await.unwrap();
        worker.say(FromWorker::Register(registration(name))).await;
        worker.receive().await.unwrap().unwrap();
        worker
    };
    let mut first = connect("first", &old).await;
    let new = house.tokens.rotate("gpus", std::time::Duration::from_hours(1));
    house.client(&new).await;
    // Both are valid, and the session under the old one goes on.
    let mut second = connect("second", &new).await;
    let mut third = connect("third", &old).await;
    let workers =
        operator.list_workers(v1::ListWorkersRequest::default()).await.unwrap().into_inner().workers;
    assert_eq!(
        workers.iter().filter(|worker| worker.state() == v1::WorkerState::Idle).count(),
        3,
        "{workers:?}"
    );
    house.tokens.revoke("gpus");
    house.farm.reload.ask();
    for worker in [&mut first, &mut second, &mut third] {
        let status = loop {
            match worker.receive().await {
                Ok(Some(_)) => {}
                other => break other.unwrap_err(),
            }
        };
        // It may come back with another token.
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("token"), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_ends_when_its_token_is_revoked() {
    let house = House::start().await;
    let mut alice = house.of_role("alice", "alice", Role::Artist).await;
    let job = submit(&mut alice).await.unwrap().number;
    let mut stream =
        alice.watch_job(v1::WatchJobRequest { job, ..Default::default() }).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    house.tokens.revoke("alice");
    // Without being asked: the file is looked at every two seconds.
    let status = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            other => break other.unwrap_err(),
        }
    };
    assert_eq!(status.code(), Code::Unauthenticated, "{status}");
}
