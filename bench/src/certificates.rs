//! Certificates for TLS on this machine.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tempfile::TempDir;

use crate::error::BenchError;

/// The name that they are made out to.
const HOST: &str = "127.0.0.1";

/// Files in PEM form, in a folder of their own: `tls.crt`, its key `tls.key`, both as `tls.pem`, and `ca.crt` of the
/// authority that has signed.
pub(crate) struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// Makes an authority, and a certificate for 127.0.0.1.
    pub(crate) fn new() -> Result<Self, BenchError> {
        let mut params = CertificateParams::new(Vec::new()).map_err(BenchError::wrong)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(BenchError::wrong)?;
        let authority = CertifiedIssuer::self_signed(params, key).map_err(BenchError::wrong)?;
        let mut params = CertificateParams::new(vec![HOST.to_owned()]).map_err(BenchError::wrong)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().map_err(BenchError::wrong)?;
        let certificate = params.signed_by(&key, &authority).map_err(BenchError::wrong)?.pem();
        let key = key.serialize_pem();
        let folder = tempfile::tempdir().map_err(BenchError::at("a folder for certificates"))?;
        let files = [
            ("ca.crt", authority.pem()),
            ("tls.pem", format!("{certificate}{key}")),
            ("tls.crt", certificate),
            ("tls.key", key),
        ];
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::write(&path, text).map_err(BenchError::at(path.display().to_string()))?;
        }
        Ok(Self { folder })
    }

    /// Where they lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of the authority.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }
}
