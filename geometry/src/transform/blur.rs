//! `blur`: a Gaussian blur with mirrored edges.

use clipig_experiment::Kernel;

use crate::context::{Draw, DrawError};
use crate::gaussian::{Gaussian, GaussianError};
use crate::region::{Region, Size};

/// The kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Blur(pub Gaussian);

/// Evaluates a kernel and checks that it fits the image.
pub(crate) fn draw(kernel: &Kernel, draw: &Draw<'_>) -> Result<Blur, DrawError> {
    Gaussian::evaluate(kernel, draw.scope, draw.size).map(Blur).map_err(|error| match error {
        GaussianError::Expression(error) => error.into(),
        GaussianError::TooLarge(message) => draw.impossible(message),
    })
}

impl Blur {
    /// The piece of the input that a piece of the output needs.
    pub fn needs(&self, output: Region, input: Size) -> Region {
        self.0.needs(output, input)
    }
}
