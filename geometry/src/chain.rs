//! A chain of drawn transforms.

use clipig_experiment::{Scope, Transform};

use crate::context::DrawError;
use crate::region::Size;
use crate::step::Step;

/// All transforms of one sample, drawn.
#[derive(Debug)]
pub struct Chain {
    /// Size of the image that it is applied to.
    pub input: Size,
    /// What happens to it, in order.
    pub steps: Vec<Step>,
    /// Size after each step.
    pub sizes: Vec<Size>,
    /// Where each step stands in the experiment.
    pub paths: Vec<String>,
}

impl Chain {
    /// Draws all transforms for the sample of the scope, on an image of `input`.
    ///
    /// # Errors
    /// When an expression fails or numbers do not fit the image.
    pub fn draw<'a>(
        transforms: impl IntoIterator<Item = &'a Transform>,
        scope: &Scope,
        input: Size,
    ) -> Result<Self, DrawError> {
        let mut chain = Self { input, steps: Vec::new(), sizes: Vec::new(), paths: Vec::new() };
        for transform in transforms {
            let before = chain.output();
            let step = Step::draw(transform, scope, before)?;
            chain.sizes.push(step.size(before));
            chain.steps.push(step);
            chain.paths.push(transform.path.clone());
        }
        Ok(chain)
    }

    /// Size of the chain's output.
    pub fn output(&self) -> Size {
        self.sizes.last().copied().unwrap_or(self.input)
    }

    /// Size of the input of a step.
    pub fn size_before(&self, step: usize) -> Size {
        step.checked_sub(1).map_or(self.input, |before| self.sizes[before])
    }
}
