//! `noise`: adds normal noise. `bwnoise` adds the same to all colours.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;

use super::axis::NOWHERE;
use super::context::{Draw, TransformError};
use super::gate::Row;
use super::places::{RowPlaces, Ys};
use crate::noise::{Normal, PIECE};
use crate::wide::wide;

/// Key and strength of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    pub(super) key: Key,
    pub(super) std: [f32; 3],
    /// The same noise in all colours?
    pub(super) gray: bool,
}

pub(super) fn draw(std: &[Float; 3], draw: &Draw<'_>) -> Result<Noise, TransformError> {
    Ok(Noise { key: draw.key(), std: draw.color(std)?, gray: false })
}

/// The noise of `bwnoise`.
pub(super) fn draw_gray(std: &Float, draw: &Draw<'_>) -> Result<Noise, TransformError> {
    Ok(Noise { key: draw.key(), std: [draw.float(std)? as f32; 3], gray: true })
}

impl Noise {
    /// Adds the noise at the row's places; none where they are nowhere.
    pub(super) fn apply(&self, row: &mut Row<'_>, places: RowPlaces<'_>) {
        if self.std == [0.0; 3] {
            return;
        }
        let normal = Normal::new(self.key);
        let [red, green, blue] = row;
        let colors = red.chunks_mut(PIECE).zip(green.chunks_mut(PIECE)).zip(blue.chunks_mut(PIECE));
        for (number, (((red, green), blue), xs)) in colors.zip(places.xs.chunks(PIECE)).enumerate() {
            let mut found = [[0.0; PIECE]; 3];
            let mut bits = [0; PIECE];
            match places.ys {
                Ys::All(y) => normal.bits_of_row(xs, y, &mut bits),
                Ys::Each(ys) => normal.bits_of(xs, &ys[number * PIECE..], &mut bits),
            }
            normal.look_up(&bits[..xs.len()], &mut found);
            for (channel, (values, std)) in [red, green, blue].into_iter().zip(self.std).enumerate() {
                add(values, xs, &found[if self.gray { 0 } else { channel }], std);
            }
        }
    }
}

wide! {
    fn add(values: &mut [f32], xs: &[i32], found: &[f32; PIECE], std: f32) {
        for ((value, x), found) in values.iter_mut().zip(xs).zip(found) {
            *value += if *x == NOWHERE { 0.0 } else { *found } * std;
        }
    }
}
