//! Maps along one side of an image: for each place in the output, the place in the input that stands there.

use clipig_core::wide;

/// A place whose pixel comes from nowhere and has a fixed colour.
pub const NOWHERE: i32 = i32::MIN;

/// What happens to columns or rows. No side is longer than [`Size::MAX_SIDE`](crate::region::Size::MAX_SIDE), so
/// places and their sums fit `i32`, and float32 holds them exactly.
#[derive(Clone, Copy, Debug)]
pub enum Axis {
    /// A piece that begins at `offset`; nowhere outside of `0..side`.
    Cut {
        /// Added to a place.
        offset: i32,
        /// Of the input.
        side: i32,
    },
    /// Nowhere within `border` of both ends.
    Frame {
        /// At most `side`.
        border: i32,
        /// Of input and output.
        side: i32,
    },
    /// The input with `pad` more places at each end, which repeat the outermost one.
    Extend {
        /// At each end.
        pad: i32,
        /// Of the input.
        side: i32,
    },
    /// The input with `pad` more places at each end, as if copies lay beside it.
    Wrap {
        /// At each end, at most `side`.
        pad: i32,
        /// Of the input.
        side: i32,
    },
    /// The input moved by `by`; what leaves at one end comes in at the other.
    Roll {
        /// In `0..side`.
        by: i32,
        /// Of input and output.
        side: i32,
    },
    /// Copies side by side.
    Repeat {
        /// Of the input.
        side: i32,
    },
    /// The nearest place of a scaled and moved input.
    Nearest(Nearest),
}

/// How `grid_sample` finds the nearest pixel of a scaled image: coordinates in [−1, 1], `align_corners` false,
/// half to even.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// Of input and output.
    pub side: f32,
    /// Grid units per place of the output.
    pub scale: f32,
    /// Grid coordinate of the output's middle.
    pub offset: f32,
}

/// Added to and taken from a float32 it rounds to an integer, half to even, as `round_ties_even` does, but as
/// two additions that the compiler can do for several values at once. Exact below 2²²; larger values stay larger
/// than any side.
const ROUND: f32 = 12_582_912.0;

/// The place nearest to a grid coordinate in [−1, 1]: a place, and whether it lies in the image of `side` pixels.
#[inline]
pub(crate) fn nearest(grid: f32, side: f32) -> (i32, bool) {
    let rounded = ((grid + 1.0) * side - 1.0) / 2.0 + ROUND;
    // The difference of the bits is the difference of the integers, and everything that is no place, NaN as well, is
    // larger without a sign.
    let place = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    (place as i32, place < side as u32)
}

/// The place nearest to a grid coordinate, also beyond the image. Grows with the coordinate. Not finite where that is
/// not.
pub(crate) fn unlimited(grid: f32, side: f32) -> f32 {
    (((grid + 1.0) * side - 1.0) / 2.0).round_ties_even()
}

impl Nearest {
    /// The grid coordinate of a place of the output. Every operation is rounded to float32 by itself.
    #[inline]
    pub(crate) fn grid(&self, place: i32) -> f32 {
        (place as f32 + (0.5 - 0.5 * self.side)) * self.scale + self.offset
    }
}

impl Axis {
    /// Can a place come from nowhere?
    pub fn can_lose(&self) -> bool {
        matches!(self, Self::Cut { .. } | Self::Frame { .. } | Self::Nearest(_))
    }

    /// Replaces places in the output by places in the input. What is nowhere stays so.
    pub fn follow(&self, places: &mut [i32]) {
        follow(*self, places);
    }
}

wide! {
    fn follow(axis: Axis, places: &mut [i32]) {
        match axis {
            Axis::Cut { offset, side } => {
                each(places, |place| inside(place.wrapping_add(offset), 0, side));
            }
            Axis::Frame { border, side } => each(places, |place| inside(place, border, side - border)),
            Axis::Extend { pad, side } => {
                each(places, |place| place.wrapping_sub(pad).max(0).min(side - 1));
            }
            Axis::Wrap { pad, side } => each(places, |place| {
                let moved = place.wrapping_sub(pad);
                let moved = if moved < 0 { moved.wrapping_add(side) } else { moved };
                if moved >= side { moved.wrapping_sub(side) } else { moved }
            }),
            Axis::Roll { by, side } => each(places, |place| {
                let moved = place.wrapping_sub(by);
                if moved < 0 { moved.wrapping_add(side) } else { moved }
            }),
            Axis::Repeat { side } => {
                let part = 1.0 / side as f32;
                each(places, |place| {
                    // As float32 the quotient is wrong by less than ⅛, so its nearest integer leaves less than ⅝ of a
                    // side, on either side of 0.
                    let copies = (place as f32 * part + ROUND).to_bits().wrapping_sub(ROUND.to_bits()) as i32;
                    let rest = place.wrapping_sub(copies.wrapping_mul(side));
                    if rest < 0 { rest.wrapping_add(side) } else { rest }
                });
            }
            Axis::Nearest(scaled) => each(places, |place| {
                let (nearest, inside) = nearest(scaled.grid(place), scaled.side);
                if inside { nearest } else { NOWHERE }
            }),
        }
    }
}

#[inline]
fn each(places: &mut [i32], follow: impl Fn(i32) -> i32) {
    for place in places {
        *place = if *place == NOWHERE { NOWHERE } else { follow(*place) };
    }
}

#[inline]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a branch would keep the compiler from doing several at once"
)]
fn inside(place: i32, from: i32, to: i32) -> i32 {
    if (place >= from) & (place < to) { place } else { NOWHERE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Size;
    use clipig_core::wide::limit;

    #[test]
    fn copies_are_exact_up_to_the_longest_side() {
        let longest = Size::MAX_SIDE as i32;
        for side in [1, 2, 3, 7, 448, 1_023, 1_024, 524_287, longest - 1, longest] {
            let near = |place: i32| (place - 2..place + 3).filter(|place| (0..longest).contains(place));
            let mut places: Vec<i32> = [0, side, 2 * (side / 2), longest / side * side, longest]
                .into_iter()
                .flat_map(near)
                .collect();
            let wanted: Vec<i32> = places.iter().map(|place| place % side).collect();
            Axis::Repeat { side }.follow(&mut places);
            assert_eq!(places, wanted, "{side}");
        }
    }

    #[test]
    fn the_nearest_place_is_that_of_rounding_half_to_even() {
        let grids = (-3_000..3_000).map(|i| i as f32 / 1_999.0);
        let extremes =
            [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e10, -1e10, 9.0, -9.0];
        for grid in grids.chain(extremes) {
            for side in [1.0_f32, 2.0, 7.0, 448.0, 1_000.0, Size::MAX_SIDE as f32] {
                let rounded = unlimited(grid, side);
                let wanted = (rounded >= 0.0 && rounded < side).then_some(rounded as i32);
                let (place, inside) = nearest(grid, side);
                assert_eq!(inside.then_some(place), wanted, "{grid} of {side}");
            }
        }
        // Halves exactly: (g + 1) · 8 − 1 over 2 is 0.5, 1.5, 2.5 and −0.5.
        for (grid, place) in [(-0.75, 0), (-0.5, 2), (-0.25, 2), (-1.0, 0)] {
            assert_eq!(nearest(grid, 8.0), (place, true));
        }
    }

    /// One of each sort.
    const AXES: [Axis; 7] = [
        Axis::Cut { offset: 5, side: 9 },
        Axis::Frame { border: 1, side: 9 },
        Axis::Extend { pad: 3, side: 9 },
        Axis::Wrap { pad: 3, side: 9 },
        Axis::Roll { by: 8, side: 9 },
        Axis::Repeat { side: 9 },
        Axis::Nearest(Nearest { side: 9.0, scale: 0.2, offset: 0.0 }),
    ];

    #[test]
    fn all_registers_find_the_same_places() {
        for axis in AXES {
            let mut found = Vec::new();
            // More than the widest registers hold, and not a multiple of it.
            limit::each(|_| {
                let mut places: Vec<i32> = (0..9).cycle().take(43).chain([NOWHERE; 3]).collect();
                axis.follow(&mut places);
                found.push(places);
            });
            assert!(found.iter().all(|places| *places == found[0]), "{axis:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_nowhere_stays_nowhere() {
        for axis in AXES {
            let mut places = [NOWHERE, 4];
            axis.follow(&mut places);
            assert_eq!(places[0], NOWHERE, "{axis:?}");
        }
    }
}
