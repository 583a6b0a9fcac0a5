//! Pictures and keys of a farm that is made up, and the way back to a farm that was away.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::act::{Command, Verb};
use super::board::{Board, Mode, Pane, Reaction};
use super::feed::{self, News, Snapshot};
use super::view;
use crate::arguments::AccessArguments;
use crate::farm::connection::Connection;
use crate::farm::stand_in::{StandIn, State};
use crate::farm::wire::worker_lease::Work;
use crate::farm::wire::{
    DeviceClass, Farm, Job, JobCount, JobState, Resolution, Worker, WorkerCount, WorkerKind, WorkerLease,
    WorkerState,
};

/// 2026-11-25 21:00:00 UTC.
const NOW: i64 = 1_795_640_400;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn ago(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: NOW - seconds, nanos: 0 }
}

fn job(number: u64, name: &str, state: JobState) -> Job {
    Job {
        number,
        name: name.to_owned(),
        state: state.into(),
        epochs_total: 300,
        created: Some(ago(400 + number as i64 * 60)),
        submitter: "ada@tower".to_owned(),
        ..Job::default()
    }
}

fn running(number: u64, name: &str, epochs: u32, eta: f64) -> Job {
    Job {
        epochs_done: epochs,
        eta_seconds: Some(eta),
        samples_per_second: Some(5_400.0 / eta),
        workers: 3,
        loss: Some(-1.25 - number as f64 / 8.0),
        resolution: Some(Resolution { width: 448, height: 448 }),
        kind: Some(kind("AMD EPYC 9B14")),
        ..job(number, name, JobState::Running)
    }
}

fn kind(model: &str) -> WorkerKind {
    WorkerKind {
        class: DeviceClass::Cpu.into(),
        model: model.to_owned(),
        libtorch: "2.11.0".to_owned(),
        capability: "AVX512".to_owned(),
    }
}

fn worker(name: &str, state: WorkerState, shards: u64) -> Worker {
    let lease = WorkerLease { job: 12, epoch: 131, work: Some(Work::Node("2:5".to_owned())), since: None };
    Worker {
        name: name.to_owned(),
        state: state.into(),
        kind: Some(kind("AMD EPYC 9B14")),
        device: "cpu".to_owned(),
        memory: 16_000_000_000,
        cores: 8,
        version: "0.1.0".to_owned(),
        since: Some(ago(7_200)),
        last_heard: Some(ago(1)),
        leases: if state == WorkerState::Busy { vec![lease] } else { Vec::new() },
        shards_done: shards,
        ..Worker::default()
    }
}

fn snapshot(seconds: i64) -> Snapshot {
    let mut waiting = job(14, "a lighthouse in a storm", JobState::Waiting);
    waiting.reason = "8 jobs run, and no more may".to_owned();
    waiting.queue_place = Some(1);
    let mut no_gpu = job(15, "whale", JobState::Waiting);
    no_gpu.reason = "no worker of the kind NVIDIA H200 is connected".to_owned();
    no_gpu.queue_place = Some(2);
    let mut failed = job(9, "cherry", JobState::Failed);
    (failed.reason, failed.ended) = ("a gradient is not finite".to_owned(), Some(ago(90)));
    let mut quarantined = worker("node-4", WorkerState::Quarantined, 17);
    quarantined.reason = "its last 3 leases failed".to_owned();
    quarantined.leases_failed = 3;
    let done = |shards: u64| shards * seconds as u64;
    let count = |state: JobState, count| JobCount { state: state.into(), count };
    let workers = |state: WorkerState, count| WorkerCount { state: state.into(), count };
    Snapshot {
        taken: Timestamp::from_second(NOW - 10 + seconds).unwrap(),
        farm: Farm {
            version: "0.1.0".to_owned(),
            uptime_seconds: 12_000.0,
            jobs: vec![count(JobState::Waiting, 2), count(JobState::Running, 2), count(JobState::Failed, 1)],
            workers: vec![
                workers(WorkerState::Idle, 1),
                workers(WorkerState::Busy, 2),
                workers(WorkerState::Quarantined, 1),
            ],
            samples_per_second: 84.5,
            disk_free: 412_000_000_000,
            warnings: vec!["the disk of the data folder is nearly full".to_owned()],
            ..Farm::default()
        },
        jobs: vec![
            no_gpu,
            waiting,
            running(13, "strawberry", 40, 700.0),
            running(12, "a red apple on a table of oak", 131, 95.0),
            job(11, "pear", JobState::Paused),
            failed,
        ],
        workers: vec![
            worker("node-1", WorkerState::Busy, done(12)),
            worker("node-2", WorkerState::Busy, done(7)),
            worker("node-3", WorkerState::Idle, 0),
            quarantined,
        ],
    }
}

fn board() -> Board {
    let mut board = Board::new("https://farm.example.org:7870".to_owned());
    for seconds in [0, 10] {
        board.handle_news(News::Snapshot(Box::new(snapshot(seconds))));
    }
    board
}

fn picture(board: &Board, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(frame, board, now())).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let lines = (0..height).map(|y| {
        let line: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}

fn press(board: &mut Board, keys: &str) -> Reaction {
    let mut last = Reaction::Redraw;
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\u{1b}' => KeyCode::Esc,
            other => KeyCode::Char(other),
        };
        last = board.handle_key(KeyEvent::new(code, KeyModifiers::NONE));
    }
    last
}

#[test]
fn a_small_terminal_shows_all_that_matters() {
    insta::assert_snapshot!(picture(&board(), 80, 24));
}

#[test]
fn a_large_terminal_shows_more_columns() {
    insta::assert_snapshot!(picture(&board(), 200, 60));
}

#[test]
fn workers_questions_and_losses_are_shown() {
    let mut board = board();
    press(&mut board, "\tjjjp");
    board.handle_news(News::Lost("nobody listens there (connection refused)".to_owned()));
    insta::assert_snapshot!(picture(&board, 80, 24));
}

/// Nothing may go wrong however small the window is.
#[test]
fn every_size_can_be_drawn() {
    let mut board = board();
    for (width, height) in [(1, 1), (3, 2), (10, 5), (40, 8), (79, 12), (119, 30), (500, 3)] {
        for keys in ["", "\t", "/", "x"] {
            press(&mut board, keys);
            picture(&board, width, height);
        }
        press(&mut board, "\u{1b}");
    }
    picture(&Board::new(String::new()), 80, 24);
}

#[test]
fn nothing_is_done_without_a_yes() {
    let mut board = board();
    let names = |board: &Board| board.jobs().iter().map(|job| job.number).collect::<Vec<_>>();
    assert_eq!(names(&board), [12, 13, 14, 15, 11]);
    let cancel = Command::Job { verb: Verb::Cancel, number: 13, name: "strawberry".to_owned() };
    press(&mut board, "jc");
    assert_eq!(board.mode, Mode::Question(cancel.clone()));
    assert!(picture(&board, 80, 24).contains("cancel job 13 (strawberry)? y: yes"));
    assert_eq!(press(&mut board, "q"), Reaction::Redraw, "no answer but y is a yes");
    press(&mut board, "c");
    // The job may move to another row while the question is open.
    board.handle_news(News::Snapshot(Box::new(Snapshot { jobs: Vec::new(), ..snapshot(10) })));
    assert_eq!(press(&mut board, "y"), Reaction::Do(cancel));

    let mut board = self::board();
    assert_eq!(press(&mut board, "r"), Reaction::Redraw);
    assert!(board.said.is_some(), "a running job cannot be resumed");
    press(&mut board, "jjjjr");
    assert!(matches!(board.mode, Mode::Question(Command::Job { verb: Verb::Resume, number: 11, .. })));
    press(&mut board, "n\t");
    assert_eq!(board.pane, Pane::Workers);
    press(&mut board, "jd");
    let drain = Command::Worker { verb: Verb::Drain, name: "node-2".to_owned() };
    assert_eq!(press(&mut board, "y"), Reaction::Do(drain));
    assert_eq!(press(&mut board, "q"), Reaction::Quit);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(board.handle_key(interrupt), Reaction::Quit);
}

#[test]
fn rows_are_sorted_and_filtered() {
    let mut board = board();
    let numbers = |board: &Board| board.jobs().iter().map(|job| job.number).collect::<Vec<_>>();
    press(&mut board, "s");
    assert_eq!(numbers(&board), [11, 12, 13, 14, 15]);
    press(&mut board, "S");
    assert_eq!(numbers(&board), [15, 14, 13, 12, 11]);
    press(&mut board, "Ssa");
    assert_eq!(numbers(&board), [14, 12, 9, 11, 13, 15], "by name, with those that have ended");
    press(&mut board, "/WAIT");
    assert_eq!(board.mode, Mode::Filter);
    assert_eq!(numbers(&board), [14, 15]);
    press(&mut board, "\n");
    assert!(picture(&board, 80, 24).contains("jobs (2, by name, with `WAIT`)"));
    press(&mut board, "\u{1b}");
    assert_eq!(numbers(&board).len(), 6);
    press(&mut board, "\tss");
    let names: Vec<&str> = board.workers().iter().map(|worker| worker.name.as_str()).collect();
    assert_eq!(names, ["node-1", "node-2", "node-3", "node-4"], "the quickest first");
    assert_eq!(board.paces.of("node-1"), Some(12.0));
}

/// The next news that is a snapshot, or is none.
async fn next(news: &mut tokio::sync::mpsc::Receiver<News>, wanted: fn(&News) -> bool) -> News {
    loop {
        let one = tokio::time::timeout(Duration::from_mins(3), news.recv()).await;
        let one = one.expect("there are news").expect("the feed goes on");
        if wanted(&one) {
            return one;
        }
    }
}

#[test]
fn a_farm_that_was_away_is_found_again() {
    let mut farm = StandIn::start(State::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let connection = Connection::open(&farm.address, &AccessArguments::default()).await.unwrap();
        let (sender, mut news) = tokio::sync::mpsc::channel(1);
        let (_hurry, hurried) = tokio::sync::watch::channel(());
        let interval = Duration::from_millis(10);
        let feeding = tokio::spawn(feed::run(connection, interval, hurried, sender));
        let is_snapshot = |news: &News| matches!(news, News::Snapshot(_));
        let mut board = Board::new(farm.address.clone());
        board.handle_news(next(&mut news, is_snapshot).await);
        farm.kill();
        board.handle_news(next(&mut news, |news| matches!(news, News::Lost(_))).await);
        assert!(board.lost.is_some());
        assert!(picture(&board, 120, 24).contains("no connection"), "{:?}", board.lost);
        assert!(board.snapshot.is_some(), "what was known stays");
        farm.restart();
        board.handle_news(next(&mut news, is_snapshot).await);
        assert_eq!(board.lost, None);
        feeding.abort();
    });
}
