//! Who may sign the certificates of workers, and the check of those that they show.
//!
//! Clients come to the same address and need no certificate, so the handshake asks for one and does not insist. Whether a
//! worker has shown one is checked with its calls.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

/// Why the authorities of workers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The file cannot be read.
    #[error("`tls.worker_ca`: cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is not what it should be.
    #[error(
        "`tls.worker_ca` ({}) cannot be used: {cause}; it is a PEM file with the certificates of the authorities that \
         sign those of workers", .path.display()
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

/// The authorities that may sign certificates of workers. They can be read again; connections stay.
#[derive(Debug)]
pub(super) struct WorkerAuthorities {
    file: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<dyn ClientCertVerifier>>,
}

impl WorkerAuthorities {
    /// Reads them.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub(super) fn open(file: &Path, provider: Arc<CryptoProvider>) -> Result<Self, AuthorityError> {
        let current = RwLock::new(read(file, &provider)?);
        Ok(Self { file: file.to_owned(), provider, current })
    }

    /// Reads them again. Where they cannot be used, those from before stay.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub(super) fn reload(&self) -> Result<(), AuthorityError> {
        let read = read(&self.file, &self.provider)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// The file.
    pub(super) fn file(&self) -> &PathBuf {
        &self.file
    }

    fn current(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read(file: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, AuthorityError> {
    let unreadable = |source| AuthorityError::Unreadable { path: file.to_owned(), source };
    let because = |cause: String| AuthorityError::Unusable { path: file.to_owned(), cause };
    let pem = std::fs::read(file).map_err(unreadable)?;
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate =
            certificate.map_err(|error| because(format!("a certificate cannot be read: {error}")))?;
        authorities
            .add(certificate)
            .map_err(|error| because(format!("a certificate is not one of an authority: {error}")))?;
    }
    if authorities.is_empty() {
        return Err(because("it holds no certificate in PEM (`-----BEGIN CERTIFICATE-----`)".to_owned()));
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), Arc::clone(provider))
        .build()
        .map_err(|error| because(error.to_string()))
}

impl ClientCertVerifier for WorkerAuthorities {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: the authorities may change while a handshake is under way, and workers have one certificate.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.current().verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.current().verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.current().verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.current().supported_verify_schemes()
    }
}
