//! What a person reads when a farm cannot be reached: real servers, real certificates.

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::net::{AddressFamily, SocketType};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection};
use support::Studio;
use tls::{Pair, authority, serve, signed};

/// A server that greets with whatever certificate it has, as those of other libraries do. Where.
fn greet(pair: &Pair) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certified = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_no_client_auth().with_cert_resolver(Arc::new(certified));
    config.alpn_protocols = vec![b"h2".to_vec()];
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // The client goes away in the middle of it.
            let _ = connection.complete_io(&mut stream.unwrap());
        }
    });
    address
}

/// What `clipig farm` says, which fails.
fn said(studio: &Studio, address: &str, authority: Option<&str>) -> String {
    let mut arguments = vec!["farm", "--farm", address];
    arguments.extend(authority.into_iter().flat_map(|file| ["--tls-ca", file]));
    studio.run(&arguments).failed(1)
}

#[test]
fn each_fault_of_a_certificate_has_its_sentence() {
    let studio = Studio::new();
    let signer = authority(&studio, "ca.pem");
    authority(&studio, "other.pem");
    let valid = [-1, 1];
    for (pair, authority_file, parts) in [
        (
            signed(&signer, "localhost", valid),
            None,
            ["self-signed, or signed by an authority", "CLIPIG_TLS_CA"],
        ),
        (
            signed(&signer, "localhost", valid),
            Some("other.pem"),
            ["is not trusted", "the authority in other.pem did not sign it"],
        ),
        (signed(&signer, "localhost", [-9, -2]), Some("ca.pem"), ["its certificate expired on 20", "renew"]),
        (signed(&signer, "localhost", [2, 9]), Some("ca.pem"), ["its certificate is valid from 20", "clock"]),
        (
            signed(&signer, "farm.example", valid),
            Some("ca.pem"),
            [
                "its certificate is for `farm.example`, not for `localhost`",
                "use a name that the certificate has",
            ],
        ),
    ] {
        let address = format!("https://localhost:{}", serve(Some(pair)).port());
        let said = said(&studio, &address, authority_file);
        assert!(said.starts_with(&format!("error: cannot reach the farm at {address}: ")), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?}: {said}");
        let hint = said.contains("CLIPIG_TLS_CA");
        assert_eq!(hint, authority_file.is_none(), "{said}");
    }
}

#[test]
fn certificates_that_openssl_makes_by_default_are_explained() {
    let studio = Studio::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for (name, authority, part) in [
        // `openssl req -x509` makes an authority of whatever it makes.
        ("self-signed", "self-signed.crt", "self-signed, as an authority's (CA:TRUE)"),
        // `openssl x509 -req` without extensions makes version 1.
        ("version-1", "authority.crt", "X.509 version 1"),
    ] {
        let pair = Pair { certificate: read(&format!("{name}.crt")), key: read(&format!("{name}.key")) };
        let address = format!("https://localhost:{}", greet(&pair).port());
        let file = folder.join(authority);
        let said = said(&studio, &address, file.to_str());
        assert!(said.contains(part) && !said.contains("CLIPIG_TLS_CA"), "{said}");
    }
}

#[test]
fn http_and_https_are_told_apart() {
    let studio = Studio::new();
    let signer = authority(&studio, "ca.pem");
    let plain = format!("https://localhost:{}", serve(None).port());
    let heard = said(&studio, &plain, Some("ca.pem"));
    assert!(heard.contains("it does not speak TLS") && heard.contains("use http://"), "{heard}");
    let secret = format!("http://localhost:{}", serve(Some(signed(&signer, "localhost", [-1, 1]))).port());
    let heard = said(&studio, &secret, None);
    assert!(heard.contains("it speaks TLS only") && heard.contains("use https://"), "{heard}");
}

/// An address at which nobody listens. It is taken as long as the socket is kept, so that nobody else gets it.
fn taken_address() -> (OwnedFd, SocketAddr) {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = rustix::net::getsockname(&socket).unwrap().try_into().unwrap();
    (socket, address)
}

#[test]
fn whoever_is_not_there_is_named() {
    let studio = Studio::new();
    let (_socket, address) = taken_address();
    let heard = said(&studio, &address.to_string(), None);
    assert!(heard.contains("nobody listens there (connection refused)"), "{heard}");
    assert!(heard.contains("clipig farm start"), "{heard}");
    let heard = said(&studio, "http://no-such-machine.invalid:7870", None);
    assert!(heard.contains("there is no machine of that name"), "{heard}");
    let heard = said(&studio, "unix:/nonexistent/farm.sock", None);
    assert!(heard.contains("there is no such socket"), "{heard}");
    studio.write("key.pem", "-----BEGIN PRIVATE KEY-----\n");
    let heard = said(&studio, "https://localhost:1", Some("key.pem"));
    assert!(heard.contains("key.pem") && heard.contains("holds no certificate"), "{heard}");
}
