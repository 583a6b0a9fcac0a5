//! Rotation, scaling and moves by sampling the nearest pixel; black outside of the image.
//!
//! The arithmetic follows torchvision and `grid_sample` step by step in float32 (an affine grid in [−1, 1],
//! `align_corners` false, round half to even), so the same pixels are chosen.

use super::{PixelMap, Step};
use crate::region::{Point, Size};

/// An affine map from places in the output to places in the input, relative to the middle of the image.
#[derive(Debug)]
pub(super) struct Affine {
    image: Size,
    /// `[x ← x, x ← y, x ← 1, y ← x, y ← y, y ← 1]`
    matrix: [f64; 6],
}

/// What the image undergoes, around its middle.
pub(super) struct Motion {
    /// Counter-clockwise.
    pub(super) degree: f64,
    /// Centre of the rotation in pixels from the middle of the image.
    pub(super) center: [f64; 2],
    /// Move in pixels, right and down.
    pub(super) translate: [f64; 2],
    /// Factor.
    pub(super) scale: f64,
}

impl Motion {
    /// No motion.
    pub(super) const NONE: Self = Self { degree: 0.0, center: [0.0; 2], translate: [0.0; 2], scale: 1.0 };
}

impl Affine {
    /// The inverse of the motion: C · R⁻¹ · S⁻¹ · C⁻¹ · T⁻¹.
    pub(super) fn step(image: Size, motion: &Motion) -> Step {
        let Motion { degree, center: [cx, cy], translate: [tx, ty], scale } = *motion;
        let (sin, cos) = libm::sincos((-degree).to_radians());
        let [a, b, c, d] = [cos / scale, sin / scale, -sin / scale, cos / scale];
        let matrix = [a, b, cx + a * (-cx - tx) + b * (-cy - ty), c, d, cy + c * (-cx - tx) + d * (-cy - ty)];
        Step::Map(Box::new(Self { image, matrix }))
    }
}

impl PixelMap for Affine {
    fn size(&self) -> Size {
        self.image
    }

    fn trace(&self, points: &mut [Point]) {
        let (width, height) = (self.image.width as f32, self.image.height as f32);
        let m = self.matrix.map(|value| value as f32);
        // The grid is in units of half an image.
        let (half_width, half_height) = (0.5 * width, 0.5 * height);
        let x_row = [m[0] / half_width, m[1] / half_width, m[2] / half_width];
        let y_row = [m[3] / half_height, m[4] / half_height, m[5] / half_height];
        let nearest = |grid: f32, side: f32| (((grid + 1.0) * side - 1.0) / 2.0).round_ties_even();
        for point in points.iter_mut().filter(|point| point.is_somewhere()) {
            let x = point.x as f32 + (0.5 - half_width);
            let y = point.y as f32 + (0.5 - half_height);
            let source_x = nearest(x * x_row[0] + y * x_row[1] + x_row[2], width);
            let source_y = nearest(x * y_row[0] + y * y_row[1] + y_row[2], height);
            let inside = source_x >= 0.0 && source_x < width && source_y >= 0.0 && source_y < height;
            *point = if inside { Point { x: source_x as i32, y: source_y as i32 } } else { Point::NOWHERE };
        }
    }
}
