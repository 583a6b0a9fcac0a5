//! `pad`: makes the image larger on every side.

use clipig_experiment::PadMode;
use clipig_experiment::expression::{Float, Int};

use crate::axis::Axis;
use crate::context::{Draw, DrawError};
use crate::map::PixelMap;
use crate::region::Size;

pub(crate) fn draw(
    size: &[Int; 2],
    color: &[Float; 3],
    mode: PadMode,
    draw: &Draw<'_>,
) -> Result<PixelMap, DrawError> {
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
    let padded = Size { width: image.width + 2 * columns, height: image.height + 2 * rows };
    // Also many paddings one after the other must not leave the range of places.
    if padded.width > Size::MAX_SIDE || padded.height > Size::MAX_SIDE {
        return Err(draw.impossible(format!(
            "the padded image has {}×{} pixels; at most {} per side",
            padded.width,
            padded.height,
            Size::MAX_SIDE
        )));
    }
    let axis = |pad: i64, side: i64| {
        let (pad, side) = (pad as i32, side as i32);
        match mode {
            PadMode::Edge => Axis::Extend { pad, side },
            PadMode::Wrap => Axis::Wrap { pad, side },
            PadMode::Fill => Axis::Cut { offset: -pad, side },
        }
    };
    let axes = [axis(columns, image.width), axis(rows, image.height)];
    Ok(PixelMap { color: draw.color(color)?, ..PixelMap::grid(padded, axes) })
}
