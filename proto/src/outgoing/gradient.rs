//! The tiles of a gradient as messages.

use std::iter::Peekable;

use bytes::Bytes;
use clipig_core::{Fence, GradientSum, TileValues};

use crate::limits::SENT_BULK_BYTES;
use crate::v1::worker_message::Message;
use crate::v1::{self, WorkerMessage};

type Tiles = Box<dyn ExactSizeIterator<Item = (usize, TileValues)> + Send>;

/// Takes a gradient apart, message by message, so that its memory is free as soon as it is sent.
pub(super) struct GradientMessages {
    fence: Fence,
    tiles: Peekable<Tiles>,
}

impl GradientMessages {
    pub(super) fn new(fence: Fence, gradient: GradientSum) -> Self {
        let tiles: Tiles = Box::new(gradient.into_tiles());
        Self { fence, tiles: tiles.peekable() }
    }
}

impl Iterator for GradientMessages {
    type Item = WorkerMessage;

    fn next(&mut self) -> Option<WorkerMessage> {
        let mut tiles = v1::Tiles::default();
        let mut room = SENT_BULK_BYTES;
        while let Some((number, values)) = self.tiles.next_if(|(_, values)| size_of_val(&values[..]) <= room)
        {
            room -= size_of_val(&values[..]);
            tiles.numbers.push(number as u32);
            tiles.pixels.push(handed_over(values));
        }
        if tiles.numbers.is_empty() {
            return None;
        }
        let tiles = v1::GradientTiles { fence: Some(self.fence.into()), tiles: Some(tiles) };
        Some(WorkerMessage { message: Some(Message::GradientTiles(tiles)) })
    }
}

/// Floats as bytes in the order of the wire. On little-endian machines they stay where they are.
fn handed_over(mut values: TileValues) -> Bytes {
    if cfg!(target_endian = "big") {
        values.iter_mut().for_each(|value| *value = f32::from_bits(value.to_bits().to_le()));
    }
    Bytes::from_owner(Floats(values))
}

/// Floats that are looked at as bytes.
struct Floats(TileValues);

impl AsRef<[u8]> for Floats {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}
