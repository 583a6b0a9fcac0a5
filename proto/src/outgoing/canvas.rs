//! A canvas as messages.

use bytes::Bytes;
use clipig_core::{Canvas, EpochCanvas};

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

/// The values as the wire has them: on little-endian machines, as they lie in memory.
fn bytes_of(canvas: Canvas) -> Bytes {
    if cfg!(target_endian = "big") {
        return canvas.pixels().iter().flat_map(|value| value.to_le_bytes()).collect();
    }
    Bytes::from_owner(Floats(canvas))
}

/// Pixels that are looked at as bytes.
struct Floats(Canvas);

impl AsRef<[u8]> for Floats {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(self.0.pixels())
    }
}
