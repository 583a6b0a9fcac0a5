//! Why there is no connection, in a sentence: the one place that knows what errors of sockets and TLS mean.
//!
//! Layers wrap each other, and the outermost ones say "transport error" only. [`ConnectError::of`] looks for the one
//! that knows. Its sentence has the peer as its subject and can stand behind "cannot reach …: ".

use std::error::Error;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The port is closed.
    #[error("nobody listens there (connection refused)")]
    Refused,
    /// The name leads nowhere.
    #[error("there is no machine of that name")]
    NoSuchHost,
    /// There is no such socket in the file system.
    #[error("there is no such socket")]
    NoSuchSocket,
    /// The socket's permissions.
    #[error("this user may not open the socket (permission denied)")]
    NotPermitted,
    /// No answer in time.
    #[error("nobody answers in time")]
    TimedOut,
    /// There is no way there.
    #[error("no network leads there")]
    NoRoute,
    /// The address says TLS, and the peer does not speak it.
    #[error("it does not speak TLS")]
    NoTls,
    /// The address says no TLS, and the peer wants it.
    #[error("it speaks TLS only")]
    OnlyTls,
    /// The peer's certificate cannot be trusted.
    #[error("{0}")]
    Certificate(CertificateProblem),
    /// TLS failed in another way.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The peer went away.
    #[error("it closed the connection")]
    Closed,
    /// The peer, or something on the way, went away in the middle of a conversation.
    #[error("it closed the connection without a word, as when it is killed or the network fails")]
    BrokenOff,
    /// Something else, in the words of the innermost layer.
    #[error("{0}")]
    Other(String),
}

/// Parts of what rustls, h2 and the system say of a connection that broke. HTTP/2 hands on their words alone.
const BROKEN: [&str; 4] =
    ["without sending TLS close_notify", "broken pipe", "Connection reset by peer", "unexpected end of file"];

/// What is wrong with a peer's certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    /// It is too old.
    #[error("its certificate expired on {expired}; by the clock of this machine it is {now}")]
    Expired {
        /// Its last moment.
        expired: String,
        /// The moment of the attempt.
        now: String,
    },
    /// It is too young.
    #[error("its certificate is valid from {begins} on; by the clock of this machine it is {now}")]
    NotYetValid {
        /// Its first moment.
        begins: String,
        /// The moment of the attempt.
        now: String,
    },
    /// It belongs to another machine.
    #[error("its certificate is for {}, not for `{wanted}`", .presented.join(", "))]
    WrongName {
        /// The name in the address.
        wanted: String,
        /// The names in the certificate.
        presented: Vec<String>,
    },
    /// Nobody vouches for it.
    #[error(
        "its certificate is not trusted: it is self-signed, or signed by an authority that is not known here"
    )]
    UnknownIssuer,
    /// It is its own authority, and was named as one.
    #[error(
        "its certificate is self-signed, as an authority's (CA:TRUE), and cannot be a server's at the same time"
    )]
    AuthorityAsServer,
    /// It is of X.509 version 1.
    #[error("its certificate is of X.509 version 1, which has no names of servers; version 3 is needed")]
    Version1,
    /// Anything else.
    #[error("its certificate cannot be used: {0}")]
    Other(String),
}

impl ConnectError {
    /// What an error of a client or server means.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut said = error.to_string();
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return Self::of_tls(tls);
            }
            if let Some(io) = error.downcast_ref::<io::Error>() {
                // `source` of such an error passes over what it holds.
                if let Some(inner) = io.get_ref() {
                    return match Self::of(inner) {
                        Self::Other(text) => Self::of_io(io).unwrap_or(Self::Other(text)),
                        known => known,
                    };
                }
                if let Some(known) = Self::of_io(io) {
                    return known;
                }
            }
            said = error.to_string();
            next = error.source();
        }
        // Resolvers have no kind of their own.
        if said.contains("failed to lookup address") {
            Self::NoSuchHost
        } else if BROKEN.iter().any(|part| said.contains(part)) {
            Self::BrokenOff
        } else {
            Self::Other(said)
        }
    }

    fn of_io(error: &io::Error) -> Option<Self> {
        match error.kind() {
            ErrorKind::ConnectionRefused => Some(Self::Refused),
            ErrorKind::NotFound => Some(Self::NoSuchSocket),
            ErrorKind::PermissionDenied => Some(Self::NotPermitted),
            ErrorKind::TimedOut => Some(Self::TimedOut),
            ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable => {
                Some(Self::NoRoute)
            }
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Some(Self::Closed),
            _ => None,
        }
    }

    /// What an error of TLS means.
    pub fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(problem) => Self::Certificate(CertificateProblem::of(problem)),
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NoTls,
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
                Self::Tls("it wants a certificate of the client, and clipig shows none".to_owned())
            }
            rustls::Error::AlertReceived(alert) => Self::Tls(match alert_of_certificate(*alert) {
                Some(text) => format!("{text} (alert {alert:?})"),
                None => format!("it answered with the alert {alert:?}"),
            }),
            other => Self::Tls(other.to_string()),
        }
    }

    /// What the person can do. `authority`: the file of the authority that was given, where one was.
    pub fn help(&self, authority: Option<&str>) -> Option<String> {
        let help = match self {
            Self::NoTls => "use http:// in the address, or give the farm a certificate and a key".to_owned(),
            Self::OnlyTls => "use https:// in the address".to_owned(),
            Self::Certificate(problem) => return problem.help(authority),
            Self::NotPermitted => "its owner can change who may open it".to_owned(),
            _ => return None,
        };
        Some(help)
    }
}

impl CertificateProblem {
    fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::ExpiredContext { time, not_after } => {
                Self::Expired { expired: moment(*not_after), now: moment(*time) }
            }
            CertificateError::NotValidYetContext { time, not_before } => {
                Self::NotYetValid { begins: moment(*not_before), now: moment(*time) }
            }
            CertificateError::NotValidForNameContext { expected, presented } if !presented.is_empty() => {
                let presented = presented.iter().map(|name| plain_name(name)).collect();
                Self::WrongName { wanted: expected.to_str().into_owned(), presented }
            }
            CertificateError::NotValidForNameContext { expected, .. } => Self::Other(format!(
                "it names no server (no subject alternative name), so not `{}`",
                expected.to_str()
            )),
            // A bad signature: an authority of the same name, as before a renewal, has another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            CertificateError::Other(other) => match other.to_string().as_str() {
                "UnsupportedCertVersion" => Self::Version1,
                "CaUsedAsEndEntity" => Self::AuthorityAsServer,
                text => Self::Other(text.to_owned()),
            },
            other => Self::Other(other.to_string()),
        }
    }

    fn help(&self, authority: Option<&str>) -> Option<String> {
        let help = match (self, authority) {
            (Self::UnknownIssuer, None) => {
                "CLIPIG_TLS_CA or --tls-ca names the file of the authority that signed it, in PEM".to_owned()
            }
            (Self::UnknownIssuer, Some(file)) => {
                format!(
                    "the authority in {file} did not sign it; it may be that of another farm, or an old one of this farm"
                )
            }
            (Self::Expired { .. }, _) => "renew the farm's certificate, or set the clock right".to_owned(),
            (Self::NotYetValid { .. }, _) => {
                "set the clock of this machine or of the signing one right".to_owned()
            }
            (Self::WrongName { .. }, _) => {
                "use a name that the certificate has, or have one made with this name in it".to_owned()
            }
            (Self::Version1, _) => {
                "sign it with extensions (`openssl x509 -req -extfile …` with a subjectAltName)".to_owned()
            }
            (Self::AuthorityAsServer, _) => {
                "make it with `basicConstraints=CA:FALSE`, or sign it with an authority of its own".to_owned()
            }
            (Self::Other(_), _) => return None,
        };
        Some(help)
    }
}

/// What an alert says of the certificate that this side has shown (RFC 8446, 6.2); `None` for all others.
fn alert_of_certificate(alert: AlertDescription) -> Option<&'static str> {
    match alert {
        AlertDescription::UnknownCA => Some(
            "it does not trust the certificate that was shown to it: none of its authorities has signed that",
        ),
        AlertDescription::CertificateExpired => {
            Some("the certificate that was shown to it has expired, or is not valid yet, by its clock")
        }
        AlertDescription::CertificateRevoked => Some("the certificate that was shown to it is revoked"),
        // An authority of the same name, as before a renewal, has another key.
        AlertDescription::DecryptError => {
            Some("it finds a signature wrong, perhaps that of the certificate that was shown to it")
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown => Some("it refuses the certificate that was shown to it"),
        _ => None,
    }
}

/// `2026-11-29 19:00 UTC`.
fn moment(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => format!("the second {seconds} of Unix time"),
    }
}

/// A name of a certificate without the type that webpki writes around it: `DnsName("farm")`.
fn plain_name(name: &str) -> String {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    let name = inside.unwrap_or(name).trim_matches('"');
    format!("`{name}`")
}

/// Does whoever listens at `host:port` answer in TLS what is no TLS? Asked where a plain connection broke; takes
/// ten seconds at most for each of the name's addresses, and usually no time.
pub fn speaks_only_tls(authority: &str) -> bool {
    /// What an HTTP/2 client says first (RFC 9113, 3.4).
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    /// A record of TLS that holds an alert (RFC 8446, 5.1).
    const ALERT: u8 = 21;
    const LONGEST: Duration = Duration::from_secs(10);
    let ask = |address| -> io::Result<[u8; 2]> {
        let mut stream = TcpStream::connect_timeout(&address, LONGEST)?;
        stream.set_read_timeout(Some(LONGEST))?;
        stream.set_write_timeout(Some(LONGEST))?;
        stream.write_all(PREFACE)?;
        let mut answer = [0; 2];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    let Ok(addresses) = authority.to_socket_addrs() else { return false };
    addresses.into_iter().find_map(|address| ask(address).ok()).is_some_and(|answer| answer == [ALERT, 3])
}

/// Why the text of a PEM file is not a private key that can be used; `None` where nothing is obviously wrong.
pub fn key_problem(pem: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(pem);
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Some(
            "the key is encrypted, and nobody is there to type its password; `openssl pkey -in KEY -out PLAIN` writes \
             it without one",
        );
    }
    if text.contains("PRIVATE KEY-----") {
        return None;
    }
    Some(if text.contains("BEGIN CERTIFICATE") {
        "the file of the key holds a certificate and no key"
    } else {
        "the file of the key holds no private key in PEM"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(error: impl Error + Send + Sync + 'static) -> String {
        ConnectError::of(&io::Error::other(error)).to_string()
    }

    #[test]
    fn the_layer_that_knows_is_found() {
        let refused = io::Error::from(ErrorKind::ConnectionRefused);
        assert_eq!(said(refused), "nobody listens there (connection refused)");
        let looked_up = io::Error::other("failed to lookup address information: Name or service not known");
        assert_eq!(said(looked_up), "there is no machine of that name");
        assert_eq!(said(io::Error::other("something new")), "something new");
        assert_eq!(
            said(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)),
            "it does not speak TLS"
        );
        for broken in [
            "peer closed connection without sending TLS close_notify: https://docs.rs/rustls/latest/x.html",
            "stream closed because of a broken pipe",
            "Connection reset by peer (os error 104)",
        ] {
            let words = "it closed the connection without a word, as when it is killed or the network fails";
            assert_eq!(said(io::Error::other(broken)), words);
        }
        let inner = io::Error::new(ErrorKind::InvalidData, rustls::Error::General("odd".to_owned()));
        assert_eq!(said(inner), "TLS failed: unexpected error: odd");
        for (alert, words) in [
            (AlertDescription::UnknownCA, "does not trust the certificate that was shown to it"),
            (AlertDescription::CertificateExpired, "by its clock"),
            (AlertDescription::BadCertificate, "refuses the certificate that was shown to it"),
            (AlertDescription::CertificateRequired, "clipig shows none"),
            (AlertDescription::InternalError, "the alert InternalError"),
        ] {
            let text = said(rustls::Error::AlertReceived(alert));
            assert!(text.starts_with("TLS failed: ") && text.contains(words), "{text}");
        }
    }

    #[test]
    fn names_and_dates_are_plain() {
        assert_eq!(plain_name("DnsName(\"farm\")"), "`farm`");
        assert_eq!(plain_name("farm"), "`farm`");
        assert_eq!(
            moment(UnixTime::since_unix_epoch(Duration::from_secs(1_790_000_000))),
            "2026-09-21 14:13 UTC"
        );
    }

    #[test]
    fn the_file_of_an_authority_is_not_asked_for_twice() {
        let unknown = ConnectError::Certificate(CertificateProblem::UnknownIssuer);
        assert!(unknown.help(None).unwrap().contains("CLIPIG_TLS_CA"));
        let help = unknown.help(Some("ca.crt")).unwrap();
        assert!(help.contains("ca.crt") && !help.contains("CLIPIG_TLS_CA"), "{help}");
    }

    #[test]
    fn keys_that_cannot_be_used_are_told_apart() {
        for (pem, part) in [
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "encrypted"),
            ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "encrypted"),
            ("-----BEGIN CERTIFICATE-----\n", "a certificate and no key"),
            ("hello", "no private key"),
        ] {
            assert!(key_problem(pem.as_bytes()).unwrap().contains(part), "{pem}");
        }
        assert_eq!(key_problem(b"-----BEGIN PRIVATE KEY-----\n"), None);
    }
}
