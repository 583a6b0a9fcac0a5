//! Whether memory holds numbers only.

/// Are all values numbers, none of them NaN or infinite? Takes a pass over memory.
pub fn all_finite(values: &[f32]) -> bool {
    // Without an exit within a piece, which would keep the compiler from doing several at once.
    let piece = |values: &[f32]| values.iter().fold(true, |finite, value| finite & value.is_finite());
    values.chunks(4096).all(piece)
}
