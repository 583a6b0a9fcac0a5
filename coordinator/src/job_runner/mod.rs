//! Runs one job on a thread of its own, from its first or last checkpointed epoch to its end.
//!
//! The thread owns the canvas. Gradients and people's commands come through the job's inbox, so nothing here polls.
//! An [`Observer`] decides what becomes of an epoch (history, snapshot, checkpoint, a progress bar). A farm and
//! `clipig render` have different observers and share this runner.

mod check;
mod inbox;
mod order;
mod origins;
mod trace;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use clipig_core::{
    CanvasFactory, CanvasOwner, Epoch, EpochValues, JobRevision, Preparation, ShardError, ShardTiles, Stage,
    StepError,
};
use clipig_schedule::digest;
use clipig_schedule::dispatcher::{Compared, JobFailure};
use clipig_schedule::switchboard::JobEvent;
use clipig_telemetry::TraceContext;

pub use self::inbox::{EpochOffer, Inbox, Port, RunCommand, ToRunner, inbox};
pub use self::order::{JobOrder, Revision, TraceTerms};
pub use self::origins::Predecessor;
use self::trace::{EpochTrace, RunTrace};
use crate::epoch_loop::{
    CanvasTooLarge, EpochLoop, EpochReport, EpochUnderWay, JobError, JobErrorCause, JobSpec, first_resolution,
};

/// How a job left its runner.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// All epochs are done.
    Completed,
    /// It was asked to pause, or to stop after an epoch.
    Paused {
        /// Is the canvas that of a finished epoch? Otherwise the epoch under way was abandoned: the canvas is
        /// processed for it, must not be kept, and the last checkpoint counts.
        between_epochs: bool,
    },
    /// It was cancelled.
    Cancelled {
        /// As of [`Paused`](Self::Paused).
        between_epochs: bool,
    },
}

/// Why a run failed. `E` is the observer's error.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E> {
    /// An epoch failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// There is no first canvas.
    #[error("the first canvas: {0}")]
    Canvas(StepError),
    /// Texts and images could not be encoded.
    #[error("{0}")]
    Prepare(JobFailure),
    /// Shards could not be computed.
    #[error("epoch {epoch}: {failure}")]
    Shard {
        /// The epoch.
        epoch: Epoch,
        /// Why.
        failure: JobFailure,
    },
    /// The observer could not keep what happened.
    #[error("{0}")]
    Observer(E),
    /// The switchboard is gone.
    #[error("the farm is shutting down")]
    ShuttingDown,
}

/// Takes note of what happens in a run. Everything is called on the runner's thread, between two epochs; an error ends
/// the run.
pub trait Observer {
    /// Why something could not be kept.
    type Error;

    /// The run is told below this span, where it is traced.
    fn on_trace(&mut self, _: TraceContext) {}

    /// This revision is computed from the next epoch on: the first one, and every later one, new or replayed.
    fn on_revision(&mut self, _: JobRevision) {}

    /// Canvas and features are ready; the first epoch of this run follows.
    ///
    /// # Errors
    /// When that cannot be kept.
    fn on_ready(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Texts and images were encoded.
    ///
    /// # Errors
    /// When the features cannot be kept.
    fn on_prepared(&mut self, revision: JobRevision, preparation: &Preparation) -> Result<(), Self::Error>;

    /// A new revision holds from `from` on, which is the next epoch.
    ///
    /// # Errors
    /// When that cannot be kept.
    fn on_update(&mut self, revision: JobRevision, from: Epoch) -> Result<(), Self::Error>;

    /// An epoch was finished, `seconds` after it began.
    ///
    /// # Errors
    /// When that cannot be kept.
    fn on_epoch(&mut self, report: &EpochReport, job: &EpochLoop, seconds: f64) -> Result<(), Self::Error>;
}

/// Runs a job until it ends, pauses or fails. Blocks the calling thread, which owns the canvas meanwhile.
///
/// # Errors
/// See [`RunError`].
pub fn run<O: Observer>(
    order: JobOrder,
    canvases: &dyn CanvasFactory,
    port: &dyn Port,
    inbox: &Inbox,
    observer: &mut O,
) -> Result<(Ending, EpochLoop), RunError<O::Error>> {
    let mut trace = RunTrace::begin(&order);
    if let Some(span) = trace.context() {
        observer.on_trace(span);
    }
    let outcome = run_traced(order, canvases, (port, inbox), observer, &mut trace);
    trace.end(outcome.as_ref().map(|(ending, _)| *ending));
    outcome
}

fn run_traced<O: Observer>(
    order: JobOrder,
    canvases: &dyn CanvasFactory,
    (port, inbox): (&dyn Port, &Inbox),
    observer: &mut O,
    trace: &mut RunTrace,
) -> Result<(Ending, EpochLoop), RunError<O::Error>> {
    let mut runner = Runner::begin(order, canvases, (port, inbox), observer, trace)?;
    let ending = runner.epochs();
    runner.port.close(runner.revision());
    Ok((ending?, runner.job))
}

struct Runner<'a, O> {
    order: JobOrder,
    /// Place of the revision that holds now.
    current: usize,
    /// The revision before it, until it is prepared.
    predecessor: Option<Predecessor>,
    canvases: &'a dyn CanvasFactory,
    port: &'a dyn Port,
    inbox: &'a Inbox,
    observer: &'a mut O,
    job: EpochLoop,
    trace: &'a mut RunTrace,
    /// Commands that came while results were waited for, in their order.
    commands: VecDeque<RunCommand>,
}

/// What came of waiting for an epoch's gradients.
enum Waited {
    Complete,
    Pause,
    Cancel,
}

impl<'a, O: Observer> Runner<'a, O> {
    fn begin(
        mut order: JobOrder,
        canvases: &'a dyn CanvasFactory,
        (port, inbox): (&'a dyn Port, &'a Inbox),
        observer: &'a mut O,
        trace: &'a mut RunTrace,
    ) -> Result<Self, RunError<O::Error>> {
        let first = order.first;
        // Until an epoch is done, the canvas is the first one of the revision that holds, whatever was made for another
        // revision before. Otherwise the picture would depend on whether a restart came between.
        let resumed = order.resume.take().filter(|progress| progress.next > first);
        let next = resumed.as_ref().map_or(first, |p| p.next);
        let current = order.revision_at(next);
        // A first canvas has not changed yet.
        let predecessor = resumed.as_ref().and_then(|_| {
            let before = order.revisions[..current].iter().rev().find_map(Revision::as_predecessor);
            before.or_else(|| order.predecessor.take())
        });
        let (revision, most) = (&order.revisions[current], order.most_pixels);
        let job = match resumed {
            Some(progress) => {
                let canvas =
                    canvases.restore(&revision.canvas_job(), progress.canvas).map_err(RunError::Canvas)?;
                EpochLoop::resume(revision.spec(), canvas, progress.next, progress.statistics)
            }
            None => EpochLoop::new(revision.spec(), first_canvas(revision, canvases, most)?),
        };
        let job = job.with_most_pixels(most).with_most_samples(order.most_samples);
        let commands = VecDeque::new();
        Ok(Self { order, current, predecessor, canvases, port, inbox, observer, job, trace, commands })
    }

    fn revision(&self) -> JobRevision {
        self.order.revisions[self.current].brief.revision
    }

    fn epochs(&mut self) -> Result<Ending, RunError<O::Error>> {
        self.observer.on_revision(self.revision());
        if let Some(ending) = self.open()? {
            return Ok(ending);
        }
        self.observer.on_ready().map_err(RunError::Observer)?;
        loop {
            if let Some(ending) = self.apply_commands()? {
                return Ok(ending);
            }
            // Asked of the revision that will hold, because an update may have raised the number of epochs.
            let next = self.job.position();
            let holding = self.order.revision_at(next);
            if next.0 >= self.order.revisions[holding].experiment.epochs {
                return Ok(Ending::Completed);
            }
            if holding != self.current
                && let Some(ending) = self.change_revision(holding)?
            {
                return Ok(ending);
            }
            let start = Instant::now();
            let mut trace = self.trace.epoch(next);
            let beginning = trace.clock();
            let Some(mut epoch) = self.job.begin_epoch()? else { return Ok(Ending::Completed) };
            trace.phase("begin", beginning);
            match self.gather(&mut epoch, &mut trace)? {
                Waited::Complete => {}
                Waited::Pause => return Ok(Ending::Paused { between_epochs: false }),
                Waited::Cancel => return Ok(Ending::Cancelled { between_epochs: false }),
            }
            let stepping = trace.clock();
            let report = self.job.finish_epoch(epoch)?;
            trace.phase("step", stepping);
            let seconds = start.elapsed().as_secs_f64();
            let keeping = trace.clock();
            self.observer.on_epoch(&report, &self.job, seconds).map_err(RunError::Observer)?;
            trace.phase("keep", keeping);
            self.trace.finished(trace, seconds);
        }
    }

    /// Makes the current revision known to the workers; has it prepared where it is not.
    fn open(&mut self) -> Result<Option<Ending>, RunError<O::Error>> {
        let predecessor = self.predecessor.take();
        let Revision { brief, experiment, .. } = &self.order.revisions[self.current];
        let (brief, experiment) = (Arc::clone(brief), Arc::clone(experiment));
        self.port.open(&brief);
        if brief.prepared.is_some() {
            return Ok(None);
        }
        let canvas = self.job.canvas();
        let resolution = [canvas.width() as u32, canvas.height() as u32];
        let values = EpochValues { resolution, learnrate: 0.0, learnrate_scale: 0.0 };
        let mut span = self.trace.child("prepare");
        if let Some(span) = span.context() {
            self.port.trace(brief.revision, Stage::Prepare, span);
        }
        self.port.prepare(brief.revision, values, canvas);
        // Nothing has begun: the canvas is the first one or that of a finished epoch.
        let between_epochs = true;
        let mut preparation = loop {
            match self.inbox.next(None) {
                Some(ToRunner::Event(JobEvent::Prepared { preparation, accepted })) => {
                    if accepted.revision != brief.revision {
                        continue; // of a revision that is over
                    }
                    match check::preparation(&preparation.prepared, &experiment, &self.order.lengths) {
                        Ok(()) => break preparation,
                        Err(error) => self.port.refused(accepted, senseless(&error)),
                    }
                }
                Some(ToRunner::Event(JobEvent::Failed(failure))) => {
                    span.fail(failure.error.without_texts());
                    return Err(RunError::Prepare(failure));
                }
                Some(ToRunner::Command(RunCommand::Cancel)) => {
                    return Ok(Some(Ending::Cancelled { between_epochs }));
                }
                // No epoch is under way that would have to be finished first.
                Some(ToRunner::Command(RunCommand::Pause(_))) => {
                    return Ok(Some(Ending::Paused { between_epochs }));
                }
                Some(ToRunner::Command(command)) => self.commands.push_back(command),
                Some(ToRunner::Event(event @ (JobEvent::Computed { .. } | JobEvent::Compared { .. }))) => {
                    self.drop_result(&event);
                }
                None => return Err(RunError::ShuttingDown),
            }
        };
        drop(span);
        if let Some(predecessor) = predecessor {
            predecessor.keep_origins(&mut preparation.prepared, &experiment);
        }
        self.observer.on_prepared(brief.revision, &preparation).map_err(RunError::Observer)?;
        let revision = &mut self.order.revisions[self.current];
        let prepared = Some(Arc::new(preparation.prepared));
        revision.brief = Arc::new(clipig_core::JobBrief { prepared, ..(*brief).clone() });
        self.port.open(&revision.brief);
        Ok(None)
    }

    /// Offers an epoch and takes its gradients until it is complete.
    fn gather(
        &mut self,
        epoch: &mut EpochUnderWay,
        trace: &mut EpochTrace,
    ) -> Result<Waited, RunError<O::Error>> {
        if epoch.is_complete() {
            return Ok(Waited::Complete);
        }
        let (revision, number) = (self.revision(), epoch.epoch());
        let total = epoch.plan().shards.len() as u32;
        let tiles = if self.order.shares_memory { ShardTiles::whole() } else { self.job.shard_tiles(epoch) };
        let (values, canvas, models) = (epoch.values(), epoch.canvas().clone(), self.job.shard_models(epoch));
        if let Some(span) = trace.context() {
            self.port.trace(revision, Stage::Epoch(number), span);
        }
        let computing = trace.clock();
        self.port.offer(EpochOffer { revision, epoch: number, total, values, canvas, tiles, models });
        let mut deadline = None;
        while !epoch.is_complete() {
            match self.inbox.next(deadline) {
                Some(ToRunner::Event(JobEvent::Computed { node, gradient, reports, accepted })) => {
                    let (of, bytes) = (accepted.revision, gradient.bytes() as u64);
                    // Otherwise it is of an epoch that is over.
                    if accepted.work.stage() == Stage::Epoch(number) && of == revision {
                        let merging = trace.clock();
                        let compared = accepted.compare.map(|fence| (fence, digest(&gradient, &reports)));
                        match epoch.accept(node, gradient, reports) {
                            Ok(()) => {
                                trace.merged(node, merging);
                                if let Some((fence, digest)) = compared {
                                    self.port.digested(fence, digest);
                                }
                            }
                            Err(error) => self.port.refused(accepted, senseless(&error)),
                        }
                    }
                    self.port.merged(of, bytes);
                }
                Some(ToRunner::Event(event @ JobEvent::Compared { .. })) => self.drop_result(&event),
                Some(ToRunner::Event(JobEvent::Failed(failure))) => {
                    trace.fail(failure.error.without_texts());
                    return Err(RunError::Shard { epoch: number, failure });
                }
                Some(ToRunner::Command(RunCommand::Cancel)) => return Ok(Waited::Cancel),
                Some(ToRunner::Command(command)) => {
                    if let RunCommand::Pause(timeout) = command {
                        deadline = Instant::now().checked_add(timeout);
                    }
                    self.commands.push_back(command);
                }
                Some(ToRunner::Event(JobEvent::Prepared { .. })) => {}
                None if deadline.is_some_and(|deadline| Instant::now() >= deadline) => {
                    return Ok(Waited::Pause);
                }
                None => return Err(RunError::ShuttingDown),
            }
        }
        trace.phase("compute", computing);
        Ok(Waited::Complete)
    }

    /// Applies the commands that have come, in their order. Called between two epochs.
    fn apply_commands(&mut self) -> Result<Option<Ending>, RunError<O::Error>> {
        while let Some(command) = self.next_command() {
            match command {
                // Commands after it are dropped. An update among them is open in the store, and the next run applies it.
                RunCommand::Pause(_) => return Ok(Some(Ending::Paused { between_epochs: true })),
                RunCommand::Cancel => return Ok(Some(Ending::Cancelled { between_epochs: true })),
                RunCommand::Revise(revision) => {
                    let (number, next) = (revision.brief.revision, self.job.position());
                    if self.order.take(*revision, next) {
                        self.observer.on_update(number, next).map_err(RunError::Observer)?;
                    }
                }
            }
        }
        Ok(None)
    }

    fn next_command(&mut self) -> Option<RunCommand> {
        if let Some(command) = self.commands.pop_front() {
            return Some(command);
        }
        loop {
            match self.inbox.at_once()? {
                ToRunner::Command(command) => return Some(command),
                // Results that were computed twice or belong to an epoch that is over.
                ToRunner::Event(event) => self.drop_result(&event),
            }
        }
    }

    /// A result that is not merged makes room for another one: nobody needs it any more, or only its digest.
    fn drop_result(&self, event: &JobEvent) {
        match event {
            JobEvent::Computed { gradient, accepted, .. } => {
                self.port.merged(accepted.revision, gradient.bytes() as u64);
            }
            JobEvent::Compared { compared: Compared { revision, fence }, gradient, reports } => {
                self.port.digested(*fence, digest(gradient, reports));
                self.port.merged(*revision, gradient.bytes() as u64);
            }
            JobEvent::Prepared { .. } | JobEvent::Failed(_) => {}
        }
    }

    /// Goes on under another revision: same canvas, same epoch count, same optimiser unless it was changed.
    fn change_revision(&mut self, holding: usize) -> Result<Option<Ending>, RunError<O::Error>> {
        self.port.close(self.revision());
        let before = self.order.revisions[self.current].as_predecessor();
        // The others are not kept in memory: there may be many, with large images.
        self.order.drop_before(holding);
        self.current = 0;
        let (revision, most) = (&self.order.revisions[0], self.order.most_pixels);
        let progress = self.job.progress();
        // As in `begin`.
        let goes_on = progress.next > self.order.first;
        self.predecessor = before.filter(|_| goes_on);
        let job = if goes_on {
            let canvas =
                self.canvases.restore(&revision.canvas_job(), progress.canvas).map_err(RunError::Canvas)?;
            EpochLoop::resume(revision.spec(), canvas, progress.next, progress.statistics)
        } else {
            EpochLoop::new(revision.spec(), first_canvas(revision, self.canvases, most)?)
        };
        self.job = job.with_most_pixels(most).with_most_samples(self.order.most_samples);
        self.observer.on_revision(self.revision());
        self.open()
    }
}

/// The result of a lease cannot be used: another worker computes it.
fn senseless(error: &dyn std::error::Error) -> ShardError {
    ShardError::Device(format!("the result makes no sense: {error}"))
}

fn first_canvas<E>(
    revision: &Revision,
    canvases: &dyn CanvasFactory,
    most: u64,
) -> Result<Box<dyn CanvasOwner>, RunError<E>> {
    let experiment = &revision.experiment;
    let resolution = first_resolution(experiment, revision.brief.seed)?;
    let failed = |cause: JobErrorCause| JobError { epoch: Epoch(experiment.start_epoch), cause };
    CanvasTooLarge::check(resolution, most).map_err(|cause| failed(cause.into()))?;
    let canvas = canvases.first(&revision.canvas_job(), resolution).map_err(RunError::Canvas)?;
    // Before it travels to be prepared, and before it is the picture of a job without epochs.
    if canvas.is_finite() { Ok(canvas) } else { Err(failed(JobErrorCause::CanvasNotFinite).into()) }
}

impl Revision {
    fn spec(&self) -> JobSpec {
        JobSpec {
            experiment: Arc::clone(&self.experiment),
            seed: self.brief.seed,
            shard_size: self.brief.shard_size,
        }
    }
}

#[cfg(test)]
pub(crate) mod stand_in;
#[cfg(test)]
mod tests;
