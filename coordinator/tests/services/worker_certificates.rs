//! Certificates that workers have to show.

use std::path::Path;

use clipig_proto::v1;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use tonic::Code;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::health::page;
use crate::support::{CLIENT_TOKEN, Show, TestFarm, WORKER_TOKEN, tokens, until};
use crate::tls::certificate;

/// An authority that signs certificates of workers.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(parameters, key) }
    }

    /// What a worker shows. `last_year`: until when it was valid.
    fn sign(&self, usage: ExtendedKeyUsagePurpose, last_year: Option<i32>) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec!["worker".to_owned()]).unwrap();
        parameters.extended_key_usages = vec![usage];
        if let Some(year) = last_year {
            parameters.not_after = rcgen::date_time_ymd(year, 1, 1);
        }
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        Identity::from_pem(certificate.pem(), key.serialize_pem())
    }

    fn of_worker(&self) -> Identity {
        self.sign(ExtendedKeyUsagePurpose::ClientAuth, None)
    }

    fn write(&self, file: &Path) {
        std::fs::write(file, &self.pem).unwrap();
    }
}

/// A connection that shows a certificate, or none.
async fn connect(farm: &TestFarm, trusts: &str, shows: Option<Identity>) -> Option<Channel> {
    let mut tls =
        ClientTlsConfig::new().domain_name("localhost").ca_certificate(Certificate::from_pem(trusts));
    if let Some(identity) = shows {
        tls = tls.identity(identity);
    }
    let endpoint = Endpoint::from_shared(format!("https://{}", farm.address)).unwrap();
    endpoint.tls_config(tls).unwrap().connect().await.ok()
}

/// How far a worker gets: `NotFound` is as far as content that is not there; `None`: no call comes through.
async fn reached(farm: &TestFarm, trusts: &str, shows: Option<Identity>) -> Option<Code> {
    let channel = connect(farm, trusts, shows).await?;
    let status = fetch(channel).await;
    // A handshake that the farm refuses may look complete to the client, and its first call fails.
    [Code::NotFound, Code::PermissionDenied].contains(&status.code()).then(|| {
        assert_eq!(status.code() == Code::PermissionDenied, status.message().contains("`tls.worker_ca`"));
        status.code()
    })
}

async fn fetch(channel: Channel) -> tonic::Status {
    let mut worker = WorkerServiceClient::with_interceptor(channel, Show(WORKER_TOKEN));
    let request = v1::FetchBlobRequest { sha256: vec![7; 32].into(), offset: 0 };
    worker.fetch_blob(request).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_show_a_certificate_where_they_are_asked_and_clients_need_none() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, files) = certificate(folder.path());
    let (authority, other) = (Authority::new(), Authority::new());
    let ca = folder.path().join("workers.crt");
    authority.write(&ca);
    let farm = TestFarm::with(|settings| {
        settings.tls = Some(files);
        settings.worker_ca = Some(ca);
        settings.tokens = Some(tokens());
    })
    .await;
    let channel = connect(&farm, &pem, None).await.unwrap();
    let mut client = FarmServiceClient::with_interceptor(channel, Show(CLIENT_TOKEN));
    client.get_farm(v1::GetFarmRequest {}).await.unwrap();
    let server = ExtendedKeyUsagePurpose::ServerAuth;
    for (shows, code) in [
        (Some(authority.of_worker()), Some(Code::NotFound)),
        (None, Some(Code::PermissionDenied)),
        (Some(other.of_worker()), None),
        (Some(authority.sign(ExtendedKeyUsagePurpose::ClientAuth, Some(2020))), None),
        (Some(authority.sign(server, None)), None),
    ] {
        assert_eq!(reached(&farm, &pem, shows).await, code);
    }
    let (_, metrics) = page(&farm.http, "/metrics").await;
    assert!(metrics.contains("clipig_logins_refused_total{reason=\"certificate\"} 1\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_of_workers_are_read_again_without_losing_a_connection() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, files) = certificate(folder.path());
    let (before, after) = (Authority::new(), Authority::new());
    let ca = folder.path().join("workers.crt");
    before.write(&ca);
    let farm = TestFarm::with(|settings| {
        settings.tls = Some(files);
        settings.worker_ca = Some(ca.clone());
        settings.tokens = Some(tokens());
    })
    .await;
    let kept = connect(&farm, &pem, Some(before.of_worker())).await.unwrap();
    assert_eq!(fetch(kept.clone()).await.code(), Code::NotFound);
    assert_eq!(reached(&farm, &pem, Some(after.of_worker())).await, None);
    after.write(&ca);
    farm.reload.ask();
    until("the new authority is known", || async {
        reached(&farm, &pem, Some(after.of_worker())).await == Some(Code::NotFound)
    })
    .await;
    assert_eq!(reached(&farm, &pem, Some(before.of_worker())).await, None);
    assert_eq!(fetch(kept).await.code(), Code::NotFound);
}
