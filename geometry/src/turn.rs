//! A rotated image: the nearest pixel, found for both coordinates together.

use crate::axis::{NOWHERE, nearest};
use crate::places::{RowPlaces, Ys};
use clipig_core::wide;

/// An affine map from places in the output to grid coordinates of an input of the same size.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Width and height.
    pub sides: [f32; 2],
    /// Per input coordinate: factors of x, y and 1, in units of half an image.
    pub rows: [[f32; 3]; 2],
}

impl Turn {
    /// Where a row of the output comes from. Every operation is rounded to float32 by itself, in the order of
    /// `affine_grid` and `grid_sample`.
    pub fn follow(&self, row: RowPlaces<'_>, [to_x, to_y]: [&mut [i32]; 2]) {
        match row.ys {
            Ys::All(y) => turn_row(*self, row.xs, y, to_x, to_y),
            Ys::Each(ys) => turn_each(*self, row.xs, ys, to_x, to_y),
        }
    }

    /// The grid coordinates of a place of the output, of whose row these are the parts.
    #[inline]
    pub(crate) fn grid(&self, x: i32, y_parts: [f32; 2]) -> [f32; 2] {
        let [x_row, y_row] = self.rows;
        let x = x as f32 + (0.5 - 0.5 * self.sides[0]);
        [x * x_row[0] + y_parts[0] + x_row[2], x * y_row[0] + y_parts[1] + y_row[2]]
    }

    /// What a row adds to the grid coordinates.
    #[inline]
    pub(crate) fn y_parts(&self, y: i32) -> [f32; 2] {
        let y = y as f32 + (0.5 - 0.5 * self.sides[1]);
        [y * self.rows[0][1], y * self.rows[1][1]]
    }

    #[inline]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "branches would keep the compiler from doing several at once"
    )]
    fn place(&self, from_x: i32, y_parts: [f32; 2]) -> (i32, i32) {
        let ([width, height], [x_grid, y_grid]) = (self.sides, self.grid(from_x, y_parts));
        let (x_place, x_inside) = nearest(x_grid, width);
        let (y_place, y_inside) = nearest(y_grid, height);
        let inside = x_inside & y_inside & (from_x != NOWHERE);
        (if inside { x_place } else { NOWHERE }, if inside { y_place } else { NOWHERE })
    }
}

wide! {
    fn turn_row(turn: Turn, xs: &[i32], y: i32, to_x: &mut [i32], to_y: &mut [i32]) {
        let y_parts = turn.y_parts(y);
        for ((&x, to_x), to_y) in xs.iter().zip(to_x).zip(to_y) {
            (*to_x, *to_y) = turn.place(x, y_parts);
        }
    }

    fn turn_each(turn: Turn, xs: &[i32], ys: &[i32], to_x: &mut [i32], to_y: &mut [i32]) {
        for (((&x, &y), to_x), to_y) in xs.iter().zip(ys).zip(to_x).zip(to_y) {
            (*to_x, *to_y) = turn.place(x, turn.y_parts(y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::wide::limit;

    #[test]
    fn all_registers_find_the_same_places() {
        let (sin, cos) = (0.37_f32, 0.93_f32);
        let turn = Turn {
            sides: [50.0, 40.0],
            rows: [[cos / 25.0, sin / 25.0, 0.1], [-sin / 20.0, cos / 20.0, -0.2]],
        };
        let xs: Vec<i32> = (0..43).chain([NOWHERE; 3]).collect();
        let ys: Vec<i32> = (0..46).map(|i| i * 7 % 40).collect();
        for row in [RowPlaces { xs: &xs, ys: Ys::All(11) }, RowPlaces { xs: &xs, ys: Ys::Each(&ys) }] {
            let mut found = Vec::new();
            limit::each(|_| {
                let (mut to_x, mut to_y) = (vec![0; xs.len()], vec![0; xs.len()]);
                turn.follow(row, [&mut to_x, &mut to_y]);
                found.push([to_x, to_y]);
            });
            assert!(found.iter().all(|places| *places == found[0]), "{found:?}");
            assert!(found[0][0].iter().any(|x| *x >= 0), "some lie on the image");
        }
    }
}
