//! Maps: for every output pixel, the input pixel that stands there, or a fixed colour.

use crate::axis::{Axis, NOWHERE, Nearest};
use crate::places::{RowPlaces, Ys};
use crate::region::Size;
use crate::turn::Turn;

/// Says for every output pixel where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct PixelMap {
    /// Size of the output.
    pub size: Size,
    /// The colour of pixels that come from nowhere.
    pub color: [f32; 3],
    /// How places are found.
    pub way: Way,
}

/// How a map finds places.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// Columns and rows by themselves.
    Grid([Axis; 2]),
    /// Both together.
    Turn(Turn),
}

/// What an image undergoes, around its middle.
pub(crate) struct Motion {
    /// Degrees, counter-clockwise.
    pub(crate) degree: f64,
    /// Centre of the rotation in pixels from the middle of the image.
    pub(crate) center: [f64; 2],
    /// Move in pixels, right and down.
    pub(crate) translate: [f64; 2],
    /// Factor.
    pub(crate) scale: f64,
}

impl Motion {
    /// No motion.
    pub(crate) const NONE: Self = Self { degree: 0.0, center: [0.0; 2], translate: [0.0; 2], scale: 1.0 };
}

impl PixelMap {
    /// Replaces columns and rows of the output by those of the input. A pixel that comes from nowhere has the column
    /// [`NOWHERE`] and any row.
    pub(crate) fn follow(&self, xs: &mut [i32], ys: &mut [i32]) {
        match self.way {
            Way::Grid([columns, rows]) => {
                columns.follow(xs);
                rows.follow(ys);
                for (x, _) in xs.iter_mut().zip(&*ys).filter(|(_, y)| **y == NOWHERE) {
                    *x = NOWHERE;
                }
            }
            Way::Turn(turn) => {
                let (mut to_x, mut to_y) = (vec![0; xs.len()], vec![0; ys.len()]);
                turn.follow(RowPlaces { xs: &*xs, ys: Ys::Each(&*ys) }, [&mut to_x, &mut to_y]);
                xs.copy_from_slice(&to_x);
                ys.copy_from_slice(&to_y);
            }
        }
    }

    /// A map that keeps columns and rows apart; black where a pixel comes from nowhere.
    pub(crate) fn grid(size: Size, axes: [Axis; 2]) -> Self {
        Self { size, color: [0.0; 3], way: Way::Grid(axes) }
    }

    /// A piece of `image` from (`left`, `top`) on, which may lie outside; black there.
    pub(crate) fn cutout(image: Size, [left, top]: [i64; 2], size: Size) -> Self {
        let cut = |offset: i64, side: i64| Axis::Cut { offset: offset as i32, side: side as i32 };
        Self::grid(size, [cut(left, image.width), cut(top, image.height)])
    }

    /// The image moved by [`Motion`], of which the nearest pixels are taken; black outside.
    ///
    /// The arithmetic follows torchvision and `grid_sample` step by step in float32 (an affine grid in [−1, 1],
    /// `align_corners` false, round half to even), so the same pixels are chosen.
    pub(crate) fn affine(image: Size, motion: &Motion) -> Self {
        let Motion { degree, center: [cx, cy], translate: [tx, ty], scale } = *motion;
        // The inverse of the motion: C · R⁻¹ · S⁻¹ · C⁻¹ · T⁻¹.
        let (sin, cos) = libm::sincos((-degree).to_radians());
        let [a, b, c, d] = [cos / scale, sin / scale, -sin / scale, cos / scale];
        let matrix =
            [[a, b, cx + a * (-cx - tx) + b * (-cy - ty)], [c, d, cy + c * (-cx - tx) + d * (-cy - ty)]];
        let sides = [image.width as f32, image.height as f32];
        let mut rows = matrix.map(|row| row.map(|value| value as f32));
        for (row, side) in rows.iter_mut().zip(sides) {
            // The grid is in units of half an image.
            for value in row {
                *value /= 0.5 * side;
            }
        }
        let way = if rows[0][1] == 0.0 && rows[1][0] == 0.0 {
            let axis =
                |i: usize| Axis::Nearest(Nearest { side: sides[i], scale: rows[i][i], offset: rows[i][2] });
            Way::Grid([axis(0), axis(1)])
        } else {
            Way::Turn(Turn { sides, rows })
        };
        Self { size: image, color: [0.0; 3], way }
    }
}
