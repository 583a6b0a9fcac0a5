//! Every bit comes back, or the checkpoint before.

use std::fs;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use clipig_core::{Canvas, CanvasState, JobRevision};
use clipig_schedule::{JobStatistics, Recent, TargetKey, TargetStatistics};
use proptest::prelude::*;
use rustix::io::Errno;

use super::*;
use crate::JobProgress;

/// A checkpoint with values that are easily lost: negative zero, subnormal, infinite.
fn sample(next: u32, width: usize, height: usize) -> Checkpoint {
    let len = 3 * width * height;
    let plane = |seed: u32| -> Vec<f32> {
        let value = |i: usize| match i % 5 {
            0 => -0.0,
            1 => f32::from_bits(seed + i as u32),
            2 => f32::INFINITY,
            _ => (seed as f32 + i as f32) / 7.0,
        };
        (0..len).map(value).collect()
    };
    let recent = |count, values: &[f64]| Recent::restored(count, values.iter().copied());
    let target = TargetStatistics {
        key: None,
        count: 1 << 40,
        weights: vec![0.1, -0.0],
        losses: vec![recent(3, &[0.1, 0.2]), Recent::default()],
        similarities: vec![recent(9, &[f64::MIN_POSITIVE / 3.0]), recent(1, &[1e300])],
        constraint_weights: vec![2.5],
        constraint_losses: vec![recent(7, &[1.0; 30])],
    };
    let statistics = JobStatistics {
        targets: vec![target, TargetStatistics::default()],
        loss: recent(next.into(), &[4.0]),
    };
    let canvas = CanvasState {
        canvas: Canvas::new(width, height, plane(next)).unwrap(),
        parameters: None,
        optimizer: "rmsprob".into(),
        steps: next + 3,
        averages: vec![Arc::new(plane(100)), Arc::new(plane(200))],
    };
    let revision = JobRevision { job: JobId(17), revision: 2 };
    Checkpoint { revision, progress: JobProgress { next: Epoch(next), statistics, canvas } }
}

/// Makes the statistics those of a target that two models see.
fn name_models(checkpoint: &mut Checkpoint) {
    for (model, target) in (0..).zip(&mut checkpoint.progress.statistics.targets) {
        target.key = Some(TargetKey { place: 0, model });
    }
}

struct Folder {
    folder: tempfile::TempDir,
    incoming: Incoming,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (incoming, _) = Incoming::open(folder.path().join("incoming")).unwrap();
        Self { folder, incoming }
    }

    fn checkpoints(&self) -> Checkpoints<'_> {
        Checkpoints::new(JobId(17), &self.folder.path().join("17"), &self.incoming)
    }

    fn file(&self, epoch: u32) -> PathBuf {
        self.folder.path().join("17/checkpoints").join(epoch_file(Epoch(epoch), EXTENSION))
    }

    fn epochs(&self) -> Vec<u32> {
        self.checkpoints().files(EXTENSION).unwrap().into_iter().map(|(epoch, _)| epoch.0).collect()
    }
}

fn next(latest: &Latest) -> Option<u32> {
    latest.checkpoint.as_ref().map(|checkpoint| checkpoint.progress.next.0)
}

#[test]
fn every_bit_comes_back_from_several_chunks() {
    let folder = Folder::new();
    // 3 · 300 · 301 values are more than one chunk, and no whole number of them.
    let saved = sample(5, 300, 301);
    let size = folder.checkpoints().save(&saved).unwrap();
    assert_eq!(fs::metadata(folder.file(5)).unwrap().len(), size);
    let latest = folder.checkpoints().latest().unwrap();
    assert!(latest.skipped.is_empty());
    let read = latest.checkpoint.unwrap();
    let bits = |plane: &[f32]| plane.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(read.progress.canvas.canvas.pixels()), bits(saved.progress.canvas.canvas.pixels()));
    assert_eq!(read, saved);
}

#[test]
fn parameters_come_back_and_make_the_version_newer() {
    let folder = Folder::new();
    let version = |epoch: u32| fs::read(folder.file(epoch)).unwrap()[8];
    let mut saved = sample(5, 3, 4);
    folder.checkpoints().save(&saved).unwrap();
    assert_eq!(version(5), 1, "an older program reads it");
    saved.progress.canvas.parameters = Some(Canvas::new(3, 4, vec![-0.5; 36]).unwrap());
    saved.progress.next = Epoch(6);
    folder.checkpoints().save(&saved).unwrap();
    assert_eq!(version(6), 2);
    assert_eq!(folder.checkpoints().latest().unwrap().checkpoint, Some(saved.clone()));
    // More parameters than pixels, as a pyramid has, and averages of as many.
    saved.progress.canvas.parameters = Some(Canvas::new(15, 1, vec![0.75; 45]).unwrap());
    saved.progress.canvas.averages = vec![Arc::new(vec![0.5; 45])];
    saved.progress.next = Epoch(7);
    folder.checkpoints().save(&saved).unwrap();
    assert_eq!(version(7), 3);
    assert_eq!(folder.checkpoints().latest().unwrap().checkpoint, Some(saved.clone()));
    saved.progress.canvas.averages = vec![Arc::new(vec![0.5; 36])];
    let error = folder.checkpoints().save(&saved).unwrap_err();
    assert!(error.to_string().ends_with("the optimiser has 36 values where the canvas has 45"), "{error}");
}

#[test]
fn statistics_of_several_models_come_back_and_make_the_version_newer() {
    let folder = Folder::new();
    let mut saved = sample(5, 3, 4);
    name_models(&mut saved);
    saved.progress.canvas.parameters = Some(Canvas::new(15, 1, vec![0.75; 45]).unwrap());
    saved.progress.canvas.averages = vec![Arc::new(vec![0.5; 45])];
    folder.checkpoints().save(&saved).unwrap();
    assert_eq!(fs::read(folder.file(5)).unwrap()[8], 4);
    assert_eq!(folder.checkpoints().latest().unwrap().checkpoint, Some(saved.clone()));
    // Those of one model are as they always were.
    for (place, target) in (0..).zip(&mut saved.progress.statistics.targets) {
        target.key = Some(TargetKey { place, model: 0 });
    }
    saved.progress.next = Epoch(6);
    folder.checkpoints().save(&saved).unwrap();
    assert_eq!(fs::read(folder.file(6)).unwrap()[8], 3);
}

#[test]
fn two_are_kept_and_nothing_before_the_first() {
    let folder = Folder::new();
    assert_eq!(next(&folder.checkpoints().latest().unwrap()), None);
    for epoch in [1, 5, 9, 200] {
        folder.checkpoints().save(&sample(epoch, 2, 2)).unwrap();
    }
    assert_eq!(folder.epochs(), [200, 9]);
    assert_eq!(folder.checkpoints().newest().unwrap(), Some(Epoch(200)));
    // The same epoch again takes its place.
    folder.checkpoints().save(&sample(200, 3, 2)).unwrap();
    assert_eq!(folder.epochs(), [200, 9]);
    assert_eq!(folder.checkpoints().latest().unwrap().checkpoint, Some(sample(200, 3, 2)));
    folder.checkpoints().clear().unwrap();
    assert_eq!(next(&folder.checkpoints().latest().unwrap()), None);
}

#[test]
fn the_one_before_is_taken_and_outlives_the_damaged_one() {
    let folder = Folder::new();
    for epoch in [10, 20] {
        folder.checkpoints().save(&sample(epoch, 4, 4)).unwrap();
    }
    let bytes = fs::read(folder.file(20)).unwrap();
    fs::write(folder.file(20), &bytes[..bytes.len() / 2]).unwrap();
    let latest = folder.checkpoints().latest().unwrap();
    assert_eq!(next(&latest), Some(10));
    assert!(
        matches!(latest.skipped[..], [SkippedCheckpoint { fault: CheckpointFault::Torn, .. }]),
        "{latest:?}"
    );
    // It is there to look at until the next one is written, and is not one of the two that are kept.
    assert!(latest.skipped[0].path.ends_with("00000020.damaged") && latest.skipped[0].path.exists());
    folder.checkpoints().save(&sample(25, 4, 4)).unwrap();
    assert_eq!(folder.epochs(), [25, 10]);
    assert!(!latest.skipped[0].path.exists());
    // One of a future that is not coming goes.
    folder.checkpoints().save(&sample(15, 4, 4)).unwrap();
    assert_eq!(folder.epochs(), [15, 10]);
    // Both damaged: the job begins anew, and people hear of both.
    fs::write(folder.file(10), b"").unwrap();
    fs::write(folder.file(15), vec![7; 5000]).unwrap();
    let latest = folder.checkpoints().latest().unwrap();
    assert_eq!((next(&latest), latest.skipped.len()), (None, 2));
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let folder = Folder::new();
    folder.checkpoints().save(&sample(1, 2, 1)).unwrap();
    let whole = fs::read(folder.file(1)).unwrap();
    let read = |bytes: &[u8]| format::read(bytes, bytes.len() as u64);
    assert!(read(&whole).is_ok());
    for len in 0..whole.len() {
        assert!(read(&whole[..len]).is_err(), "cut to {len} bytes");
    }
    for bit in 0..8 * whole.len() {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(read(&bytes).is_err(), "bit {bit}");
    }
    let mut longer = whole;
    longer.push(0);
    assert!(read(&longer).is_err());
}

#[test]
fn sizes_are_checked_before_memory_is_taken() {
    let folder = Folder::new();
    folder.checkpoints().save(&sample(1, 2, 1)).unwrap();
    // A head with a good checksum that promises 2³² columns, in a small file.
    let mut bytes = fs::read(folder.file(1)).unwrap();
    let head = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    bytes[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[36..40].copy_from_slice(&u32::MAX.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..16 + head]);
    bytes[16 + head..20 + head].copy_from_slice(&sum.to_le_bytes());
    let fault = format::read(&bytes[..], bytes.len() as u64).unwrap_err();
    assert!(matches!(fault, CheckpointFault::Torn | CheckpointFault::Damaged), "{fault}");
}

#[test]
fn a_checkpoint_of_another_job_or_version_is_not_taken() {
    let folder = Folder::new();
    folder.checkpoints().save(&sample(1, 2, 1)).unwrap();
    fs::copy(folder.file(1), folder.file(7)).unwrap();
    let latest = folder.checkpoints().latest().unwrap();
    assert_eq!(next(&latest), Some(1));
    assert!(matches!(latest.skipped[0].fault, CheckpointFault::Misplaced(..)), "{latest:?}");
    // A newer clipig's checkpoint is no reason to throw its work away.
    fs::File::options().write(true).open(folder.file(1)).unwrap().write_all_at(&[9], 8).unwrap();
    let error = folder.checkpoints().latest().unwrap_err();
    assert_eq!(
        error.to_string().split(" cannot be used: ").nth(1),
        Some("it has version 9, but this clipig knows versions up to 4"),
    );
}

#[test]
fn averages_of_another_length_are_refused() {
    let folder = Folder::new();
    let mut wrong = sample(1, 2, 2);
    Arc::make_mut(&mut wrong.progress.canvas.averages[1]).pop();
    let error = folder.checkpoints().save(&wrong).unwrap_err();
    assert!(error.to_string().ends_with("the optimiser has 11 values where the canvas has 12"));
    assert!(folder.epochs().is_empty());
}

/// All versions as they were when they were first written. These files never change; a new version gets its own.
#[test]
fn old_versions_are_read_for_ever() {
    let mut with_parameters = sample(120, 3, 2);
    let parameters = (0..18_u8).map(|i| 0.25 * f32::from(i) - 1.0).collect();
    with_parameters.progress.canvas.parameters = Some(Canvas::new(3, 2, parameters).unwrap());
    let mut with_more = sample(120, 3, 2);
    let ramp =
        |factor: f32, from: f32| (0..27_u8).map(|i| factor * f32::from(i) + from).collect::<Vec<f32>>();
    with_more.progress.canvas.parameters = Some(Canvas::new(9, 1, ramp(0.25, -1.0)).unwrap());
    with_more.progress.canvas.averages = vec![Arc::new(ramp(0.5, 0.0)), Arc::new(ramp(-0.5, 0.0))];
    let mut of_models = sample(120, 3, 2);
    name_models(&mut of_models);
    let frozen: [(&[u8], Checkpoint); 4] = [
        (include_bytes!("../../../tests/fixtures/store/checkpoint-v1.ckpt"), sample(120, 3, 2)),
        (include_bytes!("../../../tests/fixtures/store/checkpoint-v2.ckpt"), with_parameters),
        (include_bytes!("../../../tests/fixtures/store/checkpoint-v3.ckpt"), with_more),
        (include_bytes!("../../../tests/fixtures/store/checkpoint-v4.ckpt"), of_models),
    ];
    for (frozen, wanted) in frozen {
        let read = format::read(frozen, frozen.len() as u64).unwrap();
        assert_eq!(read, wanted);
        let mut written: Vec<u8> = Vec::new();
        format::write(&read, |bytes| {
            written.extend(bytes);
            Ok::<_, StoreError>(())
        })
        .unwrap();
        assert!(written == frozen, "it is written in another way now: that needs a new version");
    }
}

proptest! {
    #[test]
    fn nonsense_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = bytes;
        prop_assert!(format::read(&bytes[..], bytes.len() as u64).is_err());
        bytes.splice(0..0, *b"CLIPIGCP\x01\0\0\0");
        prop_assert!(format::read(&bytes[..], bytes.len() as u64).is_err());
    }
}

#[test]
fn a_shortage_is_no_damage() {
    let folder = Folder::new();
    let checkpoints = folder.checkpoints();
    checkpoints.save(&sample(7, 2, 2)).unwrap();
    folder.incoming.room().set_fault(Some(Errno::MFILE));
    let error = checkpoints.latest().unwrap_err();
    assert!(error.is_temporary() && error.to_string().contains("raise the limit"), "{error}");
    folder.incoming.room().set_fault(None);
    let latest = checkpoints.latest().unwrap();
    assert!(latest.skipped.is_empty());
    assert_eq!(latest.checkpoint, Some(sample(7, 2, 2)));
}
