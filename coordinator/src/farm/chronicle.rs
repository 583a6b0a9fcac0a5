//! Writes down what happens to workers, and remembers what people decided about them.

use std::sync::mpsc::Receiver;

use clipig_schedule::WorkerName;
use clipig_schedule::dispatcher::{Note, WorkerView};

use super::{Farm, FarmError, LogLevel};
use crate::store::{EventKind, Mark, MarkedWorker, Subject};
use crate::switchboard::{WorkerWish, WorkerWishError};

impl Farm {
    /// The thread that listens to the switchboard, until that ends.
    pub(super) fn write_down(&self, notes: &Receiver<Note>) {
        for note in notes {
            self.note(&note);
            // Whoever came, went or was forgiven may let a job start.
            self.inner.changed.notify_all();
        }
    }

    fn note(&self, note: &Note) {
        let text = note.to_string();
        let (worker, kind) = match note {
            Note::Joined { worker, .. } => {
                self.remember(worker);
                (worker, EventKind::Joined)
            }
            Note::Left { worker, .. } | Note::Lost { worker, .. } => (worker, EventKind::Left),
            Note::Back { worker } => (worker, EventKind::Joined),
            Note::SetAside { worker, .. } => (worker, EventKind::SetAside),
            Note::Forgiven { worker } => (worker, EventKind::Forgiven),
            Note::Failed { revision, .. } | Note::Returned { revision, .. } => {
                self.inner.tell(revision.job, LogLevel::Warning, &EventKind::LeaseFailed, &text);
                return;
            }
            // Everyday business; the log has it.
            Note::SecondCopy { .. } => return,
        };
        if let Err(error) = self.inner.store.add_event(&Subject::Worker(worker.clone()), &kind, &text) {
            tracing::warn!(%error, text, "an event was not kept");
        }
    }

    /// A worker that was paused before the coordinator was restarted stays paused.
    fn remember(&self, worker: &WorkerName) {
        let marked = self.inner.store.marked_workers().unwrap_or_default();
        if marked.iter().any(|marked| marked.mark == Mark::Paused && marked.worker == *worker)
            && let Err(error) = self.inner.switchboard.ask_worker_blocking(worker.clone(), WorkerWish::Pause)
        {
            tracing::warn!(%worker, %error, "a paused worker was not paused again");
        }
    }

    /// Asks something of a worker; a pause outlives restarts.
    ///
    /// # Errors
    /// Where there is no such worker or that cannot be; when the store fails.
    pub fn ask_worker(
        &self,
        name: &WorkerName,
        wish: WorkerWish,
        reason: &str,
    ) -> Result<WorkerView, FarmError> {
        let refused = |error: WorkerWishError| match error {
            WorkerWishError::ShuttingDown => FarmError::ShuttingDown,
            error => FarmError::Worker(error),
        };
        let pause = match wish {
            WorkerWish::Pause => Some(true),
            WorkerWish::Resume => Some(false),
            WorkerWish::Drain(_) | WorkerWish::Forgive => None,
        };
        let view = self.inner.switchboard.ask_worker_blocking(name.clone(), wish).map_err(refused)?;
        match pause {
            Some(true) => {
                let since = self.inner.store.now();
                let (worker, reason) = (name.clone(), reason.to_owned());
                let marked = MarkedWorker { worker, mark: Mark::Paused, since, until: None, reason };
                self.inner.store.mark_worker(&marked)?;
            }
            Some(false) => {
                self.inner.store.unmark_worker(name, Mark::Paused, reason)?;
            }
            None => {}
        }
        self.inner.changed.notify_all();
        Ok(view)
    }
}
