//! Why a chain could not be drawn or applied.

use clipig_geometry::DrawError;

use crate::read_back::ReadBackError;

/// Why a chain could not be drawn or applied.
#[derive(Debug, thiserror::Error)]
pub enum TransformError {
    /// It asks for something impossible.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The device failed.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
}
