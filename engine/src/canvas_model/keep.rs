//! The part of the canvas that stays the image to start from: inpainting and outpainting.
//!
//! It is the last of the maps: canvas = m · drawn + (1 − m) · image, where m is the mask of `init`. Where m is 0 the canvas
//! is the image to the last bit, whatever the model draws there, and where it is 1 it is what the model draws. Gradients are
//! multiplied by m on their way back.

use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Scope};
use clipig_geometry::Size;

use crate::bands::on_pixels;
use crate::mask::{DrawnMask, Masks};
use crate::start_image::{StartImageError, kept_image};

/// What stays on canvases of one size.
pub(crate) struct Keep {
    mask: DrawnMask,
    /// `[3, height, width]`.
    image: Vec<f32>,
    width: usize,
}

impl Keep {
    /// What an experiment wants to keep; `None` where everything is drawn.
    ///
    /// # Errors
    /// When an image cannot be used.
    pub(crate) fn of(
        experiment: &Experiment,
        size: Size,
        masks: &Masks,
    ) -> Result<Option<Self>, StartImageError> {
        let Some(mask) = &experiment.init.mask else { return Ok(None) };
        // Its numbers are constants, so any scope will do.
        let mask = masks.draw(mask, &Scope::new(Key::root(0), 0, 1), size)?;
        let image = kept_image(&experiment.init, size, masks.assets())?;
        Ok(Some(Self { mask, image, width: size.width as usize }))
    }

    /// Turns what the model draws into the canvas.
    pub(super) fn mix(&self, pixels: &mut [f32]) {
        on_pixels(pixels, |place, drawn| {
            self.mask.mix(place % self.width, place / self.width, self.image(place), drawn)
        });
    }

    /// Turns a canvas into what the model has to draw for it. Where nothing is drawn, that is the image.
    pub(super) fn unmix(&self, pixels: &mut [f32]) {
        on_pixels(pixels, |place, pixel| {
            let share = self.mask.at(place % self.width, place / self.width);
            let image = self.image(place);
            if share >= 1.0 {
                pixel
            } else if share <= 0.0 {
                image
            } else {
                // Where little is drawn, a small difference of the canvas would be a large one of what is drawn.
                [0, 1, 2].map(|color| ((pixel[color] - image[color] * (1.0 - share)) / share).clamp(0.0, 1.0))
            }
        });
    }

    /// Turns the gradient of the canvas into that of what the model draws.
    pub(super) fn pull_back(&self, gradient: &mut [f32]) {
        on_pixels(gradient, |place, slope| {
            let share = self.mask.at(place % self.width, place / self.width);
            if share <= 0.0 { [0.0; 3] } else { slope.map(|slope| slope * share) }
        });
    }

    pub(super) fn image(&self, place: usize) -> [f32; 3] {
        let area = self.image.len() / 3;
        [self.image[place], self.image[area + place], self.image[2 * area + place]]
    }
}
