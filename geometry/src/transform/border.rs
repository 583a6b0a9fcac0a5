//! `border`: a coloured frame inside the image.

use clipig_experiment::Border;

use crate::axis::Axis;
use crate::context::{Draw, DrawError};
use crate::map::PixelMap;

pub(crate) fn draw(border: &Border, draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let [columns, rows] = draw.ints(&border.size)?;
    if columns < 1 || rows < 1 {
        return Err(draw.impossible(format!("the size is {columns}×{rows}; a border has at least one pixel")));
    }
    let frame = |border: i64, side: i64| Axis::Frame { border: border.min(side) as i32, side: side as i32 };
    let axes = [frame(columns, draw.size.width), frame(rows, draw.size.height)];
    Ok(PixelMap { color: draw.color(&border.color)?, ..PixelMap::grid(draw.size, axes) })
}
