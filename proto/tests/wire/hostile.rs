//! Messages that nobody honest sends.

use bytes::Bytes;
use clipig_core::{Fence, FromWorker, TileError};
use clipig_proto::incoming::{CoordinatorAssembler, ExpectedGradient, WorkerAssembler};
use clipig_proto::limits::{
    OPEN_GRADIENTS, PREPARED_TARGETS, RECEIVED_CHUNK_BYTES, SUPPLEMENTED_CONSTRAINTS,
};
use clipig_proto::v1::worker_message::Message as Said;
use clipig_proto::v1::{self, CoordinatorMessage, WorkerMessage};
use clipig_proto::{FragmentProblem, TransferProblem, WireError, outgoing};
use proptest::prelude::*;
use prost::Message;

use crate::messages;

const FENCE: v1::Fence = v1::Fence { incarnation: 1, number: 7 };
const WHOLE: usize = 3 * 64 * 64 * 4;

fn expected() -> ExpectedGradient {
    ExpectedGradient { width: 130, height: 64, shards: 1, shard_size: 8 }
}

fn header() -> v1::ComputedHeader {
    v1::ComputedHeader {
        fence: Some(FENCE),
        resolution: Some(v1::Resolution { width: 130, height: 64 }),
        tile_count: 3,
        reports: Some(v1::Reports { samples: vec![0], ..v1::Reports::default() }),
        seconds: 1.0,
        traceparent: String::new(),
    }
}

fn tiles(tiles: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Said {
    let (numbers, pixels) = tiles.into_iter().map(|(number, bytes)| (number, Bytes::from(bytes))).unzip();
    Said::GradientTiles(v1::GradientTiles { fence: Some(FENCE), tiles: Some(v1::Tiles { numbers, pixels }) })
}

/// What is wrong with the last of these messages; the others are right.
fn refusal(messages: impl IntoIterator<Item = Said>) -> WireError {
    let mut assembler = WorkerAssembler::new();
    let mut answers: Vec<_> = messages
        .into_iter()
        .map(|said| assembler.receive(WorkerMessage { message: Some(said) }, |_| Some(expected())))
        .collect();
    let last = answers.pop().unwrap();
    assert!(answers.into_iter().all(|answer| answer.unwrap().is_none()));
    last.unwrap_err()
}

fn transfer_problem(messages: impl IntoIterator<Item = Said>) -> TransferProblem {
    match refusal(messages) {
        WireError::Gradient { fence, problem } => {
            assert_eq!(fence, FENCE.into());
            problem
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bad_gradients_are_refused() {
    let open = || Said::Computed(header());
    let changed = |change: fn(&mut v1::ComputedHeader)| {
        let mut header = header();
        change(&mut header);
        [Said::Computed(header)]
    };
    let zeros = |length| vec![0; length];
    assert_eq!(transfer_problem([open(), open()]), TransferProblem::Opened);
    assert_eq!(transfer_problem([tiles([(0, zeros(WHOLE))])]), TransferProblem::NotOpened);
    let problem = transfer_problem([open(), tiles([(3, zeros(WHOLE))])]);
    assert_eq!(problem, TransferProblem::Tile { number: 3, error: TileError::Outside });
    let problem = transfer_problem([open(), tiles([(2, zeros(WHOLE))])]);
    let error = TileError::Length { expected: 3 * 64 * 2, found: 3 * 64 * 64 };
    assert_eq!(problem, TransferProblem::Tile { number: 2, error });
    let problem = transfer_problem([open(), tiles([(1, zeros(WHOLE))]), tiles([(1, zeros(WHOLE))])]);
    assert_eq!(problem, TransferProblem::Tile { number: 1, error: TileError::Twice });
    let problem = transfer_problem([open(), tiles((0..4).map(|number| (number, zeros(9))))]);
    assert_eq!(problem, TransferProblem::Message { numbers: 4, pixels: 4, left: 3 });
    let problem = transfer_problem([open(), tiles([])]);
    assert_eq!(problem, TransferProblem::Message { numbers: 0, pixels: 0, left: 3 });
    let problem = transfer_problem([open(), tiles([(0, zeros(RECEIVED_CHUNK_BYTES + 1))])]);
    assert!(matches!(problem, TransferProblem::TooLarge { .. }), "{problem}");
    let problem = transfer_problem(changed(|header| header.tile_count = 4));
    assert_eq!(problem, TransferProblem::Count { canvas: 3, found: 4 });
    let problem = transfer_problem(changed(|header| {
        header.resolution = Some(v1::Resolution { width: 64, height: 130 });
    }));
    assert_eq!(problem.to_string(), "is for 64×130 pixels, not 130×64");
    let problem = transfer_problem(changed(|header| header.reports.as_mut().unwrap().samples = vec![0, 0]));
    assert!(matches!(problem, TransferProblem::Reports { .. }), "{problem}");
    let problem = transfer_problem(changed(|header| header.reports.as_mut().unwrap().samples = vec![9]));
    assert!(matches!(problem, TransferProblem::Reports { .. }), "{problem}");
    for change in [
        (|header| header.seconds = f64::NAN) as fn(&mut v1::ComputedHeader),
        |header| header.fence = None,
        |header| header.reports = None,
        |header| header.resolution = Some(v1::Resolution { width: u32::MAX, height: u32::MAX }),
        |header| header.reports.as_mut().unwrap().samples = vec![3],
        |header| header.reports.as_mut().unwrap().losses = vec![1.0],
    ] {
        assert!(matches!(refusal(changed(change)), WireError::Field { .. }));
    }
}

#[test]
fn a_preparation_takes_no_more_memory_than_its_message() {
    let refusal = |prepared: v1::Prepared| clipig_core::Prepared::try_from(prepared).unwrap_err().to_string();
    let targets =
        refusal(v1::Prepared { features: vec![0; PREPARED_TARGETS + 1], ..v1::Prepared::default() });
    assert!(targets.contains("prepared.features"), "{targets}");
    let count = SUPPLEMENTED_CONSTRAINTS + 1;
    let supplements = refusal(v1::Prepared {
        features: vec![0],
        supplement_targets: vec![0; count],
        supplement_places: (0..).take(count).collect(),
        supplement_lengths: vec![1; count],
        supplement_values: vec![0; 4 * count].into(),
        ..v1::Prepared::default()
    });
    assert!(supplements.contains("prepared.supplement_targets"), "{supplements}");
}

#[test]
fn lists_of_a_long_message_are_counted_before_they_are_decoded() {
    // Field 10 of the brief in field 3, with texts that are no UTF-8: whoever decodes the first entry says so.
    let model: &[u8] = &[0x52, 3, 0x0a, 1, 0xff];
    let brief = model.repeat(500_000);
    let mut whole = vec![0x1a];
    prost::encoding::encode_varint(brief.len() as u64, &mut whole);
    whole.extend(brief);
    assert!(CoordinatorMessage::decode(&whole[..]).is_err());
    let mut assembler = CoordinatorAssembler::new();
    let answers = whole.chunks(RECEIVED_CHUNK_BYTES).map(|piece| {
        let data = Bytes::copy_from_slice(piece);
        let fragment = v1::Fragment { total: whole.len() as u32, data };
        let message = Some(v1::coordinator_message::Message::Fragment(fragment));
        assembler.receive(CoordinatorMessage { message })
    });
    let error = answers.last().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the field `more_models` is longer than 3");
    let warning: &[u8] = &[0x1a, 1, 0xff];
    let result = warning.repeat(100_000);
    let mut whole = vec![0x1a];
    prost::encoding::encode_varint(result.len() as u64, &mut whole);
    whole.extend(result);
    let fragment = v1::Fragment { total: whole.len() as u32, data: whole.into() };
    let error = refusal([Said::Fragment(fragment)]);
    assert_eq!(error.to_string(), "the field `warnings` is longer than 1000");
}

#[test]
fn a_span_that_is_not_understood_is_passed_over() {
    let header = v1::ComputedHeader { tile_count: 0, traceparent: "00-nonsense".repeat(1000), ..header() };
    let said = WorkerMessage { message: Some(Said::Computed(header)) };
    let answer = WorkerAssembler::new().receive(said, |_| Some(expected())).unwrap();
    assert!(
        matches!(&answer, Some(FromWorker::Computed(computed)) if computed.trace.is_none()),
        "{answer:?}"
    );
}

#[test]
fn the_first_tile_that_is_not_finite_is_named() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut broken = vec![0; WHOLE];
        broken[400..404].copy_from_slice(&bad.to_le_bytes());
        let message = tiles([(0, vec![0; WHOLE]), (1, broken)]);
        let mut assembler = WorkerAssembler::new();
        let mut receive =
            |said| assembler.receive(WorkerMessage { message: Some(said) }, |_| Some(expected()));
        receive(Said::Computed(header())).unwrap();
        let error = receive(message).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the gradient under lease 1/7 is not finite (NaN or infinite) in tile 1"
        );
        assert_eq!(error.fence(), Some(Fence::from(FENCE)));
        // The session goes on; the rest of this gradient is passed over, and the fence is free then.
        assert!(receive(tiles([(2, vec![0; 3 * 64 * 2 * 4])])).unwrap().is_none());
        assert!(receive(Said::Computed(header())).unwrap().is_none());
    }
}

#[test]
fn bad_canvases_are_refused() {
    use v1::coordinator_message::Message as Told;
    let revision = Some(v1::JobRevision { job: 1, revision: 0 });
    let open = |width| {
        let resolution = Some(v1::Resolution { width, height: 64 });
        Told::Canvas(v1::CanvasHeader { revision, epoch: 5, resolution })
    };
    let pixels = |bytes: &[u8]| {
        Told::CanvasPixels(v1::CanvasPixels { revision, epoch: 5, pixels: Bytes::copy_from_slice(bytes) })
    };
    let row = vec![0; 192 * 4];
    let mut broken = row.clone();
    broken[20..24].copy_from_slice(&f32::NAN.to_le_bytes());
    let most = vec![0; RECEIVED_CHUNK_BYTES];
    for (messages, refusal) in [
        (vec![open(0)], "the field `resolution` is not usable"),
        (vec![pixels(&row)], "was not opened"),
        (vec![open(192), open(192)], "is under way already"),
        (
            vec![open(192), pixels(&[])],
            "0 bytes of pixels; they must be whole values, and 147456 bytes are left",
        ),
        (vec![open(192), pixels(&row), pixels(&row[..9])], "9 bytes of pixels; they must be whole values"),
        (vec![open(192), pixels(&most)], "and 147456 bytes are left"),
        (
            vec![open(4096), pixels(&[&most[..], &[0; 4]].concat())],
            "1048580 bytes of pixels; 1048576 are allowed",
        ),
        (vec![open(192), pixels(&row), pixels(&broken)], "is not finite (NaN or infinite) at x 5, y 1"),
    ] {
        let mut assembler = CoordinatorAssembler::new();
        let answers =
            messages.into_iter().map(|told| assembler.receive(CoordinatorMessage { message: Some(told) }));
        let answer = answers.last().unwrap();
        assert!(
            answer.as_ref().is_err_and(|error| error.to_string().contains(refusal)),
            "{answer:?}: {refusal}"
        );
    }
}

#[test]
fn bad_tiles_of_canvases_are_refused() {
    use v1::coordinator_message::Message as Told;
    let revision = Some(v1::JobRevision { job: 1, revision: 0 });
    let open = |width, tile_count| {
        let resolution = Some(v1::Resolution { width, height: 64 });
        Told::CanvasTilesHeader(v1::CanvasTilesHeader { revision, epoch: 5, resolution, tile_count })
    };
    let tiles = |numbers: &[u32], pixels: &[&[u8]]| {
        let pixels = pixels.iter().map(|bytes| Bytes::copy_from_slice(bytes)).collect();
        let tiles = v1::Tiles { numbers: numbers.to_vec(), pixels };
        Told::CanvasTiles(v1::CanvasTiles { revision, epoch: 5, tiles: Some(tiles) })
    };
    let whole = Told::Canvas(v1::CanvasHeader {
        revision,
        epoch: 5,
        resolution: Some(v1::Resolution { width: 192, height: 64 }),
    });
    let zeros = vec![0; WHOLE];
    let mut broken = zeros.clone();
    broken[20..24].copy_from_slice(&f32::NAN.to_le_bytes());
    for (messages, refusal) in [
        (vec![open(0, 1)], "the field `resolution` is not usable"),
        (vec![open(192, 4)], "has 4 tiles, but the canvas has 3"),
        (vec![tiles(&[0], &[&zeros])], "was not opened"),
        (vec![whole.clone(), tiles(&[0], &[&zeros])], "was not opened"),
        (vec![open(192, 1), open(192, 1)], "is under way already"),
        (vec![open(192, 1), whole], "is under way already"),
        (vec![open(192, 2), tiles(&[], &[])], "0 tiles with 0 numbers; 2 tiles are left"),
        (vec![open(192, 2), tiles(&[0, 1], &[&zeros])], "1 tiles with 2 numbers"),
        (vec![open(192, 1), tiles(&[0, 1], &[&zeros, &zeros])], "2 tiles with 2 numbers; 1 tiles are left"),
        (vec![open(192, 2), tiles(&[3], &[&zeros])], "has a bad tile 3"),
        (vec![open(192, 2), tiles(&[1], &[&zeros[4..]])], "has a bad tile 1"),
        (vec![open(192, 2), tiles(&[1], &[&zeros]), tiles(&[1], &[&zeros])], "has a bad tile 1"),
        (vec![open(192, 2), tiles(&[2], &[&broken])], "is not finite (NaN or infinite) in tile 2"),
    ] {
        let mut assembler = CoordinatorAssembler::new();
        let answers =
            messages.into_iter().map(|told| assembler.receive(CoordinatorMessage { message: Some(told) }));
        let answer = answers.last().unwrap();
        assert!(
            answer.as_ref().is_err_and(|error| error.to_string().contains(refusal)),
            "{answer:?}: {refusal}"
        );
    }
}

#[test]
fn transfers_under_way_are_few() {
    let mut assembler = WorkerAssembler::new();
    let mut open = |number| {
        let header = v1::ComputedHeader { fence: Some(v1::Fence { number, ..FENCE }), ..header() };
        let message = WorkerMessage { message: Some(Said::Computed(header)) };
        assembler.receive(message, |_| (number % 2 == 0).then(expected))
    };
    (0..OPEN_GRADIENTS as u64).for_each(|number| assert!(open(number).unwrap().is_none()));
    let error = open(99).unwrap_err();
    assert!(matches!(error, WireError::Gradient { problem: TransferProblem::TooMany(_), .. }), "{error}");
}

#[test]
fn bad_fragments_are_refused() {
    let piece =
        |total, length: usize| Said::Fragment(v1::Fragment { total, data: vec![0xff; length].into() });
    let problem = |messages: Vec<Said>| match refusal(messages) {
        WireError::Fragment(problem) => problem,
        other => panic!("{other:?}"),
    };
    assert!(matches!(problem(vec![piece(u32::MAX, 9)]), FragmentProblem::Total { .. }));
    assert!(matches!(problem(vec![piece(0, 9)]), FragmentProblem::Total { .. }));
    assert!(matches!(problem(vec![piece(8, 9)]), FragmentProblem::Piece { .. }));
    assert!(matches!(problem(vec![piece(8, 0)]), FragmentProblem::Piece { .. }));
    assert!(matches!(problem(vec![piece(8, 7), piece(9, 1)]), FragmentProblem::Mixed { .. }));
    assert!(matches!(problem(vec![piece(8, 7), piece(8, 1)]), FragmentProblem::Decode(_)));
    for nested in [piece(8, 7), tiles([])] {
        let whole = WorkerMessage { message: Some(nested) }.encode_to_vec();
        let fragment = v1::Fragment { total: whole.len() as u32, data: whole.into() };
        assert_eq!(problem(vec![Said::Fragment(fragment)]), FragmentProblem::Nested);
    }
}

/// Both assemblers take the bytes; whether they like them is of no interest.
fn taken(worker: &mut WorkerAssembler, coordinator: &mut CoordinatorAssembler, bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    if let Ok(message) = WorkerMessage::decode(bytes.clone()) {
        let _ = worker.receive(message, |_| Some(expected()));
    }
    if let Ok(message) = CoordinatorMessage::decode(bytes) {
        let _ = coordinator.receive(message);
    }
}

/// Bytes in which some are others, left out, or there twice.
fn mutated(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (place, what, value) in changes {
        if bytes.is_empty() {
            break;
        }
        // Most of what matters stands in front.
        let front = bytes.len().min(if *what & 1 == 0 { 60 } else { usize::MAX });
        let place = place.index(front);
        match what % 5 {
            0 | 1 => bytes[place] = *value,
            2 => bytes[place] ^= 1 << (value % 8),
            3 => drop(bytes.remove(place)),
            _ => bytes.insert(place, *value),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_panic(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..20)) {
        let (mut worker, mut coordinator) = (WorkerAssembler::new(), CoordinatorAssembler::new());
        for bytes in &messages {
            taken(&mut worker, &mut coordinator, bytes);
        }
    }

    #[test]
    fn no_changed_message_makes_a_panic(
        from_worker in messages::from_worker(),
        to_worker in messages::to_worker(),
        changes in prop::collection::vec(any::<(prop::sample::Index, u8, u8)>(), 1..8),
    ) {
        let (mut worker, mut coordinator) = (WorkerAssembler::new(), CoordinatorAssembler::new());
        let one = outgoing::from_worker(from_worker).unwrap().map(|message| message.encode_to_vec());
        let other = outgoing::to_worker(to_worker).unwrap().map(|message| message.encode_to_vec());
        for bytes in one.chain(other) {
            taken(&mut worker, &mut coordinator, &mutated(bytes.clone(), &changes));
            taken(&mut worker, &mut coordinator, &bytes);
        }
    }
}
