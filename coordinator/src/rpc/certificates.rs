//! The farm's certificate, which can be read again while connections are open.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use clipig_proto::connect_error::{self, ConnectError};
use jiff::{SignedDuration, Timestamp};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use x509_parser::parse_x509_certificate;

use super::worker_authorities::{AuthorityError, WorkerAuthorities};
use crate::settings::TlsFiles;

/// How long before its end a certificate is warned about.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("`{key}`: cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// They are not what they should be.
    #[error(
        "`tls.certificate` ({}) and `tls.key` ({}) cannot be used: {cause}; both are PEM files, and the key is that of \
         the first certificate", .files.certificate.display(), .files.key.display()
    )]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// What is wrong with them.
        cause: String,
    },
    /// The authorities of workers.
    #[error(transparent)]
    WorkerAuthorities(#[from] AuthorityError),
    /// No client would accept it.
    #[error(
        "`tls.certificate` ({}) has expired on {expired}; by the clock of this machine it is {now}: renew it, or set the \
         clock right", .path.display()
    )]
    Expired {
        /// The file.
        path: PathBuf,
        /// Its last moment.
        expired: String,
        /// The moment of the attempt.
        now: String,
    },
}

/// The certificate and key that new connections get.
#[derive(Debug)]
pub(crate) struct Certificates {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
    /// Who signs the certificates of workers; `None`: they need none.
    workers: Option<Arc<WorkerAuthorities>>,
}

#[derive(Clone, Debug)]
struct Current {
    key: Arc<CertifiedKey>,
    /// The end of the first certificate of the chain that ends.
    expires: Timestamp,
}

impl Certificates {
    /// Reads certificate and key, and tries them. `worker_ca` is the file of those who sign certificates of workers.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub(crate) fn open(files: &TlsFiles, worker_ca: Option<&Path>) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let current = RwLock::new(read(files, &provider, Timestamp::now())?);
        let workers = worker_ca.map(|file| WorkerAuthorities::open(file, Arc::clone(&provider)));
        let workers = workers.transpose()?.map(Arc::new);
        let certificates = Self { files: files.clone(), provider, current, workers };
        certificates.warn();
        Ok(Arc::new(certificates))
    }

    /// Reads them again. Where they cannot be used, those from before stay.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let read = read(&self.files, &self.provider, Timestamp::now())?;
        if let Some(workers) = &self.workers {
            workers.reload()?;
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// The files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let workers = self.workers.iter().map(|workers| workers.file());
        [&self.files.certificate, &self.files.key].into_iter().chain(workers)
    }

    /// When it expires.
    pub(crate) fn expires(&self) -> Timestamp {
        self.current().expires
    }

    /// Says in the log that it expires soon, where it does.
    pub(crate) fn warn(&self) {
        if let Some(warning) = self.warning(Timestamp::now()) {
            tracing::warn!("{warning}");
        }
    }

    /// What a person should hear about it.
    pub(crate) fn warning(&self, now: Timestamp) -> Option<String> {
        let expires = self.expires();
        let left = expires.duration_since(now);
        let file = self.files.certificate.display();
        if left <= SignedDuration::ZERO {
            return Some(format!("the certificate in {file} has expired on {}; renew it", moment(expires)));
        }
        (left <= SOON).then(|| {
            let days = left.as_hours() / 24;
            format!("the certificate in {file} expires on {}, in {days} days; renew it", moment(expires))
        })
    }

    /// Accepts TLS with whatever certificate is current, for peers that then speak this protocol. Where workers are
    /// among them, they are asked for a certificate if they need one.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub(crate) fn acceptor(
        self: &Arc<Self>,
        protocol: &str,
        for_workers: bool,
    ) -> Result<TlsAcceptor, TlsError> {
        let config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&self.files, &error))?;
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        // Browsers would ask their people for one.
        let workers = self.workers.as_ref().filter(|_| for_workers);
        let mut config = match workers {
            Some(workers) => {
                let verifier: Arc<dyn ClientCertVerifier> = Arc::clone(workers) as _;
                let mut config = config.with_client_cert_verifier(verifier).with_cert_resolver(resolver);
                // A session that is resumed would not show its certificate again, which may have expired by then.
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config.send_tls13_tickets = 0;
                config
            }
            None => config.with_no_client_auth().with_cert_resolver(resolver),
        };
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current().key)
    }
}

fn read(files: &TlsFiles, provider: &CryptoProvider, now: Timestamp) -> Result<Current, TlsError> {
    let bytes = |key, path: &PathBuf| {
        std::fs::read(path).map_err(|source| TlsError::Unreadable { key, path: path.clone(), source })
    };
    let certificate = bytes("tls.certificate", &files.certificate)?;
    let key = bytes("tls.key", &files.key)?;
    let because = |cause: String| TlsError::Unusable { files: files.clone(), cause };
    if let Some(problem) = connect_error::key_problem(&key) {
        return Err(because(problem.to_owned()));
    }
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&certificate)
        .collect::<Result<_, _>>()
        .map_err(|error| because(format!("the certificate cannot be read: {error}")))?;
    if chain.is_empty() {
        let text = "the file of the certificate holds no certificate in PEM (`-----BEGIN CERTIFICATE-----`)";
        return Err(because(text.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| because(error.to_string()))?;
    let mut expires = Timestamp::MAX;
    for certificate in &chain {
        let (_, parsed) = parse_x509_certificate(certificate)
            .map_err(|error| because(format!("a certificate cannot be read: {error}")))?;
        let end = parsed.validity().not_after.timestamp();
        expires = expires.min(Timestamp::from_second(end).unwrap_or(Timestamp::MAX));
    }
    if expires <= now {
        let [expired, now] = [expires, now].map(moment);
        return Err(TlsError::Expired { path: files.certificate.clone(), expired, now });
    }
    let key = CertifiedKey::from_der(chain, key, provider).map_err(|error| unusable(files, &error))?;
    Ok(Current { key: Arc::new(key), expires })
}

fn unusable(files: &TlsFiles, error: &rustls::Error) -> TlsError {
    let cause = ConnectError::of_tls(error).to_string().replacen("its certificate", "the certificate", 1);
    TlsError::Unusable { files: files.clone(), cause }
}

/// `2026-11-29 19:00 UTC`.
fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a certificate that ends so many days from now.
    fn write(folder: &std::path::Path, days: i64) -> TlsFiles {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let end = Timestamp::now() + SignedDuration::from_hours(24 * days);
        let date = end.to_zoned(jiff::tz::TimeZone::UTC).date();
        parameters.not_after = rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8);
        let files = TlsFiles { certificate: folder.join("tls.crt"), key: folder.join("tls.key") };
        std::fs::write(&files.certificate, parameters.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn the_end_of_a_certificate_is_known_and_warned_about() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::open(&write(folder.path(), 100), None).unwrap();
        assert_eq!(certificates.warning(Timestamp::now()), None);
        let before = |days: i64| certificates.expires() - SignedDuration::from_hours(24 * days);
        assert_eq!(certificates.warning(before(15)), None);
        let warning = certificates.warning(before(13)).unwrap();
        assert!(warning.contains("tls.crt") && warning.contains("in 13 days"), "{warning}");
        assert!(certificates.warning(before(-1)).unwrap().contains("has expired"));
    }

    #[test]
    fn an_expired_certificate_is_refused_and_the_one_from_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), 100);
        let certificates = Certificates::open(&files, None).unwrap();
        let expires = certificates.expires();
        write(folder.path(), -2);
        let error = Certificates::open(&files, None).unwrap_err().to_string();
        assert!(error.contains("tls.crt") && error.contains("has expired on"), "{error}");
        assert!(matches!(certificates.reload(), Err(TlsError::Expired { .. })));
        assert_eq!(certificates.expires(), expires);
        write(folder.path(), 200);
        certificates.reload().unwrap();
        assert!(certificates.expires() > expires);
    }

    #[test]
    fn authorities_of_workers_that_are_none_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), 100);
        let absent = folder.path().join("absent");
        for (file, words) in [
            (files.key.as_path(), "holds no certificate in PEM"),
            (absent.as_path(), "`tls.worker_ca`: cannot read"),
        ] {
            let error = Certificates::open(&files, Some(file)).unwrap_err().to_string();
            assert!(error.contains("`tls.worker_ca`") && error.contains(words), "{error}");
        }
        // Each of the files is watched.
        let ca = folder.path().join("ca.crt");
        std::fs::copy(&files.certificate, &ca).unwrap();
        let certificates = Certificates::open(&files, Some(&ca)).unwrap();
        assert_eq!(certificates.files().count(), 3);
        std::fs::write(&ca, "nonsense").unwrap();
        assert!(matches!(certificates.reload(), Err(TlsError::WorkerAuthorities(_))));
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let [folder, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let files = write(folder.path(), 100);
        let key = write(other.path(), 100).key;
        let error = Certificates::open(&TlsFiles { key, ..files }, None).unwrap_err().to_string();
        assert!(error.contains("cannot be used"), "{error}");
    }
}
