//! Workers that break the rules: each is told why and put out, and the job goes on with the others.

use clipig_core::{Computed, Fence, FromWorker, GradientSum, Lease, PROTOCOL, Registration, ToWorker, Work};
use clipig_proto::limits;
use clipig_proto::outgoing::from_worker;
use clipig_proto::v1::worker_message::Message;
use clipig_proto::v1::{self, JobState, WorkerMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::standin::{WorkerEnd, registration};
use crate::support::{EXPERIMENT, TestFarm, raw_call, resident, submit, until};

/// What the coordinator says at last.
async fn farewell(worker: &mut WorkerEnd) -> String {
    loop {
        match worker.receive().await {
            Ok(Some(ToWorker::Refuse(reason))) => return reason,
            Ok(Some(_)) => {}
            Ok(None) => return "the stream just ended".to_owned(),
            Err(status) => return status.message().to_owned(),
        }
    }
}

async fn raw(worker: &WorkerEnd, message: Message) {
    let _ = worker.sender.send(WorkerMessage { message: Some(message) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_register_is_not_let_in() {
    let farm = TestFarm::start().await;
    let mut silent = WorkerEnd::open(farm.worker().await).await.unwrap();
    silent.say(FromWorker::Goodbye).await;
    assert!(farewell(&mut silent).await.contains("must be a registration"));
    let mut old = WorkerEnd::open(farm.worker().await).await.unwrap();
    old.say(FromWorker::Register(Registration { protocol: 99, ..registration("old") })).await;
    let reason = farewell(&mut old).await;
    assert!(reason.contains(&format!("version {PROTOCOL} of")) && reason.contains("version 99"), "{reason}");
    let mut odd = WorkerEnd::open(farm.worker().await).await.unwrap();
    let wire: v1::Register = registration("odd").into();
    raw(&odd, Message::Register(v1::Register { name: "no spaces please".into(), ..wire })).await;
    assert!(farewell(&mut odd).await.contains("cannot be a worker's name"));
}

/// Breaks the rules under a lease, in one of many ways.
async fn break_rules(worker: &mut WorkerEnd, lease: &Lease, way: usize) -> &'static str {
    let FromWorker::Computed(computed) = worker.answer(lease) else { panic!("no node") };
    let messages: Vec<WorkerMessage> = from_worker(FromWorker::Computed(computed.clone())).unwrap().collect();
    let Some(Message::Computed(header)) = messages[0].message.clone() else { panic!("no header") };
    let fence = Some(lease.fence.into());
    let tiles = |numbers: Vec<u32>, pixels: Vec<Vec<u8>>| {
        let pixels = pixels.into_iter().map(Into::into).collect();
        Message::GradientTiles(v1::GradientTiles { fence, tiles: Some(v1::Tiles { numbers, pixels }) })
    };
    let with = |change: &dyn Fn(&mut v1::ComputedHeader)| {
        let mut header = header.clone();
        change(&mut header);
        Message::Computed(header)
    };
    match way {
        0 => {
            raw(worker, with(&|h| h.resolution = Some(v1::Resolution { width: 17, height: 16 }))).await;
            "is for 17×16"
        }
        1 => {
            raw(worker, with(&|h| h.tile_count = 4_000_000_000)).await;
            "tiles, but the canvas has"
        }
        2 => {
            raw(worker, with(&|h| h.reports.as_mut().unwrap().samples.push(1))).await;
            "reports"
        }
        3 => {
            raw(worker, with(&|h| h.tile_count = 1)).await;
            raw(worker, tiles(vec![77], vec![vec![0; 3 * 16 * 16 * 4]])).await;
            "bad tile 77"
        }
        4 => {
            raw(worker, with(&|h| h.tile_count = 1)).await;
            raw(worker, tiles(vec![0], vec![vec![0; 12]])).await;
            "bad tile 0"
        }
        5 => {
            raw(worker, tiles(vec![0], vec![vec![0; 3 * 16 * 16 * 4]])).await;
            "was not opened"
        }
        6 => {
            raw(worker, Message::Fragment(v1::Fragment { total: 1 << 30, data: vec![1; 100].into() })).await;
            "1073741824 bytes"
        }
        7 => {
            let _ = worker.sender.send(WorkerMessage { message: None }).await;
            "is empty or of a kind"
        }
        8 => {
            let data = vec![0; limits::MESSAGE_BYTES + 1].into();
            raw(worker, Message::Fragment(v1::Fragment { total: 1, data })).await;
            "cannot be read"
        }
        9 => {
            worker.say(FromWorker::Register(registration("again"))).await;
            "registered twice"
        }
        _ => {
            let far = FromWorker::Heartbeat(Vec::new());
            worker.say(far).await;
            raw(worker, with(&|h| h.seconds = f64::NAN)).await;
            "`seconds`"
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_breaks_the_rules_is_told_and_the_job_goes_on() {
    let before = resident();
    let short = EXPERIMENT.replace("epochs: 40", "epochs: 3").replace("interval: 10", "interval: 0");
    for way in 0..=10 {
        let farm = TestFarm::start().await;
        let job = submit(&mut farm.client().await, &short).await.unwrap().number;
        let mut hostile = WorkerEnd::join(farm.worker().await, &format!("hostile-{way}")).await;
        let mut lease = hostile.lease().await;
        if matches!(lease.work, clipig_core::Work::Prepare) {
            let answer = hostile.answer(&lease);
            hostile.say(answer).await;
            lease = hostile.lease().await;
        }
        let words = break_rules(&mut hostile, &lease, way).await;
        let reason = farewell(&mut hostile).await;
        assert!(reason.contains(words), "{way}: {reason}");
        finish(&farm, job).await;
    }
    assert!(resident().saturating_sub(before) < 100 << 20);
}

/// Lets a good worker finish the job.
async fn finish(farm: &TestFarm, job: u64) {
    let good = tokio::spawn(WorkerEnd::join(farm.worker().await, "good").await.work());
    let request = v1::GetJobRequest { job, with_experiment: false };
    until("the end", async || {
        let answer = farm.client().await.get_job(request).await.unwrap().into_inner();
        let job = answer.job.unwrap();
        assert_ne!(job.state(), JobState::Failed, "{}", job.reason);
        job.state() == JobState::Completed
    })
    .await;
    good.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_something_else_is_no_answer() {
    let farm = TestFarm::start().await;
    let job = submit(&mut farm.client().await, EXPERIMENT).await.unwrap().number;
    // A gradient where texts were to be encoded.
    let mut hostile = WorkerEnd::join(farm.worker().await, "painter").await;
    let lease = hostile.lease().await;
    assert_eq!(lease.work, Work::Prepare);
    let [width, height] = lease.values.resolution.map(|side| side as usize);
    let gradient = GradientSum::new(width, height);
    let computed = Computed { fence: lease.fence, gradient, reports: Vec::new(), seconds: 0.1, trace: None };
    hostile.say(FromWorker::Computed(computed)).await;
    let reason = farewell(&mut hostile).await;
    assert!(reason.contains("with a gradient where texts"), "{reason}");
    // Texts where a node was to be computed: the job would wait for that node for ever.
    let mut hostile = WorkerEnd::join(farm.worker().await, "writer").await;
    let lease = hostile.lease().await;
    let answer = hostile.answer(&lease);
    let FromWorker::Prepared { prepared, .. } = answer.clone() else { panic!("{:?}", lease.work) };
    hostile.say(answer).await;
    let node = hostile.lease().await;
    assert!(matches!(node.work, Work::Node { .. }));
    hostile.say(FromWorker::Prepared { fence: node.fence, prepared, warnings: Vec::new() }).await;
    let reason = farewell(&mut hostile).await;
    assert!(reason.contains("with encoded texts where node"), "{reason}");
    drop(hostile);
    finish(&farm, job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_lease_is_nobodys_business() {
    let farm = TestFarm::start().await;
    let job = submit(&mut farm.client().await, EXPERIMENT).await.unwrap().number;
    let mut holder = WorkerEnd::join(farm.worker().await, "holder").await;
    let mut lease = holder.lease().await;
    let answer = holder.answer(&lease);
    holder.say(answer).await;
    lease = holder.lease().await;
    let FromWorker::Computed(right) = holder.answer(&lease) else { panic!("no node") };
    // The thief answers under the holder's fence, under old ones and under ones that never were.
    let mut thief = WorkerEnd::join(farm.worker().await, "a-thief").await;
    for fence in
        [lease.fence, Fence { incarnation: 0, number: 1 }, Fence { incarnation: 9, number: u64::MAX }]
    {
        thief.say(FromWorker::Computed(Computed { fence, ..right.clone() })).await;
        let error = clipig_core::ShardError::Experiment("I say so".into());
        thief.say(FromWorker::Failed { fence, error }).await;
    }
    thief.say(FromWorker::Heartbeat(Vec::new())).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    drop(thief);
    let request = v1::GetJobRequest { job, with_experiment: false };
    let seen = farm.client().await.get_job(request).await.unwrap().into_inner().job.unwrap();
    assert_eq!((seen.state(), seen.epochs_done), (JobState::Running, 0), "{}", seen.reason);
    drop(holder);
    finish(&farm, job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused() {
    let farm = TestFarm::start().await;
    let mut garbage = vec![0, 0, 0, 0, 9];
    garbage.extend([0xff; 9]);
    let status = raw_call(&farm, "clipig.farm.v1.FarmService/SubmitJob", garbage.clone()).await;
    assert_eq!(status.code(), tonic::Code::Internal, "{}", status.message());
    let status = raw_call(&farm, "clipig.farm.v1.FarmService/NoSuchCall", garbage).await;
    assert_eq!(status.code(), tonic::Code::Unimplemented);
    // Not even HTTP/2.
    let mut socket = tokio::net::TcpStream::connect(farm.address.to_string()).await.unwrap();
    socket.write_all(&vec![0x16; 100_000]).await.unwrap();
    let mut answer = Vec::new();
    // It hangs up; whether with a reset does not matter.
    let _ = socket.read_to_end(&mut answer).await;
    submit(&mut farm.client().await, EXPERIMENT).await.unwrap();
}
