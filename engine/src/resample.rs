//! Changes the resolution of tensors. As in the original, nothing is antialiased.

use clipig_experiment::Interpolation;
use clipig_geometry::Size;
use tch::Tensor;

/// Linear between the four neighbours, `[n, 3, h, w]` to `[n, 3, size]`.
pub(crate) fn bilinear(x: &Tensor, size: Size) -> Tensor {
    x.upsample_bilinear2d([size.height, size.width], false, None, None)
}

/// Cubic over sixteen neighbours (a = −0.75).
pub(crate) fn bicubic(x: &Tensor, size: Size) -> Tensor {
    x.upsample_bicubic2d([size.height, size.width], false, None, None)
}

/// As the experiment's `interpolation` says.
pub(crate) fn resize(x: &Tensor, size: Size, interpolation: Interpolation) -> Tensor {
    match interpolation {
        Interpolation::Nearest => x.upsample_nearest2d([size.height, size.width], None, None),
        Interpolation::Bilinear => bilinear(x, size),
        Interpolation::Bicubic => bicubic(x, size),
    }
}
