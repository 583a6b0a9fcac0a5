//! The farm's TLS: who it says it is, until when, and whether HTTP/2 is spoken behind it.
//!
//! The handshake here trusts everybody, so that a wrong certificate can be described; no token is sent on this
//! connection. What the certificate is worth is asked of the verifier that all connections use. That verifier also tells
//! names and expiry without a parser of ours: asked about another name, or about a time far ahead, it says what the
//! certificate has instead.

use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use clipig_proto::connect_error::ConnectError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error,
    RootCertStore, SignatureScheme,
};

use super::super::Finding;
use crate::farm::show::counted;
use crate::terminal::utc;

const CHECK: &str = "certificate";

/// A name that no certificate has.
const NOBODY: &str = "nobody.invalid";

/// The end of the year 9999, in seconds since 1970: later than any certificate (RFC 5280, 4.1.2.5).
const FAR_AHEAD: u64 = 253_402_300_799;

/// A certificate that ends sooner is renewed in time only if somebody is told.
const SOON: Duration = Duration::from_hours(21 * 24);

/// How long the handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Greeted {
    pub(super) findings: Vec<Finding>,
    /// Would clipig speak to this peer?
    pub(super) can_go_on: bool,
}

impl Greeted {
    fn failed(finding: Finding) -> Self {
        Self { findings: vec![finding], can_go_on: false }
    }
}

/// Greets a peer. `authority`: the file of --tls-ca, where there is one.
pub(super) fn check(stream: TcpStream, host: &str, authority: Option<&Path>) -> Greeted {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match verifier(&provider, authority) {
        Ok(verifier) => verifier,
        Err(fault) => return Greeted::failed(fault),
    };
    let Ok(name) = ServerName::try_from(host.to_owned()) else {
        return Greeted::failed(Finding::fault(CHECK, format!("no certificate can be for `{host}`"), ""));
    };
    let witness = Arc::new(Witness { provider, seen: Mutex::default() });
    let greeting = match greet(stream, &witness, &name) {
        Ok(greeting) => greeting,
        Err(error) => return Greeted::failed(no_tls(&error, authority)),
    };
    let Some(chain) = witness.chain() else {
        return Greeted::failed(Finding::fault(CHECK, "the peer shows none", "give the coordinator one"));
    };
    let (judged, can_go_on) = judge(&verifier, &chain, &name, authority);
    let mut findings = vec![judged];
    findings.extend(no_http2(&greeting));
    Greeted { findings, can_go_on }
}

/// What the handshake agreed on.
struct Greeting {
    /// The protocol behind TLS (ALPN), where the peer chose one.
    protocol: Option<Vec<u8>>,
}

fn greet(
    mut stream: TcpStream,
    witness: &Arc<Witness>,
    name: &ServerName<'static>,
) -> Result<Greeting, Error> {
    let provider = Arc::clone(&witness.provider);
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Witness>::clone(witness);
    let mut config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let mut connection = ClientConnection::new(Arc::new(config), name.clone())?;
    let failed = |error: std::io::Error| match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::General(ConnectError::of(&error).to_string()),
    };
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    connection.complete_io(&mut stream).map_err(failed)?;
    Ok(Greeting { protocol: connection.alpn_protocol().map(<[u8]>::to_vec) })
}

fn no_tls(error: &Error, authority: Option<&Path>) -> Finding {
    if matches!(
        error,
        Error::NoApplicationProtocol | Error::AlertReceived(AlertDescription::NoApplicationProtocol)
    ) {
        return Finding::fault("TLS", NO_HTTP2, SWITCH_HTTP2_ON);
    }
    let why = ConnectError::of_tls(error);
    let file = authority.map(|file| file.display().to_string());
    let remedy = why.help(file.as_deref()).unwrap_or_else(|| {
        "compare scheme and port of the address; the coordinator's log says what it made of this connection".to_owned()
    });
    Finding::fault("TLS", why.to_string(), remedy)
}

/// The judgement, and whether clipig would go on.
fn judge(
    verifier: &WebPkiServerVerifier,
    chain: &[CertificateDer<'static>],
    name: &ServerName<'_>,
    authority: Option<&Path>,
) -> (Finding, bool) {
    let Some((end_entity, others)) = chain.split_first() else {
        return (Finding::fault(CHECK, "the peer shows none", "give the coordinator one"), false);
    };
    let ask = |name: &ServerName<'_>, time| {
        verifier.verify_server_cert(end_entity, others, name, &[], time).map(drop)
    };
    let now = UnixTime::now();
    if let Err(error) = ask(name, now) {
        let why = ConnectError::of_tls(&error);
        let file = authority.map(|file| file.display().to_string());
        let remedy = why.help(file.as_deref()).unwrap_or_else(|| "make another certificate".to_owned());
        return (Finding::fault(CHECK, why.to_string(), remedy), false);
    }
    let nobody = ServerName::try_from(NOBODY).expect("a name");
    let names = match ask(&nobody, now) {
        Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. })) => {
            presented.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ")
        }
        _ => name.to_str().into_owned(),
    };
    let far = ask(name, UnixTime::since_unix_epoch(Duration::from_secs(FAR_AHEAD)));
    let Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) = far else {
        return (Finding::ok(CHECK, format!("for {names}, trusted")), true);
    };
    (expiry(&names, now, not_after), true)
}

fn expiry(names: &str, now: UnixTime, not_after: UnixTime) -> Finding {
    let left = Duration::from_secs(not_after.as_secs().saturating_sub(now.as_secs()));
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(not_after.as_secs());
    let days = left.as_secs() / 86_400;
    let found = format!("for {names}, trusted, until {} ({} left)", utc(end), counted(days, "day"));
    if left >= SOON {
        return Finding::ok(CHECK, found);
    }
    let remedy = "make a new one now and put it in the place of the old one; the coordinator reads it within seconds, \
                  under systemd after a restart; docs/operations.md has the commands";
    Finding::warning(CHECK, found, remedy)
}

const NO_HTTP2: &str =
    "the peer does not agree to HTTP/2 (ALPN `h2`), which gRPC needs: it is a proxy, or not a coordinator";
const SWITCH_HTTP2_ON: &str =
    "switch HTTP/2 on in the proxy (nginx: `listen 443 ssl http2;`), or let it pass TLS through";

/// gRPC needs HTTP/2. A peer that does not choose it may still speak it, but a proxy that terminates TLS will not.
fn no_http2(greeting: &Greeting) -> Option<Finding> {
    if greeting.protocol.as_deref() == Some(b"h2") {
        return None;
    }
    Some(Finding::warning("TLS", NO_HTTP2, SWITCH_HTTP2_ON))
}

/// What all connections judge certificates by.
fn verifier(
    provider: &Arc<CryptoProvider>,
    authority: Option<&Path>,
) -> Result<Arc<WebPkiServerVerifier>, Finding> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = authority {
        let shown = file.display();
        let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let certificates = read.map_err(|error| {
            let found = format!("the authority in {shown} cannot be read: {error}");
            Finding::fault(CHECK, found, NO_AUTHORITY)
        })?;
        if roots.add_parsable_certificates(certificates).0 == 0 {
            let found = format!("{shown} holds no certificate in PEM (`-----BEGIN CERTIFICATE-----`)");
            return Err(Finding::fault(CHECK, found, NO_AUTHORITY));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let found = "this system trusts no authorities at all";
            let remedy = "install them (Debian: `apt install ca-certificates`), or set CLIPIG_TLS_CA to the farm's authority";
            return Err(Finding::fault(CHECK, found, remedy));
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().map_err(
        |error| Finding::fault(CHECK, format!("the authorities cannot be used: {error}"), NO_AUTHORITY),
    )
}

const NO_AUTHORITY: &str = "set --tls-ca or CLIPIG_TLS_CA to the `ca.crt` that signed the farm's certificate";

/// A name of a certificate without the type that webpki writes around it: `DnsName("farm")`.
fn plain(name: &str) -> String {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('"').to_owned()
}

/// Keeps the certificates that a peer shows, and trusts them for now.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    seen: Mutex<Option<Vec<CertificateDer<'static>>>>,
}

impl Witness {
    fn chain(&self) -> Option<Vec<CertificateDer<'static>>> {
        self.seen.lock().ok()?.take()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = [end_entity].into_iter().chain(intermediates);
        let chain = chain.map(|certificate| certificate.clone().into_owned()).collect();
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(chain);
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    #[test]
    fn an_end_that_is_near_is_a_warning() {
        let at = |days: u64| UnixTime::since_unix_epoch(Duration::from_hours(24 * days));
        assert_eq!(expiry("farm", at(20_000), at(20_100)).verdict, Verdict::Ok);
        let near = expiry("farm", at(20_000), at(20_007));
        assert_eq!(near.verdict, Verdict::Warning);
        assert_eq!(near.found, "for farm, trusted, until 2024-10-11 00:00:00 UTC (7 days left)");
    }

    #[test]
    fn a_peer_without_http2_is_noticed() {
        assert!(no_http2(&Greeting { protocol: Some(b"h2".to_vec()) }).is_none());
        assert!(no_http2(&Greeting { protocol: None }).is_some());
        assert!(no_http2(&Greeting { protocol: Some(b"http/1.1".to_vec()) }).is_some());
        let refused = Error::AlertReceived(AlertDescription::NoApplicationProtocol);
        assert!(no_tls(&refused, None).found.contains("HTTP/2"));
    }
}
