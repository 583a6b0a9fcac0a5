//! Which sessions may still ask for a job's canvas.
//!
//! A canvas is kept so that it is encoded once for all; when the last session that was sent one has ended, or was told
//! that the job is closed, nobody is left who could say that it is not needed any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use clipig_schedule::JobRevision;

use super::canvases::Canvases;

/// The canvases of all jobs, and how many sessions were sent them.
#[derive(Default)]
pub(super) struct Audiences {
    canvases: Canvases,
    sessions: Mutex<BTreeMap<JobRevision, usize>>,
}

/// The jobs of which one session was sent canvases.
pub(super) struct Audience {
    all: Arc<Audiences>,
    jobs: BTreeSet<JobRevision>,
}

impl Audience {
    pub(super) fn new(all: Arc<Audiences>) -> Self {
        Self { all, jobs: BTreeSet::new() }
    }

    /// The canvases, for a session that is sent one of a job.
    pub(super) fn of(&mut self, revision: JobRevision) -> &Canvases {
        if self.jobs.insert(revision) {
            *self.all.lock().entry(revision).or_default() += 1;
        }
        &self.all.canvases
    }

    /// The session needs nothing more of a job.
    pub(super) fn leaves(&mut self, revision: JobRevision) {
        if self.jobs.remove(&revision) {
            self.all.left(revision);
        }
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        for revision in std::mem::take(&mut self.jobs) {
            self.all.left(revision);
        }
    }
}

impl Audiences {
    fn left(&self, revision: JobRevision) {
        let mut sessions = self.lock();
        let Some(count) = sessions.get_mut(&revision) else { return };
        *count -= 1;
        if *count == 0 {
            sessions.remove(&revision);
            // Who asks for it meanwhile waits for the lock, and has it encoded anew.
            self.canvases.forget(revision);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<JobRevision, usize>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_schedule::{Canvas, Epoch, EpochCanvas, JobId};

    fn revision(job: u64) -> JobRevision {
        JobRevision { job: JobId(job), revision: 0 }
    }

    async fn send(session: &mut Audience, job: u64) {
        let canvas = Canvas::new(1, 1, vec![0.0; 3]).unwrap();
        let canvas = EpochCanvas { revision: revision(job), epoch: Epoch(0), canvas };
        session.of(canvas.revision).encoded(canvas).await.unwrap();
    }

    #[tokio::test]
    async fn a_canvas_goes_with_the_last_session_that_was_sent_it() {
        let all = Arc::new(Audiences::default());
        let (mut one, mut other) = (Audience::new(Arc::clone(&all)), Audience::new(Arc::clone(&all)));
        for job in [1, 1, 2, 3] {
            send(&mut one, job).await;
        }
        send(&mut other, 1).await;
        assert_eq!(all.canvases.kept(), 3);
        one.leaves(revision(2));
        one.leaves(revision(2));
        assert_eq!(all.canvases.kept(), 2);
        // Its connection broke off, and then its jobs were closed: nobody is told of that.
        drop(one);
        assert_eq!(all.canvases.kept(), 1);
        drop(other);
        assert_eq!(all.canvases.kept(), 0);
        assert!(all.lock().is_empty());
    }
}
