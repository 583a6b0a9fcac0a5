//! `clipig doctor --farm` on farms, and ways to them, of which each has something broken.

#[path = "support/examined.rs"]
mod examined;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;
mod support;
#[path = "support/tls.rs"]
mod tls;

use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clipig_proto::v1::WorkerState;
use examined::{Examined, Expected};
use farm::{Farm, STANDSTILL};
use process::Owned;
use support::Studio;
use tls::{Authority, authority, serve, signed};

fn examined(studio: &Studio, arguments: &[&str]) -> Examined {
    Examined::of(studio.command(&[&["doctor", "--json", "--farm"], arguments].concat()))
}

#[test]
fn addresses_at_which_nobody_is_are_told_apart() {
    let studio = Studio::new();
    examined(&studio, &["farm"]).says(&Expected {
        broken: "`--farm farm`",
        verdict: "fault",
        check: "address",
        found: "`farm` is not the address of a farm",
        remedy: "http://host:port, https://host:port or unix:/path",
    });
    examined(&studio, &["http://no-such-machine.invalid:7870"]).says(&Expected {
        broken: "the name is misspelt",
        verdict: "fault",
        check: "name",
        found: "there is no machine of the name `no-such-machine.invalid`",
        remedy: "compare the name in the address",
    });
    // Bound, so that nobody else gets the port, and not listened at.
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM, None);
    let socket = socket.unwrap();
    rustix::net::bind(&socket, &SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address: SocketAddr = rustix::net::getsockname(&socket).unwrap().try_into().unwrap();
    examined(&studio, &[&format!("http://{address}")]).says(&Expected {
        broken: "the coordinator does not run",
        verdict: "fault",
        check: "connection",
        found: "nobody listens there (connection refused)",
        remedy: "start the coordinator there (`clipig-coordinator`)",
    });
    examined(&studio, &["unix:/nonexistent/farm.sock"]).says(&Expected {
        broken: "the socket is not there",
        verdict: "fault",
        check: "connection",
        found: "/nonexistent/farm.sock: there is no such socket",
        remedy: "compare the path with its setting `listen`",
    });
}

/// What is said of a server with a certificate for `name`, valid in these days from now.
fn with_certificate(
    studio: &Studio,
    signer: &Authority,
    name: &str,
    days: [i32; 2],
    file: Option<&str>,
) -> Examined {
    let address = format!("https://localhost:{}", serve(Some(signed(signer, name, days))).port());
    let mut arguments = vec![address.as_str()];
    arguments.extend(file.into_iter().flat_map(|file| ["--tls-ca", file]));
    examined(studio, &arguments)
}

#[test]
fn each_fault_of_a_certificate_has_its_remedy() {
    let studio = Studio::new();
    let signer = authority(&studio, "ca.crt");
    authority(&studio, "other.crt");
    studio.write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let says = |days, name, file, expected: &Expected| {
        with_certificate(&studio, &signer, name, days, file).says(expected);
    };
    let fault =
        |broken, found, remedy| Expected { broken, verdict: "fault", check: "certificate", found, remedy };
    let (valid, ours) = ([-1, 99], Some("ca.crt"));
    says(
        [-9, -2],
        "localhost",
        ours,
        &fault(
            "the certificate has expired",
            "its certificate expired on 20",
            "renew the farm's certificate",
        ),
    );
    says(
        [2, 9],
        "localhost",
        ours,
        &fault(
            "the certificate is not valid yet",
            "its certificate is valid from 20",
            "set the clock of this machine",
        ),
    );
    says(
        valid,
        "farm.example",
        ours,
        &fault(
            "the certificate is for another name",
            "its certificate is for `farm.example`, not for `localhost`",
            "use a name that the certificate has",
        ),
    );
    says(
        valid,
        "localhost",
        Some("other.crt"),
        &fault("the authority is that of another farm", "its certificate is not trusted", "did not sign it"),
    );
    says(
        valid,
        "localhost",
        Some("key.pem"),
        &fault(
            "`--tls-ca` names a key",
            "key.pem holds no certificate in PEM",
            "set --tls-ca or CLIPIG_TLS_CA to the `ca.crt`",
        ),
    );
    says(
        [-1, 8],
        "localhost",
        ours,
        &Expected {
            verdict: "warning",
            ..fault("the certificate ends in a week", "for localhost, trusted, until", "make a new one now")
        },
    );
    let well = with_certificate(&studio, &signer, "localhost", valid, ours);
    well.is_content_with("certificate");
}

#[test]
fn http_and_https_are_told_apart() {
    let studio = Studio::new();
    let signer = authority(&studio, "ca.crt");
    let plain = format!("https://localhost:{}", serve(None).port());
    examined(&studio, &[&plain, "--tls-ca", "ca.crt"]).says(&Expected {
        broken: "`https://`, and the farm has no TLS",
        verdict: "fault",
        check: "TLS",
        found: "it does not speak TLS",
        remedy: "use http:// in the address",
    });
    let secret = serve(Some(signed(&signer, "localhost", [-1, 1])));
    examined(&studio, &[&format!("http://localhost:{}", secret.port())]).says(&Expected {
        broken: "`http://`, and the farm has TLS",
        verdict: "fault",
        check: "connection",
        found: "it speaks TLS only",
        remedy: "use https:// in the address",
    });
}

/// What a stand-in says to a call of this path with these headers: an HTTP status and headers.
type Says = fn(&str, &http::HeaderMap) -> (u16, &'static [(&'static str, &'static str)]);

/// Something that speaks HTTP/2 and is no coordinator. Where.
fn stand_in(says: Says) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(stream).await.ok()?;
                    while let Some(Ok((request, mut respond))) = connection.accept().await {
                        let (status, headers) = says(request.uri().path(), request.headers());
                        let mut response = http::Response::builder().status(status);
                        for (name, value) in headers {
                            response = response.header(*name, *value);
                        }
                        // Whoever goes away early gets nothing.
                        let _ = respond.send_response(response.body(()).ok()?, true);
                    }
                    Some(())
                });
            }
        });
    });
    format!("http://{address}")
}

#[test]
fn what_is_no_coordinator_is_told_apart() {
    let studio = Studio::new();
    let says = |stand_in: String, check, verdict, broken, found, remedy| {
        examined(&studio, &[&stand_in]).says(&Expected { broken, verdict, check, found, remedy });
    };
    let nginx = stand_in(|_, _| (502, &[("server", "nginx/1.22.1"), ("content-type", "text/html")]));
    says(
        nginx,
        "protocol",
        "fault",
        "a proxy whose coordinator is gone",
        "a proxy answers, and does not reach the coordinator (HTTP 502 Bad Gateway)",
        "start the coordinator",
    );
    let web = stand_in(|_, _| (404, &[("content-type", "text/html")]));
    says(
        web,
        "protocol",
        "fault",
        "the port of a web server",
        "what answers is a web server, and not a coordinator (HTTP 404 Not Found)",
        "7870, not 7871",
    );
    says(
        support::server::start(b"hello".to_vec(), usize::MAX),
        "protocol",
        "fault",
        "the port of a web server without HTTP/2",
        "what answers is a web server, and not a coordinator (HTTP/1)",
        "7870, not 7871",
    );
    let other = stand_in(|_, _| (200, &[("content-type", "application/grpc"), ("grpc-status", "12")]));
    says(
        other,
        "protocol",
        "fault",
        "another gRPC service",
        "gRPC answers, but not clipig.farm.v1",
        "compare host and port",
    );
    let behind = stand_in(|_, _| (200, &[("grpc-status", "16"), ("date", "Sat, 01 Jan 2000 00:00:00 GMT")]));
    says(behind, "clock", "warning", "the farm's clock is wrong", "behind this machine's", "NTP");
    // As nginx is without settings for gRPC: it takes 1 MiB.
    let narrow = stand_in(|path, _| match path {
        "/clipig.farm.v1.FarmService/GetFarm" => (200, &[("grpc-status", "0"), ("server", "nginx/1.22.1")]),
        _ => (413, &[("server", "nginx/1.22.1")]),
    });
    let narrow = examined(&studio, &[&narrow]);
    narrow.says(&Expected {
        broken: "a proxy with its default limits",
        verdict: "fault",
        check: "proxy",
        found: "kB does not reach the farm (HTTP 413 Payload Too Large)",
        remedy: "client_max_body_size 0;",
    });
    narrow.says(&Expected {
        broken: "a proxy in between",
        verdict: "warning",
        check: "proxy",
        found: "there is one in between: nginx/1.22.1",
        remedy: "if sessions or watches are cut",
    });
}

#[test]
fn a_token_is_not_sent_where_others_can_read_it() {
    let studio = Studio::new();
    studio.write("token", "the-token-of-the-clients");
    let curious = stand_in(|_, headers| {
        if headers.contains_key("authorization") {
            (200, &[("grpc-status", "0")])
        } else {
            (200, &[("grpc-status", "16")])
        }
    });
    // The same address in IPv6, which is none of loopback.
    let address = curious.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let token = |found, remedy| Expected {
        broken: "`http://` to another machine, with a token",
        verdict: "fault",
        check: "token",
        found,
        remedy,
    };
    let silent = examined(&studio, &[&address, "--token-file", "token"]);
    silent.says(&token("the one in token was not sent: without TLS", "allow it with --insecure"));
    assert!(silent.says_of("token", "the farm requires a token"), "it was sent");
    let allowed = examined(&studio, &[&address, "--token-file", "token", "--insecure"]);
    assert!(allowed.says_of("token", "which was sent unencrypted just now"));
}

/// A coordinator that wants tokens.
fn with_tokens(studio: &Studio) -> (Owned, String) {
    let socket = studio.path("farm.sock");
    let address = format!("unix:{}", socket.display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_clipig-coordinator"));
    command.env("CLIPIG_COORDINATOR__LISTEN", &address).env("CLIPIG_COORDINATOR__HTTP_LISTEN", "off");
    command.env("CLIPIG_COORDINATOR__TOKENS__CLIENT", "the-token-of-the-clients");
    command.env("CLIPIG_COORDINATOR__TOKENS__WORKER", "the-token-of-the-workers");
    command.env("CLIPIG_COORDINATOR__DATA", studio.path("data")).stderr(Stdio::null());
    let mut coordinator = Owned::new(command.spawn().unwrap());
    let start = Instant::now();
    while UnixStream::connect(&socket).is_err() {
        assert_eq!(coordinator.child().try_wait().unwrap(), None, "the coordinator has ended");
        assert!(start.elapsed() < STANDSTILL, "nobody listens");
        std::thread::sleep(Duration::from_millis(20));
    }
    (coordinator, address)
}

#[test]
fn tokens_and_farms_without_workers_are_explained() {
    let studio = Studio::new();
    let (_coordinator, address) = with_tokens(&studio);
    let shown = |token: &str| {
        studio.write("token", token);
        let arguments: &[&str] = if token.is_empty() { &[] } else { &["--token-file", "token"] };
        examined(&studio, &[&[address.as_str()], arguments].concat())
    };
    let token = |broken, verdict, found, remedy| Expected { broken, verdict, check: "token", found, remedy };
    shown("").says(&token(
        "no token",
        "fault",
        "the farm requires a token, and none is set here",
        "set CLIPIG_TOKEN_FILE",
    ));
    shown("the-token-of-another-farm").says(&token(
        "the token of another farm",
        "fault",
        "the farm rejects the token in token",
        "sha256sum` on both sides",
    ));
    shown("the-token-of-the-workers").says(&token(
        "the workers' token",
        "warning",
        "the one in token is for workers",
        "the token for clients",
    ));
    shown(" ").says(&token("an empty file as token", "fault", "it is empty", "set CLIPIG_TOKEN_FILE"));
    let well = shown("the-token-of-the-clients");
    for check in ["connection", "proxy", "clock", "token", "version"] {
        well.is_content_with(check);
    }
    well.says(&Expected {
        broken: "no worker is connected",
        verdict: "warning",
        check: "workers",
        found: "none that computes, so jobs wait",
        remedy: "clipig worker --farm URL",
    });
}

#[test]
fn a_worker_that_is_gone_is_named() {
    let farm = Farm::start("doctor").with_workers(1);
    let examined = || Examined::of(farm.command(&["doctor", "--json"]));
    let well = examined();
    well.is_content_with("workers");
    assert!(well.count("farm") >= 7);
    farm.worker(0).kill();
    farm.wait_until("the worker is lost", || {
        farm.known_workers().iter().any(|worker| worker.state() == WorkerState::Lost)
    });
    examined().says(&Expected {
        broken: "a worker was killed",
        verdict: "warning",
        check: "workers",
        found: "lost: w1",
        remedy: "look at its machine and its log",
    });
}
