//! How much the data folder holds. A farm with hundreds of thousands of files takes seconds to count, so it is counted in
//! the background, and whoever asks gets what was counted last.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

/// The least age of what is counted anew.
const KEPT: Duration = Duration::from_secs(10);

/// Counting takes at most one part in so many of the time.
const SHARE: u32 = 20;

/// How long the first who asks waits.
const FIRST: Duration = Duration::from_millis(500);

/// The size of a folder.
pub(crate) struct DataSize {
    folder: PathBuf,
    counts: AtomicBool,
    known: watch::Sender<Option<Counted>>,
}

/// What was counted last.
#[derive(Clone, Copy, Debug)]
struct Counted {
    bytes: u64,
    ended: Instant,
    took: Duration,
}

impl DataSize {
    pub(crate) fn of(folder: PathBuf) -> Arc<Self> {
        Arc::new(Self { folder, counts: AtomicBool::new(false), known: watch::Sender::new(None) })
    }

    /// Bytes of all files, as counted last; 0 while that is not known yet.
    pub(crate) async fn bytes(self: &Arc<Self>) -> u64 {
        self.count_if_old();
        let mut known = self.known.subscribe();
        let first = timeout(FIRST, known.wait_for(Option::is_some)).await;
        match first {
            Ok(Ok(counted)) => counted.map_or(0, |counted| counted.bytes),
            Ok(Err(_)) | Err(_) => 0,
        }
    }

    fn count_if_old(self: &Arc<Self>) {
        let is_fresh = |counted: Counted| counted.ended.elapsed() < KEPT.max(SHARE * counted.took);
        if self.known.borrow().is_some_and(is_fresh) || self.counts.swap(true, Ordering::AcqRel) {
            return;
        }
        let size = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let start = Instant::now();
            let bytes = size_of_folder(&size.folder);
            size.known.send_replace(Some(Counted { bytes, ended: Instant::now(), took: start.elapsed() }));
            size.counts.store(false, Ordering::Release);
        });
    }
}

/// Bytes of all files below a folder. What disappears meanwhile does not count.
fn size_of_folder(folder: &Path) -> u64 {
    let (mut open, mut bytes): (Vec<PathBuf>, u64) = (vec![folder.to_path_buf()], 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => open.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_folder_is_not_counted_for_each_who_asks() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("jobs")).unwrap();
        std::fs::write(folder.path().join("jobs/a"), [0; 70]).unwrap();
        let size = DataSize::of(folder.path().to_path_buf());
        // A slow disk may need more than one question.
        while size.bytes().await != 70 || size.counts.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        std::fs::write(folder.path().join("b"), [0; 7]).unwrap();
        let counted = size.known.borrow().unwrap();
        let _ = size.bytes().await;
        let fresh = counted.ended.elapsed() < KEPT;
        assert!(!fresh || !size.counts.load(Ordering::Acquire), "it counts again at once");
    }
}
