//! A job's runner: what `clipig_coordinator::job_runner` does on a thread of its own, step by step in virtual time.
//!
//! ```text
//!              prepared                   all shards merged
//!  Preparing ───────────▶ Busy ──begins──▶ Gathering ──────▶ Stepping
//!      ▲                  │  ▲                │                  │
//!      └──next revision───┘  └────stops───────┴──────stepped─────┘
//! ```
//! Where it is busy it writes to the disk, and reads its inbox when that is done.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use clipig_coordinator::job_runner::{JobOrder, Revision};
use clipig_coordinator::{EpochLoop, EpochUnderWay, JobProgress};
use clipig_core::{
    Epoch, GradientSum, JobBrief, JobId, JobRevision, ShardModels, ShardTiles, Stage, WorkerKind,
};
use clipig_schedule::dispatcher::{Fit, JobFailure, Offer, OfferedWork};
use clipig_schedule::job::JobChange;
use clipig_schedule::switchboard::{JobCommand, JobEvent, JobShare};

use crate::coordinator::Queued;
use crate::disk::Write;
use crate::picture::first_values;
use crate::plant::Plant;
use crate::world::{Event, World};

/// How long a job that is asked to pause may go on with the epoch under way.
const PAUSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A job that has a place.
pub(crate) struct Runner {
    /// Tells this run of the job from others in the same process.
    pub(crate) run: u64,
    order: JobOrder,
    /// Place of the revision that holds now.
    current: usize,
    job: EpochLoop,
    pub(crate) phase: Phase,
    inbox: VecDeque<Message>,
    /// Commands that came while something else was waited for, in their order.
    commands: VecDeque<Command>,
    /// Shards of the epoch that were merged.
    pub(crate) merged: BTreeSet<u32>,
    /// For a planted bug: the sum in the order of arrival.
    pub(crate) arrivals: Option<GradientSum>,
}

/// What a runner waits for.
pub(crate) enum Phase {
    Preparing,
    Busy,
    Gathering(EpochUnderWay),
    Stepping(EpochUnderWay),
}

/// What comes into a runner's inbox.
#[derive(Debug)]
pub(crate) enum Message {
    Job(JobEvent),
    Command(Command),
}

/// What people want of a running job.
#[derive(Debug)]
pub(crate) enum Command {
    Pause,
    Cancel,
    Revise(Box<Revision>),
}

impl Runner {
    pub(crate) fn revision(&self) -> JobRevision {
        self.order.revisions[self.current].brief.revision
    }

    pub(crate) fn under_way(&self) -> Option<&EpochUnderWay> {
        match &self.phase {
            Phase::Gathering(epoch) => Some(epoch),
            Phase::Preparing | Phase::Busy | Phase::Stepping(_) => None,
        }
    }

    fn next_command(&mut self) -> Option<Command> {
        if let Some(command) = self.commands.pop_front() {
            return Some(command);
        }
        // What was computed twice, or for an epoch that is over, is dropped.
        while let Some(message) = self.inbox.pop_front() {
            if let Message::Command(command) = message {
                return Some(command);
            }
        }
        None
    }
}

impl World {
    pub(crate) fn runner(&self, job: JobId) -> Option<&Runner> {
        self.coordinator.as_ref()?.runners.get(&job)
    }

    pub(crate) fn runner_mut(&mut self, job: JobId) -> Option<&mut Runner> {
        self.coordinator.as_mut()?.runners.get_mut(&job)
    }

    /// The queue lets a job start.
    pub(crate) fn start_job(&mut self, job: JobId, kind: WorkerKind) {
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        if stored.change(&JobChange::Start).is_err() {
            return;
        }
        stored.kind = Some(kind);
        let resumed = stored.latest().cloned();
        self.run_from(job, resumed);
    }

    /// A run of a job begins, or goes on under updates that came at its end.
    pub(crate) fn run_from(&mut self, job: JobId, resumed: Option<JobProgress>) {
        // As the real runner: before the first epoch, the revision that holds makes the canvas.
        let resumed = resumed.filter(|progress| progress.next > Epoch(0));
        let threads = self.scenario.jobs[job.0 as usize - 1].threads;
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        let next = resumed.as_ref().map(|progress| progress.next);
        stored.settle_updates(next);
        let order = stored.order(job, threads);
        let position = next.unwrap_or(order.revisions[0].from);
        let current = order.revision_at(position);
        self.trace(|| format!("job {job} starts, from epoch {position}, revision {current}"));
        let Some(stored) = self.disk.jobs.get(&job) else { return };
        let picture = &stored.revisions[current].picture;
        let epochs = match resumed {
            Some(progress) => picture.restore(progress),
            None => match picture.first() {
                Ok(first) => first,
                Err(error) => return self.violation(&error),
            },
        };
        let Some(kind) = stored.kind.clone() else { return };
        let share = JobShare { priority: stored.priority, fit: Fit::Kind(kind) };
        let Some(coordinator) = &mut self.coordinator else { return };
        coordinator.next_run += 1;
        let run = coordinator.next_run;
        let runner = Runner {
            run,
            order,
            current,
            job: epochs,
            phase: Phase::Busy,
            inbox: VecDeque::new(),
            commands: VecDeque::new(),
            merged: BTreeSet::new(),
            arrivals: None,
        };
        // What was on its way to a run before this one in the same place is heard by it.
        let earlier = coordinator.runners.insert(job, runner);
        if let (Some(earlier), Some(runner)) = (earlier, coordinator.runners.get_mut(&job)) {
            runner.inbox = earlier.inbox;
            runner.commands = earlier.commands;
        }
        self.command(Queued::AddRunner(job, run));
        self.command(Queued::Job(JobCommand::Add { job, share }));
        self.open(job);
    }

    /// Makes the current revision known; has it prepared where it is not.
    fn open(&mut self, job: JobId) {
        let Some(runner) = self.runner_mut(job) else { return };
        let brief = Arc::clone(&runner.order.revisions[runner.current].brief);
        let (revision, canvas) = (brief.revision, runner.job.canvas());
        let is_prepared = brief.prepared.is_some();
        runner.phase = if is_prepared { Phase::Busy } else { Phase::Preparing };
        self.command(Queued::Job(JobCommand::Open(brief)));
        if is_prepared {
            self.ready(job);
            return;
        }
        let (values, models) = (first_values(&canvas), ShardModels::default());
        let offer = Offer { revision, work: OfferedWork::Prepare, values, models };
        self.command(Queued::Job(JobCommand::Offer { offer, canvas, tiles: ShardTiles::whole() }));
        self.wake_soon(job);
    }

    /// Features are there; epochs follow.
    fn ready(&mut self, job: JobId) {
        if let Some(stored) = self.disk.jobs.get_mut(&job) {
            // Somebody may have paused it meanwhile, of which the runner hears itself; or it runs already.
            let _ = stored.change(&JobChange::Prepared);
        }
        self.go_on(job);
    }

    /// Between two epochs: does what people asked for, in their order, and begins the next epoch.
    fn go_on(&mut self, job: JobId) {
        self.hash_compared(job);
        let Some(runner) = self.runner_mut(job) else { return };
        runner.phase = Phase::Busy;
        let next = runner.job.position();
        while let Some(command) = self.runner_mut(job).and_then(Runner::next_command) {
            match command {
                Command::Pause | Command::Cancel => return self.stop(job),
                Command::Revise(revision) => {
                    let number = revision.brief.revision.revision;
                    let Some(runner) = self.runner_mut(job) else { return };
                    if runner.order.take(*revision, next) {
                        return self.write(Write::Revised(job, number, next));
                    }
                }
            }
        }
        let Some(runner) = self.runner_mut(job) else { return };
        let holding = runner.order.revision_at(next);
        if next.0 >= runner.order.revisions[holding].experiment.epochs {
            let (progress, revision) = (Box::new(runner.job.progress()), runner.revision());
            self.contest_ends();
            self.command(Queued::Job(JobCommand::Close(revision)));
            return self.write(Write::Finished(job, progress));
        }
        if holding != runner.current {
            return self.change_revision(job, holding);
        }
        self.begin(job);
    }

    /// Hashes results that are only compared. As for the real runner, they may be of an epoch that is over.
    fn hash_compared(&mut self, job: JobId) {
        let Some(runner) = self.runner_mut(job) else { return };
        let is_compared = |message: &Message| matches!(message, Message::Job(JobEvent::Compared { .. }));
        let (compared, others): (VecDeque<Message>, VecDeque<Message>) =
            std::mem::take(&mut runner.inbox).into_iter().partition(is_compared);
        runner.inbox = others;
        for message in compared {
            if let Message::Job(event) = message {
                self.job_event(job, event);
            }
        }
    }

    /// Goes on under another revision.
    fn change_revision(&mut self, job: JobId, holding: usize) {
        let Some(runner) = self.runner_mut(job) else { return };
        let before = runner.revision();
        runner.current = holding;
        let progress = runner.job.progress();
        let picture = self.disk.jobs[&job].revisions[holding].picture.clone();
        let changed = if progress.next > Epoch(0) { Ok(picture.restore(progress)) } else { picture.first() };
        match (changed, self.runner_mut(job)) {
            (Ok(changed), Some(runner)) => runner.job = changed,
            (Ok(_), None) => return,
            (Err(error), _) => return self.violation(&error),
        }
        self.figures.updates += 1;
        self.command(Queued::Job(JobCommand::Close(before)));
        self.open(job);
    }

    /// Begins the next epoch of a job that is prepared.
    fn begin(&mut self, job: JobId) {
        let state = self.disk.jobs[&job].state;
        if !state.is_active() {
            self.violation(&format!("job {job} begins an epoch although it is {state}"));
        }
        let Some(runner) = self.runner_mut(job) else { return };
        let revision = runner.revision();
        runner.merged.clear();
        runner.arrivals = None;
        match runner.job.begin_epoch() {
            Ok(Some(epoch)) => {
                let (shards, number) = (epoch.plan().shards.len() as u32, epoch.epoch());
                let (values, canvas) = (epoch.values(), epoch.canvas().clone());
                let (tiles, models) = (runner.job.shard_tiles(&epoch), runner.job.shard_models(&epoch));
                runner.phase = Phase::Gathering(epoch);
                if shards == 0 {
                    return self.step_soon(job);
                }
                let work = OfferedWork::Epoch { epoch: number, shards };
                let offer = Offer { revision, work, values, models };
                let tiles = self.perhaps_too_few(tiles, shards);
                self.command(Queued::Job(JobCommand::Offer { offer, canvas, tiles }));
                self.wake_soon(job);
            }
            Ok(None) => self.violation(&format!("job {job} has no epoch to begin")),
            Err(error) => self.violation(&format!("job {job}: {error}")),
        }
    }

    /// For a planted bug: a shard's tiles lack one.
    fn perhaps_too_few(&mut self, tiles: ShardTiles, shards: u32) -> ShardTiles {
        if self.plant != Some(Plant::ForgetTile) {
            return tiles;
        }
        let mut each: Vec<_> = (0..shards).map(|shard| tiles.of(shard..shard + 1)).collect();
        let shard = self.random.below(each.len());
        if let Some(set) = &mut each[shard] {
            let first = set.numbers().next();
            if let Some(number) = first {
                set.remove(number);
            }
        }
        ShardTiles::new(each)
    }

    /// Something has come into a runner's inbox, or it is ready to look.
    pub(crate) fn wake_soon(&mut self, job: JobId) {
        let Some(coordinator) = &self.coordinator else { return };
        let Some(run) = coordinator.runners.get(&job).map(|runner| runner.run) else { return };
        let incarnation = coordinator.incarnation;
        let at = self.now + self.random.time(Duration::ZERO, Duration::from_millis(2));
        self.queue.push(at, Event::RunnerWakes(incarnation, job, run));
    }

    /// Puts something into the inbox of a job's runner, if it has one.
    pub(crate) fn tell_runner(&mut self, job: JobId, message: Message) {
        if let Some(runner) = self.runner_mut(job) {
            runner.inbox.push_back(message);
            self.wake_soon(job);
        }
    }

    /// Tells the run that the switchboard knows of a job.
    pub(crate) fn tell_run(&mut self, job: JobId, event: JobEvent) {
        let Some(coordinator) = &self.coordinator else { return };
        let known = coordinator.switchboard_runs.get(&job).copied();
        let run = coordinator.runners.get(&job).map(|runner| runner.run);
        if known.is_some() && known == run {
            self.tell_runner(job, Message::Job(event));
        }
    }

    pub(crate) fn runner_wakes(&mut self, job: JobId, run: u64) {
        loop {
            let Some(runner) = self.runner_mut(job).filter(|runner| runner.run == run) else { return };
            if matches!(runner.phase, Phase::Busy | Phase::Stepping(_)) {
                return;
            }
            let Some(message) = runner.inbox.pop_front() else { return };
            match message {
                Message::Job(event) => self.job_event(job, event),
                Message::Command(command) => self.job_command(job, command),
            }
        }
    }

    fn job_event(&mut self, job: JobId, event: JobEvent) {
        let Some(runner) = self.runner_mut(job) else { return };
        let revision = runner.revision();
        match event {
            JobEvent::Prepared { preparation, accepted } => {
                if matches!(runner.phase, Phase::Preparing) && accepted.revision == revision {
                    runner.phase = Phase::Busy;
                    self.write(Write::Prepared(job, revision, Arc::new(preparation.prepared)));
                }
            }
            JobEvent::Computed { gradient, reports, accepted, .. } => {
                let epoch = runner.under_way().map(EpochUnderWay::epoch);
                let is_this = epoch.is_some_and(|epoch| accepted.work.stage() == Stage::Epoch(epoch));
                let (of, bytes) = (accepted.revision, gradient.bytes() as u64);
                if is_this && of == revision {
                    self.merge(&accepted, gradient, reports);
                }
                self.command(Queued::Job(JobCommand::Merged(of, bytes)));
            }
            JobEvent::Compared { compared, gradient, reports } => {
                self.hash(compared.fence, &gradient, &reports);
                let bytes = gradient.bytes() as u64;
                self.command(Queued::Job(JobCommand::Merged(compared.revision, bytes)));
            }
            JobEvent::Failed(failure) => self.job_failed(&failure),
        }
    }

    fn job_command(&mut self, job: JobId, command: Command) {
        let Some(runner) = self.runner_mut(job) else { return };
        let gathers = matches!(runner.phase, Phase::Gathering(_));
        match command {
            Command::Cancel if gathers => self.end_run(job),
            // Nothing was done yet that would have to be finished first.
            Command::Cancel | Command::Pause if !gathers => self.stop(job),
            Command::Pause | Command::Cancel => {
                let run = runner.run;
                runner.commands.push_back(Command::Pause);
                let incarnation = self.disk.incarnation;
                self.queue.push(self.now + PAUSE_TIMEOUT, Event::PauseTimeout(incarnation, job, run));
            }
            Command::Revise(revision) => runner.commands.push_back(Command::Revise(revision)),
        }
    }

    /// The epoch under way takes too long for a pause: it is abandoned.
    pub(crate) fn pause_timeout(&mut self, job: JobId, run: u64) {
        let Some(runner) = self.runner(job).filter(|runner| runner.run == run) else { return };
        if matches!(runner.phase, Phase::Gathering(_)) {
            self.end_run(job);
        }
    }

    /// Stops between two epochs: the canvas is kept.
    fn stop(&mut self, job: JobId) {
        let Some(runner) = self.runner_mut(job) else { return };
        runner.phase = Phase::Busy;
        let (progress, revision) = (Box::new(runner.job.progress()), runner.revision());
        self.command(Queued::Job(JobCommand::Close(revision)));
        self.write(Write::Stopped(job, progress));
    }

    /// Takes a job's place away.
    pub(crate) fn end_run(&mut self, job: JobId) {
        let Some(coordinator) = &mut self.coordinator else { return };
        let Some(runner) = coordinator.runners.remove(&job) else { return };
        let revision = runner.revision();
        self.command(Queued::Job(JobCommand::Close(revision)));
        self.command(Queued::Job(JobCommand::Remove(job)));
        self.command(Queued::RemoveRunner(job, runner.run));
        self.settle();
    }

    fn job_failed(&mut self, failure: &JobFailure) {
        let job = failure.revision.job;
        self.trace(|| format!("job {job} fails: {failure}"));
        if !self.scenario.may_fail || self.is_quiet() {
            self.violation(&format!("job {job} fails, and no device is faulty: {failure}"));
        }
        self.figures.failures += 1;
        if let Some(stored) = self.disk.jobs.get_mut(&job) {
            // Somebody may have paused it meanwhile, and that stands.
            let _ = stored.change(&JobChange::Fail(failure.to_string()));
        }
        self.end_run(job);
        let at = self.now + self.random.time(Duration::from_secs(1), Duration::from_secs(20));
        self.queue.push(at, Event::Retry(job));
    }

    pub(crate) fn step_soon(&mut self, job: JobId) {
        let Some(coordinator) = &mut self.coordinator else { return };
        let incarnation = coordinator.incarnation;
        let Some(runner) = coordinator.runners.get_mut(&job) else { return };
        let run = runner.run;
        let Phase::Gathering(epoch) = std::mem::replace(&mut runner.phase, Phase::Busy) else { return };
        runner.phase = Phase::Stepping(epoch);
        let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(30));
        self.queue.push(at, Event::Stepped(incarnation, job, run));
    }

    /// An epoch's step is done.
    pub(crate) fn stepped(&mut self, job: JobId, run: u64) {
        let every = self.scenario.checkpoint_every;
        let Some(runner) = self.runner_mut(job).filter(|runner| runner.run == run) else { return };
        let Phase::Stepping(epoch) = std::mem::replace(&mut runner.phase, Phase::Busy) else { return };
        let (number, shards, merged) = (epoch.epoch().0, epoch.plan().shards.len(), runner.merged.len());
        let finished = runner.job.finish_epoch(epoch);
        let progress = runner.job.progress();
        if merged != shards {
            self.violation(&format!("job {job}, epoch {number}: {merged} of {shards} shards were merged"));
        }
        match finished {
            Ok(_) => self.figures.epochs += 1,
            Err(error) => return self.violation(&format!("job {job}: {error}")),
        }
        // While one is being written, none is taken.
        if (number + 1).is_multiple_of(every) && !self.is_writing(job) {
            self.write(Write::Checkpoint(job, Box::new(progress)));
        }
        self.go_on(job);
    }

    /// Something that a runner waited for is on the disk.
    pub(crate) fn written(&mut self, write: Write) {
        match write {
            Write::Prepared(job, revision, prepared) => {
                let Some(runner) = self.runner_mut(job) else { return };
                let known = &mut runner.order.revisions[runner.current];
                debug_assert_eq!(known.brief.revision, revision);
                let brief = JobBrief { prepared: Some(prepared), ..(*known.brief).clone() };
                known.brief = Arc::new(brief);
                self.open(job);
            }
            Write::Revised(job, ..) => self.go_on(job),
            Write::Stopped(job, _) => self.end_run(job),
            Write::Finished(job, progress) => self.finished(job, *progress),
            Write::Checkpoint(..) => {}
        }
    }

    /// All epochs of a job are done, and its picture is on the disk.
    fn finished(&mut self, job: JobId, progress: JobProgress) {
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        if stored.state.after(&JobChange::Complete).is_err() {
            // Somebody has paused or cancelled it.
            stored.keep(crate::disk::Checkpoint::Good(Box::new(progress)));
            return self.end_run(job);
        }
        if stored.has_open_update() {
            return self.run_from(job, Some(progress));
        }
        if stored.change(&JobChange::Complete).is_ok() {
            stored.finished = Some(progress);
            self.trace(|| format!("job {job} is completed"));
        }
        self.end_run(job);
    }
}
