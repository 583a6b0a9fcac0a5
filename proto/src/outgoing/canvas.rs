//! A canvas as messages.

use std::sync::Arc;

use bytes::Bytes;
use clipig_core::{Canvas, EpochCanvas, EpochTiles, TileValues};

use crate::convert::wire_stage;
use crate::limits::SENT_BULK_BYTES;
use crate::v1::coordinator_message::Message;
use crate::v1::{self, CoordinatorMessage};

/// The messages of a canvas in order. They share its memory, however many workers it goes to. All values must be
/// finite: receivers refuse others.
pub fn canvas_messages(canvas: EpochCanvas) -> impl Iterator<Item = CoordinatorMessage> + Send + use<> {
    let EpochCanvas { revision, stage, canvas } = canvas;
    let epoch = wire_stage(stage);
    let (width, height) = (canvas.width() as u32, canvas.height() as u32);
    let revision = Some(revision.into());
    let resolution = Some(v1::Resolution { width, height });
    let header = Message::Canvas(v1::CanvasHeader { revision, epoch, resolution });
    let mut left = bytes_of(canvas);
    let pixels = std::iter::from_fn(move || {
        let pixels = left.split_to(left.len().min(SENT_BULK_BYTES));
        (!pixels.is_empty()).then(|| Message::CanvasPixels(v1::CanvasPixels { revision, epoch, pixels }))
    });
    std::iter::once(header).chain(pixels).map(|message| CoordinatorMessage { message: Some(message) })
}

/// The messages of some tiles of a canvas in order. Tiles are cut out of the canvas as they are asked for. All values must be
/// finite.
pub fn tile_messages(tiles: EpochTiles) -> impl Iterator<Item = CoordinatorMessage> + Send + use<> {
    let EpochTiles { revision, stage, tiles } = tiles;
    let (epoch, grid, count) = (wire_stage(stage), tiles.grid(), tiles.len());
    let revision = Some(revision.into());
    let resolution = Some(v1::Resolution { width: grid.width() as u32, height: grid.height() as u32 });
    let header = v1::CanvasTilesHeader { revision, epoch, resolution, tile_count: count as u32 };
    let mut left = tiles.into_iter().peekable();
    let tiles = std::iter::from_fn(move || {
        let mut tiles = v1::Tiles::default();
        let mut room = SENT_BULK_BYTES;
        while let Some((number, values)) = left.next_if(|(_, values)| size_of_val(&values[..]) <= room) {
            room -= size_of_val(&values[..]);
            tiles.numbers.push(number as u32);
            tiles.pixels.push(bytes_of_tile(values));
        }
        let tiles = (!tiles.numbers.is_empty()).then_some(tiles)?;
        Some(Message::CanvasTiles(v1::CanvasTiles { revision, epoch, tiles: Some(tiles) }))
    });
    std::iter::once(Message::CanvasTilesHeader(header))
        .chain(tiles)
        .map(|message| CoordinatorMessage { message: Some(message) })
}

/// The values of a tile as the wire has them.
fn bytes_of_tile(values: Arc<TileValues>) -> Bytes {
    if cfg!(target_endian = "big") {
        return values.iter().flat_map(|value| value.to_le_bytes()).collect();
    }
    Bytes::from_owner(TileFloats(values))
}

/// The values as the wire has them: on little-endian machines, as they lie in memory.
fn bytes_of(canvas: Canvas) -> Bytes {
    if cfg!(target_endian = "big") {
        return canvas.pixels().iter().flat_map(|value| value.to_le_bytes()).collect();
    }
    Bytes::from_owner(Floats(canvas))
}

/// A tile that is looked at as bytes.
struct TileFloats(Arc<TileValues>);

impl AsRef<[u8]> for TileFloats {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0[..])
    }
}

/// Pixels that are looked at as bytes.
struct Floats(Canvas);

impl AsRef<[u8]> for Floats {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(self.0.pixels())
    }
}
