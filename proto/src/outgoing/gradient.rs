//! The tiles of a gradient as messages.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use clipig_core::{Computed, TileValues};

use crate::limits::SENT_BULK_BYTES;
use crate::v1::worker_message::Message;
use crate::v1::{self, WorkerMessage};

/// The tiles of a gradient, message by message. The messages share its memory.
pub(super) struct GradientMessages {
    computed: Arc<Computed>,
    /// Those that are still to come.
    numbers: std::vec::IntoIter<usize>,
    /// The next one, which had no room in the last message.
    next: Option<(usize, Bytes)>,
}

impl GradientMessages {
    /// Leaves out the first tiles, which have arrived already.
    pub(super) fn new(computed: Arc<Computed>, arrived: usize) -> Self {
        let numbers: Vec<usize> = computed.gradient.tile_numbers().skip(arrived).collect();
        Self { computed, numbers: numbers.into_iter(), next: None }
    }

    fn next_tile(&mut self) -> Option<(usize, Bytes)> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        let number = self.numbers.next()?;
        let pixels = match self.computed.gradient.tile(number)? {
            Cow::Borrowed(_) if cfg!(target_endian = "little") => {
                Bytes::from_owner(WholeTile { computed: Arc::clone(&self.computed), number })
            }
            values => little_endian(values.into_owned()),
        };
        Some((number, pixels))
    }
}

impl Iterator for GradientMessages {
    type Item = WorkerMessage;

    fn next(&mut self) -> Option<WorkerMessage> {
        let mut tiles = v1::Tiles::default();
        let mut room = SENT_BULK_BYTES;
        while let Some((number, pixels)) = self.next_tile() {
            if pixels.len() > room {
                self.next = Some((number, pixels));
                break;
            }
            room -= pixels.len();
            tiles.numbers.push(number as u32);
            tiles.pixels.push(pixels);
        }
        if tiles.numbers.is_empty() {
            return None;
        }
        let tiles = v1::GradientTiles { fence: Some(self.computed.fence.into()), tiles: Some(tiles) };
        Some(WorkerMessage { message: Some(Message::GradientTiles(tiles)) })
    }
}

/// Floats as bytes in the order of the wire.
fn little_endian(mut values: TileValues) -> Bytes {
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

/// A tile that is looked at as bytes where it lies in its gradient.
struct WholeTile {
    computed: Arc<Computed>,
    number: usize,
}

impl AsRef<[u8]> for WholeTile {
    fn as_ref(&self) -> &[u8] {
        match self.computed.gradient.tile(self.number) {
            Some(Cow::Borrowed(values)) => bytemuck::cast_slice(values),
            // It was there, and whole, when this was made.
            Some(Cow::Owned(_)) | None => &[],
        }
    }
}
