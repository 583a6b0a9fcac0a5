//! Peers that break the rules of a real farm: each is told why, and nobody else notices.
//!
//! Beside every attack an honest worker computes an honest job, which must end with the right picture; and the
//! coordinator's memory stays bounded.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[path = "support/peer.rs"]
mod peer;
#[path = "support/png_bomb.rs"]
mod png_bomb;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;
#[path = "support/raw_http.rs"]
mod raw_http;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clipig_core::{Fence, FromWorker, Held, Lease, ShardError, ToWorker};
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_message::Message;
use clipig_proto::v1::{self, JobState, SubmitJobRequest, WorkerState};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_stream::StreamExt as _;
use tonic::codegen::Bytes;
use tonic::transport::Channel;
use tonic::{Code, Status};

use self::farm::{DelayedSocket, Farm};
use self::peer::{Peer, kind_of_workers, registration};
use self::process::Memory;

/// Many small shards, so that there is something to get hold of. Nothing in it depends on the number of epochs, which
/// stands before it.
const HONEST: &str = "
resolution: 96
seed: 5
model: clipig-tiny
snapshot_interval: 0
targets:
  - batch_size: 48
    features: [{text: a red apple}, {text: a banana}]
    select: best
    transforms: [{random_crop: 48}, {noise: .1}]
";

/// What an honest client would ask for beside the attacks.
const SMALL: &str = "
epochs: 2
resolution: 16
seed: 5
model: clipig-tiny
targets:
  - features: [{text: a red apple}]
    batch_size: 2
";

const MIB: usize = 1 << 20;

/// More than any attack lasts.
const ENDLESS: u32 = 1_000_000;

/// How long each message of the honest worker is under way: the job goes on for as long as the attack does, and leaves
/// the machine to it.
const DISTANCE: Duration = Duration::from_millis(40);

fn honest(epochs: u32) -> String {
    format!("epochs: {epochs}\n{HONEST}")
}

/// A farm with one honest worker and one honest job under way, which ends when the attack is over.
struct Honest {
    farm: Farm,
    job: u64,
    before: Memory,
}

impl Honest {
    fn start(name: &str) -> Self {
        Self::start_with(name, "60")
    }

    /// A farm that gives up a worker after so many seconds without a sign of life. An honest worker may need some on
    /// a busy machine.
    fn start_with(name: &str, heartbeat_timeout: &str) -> Self {
        let timeouts = [
            ("CLIPIG_COORDINATOR__DISPATCH__HEARTBEAT_SECONDS", "0.5"),
            ("CLIPIG_COORDINATOR__DISPATCH__HEARTBEAT_TIMEOUT_SECONDS", heartbeat_timeout),
            ("CLIPIG_COORDINATOR__DISPATCH__LEASE_TIMEOUT_SECONDS", "60"),
            ("CLIPIG_COORDINATOR__LIMITS__BLOB_BYTES", "16777216"),
            // Chance does not decide who gets which lease.
            ("CLIPIG_COORDINATOR__DISPATCH__SPOT_CHECKS", "0"),
        ];
        let mut farm = Farm::start_with(name, &timeouts);
        let distant = DelayedSocket::before(&farm, DISTANCE);
        farm.add_worker_at(distant.address());
        let job = farm.submit(&honest(ENDLESS));
        farm.wait_for_epochs(job, 1);
        let before = Memory::of(farm.coordinator());
        Self { farm, job, before }
    }

    async fn channel(&self) -> Channel {
        peer::connect(&self.farm.address()).await
    }

    async fn client(&self) -> FarmServiceClient<Channel> {
        FarmServiceClient::new(self.channel().await)
    }

    /// What was attacked must have been there.
    fn is_under_way(&self, attack: &str) {
        let job = self.farm.job(self.job).unwrap();
        assert_eq!(job.state(), JobState::Running, "after {attack}: {job:#?}{}", self.farm.logs());
    }

    /// The job is told to end soon. It has the right picture, the worker is the one that it was, and memory is bounded.
    fn finish(self, most_mib: u64) {
        self.finish_after(most_mib, 0);
    }

    /// The same where at most so many leases of other jobs failed on the honest worker, by those jobs' fault.
    fn finish_after(self, most_mib: u64, failed: u64) {
        self.is_under_way("the attack");
        let shorter = honest(self.farm.epochs_done(self.job) + 3);
        std::fs::write(self.farm.folder().join("shorter.yaml"), shorter).unwrap();
        self.farm.ask(&["update", &self.job.to_string(), "shorter.yaml"]);
        let made = self.farm.finish(self.job);
        // It may have got further meanwhile.
        let epochs = self.farm.epochs_done(self.job);
        assert_eq!(made, farm::rendered_here(&honest(epochs)), "after {epochs} epochs");
        let after = Memory::of(self.farm.coordinator());
        let grown = after.most - self.before.most.min(after.most);
        println!("{grown} MiB more at most; {:?}, then {after:?}", self.before);
        assert!(grown < most_mib, "{grown} MiB more at most");
        let honest = || self.farm.known_worker(0).unwrap();
        self.farm.wait_until("the honest worker is idle", || honest().state() == WorkerState::Idle);
        let honest = honest();
        assert!(honest.leases_failed <= failed, "{honest:#?}");
        assert!(self.farm.clipig(&["farm"]).status.success());
    }
}

/// One whole tile of a canvas with this value in every pixel.
fn tile(lease: &Lease, number: u32, values: usize, value: f32) -> Message {
    let pixels = value.to_le_bytes().repeat(values).into();
    let tiles = v1::Tiles { numbers: vec![number], pixels: vec![pixels] };
    Message::GradientTiles(v1::GradientTiles { fence: Some(lease.fence.into()), tiles: Some(tiles) })
}

/// Opens a gradient of so many tiles under a lease.
fn header(lease: &Lease, width: u32, tile_count: u32, shards: usize) -> Message {
    let reports = v1::Reports { samples: vec![0; shards], ..Default::default() };
    Message::Computed(v1::ComputedHeader {
        fence: Some(lease.fence.into()),
        resolution: Some(v1::Resolution { width, height: lease.values.resolution[1] }),
        tile_count,
        reports: Some(reports),
        seconds: 0.001,
        traceparent: String::new(),
    })
}

fn shards(lease: &Lease) -> usize {
    match lease.work {
        clipig_core::Work::Node { node, total, .. } => node.shards(total).len(),
        clipig_core::Work::Prepare => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_answer_wrongly_change_nothing() {
    let honest = Honest::start("wrong");
    let kind = kind_of_workers(honest.channel().await).await;
    let mut said = String::new();
    // Numbers that are none: the node goes to others, and who does it again and again gets nothing more.
    let mut peer = Peer::join(honest.channel().await, "nan", &kind).await;
    let start = Instant::now();
    let quarantined = || {
        let nan = honest.farm.known_workers().into_iter().find(|worker| worker.name == "nan");
        nan.is_some_and(|worker| worker.state() == WorkerState::Quarantined)
    };
    // An answer that comes too late, since the honest worker has computed the same, is not held against it.
    while !quarantined() {
        assert!(start.elapsed() < farm::STANDSTILL, "it still gets work{}", honest.farm.logs());
        peer.send(FromWorker::Heartbeat(Vec::new())).await;
        let Ok(lease) = timeout(Duration::from_millis(500), peer.node()).await else { continue };
        let [width, _] = lease.values.resolution;
        peer.say(header(&lease, width, 1, shards(&lease))).await;
        peer.say(tile(&lease, 0, 3 * 64 * 64, f32::NAN)).await;
    }
    drop(peer);
    honest.is_under_way("NaN");
    for attack in ["shape", "tile outside", "half a tile", "shards", "announced", "unasked", "garbage"] {
        // The honest worker must not compute the same meanwhile: an answer that comes too late is passed over.
        honest.farm.worker(0).stop();
        let mut peer = Peer::join(honest.channel().await, &attack.replace(' ', "-"), &kind).await;
        let lease = peer.node().await;
        let [width, _] = lease.values.resolution;
        match attack {
            "shape" => {
                peer.say(header(&lease, width + 1, 0, shards(&lease))).await;
            }
            "tile outside" => {
                peer.say(header(&lease, width, 1, shards(&lease))).await;
                peer.say(tile(&lease, 4, 3 * 64 * 64, 1.0)).await;
            }
            "half a tile" => {
                peer.say(header(&lease, width, 1, shards(&lease))).await;
                peer.say(tile(&lease, 0, 3 * 64 * 32, 1.0)).await;
            }
            "shards" => {
                peer.say(header(&lease, width, 0, shards(&lease) + 1)).await;
            }
            "announced" => {
                let fragment = v1::Fragment { total: 1 << 30, data: vec![0; MIB].into() };
                peer.say(Message::Fragment(fragment)).await;
            }
            "unasked" => {
                peer.say(tile(&lease, 0, 3 * 64 * 64, 1.0)).await;
            }
            _ => {
                // 32 MiB, the most that is put together, and then no message.
                for _ in 0..32 {
                    let fragment = v1::Fragment { total: 32 << 20, data: vec![0xff; MIB].into() };
                    peer.say(Message::Fragment(fragment)).await;
                }
            }
        }
        let reason = timeout(farm::STANDSTILL, peer.farewell()).await.unwrap();
        honest.farm.worker(0).go_on();
        let reason = reason.replace(&lease.fence.to_string(), "1/…");
        writeln!(said, "{attack}: {reason}").unwrap();
    }
    insta::assert_snapshot!("wrong_answers", said);
    honest.is_under_way("wrong answers");
    honest.finish(100);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_answer_for_others_change_nothing() {
    let honest = Honest::start("thief");
    let kind = kind_of_workers(honest.channel().await).await;
    let mut thief = Peer::join(honest.channel().await, "thief", &kind).await;
    let own = thief.node().await;
    // Those of the honest worker are among these: fences are counted. Higher ones may be the thief's own.
    let near = own.fence.number.saturating_sub(20)..own.fence.number;
    let mut fences: Vec<Fence> = near.map(|number| Fence { number, ..own.fence }).collect();
    fences.push(Fence { incarnation: own.fence.incarnation - 1, ..own.fence });
    fences.push(Fence { incarnation: u64::MAX, number: u64::MAX });
    // And the own one, handed back.
    thief.send(FromWorker::Returned { fence: own.fence, reason: "changed my mind".to_owned() }).await;
    fences.push(own.fence);
    for fence in fences {
        let lease = Lease { fence, ..own.clone() };
        let [width, _] = lease.values.resolution;
        thief.say(header(&lease, width, 0, shards(&lease))).await;
        let error = ShardError::Experiment("I say so".to_owned());
        thief.send(FromWorker::Failed { fence, error }).await;
        thief.send(FromWorker::Returned { fence, reason: String::new() }).await;
    }
    thief.send(FromWorker::Heartbeat(Vec::new())).await;
    sleep(Duration::from_millis(500)).await;
    drop(thief);
    honest.is_under_way("answers for others");
    // Much under a fence that nobody has: passed over, and not kept.
    let giant = Peer::join(honest.channel().await, "giant", &kind).await;
    let stranger = Lease { fence: Fence { incarnation: 9, number: 9 }, ..own.clone() };
    let Message::Computed(computed) = header(&stranger, 16_384, 65_536, 1) else { unreachable!() };
    let resolution = Some(v1::Resolution { width: 16_384, height: 16_384 });
    giant.say(Message::Computed(v1::ComputedHeader { resolution, ..computed })).await;
    let piece: Bytes = vec![0; 3 * 64 * 64 * 4].into();
    for message in 0..256_u32 {
        let tiles = v1::Tiles {
            numbers: (21 * message..21 * (message + 1)).collect(),
            pixels: vec![piece.clone(); 21],
        };
        let tiles = v1::GradientTiles { fence: Some(stranger.fence.into()), tiles: Some(tiles) };
        if !giant.say(Message::GradientTiles(tiles)).await {
            break;
        }
    }
    drop(giant);
    honest.finish(100);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_do_not_answer_lose_their_leases() {
    let honest = Honest::start_with("silent", "5");
    let kind = kind_of_workers(honest.channel().await).await;
    // One says nothing more; one says that it is alive and holds its lease for ever; one never reads.
    let mut silent = Peer::join(honest.channel().await, "silent", &kind).await;
    silent.node().await;
    let mut idle = Peer::join(honest.channel().await, "idle", &kind).await;
    let held = idle.node().await;
    let deaf =
        Peer::open(honest.channel().await, Message::Register(registration("deaf", kind.clone()))).await;
    let start = Instant::now();
    let (mut revoked, mut lost) = (false, false);
    while !revoked || !lost {
        let wait = start.elapsed();
        assert!(wait < farm::STANDSTILL, "taken back: {revoked}, lost: {lost}, after {wait:?}");
        idle.send(FromWorker::Heartbeat(vec![Held { fence: held.fence, progress: 0 }])).await;
        deaf.send(FromWorker::Heartbeat(Vec::new())).await;
        while let Ok(Some(message)) = timeout(Duration::from_millis(100), idle.receive()).await {
            revoked |= matches!(message, ToWorker::Revoke(fence) if fence == held.fence);
        }
        let workers = honest.farm.known_workers();
        lost = workers.iter().any(|worker| worker.name == "silent" && worker.state() == WorkerState::Lost);
    }
    drop((silent, idle, deaf));
    honest.finish(100);
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_of_registrations_and_heartbeats_drown_nobody() {
    let honest = Honest::start("flood");
    // They get no work: what peers that vanish with leases in their hands do to a job is the dispatcher's business.
    let model = "another processor".to_owned();
    let kind = v1::WorkerKind { model, ..kind_of_workers(honest.channel().await).await };
    // They end once people were answered ten times meanwhile, so that it does not matter how fast this machine is.
    let (mut floods, answers) = (JoinSet::new(), Arc::new(AtomicU32::new(0)));
    for flood in 0..20 {
        let (channel, kind, answers) = (honest.channel().await, kind.clone(), Arc::clone(&answers));
        floods.spawn(async move {
            let mut number = 0;
            while number < 100 || (answers.load(Ordering::Relaxed) < 10 && number < 1_000) {
                drop(Peer::join(channel.clone(), &format!("flood-{flood}-{number}"), &kind).await);
                number += 1;
            }
            number
        });
    }
    for beat in 0..4 {
        let mut peer = Peer::join(honest.channel().await, &format!("beat-{beat}"), &kind).await;
        let answers = Arc::clone(&answers);
        floods.spawn(async move {
            // What they hold there is not; the farm says so each time, and they read it.
            let fence = |number| Held { fence: Fence { incarnation: 7, number }, progress: 1 };
            let held: Vec<Held> = (0..100).map(fence).collect();
            while answers.load(Ordering::Relaxed) < 10 {
                peer.send(FromWorker::Heartbeat(held.clone())).await;
                while let Ok(Some(_)) = timeout(Duration::ZERO, peer.receive()).await {}
            }
            0
        });
    }
    while answers.fetch_add(1, Ordering::Relaxed) < 10 {
        honest.farm.job(honest.job).unwrap();
    }
    let registered: u32 = floods.join_all().await.into_iter().sum();
    println!("people were answered ten times while {registered} workers registered");
    assert!(registered < 20_000, "people waited until the flood was over");
    // Those who left are not remembered for ever, and the list of workers can still be sent.
    let workers: Vec<Json> = serde_json::from_str(&honest.farm.ask(&["workers", "--json"])).unwrap();
    assert!(workers.len() <= 1_100, "{} workers are remembered", workers.len());
    honest.finish(100);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_gigabytes_are_refused_at_the_door() {
    let honest = Honest::start("garbage");
    let mut said = String::new();
    for method in ["FarmService/SubmitJob", "FarmService/UploadBlob", "WorkerService/Session"] {
        let connection = raw_http::connect(&honest.farm.address()).await;
        // A message of a gigabyte is announced and sent.
        let mut stream = raw_http::Stream::open(connection.clone(), method).await;
        let mut start = vec![0];
        start.extend((1_u32 << 30).to_be_bytes());
        let mut taken = stream.send(start.into()).await;
        let piece: Bytes = vec![7; MIB].into();
        let mut sent = 0;
        while taken && sent < 1_024 {
            taken = timeout(Duration::from_secs(10), stream.send(piece.clone())).await.unwrap_or(false);
            sent += u32::from(taken);
        }
        assert!(sent < 64, "{method}: {sent} MiB were taken");
        writeln!(said, "{method}, a gigabyte: {}", refusal(stream).await).unwrap();
        // Bytes that are no message.
        let mut stream = raw_http::Stream::open(connection, method).await;
        stream.send([&[0, 0, 0, 0, 9][..], &[0xff; 9]].concat().into()).await;
        writeln!(said, "{method}, garbage: {}", refusal(stream).await).unwrap();
    }
    insta::assert_snapshot!("garbage", said);
    // Not even HTTP/2, from the start or after a good one.
    for greeting in [&b""[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let path = honest.farm.address().replace("unix:", "");
        let mut socket = UnixStream::connect(path).await.unwrap();
        // It may hang up before it has all.
        let _ = socket.write_all(&[greeting, &vec![0x16; 100_000]].concat()).await;
        let mut answer = Vec::new();
        // It hangs up; whether with a reset does not matter.
        let _ = timeout(farm::STANDSTILL, socket.read_to_end(&mut answer)).await.unwrap();
    }
    honest.is_under_way("garbage");
    honest.finish(100);
}

/// How a stream ends: by a status, or a reset where the peer did not stop.
async fn refusal(stream: raw_http::Stream) -> String {
    match timeout(farm::STANDSTILL, stream.status()).await.unwrap() {
        Ok((code, message)) => format!("{:?}: {message}", Code::from(code as i32)),
        Err(error) => format!("reset: {error}"),
    }
}

fn request(yaml: &str) -> SubmitJobRequest {
    let token: [u8; 16] =
        std::array::from_fn(|i| (Instant::now().elapsed().as_nanos() as u8).wrapping_add(i as u8));
    let digest =
        Sha256::digest([yaml.as_bytes(), &token, format!("{:?}", Instant::now()).as_bytes()].concat());
    SubmitJobRequest { client_token: digest.to_vec().into(), yaml: yaml.to_owned(), ..Default::default() }
}

fn aliases() -> String {
    let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        writeln!(yaml, "a{level}: &a{level} [{}]", [before.as_str(); 10].join(", ")).unwrap();
    }
    format!("{yaml}targets: *a11\n")
}

/// The bombs of a client that are refused when they come.
fn bombs() -> Vec<(&'static str, SubmitJobRequest)> {
    let with = |from: &str, to: &str| request(&SMALL.replace(from, to));
    let sides = "resolution: ['60000', '60000']";
    let powers = "resolution: ['9**9**9**9']";
    let many = (0..600).map(|i| format!("  - {{features: [{{text: x, weight: '1+sin({i})'}}]}}\n"));
    vec![
        ("YAML aliases", request(&aliases())),
        ("nesting", request(&format!("targets: {}{}", "[".repeat(100_000), "]".repeat(100_000)))),
        ("60,000²", with("resolution: 16", sides)),
        ("a computed resolution", with("resolution: 16", "resolution: ['30000*(1+1)', 16]")),
        ("10⁹ epochs", with("epochs: 2", "epochs: 1000000000")),
        ("batch 10⁹", with("batch_size: 2", "batch_size: 1000000000")),
        ("a tower of powers", with("resolution: 16", powers)),
        ("much text", with("a red apple", &"x".repeat(20_000))),
        ("many expressions", request(&format!("targets:\n{}", many.collect::<String>()))),
        ("64 MB of YAML", request(&format!("# {}\n{SMALL}", "x".repeat(64 << 20)))),
        ("2 MB of YAML", request(&format!("# {}\n{SMALL}", "x".repeat(2 << 20)))),
        ("priority 11", SubmitJobRequest { priority: 11, ..request(SMALL) }),
        ("the least priority", SubmitJobRequest { priority: i32::MIN, ..request(SMALL) }),
        ("4,000,000,000 threads", SubmitJobRequest { threads: Some(4_000_000_000), ..request(SMALL) }),
        (
            "content that is not here",
            SubmitJobRequest {
                assets: [("cat.png".to_owned(), vec![7; 32].into())].into(),
                ..with("text: a red apple", "image: cat.png")
            },
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_of_clients_do_not_go_off() {
    let honest = Honest::start("bombs");
    let mut client = honest.client().await;
    let mut said = String::new();
    for (name, bomb) in bombs() {
        let before = process::cpu_time(honest.farm.coordinator());
        let status = client.submit_job(bomb).await.unwrap_err();
        let took = process::cpu_time(honest.farm.coordinator()).saturating_sub(before);
        assert!(took < Duration::from_secs(10), "{name} took {took:?} of a processor");
        writeln!(said, "{name}: {:?}: {}", status.code(), status.message()).unwrap();
    }
    for priority in [11, -11, i32::MIN, i32::MAX] {
        let request = v1::SetPriorityRequest { job: honest.job, priority };
        let status = client.set_priority(request).await.unwrap_err();
        writeln!(said, "priority {priority} afterwards: {:?}: {}", status.code(), status.message()).unwrap();
    }
    let wrong = upload(client.clone(), &Sha256::digest(b"something else"), b"something".to_vec()).await;
    let status = wrong.unwrap_err();
    writeln!(said, "another hash: {:?}: {}", status.code(), status.message()).unwrap();
    let large = v1::ContentHeader { sha256: vec![1; 32].into(), size: 1 << 40, offset: 0 };
    let chunk = v1::ContentChunk { header: Some(large), data: Bytes::new() };
    let status = client
        .upload_blob(tokio_stream::iter([v1::UploadBlobRequest { chunk: Some(chunk) }]))
        .await
        .unwrap_err();
    writeln!(said, "a terabyte: {:?}: {}", status.code(), status.message()).unwrap();
    insta::assert_snapshot!("bombs", said);
    // Nothing of it was kept, and the next one is served.
    let jobs = client.list_jobs(v1::ListJobsRequest::default()).await.unwrap().into_inner().jobs;
    assert_eq!(jobs.len(), 1);
    honest.is_under_way("bombs");
    let small = honest.farm.submit(SMALL);
    honest.farm.finish(small);
    honest.finish(100);
}

/// Brings content in pieces of 256 KiB.
async fn upload(mut client: FarmServiceClient<Channel>, sha256: &[u8], bytes: Vec<u8>) -> Result<(), Status> {
    let header = v1::ContentHeader { sha256: sha256.to_vec().into(), size: bytes.len() as u64, offset: 0 };
    let mut header = Some(header);
    let pieces: Vec<v1::UploadBlobRequest> = bytes
        .chunks(256 << 10)
        .map(|data| {
            let chunk = v1::ContentChunk { header: header.take(), data: Bytes::copy_from_slice(data) };
            v1::UploadBlobRequest { chunk: Some(chunk) }
        })
        .collect();
    client.upload_blob(tokio_stream::iter(pieces)).await.map(|_| ())
}

/// Waits until a job has ended; its state and reason.
async fn ending(mut client: FarmServiceClient<Channel>, job: u64) -> (JobState, String) {
    loop {
        let request = v1::GetJobRequest { job, with_experiment: false };
        let job = client.get_job(request).await.unwrap().into_inner().job.unwrap();
        if matches!(job.state(), JobState::Completed | JobState::Failed | JobState::Cancelled) {
            return (job.state(), job.reason);
        }
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_are_bombs_fail_their_own_jobs() {
    let honest = Honest::start("pictures");
    let client = honest.client().await;
    let black = png_bomb::black(60_000);
    let lie = {
        // A header that says 60,000², and hardly anything behind it.
        let mut small = png_bomb::black(60_000);
        small.truncate(2_000);
        small
    };
    let init = "init: {image: bomb.png}\ntargets:";
    let feature = "image: bomb.png";
    let mut said = String::new();
    for (name, bytes) in
        [("a picture of 60,000²", black), ("the start of one", lie), ("no picture", vec![7; 5_000])]
    {
        let sha256 = Sha256::digest(&bytes);
        upload(client.clone(), &sha256, bytes).await.unwrap();
        for (place, yaml) in [
            ("init", SMALL.replace("targets:", init)),
            ("feature", SMALL.replace("text: a red apple", feature)),
        ] {
            let assets = [("bomb.png".to_owned(), sha256.to_vec().into())].into();
            let job = client.clone().submit_job(SubmitJobRequest { assets, ..request(&yaml) }).await;
            let told = match job {
                Ok(answer) => {
                    let job = answer.into_inner().job.unwrap().number;
                    let (state, reason) = ending(client.clone(), job).await;
                    format!("{state:?}: {reason}")
                }
                Err(status) => format!("{:?}: {}", status.code(), status.message()),
            };
            writeln!(said, "{name} as {place}: {told}").unwrap();
        }
    }
    // An expression that goes on and on fails the epoch that it is evaluated in, and with it its own job.
    let sums = ["sum([t]*9999)"; 12].join("+");
    let endless = SMALL.replace("text: a red apple", &format!("text: a red apple, weight: '{sums}'"));
    let told = match client.clone().submit_job(request(&endless)).await {
        Ok(answer) => format!("{:?}", ending(client.clone(), answer.into_inner().job.unwrap().number).await),
        Err(status) => format!("{:?}: {}", status.code(), status.message()),
    };
    writeln!(said, "an endless expression: {told}").unwrap();
    insta::assert_snapshot!("pictures", said);
    // Three attempts at most for each of the seven jobs.
    honest.finish_after(200, 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_left_half_way_keep_nobody_waiting() {
    let honest = Honest::start("uploads");
    let mut left = JoinSet::new();
    for connection in 0..20_u8 {
        let channel = honest.channel().await;
        for stream in 0..250_u8 {
            let mut client = FarmServiceClient::new(channel.clone());
            left.spawn(async move {
                let sha256 = Sha256::digest([connection, stream]).to_vec();
                let header = v1::ContentHeader { sha256: sha256.into(), size: 10 << 20, offset: 0 };
                let chunk = v1::ContentChunk { header: Some(header), data: vec![7; 1_000].into() };
                let first = tokio_stream::iter([v1::UploadBlobRequest { chunk: Some(chunk) }]);
                let _ = client.upload_blob(first.chain(tokio_stream::pending())).await;
            });
        }
    }
    sleep(Duration::from_secs(3)).await;
    honest.is_under_way("uploads");
    let start = Instant::now();
    let bytes = vec![3; 5_000_000];
    let sha256 = Sha256::digest(&bytes);
    // Where this machine is busy, it may be silent for so long that it has to make room, and is told to try again.
    while let Err(status) = upload(honest.client().await, &sha256, bytes.clone()).await {
        assert!(status.message().contains("again"), "{status}");
        assert!(start.elapsed() < farm::STANDSTILL, "it has to wait for the others: {status}");
    }
    println!("an honest upload took {:?} beside {} that were left", start.elapsed(), left.len());
    left.shutdown().await;
    let incoming = honest.farm.folder().join("data/incoming");
    honest.farm.wait_until("what was left is removed", || {
        std::fs::read_dir(&incoming).map_or(0, Iterator::count) == 0
    });
    honest.finish(200);
}
