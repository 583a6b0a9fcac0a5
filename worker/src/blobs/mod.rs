//! Weights and images by content: a bounded folder that several workers of a machine may share.
//!
//! A file's name is its SHA-256. It gets that name when it is complete, verified and on disk; during the download it is
//! called `….part`, and a later download goes on where the last one stopped. A process holds a shared lock on a file while
//! it uses it, and an exclusive lock while it writes or deletes it, so processes need not know of each other. When the
//! folder is full, the file that was not used for longest is deleted.

mod folder;
mod part;
mod source;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use clipig_core::Sha256;
use clipig_proto::backoff::Backoff;
use futures_util::StreamExt as _;
use tokio::sync::{mpsc, watch};

use folder::Folder;
use part::{Claim, Part};
pub use source::{BlobSource, Download, FetchError, Finding, Found, Pieces};

/// Content on this machine's disk. It is not deleted as long as this exists.
#[derive(Debug)]
pub struct Blob {
    path: PathBuf,
    /// Holds a shared lock; none on files that belong to somebody else's store.
    _lock: Option<File>,
}

impl Blob {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Why content is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// The farm has no such content.
    #[error("the farm has no content {0}, or no running job that names it")]
    Missing(Sha256),
    /// The download broke off again and again.
    #[error("the content {hash} could not be fetched: {reason}")]
    Broken {
        /// What was wanted.
        hash: Sha256,
        /// What happened last.
        reason: String,
    },
    /// What came was not what was asked for, twice.
    #[error("the content {wanted} arrived damaged: its SHA-256 was {found}")]
    Damaged {
        /// What was wanted.
        wanted: Sha256,
        /// What came.
        found: Sha256,
    },
    /// There is no room that could be freed.
    #[error(
        "the content {hash} has {size} bytes; the cache {folder} may hold {limit}, and {used} of them are in use. \
         Raise `cache_bytes`"
    )]
    NoRoom {
        /// What was wanted.
        hash: Sha256,
        /// Its size in bytes.
        size: u64,
        /// Bytes that cannot be freed.
        used: u64,
        /// `cache_bytes`.
        limit: u64,
        /// Where the cache lies.
        folder: String,
    },
    /// The disk.
    #[error("{path}: {reason}; is there room, and may clipig write there? `cache` names another folder")]
    Disk {
        /// The file or folder.
        path: String,
        /// What the system said.
        reason: String,
    },
}

impl BlobError {
    fn disk(path: &Path, error: &std::io::Error) -> Self {
        Self::Disk { path: path.display().to_string(), reason: error.to_string() }
    }
}

/// How often a download is begun before it is given up.
const ATTEMPTS: u32 = 6;

/// How long to wait before looking again whether another process has finished the same download.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How long another process may take for the next bytes. One that is stopped holds its lock for ever.
const OTHER_PROCESS_TIMEOUT: Duration = Duration::from_mins(1);

/// Weights and images by content. Cloning shares the cache.
#[derive(Clone)]
pub struct BlobCache {
    inner: Arc<Inner>,
}

struct Inner {
    folder: Folder,
    source: Arc<dyn BlobSource>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What is being fetched, and how far it is.
    under_way: HashMap<Sha256, watch::Receiver<Fetch>>,
    /// What is in use.
    held: HashMap<Sha256, Weak<Blob>>,
    /// Files whose content this process has compared with their name.
    verified: HashSet<Sha256>,
}

/// A fetch as those who wait for it see it.
#[derive(Clone)]
enum Fetch {
    UnderWay(u64),
    Ended(Result<Arc<Blob>, BlobError>),
}

impl BlobCache {
    /// A cache in `folder`, which is made when it is needed, of at most `limit` bytes.
    pub fn new(folder: impl Into<PathBuf>, limit: u64, source: Arc<dyn BlobSource>) -> Self {
        let folder = Folder::new(folder.into(), limit);
        Self { inner: Arc::new(Inner { folder, source, state: Mutex::default() }) }
    }

    /// The content with that hash, from this machine or from the source. Calls for the same content at the same time
    /// share one download. `progress` is called as bytes arrive.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn get(&self, hash: Sha256, mut progress: impl FnMut()) -> Result<Arc<Blob>, BlobError> {
        let mut fetch = self.join_or_start(hash);
        let mut bytes = 0;
        loop {
            match &*fetch.borrow_and_update() {
                Fetch::UnderWay(so_far) if *so_far > bytes => {
                    bytes = *so_far;
                    progress();
                }
                Fetch::UnderWay(_) => {}
                Fetch::Ended(result) => return result.clone(),
            }
            if fetch.changed().await.is_err() {
                let reason = "the worker is ending".to_owned();
                return Err(BlobError::Broken { hash, reason });
            }
        }
    }

    fn join_or_start(&self, hash: Sha256) -> watch::Receiver<Fetch> {
        let mut state = self.inner.lock();
        if let Some(fetch) = state.under_way.get(&hash) {
            return fetch.clone();
        }
        if let Some(blob) = state.held.get(&hash).and_then(Weak::upgrade) {
            return watch::channel(Fetch::Ended(Ok(blob))).1;
        }
        let (report, fetch) = watch::channel(Fetch::UnderWay(0));
        state.under_way.insert(hash, fetch.clone());
        drop(state);
        let inner = Arc::clone(&self.inner);
        // A task of its own: it goes on when the session that asked is gone, for the next one.
        tokio::spawn(async move {
            let under_way = UnderWay { inner: &inner, hash };
            let result = inner.fetch(hash, &report).await.map(Arc::new);
            if let Ok(blob) = &result {
                inner.lock().held.insert(hash, Arc::downgrade(blob));
            }
            drop(under_way);
            report.send_replace(Fetch::Ended(result));
        });
        fetch
    }
}

/// Takes a fetch off the list, also when its task is ended in the middle.
struct UnderWay<'a> {
    inner: &'a Inner,
    hash: Sha256,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.inner.lock();
        state.under_way.remove(&self.hash);
        state.held.retain(|_, blob| blob.strong_count() > 0);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self, hash: Sha256, report: &watch::Sender<Fetch>) -> Result<Blob, BlobError> {
        let mut backoff = Backoff::default();
        let mut damaged = false;
        let mut attempt = 1;
        let mut another = (0, Instant::now());
        loop {
            if let Some(blob) = self.on_disk(hash).await? {
                return Ok(blob);
            }
            match self.download(hash, report).await {
                Ok(Downloaded::File(path)) => return Ok(Blob { path, _lock: None }),
                Ok(Downloaded::Here) => {}
                Ok(Downloaded::ByAnother(len)) => {
                    if len != another.0 {
                        another = (len, Instant::now());
                        report.send_modify(count_up);
                    } else if another.1.elapsed() > OTHER_PROCESS_TIMEOUT {
                        let reason = "another process fetches it, but does not get on".to_owned();
                        return Err(BlobError::Broken { hash, reason });
                    }
                    tokio::time::sleep(POLL_INTERVAL).await;
                }
                // The bytes were damaged on the way, or in a part that an earlier process left. It is fetched once more
                // from the start.
                Err(BlobError::Damaged { .. }) if !damaged => damaged = true,
                Err(BlobError::Broken { reason, .. }) if attempt < ATTEMPTS => {
                    tracing::warn!(%hash, reason, attempt, "a download broke off; it goes on from there");
                    attempt += 1;
                    backoff.failed();
                    tokio::time::sleep(backoff.pause()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The file, if it is there and whole.
    async fn on_disk(&self, hash: Sha256) -> Result<Option<Blob>, BlobError> {
        let (folder, verified) = (self.folder.clone(), self.lock().verified.contains(&hash));
        let blob = blocking(move || folder.open(hash, verified)).await??;
        let mut state = self.lock();
        if blob.is_some() {
            state.verified.insert(hash)
        } else {
            state.verified.remove(&hash)
        };
        Ok(blob)
    }

    async fn download(&self, hash: Sha256, report: &watch::Sender<Fetch>) -> Result<Downloaded, BlobError> {
        let folder = self.folder.clone();
        let claim = blocking(move || Part::claim(&folder, hash)).await??;
        let part = match claim {
            Claim::Ours(part) => part,
            Claim::ByAnother(len) => return Ok(Downloaded::ByAnother(len)),
            Claim::Finished => return Ok(Downloaded::Here),
        };
        let broken = |error| match error {
            FetchError::Missing => BlobError::Missing(hash),
            FetchError::Broken(reason) => BlobError::Broken { hash, reason },
        };
        let Download { size, mut pieces } = match self.source.find(hash, part.len()).await.map_err(broken)? {
            Found::File(path) => {
                // The claim made an empty part.
                blocking(move || part.discard()).await?;
                return Ok(Downloaded::File(path));
            }
            Found::Stream(download) => download,
        };
        let (to_disk, bytes) = mpsc::channel(8);
        let folder = self.folder.clone();
        let writer = tokio::task::spawn_blocking(move || part.receive(&folder, size, bytes));
        let mut end = Ok(());
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(bytes) => {
                    report.send_modify(count_up);
                    if to_disk.send(bytes).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    end = Err(broken(error));
                    break;
                }
            }
        }
        drop(to_disk);
        // An error of the disk is the cause of the other one, so it is reported. The exception is a part that is too
        // short: then the broken connection is the cause.
        let written = joined(writer.await)?;
        match (written, end) {
            (Err(BlobError::Broken { .. }), Err(error)) | (Err(error), _) => Err(error),
            (Ok(()), _) => {
                self.lock().verified.insert(hash);
                Ok(Downloaded::Here)
            }
        }
    }
}

/// How a download ended that did not fail.
enum Downloaded {
    /// The source has it on this machine.
    File(PathBuf),
    /// It lies in the folder.
    Here,
    /// Another process is downloading it and has so many bytes.
    ByAnother(u64),
}

fn count_up(fetch: &mut Fetch) {
    if let Fetch::UnderWay(pieces) = fetch {
        *pieces += 1;
    }
}

async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, BlobError> {
    joined(tokio::task::spawn_blocking(work).await)
}

fn joined<R>(result: Result<R, tokio::task::JoinError>) -> Result<R, BlobError> {
    result.map_err(|error| BlobError::Disk { path: "cache".to_owned(), reason: error.to_string() })
}
