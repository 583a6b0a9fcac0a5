//! Maps between a model's image and the canvas: symmetry, and copies of a tile.
//!
//! A symmetry replaces each pixel by the mean of all pixels that it is mapped to. This is the nearest symmetric image,
//! and as a matrix it is its own transpose, so the same function takes gradients back. All pixels of an orbit get their
//! sum in the same order, so they are equal to the last bit.
//!
//! Tiles are copies of one image, side by side from the upper left corner. Copies at the right and at the bottom are cut
//! where the canvas is no multiple of the tile.

use clipig_experiment::{CanvasSettings, Symmetry};

use crate::bands::on_rows;

/// Why a map cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// A quarter turn changes the size.
    #[error(
        "`canvas.symmetry: rotate-4` turns by 90 degrees, so it needs a square {what}, not one of {width} x {height} \
         pixels; give `resolution` two equal numbers, or use `rotate-2`"
    )]
    NotSquare {
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
        /// Picture or tile.
        what: &'static str,
    },
}

/// The maps of canvases of one size.
pub(super) struct Maps {
    symmetry: Symmetry,
    /// Width and height of the canvas.
    canvas: [usize; 2],
    /// Width and height of the image that it is made of.
    image: [usize; 2],
}

impl Maps {
    pub(super) fn new(settings: &CanvasSettings, canvas: [usize; 2]) -> Result<Self, MapError> {
        let tiles = settings.tile.map(|count| count.max(1) as usize);
        let image = [canvas[0].div_ceil(tiles[0]), canvas[1].div_ceil(tiles[1])];
        if settings.symmetry == Symmetry::Rotate4 && image[0] != image[1] {
            let what = if image == canvas { "picture" } else { "tile" };
            return Err(MapError::NotSquare { width: image[0], height: image[1], what });
        }
        Ok(Self { symmetry: settings.symmetry, canvas, image })
    }

    pub(super) fn image_size(&self) -> [usize; 2] {
        self.image
    }

    /// Is the canvas the image itself?
    pub(super) fn are_none(&self) -> bool {
        self.symmetry == Symmetry::None && !self.is_torus()
    }

    /// Do opposite edges of the image meet on the canvas?
    pub(super) fn is_torus(&self) -> bool {
        self.image != self.canvas
    }

    /// The nearest image with this symmetry.
    pub(super) fn symmetric(&self, image: Vec<f32>) -> Vec<f32> {
        if self.symmetry == Symmetry::None {
            return image;
        }
        let [width, height] = self.image;
        let mut found = vec![0.0; image.len()];
        on_rows(&mut found, width, |first, rows| {
            for (line, row) in (first..).zip(rows.chunks_exact_mut(width)) {
                let plane = &image[line / height * width * height..][..width * height];
                for (x, value) in row.iter_mut().enumerate() {
                    *value = self.mean(plane, x, line % height);
                }
            }
        });
        found
    }

    /// The mean of a pixel's orbit.
    fn mean(&self, plane: &[f32], x: usize, y: usize) -> f32 {
        let [width, height] = self.image;
        let at = |x: usize, y: usize| y * width + x;
        let (left, down) = (width - 1 - x, height - 1 - y);
        let two = |other: usize| {
            let here = at(x, y);
            (plane[here.min(other)] + plane[here.max(other)]) * 0.5
        };
        let four = |mut orbit: [usize; 4]| {
            orbit.sort_unstable();
            let [a, b, c, d] = orbit.map(|place| plane[place]);
            ((a + b) + (c + d)) / 4.0
        };
        match self.symmetry {
            Symmetry::None => plane[at(x, y)],
            Symmetry::LeftRight => two(at(left, y)),
            Symmetry::TopBottom => two(at(x, down)),
            Symmetry::Both => four([at(x, y), at(left, y), at(x, down), at(left, down)]),
            Symmetry::Rotate2 => two(at(left, down)),
            // The image is square, so what is a row can be a column.
            Symmetry::Rotate4 => four([at(x, y), at(down, x), at(left, down), at(y, left)]),
        }
    }

    /// Fills the canvas with copies of the image.
    pub(super) fn write_tiles(&self, image: &[f32], canvas: &mut [f32]) {
        let ([width, height], [columns, rows]) = (self.canvas, self.image);
        on_rows(canvas, width, |first, part| {
            for (line, row) in (first..).zip(part.chunks_exact_mut(width)) {
                let from = &image[(line / height * rows + line % height % rows) * columns..][..columns];
                for copy in row.chunks_mut(columns) {
                    copy.copy_from_slice(&from[..copy.len()]);
                }
            }
        });
    }

    /// The sum of all copies: the transpose of [`Maps::write_tiles`].
    pub(super) fn sum_of_tiles(&self, canvas: &[f32]) -> Vec<f32> {
        let ([width, height], [columns, rows]) = (self.canvas, self.image);
        let mut sum = vec![0.0; 3 * columns * rows];
        on_rows(&mut sum, columns, |first, part| {
            for (line, row) in (first..).zip(part.chunks_exact_mut(columns)) {
                for y in (line % rows..height).step_by(rows) {
                    let from = &canvas[(line / rows * height + y) * width..][..width];
                    for copy in from.chunks(columns) {
                        for (sum, value) in row.iter_mut().zip(copy) {
                            *sum += value;
                        }
                    }
                }
            }
        });
        sum
    }

    /// The mean of all copies.
    pub(super) fn mean_of_tiles(&self, canvas: &[f32]) -> Vec<f32> {
        let ([width, height], [columns, rows]) = (self.canvas, self.image);
        let mut mean = self.sum_of_tiles(canvas);
        for (line, row) in mean.chunks_exact_mut(columns).enumerate() {
            let below = (height - line % rows).div_ceil(rows);
            for (x, value) in row.iter_mut().enumerate() {
                *value /= (below * (width - x).div_ceil(columns)) as f32;
            }
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use clipig_experiment::PixelModel;

    use super::*;

    fn maps(symmetry: Symmetry, tile: [u32; 2], canvas: [usize; 2]) -> Result<Maps, MapError> {
        Maps::new(&CanvasSettings { model: PixelModel::Pixels, symmetry, tile }, canvas)
    }

    fn noise(length: usize) -> Vec<f32> {
        (0..length).map(|i| ((i as f32 + 0.5) * 12.9898).sin()).collect()
    }

    #[test]
    fn symmetries_hold_to_the_last_bit() {
        let image = noise(3 * 35);
        let at = |image: &[f32], x: usize, y: usize| image[35 + y * 7 + x].to_bits();
        let (right, bottom) = (|x: usize| 6 - x, |y: usize| 4 - y);
        let kinds = [Symmetry::LeftRight, Symmetry::TopBottom, Symmetry::Both, Symmetry::Rotate2];
        for symmetry in kinds {
            let found = maps(symmetry, [1, 1], [7, 5]).expect("any size").symmetric(image.clone());
            assert!(found != image, "{symmetry:?}");
            for (x, y) in (0..5).flat_map(|y| (0..7).map(move |x| (x, y))) {
                let here = at(&found, x, y);
                let (mirrored, turned_over, turned) =
                    (at(&found, right(x), y), at(&found, x, bottom(y)), at(&found, right(x), bottom(y)));
                let equal = match symmetry {
                    Symmetry::LeftRight => here == mirrored,
                    Symmetry::TopBottom => here == turned_over,
                    Symmetry::Both => here == mirrored && here == turned_over,
                    _ => here == turned,
                };
                assert!(equal, "{symmetry:?} at {x}, {y}");
            }
        }
        let found = maps(Symmetry::Rotate4, [1, 1], [5, 5]).expect("a square").symmetric(noise(75));
        for (x, y) in (0..5).flat_map(|y| (0..5).map(move |x| (x, y))) {
            assert_eq!(found[y * 5 + x].to_bits(), found[x * 5 + 4 - y].to_bits(), "{x}, {y}");
        }
    }

    #[test]
    fn a_quarter_turn_needs_a_square() {
        let error = maps(Symmetry::Rotate4, [1, 1], [7, 5]).err().expect("no square");
        assert!(error.to_string().contains("a square picture, not one of 7 x 5 pixels"), "{error}");
        assert!(maps(Symmetry::Rotate4, [2, 1], [10, 5]).is_ok(), "the tile is a square");
        let error = maps(Symmetry::Rotate4, [2, 1], [5, 5]).err().expect("no square");
        assert!(error.to_string().contains("a square tile, not one of 3 x 5 pixels"), "{error}");
    }

    #[test]
    fn a_canvas_is_full_of_copies_even_where_they_are_cut() {
        let maps = maps(Symmetry::None, [3, 2], [7, 5]).expect("any size");
        assert_eq!(maps.image_size(), [3, 3]);
        let (image, mut canvas) = (noise(27), vec![f32::NAN; 105]);
        maps.write_tiles(&image, &mut canvas);
        for (place, value) in canvas.iter().enumerate() {
            let (channel, y, x) = (place / 35, place % 35 / 7, place % 7);
            assert_eq!(*value, image[channel * 9 + y % 3 * 3 + x % 3], "{channel}, {y}, {x}");
        }
        let mean = maps.mean_of_tiles(&canvas);
        assert!(mean.iter().zip(&image).all(|(mean, value)| (mean - value).abs() < 1e-6));
        // <tile(a), b> = <a, sum(b)>
        let other = noise(105);
        let product = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let (there, back) = (product(&canvas, &other), product(&image, &maps.sum_of_tiles(&other)));
        assert!((there - back).abs() < 1e-4, "{there} and {back}");
    }
}
