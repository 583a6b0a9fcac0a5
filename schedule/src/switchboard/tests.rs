//! Tests of the switchboard's core, with one worker and one job.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{
    Activation, Canvas, DeviceClass, Epoch, EpochValues, GradientSum, JobBrief, JobRevision, Lease,
    ModelReference, ModelSettings, NumberType, PROTOCOL, Prepared, Sha256, ShardModels, ShardTiles, Stage,
    TileSet, WorkerKind,
};

use super::*;
use crate::dispatcher::{CheckOutcome, Compared, DispatchError, Fit, Note, Offer, OfferedWork, SpotChecks};

const NOW: Time = Time::from_secs(1);
const JOB: JobId = JobId(7);
const REVISION: JobRevision = JobRevision { job: JOB, revision: 0 };

fn core() -> SwitchboardCore {
    let settings =
        SwitchboardSettings { dispatch: DispatchSettings::new(1), heartbeat: Duration::from_secs(2) };
    SwitchboardCore::new(settings)
}

fn registration(name: &str) -> Registration {
    let kind = WorkerKind {
        class: DeviceClass::Cpu,
        model: "a".into(),
        libtorch: "2.11".into(),
        capability: String::new(),
    };
    Registration {
        protocol: PROTOCOL,
        version: "test".into(),
        name: name.parse().unwrap(),
        instance: name.len() as u128,
        kind,
        cores: 1,
        memory: 0,
        device: "cpu".into(),
    }
}

fn brief() -> Arc<JobBrief> {
    Arc::new(JobBrief {
        revision: REVISION,
        yaml: String::new(),
        seed: 1,
        model: ModelReference {
            name: "m".into(),
            sha256: Sha256([0; 32]),
            settings: ModelSettings::of_activation(Activation::Gelu),
        },
        more_models: Vec::new(),
        assets: BTreeMap::new(),
        number: NumberType::Float32,
        threads: 1,
        shard_size: 8,
        prepared: None,
    })
}

fn offer(core: &mut SwitchboardCore, work: OfferedWork) {
    let values = EpochValues { resolution: [2, 1], learnrate: 1.0, learnrate_scale: 1.0 };
    let offer = Offer { revision: REVISION, work, values, models: ShardModels::default() };
    let canvas = Canvas::new(2, 1, vec![0.0; 6]).unwrap();
    core.handle_job(JobCommand::Offer { offer, canvas, tiles: ShardTiles::whole() }, NOW);
}

fn epoch(epoch: u32, shards: u32) -> OfferedWork {
    OfferedWork::Epoch { epoch: Epoch(epoch), shards }
}

/// A core with a job that is open, and a worker in session 1.
fn with_job_and_worker() -> SwitchboardCore {
    let mut core = core();
    core.handle_register(registration("w"), NOW).unwrap();
    core.handle_job(JobCommand::Add { job: JOB, share: JobShare { priority: 0, fit: Fit::Any } }, NOW);
    core.handle_job(JobCommand::Open(brief()), NOW);
    core.poll_outputs(NOW);
    core
}

/// What is sent, in words, and the leases in it.
fn sent(outputs: &[Output]) -> (Vec<&'static str>, Vec<Lease>) {
    let mut leases = Vec::new();
    let words = outputs.iter().filter_map(|output| match output {
        Output::Send { message, .. } => Some(match message {
            ToWorker::Welcome(_) => "welcome",
            ToWorker::Refuse(_) => "refuse",
            ToWorker::Open(_) => "open",
            ToWorker::Canvas(_) => "canvas",
            ToWorker::Tiles(_) => "tiles",
            ToWorker::Lease(lease) => {
                leases.push(lease.clone());
                "lease"
            }
            ToWorker::Revoke(_) => "revoke",
            ToWorker::Close(_) => "close",
            ToWorker::Drain(_) => "drain",
        }),
        Output::End(_) => Some("end"),
        _ => None,
    });
    (words.collect(), leases)
}

fn computed(fence: Fence) -> FromWorker {
    let reports = vec![Vec::new()];
    FromWorker::Computed(Computed {
        fence,
        gradient: GradientSum::new(2, 1),
        reports,
        seconds: 0.5,
        trace: None,
    })
}

#[test]
fn the_welcome_goes_first_then_brief_canvas_and_lease() {
    let mut core = core();
    core.handle_job(JobCommand::Add { job: JOB, share: JobShare { priority: 0, fit: Fit::Any } }, NOW);
    core.handle_job(JobCommand::Open(brief()), NOW);
    offer(&mut core, epoch(3, 1));
    let welcome = core.handle_register(registration("w"), NOW).unwrap().welcome;
    assert_eq!((welcome.session, welcome.name.as_str()), (SessionId(1), "w"));
    let outputs = core.poll_outputs(NOW);
    assert_eq!(sent(&outputs).0, ["welcome", "open", "canvas", "lease"]);
}

#[test]
fn a_result_goes_to_the_job_and_counts_once() {
    let mut core = with_job_and_worker();
    offer(&mut core, epoch(0, 1));
    let (_, leases) = sent(&core.poll_outputs(NOW));
    let fence = leases[0].fence;
    core.handle_message(SessionId(1), computed(fence), NOW + Duration::from_secs(3));
    core.handle_message(SessionId(1), computed(fence), NOW + Duration::from_secs(3));
    let outputs = core.poll_outputs(NOW);
    let held = Duration::from_secs(3);
    let reports: Vec<ShardReport> = outputs
        .iter()
        .filter_map(|output| if let Output::Shards(report) = output { Some(*report) } else { None })
        .collect();
    assert_eq!(reports, [ShardReport::Accepted { shards: 1, held }, ShardReport::Stale { shards: 1 }]);
    let events: Vec<&Output> = outputs.iter().filter(|output| matches!(output, Output::Job { .. })).collect();
    assert!(matches!(events[..], [Output::Job { job: JOB, event: JobEvent::Computed { .. } }]), "{events:?}");
}

/// A core that checks every node, with a job that is open and workers of one kind.
fn with_checks(workers: &[&str]) -> SwitchboardCore {
    let dispatch = DispatchSettings { spot_checks: SpotChecks::new(1.0, 1), ..DispatchSettings::new(1) };
    let mut core = SwitchboardCore::new(SwitchboardSettings { dispatch, heartbeat: Duration::from_secs(2) });
    for name in workers {
        core.handle_register(registration(name), NOW).unwrap();
    }
    let fit = Fit::Kind(registration("a").kind);
    core.handle_job(JobCommand::Add { job: JOB, share: JobShare { priority: 0, fit } }, NOW);
    core.handle_job(JobCommand::Open(brief()), NOW);
    core
}

#[test]
fn who_decides_about_an_epoch_that_is_over_is_sent_its_canvas() {
    let mut core = with_checks(&["a", "bc", "def"]);
    offer(&mut core, epoch(0, 1));
    let (_, leases) = sent(&core.poll_outputs(NOW));
    let [first, second] = [leases[0].fence, leases[1].fence];
    core.handle_message(SessionId(1), computed(first), NOW);
    core.handle_job(JobCommand::Digest(first, Sha256([1; 32])), NOW);
    // The third worker checks the next epoch, of which it has the canvas then.
    offer(&mut core, epoch(1, 1));
    let (_, leases) = sent(&core.poll_outputs(NOW));
    core.handle_message(SessionId(3), computed(leases[1].fence), NOW);
    core.handle_message(SessionId(2), computed(second), NOW);
    core.handle_job(JobCommand::Digest(second, Sha256([2; 32])), NOW);
    let stages = |outputs: &[Output]| -> Vec<Stage> {
        let stages = outputs.iter().filter_map(|output| match output {
            Output::Send { session: SessionId(3), message: ToWorker::Canvas(canvas) } => Some(canvas.stage),
            Output::Send { session: SessionId(3), message: ToWorker::Lease(lease) } => {
                Some(lease.work.stage())
            }
            _ => None,
        });
        stages.collect()
    };
    assert_eq!(stages(&core.poll_outputs(NOW)), [Stage::Epoch(Epoch(0)); 2]);
    assert_eq!(core.jobs.kept(), 1);
    // The job ends, and nothing of it is left.
    core.handle_job(JobCommand::Close(REVISION), NOW);
    core.poll_outputs(NOW);
    assert_eq!(core.jobs.kept(), 0);
}

#[test]
fn the_result_of_a_check_is_not_the_jobs_and_what_differs_is_told() {
    let mut core = with_checks(&["a", "bc"]);
    offer(&mut core, epoch(0, 1));
    let (words, leases) = sent(&core.poll_outputs(NOW));
    // The second one gets the same, with all that it needs.
    assert_eq!(words[2..], ["open", "canvas", "lease", "open", "canvas", "lease"]);
    assert_eq!((leases.len(), leases[0].work), (2, leases[1].work));
    let [first, second] = [leases[0].fence, leases[1].fence];
    core.handle_message(SessionId(1), computed(first), NOW);
    core.handle_message(SessionId(2), computed(second), NOW);
    let outputs = core.poll_outputs(NOW);
    let events: Vec<&JobEvent> = outputs
        .iter()
        .filter_map(|output| if let Output::Job { event, .. } = output { Some(event) } else { None })
        .collect();
    let [JobEvent::Computed { accepted, .. }, JobEvent::Compared { compared, .. }] = events[..] else {
        panic!("{events:?}");
    };
    assert_eq!((accepted.compare, *compared), (Some(first), Compared { revision: REVISION, fence: second }));
    for (fence, byte) in [(first, 1), (second, 2)] {
        core.handle_job(JobCommand::Digest(fence, Sha256([byte; 32])), NOW);
    }
    let outputs = core.poll_outputs(NOW);
    let end = outputs.iter().find_map(|output| match output {
        Output::Checked(end) => Some(end),
        _ => None,
    });
    let end = end.expect("the check is over");
    assert_eq!((end.outcome, &end.fences[..]), (CheckOutcome::Different, &[second, first][..]));
    let notes: Vec<&Note> = outputs
        .iter()
        .filter_map(|output| if let Output::Note(note) = output { Some(note) } else { None })
        .collect();
    let [
        Note::Differs(evidence),
        Note::Quarantined { .. },
        Note::Quarantined { .. },
        Note::Doubtful { job, .. },
    ] = notes[..]
    else {
        panic!("{notes:?}");
    };
    assert_eq!((*job, evidence.right), (JOB, None));
}

#[test]
fn a_process_that_comes_back_is_told_what_it_may_go_on_with() {
    let mut core = with_job_and_worker();
    offer(&mut core, epoch(0, 4));
    let (_, leases) = sent(&core.poll_outputs(NOW));
    assert_eq!(leases.len(), 2);
    core.handle_disconnect(SessionId(1), LeaveCause::Disconnected, NOW);
    core.poll_outputs(NOW);
    let entry = core.handle_register(registration("w"), NOW).unwrap();
    assert_eq!(entry.welcome.leases, leases.iter().map(|lease| lease.fence).collect::<Vec<_>>());
    assert_eq!(entry.welcome.jobs, [REVISION]);
    let kept: Vec<(Lease, u32)> =
        entry.leases.into_iter().map(|kept| (kept.lease, kept.shard_size)).collect();
    assert_eq!(kept, leases.iter().map(|lease| (lease.clone(), brief().shard_size)).collect::<Vec<_>>());
    assert_eq!(sent(&core.poll_outputs(NOW)).0, ["welcome"], "nothing is leased twice");
    let session = entry.welcome.session;
    core.handle_message(session, computed(leases[0].fence), NOW);
    // What it has of the canvas is not known, so all comes again before the next lease.
    let (words, again) = sent(&core.poll_outputs(NOW));
    assert_eq!(words, ["open", "canvas", "lease"]);
    assert!(!leases.iter().any(|lease| lease.fence == again[0].fence));
}

#[test]
fn a_result_that_makes_no_sense_is_computed_again() {
    let mut core = with_job_and_worker();
    offer(&mut core, OfferedWork::Prepare);
    let (_, leases) = sent(&core.poll_outputs(NOW));
    let prepared = Prepared::default();
    let answer = FromWorker::Prepared { fence: leases[0].fence, prepared, warnings: Vec::new() };
    core.handle_message(SessionId(1), answer, NOW);
    let outputs = core.poll_outputs(NOW);
    let accepted = outputs.into_iter().find_map(|output| match output {
        Output::Job { event: JobEvent::Prepared { accepted, .. }, .. } => Some(accepted),
        _ => None,
    });
    let error = ShardError::Device("it has no features".into());
    core.handle_job(JobCommand::Refuse { accepted: accepted.unwrap(), error }, NOW);
    let (words, again) = sent(&core.poll_outputs(NOW));
    assert_eq!(words, ["lease"]);
    assert_ne!(again[0].fence, leases[0].fence);
}

#[test]
fn who_registers_twice_is_put_out() {
    let mut core = with_job_and_worker();
    core.handle_message(SessionId(1), FromWorker::Register(registration("w")), NOW);
    let outputs = core.poll_outputs(NOW);
    assert_eq!(sent(&outputs).0, ["refuse", "end"]);
    let left = |output: &Output| matches!(output, Output::Note(Note::Left { .. }));
    assert!(outputs.iter().any(left), "{outputs:?}");
}

#[test]
fn what_a_runner_says_after_its_job_was_removed_changes_nothing() {
    let mut core = with_job_and_worker();
    offer(&mut core, epoch(0, 4));
    core.poll_outputs(NOW);
    core.handle_job(JobCommand::Remove(JOB), NOW);
    let (words, _) = sent(&core.poll_outputs(NOW));
    assert_eq!(words, ["revoke", "revoke", "close"]);
    core.handle_job(JobCommand::Open(brief()), NOW);
    offer(&mut core, epoch(1, 4));
    core.handle_job(JobCommand::Priority(JOB, 3), NOW);
    core.handle_job(JobCommand::Close(REVISION), NOW);
    let outputs = core.poll_outputs(NOW);
    assert!(outputs.is_empty(), "{outputs:?}");
}

#[test]
fn an_offer_of_a_revision_that_is_not_open_is_a_fault() {
    let mut core = with_job_and_worker();
    core.handle_job(JobCommand::Close(REVISION), NOW);
    core.poll_outputs(NOW);
    offer(&mut core, epoch(0, 1));
    let outputs = core.poll_outputs(NOW);
    assert!(matches!(outputs[..], [Output::Fault(DispatchError::UnknownJob(REVISION))]), "{outputs:?}");
}

#[test]
fn a_person_sees_the_worker_as_it_is_after_the_command() {
    let mut core = with_job_and_worker();
    let name: WorkerName = "w".parse().unwrap();
    assert!(core.handle_worker_command(&name, WorkerCommand::Pause, NOW).unwrap().paused);
    offer(&mut core, epoch(0, 1));
    assert!(sent(&core.poll_outputs(NOW)).1.is_empty());
    assert!(!core.handle_worker_command(&name, WorkerCommand::Resume, NOW).unwrap().paused);
    assert_eq!(sent(&core.poll_outputs(NOW)).1.len(), 1);
    let nobody: WorkerName = "nobody".parse().unwrap();
    let error = core.handle_worker_command(&nobody, WorkerCommand::Pause, NOW).unwrap_err();
    assert_eq!(error, WorkerCommandError::Unknown(nobody));
}

/// What is sent of the canvas and the leases, by session.
fn sent_of_the_canvas(outputs: &[Output]) -> Vec<String> {
    let words = outputs.iter().filter_map(|output| match output {
        Output::Send { session, message: ToWorker::Canvas(_) } => Some(format!("{session}: canvas")),
        Output::Send { session, message: ToWorker::Tiles(tiles) } => {
            let (_, set) = tiles.tiles.canvas().unwrap();
            Some(format!("{session}: tiles {:?}", set.numbers().collect::<Vec<_>>()))
        }
        Output::Send { session, message: ToWorker::Lease(lease) } => {
            Some(format!("{session}: lease {}", lease.fence.number))
        }
        _ => None,
    });
    words.collect()
}

#[test]
fn a_session_is_sent_the_tiles_that_its_leases_need_and_that_it_lacks() {
    let canvas = Canvas::new(640, 64, vec![0.0; 3 * 640 * 64]).unwrap();
    let set = |numbers: &[usize]| {
        let mut set = TileSet::none(canvas.grid());
        for &number in numbers {
            set.insert(number);
        }
        Some(set)
    };
    let shards = vec![set(&[0, 1]), set(&[1, 2]), set(&[]), set(&[1]), None, set(&[9])];
    let tiles = ShardTiles::new(shards);
    let mut core = with_job_and_worker();
    let values = EpochValues { resolution: [640, 64], learnrate: 1.0, learnrate_scale: 1.0 };
    let offer = |core: &mut SwitchboardCore, number: u32| {
        let offer =
            Offer { revision: REVISION, work: epoch(number, 6), values, models: ShardModels::default() };
        core.handle_job(JobCommand::Offer { offer, canvas: canvas.clone(), tiles: tiles.clone() }, NOW);
        sent_of_the_canvas(&core.poll_outputs(NOW))
    };
    let answer = |core: &mut SwitchboardCore, session: u64, number: u64| {
        let fence = Fence { incarnation: 1, number };
        core.handle_message(SessionId(session), computed(fence), NOW);
        sent_of_the_canvas(&core.poll_outputs(NOW))
    };
    let first = ["1: tiles [0, 1]", "1: lease 1", "1: tiles [2]", "1: lease 2"];
    assert_eq!(offer(&mut core, 0), first);
    assert_eq!(answer(&mut core, 1, 1), ["1: lease 3"], "a shard without pixels needs nothing more");
    assert_eq!(answer(&mut core, 1, 2), ["1: lease 4"], "it was sent this tile");
    // What is handed back may have been lost on the way: everything that is needed goes again.
    let returned = FromWorker::Returned { fence: Fence { incarnation: 1, number: 3 }, reason: "lost".into() };
    core.handle_message(SessionId(1), returned, NOW);
    assert_eq!(sent_of_the_canvas(&core.poll_outputs(NOW)), ["1: tiles []", "1: lease 5"]);
    // Another worker knows nothing of what the first one has.
    core.handle_register(registration("late"), NOW).unwrap();
    let late = sent_of_the_canvas(&core.poll_outputs(NOW));
    assert_eq!(late, ["2: canvas", "2: lease 6", "2: lease 7"], "this shard needs all");
    // The next epoch's canvas is another one.
    core.handle_disconnect(SessionId(2), LeaveCause::Disconnected, NOW);
    core.poll_outputs(NOW);
    let second = offer(&mut core, 1);
    assert_eq!(second[..2], ["1: tiles [0, 1]", "1: lease 8"], "{second:?}");
}

#[test]
fn most_of_a_canvas_travels_as_a_whole() {
    let canvas = Canvas::new(640, 64, vec![0.0; 3 * 640 * 64]).unwrap();
    for (count, wanted) in [(6, "1: tiles [0, 1, 2, 3, 4, 5]"), (7, "1: canvas")] {
        let mut set = TileSet::none(canvas.grid());
        (0..count).for_each(|number| set.insert(number));
        let mut core = with_job_and_worker();
        let values = EpochValues { resolution: [640, 64], learnrate: 1.0, learnrate_scale: 1.0 };
        let offer = Offer { revision: REVISION, work: epoch(0, 2), values, models: ShardModels::default() };
        let tiles = ShardTiles::new(vec![Some(set.clone()), Some(set)]);
        core.handle_job(JobCommand::Offer { offer, canvas: canvas.clone(), tiles }, NOW);
        let sent = sent_of_the_canvas(&core.poll_outputs(NOW));
        assert_eq!(sent, [wanted, "1: lease 1", "1: lease 2"]);
    }
}
