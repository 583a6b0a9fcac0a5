//! Pixels that are their own parameters. They need a model only where maps follow.

use super::ImageModel;

/// The model of images of one size.
pub(super) struct Plain {
    columns: usize,
}

impl Plain {
    pub(super) fn new([width, height]: [usize; 2]) -> Self {
        Self { columns: width * height }
    }
}

impl ImageModel for Plain {
    fn columns(&self) -> usize {
        self.columns
    }

    fn write_image(&self, parameters: &[f32], image: &mut [f32]) {
        image.copy_from_slice(parameters);
    }

    fn parameters(&self, image: &[f32], _: Option<&[f32]>) -> Vec<f32> {
        image.to_vec()
    }

    fn gradient(&self, _: &[f32], _: &[f32], gradient: Vec<f32>) -> Vec<f32> {
        gradient
    }
}
