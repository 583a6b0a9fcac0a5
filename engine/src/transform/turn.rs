//! A rotated image: the nearest pixel, found for both coordinates together.

use super::axis::{NOWHERE, nearest};
use super::places::{RowPlaces, Ys};

/// An affine map from places in the output to grid coordinates of an input of the same size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Width and height.
    pub(super) sides: [f32; 2],
    /// Per input coordinate: factors of x, y and 1, in units of half an image.
    pub(super) rows: [[f32; 3]; 2],
}

impl Turn {
    /// Where a row of the output comes from. Every operation is rounded to float32 by itself, in the order of
    /// `affine_grid` and `grid_sample`.
    pub(super) fn follow(&self, row: RowPlaces<'_>, [to_x, to_y]: [&mut [i32]; 2]) {
        let [width, height] = self.sides;
        let [x_row, y_row] = self.rows;
        let (left, top) = (0.5 - 0.5 * width, 0.5 - 0.5 * height);
        let place = |from_x: i32, y_parts: [f32; 2]| {
            let x = from_x as f32 + left;
            let (x_place, x_inside) = nearest(x * x_row[0] + y_parts[0] + x_row[2], width);
            let (y_place, y_inside) = nearest(x * y_row[0] + y_parts[1] + y_row[2], height);
            let inside = x_inside && y_inside && from_x != NOWHERE;
            (if inside { x_place } else { NOWHERE }, if inside { y_place } else { NOWHERE })
        };
        let y_parts = |from_y: i32| {
            let y = from_y as f32 + top;
            [y * x_row[1], y * y_row[1]]
        };
        let to = to_x.iter_mut().zip(to_y).zip(row.xs);
        match row.ys {
            Ys::All(y) => {
                let parts = y_parts(y);
                to.for_each(|((to_x, to_y), &x)| (*to_x, *to_y) = place(x, parts));
            }
            Ys::Each(ys) => {
                to.zip(ys).for_each(|(((to_x, to_y), &x), &y)| (*to_x, *to_y) = place(x, y_parts(y)));
            }
        }
    }
}
