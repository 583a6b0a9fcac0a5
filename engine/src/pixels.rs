//! The canvas's pixels, shared with those who read them.
//!
//! Workers, snapshots and checkpoints read the pixels without a copy. If somebody still reads them, a change writes the
//! new pixels into other memory, in the same pass. Two buffers take turns, so that epochs need not allocate memory,
//! which the system would have to clear.

use std::ops::Range;

use clipig_core::{Canvas, all_finite};

/// After this many changes in place in a row, the spare memory is freed.
const PATIENCE: u32 = 16;

/// The pixels of a canvas, `[3, height, width]`.
pub(crate) struct Pixels {
    canvas: Canvas,
    /// Are all values finite?
    finite: bool,
    /// The previous pixels. Their memory is used again when nobody reads them any more.
    spare: Option<Canvas>,
    /// Changes in place since the spare memory was last needed.
    unneeded: u32,
}

/// Pixels while they are changed.
pub(crate) struct Change<'a> {
    /// The pixels before the change, if others still read them; the values in `new` are then arbitrary. `None` if `new`
    /// itself holds the pixels before the change.
    pub(crate) old: Option<&'a [f32]>,
    /// Must hold the new pixels when the change is done.
    pub(crate) new: &'a mut [f32],
}

impl<'a> Change<'a> {
    /// Splits the change into pieces of this length; the last may be shorter.
    pub(crate) fn pieces(self, length: usize) -> impl Iterator<Item = Change<'a>> {
        let mut old = self.old.map(|old| old.chunks(length));
        let piece = move |new| Change { old: old.as_mut().and_then(Iterator::next), new };
        self.new.chunks_mut(length).map(piece)
    }

    /// A range of `new`, filled with the values before the change and ready to be changed.
    pub(crate) fn begin(&mut self, range: Range<usize>) -> &mut [f32] {
        let new = &mut self.new[range.clone()];
        if let Some(old) = self.old {
            new.copy_from_slice(&old[range]);
        }
        new
    }
}

impl Pixels {
    pub(crate) fn new(canvas: Canvas) -> Self {
        let finite = all_finite(canvas.pixels());
        Self { canvas, finite, spare: None, unneeded: 0 }
    }

    /// The pixels as they are now; cloning them shares them.
    pub(crate) fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.finite
    }

    /// Changes the pixels, in place if nobody else reads them. `change` returns whether all are finite.
    pub(crate) fn change(&mut self, change: impl FnOnce(Change<'_>) -> bool) {
        if let Some(new) = self.canvas.pixels_mut() {
            self.finite = change(Change { old: None, new });
            self.unneeded += 1;
            if self.unneeded > PATIENCE {
                self.spare = None;
            }
            return;
        }
        self.finite = self.rewrite(|old, new| change(Change { old: Some(old), new }));
    }

    /// Computes new pixels from the old ones, never in place. `change` returns whether all are finite.
    pub(crate) fn replace(&mut self, change: impl FnOnce(&[f32], &mut [f32]) -> bool) {
        self.finite = self.rewrite(change);
    }

    fn rewrite(&mut self, change: impl FnOnce(&[f32], &mut [f32]) -> bool) -> bool {
        let (width, height, length) = (self.canvas.width(), self.canvas.height(), self.canvas.pixels().len());
        let spare = self.spare.take().and_then(|spare| spare.try_into_pixels().ok());
        let mut new = spare.unwrap_or_else(|| vec![0.0; length]);
        let finite = change(self.canvas.pixels(), &mut new);
        let new = Canvas::new(width, height, new).expect("spare pixels are as many");
        self.spare = Some(std::mem::replace(&mut self.canvas, new));
        self.unneeded = 0;
        finite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels() -> Pixels {
        Pixels::new(Canvas::new(2, 1, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).expect("six values"))
    }

    fn double(Change { old, new }: Change<'_>) -> bool {
        if let Some(old) = old {
            new.copy_from_slice(old);
        }
        for value in &mut *new {
            *value *= 2.0;
        }
        all_finite(new)
    }

    #[test]
    fn who_looks_sees_no_change_and_memory_takes_turns() {
        let mut pixels = pixels();
        let place = |pixels: &Pixels| pixels.canvas().pixels().as_ptr();
        let first = place(&pixels);
        pixels.change(double);
        assert_eq!(place(&pixels), first, "nobody looked");
        let seen = pixels.canvas().clone();
        pixels.change(double);
        assert_eq!(seen.pixels(), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(pixels.canvas().pixels(), [0.0, 4.0, 8.0, 12.0, 16.0, 20.0]);
        drop(seen);
        let seen = pixels.canvas().clone();
        pixels.change(double);
        assert_eq!(place(&pixels), first, "the memory of before");
        drop(seen);
    }

    #[test]
    fn a_value_that_is_not_finite_is_noticed() {
        let mut pixels = pixels();
        pixels.replace(|old, new| {
            new.copy_from_slice(old);
            new[3] = f32::INFINITY;
            all_finite(new)
        });
        assert!(!pixels.is_finite());
        assert!(!Pixels::new(pixels.canvas().clone()).is_finite());
    }
}
