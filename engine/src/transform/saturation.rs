//! `saturation`: moves every pixel towards or away from its own grey, then limits to [0, 1].

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::gate::{GateRow, Row, limit};
use crate::colors::GRAY;

/// The factor: 0 is grey, 1 leaves the image as it is, apart from the limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation(pub(super) f32);

pub(super) fn draw(factor: &Float, draw: &Draw<'_>) -> Result<Saturation, TransformError> {
    let factor = draw.float(factor)?;
    if factor < 0.0 {
        return Err(draw.impossible(format!("the factor is {factor}; it must not be negative")));
    }
    Ok(Saturation(factor as f32))
}

impl Saturation {
    pub(super) fn apply(&self, [red, green, blue]: &mut Row<'_>, gates: Option<GateRow<'_>>) {
        let (factor, rest) = (self.0, 1.0 - self.0);
        for ((red, green), blue) in red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut()) {
            let gray = (*red * GRAY[0] + *green * GRAY[1] + *blue * GRAY[2]) * rest;
            for value in [red, green, blue] {
                *value = *value * factor + gray;
            }
        }
        limit(&mut [red, green, blue], [0.0, 1.0], gates);
    }

    /// v ← factor · v + rest · gray(v), transposed.
    pub(super) fn back(&self, [red, green, blue]: &mut Row<'_>) {
        let (factor, rest) = (self.0, 1.0 - self.0);
        for ((red, green), blue) in red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut()) {
            let gray = *red * rest + *green * rest + *blue * rest;
            for (value, weight) in [red, green, blue].into_iter().zip(GRAY) {
                *value = *value * factor + gray * weight;
            }
        }
    }
}
