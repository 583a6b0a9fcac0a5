//! Canvases from their pixels, and tiles of canvases.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use clipig_core::{
    Canvas, CanvasTiles, EpochCanvas, EpochTiles, JobRevision, Stage, TileError, TileGrid, TileSet,
    TileValues, expected,
};

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

/// What comes of a canvas.
#[derive(Debug)]
enum Transfer {
    Whole(Pixels),
    Tiles(Tiles),
}

/// All pixels of a canvas.
#[derive(Debug)]
struct Pixels {
    width: usize,
    height: usize,
    /// `[3, height, width]`.
    values: Vec<f32>,
    /// Values that have come.
    here: usize,
}

/// Some tiles of a canvas.
#[derive(Debug)]
struct Tiles {
    grid: TileGrid,
    /// Tiles still to come.
    left: usize,
    here: Vec<(usize, Arc<TileValues>)>,
    numbers: TileSet,
}

impl Canvases {
    /// Opens the transfer of a whole canvas. One of an earlier stage of the same job that is not complete is dropped: the
    /// coordinator sends nothing more of it.
    pub(super) fn open(&mut self, header: v1::CanvasHeader) -> Result<(), WireError> {
        let place = self.place(header.revision, header.epoch)?;
        let [width, height] = pixels(header.resolution)?.map(|side| side as usize);
        let values = self.spare.take(3 * width * height);
        self.open.insert(place, Transfer::Whole(Pixels { width, height, values, here: 0 }));
        Ok(())
    }

    /// Opens the transfer of tiles, which is complete already where there are none. Drops what [`open`](Self::open)
    /// drops.
    pub(super) fn open_tiles(
        &mut self,
        header: v1::CanvasTilesHeader,
    ) -> Result<Option<EpochTiles>, WireError> {
        let place = self.place(header.revision, header.epoch)?;
        let [width, height] = pixels(header.resolution)?.map(|side| side as usize);
        let (grid, left) = (TileGrid::new(width, height), header.tile_count as usize);
        if left > grid.count() {
            let (revision, stage) = place;
            let problem = TransferProblem::Count { canvas: grid.count(), found: left };
            return Err(WireError::Canvas { revision, stage, problem });
        }
        let tiles = Tiles { grid, left, here: Vec::new(), numbers: TileSet::none(grid) };
        if left == 0 {
            return Ok(Some(tiles.complete(place)));
        }
        self.open.insert(place, Transfer::Tiles(tiles));
        Ok(None)
    }

    /// Where a transfer is kept that may be opened now.
    fn place(&mut self, job: Option<v1::JobRevision>, epoch: u32) -> Result<(JobRevision, Stage), WireError> {
        let (revision, stage) = (required(job, "revision")?.into(), stage(epoch));
        let problem = |problem| WireError::Canvas { revision, stage, problem };
        if self.open.contains_key(&(revision, stage)) {
            return Err(problem(TransferProblem::Opened));
        }
        self.open.retain(|(job, _), _| *job != revision);
        if self.open.len() >= OPEN_CANVASES {
            return Err(problem(TransferProblem::TooMany(OPEN_CANVASES)));
        }
        Ok((revision, stage))
    }

    /// Adds pixels; the whole with the last.
    pub(super) fn add(&mut self, message: &v1::CanvasPixels) -> Result<Option<EpochCanvas>, WireError> {
        let (revision, stage) = (required(message.revision, "revision")?.into(), stage(message.epoch));
        let problem = |problem| WireError::Canvas { revision, stage, problem };
        let transfer = match self.open.get_mut(&(revision, stage)) {
            Some(Transfer::Whole(transfer)) => transfer,
            Some(Transfer::Tiles(_)) | None => return Err(problem(TransferProblem::NotOpened)),
        };
        transfer.add(&message.pixels).map_err(problem)?;
        if transfer.here < transfer.values.len() {
            return Ok(None);
        }
        let complete = expected(self.open.remove(&(revision, stage)), "pixels were added to it");
        let Some(Transfer::Whole(Pixels { width, height, values, .. })) = complete else { return Ok(None) };
        let canvas = Canvas::new(width, height, values)
            .map_err(|error| field("resolution", FieldProblem::Invalid(error.to_string())))?;
        self.spare.put(revision, canvas.clone());
        Ok(Some(EpochCanvas { revision, stage, canvas }))
    }

    /// Adds tiles; all of them with the last.
    pub(super) fn add_tiles(&mut self, message: v1::CanvasTiles) -> Result<Option<EpochTiles>, WireError> {
        let place = (required(message.revision, "revision")?.into(), stage(message.epoch));
        let problem = |problem| WireError::Canvas { revision: place.0, stage: place.1, problem };
        let tiles = required(message.tiles, "tiles")?;
        let transfer = match self.open.get_mut(&place) {
            Some(Transfer::Tiles(transfer)) => transfer,
            Some(Transfer::Whole(_)) | None => return Err(problem(TransferProblem::NotOpened)),
        };
        for (number, bytes) in tiles::checked(tiles, transfer.left).map_err(problem)? {
            transfer.add(number, &bytes).map_err(problem)?;
        }
        if transfer.left > 0 {
            return Ok(None);
        }
        let complete = expected(self.open.remove(&place), "tiles were added to it");
        let Some(Transfer::Tiles(tiles)) = complete else { return Ok(None) };
        Ok(Some(tiles.complete(place)))
    }

    /// Drops what is held for a job.
    pub(super) fn close(&mut self, revision: JobRevision) {
        self.open.retain(|(job, _), _| *job != revision);
        self.spare.0.retain(|(job, _)| *job != revision);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let of = |transfer: &Transfer| match transfer {
            Transfer::Whole(whole) => size_of_val(&whole.values[..]),
            Transfer::Tiles(tiles) => tiles.here.iter().map(|(_, values)| size_of_val(&values[..])).sum(),
        };
        self.open.values().map(of).sum()
    }
}

impl Tiles {
    fn add(&mut self, number: usize, bytes: &[u8]) -> Result<(), TransferProblem> {
        let area = tiles::area(self.grid, number, bytes)?;
        if self.numbers.contains(number) {
            return Err(TransferProblem::Tile { number, error: TileError::Twice });
        }
        let mut finite = true;
        let values = TileValues::written(area.values(), |values| finite = tiles::read(bytes, values));
        if !finite {
            return Err(TransferProblem::NotFinite { number });
        }
        self.numbers.insert(number);
        self.here.push((number, Arc::new(values)));
        self.left -= 1;
        Ok(())
    }

    fn complete(self, (revision, stage): (JobRevision, Stage)) -> EpochTiles {
        EpochTiles { revision, stage, tiles: CanvasTiles::apart(self.grid, self.here) }
    }
}

impl Pixels {
    fn add(&mut self, bytes: &[u8]) -> Result<(), TransferProblem> {
        let (limit, found) = (RECEIVED_CHUNK_BYTES, bytes.len());
        if found > limit {
            return Err(TransferProblem::TooLarge { limit, found });
        }
        let (width, left) = (self.width, &mut self.values[self.here..]);
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
