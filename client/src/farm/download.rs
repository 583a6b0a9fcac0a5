//! Downloads from a farm, which continue where the connection broke and are compared with their SHA-256.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::attempts::Attempts;
use super::connection::Connection;
use super::failure::FarmFailure;
use super::wire;

/// Attempts without any progress before a download fails.
const ATTEMPTS: u32 = 8;

/// All files of a job, by epoch.
pub(crate) async fn list(connection: &Connection, job: u64) -> Result<Vec<wire::Artifact>, FarmFailure> {
    let mut artifacts: Vec<wire::Artifact> = Vec::new();
    let mut from_epoch = None;
    loop {
        let request = wire::ListArtifactsRequest { job, from_epoch, limit: 0 };
        let call = connection.call(request, async |mut client, request| client.list_artifacts(request).await);
        let page = call.await?;
        let last = page.artifacts.last().map(|artifact| artifact.epoch);
        artifacts.extend(page.artifacts);
        match last {
            Some(last) if page.more => from_epoch = Some(last.saturating_add(1)),
            _ => return Ok(artifacts),
        }
    }
}

/// A file in memory.
pub(crate) async fn in_memory(
    connection: &Connection,
    job: u64,
    artifact: &wire::Artifact,
) -> Result<Vec<u8>, FarmFailure> {
    let place = artifact.name.clone();
    let mut partial = Partial { sink: Vec::new(), place, hash: Sha256::new(), done: 0 };
    partial.complete(connection, job, artifact).await?;
    partial.check(artifact)?;
    Ok(partial.sink)
}

/// Downloads to a file. What an earlier attempt left there is continued if it is the beginning of the same content.
///
/// # Errors
/// If the network fails, the beginning stays for the next attempt. Wrong content is deleted.
pub(crate) async fn to_file(
    connection: &Connection,
    job: u64,
    artifact: &wire::Artifact,
    path: &Path,
) -> Result<(), FarmFailure> {
    let resumed = path.metadata().is_ok_and(|metadata| metadata.len() > 0);
    match attempt(connection, job, artifact, path).await {
        // What was there before may have been something else.
        Err(FarmFailure::Content(_)) if resumed => attempt(connection, job, artifact, path).await,
        outcome => outcome,
    }
}

async fn attempt(
    connection: &Connection,
    job: u64,
    artifact: &wire::Artifact,
    path: &Path,
) -> Result<(), FarmFailure> {
    let mut partial = Partial::reopen(path, artifact.size)?;
    partial.complete(connection, job, artifact).await.inspect_err(|_| {
        // Nothing came: an empty file is of no use to anybody.
        if path.metadata().is_ok_and(|file| file.len() == 0) {
            let _ = std::fs::remove_file(path);
        }
    })?;
    partial.sink.sync_all().map_err(|error| FarmFailure::file("write", path, error))?;
    partial.check(artifact).inspect_err(|_| {
        // The next attempt must not go on from it.
        let _ = std::fs::remove_file(path);
    })
}

/// The beginning of a content.
struct Partial<W> {
    sink: W,
    /// Where that is, for messages: a person has to know which disk is full.
    place: String,
    hash: Sha256,
    done: u64,
}

impl Partial<File> {
    /// Opens a file and reads what is in it. One that is too long is emptied.
    fn reopen(path: &Path, size: u64) -> Result<Self, FarmFailure> {
        let failed = |error| FarmFailure::file("write", path, error);
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() > size {
            file.set_len(0).map_err(failed)?;
        }
        let mut hash = Sha256::new();
        let mut done = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                return Ok(Self { sink: file, place: path.display().to_string(), hash, done });
            }
            hash.update(&buffer[..read]);
            done += read as u64;
        }
    }
}

impl<W: Write> Partial<W> {
    /// Fetches the rest; where the connection breaks, from where it broke.
    async fn complete(
        &mut self,
        connection: &Connection,
        job: u64,
        artifact: &wire::Artifact,
    ) -> Result<(), FarmFailure> {
        let mut attempts = Attempts::of(connection, ATTEMPTS);
        while self.done < artifact.size {
            let before = self.done;
            if let Some(status) = self.stream(connection, job, artifact).await? {
                if self.done > before {
                    attempts.succeeded();
                }
                attempts.wait_after(&status).await?;
            }
        }
        Ok(())
    }

    /// One stream; its status where it broke.
    async fn stream(
        &mut self,
        connection: &Connection,
        job: u64,
        artifact: &wire::Artifact,
    ) -> Result<Option<tonic::Status>, FarmFailure> {
        let request = wire::FetchArtifactRequest { job, name: artifact.name.clone(), offset: self.done };
        let mut stream = match connection.client().fetch_artifact(request).await {
            Ok(response) => response.into_inner(),
            Err(status) => return Ok(Some(status)),
        };
        loop {
            let chunk = match stream.message().await {
                Ok(Some(message)) => message.chunk.unwrap_or_default(),
                // A stream that ends early without saying so: the next one begins where this one ended.
                Ok(None) if self.done < artifact.size => {
                    return Ok(Some(tonic::Status::unavailable(format!("{} ended early", artifact.name))));
                }
                Ok(None) => return Ok(None),
                Err(status) => return Ok(Some(status)),
            };
            if let Some(header) = &chunk.header {
                self.accept(header, artifact)?;
            }
            if self.done + chunk.data.len() as u64 > artifact.size {
                return Err(FarmFailure::Content(format!("{} is longer than announced", artifact.name)));
            }
            self.sink.write_all(&chunk.data).map_err(|error| FarmFailure::File {
                action: "write",
                path: self.place.clone(),
                why: error,
            })?;
            self.hash.update(&chunk.data);
            self.done += chunk.data.len() as u64;
        }
    }

    /// Is the stream about the same content, and does it begin where this one ends?
    fn accept(&self, header: &wire::ContentHeader, artifact: &wire::Artifact) -> Result<(), FarmFailure> {
        let same = header.sha256 == artifact.sha256 && header.size == artifact.size;
        if same && header.offset == self.done {
            return Ok(());
        }
        Err(FarmFailure::Content(format!("{} changed on the farm while it was being fetched", artifact.name)))
    }

    /// Compares the hash of a whole content.
    fn check(&self, artifact: &wire::Artifact) -> Result<(), FarmFailure> {
        let found = self.hash.clone().finalize();
        if found.as_slice() == artifact.sha256.as_ref() {
            return Ok(());
        }
        let hexadecimal = |hash: &[u8]| base16ct::lower::encode_string(hash);
        Err(FarmFailure::Content(format!(
            "{} arrived damaged: its SHA-256 is {}, not {}; fetch it again",
            artifact.name,
            hexadecimal(&found),
            hexadecimal(&artifact.sha256)
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;
    use crate::arguments::AccessArguments;
    use crate::farm::stand_in::{StandIn, State};

    /// A disk without space.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(Error::from(ErrorKind::StorageFull))
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_named_by_its_place() {
        let files = [("picture.png".to_owned(), vec![7; 100])].into();
        let farm = StandIn::start(State { files, ..State::default() });
        let connection = Connection::open(&farm.address, &AccessArguments::default()).await.unwrap();
        let artifact = list(&connection, 1).await.unwrap().remove(0);
        let place = "/pictures/.clipig-ab.part".to_owned();
        let mut partial = Partial { sink: Full, place, hash: Sha256::new(), done: 0 };
        let failure = partial.complete(&connection, 1, &artifact).await.unwrap_err();
        assert!(failure.to_string().starts_with("cannot write /pictures/.clipig-ab.part: "), "{failure}");
    }
}
