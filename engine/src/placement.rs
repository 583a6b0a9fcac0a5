//! Moves the image that a canvas begins with: zoom, rotation and shift in one step.
//!
//! Each pixel of the result is looked up in the image by the inverse map, with the cubic kernel (a = −0.75, Keys 1981) that
//! [`resample`](crate::resample) resizes with. The arithmetic is float64 here and not libtorch's: it has the same bits on
//! every processor, and it is done once per run.

use clipig_experiment::{Beyond, Placement};
use clipig_geometry::{Region, Size};

/// Coefficient of the cubic kernel.
const A: f64 = -0.75;

/// The image `[3, height, width]`, moved. An image that stays where it is keeps its bits.
pub(crate) fn place(image: &[f32], size: Size, placement: &Placement) -> Vec<f32> {
    if placement.is_still() {
        return image.to_vec();
    }
    let (width, height) = (size.width as usize, size.height as usize);
    debug_assert_eq!(image.len(), 3 * width * height, "an image has three colours");
    let map = Inverse::new(size, placement);
    let mut moved = vec![0.0; image.len()];
    for y in 0..height {
        for x in 0..width {
            let (u, v) = map.source(x as f64, y as f64);
            let (columns, rows) =
                (Taps::at(u, width, placement.border), Taps::at(v, height, placement.border));
            for channel in 0..3 {
                let plane = &image[channel * width * height..][..width * height];
                moved[(channel * height + y) * width + x] = mixed(plane, width, &columns, &rows) as f32;
            }
        }
    }
    moved
}

/// A piece of the image `[3, height, width]` scaled to `to`, whose other pixels are not computed: `[3, height, width]` of the
/// piece.
pub(crate) fn scaled_piece(image: &[f32], from: Size, to: Size, piece: Region) -> Vec<f32> {
    let (width, height) = (from.width as usize, from.height as usize);
    let taps = |first: i64, count: i64, from: i64, to: i64| -> Vec<Taps> {
        let place = |pixel: i64| (pixel as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        (first..first + count).map(|pixel| Taps::at(place(pixel), from as usize, Beyond::Edge)).collect()
    };
    let columns = taps(piece.x, piece.width, from.width, to.width);
    let rows = taps(piece.y, piece.height, from.height, to.height);
    let mut scaled = Vec::with_capacity(3 * piece.size().area() as usize);
    for plane in image.chunks_exact(width * height) {
        for row in &rows {
            scaled.extend(columns.iter().map(|column| mixed(plane, width, column, row) as f32));
        }
    }
    scaled
}

/// Where a pixel of the result comes from.
struct Inverse {
    /// The middle of the image, and where it has been moved to, in pixels.
    middle: [f64; 2],
    target: [f64; 2],
    sin: f64,
    cos: f64,
    zoom: f64,
}

impl Inverse {
    fn new(size: Size, placement: &Placement) -> Self {
        let size = [size.width as f64, size.height as f64];
        // Coordinates of pixels are those of their middles, so that the first one is at 0.
        let middle = size.map(|side| side / 2.0 - 0.5);
        let target = [0, 1].map(|i| middle[i] + placement.shift[i] * size[i]);
        let radians = placement.rotate.to_radians();
        Self { middle, target, sin: libm::sin(radians), cos: libm::cos(radians), zoom: placement.zoom }
    }

    /// Counter-clockwise on a screen, where y points down.
    fn source(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x - self.target[0], y - self.target[1]);
        let (u, v) = (x * self.cos - y * self.sin, x * self.sin + y * self.cos);
        (self.middle[0] + u / self.zoom, self.middle[1] + v / self.zoom)
    }
}

/// Four neighbours along one side, and their weights.
struct Taps {
    /// `None` is black.
    index: [Option<usize>; 4],
    weight: [f64; 4],
}

impl Taps {
    fn at(position: f64, length: usize, border: Beyond) -> Self {
        let first = position.floor();
        let share = position - first;
        let index =
            [-1, 0, 1, 2].map(|offset| within((first as i64).saturating_add(offset), length as i64, border));
        Self { index, weight: cubic(share) }
    }
}

/// The weights of the pixels at −1, 0, 1 and 2 for a place between 0 and 1.
fn cubic(share: f64) -> [f64; 4] {
    let near = |d: f64| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
    let far = |d: f64| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
    [far(1.0 + share), near(share), near(1.0 - share), far(2.0 - share)]
}

/// The pixel that stands at a place that may lie outside.
fn within(at: i64, length: i64, border: Beyond) -> Option<usize> {
    let at = match border {
        Beyond::Edge => at.clamp(0, length - 1),
        Beyond::Wrap => at.rem_euclid(length),
        Beyond::Mirror => {
            let at = at.rem_euclid(2 * length);
            at.min(2 * length - 1 - at)
        }
        Beyond::Black if (0..length).contains(&at) => at,
        Beyond::Black => return None,
    };
    usize::try_from(at).ok()
}

fn mixed(plane: &[f32], width: usize, columns: &Taps, rows: &Taps) -> f64 {
    let mut sum = 0.0;
    for (row, row_weight) in rows.index.iter().zip(rows.weight) {
        let Some(row) = row else { continue };
        let mut line = 0.0;
        for (column, weight) in columns.index.iter().zip(columns.weight) {
            if let Some(column) = column {
                line += f64::from(plane[row * width + column]) * weight;
            }
        }
        sum += line * row_weight;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 7, height: 5 };

    /// Values that tell every place from every other.
    fn image() -> Vec<f32> {
        (0..105).map(|i| (i * 37 % 105) as f32 / 105.0).collect()
    }

    fn at(image: &[f32], channel: usize, x: usize, y: usize) -> f32 {
        image[(channel * 5 + y) * 7 + x]
    }

    fn placed(placement: Placement) -> Vec<f32> {
        place(&image(), SIZE, &placement)
    }

    #[track_caller]
    fn assert_near(a: f32, b: f32) {
        assert!((a - b).abs() < 1e-6, "{a} and {b}");
    }

    #[test]
    fn what_does_not_move_keeps_its_bits() {
        assert_eq!(placed(Placement { border: Beyond::Wrap, ..Placement::STILL }), image());
    }

    #[test]
    fn whole_pixels_are_moved_right_and_down() {
        let moved = placed(Placement { shift: [2.0 / 7.0, -1.0 / 5.0], ..Placement::STILL });
        for (channel, x, y) in [(0, 2, 0), (1, 4, 3), (2, 6, 2)] {
            assert_near(at(&moved, channel, x, y), at(&image(), channel, x - 2, y + 1));
        }
        // What comes in from the left is the picture mirrored at its edge.
        assert_near(at(&moved, 0, 1, 0), at(&image(), 0, 0, 1));
        assert_near(at(&moved, 0, 0, 0), at(&image(), 0, 1, 1));
    }

    #[test]
    fn borders_are_what_they_are_called() {
        let moved = |border| placed(Placement { shift: [2.0 / 7.0, 0.0], border, ..Placement::STILL });
        let [edge, wrap, black] = [Beyond::Edge, Beyond::Wrap, Beyond::Black].map(moved);
        for y in 0..5 {
            assert_near(at(&edge, 1, 0, y), at(&image(), 1, 0, y));
            assert_near(at(&wrap, 1, 0, y), at(&image(), 1, 5, y));
            assert_near(at(&black, 1, 0, y), 0.0);
            assert_near(at(&black, 1, 2, y), at(&image(), 1, 0, y));
        }
    }

    #[test]
    fn it_turns_counter_clockwise_about_the_middle() {
        // The middle is the pixel (3, 2). What is right of it comes above it.
        let turned = placed(Placement { rotate: 90.0, ..Placement::STILL });
        assert_near(at(&turned, 2, 3, 2), at(&image(), 2, 3, 2));
        assert_near(at(&turned, 2, 3, 1), at(&image(), 2, 4, 2));
        assert_near(at(&turned, 2, 2, 2), at(&image(), 2, 3, 1));
        let upside_down = placed(Placement { rotate: 180.0, ..Placement::STILL });
        assert_near(at(&upside_down, 0, 0, 0), at(&image(), 0, 6, 4));
    }

    #[test]
    fn it_grows_about_the_middle() {
        let larger = placed(Placement { zoom: 2.0, ..Placement::STILL });
        assert_near(at(&larger, 0, 3, 2), at(&image(), 0, 3, 2));
        assert_near(at(&larger, 0, 5, 2), at(&image(), 0, 4, 2));
        assert_near(at(&larger, 0, 1, 0), at(&image(), 0, 2, 1));
    }

    #[test]
    fn the_weights_are_those_of_a_resize() {
        for share in [0.0, 0.25, 0.5, 0.9] {
            assert!((cubic(share).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert_eq!(cubic(0.0), [0.0, 1.0, 0.0, 0.0]);
        // As of a = −0.75 in the middle between two pixels.
        assert_eq!(cubic(0.5), [-0.09375, 0.59375, 0.59375, -0.09375]);
    }
}
