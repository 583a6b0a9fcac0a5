//! A chain of drawn transforms.

use clipig_experiment::{Scope, Transform};

use super::context::TransformError;
use super::step::Step;
use crate::region::Size;

/// All transforms of one sample, drawn.
#[derive(Debug)]
pub struct Chain {
    pub(super) input: Size,
    pub(super) steps: Vec<Step>,
    /// Size after each step.
    pub(super) sizes: Vec<Size>,
    pub(super) paths: Vec<String>,
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
    ) -> Result<Self, TransformError> {
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

    pub(super) fn size_before(&self, step: usize) -> Size {
        step.checked_sub(1).map_or(self.input, |before| self.sizes[before])
    }
}
