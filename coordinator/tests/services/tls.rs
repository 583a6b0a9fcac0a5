//! Encryption, Unix sockets, and addresses that cannot be had.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::Arc;

use clipig_coordinator::server::{Coordinator, Parts, ServeError};
use clipig_coordinator::settings::{ListenAddress, TlsFiles};
use clipig_models::Store;
use clipig_proto::v1;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::health::page;
use crate::standin::StandInCanvases;
use crate::support::{CLIENT_TOKEN, Show, TestFarm, settings, tokens, until};

/// Writes a certificate for `localhost`; returns it and the files.
pub(crate) fn certificate(folder: &std::path::Path) -> (String, TlsFiles) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.join("tls.crt"), key: folder.join("tls.key") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (made.cert.pem(), files)
}

async fn over_tls(farm: &TestFarm, authority: Option<&str>) -> Result<Channel, tonic::transport::Error> {
    let mut tls = ClientTlsConfig::new().domain_name("localhost");
    if let Some(pem) = authority {
        tls = tls.ca_certificate(Certificate::from_pem(pem));
    }
    let endpoint = Endpoint::from_shared(format!("https://{}", farm.address)).unwrap();
    endpoint.tls_config(tls).unwrap().connect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_with_tokens_serves_those_who_trust_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, files) = certificate(folder.path());
    let farm = TestFarm::with(|settings| {
        settings.tls = Some(files);
        settings.tokens = Some(tokens());
    })
    .await;
    let channel = over_tls(&farm, Some(&pem)).await.unwrap();
    let mut client = FarmServiceClient::with_interceptor(channel, Show(CLIENT_TOKEN));
    assert!(client.get_farm(v1::GetFarmRequest {}).await.is_ok());
    // Its connection is known by this call, also through TLS.
    let (_, metrics) = page(&farm.http, "/metrics").await;
    assert!(metrics.contains("clipig_connections{state=\"known\"} 1\n"), "{metrics}");
    // Somebody else's certificate is not trusted, and who does not encrypt is not heard.
    let (other, _) = certificate(tempfile::tempdir().unwrap().path());
    assert!(over_tls(&farm, Some(&other)).await.is_err());
    let plain = async {
        FarmServiceClient::new(farm.endpoint().connect().await?)
            .get_farm(v1::GetFarmRequest {})
            .await
            .map_err(Into::into)
    };
    let plain: Result<_, Box<dyn std::error::Error>> = plain.await;
    assert!(plain.is_err());
}

/// What the server shows in a new handshake.
async fn shown(farm: &TestFarm) -> Vec<u8> {
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
    let mut roots = RootCertStore::empty();
    let folder = farm.data.path();
    for pem in ["old.crt", "tls.crt"].map(|name| std::fs::read(folder.join(name)).unwrap()) {
        use tokio_rustls::rustls::pki_types::pem::PemObject as _;
        roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(crate::support::tcp(&farm.address)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_read_again_without_losing_a_connection() {
    let data = Arc::new(tempfile::tempdir().unwrap());
    let (pem, files) = certificate(data.path());
    std::fs::write(data.path().join("old.crt"), &pem).unwrap();
    let mut settings = settings(data.path());
    settings.tls = Some(files);
    let farm = TestFarm::of(settings, data).await;
    let mut client = FarmServiceClient::new(over_tls(&farm, Some(&pem)).await.unwrap());
    assert!(client.get_farm(v1::GetFarmRequest {}).await.is_ok());
    let before = shown(&farm).await;
    // A key that does not belong to the certificate is not taken.
    let whole = std::fs::read(farm.data.path().join("tls.key")).unwrap();
    std::fs::write(farm.data.path().join("tls.key"), "nonsense").unwrap();
    farm.reload.ask();
    let failed = "clipig_credentials_reloads_total{what=\"certificate\",outcome=\"failed\"} 0\n";
    until("the reload has failed", || async { !page(&farm.http, "/metrics").await.1.contains(failed) }).await;
    assert_eq!(shown(&farm).await, before);
    std::fs::write(farm.data.path().join("tls.key"), whole).unwrap();
    certificate(farm.data.path());
    // Nobody asks: the files are looked at.
    until("the new certificate is shown", || async { shown(&farm).await != before }).await;
    // The connection from before is still the same.
    let answer = client.get_farm(v1::GetFarmRequest {}).await.unwrap().into_inner().farm.unwrap();
    assert!(answer.certificate_expires.is_some());
}

async fn open(
    change: impl FnOnce(&mut clipig_coordinator::settings::Settings),
) -> Result<Coordinator, ServeError> {
    let data = tempfile::tempdir().unwrap();
    let mut settings = settings(data.path());
    change(&mut settings);
    let parts = Parts { canvases: Arc::new(StandInCanvases), models: Store::at(data.path().join("models")) };
    Coordinator::open(settings, parts).await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_certificate_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (_, files) = certificate(folder.path());
    std::fs::write(folder.path().join("junk"), "no certificate").unwrap();
    let junk = TlsFiles { certificate: folder.path().join("junk"), ..files.clone() };
    let absent = TlsFiles { key: folder.path().join("absent"), ..files };
    for (files, words) in [(junk, "junk"), (absent, "`tls.key`: cannot read")] {
        let error = open(|settings| settings.tls = Some(files)).await.err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }
}

async fn over_unix(path: PathBuf) -> Result<Channel, tonic::transport::Error> {
    let connect = tower::service_fn(move |_| {
        let path = path.clone();
        async move { UnixStream::connect(path).await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://farm").connect_with_connector(connect).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_is_for_its_owner_and_replaces_a_stale_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("farm.sock");
    // A process that was killed leaves this behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let mut farm = TestFarm::with(|settings| settings.listen = vec![ListenAddress::Unix(path.clone())]).await;
    let metadata = std::fs::metadata(&path).unwrap();
    assert!(metadata.file_type().is_socket());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let mut client = FarmServiceClient::new(over_unix(path.clone()).await.unwrap());
    assert!(client.get_farm(v1::GetFarmRequest {}).await.is_ok());
    // While somebody answers there, nobody takes it away.
    let second = open(|settings| settings.listen = vec![ListenAddress::Unix(path.clone())]).await;
    assert!(second.err().unwrap().to_string().contains("another process answers there"));
    drop(client);
    farm.stop().await;
    assert!(!path.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // A file that is no socket stays.
    std::fs::write(&path, "precious").unwrap();
    let third = open(|settings| settings.listen = vec![ListenAddress::Unix(path.clone())]).await;
    assert!(third.err().unwrap().to_string().contains("not a socket"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_named_with_a_remedy() {
    let farm = TestFarm::start().await;
    let taken = farm.address.clone();
    let error = open(|settings| settings.listen = vec![taken]).await.err().unwrap().to_string();
    assert!(error.contains(&farm.address.to_string()) && error.contains("set `listen`"), "{error}");
}
