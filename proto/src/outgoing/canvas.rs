//! A canvas as messages, for any number of workers.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use clipig_schedule::{Canvas, Epoch, EpochCanvas, JobRevision, TILE, TileArea, TileGrid};

use crate::limits::SENT_TILE_BYTES;
use crate::v1::coordinator_message::Message;
use crate::v1::{self, CoordinatorMessage};

/// The canvas of an epoch, cut into tiles. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct EncodedCanvas {
    messages: Arc<[CoordinatorMessage]>,
    bytes: usize,
}

/// A canvas holds numbers that no picture can be made of. Receivers refuse it, so it is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the canvas of job {revision} is not finite (NaN or infinite) in epoch {epoch}; a smaller learn rate may help"
)]
pub struct CanvasNotFinite {
    /// The job.
    pub revision: JobRevision,
    /// The epoch.
    pub epoch: Epoch,
}

/// Encodes one canvas after the other. It keeps the memory of the last two: once all who send one are done with it,
/// it takes the next, since fresh memory would cost several times the copy.
#[derive(Debug, Default)]
pub struct CanvasEncoder {
    spare: VecDeque<Arc<Vec<u8>>>,
}

impl CanvasEncoder {
    /// With no memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts a canvas into tiles. This copies the pixels once.
    ///
    /// # Errors
    /// When a pixel is NaN or infinite.
    pub fn encode(&mut self, canvas: &EpochCanvas) -> Result<EncodedCanvas, CanvasNotFinite> {
        let EpochCanvas { revision, epoch, canvas: pixels } = canvas;
        let mut memory = self.memory(size_of_val(pixels.pixels()));
        let grid = TileGrid::new(pixels.width(), pixels.height());
        let areas: Vec<TileArea> = (0..grid.count()).map_while(|number| grid.area(number)).collect();
        // `memory` is held by nobody else: it always has a mutable form.
        let finite = Arc::get_mut(&mut memory).is_some_and(|memory| cut(pixels, memory));
        if !finite {
            return Err(CanvasNotFinite { revision: *revision, epoch: *epoch });
        }
        self.spare.push_back(memory.clone());
        let resolution = v1::Resolution { width: pixels.width() as u32, height: pixels.height() as u32 };
        let revision = Some((*revision).into());
        let header = v1::CanvasHeader { revision, epoch: epoch.0, resolution: Some(resolution) };
        let mut messages = vec![CoordinatorMessage { message: Some(Message::Canvas(header)) }];
        messages.extend(grouped(&areas, Bytes::from_owner(Shared(memory))).map(|tiles| {
            let tiles = v1::CanvasTiles { revision, epoch: epoch.0, tiles: Some(tiles) };
            CoordinatorMessage { message: Some(Message::CanvasTiles(tiles)) }
        }));
        Ok(EncodedCanvas { messages: messages.into(), bytes: size_of_val(pixels.pixels()) })
    }

    /// So many bytes that nobody else holds, whatever they are.
    fn memory(&mut self, bytes: usize) -> Arc<Vec<u8>> {
        self.spare.retain(|memory| memory.len() == bytes);
        let free = self.spare.iter_mut().position(|memory| Arc::get_mut(memory).is_some());
        let memory = free.and_then(|place| self.spare.remove(place));
        // With the one that is about to be encoded, two are kept.
        while self.spare.len() > 1 {
            self.spare.pop_front();
        }
        memory.unwrap_or_else(|| Arc::new(vec![0; bytes]))
    }
}

/// Memory behind `Bytes` that its encoder gets back.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl EncodedCanvas {
    /// Cuts a canvas into tiles, once; for one epoch after the other, see [`CanvasEncoder`].
    ///
    /// # Errors
    /// When a pixel is NaN or infinite.
    pub fn new(canvas: &EpochCanvas) -> Result<Self, CanvasNotFinite> {
        CanvasEncoder::new().encode(canvas)
    }

    /// The messages in order.
    pub fn messages(&self) -> impl Iterator<Item = CoordinatorMessage> + Send + use<> {
        let messages = self.messages.clone();
        (0..messages.len()).map(move |i| messages[i].clone())
    }

    /// Bytes of pixels, shared by all clones.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The tiles as messages take them, `data` cut accordingly.
fn grouped(areas: &[TileArea], mut data: Bytes) -> impl Iterator<Item = v1::Tiles> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let mut tiles = v1::Tiles::default();
        let mut room = SENT_TILE_BYTES;
        while let Some(area) = areas.get(first)
            && bytes(*area) <= room
        {
            room -= bytes(*area);
            tiles.numbers.push(first as u32);
            tiles.pixels.push(data.split_to(bytes(*area)));
            first += 1;
        }
        (!tiles.numbers.is_empty()).then_some(tiles)
    })
}

fn bytes(area: TileArea) -> usize {
    area.values() * size_of::<f32>()
}

/// Writes the tiles; are all values finite? It goes along the rows of the canvas and writes in as many places as
/// tiles are side by side: going along tiles, each row of 256 bytes would be in another page of memory.
fn cut(canvas: &Canvas, mut memory: &mut [u8]) -> bool {
    let (width, height) = (canvas.width(), canvas.height());
    let mut finite = true;
    for top in (0..height).step_by(TILE) {
        let rows = TILE.min(height - top);
        let (band, rest) = memory.split_at_mut(3 * rows * width * size_of::<f32>());
        memory = rest;
        for line in 0..3 * rows {
            let (channel, row) = (line / rows, line % rows);
            let start = (channel * height + top + row) * width;
            let from = &canvas.pixels()[start..start + width];
            let (whole, cropped) = from.as_chunks::<TILE>();
            for (column, from) in whole.iter().enumerate() {
                // Of a known length: the compiler makes a few wide moves of it.
                let to = (column * 3 * rows + line) * TILE * size_of::<f32>();
                finite &= write(from, &mut band[to..to + size_of_val(from)]);
            }
            let to = (whole.len() * 3 * rows * TILE + line * cropped.len()) * size_of::<f32>();
            finite &= write(cropped, &mut band[to..to + size_of_val(cropped)]);
        }
    }
    finite
}

/// Writes values as little-endian bytes; are all finite?
#[inline]
fn write(from: &[f32], to: &mut [u8]) -> bool {
    let mut finite = true;
    for (value, bytes) in from.iter().zip(to.as_chunks_mut::<4>().0) {
        *bytes = value.to_le_bytes();
        finite &= value.is_finite();
    }
    finite
}
