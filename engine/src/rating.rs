//! Features of images, for rating them.

use tch::Tensor;

use crate::clip::{Clip, preprocess, unit_length};
use crate::decode::decode;

/// Features of unit length `[n, embedding]` of encoded images, through CLIP's own preprocessing.
///
/// # Errors
/// When the bytes are not an image; the index of the first such image and what is wrong with it.
pub fn encode_images(clip: &Clip, images: &[&[u8]]) -> Result<Tensor, (usize, String)> {
    let _guard = tch::no_grad_guard();
    let mut windows = Vec::with_capacity(images.len());
    for (i, bytes) in images.iter().enumerate() {
        let image = decode(bytes).map_err(|reason| (i, reason))?;
        windows.push(preprocess::window_tensor(&image, clip.window() as u32, clip.resize()));
    }
    let windows = Tensor::cat(&windows, 0).to_device(clip.device());
    Ok(unit_length(&clip.encode_image(&clip.normalize(&windows))).to_device(tch::Device::Cpu))
}
