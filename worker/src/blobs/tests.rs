//! The cache with a source that breaks off, lies and is slow.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use clipig_core::Sha256;
use futures_util::StreamExt as _;
use sha2::Digest as _;

use super::folder::Folder;
use super::part::{Claim, Part};
use super::{BlobCache, BlobError, BlobSource, Download, FetchError, Finding, Found};

/// What goes wrong with the next downloads, one entry each.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    BreaksOffAfter(usize),
    Flips(usize),
    TooLong,
}

#[derive(Default)]
struct FaultySource {
    content: BTreeMap<Sha256, Vec<u8>>,
    faults: Mutex<Vec<Fault>>,
    /// Offsets that were asked for.
    asked: Mutex<Vec<u64>>,
    slow: Option<Duration>,
    calls: AtomicU32,
}

const PIECE: usize = 1000;

impl BlobSource for FaultySource {
    fn find(&self, hash: Sha256, offset: u64) -> Finding<'_> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.asked.lock().unwrap().push(offset);
        let fault = self.faults.lock().unwrap().pop().unwrap_or(Fault::None);
        let slow = self.slow;
        Box::pin(async move {
            let content = self.content.get(&hash).ok_or(FetchError::Missing)?.clone();
            let size = content.len() as u64;
            let mut rest = content[offset as usize..].to_vec();
            let mut end = None;
            match fault {
                Fault::None => {}
                Fault::BreaksOffAfter(len) => {
                    rest.truncate(len);
                    end = Some(Err(FetchError::Broken("a cable was pulled".to_owned())));
                }
                Fault::Flips(at) => rest[at] ^= 1,
                Fault::TooLong => rest.push(0),
            }
            let pieces: Vec<_> =
                rest.chunks(PIECE).map(|piece| Ok(Bytes::copy_from_slice(piece))).chain(end).collect();
            let pieces = futures_util::stream::iter(pieces).then(move |piece| async move {
                if let Some(slow) = slow {
                    tokio::time::sleep(slow).await;
                }
                piece
            });
            Ok(Found::Stream(Download { size, pieces: Box::pin(pieces) }))
        })
    }
}

fn content(seed: u8, len: usize) -> (Sha256, Vec<u8>) {
    let bytes: Vec<u8> = (0..len).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    (Sha256(sha2::Sha256::digest(&bytes).into()), bytes)
}

/// A source of `n` blobs of `len` bytes with faults, the first one first.
fn source(n: u8, len: usize, faults: &[Fault]) -> (FaultySource, Vec<Sha256>) {
    let content: Vec<_> = (0..n).map(|seed| content(seed, len)).collect();
    let hashes = content.iter().map(|(hash, _)| *hash).collect();
    let faults = Mutex::new(faults.iter().rev().copied().collect());
    (FaultySource { content: content.into_iter().collect(), faults, ..FaultySource::default() }, hashes)
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn content_is_fetched_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (source, hashes) = source(1, 10_500, &[]);
    let source = Arc::new(FaultySource { slow: Some(Duration::from_millis(2)), ..source });
    let cache = BlobCache::new(folder.path().join("a/b"), 1 << 20, source.clone());
    let steps = AtomicU32::new(0);
    let count = || {
        steps.fetch_add(1, Ordering::SeqCst);
    };
    let get = || async { cache.get(hashes[0], count).await.unwrap() };
    let (one, two, three) = tokio::join!(get(), get(), get());
    assert_eq!(source.calls.load(Ordering::SeqCst), 1, "one download for all");
    assert!(steps.load(Ordering::SeqCst) > 3, "progress is told");
    assert!(Arc::ptr_eq(&one, &two) && Arc::ptr_eq(&two, &three));
    assert_eq!(std::fs::read(one.path()).unwrap(), source.content[&hashes[0]]);
    drop((one, two, three));
    get().await;
    let other = BlobCache::new(folder.path().join("a/b"), 1 << 20, source.clone());
    other.get(hashes[0], || {}).await.unwrap();
    assert_eq!(source.calls.load(Ordering::SeqCst), 1, "also after a restart");
    assert_eq!(files(&folder.path().join("a/b")), 1, "no part is left");
}

#[tokio::test(start_paused = true)]
async fn a_broken_download_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (source, hashes) = source(1, 9_000, &[Fault::BreaksOffAfter(4_000), Fault::BreaksOffAfter(0)]);
    let source = Arc::new(source);
    let cache = BlobCache::new(folder.path(), 1 << 20, source.clone());
    let blob = cache.get(hashes[0], || {}).await.unwrap();
    assert_eq!(std::fs::read(blob.path()).unwrap(), source.content[&hashes[0]]);
    assert_eq!(*source.asked.lock().unwrap(), [0, 4_000, 4_000]);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_download_is_repeated_once() {
    let folder = tempfile::tempdir().unwrap();
    let (flaky, hashes) = source(1, 9_000, &[Fault::Flips(17)]);
    let flaky = Arc::new(flaky);
    let cache = BlobCache::new(folder.path(), 1 << 20, flaky.clone());
    cache.get(hashes[0], || {}).await.unwrap();
    assert_eq!(*flaky.asked.lock().unwrap(), [0, 0]);

    let folder = tempfile::tempdir().unwrap();
    let (liar, hashes) = source(1, 9_000, &[Fault::Flips(17), Fault::Flips(18)]);
    let error =
        BlobCache::new(folder.path(), 1 << 20, Arc::new(liar)).get(hashes[0], || {}).await.unwrap_err();
    assert!(matches!(&error, BlobError::Damaged { wanted, .. } if *wanted == hashes[0]), "{error}");
    assert_eq!(files(folder.path()), 0, "nothing damaged is left");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (absent, _) = content(99, 10);
    let (some, hashes) = source(1, 9_000, &[Fault::TooLong; 20]);
    let cache = BlobCache::new(folder.path(), 1 << 20, Arc::new(some));
    assert_eq!(cache.get(absent, || {}).await.unwrap_err(), BlobError::Missing(absent));
    let error = cache.get(hashes[0], || {}).await.unwrap_err();
    assert!(matches!(&error, BlobError::Broken { reason, .. } if reason.contains("9000")), "{error}");
    let error = BlobCache::new("/proc/nowhere", 1 << 20, Arc::new(source(1, 10, &[]).0))
        .get(content(0, 10).0, || {})
        .await
        .unwrap_err();
    assert!(matches!(&error, BlobError::Disk { path, .. } if path.contains("/proc/nowhere")), "{error}");
}

#[tokio::test]
async fn the_folder_stays_within_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (source, hashes) = source(5, 4_000, &[]);
    let source = Arc::new(source);
    std::fs::write(folder.path().join("README"), vec![0; 50_000]).unwrap();
    let cache = BlobCache::new(folder.path(), 12_500, source.clone());
    let first = cache.get(hashes[0], || {}).await.unwrap();
    for hash in &hashes[1..3] {
        cache.get(*hash, || {}).await.unwrap();
        // The times of files decide who was used last.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cache.get(hashes[1], || {}).await.unwrap();
    cache.get(hashes[3], || {}).await.unwrap();
    let there = |i: usize| folder.path().join(hashes[i].to_string()).exists();
    assert!(there(0), "in use, though used longest ago");
    assert!(there(1), "used again");
    assert!(!there(2) && there(3), "the one that was not used for longest goes");
    assert!(folder.path().join("README").exists(), "not the cache's");

    let held = cache.get(hashes[1], || {}).await.unwrap();
    let other = BlobCache::new(folder.path(), 12_500, source);
    let theirs = other.get(hashes[3], || {}).await.unwrap();
    let error = cache.get(hashes[4], || {}).await.unwrap_err();
    let expected =
        matches!(&error, BlobError::NoRoom { size: 4_000, used: 12_000, limit: 12_500, .. }) && there(3);
    assert!(expected, "what another worker uses stays, too: {error}");
    drop((first, held, theirs));
    cache.get(hashes[4], || {}).await.unwrap();
}

#[tokio::test]
async fn downloads_side_by_side_stay_within_the_limit_together() {
    const SIZE: usize = 400_000;
    let folder = tempfile::tempdir().unwrap();
    let (source, hashes) = source(3, SIZE, &[]);
    // Slow, so that all have begun before one is done.
    let source = Arc::new(FaultySource { slow: Some(Duration::from_millis(1)), ..source });
    // Two of the three fit. As in one process, and as two processes that know nothing of each other.
    let cache = || BlobCache::new(folder.path(), 1_000_000, source.clone());
    let (one, other) = (cache(), cache());
    let all = [(&one, 0), (&one, 1), (&other, 2)].map(|(cache, i)| cache.get(hashes[i], || {}));
    let results = futures_util::future::join_all(all).await;
    let refused: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(matches!(&refused[..], [BlobError::NoRoom { size: 400_000, .. }]), "{refused:?}");
    let held: u64 =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(held, 2 * SIZE as u64);
}

#[tokio::test]
async fn a_damaged_file_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let (source, hashes) = source(1, 4_000, &[]);
    let source = Arc::new(source);
    let path = folder.path().join(hashes[0].to_string());
    std::fs::write(&path, [1, 2, 3]).unwrap();
    let cache = BlobCache::new(folder.path(), 1 << 20, source.clone());
    let blob = cache.get(hashes[0], || {}).await.unwrap();
    assert_eq!(std::fs::read(blob.path()).unwrap(), source.content[&hashes[0]]);
    assert_eq!(source.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn workers_of_one_machine_share_a_download() {
    let folder = tempfile::tempdir().unwrap();
    let (source, hashes) = source(1, 30_500, &[]);
    let source = Arc::new(FaultySource { slow: Some(Duration::from_millis(5)), ..source });
    // As two processes: two caches that know nothing of each other.
    let caches = [(); 4].map(|()| BlobCache::new(folder.path(), 1 << 20, source.clone()));
    let all = caches.iter().map(|cache| cache.get(hashes[0], || {}));
    for blob in futures_util::future::join_all(all).await {
        assert_eq!(std::fs::read(blob.unwrap().path()).unwrap(), source.content[&hashes[0]]);
    }
    assert_eq!(source.calls.load(Ordering::SeqCst), 1);
    assert_eq!(files(folder.path()), 1);
}

#[tokio::test]
async fn what_lies_on_this_machine_is_not_copied() {
    struct Here(std::path::PathBuf);
    impl BlobSource for Here {
        fn find(&self, _: Sha256, _: u64) -> Finding<'_> {
            Box::pin(async { Ok(Found::File(self.0.clone())) })
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let cache = BlobCache::new(folder.path(), 10, Arc::new(Here("/some/where".into())));
    let blob = cache.get(content(1, 100).0, || {}).await.unwrap();
    assert_eq!(blob.path(), Path::new("/some/where"));
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn a_file_that_another_process_has_just_finished_is_not_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let (hash, bytes) = content(1, 4_000);
    // It was not there when it was looked for, and is there when the part is claimed.
    std::fs::write(folder.path().join(hash.to_string()), bytes).unwrap();
    let claim = Part::claim(&Folder::new(folder.path().to_owned(), 1 << 20), hash).unwrap();
    assert!(matches!(claim, Claim::Finished));
    assert_eq!(files(folder.path()), 1);
}
