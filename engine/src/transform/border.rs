//! `border`: a coloured frame inside the image.

use clipig_experiment::Border;

use super::{Draw, PixelMap, Step, TransformError};
use crate::region::{Point, Size};

/// The frame.
#[derive(Debug)]
struct Frame {
    image: Size,
    columns: i64,
    rows: i64,
    color: [f32; 3],
}

pub(super) fn draw(border: &Border, draw: &Draw<'_>) -> Result<Step, TransformError> {
    let [columns, rows] = draw.ints(&border.size)?;
    if columns < 1 || rows < 1 {
        return Err(draw.impossible(format!("the size is {columns}×{rows}; a border has at least one pixel")));
    }
    Ok(Step::Map(Box::new(Frame { image: draw.size, columns, rows, color: draw.color(&border.color)? })))
}

impl PixelMap for Frame {
    fn size(&self) -> Size {
        self.image
    }

    fn trace(&self, points: &mut [Point]) {
        let inside = |position: i32, border: i64, side: i64| {
            i64::from(position) >= border && i64::from(position) < side.saturating_sub(border)
        };
        for point in points.iter_mut().filter(|point| point.is_somewhere()) {
            if !inside(point.x, self.columns, self.image.width)
                || !inside(point.y, self.rows, self.image.height)
            {
                *point = Point::NOWHERE;
            }
        }
    }

    fn fill(&self) -> [f32; 3] {
        self.color
    }
}
