//! How fast canvases and gradients become messages and are put together again, in GB/s of pixels.
//!
//! `cargo bench -p clipig-proto` [SIDE…]. "encode" is what a sender does before its messages are bytes; "bytes" is
//! their encoding, which the transport does; "assemble" starts with decoded messages whose tiles lie in the memory
//! received, as the transport gives them. For comparison: "copy" is a plain copy of as much memory, "fresh" one into
//! memory that comes from the system.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use clipig_core::{
    Canvas, Computed, Epoch, EpochCanvas, Fence, FromWorker, GradientSum, JobId, JobRevision, SampleReport,
    Stage, TileGrid,
};
use clipig_proto::incoming::{CoordinatorAssembler, ExpectedGradient, WorkerAssembler};
use clipig_proto::outgoing::{self, canvas_messages};
use clipig_proto::v1::{CoordinatorMessage, WorkerMessage};
use prost::Message;

const ROUNDS: usize = 7;

fn main() {
    let sides: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sides = if sides.is_empty() { vec![224, 1024, 2048, 4096] } else { sides };
    println!("{:>6} {:>9} {:>10} {:>8}   (median of {ROUNDS})", "side", "what", "ms", "GB/s");
    for side in sides {
        copy(side);
        gradient(side);
        canvas(side);
    }
}

/// Prints the median of the times.
fn report(side: usize, what: &str, mut times: Vec<Duration>) {
    times.sort();
    let seconds = times[times.len() / 2].as_secs_f64();
    let bytes = (12 * side * side) as f64;
    println!("{side:>6} {what:>9} {:>10.3} {:>8.2}", 1e3 * seconds, bytes / seconds / 1e9);
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn pixels(side: usize) -> Vec<f32> {
    (0..3 * side * side).map(|i| (i % 1000) as f32 * 1e-3).collect()
}

fn copy(side: usize) {
    let from = pixels(side);
    let times = (0..ROUNDS).map(|_| timed(|| black_box(from.clone())).0);
    report(side, "fresh", times.collect());
    let mut to = from.clone();
    let times = (0..ROUNDS).map(|_| timed(|| black_box(&mut to).copy_from_slice(black_box(&from))).0);
    report(side, "copy", times.collect());
}

fn decoded<M: Message + Default>(bytes: &[Bytes]) -> Vec<M> {
    bytes.iter().filter_map(|bytes| M::decode(bytes.clone()).ok()).collect()
}

/// Encodes as the transport does: one buffer that is used again and again.
fn encoded<M: Message>(messages: &[M]) -> Duration {
    let mut buffer = BytesMut::with_capacity(1 << 20);
    timed(|| {
        for message in messages {
            buffer.clear();
            message.encode_raw(&mut buffer);
            black_box(&buffer);
        }
    })
    .0
}

fn gradient(side: usize) {
    let grid = TileGrid::new(side, side);
    let mut sum = GradientSum::new(side, side);
    for (number, area) in (0..grid.count()).filter_map(|number| Some((number, grid.area(number)?))) {
        sum.insert_tile(number, vec![0.5; area.values()]).expect("the canvas has this tile");
    }
    let expected = ExpectedGradient { width: side as u32, height: side as u32, shards: 8, shard_size: 8 };
    let [mut encode, mut bytes, mut assemble] = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let computed = Computed {
            fence: Fence { incarnation: 1, number: 1 },
            gradient: sum.clone(),
            reports: vec![vec![SampleReport::default(); 8]; 8],
            seconds: 1.0,
            trace: None,
        };
        let (time, messages) = timed(|| {
            let messages = outgoing::from_worker(FromWorker::Computed(computed)).expect("it is short enough");
            messages.collect::<Vec<_>>()
        });
        encode.push(time);
        bytes.push(encoded(&messages));
        let received: Vec<Bytes> = messages.iter().map(|message| message.encode_to_vec().into()).collect();
        drop(messages);
        let messages: Vec<WorkerMessage> = decoded(&received);
        drop(received);
        let mut assembler = WorkerAssembler::new();
        let (time, result) = timed(|| {
            let said = messages.into_iter().map(|message| assembler.receive(message, |_| Some(expected)));
            said.last().expect("there are messages").expect("they are right")
        });
        let Some(FromWorker::Computed(computed)) = result else { panic!("the gradient is not complete") };
        assert_eq!(computed.gradient.tile_count(), grid.count());
        assemble.push(time);
    }
    report(side, "encode", encode);
    report(side, "bytes", bytes);
    report(side, "assemble", assemble);
}

fn canvas(side: usize) {
    let canvas = EpochCanvas {
        revision: JobRevision { job: JobId(1), revision: 0 },
        stage: Stage::Epoch(Epoch(1)),
        canvas: Canvas::new(side, side, pixels(side)).expect("so many pixels it has"),
    };
    let [mut encode, mut bytes, mut assemble] = [const { Vec::new() }; 3];
    let mut assembler = CoordinatorAssembler::new();
    // Held while the next comes, as a worker holds the canvas that it computes with.
    let mut held = None;
    for _ in 0..ROUNDS {
        let (time, messages) = timed(|| canvas_messages(canvas.clone()).collect::<Vec<CoordinatorMessage>>());
        encode.push(time);
        bytes.push(encoded(&messages));
        let received: Vec<Bytes> = messages.iter().map(|message| message.encode_to_vec().into()).collect();
        let messages: Vec<CoordinatorMessage> = decoded(&received);
        let (time, result) = timed(|| {
            let said = messages.into_iter().map(|message| assembler.receive(message));
            said.last().expect("there are messages").expect("they are right")
        });
        assert!(result.is_some(), "the canvas is complete");
        held = result;
        assemble.push(time);
    }
    drop(held);
    report(side, "c.encode", encode);
    report(side, "c.bytes", bytes);
    report(side, "c.assem.", assemble);
}
