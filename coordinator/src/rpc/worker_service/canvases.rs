//! Canvases as messages, encoded once for all sessions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use clipig_proto::outgoing::{CanvasEncoder, CanvasNotFinite, EncodedCanvas};
use clipig_schedule::{EpochCanvas, JobRevision};
use tokio::sync::OnceCell;

/// The canvas of the last epoch of each job that workers were sent. A session that is still sending an older one
/// holds that itself.
#[derive(Default)]
pub(super) struct Canvases {
    last: Mutex<BTreeMap<JobRevision, Arc<Entry>>>,
}

struct Entry {
    /// Held, so that no other canvas can come to lie at the same address.
    canvas: EpochCanvas,
    encoded: OnceCell<Result<EncodedCanvas, CanvasNotFinite>>,
    /// Goes from entry to entry of a job, with memory that earlier canvases were encoded in.
    encoder: Arc<Mutex<CanvasEncoder>>,
}

impl Entry {
    fn is_of(&self, canvas: &EpochCanvas) -> bool {
        self.canvas.epoch == canvas.epoch
            && self.canvas.canvas.pixels().as_ptr() == canvas.canvas.pixels().as_ptr()
    }

    fn encode(&self) -> Result<EncodedCanvas, CanvasNotFinite> {
        self.encoder.lock().unwrap_or_else(PoisonError::into_inner).encode(&self.canvas)
    }
}

impl Canvases {
    /// The messages of a canvas. Sessions that ask for the same at the same time wait for one encoding.
    ///
    /// # Errors
    /// When a pixel is NaN or infinite.
    pub(super) async fn encoded(&self, canvas: EpochCanvas) -> Result<EncodedCanvas, CanvasNotFinite> {
        let entry = self.entry(canvas);
        let encode = || async {
            // A canvas of 4096² takes a tenth of a second: too long for a thread that serves others.
            let encoding = tokio::task::spawn_blocking({
                let entry = Arc::clone(&entry);
                move || entry.encode()
            });
            match encoding.await {
                Ok(encoded) => encoded,
                // The runtime is shutting down.
                Err(_) => entry.encode(),
            }
        };
        entry.encoded.get_or_init(encode).await.clone()
    }

    /// A job needs its canvas no more.
    pub(super) fn forget(&self, revision: JobRevision) {
        self.lock().remove(&revision);
    }

    /// Jobs of which a canvas is kept.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.lock().len()
    }

    fn entry(&self, canvas: EpochCanvas) -> Arc<Entry> {
        let mut last = self.lock();
        match last.get(&canvas.revision) {
            Some(entry) if entry.is_of(&canvas) => Arc::clone(entry),
            _ => {
                let revision = canvas.revision;
                let encoder =
                    last.get(&revision).map_or_else(Arc::default, |before| Arc::clone(&before.encoder));
                let entry = Arc::new(Entry { canvas, encoded: OnceCell::new(), encoder });
                last.insert(revision, Arc::clone(&entry));
                entry
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<JobRevision, Arc<Entry>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
