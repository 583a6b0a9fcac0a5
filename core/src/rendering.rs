//! Where windows are rendered.

use std::fmt;
use std::str::FromStr;

/// Where the windows of samples are made from the canvas, and their gradients added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rendering {
    /// On a GPU where one computes, else on the processor.
    #[default]
    Auto,
    /// On the processor, whatever computes.
    Host,
    /// On the device that computes. If that is a CPU, this has the same bits and takes longer.
    Device,
}

/// A text that names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place where windows are rendered; `auto`, `host` and `device` are")]
pub struct RenderingError(String);

impl FromStr for Rendering {
    type Err = RenderingError;

    fn from_str(text: &str) -> Result<Self, RenderingError> {
        match text {
            "auto" => Ok(Self::Auto),
            "host" => Ok(Self::Host),
            "device" => Ok(Self::Device),
            _ => Err(RenderingError(text.to_owned())),
        }
    }
}

impl fmt::Display for Rendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Host => "host",
            Self::Device => "device",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for rendering in [Rendering::Auto, Rendering::Host, Rendering::Device] {
            assert_eq!(rendering.to_string().parse(), Ok(rendering));
        }
        assert!("gpu".parse::<Rendering>().is_err_and(|error| error.to_string().contains("`host`")));
    }
}
