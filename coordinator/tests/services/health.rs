//! Probes, metrics, health and reflection.

use clipig_coordinator::settings::ListenAddress;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServiceResponse};

use crate::support::{CLIENT_TOKEN, EXPERIMENT, Show, TestFarm, submit, tcp, tokens, until};

pub(crate) async fn page(address: &ListenAddress, path: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(tcp(address)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: farm\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_metrics_need_no_token() {
    let mut farm = TestFarm::with(|settings| settings.tokens = Some(tokens())).await;
    assert_eq!(page(&farm.http, "/livez").await, (200, "alive\n".to_owned()));
    // On a busy machine the store may take longer to answer than a probe waits.
    until("ready", async || page(&farm.http, "/readyz").await == (200, "ready\n".to_owned())).await;
    assert_eq!(page(&farm.http, "/other").await.0, 404);
    let lines = ["clipig_jobs{state=\"waiting\"} 0", "clipig_workers{state=\"ready\"} 0", "# EOF"];
    until(&format!("a page of metrics with {lines:?}"), async || {
        let (status, text) = page(&farm.http, "/metrics").await;
        assert_eq!(status, 200);
        lines.iter().all(|line| text.lines().any(|found| found == *line))
    })
    .await;
    farm.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_jobs_and_bytes() {
    let farm = TestFarm::start().await;
    submit(&mut farm.client().await, EXPERIMENT).await.unwrap();
    until("the counts of jobs and of wanted workers", async || {
        let (_, text) = page(&farm.http, "/metrics").await;
        // From nothing: what scales workers by the second one starts one.
        text.contains("clipig_jobs{state=\"waiting\"} 1\n") && text.contains("clipig_wanted_workers 1\n")
    })
    .await;
    // Bytes are counted just after they are on their way, so the answer may be here before.
    until("the count of what was sent", async || {
        let (_, text) = page(&farm.http, "/metrics").await;
        let name = "clipig_wire_bytes_total{direction=\"sent\"} ";
        let sent = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        sent.parse::<u64>().unwrap() > 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_is_counted_with_its_code_and_time() {
    let farm = TestFarm::with(|settings| settings.tokens = Some(tokens())).await;
    let stranger = farm.client().await.get_farm(clipig_proto::v1::GetFarmRequest {}).await;
    assert_eq!(stranger.unwrap_err().code(), Code::Unauthenticated);
    let mut client = FarmServiceClient::with_interceptor(farm.channel().await, Show(CLIENT_TOKEN));
    client.get_farm(clipig_proto::v1::GetFarmRequest {}).await.unwrap();
    let request = clipig_proto::v1::GetJobRequest { job: 7, with_experiment: false };
    assert_eq!(client.get_job(request).await.unwrap_err().code(), Code::NotFound);
    // A stream has ended once the client has gone away.
    let request = clipig_proto::v1::SubmitJobRequest {
        client_token: vec![7; 16].into(),
        yaml: EXPERIMENT.to_owned(),
        ..Default::default()
    };
    let job = client.submit_job(request).await.unwrap().into_inner().job.unwrap();
    let watch = clipig_proto::v1::WatchJobRequest { job: job.number, ..Default::default() };
    drop(client.watch_job(watch).await.unwrap());
    let lines = [
        "clipig_calls_total{call=\"FarmService/GetFarm\",code=\"unauthenticated\"} 1",
        "clipig_calls_total{call=\"FarmService/GetFarm\",code=\"ok\"} 1",
        "clipig_calls_total{call=\"FarmService/GetJob\",code=\"not_found\"} 1",
        "clipig_calls_total{call=\"FarmService/WatchJob\",code=\"cancelled\"} 1",
        "clipig_call_seconds_count{call=\"FarmService/GetFarm\"} 2",
    ];
    until(&format!("the counts {lines:?}"), async || {
        let (_, text) = page(&farm.http, "/metrics").await;
        lines.iter().all(|line| text.lines().any(|found| found == *line))
    })
    .await;
    // What the system says, and the requests of this test.
    let (_, text) = page(&farm.http, "/metrics").await;
    let value = |name: &str| {
        let line =
            text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()
    };
    for name in [
        "clipig_open_files ",
        "clipig_disk_free_bytes ",
        "clipig_store_wait_seconds_count ",
        "clipig_http_requests_total{route=\"GET /metrics\",code=\"200\"} ",
    ] {
        assert!(value(name) > 0.0, "{name}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_needs_no_token() {
    let farm = TestFarm::with(|settings| settings.tokens = Some(tokens())).await;
    let mut client = HealthClient::new(farm.channel().await);
    for service in ["", "clipig.farm.v1.FarmService", "clipig.farm.v1.WorkerService"] {
        let answer = client.check(HealthCheckRequest { service: service.into() }).await.unwrap();
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving, "{service}");
    }
    let unknown = client.check(HealthCheckRequest { service: "other".into() }).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_tells_clients_what_there_is() {
    let farm = TestFarm::with(|settings| settings.tokens = Some(tokens())).await;
    let ask = |request| {
        tokio_stream::iter([ServerReflectionRequest { host: String::new(), message_request: Some(request) }])
    };
    let services = MessageRequest::ListServices(String::new());
    let refused =
        ServerReflectionClient::new(farm.channel().await).server_reflection_info(ask(services.clone())).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
    let mut client = ServerReflectionClient::with_interceptor(farm.channel().await, Show(CLIENT_TOKEN));
    let mut answers = client.server_reflection_info(ask(services)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    let names: Vec<&str> = list.service.iter().map(|ServiceResponse { name }| name.as_str()).collect();
    for name in ["clipig.farm.v1.FarmService", "clipig.farm.v1.WorkerService", "grpc.health.v1.Health"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let symbol = MessageRequest::FileContainingSymbol("clipig.farm.v1.FarmService.WatchJob".into());
    let mut answers = client.server_reflection_info(ask(symbol)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_farm_that_stops_ends_streams_and_calls() {
    let mut farm = TestFarm::start().await;
    let mut client = FarmServiceClient::new(farm.channel().await);
    let job = submit(&mut client, EXPERIMENT).await.unwrap();
    let watch = clipig_proto::v1::WatchJobRequest { job: job.number, ..Default::default() };
    let mut stream = client.watch_job(watch).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    farm.stop().await;
    let status = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended without a word"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(status.message().contains("shutting down"), "{}", status.message());
}
