//! What is to be sent to one worker, in which order.
//!
//! A canvas of 4096² is 800 messages. What does not depend on it passes it: word that a lease is not needed any more,
//! work of other jobs, the end of the session. What belongs to the same job waits until the canvas is complete.

use std::collections::VecDeque;

use clipig_core::{JobRevision, Stage, ToWorker};

/// Messages for a worker that wait.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: VecDeque<ToWorker>,
}

/// A job's canvas that is on its way.
pub(super) type Travelling = (JobRevision, Stage);

impl Outbox {
    /// Adds a message. What it makes superfluous goes.
    pub(super) fn push(&mut self, message: ToWorker) {
        match &message {
            ToWorker::Revoke(fence) => {
                let before = self.waiting.len();
                self.waiting
                    .retain(|other| !matches!(other, ToWorker::Lease(lease) if lease.fence == *fence));
                // The worker has never heard of it, and need not.
                if self.waiting.len() < before {
                    return;
                }
            }
            // An epoch's canvas takes the place of the one before. Tiles add to those of the same epoch.
            ToWorker::Canvas(_) | ToWorker::Tiles(_) => {
                let whole = |message: &ToWorker| matches!(message, ToWorker::Canvas(_));
                let needed: Vec<Travelling> = self.waiting.iter().filter_map(leased).collect();
                let is_old = |other: &ToWorker| match (bulk(&message), bulk(other)) {
                    (Some(new), Some(old)) if new.0 == old.0 => {
                        if new.1 == old.1 {
                            whole(&message) && whole(other)
                        } else {
                            !needed.contains(&old)
                        }
                    }
                    _ => false,
                };
                self.waiting.retain(|other| !is_old(other));
            }
            _ => {}
        }
        self.waiting.push_back(message);
    }

    /// Messages that wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The next message, while the canvas `travelling` is on its way.
    pub(super) fn next(&mut self, travelling: Option<Travelling>) -> Option<ToWorker> {
        let Some((revision, _)) = travelling else { return self.waiting.pop_front() };
        let passes = |message: &ToWorker| match job_of(message) {
            Some(job) => job != revision,
            None => true,
        };
        // Another canvas would only make both take longer; and what belongs to it waits with it.
        let mut held: Vec<JobRevision> = Vec::new();
        let place = self.waiting.iter().position(|message| {
            let job = job_of(message);
            if bulk(message).is_some() {
                held.extend(job);
                return false;
            }
            passes(message) && job.is_none_or(|job| !held.contains(&job))
        })?;
        self.waiting.remove(place)
    }

    /// Is the canvas `travelling` of no use any more, because a later one of its job waits, or its job is closed?
    pub(super) fn overtakes(&self, travelling: Travelling) -> bool {
        let (revision, stage) = travelling;
        let is_needed = self.waiting.iter().any(|message| leased(message) == Some(travelling));
        self.waiting.iter().any(|message| match message {
            ToWorker::Close(job) => *job == revision,
            _ => bulk(message).is_some_and(|(job, newer)| job == revision && newer != stage && !is_needed),
        })
    }
}

/// The canvas that a lease is computed from. Where a later one waits, too, this is the lease of a spot check: only such a
/// lease outlives its epoch. Without its canvas it would come back undone, and who is right might never be known.
fn leased(message: &ToWorker) -> Option<Travelling> {
    match message {
        ToWorker::Lease(lease) => Some((lease.revision, lease.work.stage())),
        _ => None,
    }
}

/// The canvas that a message brings, or tiles of it.
fn bulk(message: &ToWorker) -> Option<Travelling> {
    match message {
        ToWorker::Canvas(canvas) => Some((canvas.revision, canvas.stage)),
        ToWorker::Tiles(tiles) => Some((tiles.revision, tiles.stage)),
        _ => None,
    }
}

fn job_of(message: &ToWorker) -> Option<JobRevision> {
    match message {
        ToWorker::Open(brief) => Some(brief.revision),
        ToWorker::Canvas(canvas) => Some(canvas.revision),
        ToWorker::Tiles(tiles) => Some(tiles.revision),
        ToWorker::Lease(lease) => Some(lease.revision),
        ToWorker::Close(revision) => Some(*revision),
        ToWorker::Welcome(_) | ToWorker::Refuse(_) | ToWorker::Revoke(_) | ToWorker::Drain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::{
        Canvas, CanvasTiles, Epoch, EpochCanvas, EpochTiles, EpochValues, Fence, JobId, Lease, Node,
        TileGrid, Work,
    };

    fn job(job: u64) -> JobRevision {
        JobRevision { job: JobId(job), revision: 0 }
    }

    fn fence(number: u64) -> Fence {
        Fence { incarnation: 1, number }
    }

    fn canvas(of: u64, epoch: u32) -> ToWorker {
        let canvas = Canvas::new(1, 1, vec![0.0; 3]).unwrap();
        ToWorker::Canvas(EpochCanvas { revision: job(of), stage: Stage::Epoch(Epoch(epoch)), canvas })
    }

    fn tiles(of: u64, epoch: u32) -> ToWorker {
        let tiles = CanvasTiles::apart(TileGrid::new(1, 1), Vec::new());
        ToWorker::Tiles(EpochTiles { revision: job(of), stage: Stage::Epoch(Epoch(epoch)), tiles })
    }

    fn lease(of: u64, number: u64) -> ToWorker {
        let values = EpochValues { resolution: [1, 1], learnrate: 0.0, learnrate_scale: 0.0 };
        let work = Work::Node { epoch: Epoch(0), node: Node { level: 0, index: 0 }, total: 1 };
        ToWorker::Lease(Lease { fence: fence(number), revision: job(of), work, values, trace: None })
    }

    fn outbox(messages: impl IntoIterator<Item = ToWorker>) -> Outbox {
        let mut outbox = Outbox::default();
        messages.into_iter().for_each(|message| outbox.push(message));
        outbox
    }

    /// Everything that comes out, in words.
    fn out(outbox: &mut Outbox, travelling: Option<Travelling>) -> Vec<String> {
        std::iter::from_fn(|| outbox.next(travelling))
            .map(|message| match message {
                ToWorker::Canvas(canvas) => format!("canvas {} {}", canvas.revision.job, canvas.stage),
                ToWorker::Tiles(tiles) => format!("tiles {} {}", tiles.revision.job, tiles.stage),
                ToWorker::Lease(lease) => format!("lease {}", lease.fence.number),
                ToWorker::Revoke(fence) => format!("revoke {}", fence.number),
                ToWorker::Close(revision) => format!("close {}", revision.job),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn order_is_kept_where_nothing_travels() {
        let mut outbox = outbox([canvas(1, 0), lease(1, 1), lease(2, 2), ToWorker::Close(job(1))]);
        assert_eq!(out(&mut outbox, None), ["canvas 1 epoch 0", "lease 1", "lease 2", "close 1"]);
    }

    #[test]
    fn what_does_not_depend_on_a_canvas_passes_it() {
        let waiting =
            [lease(1, 1), lease(2, 2), canvas(3, 0), lease(3, 3), ToWorker::Revoke(fence(9)), lease(2, 4)];
        let mut outbox = outbox(waiting);
        assert_eq!(
            out(&mut outbox, Some((job(1), Stage::Epoch(Epoch(0))))),
            ["lease 2", "revoke 9", "lease 4"]
        );
        assert_eq!(out(&mut outbox, None), ["lease 1", "canvas 3 epoch 0", "lease 3"]);
    }

    #[test]
    fn a_lease_that_is_taken_back_before_it_was_sent_is_not_sent() {
        let mut outbox =
            outbox([lease(1, 1), lease(1, 2), ToWorker::Revoke(fence(1)), ToWorker::Revoke(fence(7))]);
        assert_eq!(out(&mut outbox, None), ["lease 2", "revoke 7"]);
    }

    #[test]
    fn tiles_add_to_those_of_their_epoch() {
        let waiting =
            [tiles(1, 4), tiles(2, 4), tiles(1, 5), lease(1, 1), tiles(1, 5), lease(1, 2), lease(2, 3)];
        let mut outbox = outbox(waiting);
        assert_eq!(outbox.len(), 6, "those of an earlier epoch are of no use");
        assert!(outbox.overtakes((job(1), Stage::Epoch(Epoch(4)))));
        assert!(!outbox.overtakes((job(1), Stage::Epoch(Epoch(5)))));
        let expected =
            ["tiles 2 epoch 4", "tiles 1 epoch 5", "lease 1", "tiles 1 epoch 5", "lease 2", "lease 3"];
        // Behind tiles of the same job nothing of it passes, and no other tiles do.
        assert_eq!(out(&mut outbox, Some((job(1), Stage::Epoch(Epoch(5))))), Vec::<String>::new());
        assert_eq!(out(&mut outbox, None), expected);
        outbox.push(tiles(1, 6));
        outbox.push(canvas(1, 6));
        outbox.push(lease(1, 4));
        assert_eq!(out(&mut outbox, None), ["tiles 1 epoch 6", "canvas 1 epoch 6", "lease 4"]);
    }

    #[test]
    fn a_lease_that_outlives_its_epoch_keeps_its_canvas() {
        let of_epoch_0 = (job(1), Stage::Epoch(Epoch(0)));
        let mut outbox = outbox([tiles(1, 0), lease(1, 1), tiles(1, 1)]);
        assert!(!outbox.overtakes(of_epoch_0), "it may be on its way already");
        assert_eq!(out(&mut outbox, None), ["tiles 1 epoch 0", "lease 1", "tiles 1 epoch 1"]);
        // Once it is taken back, nobody needs them.
        for message in [tiles(1, 0), lease(1, 2), ToWorker::Revoke(fence(2)), tiles(1, 1)] {
            outbox.push(message);
        }
        assert!(outbox.overtakes(of_epoch_0));
        assert_eq!(out(&mut outbox, None), ["tiles 1 epoch 1"]);
        // The job needs nothing any more, whatever waits.
        for message in [lease(1, 3), ToWorker::Close(job(1))] {
            outbox.push(message);
        }
        assert!(outbox.overtakes(of_epoch_0));
    }

    #[test]
    fn canvases_do_not_pile_up() {
        let mut outbox = outbox((0..1_000).map(|epoch| canvas(1, epoch)));
        assert_eq!(outbox.len(), 1);
        assert!(outbox.overtakes((job(1), Stage::Epoch(Epoch(5)))));
        assert!(!outbox.overtakes((job(1), Stage::Epoch(Epoch(999)))));
        assert!(!outbox.overtakes((job(2), Stage::Epoch(Epoch(5)))));
        assert_eq!(out(&mut outbox, None), ["canvas 1 epoch 999"]);
        outbox.push(ToWorker::Close(job(1)));
        assert!(outbox.overtakes((job(1), Stage::Epoch(Epoch(999)))));
    }
}
