//! `edge`: amount · |image − blurred image|.

use clipig_experiment::Kernel;
use clipig_experiment::expression::Float;

use super::blur::{self, Blur};
use crate::context::{Draw, DrawError};
use crate::region::{Region, Size};

/// The blur and the factor per colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The blur.
    pub blur: Blur,
    /// Factor by colour.
    pub amount: [f32; 3],
}

pub(crate) fn draw(kernel: &Kernel, amount: &[Float; 3], draw: &Draw<'_>) -> Result<Edge, DrawError> {
    Ok(Edge { blur: blur::draw(kernel, draw)?, amount: draw.color(amount)? })
}

impl Edge {
    /// The piece of the input that a piece of the output needs.
    pub fn needs(&self, output: Region, input: Size) -> Region {
        self.blur.needs(output, input)
    }
}
