//! Who may use the API, and on which way.

use std::sync::Arc;

use clipig_coordinator::settings::ListenAddress;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::http_client::{address, bytes, call, request, send, with};
use crate::support::{CLIENT_TOKEN, TestFarm, WORKER_TOKEN, tokens};
use crate::tls::certificate;

async fn guarded() -> TestFarm {
    TestFarm::with(|settings| settings.tokens = Some(tokens())).await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_show_the_token() {
    let farm = guarded().await;
    let (status, problem) = call(&farm, request("GET", "/api/v1/farm", "")).await;
    assert_eq!((status, &problem["code"]), (401, &json!("unauthenticated")));
    assert!(problem["detail"].as_str().unwrap().contains("CLIPIG_TOKEN"), "{problem}");
    let shown =
        |token: &str| call(&farm, with(request("GET", "/api/v1/farm", ""), "authorization", &bearer(token)));
    assert_eq!(shown(CLIENT_TOKEN).await.0, 200);
    let (status, problem) = shown(WORKER_TOKEN).await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
    assert!(problem["detail"].as_str().unwrap().contains("`tokens.worker` has the role worker"), "{problem}");
    assert_eq!(shown("another-token-0123456789").await.0, 401);
    // Whether one may come in, and what the API is like, are no secrets.
    let (_, session) = call(&farm, request("GET", "/api/v1/session", "")).await;
    let nobody =
        json!({ "token_needed": true, "authenticated": false, "token": null, "owner": null, "role": null });
    assert_eq!(session, nobody);
    assert_eq!(send(&farm, request("GET", "/api/v1/openapi.json", "")).await.status().as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_logs_in_and_out() {
    let farm = guarded().await;
    let login = |token: &str| request("POST", "/api/v1/session", &json!({ "token": token }).to_string());
    assert_eq!(call(&farm, login("wrong-token-0123456789")).await.0, 401);
    assert_eq!(call(&farm, login(WORKER_TOKEN)).await.0, 403);
    let response = send(&farm, login(CLIENT_TOKEN)).await;
    assert_eq!(response.status().as_u16(), 200);
    let somebody = json!({
        "token_needed": true, "authenticated": true, "token": "tokens.client", "owner": "client", "role": "operator",
    });
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    // In the clear a browser would not keep a cookie that is marked as secure.
    assert!(!cookie.contains("Secure") && !cookie.contains(CLIENT_TOKEN), "{cookie}");
    // A proxy has taken TLS off.
    let behind = with(with(login(CLIENT_TOKEN), "host", "farm.example"), "origin", "https://farm.example");
    let behind = send(&farm, behind).await.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(behind.ends_with("; Secure"), "{behind}");
    // Who is not known yet cannot have much kept in memory.
    assert_eq!(call(&farm, login(&"x".repeat(5_000))).await.0, 413);
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let (_, session) = call(&farm, with(request("GET", "/api/v1/session", ""), "cookie", &cookie)).await;
    assert_eq!(session, somebody);
    let ask = |cookie: &str| call(&farm, with(request("GET", "/api/v1/farm", ""), "cookie", cookie));
    assert_eq!(ask(&format!("other=1; {cookie}")).await.0, 200);
    assert_eq!(ask(&format!("{cookie}0")).await.0, 401);
    assert_eq!(ask("clipig_session=9999999999.00.tokens.client").await.0, 401);
    let logout = send(&farm, request("DELETE", "/api/v1/session", "")).await;
    assert_eq!(logout.status().as_u16(), 204);
    assert!(logout.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    // Another site's page has the cookie sent along, and is refused.
    let forged = with(
        with(request("POST", "/api/v1/jobs/1/cancel", ""), "cookie", &cookie),
        "origin",
        "https://else.example",
    );
    assert_eq!(call(&farm, forged).await.0, 403);
    let own = with(
        with(request("POST", "/api/v1/jobs/1/cancel", ""), "cookie", &cookie),
        "origin",
        "http://127.0.0.1",
    );
    assert_eq!(call(&farm, own).await.0, 404, "there is no such job");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_farm_without_tokens_answers_no_other_name() {
    let farm = TestFarm::start().await;
    let ask = |host: &str| call(&farm, with(request("GET", "/api/v1/farm", ""), "host", host));
    assert_eq!(ask("localhost:7871").await.0, 200);
    let (status, problem) = ask("else.example:7871").await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_this_machine_only_tls_is_answered_while_probes_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, files) = certificate(folder.path());
    let farm = TestFarm::with(|settings| {
        settings.http_listen = Some(ListenAddress::Tcp("0.0.0.0:0".parse().unwrap()));
        settings.tls = Some(files);
        settings.tokens = Some(tokens());
    })
    .await;
    let probe = send(&farm, request("GET", "/livez", "")).await;
    assert_eq!((probe.status().as_u16(), &bytes(probe).await[..]), (200, &b"alive\n"[..]));
    let plain = with(request("GET", "/api/v1/farm", ""), "authorization", &bearer(CLIENT_TOKEN));
    let (status, problem) = call(&farm, plain).await;
    assert_eq!(status, 403);
    assert!(problem["detail"].as_str().unwrap().contains("https"), "{problem}");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", address(&farm).port())).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let login = request("POST", "/api/v1/session", &json!({ "token": CLIENT_TOKEN }).to_string());
    let response = sender.send_request(login).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tokens_nobody_beyond_this_machine_is_answered() {
    let farm = TestFarm::with(|settings| {
        settings.http_listen = Some(ListenAddress::Tcp("0.0.0.0:0".parse().unwrap()));
    })
    .await;
    assert_eq!(send(&farm, request("GET", "/readyz", "")).await.status().as_u16(), 200);
    assert_eq!(call(&farm, request("GET", "/api/v1/farm", "")).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_runs_only_what_it_brings() {
    let farm = TestFarm::start().await;
    for (path, kind) in [
        ("/", "text/html"),
        ("/jobs/7", "text/html"),
        ("/gallery", "text/html"),
        ("/farm", "text/html"),
        ("/page.js", "text/javascript"),
        ("/studio.js", "text/javascript"),
        ("/editor.js", "text/javascript"),
        ("/page.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
        ("/examples.webp", "image/webp"),
        ("/compare", "text/html"),
    ] {
        let plain = send(&farm, request("GET", path, "")).await;
        let headers = plain.headers().clone();
        assert_eq!(plain.status().as_u16(), 200, "{path}");
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"),
            "{policy}"
        );
        let plain = bytes(plain).await;
        let gzip = send(&farm, with(request("GET", path, ""), "accept-encoding", "br, gzip;q=0.8")).await;
        assert_eq!(gzip.headers()["content-encoding"], "gzip");
        let mut text = Vec::new();
        let compressed = bytes(gzip).await;
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&compressed[..]), &mut text).unwrap();
        assert_eq!(text, plain);
        let known = with(request("GET", path, ""), "if-none-match", headers["etag"].to_str().unwrap());
        assert_eq!(send(&farm, known).await.status().as_u16(), 304);
    }
}
