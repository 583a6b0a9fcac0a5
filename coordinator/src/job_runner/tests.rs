//! The runner with a canvas of few pixels and gradients that depend on everything that must not change.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clipig_experiment::{Overrides, Source, load};
use clipig_schedule::{
    Assets, Canvas, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, Epoch, EpochContext, EpochValues,
    GradientSum, JobBrief, JobId, JobRevision, MergeTree, ModelReference, Node, NumberType, Preparation,
    Prepared, SampleReport, SessionId, Sha256, ShardError, ShardIndex, StepError, Work, dispatcher::Accepted,
};

use super::{Ending, Inbox, JobOrder, Observer, Port, Revision, RunError, ToRunner, Wish, inbox, run};
use crate::epoch_loop::{EpochLoop, EpochReport, JobProgress};

/// Four pixels and one running average.
struct Pixels {
    values: Vec<f32>,
    average: Vec<f32>,
    steps: u32,
}

impl CanvasOwner for Pixels {
    fn resize(&mut self, _: &EpochContext) -> Result<(), StepError> {
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        0.1
    }

    fn post_process(&mut self, scope: &clipig_experiment::Scope) -> Result<(), StepError> {
        self.values.iter_mut().for_each(|value| *value *= 1.0 - 0.01 * scope.time() as f32);
        Ok(())
    }

    fn canvas(&self) -> Canvas {
        Canvas::new(2, 2, self.values.clone()).unwrap()
    }

    fn size(&self) -> [u32; 2] {
        [2, 2]
    }

    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError> {
        for ((value, average), g) in self.values.iter_mut().zip(&mut self.average).zip(gradient.to_dense()) {
            *average = 0.9 * *average + g;
            *value -= rate as f32 * *average;
        }
        self.steps += 1;
        Ok(())
    }

    fn state(&self) -> CanvasState {
        let averages = vec![self.average.clone()];
        CanvasState { canvas: self.canvas(), optimizer: "adam".into(), steps: self.steps, averages }
    }
}

struct Canvases;

impl CanvasFactory for Canvases {
    fn first(&self, job: &CanvasJob, _: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError> {
        let values = (0..12).map(|i| (i as f32 + job.seed as f32).sin()).collect();
        Ok(Box::new(Pixels { values, average: vec![0.0; 12], steps: 0 }))
    }

    fn restore(&self, _: &CanvasJob, state: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError> {
        let average = state.averages[0].clone();
        Ok(Box::new(Pixels { values: state.canvas.into_pixels(), average, steps: state.steps }))
    }

    fn kind(&self) -> String {
        "four pixels".into()
    }
}

/// Computes what is offered at once, in an order of its own, nodes of some level added up before.
struct Workers {
    runner: Sender<ToRunner>,
    level: u32,
    backwards: bool,
    /// Messages to send in the place of, or before, the answer to the offer of an epoch.
    instead: RefCell<Vec<(u32, ToRunner)>>,
    before: RefCell<Vec<(u32, Wish)>>,
}

impl Workers {
    fn new(runner: &Sender<ToRunner>, level: u32, backwards: bool) -> Self {
        let (instead, before) = (RefCell::default(), RefCell::default());
        Self { runner: runner.clone(), level, backwards, instead, before }
    }

    fn send(&self, message: ToRunner) {
        self.runner.send(message).unwrap();
    }
}

fn shard_gradient(canvas: &Canvas, revision: JobRevision, epoch: Epoch, shard: u32) -> GradientSum {
    let mut sum = GradientSum::new(2, 2);
    let values: Vec<f32> = canvas
        .pixels()
        .iter()
        .enumerate()
        .map(|(i, pixel)| {
            pixel * 10_f32.powi(shard as i32 % 5) + (epoch.0 * 7 + i as u32 + revision.revision) as f32
        })
        .collect();
    sum.add_at(&[Some(0), Some(1), Some(2), Some(3)], &values);
    sum
}

impl Port for Workers {
    fn open(&self, _: &Arc<JobBrief>) {}

    fn prepare(&self, _: JobRevision, _: EpochValues, _: Canvas) {
        let targets = vec![clipig_schedule::PreparedTarget::default()];
        self.send(ToRunner::Prepared(Preparation { prepared: Prepared { targets }, warnings: Vec::new() }));
    }

    fn offer(&self, revision: JobRevision, epoch: Epoch, total: u32, _: EpochValues, canvas: Canvas) {
        let mut before = self.before.borrow_mut();
        while let Some(place) = before.iter().position(|(at, _)| *at == epoch.0) {
            self.send(ToRunner::Wish(before.remove(place).1));
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
            let reports = node.shards(total).map(|_| vec![report.clone(); 2]).collect();
            let accepted = Accepted {
                revision,
                epoch,
                work: Work::Node { node, total },
                worker: "a".parse().unwrap(),
                session: SessionId(1),
            };
            self.send(ToRunner::Computed { node, gradient: tree.into_sum().unwrap(), reports, accepted });
        }
    }

    fn refused(&self, _: Accepted, error: ShardError) {
        panic!("{error}");
    }

    fn close(&self, _: JobRevision) {}
}

#[derive(Default)]
struct Watching {
    epochs: Vec<u32>,
    revised: Vec<(JobRevision, Epoch)>,
    /// What a checkpoint after each epoch would hold.
    kept: Vec<JobProgress>,
}

impl Observer for Watching {
    fn prepared(&mut self, _: JobRevision, _: &Preparation) -> Result<(), String> {
        Ok(())
    }

    fn revised(&mut self, revision: JobRevision, from: Epoch) -> Result<(), String> {
        self.revised.push((revision, from));
        Ok(())
    }

    fn epoch(&mut self, report: &EpochReport, job: &EpochLoop, _: f64) -> Result<(), String> {
        self.epochs.push(report.epoch.0);
        self.kept.push(job.progress());
        Ok(())
    }
}

/// Twelve epochs of ten samples in shards of two.
fn revision(number: u32, learnrate: f64, from: u32) -> Revision {
    let yaml = format!(
        "epochs: 12\nresolution: 2\nlearnrate: {learnrate}\ntargets:\n  - batch_size: 10\n    features: [{{text: x}}]\n    \
         transforms: [{{noise: 0.1}}]\n"
    );
    let experiment = load(&[Source::new("test", yaml.as_str())], &Overrides::default()).unwrap().experiment;
    let brief = JobBrief {
        revision: JobRevision { job: JobId(1), revision: number },
        yaml,
        seed: 5,
        model: ModelReference { name: "none".into(), sha256: Sha256([0; 32]), quick_gelu: true },
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
    JobOrder { revisions, resume }
}

fn go(
    order: JobOrder,
    workers: &Workers,
    inbox: &Inbox,
) -> (Result<(Ending, EpochLoop), RunError>, Watching) {
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
fn a_paused_job_goes_on_with_the_same_bits() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 1, false);
    workers.before.borrow_mut().push((6, Wish::Pause(Duration::from_mins(1))));
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
    workers.instead.borrow_mut().push((3, ToRunner::Wish(Wish::Pause(Duration::from_millis(20)))));
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    assert!(matches!(outcome.unwrap().0, Ending::Paused { between_epochs: false }));
}

#[test]
fn an_update_holds_from_the_next_epoch_and_is_replayed_there() {
    let (runner, first_inbox) = inbox();
    let workers = Workers::new(&runner, 1, true);
    workers.before.borrow_mut().push((4, Wish::Revise(Box::new(revision(1, 0.25, u32::MAX)))));
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
    let (outcome, _) = go(order(both, Some(resume)), &workers, &second_inbox);
    assert_eq!(outcome.unwrap().1.progress(), live);
}

#[test]
fn cancelling_and_failing_end_at_once() {
    let (runner, inbox) = inbox();
    let workers = Workers::new(&runner, 0, false);
    workers.instead.borrow_mut().push((2, ToRunner::Wish(Wish::Cancel)));
    let (outcome, watching) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    assert!(matches!(outcome.unwrap().0, Ending::Cancelled));
    assert_eq!(watching.epochs, [0, 1]);
    let failed = ToRunner::Failed {
        error: ShardError::Device("it broke".into()),
        workers: vec!["a".into(), "b".into()],
    };
    workers.instead.borrow_mut().push((1, failed));
    let (outcome, _) = go(order(vec![revision(0, 1.0, 0)], None), &workers, &inbox);
    let error = outcome.err().unwrap().to_string();
    assert_eq!(error, "epoch 1: the device failed: it broke (tried by a, b)");
}
