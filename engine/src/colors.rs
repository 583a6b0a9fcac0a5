//! Colours as tensors.

use tch::{Kind, Tensor};

/// One colour per sample as `[n, 3, 1, 1]` beside `like`, or `[1, 3, 1, 1]` where all are the same.
pub(crate) fn per_sample(colors: impl Iterator<Item = [f32; 3]>, like: &Tensor) -> Tensor {
    let mut colors: Vec<[f32; 3]> = colors.collect();
    if colors.windows(2).all(|pair| pair[0].map(f32::to_bits) == pair[1].map(f32::to_bits)) {
        colors.truncate(1);
    }
    let n = colors.len() as i64;
    Tensor::from_slice(colors.as_flattened()).view([n, 3, 1, 1]).to_device(like.device())
}

/// One colour as `[1, 3, 1, 1]` beside `like`.
pub(crate) fn one(color: [f32; 3], like: &Tensor) -> Tensor {
    per_sample(std::iter::once(color), like)
}

/// The grey of every pixel, `[n, 1, h, w]`: 0.2989 R + 0.587 G + 0.114 B (ITU-R 601, as torchvision).
pub(crate) fn gray(x: &Tensor) -> Tensor {
    let weights = Tensor::from_slice(&[0.2989_f32, 0.587, 0.114]).view([1, 3, 1, 1]).to_device(x.device());
    (x * weights).sum_dim_intlist([1_i64].as_slice(), true, None::<Kind>)
}
