//! `pad`: makes the image larger on every side.

use clipig_experiment::PadMode;
use clipig_experiment::expression::{Float, Int};

use super::{Draw, PixelMap, Step, TransformError};
use crate::region::{Point, Size};

/// The padding.
#[derive(Debug)]
struct Padding {
    image: Size,
    columns: i64,
    rows: i64,
    color: [f32; 3],
    mode: PadMode,
}

pub(super) fn draw(
    size: &[Int; 2],
    color: &[Float; 3],
    mode: PadMode,
    draw: &Draw<'_>,
) -> Result<Step, TransformError> {
    let [columns, rows] = draw.ints(size)?.map(|side| side.max(0));
    if columns > Size::MAX_SIDE / 4 || rows > Size::MAX_SIDE / 4 {
        return Err(draw.impossible(format!(
            "{columns}×{rows} pixels are too many; at most {} per side",
            Size::MAX_SIDE / 4
        )));
    }
    let image = draw.size;
    let (columns, rows) = match mode {
        // One copy at most.
        PadMode::Wrap => (columns.min(image.width), rows.min(image.height)),
        PadMode::Fill | PadMode::Edge => (columns, rows),
    };
    Ok(Step::Map(Box::new(Padding { image, columns, rows, color: draw.color(color)?, mode })))
}

impl PixelMap for Padding {
    fn size(&self) -> Size {
        Size { width: self.image.width + 2 * self.columns, height: self.image.height + 2 * self.rows }
    }

    fn trace(&self, points: &mut [Point]) {
        let Size { width, height } = self.image;
        for point in points.iter_mut().filter(|point| point.is_somewhere()) {
            let (x, y) = (i64::from(point.x) - self.columns, i64::from(point.y) - self.rows);
            let (x, y) = match self.mode {
                PadMode::Edge => (x.clamp(0, width - 1), y.clamp(0, height - 1)),
                PadMode::Wrap => (x.rem_euclid(width), y.rem_euclid(height)),
                PadMode::Fill => (x, y),
            };
            *point = if (0..width).contains(&x) && (0..height).contains(&y) {
                Point { x: x as i32, y: y as i32 }
            } else {
                Point::NOWHERE
            };
        }
    }

    fn fill(&self) -> [f32; 3] {
        self.color
    }
}
