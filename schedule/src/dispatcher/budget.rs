//! How many bytes of gradients may come at once.
//!
//! A gradient takes memory of the coordinator from its arrival until its job has merged it. If leases were granted without
//! regard to that, a job that merges more slowly than its workers compute would pile up a whole epoch of them. So each
//! lease reserves what its gradient will take, and is granted only as long as everything reserved and unmerged fits into
//! the budget. Nothing is held up on the way: workers send whenever they are done, and their heartbeats pass.
//!
//! What a gradient will take is known from the canvas at first, all of which it may touch. As soon as a job has results,
//! it is the largest of them. Whatever the budget, a job may have one gradient at a time.
//!
//! What has come of a gradient when a connection breaks is kept until the process is back or given up, whatever becomes of
//! its lease meanwhile. So that is how long its room is reserved.

use std::collections::BTreeMap;

use clipig_core::{EpochValues, JobRevision, SessionId, TILE};

/// Bytes of gradients that are on their way or unmerged.
#[derive(Debug)]
pub(super) struct GradientBudget {
    limit: u64,
    reserved: u64,
    unmerged: u64,
    jobs: BTreeMap<JobRevision, JobBytes>,
    /// Of sessions whose connection broke: bytes of gradients whose leases have ended. Parts of them may be there, which
    /// are kept until the process is back or given up.
    lingering: BTreeMap<SessionId, u64>,
    /// Was a lease held back since the last time that something was freed?
    is_tight: bool,
}

/// Those of one job.
#[derive(Clone, Copy, Debug, Default)]
struct JobBytes {
    reserved: u64,
    unmerged: u64,
    /// Its largest gradient; 0: there was none yet.
    largest: u64,
}

impl GradientBudget {
    pub(super) fn new(limit: u64) -> Self {
        let (jobs, lingering) = (BTreeMap::new(), BTreeMap::new());
        Self { limit, reserved: 0, unmerged: 0, jobs, lingering, is_tight: false }
    }

    /// What the next gradient of a job will take.
    pub(super) fn expected(&self, revision: JobRevision, values: EpochValues) -> u64 {
        let most = whole(values.resolution);
        match self.jobs.get(&revision).map_or(0, |job| job.largest) {
            0 => most,
            largest => largest.min(most),
        }
    }

    /// May a job have another lease, whose gradient takes so much?
    pub(super) fn admits(&mut self, revision: JobRevision, bytes: u64) -> bool {
        let fits = self.has_room(revision, bytes);
        self.is_tight |= !fits;
        fits
    }

    /// As [`admits`](Self::admits), for those who only look.
    pub(super) fn has_room(&self, revision: JobRevision, bytes: u64) -> bool {
        let job = self.jobs.get(&revision).copied().unwrap_or_default();
        let taken = self.reserved.saturating_add(self.unmerged);
        (job.reserved == 0 && job.unmerged == 0) || taken.saturating_add(bytes) <= self.limit
    }

    /// Is there room for so much that nobody waits for?
    pub(super) fn has_spare_room(&self, bytes: u64) -> bool {
        let taken = self.reserved.saturating_add(self.unmerged);
        !self.is_tight && taken.saturating_add(bytes) <= self.limit
    }

    /// A lease was granted from spare room. It does not count as its job's: that may still have a gradient in any case.
    pub(super) fn reserve_spare(&mut self, bytes: u64) {
        self.reserved += bytes;
    }

    /// A lease has ended that was granted from spare room.
    pub(super) fn release_spare(&mut self, bytes: u64) {
        self.reserved -= bytes.min(self.reserved);
    }

    /// A lease has ended whose worker's connection is broken: what has come of its gradient is kept.
    pub(super) fn linger(&mut self, session: SessionId, bytes: u64) {
        *self.lingering.entry(session).or_default() += bytes;
        self.reserve_spare(bytes);
    }

    /// A session is over, and what was kept of its gradients is dropped or goes on under leases that are valid.
    pub(super) fn let_go(&mut self, session: SessionId) {
        if let Some(bytes) = self.lingering.remove(&session) {
            self.release_spare(bytes);
        }
    }

    /// A lease was granted.
    pub(super) fn reserve(&mut self, revision: JobRevision, bytes: u64) {
        self.jobs.entry(revision).or_default().reserved += bytes;
        self.reserved += bytes;
    }

    /// A lease has ended, with a result or without.
    pub(super) fn release(&mut self, revision: JobRevision, bytes: u64) {
        if let Some(job) = self.jobs.get_mut(&revision) {
            let freed = bytes.min(job.reserved);
            job.reserved -= freed;
            self.reserved -= freed;
        }
    }

    /// A gradient has come that its job will merge.
    pub(super) fn receive(&mut self, revision: JobRevision, bytes: u64) {
        let job = self.jobs.entry(revision).or_default();
        job.unmerged += bytes;
        job.largest = job.largest.max(bytes);
        self.unmerged += bytes;
    }

    /// A job has merged or dropped a gradient. Says whether that may make room for a lease that was held back.
    pub(super) fn free(&mut self, revision: JobRevision, bytes: u64) -> bool {
        // What a runner says last may come after its job was closed.
        if let Some(job) = self.jobs.get_mut(&revision) {
            let freed = bytes.min(job.unmerged);
            job.unmerged -= freed;
            self.unmerged -= freed;
        }
        std::mem::take(&mut self.is_tight)
    }

    /// A job is closed; nothing is leased for it.
    pub(super) fn close(&mut self, revision: JobRevision) -> bool {
        if let Some(job) = self.jobs.remove(&revision) {
            self.reserved -= job.reserved;
            self.unmerged -= job.unmerged;
        }
        std::mem::take(&mut self.is_tight)
    }

    #[cfg(test)]
    pub(super) fn reserved(&self) -> u64 {
        self.reserved
    }

    /// Bytes that have come and are not merged.
    pub(super) fn unmerged(&self) -> u64 {
        self.unmerged
    }
}

/// Bytes of a gradient that touches every pixel: it is kept in whole tiles.
pub(super) fn whole([width, height]: [u32; 2]) -> u64 {
    let tiles = |side: u32| u64::from(side).div_ceil(TILE as u64);
    tiles(width) * tiles(height) * (3 * TILE * TILE * size_of::<f32>()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::{GradientSum, JobId};

    const VALUES: EpochValues = EpochValues { resolution: [100, 65], learnrate: 1.0, learnrate_scale: 1.0 };

    fn revision(job: u64) -> JobRevision {
        JobRevision { job: JobId(job), revision: 0 }
    }

    #[test]
    fn a_whole_gradient_takes_what_it_takes() {
        let mut gradient = GradientSum::new(100, 65);
        let dense = vec![1.0; 3 * 100 * 65];
        let (red, rest) = dense.split_at(100 * 65);
        let (green, blue) = rest.split_at(100 * 65);
        for y in 0..65 {
            let row = |plane: &'_ [f32]| plane[100 * y..100 * (y + 1)].to_vec();
            gradient.adder().add_span(0, y, [&row(red), &row(green), &row(blue)]);
        }
        assert_eq!(gradient.bytes() as u64, whole([100, 65]));
    }

    #[test]
    fn leases_are_granted_within_the_budget_and_one_per_job_in_any_case() {
        let (a, b) = (revision(1), revision(2));
        let whole = whole(VALUES.resolution);
        let mut budget = GradientBudget::new(2 * whole);
        assert_eq!(budget.expected(a, VALUES), whole);
        budget.reserve(a, whole);
        assert!(budget.admits(a, whole));
        budget.reserve(a, whole);
        assert!(!budget.admits(a, whole));
        // Another job gets its first one, and no more.
        assert!(budget.admits(b, whole));
        budget.reserve(b, whole);
        assert!(!budget.admits(b, 1));
        // A result that is smaller makes room, and tells how large the next ones are.
        budget.release(a, whole);
        budget.receive(a, whole / 10);
        assert_eq!((budget.expected(a, VALUES), budget.unmerged()), (whole / 10, whole / 10));
        budget.release(a, whole);
        assert!(budget.admits(a, whole / 10));
        assert!(budget.free(a, whole / 10), "something was held back");
        assert!(!budget.free(a, whole / 10), "nothing was since");
        assert_eq!(budget.unmerged(), 0);
        budget.close(b);
        assert_eq!(budget.reserved, 0);
    }
}
