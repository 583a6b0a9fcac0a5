//! What a window costs a device.

/// The most pixels that all windows of a batch together may have so that a device renders them itself. Every tensor with
/// an int64 for each of their colours then takes 400 MB of its memory.
pub const RENDERED_PIXELS: u64 = 1 << 24;

/// What a window costs the device that computes its gradient with CLIP. Of several models, the dearest window of any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowCost {
    /// Pixels of the window.
    pub pixels: u64,
    /// Floating-point operations, forwards and back to the window. A product and a sum are two.
    pub flop: u64,
    /// Bytes of memory that are taken until its gradient is computed.
    pub bytes: u64,
    /// Bytes of all models, which all windows share.
    pub model: u64,
}

impl WindowCost {
    /// The costs of a job that computes with both models. Each shard is of one of them.
    #[must_use]
    pub fn beside(self, other: Self) -> Self {
        Self {
            pixels: self.pixels.max(other.pixels),
            flop: self.flop.max(other.flop),
            bytes: self.bytes.max(other.bytes),
            model: self.model.saturating_add(other.model),
        }
    }
}
