//! A message as pieces of bytes.

use bytes::{BufMut, Bytes, BytesMut};
use prost::{Message, encode_length_delimiter, length_delimiter_len};

use super::PREFIX;
use crate::v1::{
    self, CoordinatorMessage, Tiles, WorkerMessage, coordinator_message::Message as FromCoordinator,
    worker_message::Message as FromWorker,
};

/// A message that travels in pieces: those of tiles are the tiles' own memory.
pub trait Pieces: Message + Default {
    /// The framed message; its pieces in order are what `prost` would have written into one buffer.
    fn pieces(self) -> Vec<Bytes>;
}

/// The key of a field of bytes or of a message; `field` is at most 15, so that the key is one byte.
const fn key(field: u8) -> u8 {
    field << 3 | 2
}

impl Pieces for WorkerMessage {
    fn pieces(mut self) -> Vec<Bytes> {
        match &mut self.message {
            Some(FromWorker::GradientTiles(message)) => match message.tiles.take() {
                Some(tiles) => around_tiles(key(5), message, key(2), tiles),
                None => vec![framed(&self)],
            },
            _ => vec![framed(&self)],
        }
    }
}

impl Pieces for CoordinatorMessage {
    fn pieces(mut self) -> Vec<Bytes> {
        match &mut self.message {
            Some(FromCoordinator::CanvasPixels(message)) if !message.pixels.is_empty() => {
                let pixels = std::mem::take(&mut message.pixels);
                around_pixels(key(5), message, key(3), pixels)
            }
            Some(FromCoordinator::CanvasTiles(message)) => match message.tiles.take() {
                Some(tiles) => around_tiles(key(13), message, key(3), tiles),
                None => vec![framed(&self)],
            },
            _ => vec![framed(&self)],
        }
    }
}

/// A short message in one piece.
fn framed(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut whole = prefixed(length, length);
    message.put(&mut whole);
    whole.freeze()
}

/// Room for so many bytes after the prefix of a message of `length` bytes.
fn prefixed(length: usize, room: usize) -> BytesMut {
    let mut bytes = BytesMut::with_capacity(PREFIX + room);
    bytes.put_u8(0);
    bytes.put_u32(length as u32);
    bytes
}

/// A message of the session whose field `outer` is `shell` with `tiles` as its field `inner`. `shell` has no later
/// field than this one.
fn around_tiles(outer: u8, shell: &impl Message, inner: u8, tiles: Tiles) -> Vec<Bytes> {
    let numbers = v1::Tiles { numbers: tiles.numbers, pixels: Vec::new() };
    let pixels = key(2);
    let each = |tile: &Bytes| 1 + length_delimiter_len(tile.len()) + tile.len();
    let tiles_length = numbers.encoded_len() + tiles.pixels.iter().map(each).sum::<usize>();
    let shell_length = shell.encoded_len() + 1 + length_delimiter_len(tiles_length) + tiles_length;
    let length = 1 + length_delimiter_len(shell_length) + shell_length;
    let mut pieces = Vec::with_capacity(2 * tiles.pixels.len() + 1);
    // Keys and lengths are at most six bytes each.
    let room = 32 + shell.encoded_len() + numbers.encoded_len();
    let mut between = prefixed(length, room);
    put_key(&mut between, outer, shell_length);
    shell.put(&mut between);
    put_key(&mut between, inner, tiles_length);
    numbers.put(&mut between);
    for tile in tiles.pixels {
        put_key(&mut between, pixels, tile.len());
        pieces.push(between.split().freeze());
        pieces.push(tile);
    }
    if !between.is_empty() {
        pieces.push(between.freeze());
    }
    pieces
}

/// A message of the session whose field `outer` is `shell` with `pixels` as its field `inner`. `shell` has no later
/// field than this one.
fn around_pixels(outer: u8, shell: &impl Message, inner: u8, pixels: Bytes) -> Vec<Bytes> {
    let shell_length = shell.encoded_len() + 1 + length_delimiter_len(pixels.len()) + pixels.len();
    let length = 1 + length_delimiter_len(shell_length) + shell_length;
    let mut before = prefixed(length, 32 + shell.encoded_len());
    put_key(&mut before, outer, shell_length);
    shell.put(&mut before);
    put_key(&mut before, inner, pixels.len());
    vec![before.freeze(), pixels]
}

fn put_key(bytes: &mut BytesMut, key: u8, length: usize) {
    bytes.put_u8(key);
    // `BytesMut` grows: there is always room.
    let _ = encode_length_delimiter(length, bytes);
}

/// Writes a message where there is always room.
trait Put {
    fn put(&self, bytes: &mut BytesMut);
}

impl<M: Message> Put for M {
    fn put(&self, bytes: &mut BytesMut) {
        bytes.reserve(self.encoded_len());
        // The only error is that there is no room.
        let _ = self.encode(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiles() -> impl Strategy<Value = Option<Tiles>> {
        let tile = prop_oneof![Just(0), 1_usize..300, Just(49_152)];
        let tiles = prop::collection::vec((any::<u32>(), tile), 0..6).prop_map(|tiles| Tiles {
            numbers: tiles.iter().map(|(number, _)| *number).collect(),
            pixels: tiles.iter().map(|(number, length)| vec![*number as u8; *length].into()).collect(),
        });
        prop::option::of(tiles)
    }

    fn is_as_prost_writes_it<M: Pieces + Clone>(message: &M) {
        let mut expected = vec![0];
        expected.extend((message.encoded_len() as u32).to_be_bytes());
        expected.extend(message.encode_to_vec());
        assert!(message.clone().pieces().concat() == expected);
    }

    proptest! {
        #[test]
        fn pieces_are_what_prost_writes(tiles in tiles(), number in any::<u64>(), epoch in any::<u32>(), known in any::<bool>()) {
            let fence = known.then_some(v1::Fence { incarnation: 3, number });
            let message = v1::GradientTiles { fence, tiles: tiles.clone() };
            is_as_prost_writes_it(&WorkerMessage { message: Some(FromWorker::GradientTiles(message)) });
            let revision = known.then_some(v1::JobRevision { job: number, revision: epoch });
            let message = v1::CanvasTiles { revision, epoch, tiles: tiles.clone() };
            is_as_prost_writes_it(&CoordinatorMessage { message: Some(FromCoordinator::CanvasTiles(message)) });
            let pixels = tiles.map_or_else(Bytes::new, |tiles| tiles.pixels.concat().into());
            let message = v1::CanvasPixels { revision, epoch, pixels };
            is_as_prost_writes_it(&CoordinatorMessage { message: Some(FromCoordinator::CanvasPixels(message)) });
            let drain = v1::Drain { reason: "x".repeat(epoch as usize % 3000) };
            is_as_prost_writes_it(&CoordinatorMessage { message: Some(FromCoordinator::Drain(drain)) });
            is_as_prost_writes_it(&WorkerMessage { message: None });
        }
    }

    #[test]
    fn tiles_are_handed_over() {
        let tile = Bytes::from(vec![7; 49_152]);
        let tiles = Some(Tiles { numbers: vec![5], pixels: vec![tile.clone()] });
        let message = v1::GradientTiles { fence: None, tiles };
        let pieces = WorkerMessage { message: Some(FromWorker::GradientTiles(message)) }.pieces();
        assert!(pieces.iter().any(|piece| piece.as_ptr() == tile.as_ptr()));
    }
}
