//! A checkpoint as bytes.
//!
//! ```text
//! "CLIPIGCP"  version  length of the head
//! head: job, revision, next epoch, width, height, optimiser, steps, number of averages, statistics;
//!       from version 2 on: whether there are parameters; from version 3 on: their width and height;
//!       from version 4 on: of which target, seen by which model, the statistics are
//! CRC-32 of all that
//! canvas: 3 · width · height float32; parameters, with their own width and height; averages, each as long as the
//! parameters, or as the canvas where there are none
//! CRC-32 of the whole file up to here  "PCGIPILC"
//! ```
//!
//! Everything is little-endian. The first checksum makes sure of the sizes before memory is taken.

use std::io::Read;
use std::sync::Arc;

use clipig_core::{Canvas, CanvasState, Epoch, JobId, JobRevision};
use clipig_schedule::{JobStatistics, Recent, TargetKey, TargetStatistics};
use crc32fast::Hasher;

use super::fault::CheckpointFault;
use crate::JobProgress;
use crate::store::binary::{ByteReader, ByteWriter, Malformed};

/// A job between two epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The job, and the revision that holds for the next epoch.
    pub revision: JobRevision,
    /// How far it is.
    pub progress: JobProgress,
}

/// The newest version; all up to it are read.
pub(super) const VERSION: u32 = 4;

/// The version that is written: the oldest one that can hold the checkpoint, so that older programs read it, too.
fn version_of(checkpoint: &Checkpoint) -> u32 {
    let JobProgress { canvas: state, statistics, .. } = &checkpoint.progress;
    if (0..).zip(keys(statistics)).any(|(place, key)| key != one_model(place)) {
        return 4;
    }
    match &state.parameters {
        None => 1,
        Some(parameters) if size_of(parameters) == size_of(&state.canvas) => 2,
        Some(_) => 3,
    }
}

/// Of what the statistics of each target are.
fn keys(statistics: &JobStatistics) -> impl Iterator<Item = TargetKey> {
    (0..).zip(&statistics.targets).map(|(place, target)| target.key.unwrap_or_else(|| one_model(place)))
}

/// What a target's statistics are of in an experiment with one model.
fn one_model(place: u32) -> TargetKey {
    TargetKey { place, model: 0 }
}

/// Width and height.
fn size_of(canvas: &Canvas) -> [u32; 2] {
    [canvas.width() as u32, canvas.height() as u32]
}

const MAGIC: &[u8; 8] = b"CLIPIGCP";
const END: &[u8; 8] = b"PCGIPILC";

/// Magic, version, length of the head.
const PREFIX: usize = 16;

/// A checksum.
const CRC: usize = 4;

/// Heads are a few kilobytes; a larger one is damage.
const MAX_HEAD: usize = 64 << 20;

/// Bytes of pixels that are converted at once: they stay in the processor's cache.
const CHUNK: usize = 256 << 10;

/// The size of the file in bytes.
pub(super) fn size(checkpoint: &Checkpoint) -> u64 {
    let floats: usize = planes(checkpoint).map(<[f32]>::len).sum();
    (PREFIX + head(checkpoint).len() + CRC + 4 * floats + CRC + END.len()) as u64
}

/// Canvas, parameters and averages.
fn planes(checkpoint: &Checkpoint) -> impl Iterator<Item = &[f32]> {
    let state = &checkpoint.progress.canvas;
    let pixels = std::iter::once(&state.canvas).chain(&state.parameters).map(Canvas::pixels);
    pixels.chain(state.averages.iter().map(|average| average.as_slice()))
}

/// Writes all bytes by `write`, a piece at a time.
pub(super) fn write<E>(
    checkpoint: &Checkpoint,
    mut write: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let head = head(checkpoint);
    let mut begin = ByteWriter::default();
    begin.raw(MAGIC);
    begin.u32(version_of(checkpoint));
    begin.u32(head.len() as u32);
    begin.raw(&head);
    let mut begin = begin.into_bytes();
    begin.extend(crc32fast::hash(&begin).to_le_bytes());

    let mut checksum = Hasher::new();
    checksum.update(&begin);
    write(&begin)?;
    let mut buffer = vec![0; CHUNK];
    for values in planes(checkpoint).flat_map(|plane| plane.chunks(CHUNK / 4)) {
        let bytes = &mut buffer[..4 * values.len()];
        for (bytes, value) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(values) {
            *bytes = value.to_le_bytes();
        }
        checksum.update(bytes);
        write(bytes)?;
    }
    write(&checksum.finalize().to_le_bytes())?;
    write(END)
}

/// Reads a file of `size` bytes.
pub(super) fn read(file: impl Read, size: u64) -> Result<Checkpoint, CheckpointFault> {
    let mut planes = Vec::new();
    let head = read_by(file, size, |plane, floats, bytes| {
        if planes.len() == plane {
            planes.push(Vec::with_capacity(floats));
        }
        planes[plane].extend(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
    })?;
    head.with(planes)
}

/// Reads a file of `size` bytes and keeps nothing but the job and the next epoch.
pub(super) fn verify(file: impl Read, size: u64) -> Result<(JobRevision, Epoch), CheckpointFault> {
    let head = read_by(file, size, |_, _, _| {})?;
    Ok((head.revision, head.next))
}

/// Reads a file of `size` bytes. `take_piece` gets the bytes of each plane, its number and its values in all, piece by piece.
fn read_by(
    mut file: impl Read,
    size: u64,
    mut take_piece: impl FnMut(usize, usize, &[u8]),
) -> Result<Head, CheckpointFault> {
    let mut checksum = Hasher::new();
    let mut begin = take(&mut file, PREFIX)?;
    if !begin.starts_with(MAGIC) {
        return Err(CheckpointFault::NotOne);
    }
    let mut prefix = ByteReader::new(&begin[MAGIC.len()..]);
    let (version, len) = (prefix.u32()?, prefix.u32()? as usize);
    if version > VERSION || version == 0 {
        return Err(CheckpointFault::Version { found: version, known: VERSION });
    }
    if len > MAX_HEAD || len as u64 > size {
        return Err(CheckpointFault::Damaged);
    }
    let head = take(&mut file, len)?;
    begin.extend(&head);
    if crc32fast::hash(&begin).to_le_bytes() != *take(&mut file, CRC)? {
        return Err(CheckpointFault::Damaged);
    }
    let head = Head::read(&head, version)?;
    let pixels = floats([head.width, head.height]).ok_or(CheckpointFault::Damaged)?;
    let parameters = head.parameters.map(|size| floats(size).ok_or(CheckpointFault::Damaged)).transpose()?;
    let stepped = parameters.unwrap_or(pixels);
    let expected = (stepped as u64)
        .checked_mul(head.averages.into())
        .and_then(|values| values.checked_add(pixels as u64))
        .and_then(|values| values.checked_add(parameters.unwrap_or(0) as u64))
        .and_then(|values| values.checked_mul(4))
        .and_then(|bytes| bytes.checked_add((PREFIX + len + 2 * CRC + END.len()) as u64));
    if expected != Some(size) {
        return Err(CheckpointFault::Torn);
    }

    checksum.update(&begin);
    checksum.update(&crc32fast::hash(&begin).to_le_bytes());
    let mut buffer = vec![0; CHUNK.min(4 * pixels.max(stepped))];
    let averages = std::iter::repeat_n(stepped, head.averages as usize);
    for (plane, floats) in std::iter::once(pixels).chain(parameters).chain(averages).enumerate() {
        let mut left = 4 * floats;
        while left > 0 {
            let bytes = &mut buffer[..CHUNK.min(left)];
            file.read_exact(bytes)?;
            checksum.update(bytes);
            take_piece(plane, floats, bytes);
            left -= bytes.len();
        }
    }
    let sum = checksum.finalize().to_le_bytes();
    if take(&mut file, CRC)? != sum || take(&mut file, END.len())? != END {
        return Err(CheckpointFault::Damaged);
    }
    Ok(head)
}

fn take(file: &mut impl Read, len: usize) -> Result<Vec<u8>, CheckpointFault> {
    let mut bytes = vec![0; len];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Everything but the pixels.
struct Head {
    revision: JobRevision,
    next: Epoch,
    width: u32,
    height: u32,
    optimizer: String,
    steps: u32,
    averages: u32,
    statistics: JobStatistics,
    /// Width and height of the parameters.
    parameters: Option<[u32; 2]>,
}

fn head(checkpoint: &Checkpoint) -> Vec<u8> {
    let Checkpoint { revision, progress } = checkpoint;
    let JobProgress { next, statistics, canvas: state } = progress;
    let mut bytes = ByteWriter::default();
    bytes.u64(revision.job.0);
    bytes.u32(revision.revision);
    bytes.u32(next.0);
    bytes.u32(state.canvas.width() as u32);
    bytes.u32(state.canvas.height() as u32);
    bytes.text(&state.optimizer);
    bytes.u32(state.steps);
    bytes.u32(state.averages.len() as u32);
    bytes.list(&statistics.targets, |bytes, target| {
        bytes.u64(target.count);
        bytes.list(&target.weights, |bytes, weight| bytes.f64(*weight));
        bytes.list(&target.losses, write_recent);
        bytes.list(&target.similarities, write_recent);
        bytes.list(&target.constraint_weights, |bytes, weight| bytes.f64(*weight));
        bytes.list(&target.constraint_losses, write_recent);
    });
    write_recent(&mut bytes, &statistics.loss);
    let version = version_of(checkpoint);
    if version >= 2 {
        bytes.u32(state.parameters.is_some().into());
    }
    if let Some(parameters) = state.parameters.as_ref().filter(|_| version >= 3) {
        let [width, height] = size_of(parameters);
        bytes.u32(width);
        bytes.u32(height);
    }
    if version >= 4 {
        bytes.list(&keys(statistics).collect::<Vec<_>>(), |bytes, key| {
            bytes.u32(key.place);
            bytes.u32(key.model);
        });
    }
    bytes.into_bytes()
}

fn write_recent(bytes: &mut ByteWriter, recent: &Recent) {
    bytes.u64(recent.count);
    let values: Vec<f64> = recent.values().collect();
    bytes.list(&values, |bytes, value| bytes.f64(*value));
}

fn read_recent(bytes: &mut ByteReader<'_>) -> Result<Recent, Malformed> {
    Ok(Recent::restored(bytes.u64()?, bytes.list(ByteReader::f64)?))
}

impl Head {
    fn read(bytes: &[u8], version: u32) -> Result<Self, Malformed> {
        let mut bytes = ByteReader::new(bytes);
        let mut head = Self {
            revision: JobRevision { job: JobId(bytes.u64()?), revision: bytes.u32()? },
            next: Epoch(bytes.u32()?),
            width: bytes.u32()?,
            height: bytes.u32()?,
            optimizer: bytes.text()?,
            steps: bytes.u32()?,
            averages: bytes.u32()?,
            statistics: JobStatistics {
                targets: bytes.list(|bytes| {
                    Ok(TargetStatistics {
                        key: None,
                        count: bytes.u64()?,
                        weights: bytes.list(ByteReader::f64)?,
                        losses: bytes.list(read_recent)?,
                        similarities: bytes.list(read_recent)?,
                        constraint_weights: bytes.list(ByteReader::f64)?,
                        constraint_losses: bytes.list(read_recent)?,
                    })
                })?,
                loss: read_recent(&mut bytes)?,
            },
            parameters: None,
        };
        if version >= 2 && bytes.u32()? != 0 {
            let size = if version >= 3 { [bytes.u32()?, bytes.u32()?] } else { [head.width, head.height] };
            head.parameters = Some(size);
        }
        if version >= 4 {
            let keys = bytes.list(|bytes| Ok(TargetKey { place: bytes.u32()?, model: bytes.u32()? }))?;
            if keys.len() != head.statistics.targets.len() {
                return Err(Malformed);
            }
            for (target, key) in head.statistics.targets.iter_mut().zip(keys) {
                target.key = Some(key);
            }
        }
        bytes.end()?;
        Ok(head)
    }

    fn with(self, planes: Vec<Vec<f32>>) -> Result<Checkpoint, CheckpointFault> {
        let mut planes = planes.into_iter();
        let mut canvas = |[width, height]: [u32; 2]| {
            let values = planes.next().ok_or(CheckpointFault::Damaged)?;
            Canvas::new(width as usize, height as usize, values).map_err(|_| CheckpointFault::Damaged)
        };
        let pixels = canvas([self.width, self.height])?;
        let parameters = self.parameters.map(canvas).transpose()?;
        let Self { revision, next, optimizer, steps, statistics, .. } = self;
        let averages = planes.map(Arc::new).collect();
        let canvas = CanvasState { canvas: pixels, parameters, optimizer, steps, averages };
        Ok(Checkpoint { revision, progress: JobProgress { next, statistics, canvas } })
    }
}

/// Values of three planes of this width and height. There is no picture without pixels.
fn floats([width, height]: [u32; 2]) -> Option<usize> {
    (width as usize).checked_mul(height as usize)?.checked_mul(3).filter(|values| *values > 0)
}
