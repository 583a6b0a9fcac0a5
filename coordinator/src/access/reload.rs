//! Reads tokens and certificates again when their files change, and when somebody asks for it (SIGHUP).
//!
//! The files are looked at every two seconds, and not watched: what a Kubernetes Secret or a network volume shows changes
//! by other ways than a watch of the file reports. Connections stay; new handshakes get the new certificate, and each
//! call is checked against the new tokens. Where something cannot be used, what was read before stays.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::doorkeeper::Doorkeeper;
use crate::metrics::Metrics;
use crate::rpc::certificates::Certificates;

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How often somebody is told that a certificate expires soon.
const WARN: Duration = Duration::from_hours(24);

/// Asks a coordinator to read its tokens and certificates again. Cloning gives another handle to the same coordinator.
#[derive(Clone, Debug, Default)]
pub struct Reload(Arc<Notify>);

impl Reload {
    /// Asks.
    pub fn ask(&self) {
        self.0.notify_one();
    }
}

/// What lets peers in, and what the farm shows them.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    pub(crate) certificates: Option<Arc<Certificates>>,
    pub(crate) metrics: Arc<Metrics>,
}

/// What tells whether a file is another one: device, inode, size and the time of its last change in nanoseconds; `None`
/// where there is no file.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

fn stamp(path: &Path) -> Stamp {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
}

/// The files of one kind of credentials.
struct Watched {
    files: BTreeMap<PathBuf, Stamp>,
}

impl Watched {
    fn new<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Self {
        Self { files: files.map(|path| (path.clone(), stamp(path))).collect() }
    }

    /// Is one of them another one than when it was looked at last?
    fn look(&mut self) -> bool {
        let mut changed = false;
        for (path, seen) in &mut self.files {
            let now = stamp(path);
            changed |= now != *seen;
            *seen = now;
        }
        changed
    }
}

/// Reads files again whenever they change or somebody asks, for ever.
pub(crate) async fn watch(credentials: Credentials, reload: Reload) {
    let Credentials { doorkeeper, certificates, metrics } = credentials;
    let mut tokens = Watched::new(doorkeeper.sources().files());
    let mut tls = Watched::new(certificates.iter().flat_map(|certificates| certificates.files()));
    let mut warned = tokio::time::Instant::now();
    loop {
        let asked = tokio::select! {
            () = reload.0.notified() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        // What a file holds after it was looked at is seen the next time.
        if tokens.look() | asked && doorkeeper.asks() {
            let read = {
                let doorkeeper = Arc::clone(&doorkeeper);
                blocking(move || doorkeeper.reload()).await
            };
            match read {
                Some(Ok(tokens)) => {
                    tracing::info!(tokens, "tokens were read again");
                    metrics.reloaded("tokens", true);
                }
                Some(Err(error)) => {
                    tracing::error!("{error}; the tokens from before stay valid");
                    metrics.reloaded("tokens", false);
                }
                None => {}
            }
        }
        let Some(certificates) = &certificates else { continue };
        if tls.look() | asked {
            let read = {
                let certificates = Arc::clone(certificates);
                blocking(move || certificates.reload()).await
            };
            match read {
                Some(Ok(())) => {
                    tracing::info!(expires = %certificates.expires(), "the certificate was read again");
                    metrics.reloaded("certificate", true);
                    metrics.set_certificate_expiry(certificates.expires());
                    warned = tokio::time::Instant::now();
                    certificates.warn();
                }
                Some(Err(error)) => {
                    tracing::error!("{error}; the certificate from before stays in use");
                    metrics.reloaded("certificate", false);
                }
                None => {}
            }
        }
        if warned.elapsed() >= WARN {
            warned = tokio::time::Instant::now();
            certificates.warn();
        }
    }
}

/// Runs something that may wait for a disk; `None` where it panicked, which is in the log.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_change_in_any_way_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut watched = Watched::new([link.clone()].iter());
        assert!(!watched.look());
        std::fs::write(&file, "another").unwrap();
        assert!(watched.look() && !watched.look());
        // As Kubernetes does it: the link leads elsewhere.
        let other = folder.path().join("other");
        std::fs::write(&other, "another").unwrap();
        let next = folder.path().join("next");
        std::os::unix::fs::symlink(&other, &next).unwrap();
        std::fs::rename(&next, &link).unwrap();
        assert!(watched.look() && !watched.look());
        std::fs::remove_file(&link).unwrap();
        assert!(watched.look() && !watched.look());
    }
}
