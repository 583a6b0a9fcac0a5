//! The runner with stand-ins for canvas and workers.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clipig_core::{
    Assets, Canvas, Epoch, EpochValues, FeatureReport, Fence, GradientSum, JobBrief, JobId, JobRevision,
    ModelReference, Node, NumberType, Preparation, Prepared, PreparedTarget, SampleReport, SessionId, Sha256,
    ShardError, ShardIndex, Stage, Work,
};
use clipig_experiment::{Overrides, Source, load};
use clipig_schedule::MergeTree;
use clipig_schedule::dispatcher::{Accepted, Attempt, Compared, JobFailure};
use clipig_schedule::switchboard::JobEvent;

use super::stand_in::{Canvases, Pixels, shard_gradient};
use super::{
    Ending, EpochOffer, Inbox, JobOrder, Observer, Port, Revision, RunCommand, RunError, ToRunner,
    TraceTerms, inbox, run,
};
use crate::epoch_loop::{AcceptError, EpochLoop, EpochReport, JobProgress};

/// Computes what is offered at once, in an order of its own, nodes of some level added up before.
struct Workers {
    runner: Sender<ToRunner>,
    level: u32,
    backwards: bool,
    /// Messages to send in the place of, or before, the answer to the offer of an epoch.
    instead: RefCell<Vec<(u32, ToRunner)>>,
    before: RefCell<Vec<(u32, RunCommand)>>,
    /// Preparations to send before the right one, and what was said to them.
    wrong: RefCell<Vec<Prepared>>,
    refusals: RefCell<Vec<String>>,
    /// Bytes of gradients that were sent and are not merged yet.
    unmerged: Cell<u64>,
    /// Where nodes are checked: the number of the last fence. A second result follows each one.
    checks: Cell<Option<u64>>,
    digests: RefCell<Vec<(Fence, Sha256)>>,
}

impl Workers {
    fn new(runner: &Sender<ToRunner>, level: u32, backwards: bool) -> Self {
        let (instead, before) = (RefCell::default(), RefCell::default());
        let (wrong, refusals) = (RefCell::default(), RefCell::default());
        let (unmerged, checks, digests) = (Cell::new(0), Cell::new(None), RefCell::default());
        let runner = runner.clone();
        Self { runner, level, backwards, instead, before, wrong, refusals, unmerged, checks, digests }
    }

    /// The next fence of a node that is checked.
    fn next_fence(&self) -> Option<Fence> {
        let number = self.checks.get()? + 1;
        self.checks.set(Some(number));
        Some(Fence { incarnation: 1, number })
    }

    fn send(&self, message: impl Into<ToRunner>) {
        self.runner.send(message.into()).unwrap();
    }
}

impl Port for Workers {
    fn open(&self, _: &Arc<JobBrief>) {}

    fn prepare(&self, revision: JobRevision, _: EpochValues, _: Canvas) {
        let prepared = self.wrong.borrow_mut().pop().unwrap_or_else(prepared);
        let preparation = Preparation { prepared, warnings: Vec::new() };
        self.send(JobEvent::Prepared { preparation, accepted: accepted(revision, Work::Prepare) });
    }

    fn offer(&self, offer: EpochOffer) {
        let EpochOffer { revision, epoch, total, canvas, .. } = offer;
        let mut before = self.before.borrow_mut();
        while let Some(place) = before.iter().position(|(at, _)| *at == epoch.0) {
            self.send(before.remove(place).1);
        }
        let mut instead = self.instead.borrow_mut();
        if let Some(place) = instead.iter().position(|(at, _)| *at == epoch.0) {
            self.send(instead.remove(place).1);
            return;
        }
        let mut nodes: Vec<Node> = Node::level(self.level, total).collect();
        if self.backwards {
            nodes.reverse();
        }
        for node in nodes {
            let mut tree = MergeTree::below(node, total);
            for shard in node.shards(total) {
                tree.insert(ShardIndex(shard), shard_gradient(&canvas, revision, epoch, shard)).unwrap();
            }
            let report = SampleReport { loss: f64::from(epoch.0) + 1.0, ..SampleReport::default() };
            let reports: Vec<Vec<SampleReport>> =
                node.shards(total).map(|_| vec![report.clone(); 2]).collect();
            let accepted = accepted(revision, Work::Node { epoch, node, total });
            let gradient = tree.into_sum().unwrap();
            let take = || self.unmerged.set(self.unmerged.get() + gradient.bytes() as u64);
            take();
            let (compare, second) = (self.next_fence(), self.next_fence());
            let second = second.map(|fence| {
                take();
                let compared = Compared { revision, fence };
                JobEvent::Compared { compared, gradient: gradient.clone(), reports: reports.clone() }
            });
            self.send(JobEvent::Computed {
                node,
                gradient,
                reports,
                accepted: Accepted { compare, ..accepted },
            });
            if let Some(second) = second {
                self.send(second);
            }
        }
    }

    fn refused(&self, accepted: Accepted, error: ShardError) {
        assert_eq!(accepted.work, Work::Prepare, "{error}");
        self.refusals.borrow_mut().push(error.to_string());
        let values = EpochValues { resolution: [2, 2], learnrate: 0.0, learnrate_scale: 0.0 };
        self.prepare(accepted.revision, values, Canvas::new(0, 0, Vec::new()).unwrap());
    }

    fn merged(&self, _: JobRevision, bytes: u64) {
        self.unmerged.set(self.unmerged.get() - bytes);
    }

    fn digested(&self, fence: Fence, digest: Sha256) {
        self.digests.borrow_mut().push((fence, digest));
    }

    fn close(&self, _: JobRevision) {}
}

fn accepted(revision: JobRevision, work: Work) -> Accepted {
    let (worker, session) = ("a".parse().unwrap(), SessionId(1));
    Accepted { revision, work, worker, session, compare: None }
}

/// One target with one feature.
fn prepared() -> Prepared {
    let target = PreparedTarget {
        features: vec![vec![1.0, 0.0]],
        auto_scales: vec![1.0],
        ..PreparedTarget::default()
    };
    Prepared { targets: vec![target] }
}

#[derive(Default)]
struct Watching {
    epochs: Vec<u32>,
    /// Revisions, each with the epoch before which it began to hold.
    held: Vec<(u32, usize)>,
    revised: Vec<(JobRevision, Epoch)>,
    /// What a checkpoint after each epoch would hold.
    kept: Vec<JobProgress>,
    prepared: Vec<Prepared>,
}

impl Observer for Watching {
    type Error = Infallible;

    fn on_revision(&mut self, revision: JobRevision) {
        self.held.push((revision.revision, self.epochs.len()));
    }

    fn on_prepared(&mut self, _: JobRevision, preparation: &Preparation) -> Result<(), Self::Error> {
        self.prepared.push(preparation.prepared.clone());
        Ok(())
    }

    fn on_update(&mut self, revision: JobRevision, from: Epoch) -> Result<(), Self::Error> {
        self.revised.push((revision, from));
        Ok(())
    }

    fn on_epoch(&mut self, report: &EpochReport, job: &EpochLoop, _: f64) -> Result<(), Self::Error> {
        self.epochs.push(report.epoch.0);
        self.kept.push(job.progress());
        Ok(())
    }
}

/// Twelve epochs of ten samples in shards of two.
fn revision(number: u32, learnrate: f64, from: u32) -> Revision {
    of_yaml(number, from, &yaml(learnrate))
}

fn yaml(learnrate: f64) -> String {
    format!(
        "epochs: 12\nresolution: 2\nlearnrate: {learnrate}\ntargets:\n  - batch_size: 10\n    features: [{{text: x}}]\n    \
         transforms: [{{noise: 0.1}}]\n"
    )
}

fn of_yaml(number: u32, from: u32, yaml: &str) -> Revision {
    let yaml = yaml.to_owned();
    let experiment = load(&[Source::new("test", yaml.as_str())], &Overrides::default()).unwrap().experiment;
    let brief = JobBrief {
        revision: JobRevision { job: JobId(1), revision: number },
        yaml,
        seed: 5,
        model: ModelReference {
            name: "none".into(),
            sha256: Sha256([0; 32]),
            settings: clipig_core::ModelSettings::default(),
        },
        more_models: Vec::new(),
        assets: std::collections::BTreeMap::new(),
        number: NumberType::Float32,
        threads: 1,
        shard_size: 2,
        prepared: None,
    };
    Revision {
        brief: Arc::new(brief),
        experiment: Arc::new(experiment),
        assets: Assets::default(),
        from: Epoch(from),
    }
}

fn order(revisions: Vec<Revision>, resume: Option<JobProgress>) -> JobOrder {
    let (most_pixels, most_samples) = (100, 50);
    let trace = TraceTerms::default();
    let lengths = Vec::new();
    JobOrder {
        first: Epoch(0),
        revisions,
        resume,
        predecessor: None,
        lengths,
        most_pixels,
        most_samples,
        shares_memory: false,
        trace,
    }
}

fn go(
    order: JobOrder,
    workers: &Workers,
    inbox: &Inbox,
) -> (Result<(Ending, EpochLoop), RunError<Infallible>>, Watching) {
    let mut watching = Watching::default();
    let outcome = run(order, &Canvases, workers, inbox, &mut watching);
    (outcome, watching)
}

fn undisturbed() -> JobProgress {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let (outcome, watching) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    let (ending, job) = outcome.unwrap();
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(watching.epochs, (0..12).collect::<Vec<_>>());
    assert_eq!(workers.unmerged.get(), 0, "whoever waits for room would wait for ever");
    job.progress()
}

#[test]
fn the_order_of_answers_changes_no_bit() {
    let expected = undisturbed();
    for (level, backwards) in [(0, true), (1, false), (1, true), (2, true), (3, false), (9, true)] {
        let (runner, inbox) = inbox();
        let workers = Workers::new(&runner, level, backwards);
        let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
        assert_eq!(outcome.unwrap().1.progress(), expected, "level {level}, backwards {backwards}");
    }
}

#[test]
fn results_that_are_compared_are_hashed_and_merged_once() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    workers.checks.set(Some(0));
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    assert_eq!(outcome.unwrap().1.progress(), undisturbed());
    assert_eq!(workers.unmerged.get(), 0, "whoever waits for room would wait for ever");
    let mut digests = workers.digests.into_inner();
    digests.sort_unstable();
    // Two of each of the five shards of twelve epochs; some of the second ones came between two epochs.
    let numbers: Vec<u64> = digests.iter().map(|(fence, _)| fence.number).collect();
    assert_eq!(numbers, (1..=120).collect::<Vec<_>>());
    for pair in digests.chunks(2) {
        assert_eq!(pair[0].1, pair[1].1, "{pair:?}");
    }
    let different: std::collections::BTreeSet<Sha256> = digests.iter().map(|(_, digest)| *digest).collect();
    assert_eq!(different.len(), 60);
}

#[test]
fn a_paused_job_goes_on_with_the_same_bits() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 1, false);
    workers.before.borrow_mut().push((6, RunCommand::Pause(Duration::from_mins(1))));
    let (outcome, watching) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    let (ending, job) = outcome.unwrap();
    assert!(matches!(ending, Ending::Paused { between_epochs: true }));
    assert_eq!(watching.epochs.last(), Some(&6), "the epoch under way is finished");
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], Some(job.progress())), &workers, &inbox);
    assert_eq!(outcome.unwrap().1.progress(), undisturbed());
}

#[test]
fn a_pause_does_not_wait_for_ever() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    workers.instead.borrow_mut().push((3, ToRunner::Command(RunCommand::Pause(Duration::from_millis(20)))));
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    assert!(matches!(outcome.unwrap().0, Ending::Paused { between_epochs: false }));
}

#[test]
fn an_update_holds_from_the_next_epoch_and_is_replayed_there() {
    let (runner, first_inbox) = inbox();
    let workers = Workers::new(&runner, 1, true);
    workers.before.borrow_mut().push((4, RunCommand::Revise(Box::new(revision(1, 0.25, u32::MAX)))));
    let (outcome, watching) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &first_inbox);
    let live = outcome.unwrap().1.progress();
    let second = JobRevision { job: JobId(1), revision: 1 };
    assert_eq!(watching.revised, [(second, Epoch(5))]);
    assert_ne!(live.canvas, undisturbed().canvas);
    // A restart knows both revisions, and begins before the update.
    let resume = watching.kept[2].clone();
    let (runner, second_inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let both = vec![revision(0, 1.0, 0), revision(1, 0.25, 5)];
    let (outcome, watching) = go(order(both, Some(resume)), &workers, &second_inbox);
    assert_eq!(outcome.unwrap().1.progress(), live);
    // Whoever keeps the job hears from where each of them holds: epoch 3 is the first, epoch 5 the third.
    assert_eq!(watching.held, [(0, 0), (1, 2)]);
}

#[test]
fn a_direction_that_did_not_change_is_measured_from_where_it_was_with_or_without_a_restart() {
    let changing = |number, learnrate, from| {
        of_yaml(number, from, &yaml(learnrate).replace("{text: x}", "{direction: {from: x, to: y}}"))
    };
    let measured_from = |origin: f32| {
        let mut prepared = prepared();
        prepared.targets[0].supplements.insert(0, vec![origin; 2]);
        prepared
    };
    let origins = |watching: &Watching| -> Vec<f32> {
        watching.prepared.iter().map(|prepared| prepared.targets[0].of_feature(0)[0]).collect()
    };
    // Each preparation is of the canvas of its moment.
    let run = |order: JobOrder, commands: Vec<(u32, RunCommand)>| {
        let (runner, inbox) = inbox();
        let workers = Workers::new(&runner, 1, false);
        workers.wrong.borrow_mut().extend([measured_from(2.0), measured_from(1.0)]);
        workers.before.borrow_mut().extend(commands);
        let (outcome, watching) = go(order, &workers, &inbox);
        outcome.unwrap();
        watching
    };
    let revise = RunCommand::Revise(Box::new(changing(1, 0.25, u32::MAX)));
    let live = run(order(vec![changing(0, 1.0, 0)], None), vec![(4, revise)]);
    assert_eq!((live.revised[0].1, origins(&live)), (Epoch(5), vec![1.0, 1.0]));
    // A restart at the epoch of the update, before that was prepared.
    let resume = || Some(live.kept[4].clone());
    let mut first = changing(0, 1.0, 0);
    Arc::make_mut(&mut first.brief).prepared = Some(Arc::new(measured_from(7.0)));
    let both = run(order(vec![first.clone(), changing(1, 0.25, 5)], resume()), vec![]);
    assert_eq!(origins(&both), [7.0]);
    let mut alone = order(vec![changing(1, 0.25, 5)], resume());
    alone.predecessor = first.as_predecessor();
    assert_eq!(origins(&run(alone, vec![])), [7.0]);
    // Before its first epoch, a job begins with another canvas.
    let unbegun = order(vec![first, changing(1, 0.25, 0)], None);
    assert_eq!(origins(&run(unbegun, vec![])), [1.0]);
}

#[test]
fn an_update_before_the_first_epoch_makes_the_first_canvas_with_or_without_a_restart() {
    let larger = |from| of_yaml(1, from, &yaml(0.01).replace("resolution: 2", "resolution: 3"));
    let progress = |order: JobOrder, commands: Vec<RunCommand>| {
        let (runner, inbox) = inbox();
        let workers = Workers::new(&runner, 1, false);
        for command in commands {
            runner.send(ToRunner::Command(command)).unwrap();
        }
        go(order, &workers, &inbox).0.unwrap().1.progress()
    };
    let both = || vec![revision(0, 0.01, 0), larger(0)];
    let restarted = progress(order(both(), None), vec![]);
    let revise = RunCommand::Revise(Box::new(larger(u32::MAX)));
    assert_eq!(progress(order(vec![revision(0, 0.01, 0)], None), vec![revise]), restarted);
    // It was paused before its first epoch, and updated then.
    let pause = RunCommand::Pause(Duration::from_mins(1));
    let paused = progress(order(vec![revision(0, 0.01, 0)], None), vec![pause]);
    assert_eq!(paused.next, Epoch(0));
    assert_eq!(progress(order(both(), Some(paused)), vec![]), restarted);
}

#[test]
fn cancelling_and_failing_end_at_once() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    workers.instead.borrow_mut().push((2, ToRunner::Command(RunCommand::Cancel)));
    let (outcome, watching) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    assert!(matches!(outcome.unwrap().0, Ending::Cancelled { between_epochs: false }));
    assert_eq!(watching.epochs, [0, 1]);
    let error = ShardError::Device("it broke".into());
    let attempt = |worker: &str| Attempt { worker: worker.parse().unwrap(), error: error.clone() };
    let failed = JobEvent::Failed(JobFailure {
        revision: JobRevision { job: JobId(1), revision: 0 },
        stage: Stage::Epoch(Epoch(1)),
        error: error.clone(),
        attempts: vec![attempt("a"), attempt("b")],
    });
    workers.instead.borrow_mut().push((1, failed.into()));
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    let error = outcome.err().unwrap().to_string();
    assert_eq!(error, "epoch 1: the device failed: it broke (tried by a, b)");
}

#[test]
fn commands_are_applied_in_their_order() {
    let pause = || RunCommand::Pause(Duration::from_mins(1));
    let revise = |number| RunCommand::Revise(Box::new(revision(number, 0.25, u32::MAX)));
    let revised = |number, from| (JobRevision { job: JobId(1), revision: number }, Epoch(from));
    for (commands, expected) in [
        // The update stays open in the store; a pause is not lost by it.
        (vec![pause(), revise(1)], vec![]),
        (vec![revise(1), revise(2), pause()], vec![revised(1, 7), revised(2, 7)]),
        (vec![revise(1), RunCommand::Cancel], vec![]),
    ] {
        let (runner, inbox) = inbox();
        let workers = Workers::new(&runner, 1, false);
        let cancelled = commands.iter().any(|command| matches!(command, RunCommand::Cancel));
        workers.before.borrow_mut().extend(commands.into_iter().map(|command| (6, command)));
        let (outcome, watching) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
        let (ending, job) = outcome.unwrap();
        match ending {
            Ending::Paused { between_epochs: true } => assert_eq!(job.position(), Epoch(7)),
            ending => assert!(cancelled, "{ending:?}"),
        }
        assert_eq!(watching.revised, expected);
    }
}

#[test]
fn the_last_of_two_updates_holds_and_one_that_is_known_is_not_taken_again() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 1, false);
    // The job was started with the first one, which it is told of, too.
    let first = || revision(1, 0.25, u32::MAX);
    for revision in [first(), revision(2, 0.5, u32::MAX), revision(2, 0.5, u32::MAX)] {
        workers.before.borrow_mut().push((4, RunCommand::Revise(Box::new(revision))));
    }
    let (outcome, watching) = go(order(vec![revision(0, 1.0, 0), first()], None), &workers, &inbox);
    assert!(matches!(outcome.unwrap().0, Ending::Completed));
    let revised: Vec<_> = watching.revised.iter().map(|(of, from)| (of.revision, from.0)).collect();
    assert_eq!((revised, watching.held), (vec![(1, 5), (2, 5)], vec![(0, 0), (2, 5)]));
}

#[test]
fn an_update_in_the_last_epoch_may_raise_their_number() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 1, false);
    let longer = of_yaml(1, u32::MAX, &yaml(0.01).replace("epochs: 12", "epochs: 15"));
    workers.before.borrow_mut().push((11, RunCommand::Revise(Box::new(longer))));
    let (outcome, watching) = go(order(vec![revision(0, 0.01, 0)], None), &workers, &inbox);
    assert!(matches!(outcome.unwrap().0, Ending::Completed));
    assert_eq!(watching.epochs, (0..15).collect::<Vec<_>>());
    assert_eq!(watching.held, [(0, 0), (1, 12)]);
}

#[test]
fn a_canvas_that_is_not_finite_fails_the_job_before_it_is_kept() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let (outcome, watching) = go(order(vec![revision(0, 1e38, 0)], None), &workers, &inbox);
    let error = outcome.err().unwrap().to_string();
    let expected =
        "epoch 0: pixels of the canvas are not finite (NaN or infinite) after the step with a learn rate of ";
    assert!(
        error.starts_with(expected) && error.ends_with("; lower `learnrate` or `learnrate_scale`"),
        "{error}"
    );
    assert_eq!(watching.epochs, [0; 0]);
    // One that post-processing spoils does not even go to workers.
    let mut job = EpochLoop::new(
        revision(0, 1.0, 0).spec(),
        Box::new(Pixels { values: vec![f32::NAN; 12], average: vec![0.0; 12], steps: 0 }),
    );
    let error = job.begin_epoch().err().unwrap().to_string();
    assert!(error.contains("before the step; check `init`, `resolution` and `postproc`"), "{error}");
}

#[test]
fn a_canvas_that_grows_too_large_fails_the_job_in_that_epoch() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let grows = of_yaml(0, 0, &yaml(1.0).replace("resolution: 2", "resolution: 2+110*t"));
    let (outcome, watching) = go(order(vec![grows], None), &workers, &inbox);
    assert_eq!(
        outcome.err().unwrap().to_string(),
        "epoch 1: a canvas of 12×12 has 144 pixels; this farm takes 100 (`limits.job_pixels`)"
    );
    assert_eq!(watching.epochs, [0]);
}

#[test]
fn a_batch_that_grows_too_large_fails_the_job_in_that_epoch() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let grows = of_yaml(0, 0, &yaml(1.0).replace("batch_size: 10", "batch_size: 2 if epoch < 1 else 51"));
    let (outcome, watching) = go(order(vec![grows], None), &workers, &inbox);
    let error = outcome.err().unwrap().to_string();
    assert!(
        error.starts_with("epoch 1: it has 51 samples; this farm takes 50 (`limits.epoch_samples`)"),
        "{error}"
    );
    assert_eq!(watching.epochs, [0]);
}

#[test]
fn features_that_are_not_those_of_the_experiment_are_asked_for_again() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let target = |features: Vec<Vec<f32>>, scales| {
        let target = PreparedTarget { features, auto_scales: vec![1.0; scales], ..PreparedTarget::default() };
        Prepared { targets: vec![target] }
    };
    let mut more = target(vec![vec![1.0]], 1);
    more.targets[0].supplements.insert(0, vec![0.5; 2]);
    let wrong = [
        (Prepared::default(), "there are features of 0 targets, expected 1"),
        (target(vec![vec![1.0]; 2], 2), "target 0: there are 2 features and 2 scales, expected 1 of each"),
        (target(vec![vec![1.0]], 0), "target 0: there are 1 features and 0 scales, expected 1 of each"),
        (target(vec![vec![]], 1), "target 0: a feature or scale is empty or not finite"),
        (target(vec![vec![f32::INFINITY]], 1), "target 0: a feature or scale is empty or not finite"),
        (more, "target 0: there are 2 more numbers at place 0, expected 0"),
    ];
    workers.wrong.borrow_mut().extend(wrong.iter().rev().map(|(prepared, _)| prepared.clone()));
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    assert_eq!(outcome.unwrap().1.progress(), undisturbed());
    for (refusal, (_, expected)) in workers.refusals.borrow().iter().zip(&wrong) {
        assert!(refusal.contains(expected), "{refusal}");
    }
    assert_eq!(workers.refusals.borrow().len(), wrong.len());
}

#[test]
fn reports_that_are_not_finite_are_not_taken() {
    let pixels = Pixels { values: vec![0.5; 12], average: vec![0.0; 12], steps: 0 };
    let mut job = EpochLoop::new(revision(0, 1.0, 0).spec(), Box::new(pixels));
    let mut epoch = job.begin_epoch().unwrap().unwrap();
    let node = Node::level(0, 5).next().unwrap();
    let feature = FeatureReport { similarity: 20.0, weight: 1.0, loss: Some(0.5) };
    let good = SampleReport { loss: 0.5, features: vec![feature], constraints: Vec::new() };
    for spoil in [
        |report: &mut SampleReport| report.loss = f64::NAN,
        |report: &mut SampleReport| report.features[0].similarity = f64::INFINITY,
        |report: &mut SampleReport| report.features[0].loss = Some(f64::NAN),
    ] {
        let mut bad = good.clone();
        spoil(&mut bad);
        let refused = epoch.accept(node, GradientSum::new(2, 2), vec![vec![good.clone(), bad]]);
        assert_eq!(refused, Err(AcceptError::NotFinite(node)));
    }
    epoch.accept(node, GradientSum::new(2, 2), vec![vec![good.clone(), good]]).unwrap();
}

/// Cannot keep the third epoch.
#[derive(Default)]
struct Forgetful(u32);

#[derive(Debug, PartialEq)]
struct CannotKeep(Epoch);

impl Observer for Forgetful {
    type Error = CannotKeep;

    fn on_prepared(&mut self, _: JobRevision, _: &Preparation) -> Result<(), CannotKeep> {
        Ok(())
    }

    fn on_update(&mut self, _: JobRevision, _: Epoch) -> Result<(), CannotKeep> {
        Ok(())
    }

    fn on_epoch(&mut self, report: &EpochReport, _: &EpochLoop, _: f64) -> Result<(), CannotKeep> {
        self.0 += 1;
        if self.0 == 3 { Err(CannotKeep(report.epoch)) } else { Ok(()) }
    }
}

#[test]
fn an_error_of_the_observer_ends_the_run_and_comes_back_as_it_is() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    let mut observer = Forgetful::default();
    let outcome = run(order(vec![revision(0, 1.0, 0)], None), &Canvases, &workers, &inbox, &mut observer);
    assert!(matches!(outcome, Err(RunError::Observer(CannotKeep(Epoch(2))))));
    assert_eq!(observer.0, 3);
}
