//! Canvases from their pixels.

use std::collections::{BTreeMap, VecDeque};

use clipig_core::{Canvas, EpochCanvas, JobRevision, Stage, expected};

use super::tiles;
use crate::convert::{pixels, required, stage};
use crate::limits::{OPEN_CANVASES, RECEIVED_CHUNK_BYTES};
use crate::v1;
use crate::wire_error::{FieldProblem, TransferProblem, WireError, field};

/// The transfers of canvases under way in one session.
#[derive(Debug, Default)]
pub(super) struct Canvases {
    open: BTreeMap<(JobRevision, Stage), Transfer>,
    spare: Spare,
}

/// The last canvases that were complete, oldest first. Once nobody else holds one, its memory takes the next: fresh
/// memory would cost several times the copy. A worker computes with one canvas while the next arrives, so it is two
/// per job.
#[derive(Debug, Default)]
struct Spare(VecDeque<(JobRevision, Canvas)>);

impl Spare {
    /// Memory for `values` values, whatever they are.
    fn take(&mut self, values: usize) -> Vec<f32> {
        for _ in 0..self.0.len() {
            let Some((revision, canvas)) = self.0.pop_front() else { break };
            if canvas.pixels().len() != values {
                self.0.push_back((revision, canvas));
                continue;
            }
            match canvas.try_into_pixels() {
                Ok(pixels) => return pixels,
                Err(shared) => self.0.push_back((revision, shared)),
            }
        }
        // The system gives pages of zeros: memory is taken as pixels come.
        vec![0.0; values]
    }

    fn put(&mut self, revision: JobRevision, canvas: Canvas) {
        let mut kept = 0;
        let size = canvas.pixels().len();
        // The latest two of each job; none of another size, which come no more.
        self.0.push_back((revision, canvas));
        for place in (0..self.0.len()).rev() {
            let (job, canvas) = &self.0[place];
            if *job == revision {
                kept += 1;
                if kept > 2 || canvas.pixels().len() != size {
                    self.0.remove(place);
                }
            }
        }
        if self.0.len() > 2 * OPEN_CANVASES {
            self.0.pop_front();
        }
    }
}

#[derive(Debug)]
struct Transfer {
    width: usize,
    height: usize,
    /// `[3, height, width]`.
    pixels: Vec<f32>,
    /// Values that have come.
    here: usize,
}

impl Canvases {
    /// Opens a transfer. One of an earlier stage of the same job that is not complete is dropped: the coordinator
    /// sends nothing more of it.
    pub(super) fn open(&mut self, header: v1::CanvasHeader) -> Result<(), WireError> {
        let (revision, stage) = (required(header.revision, "revision")?.into(), stage(header.epoch));
        let problem = |problem| WireError::Canvas { revision, stage, problem };
        if self.open.contains_key(&(revision, stage)) {
            return Err(problem(TransferProblem::Opened));
        }
        self.open.retain(|(job, _), _| *job != revision);
        if self.open.len() >= OPEN_CANVASES {
            return Err(problem(TransferProblem::TooMany(OPEN_CANVASES)));
        }
        let [width, height] = pixels(header.resolution)?.map(|side| side as usize);
        let pixels = self.spare.take(3 * width * height);
        self.open.insert((revision, stage), Transfer { width, height, pixels, here: 0 });
        Ok(())
    }

    /// Adds pixels; the whole with the last.
    pub(super) fn add(&mut self, message: &v1::CanvasPixels) -> Result<Option<EpochCanvas>, WireError> {
        let (revision, stage) = (required(message.revision, "revision")?.into(), stage(message.epoch));
        let problem = |problem| WireError::Canvas { revision, stage, problem };
        let transfer = self.open.get_mut(&(revision, stage)).ok_or(problem(TransferProblem::NotOpened))?;
        transfer.add(&message.pixels).map_err(problem)?;
        if transfer.here < transfer.pixels.len() {
            return Ok(None);
        }
        let complete = expected(self.open.remove(&(revision, stage)), "pixels were added to it");
        let Some(Transfer { width, height, pixels, .. }) = complete else { return Ok(None) };
        let canvas = Canvas::new(width, height, pixels)
            .map_err(|error| field("resolution", FieldProblem::Invalid(error.to_string())))?;
        self.spare.put(revision, canvas.clone());
        Ok(Some(EpochCanvas { revision, stage, canvas }))
    }

    /// Drops what is held for a job.
    pub(super) fn close(&mut self, revision: JobRevision) {
        self.open.retain(|(job, _), _| *job != revision);
        self.spare.0.retain(|(job, _)| *job != revision);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.open.values().map(|transfer| size_of_val(&transfer.pixels[..])).sum()
    }
}

impl Transfer {
    fn add(&mut self, bytes: &[u8]) -> Result<(), TransferProblem> {
        let (limit, found) = (RECEIVED_CHUNK_BYTES, bytes.len());
        if found > limit {
            return Err(TransferProblem::TooLarge { limit, found });
        }
        let (width, left) = (self.width, &mut self.pixels[self.here..]);
        let count = found / size_of::<f32>();
        if count == 0 || count * size_of::<f32>() != found || count > left.len() {
            return Err(TransferProblem::Pixels { left: size_of_val(left), found });
        }
        let read = &mut left[..count];
        if !tiles::read(bytes, read) {
            let place = self.here + read.iter().position(|value| !value.is_finite()).unwrap_or(0);
            let (x, y) = (place % width, place / width % self.height);
            return Err(TransferProblem::PixelNotFinite { x, y });
        }
        self.here += count;
        Ok(())
    }
}
