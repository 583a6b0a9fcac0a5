//! The Gaussian blur with mirrored edges, on a whole image or on a piece of one.
//!
//! A blur along one side is a linear map of that side, so it is a small banded matrix `[out, in]` in which
//! mirrored pixels are folded back into the band. Two matrix products blur an image; backwards they are two
//! matrix products again. For small kernels, and above a length at which the band is mostly zero, a convolution
//! is cheaper.

use clipig_geometry::{Gaussian, Region, Size};
use tch::Tensor;

use crate::piece::Piece;
use crate::read_back::send;

/// The longest side for which the matrix product is used. Longer matrices are mostly zero, and a convolution is cheaper.
const MATRIX_SIDE: i64 = 1_024;

/// The most weights for which one two-dimensional convolution is cheaper than two matrix products.
const DIRECT_AREA: i64 = 25;

/// Blurs a whole image `[n, 3, h, w]`.
pub(crate) fn blur_whole(gaussian: &Gaussian, x: &Tensor) -> Tensor {
    let size = Size { width: x.size()[3], height: x.size()[2] };
    let whole = Region::whole(size);
    blur(gaussian, x, &Piece { size, input: whole, output: whole })
}

/// Blurs a piece of an image: `[n, 3, input]` to `[n, 3, output]`.
pub(crate) fn blur(gaussian: &Gaussian, x: &Tensor, piece: &Piece) -> Tensor {
    let Piece { size: image, input, output } = *piece;
    let side = |axis: usize| {
        let (image, input, output) = if axis == 0 {
            (image.width, (input.x, input.width), (output.x, output.width))
        } else {
            (image.height, (input.y, input.height), (output.y, output.height))
        };
        Side { weights: weights(gaussian.size[axis], gaussian.sigma[axis]), image, input, output }
    };
    let rows = side(1);
    let columns = side(0);
    if gaussian.size[0] * gaussian.size[1] <= DIRECT_AREA {
        return by_direct_convolution(x, &rows, &columns);
    }
    let x = if rows.weights.len() == 1 && rows.input == rows.output {
        x.shallow_clone()
    } else {
        rows.blur(x, 2)
    };
    if columns.weights.len() == 1 && columns.input == columns.output { x } else { columns.blur(&x, 3) }
}

/// The normalised weights of a Gaussian at integer distances, as torchvision computes them in float32.
fn weights(size: i64, sigma: f64) -> Vec<f32> {
    let half = (size - 1) as f64 * 0.5;
    let density: Vec<f32> =
        (0..size).map(|i| libm::exp(-0.5 * ((i as f64 - half) / sigma).powi(2)) as f32).collect();
    let sum: f32 = density.iter().sum();
    density.iter().map(|value| value / sum).collect()
}

/// One convolution with the product of both sides' weights.
fn by_direct_convolution(x: &Tensor, rows: &Side, columns: &Side) -> Tensor {
    let padded = columns.padded(&rows.padded(x, 2), 3);
    let (height, width) = (rows.weights.len() as i64, columns.weights.len() as i64);
    let column = Tensor::from_slice(&rows.weights).view([height, 1]);
    let kernel = column.matmul(&Tensor::from_slice(&columns.weights).view([1, width]));
    let kernel = kernel.view([1, 1, height, width]).expand([3, 1, -1, -1], false).contiguous();
    padded.conv2d(&send(&kernel, x.device()), None::<&Tensor>, [1, 1], [0, 0], [1, 1], 3)
}

/// A blur along one side of an image.
struct Side {
    weights: Vec<f32>,
    image: i64,
    /// Start and length.
    input: (i64, i64),
    output: (i64, i64),
}

impl Side {
    fn blur(&self, x: &Tensor, dim: i64) -> Tensor {
        if self.input.1 <= MATRIX_SIDE { self.by_matrix(x, dim) } else { self.by_convolution(x, dim) }
    }

    /// The pixel that stands at `position`, mirrored at the edges without repeating them.
    fn mirrored(&self, position: i64) -> i64 {
        let inside = if position < 0 { -position } else { position };
        if inside >= self.image { 2 * (self.image - 1) - inside } else { inside }
    }

    fn by_matrix(&self, x: &Tensor, dim: i64) -> Tensor {
        let (half, inputs) = (self.weights.len() as i64 / 2, self.input.1 as usize);
        let mut matrix = vec![0.0_f32; self.output.1 as usize * inputs];
        for (row, line) in matrix.chunks_mut(inputs).enumerate() {
            let center = self.output.0 + row as i64;
            for (i, weight) in self.weights.iter().enumerate() {
                let source = self.mirrored(center + i as i64 - half) - self.input.0;
                line[source as usize] += weight;
            }
        }
        let matrix = send(&Tensor::from_slice(&matrix).view([self.output.1, self.input.1]), x.device());
        if dim == 3 { x.matmul(&matrix.tr()) } else { matrix.matmul(x) }
    }

    /// The input with all pixels that the output needs on both sides; beyond the image's edge they are mirrored.
    fn padded(&self, x: &Tensor, dim: i64) -> Tensor {
        let half = self.weights.len() as i64 / 2;
        let positions: Vec<i64> = (self.output.0 - half..self.output.0 + self.output.1 + half)
            .map(|position| self.mirrored(position) - self.input.0)
            .collect();
        x.index_select(dim, &send(&Tensor::from_slice(&positions), x.device()))
    }

    fn by_convolution(&self, x: &Tensor, dim: i64) -> Tensor {
        let x = self.padded(x, dim);
        let size = self.weights.len() as i64;
        let shape = if dim == 3 { [1, 1, 1, size] } else { [1, 1, size, 1] };
        let kernel = Tensor::from_slice(&self.weights).view(shape).expand([3, 1, -1, -1], false);
        let kernel = send(&kernel.contiguous(), x.device());
        x.conv2d(&kernel, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::piece::cut;
    use tch::Kind;

    fn image(width: i64, height: i64) -> Tensor {
        (Tensor::arange(3 * width * height, (Kind::Float, tch::Device::Cpu)) * 12.9898)
            .sin()
            .view([1, 3, height, width])
    }

    fn difference(a: &Tensor, b: &Tensor) -> f64 {
        (a - b).abs().max().double_value(&[])
    }

    #[test]
    fn matrix_and_convolution_agree() {
        let x = image(90, 40);
        let side = Side { weights: weights(21, 3.5), image: 90, input: (0, 90), output: (0, 90) };
        assert!(difference(&side.by_matrix(&x, 3), &side.by_convolution(&x, 3)) < 1e-6);
        let side = Side { weights: weights(21, 3.5), image: 40, input: (0, 40), output: (0, 40) };
        assert!(difference(&side.by_matrix(&x, 2), &side.by_convolution(&x, 2)) < 1e-6);
    }

    #[test]
    fn a_piece_is_a_piece_of_the_whole() {
        let x = image(60, 50);
        let size = Size { width: 60, height: 50 };
        let gaussian = Gaussian { size: [11, 7], sigma: [2.0, 1.5] };
        let whole = blur_whole(&gaussian, &x);
        for output in [
            Region { x: 20, y: 20, width: 10, height: 9 },
            Region { x: 0, y: 44, width: 3, height: 6 },
            Region { x: 59, y: 0, width: 1, height: 1 },
        ] {
            let input = gaussian.needs(output, size);
            let piece = blur(&gaussian, &cut(input, &x).contiguous(), &Piece { size, input, output });
            assert!(difference(&piece, &cut(output, &whole)) < 1e-6, "{output:?}");
        }
    }
}
