//! Limits of values, and where their gradients pass.
//!
//! The gradient of a limit is 1 where the value lies within it, bounds included, and 0 elsewhere. A run has one
//! gate per value for all limits between two steps that mix colours: multiplied by 0 once or twice is the same.

use clipig_core::wide;
use clipig_geometry::{Effect, Run};

/// The values of one row, by colour.
pub(super) type Row<'a> = [&'a mut [f32]; 3];

/// What says for every value of a row whether the gradient passes, by colour.
pub(super) type GateRow<'a> = [&'a mut [u8]; 3];

/// The gates of a run on one sample.
#[derive(Debug)]
pub(super) struct Gates {
    /// Pixels of the run.
    area: usize,
    /// By stretch of the run between two steps that mix colours: `[3, area]`, 1 where the gradient passes.
    stretches: Vec<Vec<u8>>,
}

impl Gates {
    /// The gates of one sample of a run.
    pub(super) fn of(run: &Run) -> Self {
        let mixes = |effect: &&Effect| matches!(effect, Effect::Pixel { step, .. } if step.mixes_colors());
        Self::open(run.output.size().area() as usize, run.effects.iter().filter(mixes).count())
    }

    /// Gates that are all open, for a run of `area` pixels in which `mixes` steps mix colours.
    pub(super) fn open(area: usize, mixes: usize) -> Self {
        Self { area, stretches: vec![vec![1; 3 * area]; mixes + 1] }
    }

    /// The number of the last stretch.
    pub(super) fn last(&self) -> usize {
        self.stretches.len() - 1
    }

    /// The gates of pixels `from..from + width` in a stretch.
    #[inline]
    pub(super) fn row(&mut self, stretch: usize, from: usize, width: usize) -> GateRow<'_> {
        rows(&mut self.stretches[stretch], self.area, from, width)
    }
}

/// The values of pixels `from..from + width` of `[3, area]`.
#[inline]
pub(super) fn rows<T>(values: &mut [T], area: usize, from: usize, width: usize) -> [&mut [T]; 3] {
    let (red, rest) = values.split_at_mut(area);
    let (green, blue) = rest.split_at_mut(area);
    [red, green, blue].map(|channel| &mut channel[from..from + width])
}

/// The value limited to a range; where the bounds cross, the upper one wins. NaN stays.
#[inline]
pub(super) fn limited(value: f32, [least, greatest]: [f32; 2]) -> f32 {
    let value = if value < least { least } else { value };
    if value > greatest { greatest } else { value }
}

/// Limits a row and closes gates.
#[inline]
pub(super) fn limit(row: &mut Row<'_>, range: [f32; 2], gates: Option<GateRow<'_>>) {
    match gates {
        None => row
            .iter_mut()
            .flat_map(|channel| channel.iter_mut())
            .for_each(|value| *value = limited(*value, range)),
        Some([reds, greens, blues]) => {
            // One by one: lists of slices would go through memory.
            let [red, green, blue] = row;
            limit_and_close(red, reds, range);
            limit_and_close(green, greens, range);
            limit_and_close(blue, blues, range);
        }
    }
}

wide! {
    fn limit_and_close(values: &mut [f32], gates: &mut [u8], range: [f32; 2]) {
        let [least, greatest] = range;
        for (value, gate) in values.iter_mut().zip(gates) {
            *gate &= u8::from(*value >= least) & u8::from(*value <= greatest);
            *value = limited(*value, range);
        }
    }
}

/// The gradient of a row where gates are open, 0 where they are closed.
#[inline]
pub(super) fn pass_on(
    [of_red, of_green, of_blue]: [&[f32]; 3],
    [reds, greens, blues]: GateRow<'_>,
    [red, green, blue]: &mut Row<'_>,
) {
    open_only(of_red, reds, red);
    open_only(of_green, greens, green);
    open_only(of_blue, blues, blue);
}

wide! {
    fn open_only(gradient: &[f32], gates: &[u8], values: &mut [f32]) {
        for ((value, gradient), gate) in values.iter_mut().zip(gradient).zip(gates) {
            *value = if *gate == 0 { 0.0 } else { *gradient };
        }
    }
}

/// Stops the gradient where gates are closed.
pub(super) fn pass(gradient: &mut Row<'_>, gates: GateRow<'_>) {
    for (channel, gates) in gradient.iter_mut().zip(gates) {
        for (value, gate) in channel.iter_mut().zip(gates) {
            *value = if *gate == 0 { 0.0 } else { *value };
        }
    }
}
