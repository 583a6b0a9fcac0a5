//! Canvases from their tiles.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use clipig_schedule::{Canvas, Epoch, EpochCanvas, JobRevision, TILE, TileArea, TileError, TileGrid};

use super::tiles;
use crate::convert::{pixels, required};
use crate::limits::OPEN_CANVASES;
use crate::v1;
use crate::wire_error::{FieldProblem, TransferProblem, WireError, field};

/// The transfers of canvases under way in one session.
#[derive(Debug, Default)]
pub(super) struct Canvases {
    open: BTreeMap<(JobRevision, Epoch), Transfer>,
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
        // The system gives pages of zeros: memory is taken as tiles come.
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
    /// Which tiles have come.
    here: Vec<bool>,
    /// Tiles still to come.
    left: usize,
}

impl Canvases {
    /// Opens a transfer. One of an earlier epoch of the same job that is not complete is dropped: the coordinator
    /// sends nothing more of it.
    pub(super) fn open(&mut self, header: v1::CanvasHeader) -> Result<(), WireError> {
        let (revision, epoch) = (required(header.revision, "revision")?.into(), Epoch(header.epoch));
        let problem = |problem| WireError::Canvas { revision, epoch, problem };
        if self.open.contains_key(&(revision, epoch)) {
            return Err(problem(TransferProblem::Opened));
        }
        self.open.retain(|(job, _), _| *job != revision);
        if self.open.len() >= OPEN_CANVASES {
            return Err(problem(TransferProblem::TooMany(OPEN_CANVASES)));
        }
        let [width, height] = pixels(header.resolution)?.map(|side| side as usize);
        let left = TileGrid::new(width, height).count();
        let pixels = self.spare.take(3 * width * height);
        self.open
            .insert((revision, epoch), Transfer { width, height, pixels, here: vec![false; left], left });
        Ok(())
    }

    /// Adds tiles; the whole with the last.
    pub(super) fn add(&mut self, message: v1::CanvasTiles) -> Result<Option<EpochCanvas>, WireError> {
        let (revision, epoch) = (required(message.revision, "revision")?.into(), Epoch(message.epoch));
        let problem = |problem| WireError::Canvas { revision, epoch, problem };
        let tiles = required(message.tiles, "tiles")?;
        let transfer = self.open.get_mut(&(revision, epoch)).ok_or(problem(TransferProblem::NotOpened))?;
        let tiles = tiles::checked(tiles, transfer.left).map_err(problem)?.collect();
        transfer.insert(tiles).map_err(problem)?;
        if transfer.left > 0 {
            return Ok(None);
        }
        let Some(Transfer { width, height, pixels, .. }) = self.open.remove(&(revision, epoch)) else {
            return Ok(None);
        };
        let canvas = Canvas::new(width, height, pixels)
            .map_err(|error| field("resolution", FieldProblem::Invalid(error.to_string())))?;
        self.spare.put(revision, canvas.clone());
        Ok(Some(EpochCanvas { revision, epoch, canvas }))
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
    fn insert(&mut self, tiles: Vec<(usize, Bytes)>) -> Result<(), TransferProblem> {
        let grid = TileGrid::new(self.width, self.height);
        let mut areas = Vec::with_capacity(tiles.len());
        for (number, bytes) in tiles {
            areas.push((tiles::area(grid, number, &bytes)?, bytes));
            if std::mem::replace(&mut self.here[number], true) {
                return Err(TransferProblem::Tile { number, error: TileError::Twice });
            }
            self.left -= 1;
        }
        // Along the rows of the canvas: neighbouring tiles are neighbours in memory there.
        let mut broken: Option<usize> = None;
        for line in 0..3 * TILE {
            for (place, (area, bytes)) in areas.iter().enumerate() {
                if line < 3 * area.height && !self.read(*area, line, bytes) {
                    broken = Some(broken.map_or(place, |first| first.min(place)));
                }
            }
        }
        let Some((area, _)) = broken.map(|place| &areas[place]) else { return Ok(()) };
        Err(TransferProblem::NotFinite { number: area.y / TILE * grid.columns() + area.x / TILE })
    }

    /// Copies a row of a tile to its place; are all of its values finite?
    #[inline]
    fn read(&mut self, area: TileArea, line: usize, bytes: &[u8]) -> bool {
        let from = &bytes[line * area.width * size_of::<f32>()..][..area.width * size_of::<f32>()];
        let (channel, row) = (line / area.height, line % area.height);
        let start = (channel * self.height + area.y + row) * self.width + area.x;
        let to = &mut self.pixels[start..start + area.width];
        // Whole rows of a tile have a known length: the compiler makes a few wide moves of them.
        match (<&[u8; 4 * TILE]>::try_from(from), <&mut [f32; TILE]>::try_from(&mut *to)) {
            (Ok(from), Ok(to)) => tiles::read(from, to),
            _ => tiles::read(from, to),
        }
    }
}
