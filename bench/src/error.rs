//! Why a measurement failed.

use std::io;

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The system refused something.
    #[error("{place}: {source}")]
    Io {
        /// What was being done.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// A process that is measured ended by itself.
    #[error(
        "the process `{0}` ended by itself; its own words stand above, and RUST_LOG=info makes it say more"
    )]
    Ended(String),
    /// A process that is measured said nothing in time.
    #[error(
        "the process `{name}` did not say `{expected}` within {seconds} s; RUST_LOG=info makes it say more"
    )]
    Silent {
        /// The process.
        name: String,
        /// What it should have said.
        expected: String,
        /// How long it had.
        seconds: u64,
    },
    /// Something that is measured does not work.
    #[error("{0}")]
    Wrong(String),
}

impl BenchError {
    /// For `map_err`: the system refused something there.
    pub(crate) fn at(place: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let place = place.into();
        move |source| Self::Io { place, source }
    }

    /// For `map_err`: something else does not work.
    pub(crate) fn wrong(error: impl std::fmt::Display) -> Self {
        Self::Wrong(error.to_string())
    }
}
