//! A bounded number of uploads. When all places are taken, the upload that has been silent for longest ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::sleep;

use super::status::Refusal;

/// Uploads at once: each has a file open.
const PLACES: usize = 256;

/// Uploads that write to the disk at the same moment.
const WRITERS: usize = 16;

/// An upload may be ended for another one after this silence.
const SILENCE: Duration = Duration::from_millis(100);

/// How long a new upload waits for room.
const ROOM_TIMEOUT: Duration = Duration::from_secs(10);

/// All uploads under way.
pub(crate) struct Uploads {
    state: Mutex<State>,
    writers: Semaphore,
}

#[derive(Default)]
struct State {
    next: u64,
    places: BTreeMap<u64, Upload>,
}

struct Upload {
    owner: String,
    /// Bytes that it will bring.
    size: u64,
    last_activity: Instant,
    evicted: Arc<Notify>,
}

/// Uploads by the order in which they came.
#[derive(Clone, Copy, Debug)]
pub(super) struct UploadNumber(u64);

/// Room for one upload, until it is dropped.
pub(super) struct Place<'a> {
    uploads: &'a Uploads,
    number: u64,
    evicted: Arc<Notify>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { state: Mutex::default(), writers: Semaphore::new(WRITERS) }
    }
}

impl Uploads {
    /// Waits for room. Where there is none, the upload that has been silent for longest ends.
    pub(super) async fn place(&self, owner: &str, size: u64) -> Result<Place<'_>, Refusal> {
        let start = Instant::now();
        loop {
            if let Some(place) = self.try_place(owner, size) {
                return Ok(place);
            }
            if start.elapsed() > ROOM_TIMEOUT {
                return Err(Refusal::Busy(format!("{PLACES} uploads are under way; try again in a moment")));
            }
            sleep(SILENCE / 4).await;
        }
    }

    /// Bytes that uploads under way will bring which came before this one; all of them, or those of one owner. Of several
    /// that come at the same time, each counts those before it: so as many pass a limit as fit. What is stored is read
    /// after this, because an upload is among the stored ones before it ends.
    pub(super) fn announced_before(&self, upload: UploadNumber, owner: Option<&str>) -> u64 {
        let state = self.lock();
        let before = state.places.range(..upload.0).map(|(_, upload)| upload);
        let counted = before.filter(|upload| owner.is_none_or(|owner| upload.owner == owner));
        counted.map(|upload| upload.size).fold(0, u64::saturating_add)
    }

    fn try_place(&self, owner: &str, size: u64) -> Option<Place<'_>> {
        let mut state = self.lock();
        if state.places.len() >= PLACES {
            let (silent, upload) = state.places.iter().min_by_key(|(_, upload)| upload.last_activity)?;
            if upload.last_activity.elapsed() < SILENCE {
                return None;
            }
            upload.evicted.notify_one();
            let silent = *silent;
            state.places.remove(&silent);
        }
        let number = state.next;
        state.next += 1;
        let evicted = Arc::new(Notify::new());
        let last_activity = Instant::now();
        let (owner, ending) = (owner.to_owned(), Arc::clone(&evicted));
        state.places.insert(number, Upload { owner, size, last_activity, evicted: ending });
        Some(Place { uploads: self, number, evicted })
    }

    /// Waits until the disk has time.
    pub(super) async fn disk(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        self.writers.acquire().await.map_err(|_| Refusal::ShuttingDown)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    pub(super) fn number(&self) -> UploadNumber {
        UploadNumber(self.number)
    }

    /// Waits for the client, unless somebody else needs the place more.
    pub(super) async fn unless_evicted<T>(&self, client: impl Future<Output = T>) -> Result<T, Refusal> {
        self.touch();
        let said = tokio::select! {
            said = client => Ok(said),
            () = self.evicted.notified() => Err(Refusal::Busy(format!(
                "more than {PLACES} uploads are under way, and this one was silent for longest; upload again"
            ))),
        };
        self.touch();
        said
    }

    fn touch(&self) {
        if let Some(upload) = self.uploads.lock().places.get_mut(&self.number) {
            upload.last_activity = Instant::now();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.uploads.lock().places.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn the_silent_make_room() {
        let uploads = Uploads::default();
        let mut places = Vec::new();
        for number in 0..PLACES {
            places.push(uploads.place(&format!("owner-{}", number % 2), 7).await.unwrap());
        }
        std::thread::sleep(SILENCE);
        // All but the first say something.
        places[1..].iter().for_each(Place::touch);
        let newcomer = uploads.place("owner-2", 7).await.unwrap();
        let first = places.remove(0);
        let refusal = first.unless_evicted(std::future::pending::<()>()).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Busy(text) if text.contains("upload again")));
        drop(first);
        assert_eq!(uploads.lock().places.len(), PLACES);
        newcomer.unless_evicted(async {}).await.unwrap();
    }

    #[test]
    fn of_uploads_that_come_at_the_same_time_as_many_pass_as_fit() {
        const FIT: usize = 4;
        const SIZE: u64 = 7;
        let (uploads, barrier) = (Uploads::default(), Barrier::new(4 * FIT));
        let passes = |owner: &str| {
            barrier.wait();
            let place = uploads.try_place(owner, SIZE).expect("there is room");
            // All are there before the first one looks.
            barrier.wait();
            let before = |owner| uploads.announced_before(place.number(), owner);
            let most = FIT as u64 * SIZE;
            let passes = [before(Some(owner)) + SIZE <= most, before(None) + SIZE <= 2 * most];
            barrier.wait();
            passes
        };
        let passes = &passes;
        let passed: Vec<[bool; 2]> = std::thread::scope(|scope| {
            let owners = (0..4 * FIT).map(|number| if number % 2 == 0 { "alice" } else { "bob" });
            let threads: Vec<_> = owners.map(|owner| scope.spawn(move || passes(owner))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let count = |which: usize| passed.iter().filter(|passes| passes[which]).count();
        assert_eq!((count(0), count(1)), (2 * FIT, 2 * FIT), "each of two owners, and all together");
    }
}
