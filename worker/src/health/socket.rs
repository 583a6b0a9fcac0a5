//! The socket on which a worker says how it is.

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;

use super::{Examiner, judge};

/// How long a session may take to answer. Its task does nothing that takes long.
const SESSION_PATIENCE: Duration = Duration::from_secs(2);

/// How long whoever asks may take to read the answer, which fits in the socket's buffer.
const WRITE_PATIENCE: Duration = Duration::from_secs(1);

/// A pause after a connection could not be accepted, such as for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens; the socket's file is removed with this.
pub(crate) struct HealthSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl HealthSocket {
    /// Listens at a path. A socket that an earlier process left there is replaced.
    ///
    /// # Errors
    /// When another process listens there, something that is no socket is there, or the system refuses.
    pub(crate) fn bind(path: &Path) -> io::Result<Self> {
        // Nobody listens at a socket that refuses; a file that is no socket refuses, too. Whatever else is wrong, `bind`
        // says.
        let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
        let refuses = || {
            let connected = BlockingStream::connect(path);
            connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        };
        if is_socket && refuses() {
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers one after the other, for ever.
    pub(crate) async fn serve(self, sessions: Vec<Examiner>, stuck_after: Duration) -> Infallible {
        loop {
            let Ok((mut stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let mut conditions = Vec::with_capacity(sessions.len());
            let until = tokio::time::Instant::now() + SESSION_PATIENCE;
            for session in &sessions {
                let patience = until.saturating_duration_since(tokio::time::Instant::now());
                conditions.push((&session.name, session.examine(patience).await));
            }
            let text = judge(&conditions, stuck_after).text();
            let write = async {
                stream.write_all(text.as_bytes()).await?;
                stream.shutdown().await
            };
            // Whoever asked may have gone.
            let _ = tokio::time::timeout(WRITE_PATIENCE, write).await;
        }
    }
}

impl Drop for HealthSocket {
    fn drop(&mut self) {
        // If it is gone already, so much the better.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_socket_that_nobody_uses_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("health.sock");
        // The file of a process that was killed.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let first = HealthSocket::bind(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let second = HealthSocket::bind(&path).err().expect("the first one listens");
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
        drop(first);
        assert!(!path.exists());
        std::fs::write(&path, "a file of somebody").unwrap();
        HealthSocket::bind(&path).err().expect("a file is in the way");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file of somebody");
    }
}
