//! The kernel of a Gaussian blur with mirrored edges.

use clipig_experiment::{EvaluationError, Kernel, Scope};

use crate::region::{Region, Size};

/// Why a kernel cannot be used.
#[derive(Debug)]
pub enum GaussianError {
    /// An expression failed.
    Expression(EvaluationError),
    /// The kernel is larger than the mirrored image.
    TooLarge(String),
}

/// A kernel: odd sizes and standard deviations in pixels, x first.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// Pixels, odd.
    pub size: [i64; 2],
    /// Standard deviation in pixels.
    pub sigma: [f64; 2],
}

impl Gaussian {
    /// Evaluates the kernel and checks that it fits an image of `image`: even sizes become the next odd one,
    /// at least 1; sigma is at least 0.0001 and, unset, 0.15 · size + 0.35 (torchvision's rule).
    ///
    /// # Errors
    /// When an expression fails, or the kernel is larger than the mirrored image.
    pub fn evaluate(kernel: &Kernel, scope: &Scope, image: Size) -> Result<Self, GaussianError> {
        let mut size = [1; 2];
        let mut sigma = [0.0; 2];
        for (i, side) in [image.width, image.height].into_iter().enumerate() {
            let asked = kernel.size[i].evaluate(scope).map_err(GaussianError::Expression)?;
            // The parity rule for any integer, without overflow at the ends of the range.
            size[i] = asked.clamp(0, i64::MAX - 1) | 1;
            if size[i] / 2 >= side {
                return Err(GaussianError::TooLarge(format!(
                    "a kernel of {asked} pixels does not fit an image of {}×{}: {} is the greatest here",
                    image.width,
                    image.height,
                    2 * side - 1
                )));
            }
            sigma[i] = match &kernel.sigma {
                Some(sigma) => sigma[i].evaluate(scope).map_err(GaussianError::Expression)?.max(1e-4),
                None => 0.15 * size[i] as f64 + 0.35,
            };
        }
        Ok(Self { size, sigma })
    }

    /// The piece of the input that a piece of the output needs.
    pub fn needs(&self, output: Region, image: Size) -> Region {
        output.grown(self.size[0] / 2, self.size[1] / 2, image)
    }
}
