//! Leases that are handed back undone: the worker lacks the job's content, or leaves.
//!
//! Whoever hands back is asked again after a pause that doubles. That is no failure of anybody, and may mend itself; but
//! what can never be had must not be asked for for ever.

use std::time::Duration;

use clipig_core::Node;
use clipig_core::ShardError;
use clipig_core::{Fence, JobRevision, SessionId, WorkerName};

use super::action::Note;
use super::timers::Timer;
use super::worker::{Granted, Reluctance};
use super::{Dispatcher, Time};

/// The first pause of a worker that hands leases of a job back; it doubles.
const RELUCTANCE: Duration = Duration::from_millis(100);

/// How often the pause doubles at most: to 25.6 s.
const DOUBLINGS: u32 = 8;

impl Dispatcher {
    /// The work under a lease is handed back undone.
    pub fn returned(&mut self, session: SessionId, fence: Fence, reason: String, now: Time) {
        self.heard(session, now);
        if !self.holds(session, fence) {
            return;
        }
        let Some(connection) = self.connections.get(&session) else { return };
        let (worker, leaves) = (connection.worker.clone(), connection.draining);
        let Some(&Granted { revision, epoch, node, .. }) = self.leases.get(&fence) else { return };
        if !leaves {
            self.hold_off(session, revision, node, now);
            self.note_return(revision, node, (worker.clone(), reason.clone()), now);
        }
        self.forget_open(session, revision);
        self.release(fence, now);
        self.note(Note::Returned { worker, revision, epoch, node, reason });
        self.fail_unobtainable(revision, node, now);
        self.assign(now);
    }

    /// Asks a session for this job again after a while.
    fn hold_off(&mut self, session: SessionId, revision: JobRevision, node: Node, now: Time) {
        let Some(connection) = self.connections.get_mut(&session) else { return };
        let known = connection.reluctance.get(&revision).map_or(0, |reluctance| reluctance.times);
        // The first time it is asked again at once: it may just lack the brief or the canvas.
        let pause = if known == 0 { Duration::ZERO } else { RELUCTANCE * (1 << (known - 1).min(DOUBLINGS)) };
        let reluctance = Reluctance { times: known.saturating_add(1), until: now + pause };
        connection.reluctance.insert(revision, reluctance);
        self.timers.set(now + pause, Timer::Retry(session));
        if known > 0
            && let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut())
            && !round.history_mut(node).returned.contains(&connection.worker)
        {
            round.history_mut(node).returned.push(connection.worker.clone());
        }
    }

    fn note_return(&mut self, revision: JobRevision, node: Node, said: (WorkerName, String), now: Time) {
        let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) else { return };
        round.last_return = Some(said);
        let (count, first) = &mut round.history_mut(node).returns;
        *count += 1;
        first.get_or_insert(now);
    }

    /// Fails a job of which a node was handed back too often, for too long.
    fn fail_unobtainable(&mut self, revision: JobRevision, node: Node, now: Time) {
        let Some(round) = self.jobs.get(&revision).and_then(|job| job.round.as_ref()) else { return };
        let Some((count, Some(first))) = round.history(node).map(|history| history.returns) else { return };
        let Some((worker, reason)) = &round.last_return else { return };
        if count >= self.settings.returns && now.saturating_sub(first) >= self.settings.return_patience {
            let what = format!("handed back undone {count} times, at last by worker {worker}: {reason}");
            self.fail_job(revision, node, ShardError::Device(what), now);
        }
    }
}
