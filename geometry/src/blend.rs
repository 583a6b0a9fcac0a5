//! Blends: transforms with a mask. Their output is mixed with what they got, in shares of the mask.

use std::sync::Arc;

use clipig_experiment::{Mask, Scope, Transform};

use crate::chain::Chain;
use crate::context::DrawError;
use crate::region::Size;
use crate::trace::MAX_AREA;

/// Transforms with a mask, drawn. The image keeps its size.
#[derive(Debug)]
pub struct Blend {
    /// The transforms.
    pub chain: Chain,
    /// Where they act; it lies over the image that they get.
    pub mask: Arc<Mask>,
    /// What the mask's numbers are evaluated with.
    pub scope: Scope,
    /// Where it stands in the experiment.
    pub path: String,
}

impl Blend {
    pub(crate) fn draw(
        path: &str,
        (mask, transforms): (&Arc<Mask>, &[Transform]),
        scope: &Scope,
        size: Size,
    ) -> Result<Self, DrawError> {
        // A mask's image is held in the size of the image that it lies over.
        if size.area() > MAX_AREA && !mask.images().is_empty() {
            return Err(DrawError::Impossible {
                path: format!("{path}.mask"),
                message: format!(
                    "an image as a mask cannot lie over {}×{} pixels; crop before, or use a box, an ellipse or a gradient",
                    size.width, size.height
                ),
            });
        }
        let chain = Chain::draw(transforms, scope, size)?;
        // What changes the size has no mask: the experiment was refused.
        assert_eq!(chain.output(), size, "`{path}` has a mask and changes the size");
        Ok(Self { chain, mask: Arc::clone(mask), scope: scope.clone(), path: path.to_owned() })
    }
}
