//! What transfers of tiles have in common.

use bytes::Bytes;
use clipig_core::{TileArea, TileError, TileGrid};

use crate::limits::RECEIVED_CHUNK_BYTES;
use crate::v1::Tiles;
use crate::wire_error::TransferProblem;

/// The tiles of a message, with as many numbers as pixels, not more than `left`, and not too large.
pub(super) fn checked(
    tiles: Tiles,
    left: usize,
) -> Result<impl Iterator<Item = (usize, Bytes)>, TransferProblem> {
    let (numbers, pixels) = (tiles.numbers.len(), tiles.pixels.len());
    if numbers != pixels || numbers == 0 || numbers > left {
        return Err(TransferProblem::Message { numbers, pixels, left });
    }
    let found = tiles.pixels.iter().map(Bytes::len).sum();
    if found > RECEIVED_CHUNK_BYTES {
        return Err(TransferProblem::TooLarge { limit: RECEIVED_CHUNK_BYTES, found });
    }
    Ok(tiles.numbers.into_iter().map(|number| number as usize).zip(tiles.pixels))
}

/// The area of a tile whose pixels have the right length.
pub(super) fn area(grid: TileGrid, number: usize, pixels: &[u8]) -> Result<TileArea, TransferProblem> {
    let bad = |error| TransferProblem::Tile { number, error };
    let area = grid.area(number).ok_or(bad(TileError::Outside))?;
    if pixels.len() != area.values() * size_of::<f32>() {
        let found = pixels.len() / size_of::<f32>();
        return Err(bad(TileError::Length { expected: area.values(), found }));
    }
    Ok(area)
}

/// Reads little-endian floats into `to`, which has the length of `from`; are all finite?
#[inline]
pub(super) fn read(from: &[u8], to: &mut [f32]) -> bool {
    let mut finite = true;
    for (value, bytes) in to.iter_mut().zip(from.as_chunks::<4>().0) {
        *value = f32::from_le_bytes(*bytes);
        finite &= value.is_finite();
    }
    finite
}
