//! Colours as tensors.

use tch::{Kind, Tensor};

use crate::read_back::send;

/// One colour per sample as `[n, 3, 1, 1]` beside `like`, or `[1, 3, 1, 1]` where all are the same.
pub(crate) fn per_sample(colors: impl Iterator<Item = [f32; 3]>, like: &Tensor) -> Tensor {
    let mut colors: Vec<[f32; 3]> = colors.collect();
    if colors.windows(2).all(|pair| pair[0].map(f32::to_bits) == pair[1].map(f32::to_bits)) {
        colors.truncate(1);
    }
    let n = colors.len() as i64;
    send(&Tensor::from_slice(colors.as_flattened()).view([n, 3, 1, 1]), like.device())
}

/// One colour as `[1, 3, 1, 1]` beside `like`.
pub(crate) fn one(color: [f32; 3], like: &Tensor) -> Tensor {
    per_sample(std::iter::once(color), like)
}

/// The weights of red, green and blue in grey (ITU-R 601, as torchvision).
pub(crate) const GRAY: [f32; 3] = [0.2989, 0.587, 0.114];

/// The grey of every pixel, `[n, 1, h, w]`.
pub(crate) fn gray(x: &Tensor) -> Tensor {
    let weights = send(&Tensor::from_slice(&GRAY).view([1, 3, 1, 1]), x.device());
    (x * weights).sum_dim_intlist([1_i64].as_slice(), true, None::<Kind>)
}
