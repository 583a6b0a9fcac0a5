//! Where the pixels of a batch are on each level, as tensors.
//!
//! Every float32 operation is a kernel of its own, so each result is rounded, as in `clipig-geometry`: no compiler can join a
//! product and a sum.

use clipig_geometry::NOWHERE;
use tch::{Kind, Tensor};

use super::numbers::Sent;
use super::plan::{AxisNumbers, Level, Plan};

/// The places of all pixels of a batch on a level. All three spread to `[n, h, w]`.
#[derive(Debug)]
pub(super) struct Places {
    /// Columns, int32; without meaning where a pixel is nowhere.
    pub(super) xs: Tensor,
    /// Rows, likewise.
    pub(super) ys: Tensor,
    /// Is a pixel somewhere?
    pub(super) there: Tensor,
}

/// The places on all levels of a run.
pub(super) fn places(plan: &Plan, sent: &Sent) -> Vec<Places> {
    let [n, h, w] = plan.shape;
    let mut all: Vec<Places> = Vec::with_capacity(plan.levels.len());
    for level in &plan.levels {
        let next = match (level, all.last()) {
            (Level::Straight { columns, rows }, _) => {
                Places::straight(sent.ints(*columns, [n, 1, w]), sent.ints(*rows, [n, h, 1]))
            }
            (Level::Turned(numbers), Some(before)) => before.turned(&sent.floats(*numbers, [10, n, 1, 1])),
            (Level::Mapped(axes), Some(before)) => before.mapped(axes, n, sent),
            (Level::Turned(_) | Level::Mapped(_), None) => unreachable!("the output is a straight level"),
        };
        all.push(next);
    }
    all
}

impl Places {
    fn straight(xs: Tensor, ys: Tensor) -> Self {
        let nowhere = i64::from(NOWHERE);
        let there = xs.ne(nowhere).logical_and(&ys.ne(nowhere));
        Self { xs, ys, there }
    }

    /// Those in the input of a rotation; see `Turn` in `clipig-geometry`.
    fn turned(&self, numbers: &Tensor) -> Self {
        let number = |i: i64| numbers.select(0, i);
        let xs = self.xs.to_kind(Kind::Float) + number(0);
        let ys = self.ys.to_kind(Kind::Float) + number(1);
        let grid = |row: i64| &xs * number(row) + &ys * number(row + 1) + number(row + 2);
        let (x, x_inside) = nearest(&grid(4), &number(2));
        let (y, y_inside) = nearest(&grid(7), &number(3));
        let there = self.there.logical_and(&x_inside.logical_and(&y_inside));
        Self { xs: integers(&x, &there), ys: integers(&y, &there), there }
    }

    /// Those in the input of maps of columns and rows.
    fn mapped(&self, [columns, rows]: &[AxisNumbers; 2], n: i64, sent: &Sent) -> Self {
        let (xs, x_inside) = follow(&self.xs, columns, n, sent);
        let (ys, y_inside) = follow(&self.ys, rows, n, sent);
        let lost = [x_inside, y_inside];
        if lost.iter().all(Option::is_none) {
            return Self { xs, ys, there: self.there.shallow_clone() };
        }
        let there =
            lost.iter().flatten().fold(self.there.shallow_clone(), |there, inside| there.logical_and(inside));
        Self { xs: xs.where_scalarother(&there, 0_i64), ys: ys.where_scalarother(&there, 0_i64), there }
    }
}

/// The nearest place to a grid coordinate, and whether it lies in the image; see `nearest` in `clipig-geometry`, which
/// gives the same places in another way. Half to even.
fn nearest(grid: &Tensor, side: &Tensor) -> (Tensor, Tensor) {
    let place = (((grid + 1.0) * side - 1.0) / 2.0).round();
    let inside = place.ge(0.0).logical_and(&place.lt_tensor(side));
    (place, inside)
}

/// Places as int32; 0 where there is none, because not every float32 is one.
fn integers(places: &Tensor, there: &Tensor) -> Tensor {
    places.where_scalarother(there, 0.0).to_kind(Kind::Int)
}

/// Places in the input of a map along one side, and which of them lie in it, where they may lie outside; see
/// `Axis::follow` in `clipig-geometry`.
fn follow(places: &Tensor, axis: &AxisNumbers, n: i64, sent: &Sent) -> (Tensor, Option<Tensor>) {
    let pair = |numbers| {
        let pair = sent.ints(numbers, [2, n, 1, 1]);
        (pair.select(0, 0), pair.select(0, 1))
    };
    match axis {
        AxisNumbers::Cut(numbers) => {
            let (offset, side) = pair(*numbers);
            let moved = places + offset;
            let inside = moved.ge(0_i64).logical_and(&moved.lt_tensor(&side));
            (moved, Some(inside))
        }
        AxisNumbers::Frame(numbers) => {
            let (from, to) = pair(*numbers);
            let inside = places.ge_tensor(&from).logical_and(&places.lt_tensor(&to));
            (places.shallow_clone(), Some(inside))
        }
        AxisNumbers::Extend(numbers) => {
            let (pad, last) = pair(*numbers);
            ((places - pad).clamp_min(0_i64).minimum(&last), None)
        }
        AxisNumbers::Wrap(numbers) => {
            let (pad, side) = pair(*numbers);
            let moved = around(&(places - pad), &side);
            let beyond = moved.ge_tensor(&side);
            ((&moved - side).where_self(&beyond, &moved), None)
        }
        AxisNumbers::Roll(numbers) => {
            let (by, side) = pair(*numbers);
            (around(&(places - by), &side), None)
        }
        AxisNumbers::Repeat(numbers) => {
            let (side, _) = pair(*numbers);
            (places.remainder_tensor(&side), None)
        }
        AxisNumbers::Nearest(numbers) => {
            let four = sent.floats(*numbers, [4, n, 1, 1]);
            let [middle, side, scale, offset] = [0, 1, 2, 3].map(|i| four.select(0, i));
            let grid = (places.to_kind(Kind::Float) + middle) * scale + offset;
            let (place, inside) = nearest(&grid, &side);
            (integers(&place, &inside), Some(inside))
        }
    }
}

/// Negative places come in at the other end.
fn around(places: &Tensor, side: &Tensor) -> Tensor {
    (places + side).where_self(&places.lt(0_i64), places)
}
