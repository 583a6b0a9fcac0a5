//! Who is let in.

use clipig_proto::v1;
use clipig_proto::v1::farm_error::Code as FarmCode;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use tonic::{Code, Status};

use crate::support::{CLIENT_TOKEN, Show, TestFarm, WORKER_TOKEN, tokens};

async fn guarded() -> TestFarm {
    TestFarm::with(|settings| settings.tokens = Some(tokens())).await
}

async fn ask_farm(farm: &TestFarm, token: &'static str) -> Result<v1::Farm, Status> {
    let mut client = FarmServiceClient::with_interceptor(farm.channel().await, Show(token));
    client.get_farm(v1::GetFarmRequest {}).await.map(|answer| answer.into_inner().farm.unwrap())
}

async fn fetch(farm: &TestFarm, token: &'static str) -> Status {
    let mut client = WorkerServiceClient::with_interceptor(farm.channel().await, Show(token));
    let request = v1::FetchBlobRequest { sha256: vec![7; 32].into(), offset: 0 };
    client.fetch_blob(request).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_takes_its_own_token() {
    let farm = guarded().await;
    assert_eq!(ask_farm(&farm, CLIENT_TOKEN).await.unwrap().incarnation, 1);
    // A worker with its token gets as far as the content, which is not there.
    assert_eq!(fetch(&farm, WORKER_TOKEN).await.code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_told_what_is_wrong() {
    let farm = guarded().await;
    let missing = farm.client().await.get_farm(v1::GetFarmRequest {}).await.unwrap_err();
    let wrong = ask_farm(&farm, "something-else-0123456789").await.unwrap_err();
    let swapped = ask_farm(&farm, WORKER_TOKEN).await.unwrap_err();
    let also_swapped = fetch(&farm, CLIENT_TOKEN).await;
    for (status, words) in [(&missing, "asks for a token"), (&wrong, "not the farm's")] {
        assert_eq!(status.code(), Code::Unauthenticated);
        assert!(status.message().contains(words), "{}", status.message());
        assert_eq!(clipig_proto::status::error(status).unwrap().code(), FarmCode::Unauthenticated);
    }
    for (status, words) in [
        (
            &swapped,
            "needs the role viewer, which `client` has; the token `tokens.worker` has the role worker",
        ),
        (
            &also_swapped,
            "needs the role worker, which `worker` has; the token `tokens.client` has the role operator",
        ),
    ] {
        assert_eq!(status.code(), Code::PermissionDenied);
        assert!(status.message().contains(words), "{}", status.message());
        assert_eq!(clipig_proto::status::error(status).unwrap().code(), FarmCode::Forbidden);
    }
    assert!(swapped.message().contains("CLIPIG_TOKEN"), "{}", swapped.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_needs_the_token_of_workers() {
    let farm = guarded().await;
    let mut client = WorkerServiceClient::with_interceptor(farm.channel().await, Show(CLIENT_TOKEN));
    let status = client.session(tokio_stream::pending()).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tokens_everybody_on_this_machine_is_let_in() {
    let farm = TestFarm::start().await;
    let answer =
        farm.client().await.get_farm(v1::GetFarmRequest {}).await.unwrap().into_inner().farm.unwrap();
    assert_eq!(answer.max_running_jobs, 8);
    assert!(answer.disk_free > 0 && answer.data_size > 0);
}
