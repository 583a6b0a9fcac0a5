//! From value to bytes and back.

use std::collections::BTreeSet;
use std::sync::Arc;

use clipig_core::{
    Canvas, CanvasTiles, Computed, Epoch, EpochCanvas, EpochTiles, EpochValues, Fence, FromWorker,
    GradientSum, JobId, JobRevision, Lease, Prepared, PreparedTarget, SampleReport, Stage, TileSet, ToWorker,
    Work,
};
use clipig_proto::incoming::{CoordinatorAssembler, ExpectedGradient, WorkerAssembler};
use clipig_proto::limits::{MESSAGE_BYTES, OPEN_GRADIENTS, SENT_BULK_BYTES};
use clipig_proto::outgoing::{self, OutgoingError, canvas_messages};
use clipig_proto::v1;
use proptest::prelude::*;
use prost::Message;

use crate::messages;

/// The message as its receiver decodes it. The transport takes no longer ones.
fn over_the_wire<M: Message + Default>(message: &M) -> M {
    let bytes = message.encode_to_vec();
    assert!(bytes.len() <= MESSAGE_BYTES, "a message of {} bytes", bytes.len());
    M::decode(bytes::Bytes::from(bytes)).unwrap()
}

fn expectation(message: &FromWorker) -> Option<ExpectedGradient> {
    if let FromWorker::Computed(computed) = message { Some(messages::expected(computed)) } else { None }
}

fn received_from_worker(message: FromWorker) -> Vec<FromWorker> {
    let expected = expectation(&message);
    let mut assembler = WorkerAssembler::new();
    let wire = outgoing::from_worker(message).unwrap();
    let said = wire.filter_map(|message| assembler.receive(over_the_wire(&message), |_| expected).unwrap());
    let said = said.collect();
    assert_eq!(assembler.bytes(), 0, "everything is complete");
    said
}

fn received_by_worker(message: ToWorker) -> Vec<ToWorker> {
    let mut assembler = CoordinatorAssembler::new();
    let wire = outgoing::to_worker(message).unwrap();
    let said = wire.filter_map(|message| assembler.receive(over_the_wire(&message)).unwrap()).collect();
    assert_eq!(assembler.bytes(), 0, "everything is complete");
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    // Values are compared as text: NaN equals itself there, and -0 is not 0.
    #[test]
    fn what_a_worker_says_arrives(message in messages::from_worker()) {
        let said = received_from_worker(message.clone());
        prop_assert_eq!(format!("{said:?}"), format!("[{message:?}]"));
    }

    #[test]
    fn what_the_coordinator_says_arrives(message in messages::to_worker()) {
        let said = received_by_worker(message.clone());
        prop_assert_eq!(format!("{said:?}"), format!("[{message:?}]"));
    }

    #[test]
    fn gradients_may_interleave(one in messages::gradient(), other in messages::gradient()) {
        let computed = |number, gradient| Computed {
            fence: Fence { incarnation: 1, number },
            gradient,
            reports: vec![vec![SampleReport::default()]],
            seconds: 0.5,
            trace: None,
        };
        let sent = [computed(1, one), computed(2, other)];
        let expected = sent.each_ref().map(messages::expected);
        let mut wire = sent.each_ref().map(|computed| {
            outgoing::from_worker(FromWorker::Computed(computed.clone())).unwrap().collect::<Vec<_>>().into_iter()
        });
        let mut assembler = WorkerAssembler::new();
        let mut said = Vec::new();
        while wire.iter().any(|messages| messages.len() > 0) {
            for messages in &mut wire {
                let Some(message) = messages.next() else { continue };
                let received = assembler.receive(message, |fence| expected.get(fence.number as usize - 1).copied());
                said.extend(received.unwrap());
            }
        }
        said.sort_by_key(|message| if let FromWorker::Computed(computed) = message { computed.fence } else { panic!() });
        prop_assert_eq!(format!("{said:?}"), format!("{:?}", sent.map(FromWorker::Computed)));
    }
}

fn one_job() -> JobRevision {
    JobRevision { job: JobId(1), revision: 0 }
}

/// A canvas of which every pixel is another.
fn canvas(width: usize, height: usize) -> EpochCanvas {
    let pixels = (0..3 * width * height).map(|i| i as f32).collect();
    EpochCanvas {
        revision: one_job(),
        stage: Stage::Epoch(Epoch(3)),
        canvas: Canvas::new(width, height, pixels).unwrap(),
    }
}

#[test]
fn a_negative_zero_stays_one() {
    let values = EpochValues { resolution: [1, 1], learnrate: -0.0, learnrate_scale: -0.0 };
    let fence = Fence { incarnation: 0, number: 0 };
    let lease = Lease { fence, revision: one_job(), work: Work::Prepare, values, trace: None };
    let said = received_by_worker(ToWorker::Lease(lease));
    let [ToWorker::Lease(lease)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(lease.values.learnrate_scale.to_bits(), (-0.0_f64).to_bits());
}

#[test]
fn a_preparation_has_the_last_number_on_the_wire() {
    let values = EpochValues { resolution: [1, 1], learnrate: 1.0, learnrate_scale: 1.0 };
    let fence = Fence { incarnation: 0, number: 0 };
    let lease = Lease { fence, revision: one_job(), work: Work::Prepare, values, trace: None };
    assert_eq!(v1::Lease::from(lease).epoch, 4_294_967_295);
    let first = EpochCanvas { stage: Stage::Prepare, ..canvas(3, 2) };
    for message in canvas_messages(first) {
        let epoch = match message.message {
            Some(v1::coordinator_message::Message::Canvas(header)) => header.epoch,
            Some(v1::coordinator_message::Message::CanvasPixels(pixels)) => pixels.epoch,
            other => panic!("{other:?}"),
        };
        assert_eq!(epoch, 4_294_967_295);
    }
}

#[test]
fn a_canvas_is_sent_from_its_own_memory_in_small_messages() {
    let canvas = canvas(1024, 200);
    let mut at = canvas.canvas.pixels().as_ptr().addr();
    let end = at + size_of_val(canvas.canvas.pixels());
    let mut messages = canvas_messages(canvas);
    assert!(matches!(messages.next().unwrap().message, Some(v1::coordinator_message::Message::Canvas(_))));
    for message in messages {
        let Some(v1::coordinator_message::Message::CanvasPixels(piece)) = message.message else { panic!() };
        assert_eq!(piece.pixels.as_ptr().addr(), at);
        assert!(piece.pixels.len() == SENT_BULK_BYTES || at + piece.pixels.len() == end);
        at += piece.pixels.len();
    }
    assert_eq!(at, end);
}

#[test]
fn tiles_arrive_as_they_were_cut() {
    let EpochCanvas { revision, stage, canvas } = canvas(330, 140);
    for numbers in [vec![], vec![4], vec![0, 5, 9, 12, 17], (0..18).collect()] {
        let mut set = TileSet::none(canvas.grid());
        for number in &numbers {
            set.insert(*number);
        }
        let tiles = EpochTiles { revision, stage, tiles: CanvasTiles::within(canvas.clone(), set) };
        let said = received_by_worker(ToWorker::Tiles(tiles.clone()));
        let [ToWorker::Tiles(received)] = &said[..] else { panic!("{said:?}") };
        assert_eq!(
            (received.revision, received.stage, received.tiles.grid()),
            (revision, stage, canvas.grid())
        );
        let cut: Vec<_> = tiles.tiles.into_iter().collect();
        assert_eq!(cut.iter().map(|(number, _)| *number).collect::<Vec<_>>(), numbers);
        assert!(received.tiles.clone().into_iter().eq(cut), "{numbers:?}");
    }
}

#[test]
fn memory_of_canvases_is_used_again() {
    let mut assembler = CoordinatorAssembler::new();
    let mut held: Option<EpochCanvas> = None;
    let mut received = BTreeSet::new();
    for epoch in 0..9 {
        for message in canvas_messages(EpochCanvas { stage: Stage::Epoch(Epoch(epoch)), ..canvas(130, 70) }) {
            if let Some(ToWorker::Canvas(complete)) = assembler.receive(message).unwrap() {
                assert_eq!(complete.stage, Stage::Epoch(Epoch(epoch)));
                assert_eq!(complete.canvas.pixels(), canvas(130, 70).canvas.pixels());
                received.insert(complete.canvas.pixels().as_ptr().addr());
                held = Some(complete);
            }
        }
    }
    assert!(held.is_some_and(|canvas| canvas.stage == Stage::Epoch(Epoch(8))));
    assert_eq!(received.len(), 2, "one is held while the next comes");
}

#[test]
fn whole_tiles_of_a_gradient_are_not_copied() {
    let mut gradient = GradientSum::new(64, 64);
    let tile = vec![1.5_f32; 3 * 64 * 64].into_boxed_slice();
    let before = tile.as_ptr().addr();
    gradient.insert_tile(0, tile).unwrap();
    let fence = Fence { incarnation: 1, number: 1 };
    let computed = Computed { fence, gradient, reports: vec![], seconds: 0.0, trace: None };
    let last = outgoing::from_worker(FromWorker::Computed(computed)).unwrap().last().unwrap();
    let Some(v1::worker_message::Message::GradientTiles(tiles)) = last.message else { panic!("{last:?}") };
    assert_eq!(tiles.tiles.unwrap().pixels[0].as_ptr().addr(), before);
}

#[test]
fn long_messages_go_in_fragments() {
    let values = vec![0.25; 512];
    let target = PreparedTarget {
        features: vec![values; 2000],
        auto_scales: vec![1.0; 2000],
        ..PreparedTarget::default()
    };
    let prepared = Prepared { targets: vec![target] };
    let message =
        FromWorker::Prepared { fence: Fence { incarnation: 2, number: 3 }, prepared, warnings: vec![] };
    assert_eq!(outgoing::from_worker(message.clone()).unwrap().count(), 4);
    let said = received_from_worker(message.clone());
    assert_eq!(format!("{said:?}"), format!("[{message:?}]"));
}

#[test]
fn what_no_receiver_takes_is_not_sent() {
    let values = vec![0.25; 1 << 20];
    let target =
        PreparedTarget { features: vec![values; 9], auto_scales: vec![1.0; 9], ..PreparedTarget::default() };
    let prepared = Prepared { targets: vec![target] };
    let message =
        FromWorker::Prepared { fence: Fence { incarnation: 2, number: 3 }, prepared, warnings: vec![] };
    assert!(matches!(outgoing::from_worker(message).map(|_| ()), Err(OutgoingError::TooLong { .. })));
}

#[test]
fn a_revoked_gradient_is_passed_over() {
    let mut gradient = GradientSum::new(640, 64);
    (0..10).for_each(|i| gradient.add_at(&[Some(i * 64)], &[1.0; 3]));
    let mut assembler = WorkerAssembler::new();
    for number in 0..2 * OPEN_GRADIENTS as u64 {
        let fence = Fence { incarnation: 1, number };
        let computed =
            Computed { fence, gradient: gradient.clone(), reports: vec![vec![]], seconds: 0.0, trace: None };
        let expected = messages::expected(&computed);
        // Half of them are revoked before, half during the transfer.
        let known = number % 2 == 0;
        for message in outgoing::from_worker(FromWorker::Computed(computed)).unwrap() {
            assert!(assembler.receive(message, |_| known.then_some(expected)).unwrap().is_none());
            assembler.pass_over(fence);
            assert_eq!(assembler.bytes(), 0);
        }
    }
}

#[test]
fn a_gradient_goes_on_where_its_connection_broke() {
    // Tiles at the lower edge are cropped.
    let (width, height) = (640, 100);
    let mut gradient = GradientSum::new(width, height);
    let pixels: Vec<_> = (0..(width * height) as u32).map(Some).collect();
    gradient.add_at(&pixels, &(0..3 * pixels.len()).map(|value| value as f32).collect::<Vec<_>>());
    let fence = Fence { incarnation: 1, number: 1 };
    let computed =
        Computed { fence, gradient, reports: vec![vec![SampleReport::default()]], seconds: 0.5, trace: None };
    let expected = messages::expected(&computed);
    let sent: Vec<_> = outgoing::from_worker(FromWorker::Computed(computed.clone())).unwrap().collect();
    assert!(sent.len() > 3, "{}", sent.len());
    for arrived in 1..sent.len() {
        let mut assembler = WorkerAssembler::new();
        for message in &sent[..arrived] {
            assert!(assembler.receive(message.clone(), |_| Some(expected)).unwrap().is_none());
        }
        let partial = assembler.take_partial();
        assert_eq!((partial.len(), assembler.bytes()), (1, 0));
        let mut next = WorkerAssembler::new();
        let mut tiles = 0;
        for gradient in partial {
            assert_eq!(gradient.fence(), fence);
            tiles = gradient.tiles();
            next.resume(gradient);
        }
        let rest = outgoing::computed_messages(Arc::new(computed.clone()), Some(tiles as usize)).unwrap();
        let said: Vec<_> = rest
            .filter_map(|message| {
                next.receive(over_the_wire(&message), |_| panic!("no header comes")).unwrap()
            })
            .collect();
        assert!(matches!(&said[..], [FromWorker::Computed(received)] if *received == computed), "{arrived}");
    }
}

#[test]
fn what_ends_without_a_result_is_said() {
    let mut gradient = GradientSum::new(64, 64);
    gradient.add_at(&[Some(0)], &[1.0; 3]);
    let computed = |number, gradient| Computed {
        fence: Fence { incarnation: 1, number },
        gradient,
        reports: vec![vec![]],
        seconds: 0.0,
        trace: None,
    };
    let mut assembler = WorkerAssembler::new();
    // One with a tile, and one without.
    for computed in [computed(1, gradient), computed(2, GradientSum::new(64, 64))] {
        let fence = computed.fence;
        let messages: Vec<_> = outgoing::from_worker(FromWorker::Computed(computed)).unwrap().collect();
        let count = messages.len();
        for (number, message) in messages.into_iter().enumerate() {
            assert!(assembler.receive(message, |_| None).unwrap().is_none());
            let ended = if number + 1 == count { vec![fence] } else { Vec::new() };
            assert_eq!(assembler.take_passed_over(), ended);
        }
    }
}
