//! `noise`: adds normal noise. `bwnoise` adds the same to all colours.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;

use super::axis::NOWHERE;
use super::context::{Draw, TransformError};
use super::gate::Row;
use super::places::{RowPlaces, Ys};
use crate::noise::Normal;

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
        match places.ys {
            Ys::All(y) => self.add(row, places.xs.iter().map(|&x| (x, y))),
            Ys::Each(ys) => self.add(row, places.xs.iter().copied().zip(ys.iter().copied())),
        }
    }

    #[inline]
    fn add(&self, [red, green, blue]: &mut Row<'_>, places: impl Iterator<Item = (i32, i32)>) {
        let normal = Normal::new(self.key);
        let values = red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut());
        for (((red, green), blue), (x, y)) in values.zip(places) {
            let found = if x == NOWHERE { [0.0; 3] } else { normal.at(x as u32, y as u32) };
            let found = if self.gray { [found[0]; 3] } else { found };
            *red += found[0] * self.std[0];
            *green += found[1] * self.std[1];
            *blue += found[2] * self.std[2];
        }
    }
}
