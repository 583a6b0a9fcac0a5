//! What a transform sees while it is drawn.

use clipig_experiment::expression::{Float, Int};
use clipig_experiment::random::{Key, Stream};
use clipig_experiment::{EvaluationError, Scope};

use crate::region::Size;

/// Why a transform cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// An expression failed.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// The numbers do not fit the image.
    #[error("`{path}`: {message}")]
    Impossible {
        /// Path of the transform in the experiment.
        path: String,
        /// What is wrong and what would do.
        message: String,
    },
}

/// What a transform sees while it is drawn.
pub(crate) struct Draw<'a> {
    pub(crate) scope: &'a Scope,
    /// Path of the transform in the experiment.
    pub(crate) path: &'a str,
    /// Size of its input.
    pub(crate) size: Size,
}

impl Draw<'_> {
    pub(crate) fn int(&self, value: &Int) -> Result<i64, DrawError> {
        Ok(value.evaluate(self.scope)?)
    }

    pub(crate) fn float(&self, value: &Float) -> Result<f64, DrawError> {
        Ok(value.evaluate(self.scope)?)
    }

    pub(crate) fn ints(&self, [a, b]: &[Int; 2]) -> Result<[i64; 2], DrawError> {
        Ok([self.int(a)?, self.int(b)?])
    }

    pub(crate) fn floats<const N: usize>(&self, values: &[Float; N]) -> Result<[f64; N], DrawError> {
        let mut result = [0.0; N];
        for (result, value) in result.iter_mut().zip(values) {
            *result = self.float(value)?;
        }
        Ok(result)
    }

    pub(crate) fn color(&self, values: &[Float; 3]) -> Result<[f32; 3], DrawError> {
        Ok(self.floats(values)?.map(|value| value as f32))
    }

    /// A width and height of an image, both at least 1.
    pub(crate) fn new_size(&self, values: &[Int; 2]) -> Result<Size, DrawError> {
        let [width, height] = self.ints(values)?;
        if width < 1 || height < 1 || width > Size::MAX_SIDE || height > Size::MAX_SIDE {
            return Err(self.impossible(format!(
                "the size is {width}×{height}; both must be between 1 and {}",
                Size::MAX_SIDE
            )));
        }
        Ok(Size { width, height })
    }

    /// The key of this transform's random numbers.
    pub(crate) fn key(&self) -> Key {
        self.scope.key(self.path)
    }

    pub(crate) fn stream(&self) -> Stream {
        self.key().stream()
    }

    pub(crate) fn impossible(&self, message: String) -> DrawError {
        DrawError::Impossible { path: self.path.to_owned(), message }
    }
}
