//! What an owner may take, by gRPC and by the JSON API.

use std::time::{Duration, Instant};

use clipig_access::Role;
use clipig_coordinator::settings::Settings;
use clipig_proto::status::{error, retry_after};
use clipig_proto::v1;
use clipig_proto::v1::farm_error::Code as FarmCode;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use prost::bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::health::page;
use crate::http_client::{call, request, send, with};
use crate::support::{EXPERIMENT, Show, TestFarm, TokensFile, token, until};

type Client = FarmServiceClient<InterceptedService<Channel, Show<String>>>;

/// A farm with tokens that were made before it started.
struct House {
    farm: TestFarm,
    tokens: TokensFile,
}

impl House {
    async fn with(tokens: TokensFile, change: impl FnOnce(&mut Settings)) -> Self {
        let path = tokens.path();
        let farm = TestFarm::with(|settings| {
            settings.tokens_file = Some(path);
            change(settings);
        })
        .await;
        Self { farm, tokens }
    }

    async fn client(&self, secret: &str) -> Client {
        FarmServiceClient::with_interceptor(self.farm.channel().await, Show(secret.to_owned()))
    }
}

fn quotas(limits: &str) -> impl FnOnce(&mut Settings) {
    let limits = limits.parse().unwrap();
    move |settings| settings.quotas = limits
}

/// Owner, limit, what is used and what is allowed, as the farm shows it to a client.
async fn shown(client: &mut Client) -> Vec<String> {
    let farm = client.get_farm(v1::GetFarmRequest {}).await.unwrap().into_inner().farm.unwrap();
    let of = |v1::OwnerQuotas { owner, quotas }: v1::OwnerQuotas| {
        let shown = move |one: v1::Quota| format!("{owner} {} {:?}/{}", one.limit, one.used, one.most);
        quotas.into_iter().map(shown)
    };
    farm.quotas.into_iter().flat_map(of).collect()
}

async fn submit(client: &mut Client) -> Result<u64, Status> {
    let request = v1::SubmitJobRequest {
        client_token: token().into(),
        yaml: EXPERIMENT.to_owned(),
        ..Default::default()
    };
    client.submit_job(request).await.map(|answer| answer.into_inner().job.unwrap().number)
}

/// Uploads bytes in pieces of this size.
async fn upload(client: &mut Client, bytes: &[u8], piece: usize) -> Result<(), Status> {
    let sha256 = Bytes::copy_from_slice(&Sha256::digest(bytes));
    let mut header = Some(v1::ContentHeader { sha256, size: bytes.len() as u64, offset: 0 });
    let pieces: Vec<_> = bytes
        .chunks(piece)
        .map(|data| {
            let chunk = v1::ContentChunk { header: header.take(), data: Bytes::copy_from_slice(data) };
            v1::UploadBlobRequest { chunk: Some(chunk) }
        })
        .collect();
    client.upload_blob(tokio_stream::iter(pieces)).await.map(|_| ())
}

/// Makes fifty calls at the same time.
async fn at_once(client: &Client) -> Vec<Result<(), Status>> {
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let mut client = client.clone();
        calls.spawn(async move { client.get_farm(v1::GetFarmRequest {}).await.map(|_| ()) });
    }
    calls.join_all().await
}

/// Calls until a call is one too many, where one in a second is allowed and ten at once.
async fn refused_call(client: &Client) -> Status {
    loop {
        if let Some(status) = at_once(client).await.into_iter().find_map(Result::err) {
            return status;
        }
    }
}

fn is_over_limit(status: &Status, words: &str) {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert_eq!(error(status).unwrap().code(), FarmCode::Full);
    assert!(status.message().contains(words), "{}", status.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_are_refused_with_the_time_to_wait() {
    let tokens = TokensFile::new();
    let [alice, bob] = ["alice", "bob"].map(|name| tokens.create(name, name, Role::Viewer));
    let house = House::with(tokens, quotas("calls=1")).await;
    let client = house.client(&alice).await;
    let refused = refused_call(&client).await;
    is_over_limit(&refused, "1 per second are allowed (`quotas.calls_per_second`)");
    let wait = retry_after(&refused).unwrap();
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
    // The JSON API counts with it.
    let asked = || with(request("GET", "/api/v1/farm", ""), "authorization", &format!("Bearer {alice}"));
    let refused = loop {
        let response = send(&house.farm, asked()).await;
        if response.status() != 200 {
            break response;
        }
        // A second has passed since the last refusal.
        refused_call(&client).await;
    };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    // Nobody else is held up, and who waits is let in again.
    house.client(&bob).await.get_farm(v1::GetFarmRequest {}).await.unwrap();
    until("the owner may call again", || async {
        let mut client = client.clone();
        client.get_farm(v1::GetFarmRequest {}).await.is_ok()
    })
    .await;
    let (_, metrics) = page(&house.farm.http, "/metrics").await;
    let line = "clipig_over_limit_total{limit=\"calls\",of=\"owner\"} ";
    let count: u64 = metrics.lines().find_map(|found| found.strip_prefix(line)).unwrap().parse().unwrap();
    assert!(count >= 2, "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_all_together_are_bounded_and_operators_get_in() {
    let tokens = TokensFile::new();
    let viewer = tokens.create("viewer", "viewer", Role::Viewer);
    let operator = tokens.create("operator", "operator", Role::Operator);
    let house = House::with(tokens, |settings| settings.limits.calls_per_second = Some(1)).await;
    let (viewer, operator) = (house.client(&viewer).await, house.client(&operator).await);
    let refused = refused_call(&viewer).await;
    is_over_limit(&refused, "(`limits.calls_per_second`)");
    assert!(at_once(&operator).await.iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_jobs_of_an_owner_are_bounded_over_all_their_tokens() {
    let tokens = TokensFile::new();
    let laptop = tokens.create("laptop", "alice", Role::Artist);
    let desk = tokens.create_with("desk", "alice", Role::Artist, "jobs-waiting=2".parse().unwrap());
    let bob = tokens.create("bob", "bob", Role::Artist);
    let operator = tokens.create("olga", "olga", Role::Operator);
    let house = House::with(tokens, quotas("jobs-waiting=1")).await;
    let (mut laptop, mut desk) = (house.client(&laptop).await, house.client(&desk).await);
    let mut bob = house.client(&bob).await;
    submit(&mut laptop).await.unwrap();
    submit(&mut desk).await.unwrap();
    for client in [&mut laptop, &mut desk] {
        let refused = submit(client).await.unwrap_err();
        is_over_limit(
            &refused,
            "`alice` has 2 waiting or paused jobs; 2 are allowed (the limit `jobs-waiting` of the token",
        );
    }
    submit(&mut bob).await.unwrap();
    is_over_limit(&submit(&mut bob).await.unwrap_err(), "1 are allowed (`quotas.jobs_waiting`)");
    // Only operators are shown what others have.
    assert_eq!(shown(&mut bob).await, ["bob jobs-waiting Some(1)/1"]);
    let all = shown(&mut house.client(&operator).await).await;
    for expected in ["alice jobs-waiting Some(2)/2", "bob jobs-waiting Some(1)/1"] {
        assert!(all.iter().any(|one| one == expected), "{expected}: {all:?}");
    }
    // The same by the JSON API.
    let secret = house.tokens.rotate("bob", Duration::from_hours(1));
    house.farm.reload.ask();
    let wish = json!({ "yaml": EXPERIMENT }).to_string();
    let wish = || with(request("POST", "/api/v1/jobs", &wish), "authorization", &format!("Bearer {secret}"));
    until("the new secret is known", || async { send(&house.farm, wish()).await.status() != 401 }).await;
    let (status, problem) = call(&house.farm, wish()).await;
    assert_eq!((status, &problem["code"]), (429, &json!("full")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("`quotas.jobs_waiting`"), "{problem}");
    // Other limits hold within seconds, without another secret.
    house.tokens.set_limits("desk", "jobs-waiting=3");
    house.farm.reload.ask();
    until("the limit is raised", || async {
        let mut client = laptop.clone();
        submit(&mut client).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_wait_for_their_rate_and_an_owner_keeps_no_more_than_they_may() {
    let tokens = TokensFile::new();
    let [alice, bob] = ["alice", "bob"].map(|name| tokens.create(name, name, Role::Artist));
    let house = House::with(tokens, quotas("upload=1MiB,bytes=6MiB")).await;
    let (mut alice, mut bob) = (house.client(&alice).await, house.client(&bob).await);
    let content = |byte: u8, size: usize| vec![byte; size];
    let start = Instant::now();
    // Two seconds' worth come at once; the third takes its second.
    upload(&mut alice, &content(1, 3 << 20), 1 << 20).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    let refused = upload(&mut alice, &content(2, 4 << 20), 1 << 20).await.unwrap_err();
    is_over_limit(
        &refused,
        "`alice` has uploaded take 3.0 MiB, and this upload would take 4.0 MiB; 6.0 MiB are",
    );
    // What is here takes nothing, and others have their own.
    upload(&mut alice, &content(1, 3 << 20), 1 << 20).await.unwrap();
    upload(&mut bob, &content(3, 2 << 20), 1 << 20).await.unwrap();
    let (_, metrics) = page(&house.farm.http, "/metrics").await;
    assert!(metrics.contains("clipig_over_limit_total{limit=\"bytes\",of=\"owner\"} 1\n"), "{metrics}");
}
