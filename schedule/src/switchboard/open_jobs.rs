//! What the switchboard keeps of jobs: shares, briefs, and the canvas of the last offer.
//!
//! A worker gets only the tiles of the canvas that its leases need. The switchboard notes which tiles of an epoch's canvas
//! each session was sent, and sends the missing ones before each lease. If a lease needs more than [`WHOLE_SHARE`] of the
//! canvas, the whole canvas is sent instead, and so it is for a preparation. A worker that misses a tile hands the lease
//! back; then everything is sent again.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_core::{
    Canvas, CanvasTiles, EpochCanvas, EpochTiles, JobBrief, JobId, JobRevision, Lease, SessionId, ShardTiles,
    Stage, TileSet, ToWorker, WHOLE_SHARE, Work,
};

use super::command::JobShare;
use crate::dispatcher::{JobTerms, Offer};

#[derive(Debug, Default)]
pub(super) struct OpenJobs {
    shares: BTreeMap<JobId, JobShare>,
    revisions: BTreeMap<JobRevision, Revision>,
    /// What revisions offered before, where checks of that may be open.
    previous: BTreeMap<JobRevision, Offered>,
}

#[derive(Debug)]
struct Revision {
    brief: Arc<JobBrief>,
    offered: Option<Offered>,
}

/// The canvas of an offer.
#[derive(Debug)]
struct Offered {
    canvas: EpochCanvas,
    /// What each shard needs of it.
    tiles: ShardTiles,
    /// What each session was sent of it.
    sent: BTreeMap<SessionId, TileSet>,
}

impl OpenJobs {
    pub(super) fn add(&mut self, job: JobId, share: JobShare) {
        self.shares.insert(job, share);
    }

    /// Forgets a job. Returns its open revisions.
    pub(super) fn remove(&mut self, job: JobId) -> Vec<JobRevision> {
        self.shares.remove(&job);
        let open = self.open_revisions(job);
        self.revisions.retain(|revision, _| revision.job != job);
        self.previous.retain(|revision, _| revision.job != job);
        open
    }

    /// Changes a job's priority. Returns its open revisions.
    pub(super) fn set_priority(&mut self, job: JobId, priority: i32) -> Vec<JobRevision> {
        let Some(share) = self.shares.get_mut(&job) else { return Vec::new() };
        share.priority = priority;
        self.open_revisions(job)
    }

    fn open_revisions(&self, job: JobId) -> Vec<JobRevision> {
        self.revisions.keys().filter(|revision| revision.job == job).copied().collect()
    }

    /// Keeps a brief. `None` where its job is not there (any more).
    pub(super) fn open(&mut self, brief: Arc<JobBrief>) -> Option<JobTerms> {
        let revision = brief.revision;
        let JobShare { priority, fit } = self.shares.get(&revision.job)?.clone();
        let terms = JobTerms { revision, priority, fit, threads: brief.threads };
        self.revisions.insert(revision, Revision { brief, offered: None });
        Some(terms)
    }

    pub(super) fn close(&mut self, revision: JobRevision) {
        self.revisions.remove(&revision);
        self.previous.remove(&revision);
    }

    /// Keeps the canvas of an offer for the sessions that get leases of it, and the one before until
    /// [`drop_previous`](Self::drop_previous). `false` where the job is not there (any
    /// more).
    pub(super) fn offer(&mut self, offer: &Offer, canvas: Canvas, tiles: ShardTiles) -> bool {
        let (revision, stage) = (offer.revision, offer.work.stage());
        if let Some(known) = self.revisions.get_mut(&revision) {
            let canvas = EpochCanvas { revision, stage, canvas };
            let before = known.offered.replace(Offered { canvas, tiles, sent: BTreeMap::new() });
            self.previous.extend(before.map(|before| (revision, before)));
        }
        self.shares.contains_key(&revision.job)
    }

    /// How many canvases are kept of what was offered before.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.previous.len()
    }

    /// Lets go of what was offered before, but for the revisions that need it.
    pub(super) fn drop_previous(&mut self, needed: impl Fn(JobRevision) -> bool) {
        self.previous.retain(|revision, _| needed(*revision));
    }

    /// A session has nothing of the canvas of a stage. `false` where that is not what is offered.
    pub(super) fn forget_sent(&mut self, session: SessionId, revision: JobRevision, stage: Stage) -> bool {
        let Some(offered) = self.offered(revision, stage) else { return false };
        offered.sent.remove(&session);
        true
    }

    /// A session is over.
    pub(super) fn forget_session(&mut self, session: SessionId) {
        let offered = self.revisions.values_mut().filter_map(|known| known.offered.as_mut());
        for offered in offered.chain(self.previous.values_mut()) {
            offered.sent.remove(&session);
        }
    }

    /// What a session must be sent of the canvas before a lease: the tiles that the lease needs and that the session was
    /// not sent. It counts as sent from now on.
    pub(super) fn missing(&mut self, session: SessionId, lease: &Lease) -> Option<ToWorker> {
        let offered = self.offered(lease.revision, lease.work.stage())?;
        let needed = match lease.work {
            Work::Prepare => None,
            Work::Node { node, total, .. } => offered.tiles.of(node.shards(total)),
        };
        let canvas = &offered.canvas;
        let grid = canvas.canvas.grid();
        let sent = offered.sent.get(&session);
        let missing = needed.unwrap_or_else(|| TileSet::all(grid));
        let missing = sent.map_or_else(|| missing.clone(), |sent| missing.without(sent));
        if missing.is_empty() && sent.is_some() {
            return None;
        }
        if missing.exceeds(WHOLE_SHARE) {
            offered.sent.insert(session, TileSet::all(grid));
            return Some(ToWorker::Canvas(canvas.clone()));
        }
        offered.sent.entry(session).or_insert_with(|| TileSet::none(grid)).add(&missing);
        let EpochCanvas { revision, stage, canvas } = canvas.clone();
        let tiles = CanvasTiles::within(canvas, missing);
        Some(ToWorker::Tiles(EpochTiles { revision, stage, tiles }))
    }

    fn offered(&mut self, revision: JobRevision, stage: Stage) -> Option<&mut Offered> {
        let offered = self.revisions.get_mut(&revision).and_then(|known| known.offered.as_mut());
        let previous = self.previous.get_mut(&revision);
        offered.into_iter().chain(previous).find(|offered| offered.canvas.stage == stage)
    }

    pub(super) fn brief(&self, revision: JobRevision) -> Option<Arc<JobBrief>> {
        self.revisions.get(&revision).map(|known| Arc::clone(&known.brief))
    }
}
