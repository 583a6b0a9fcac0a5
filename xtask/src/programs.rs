//! The programs of clipig, built as the tests are.

use std::path::PathBuf;

use crate::error::Error;
use crate::places::Places;
use crate::process::{cargo, run as start};

/// Programs that are up to date.
#[derive(Debug)]
pub(crate) struct Programs {
    /// Where they are.
    folder: PathBuf,
}

impl Programs {
    /// Builds them. Together with all crates, they have the same features as in `cargo test --workspace`. Alone, they would
    /// have fewer, and cargo would compile most dependencies once more.
    pub(crate) fn build(places: &Places) -> Result<Self, Error> {
        let what = ["--workspace", "--bin", "clipig", "--bin", "clipig-local", "--example", "openapi"];
        start(cargo(places).args(["build", "--quiet"]).args(what))?;
        Ok(Self::of_tests(places))
    }

    /// Those that the tests were built with.
    pub(crate) fn of_tests(places: &Places) -> Self {
        Self { folder: places.target().join("debug") }
    }

    /// `clipig`, which finds `clipig-local` beside it, with the page in it.
    pub(crate) fn clipig(&self) -> PathBuf {
        self.folder.join("clipig")
    }

    /// Prints the description of the coordinator's API.
    pub(crate) fn openapi(&self) -> PathBuf {
        self.folder.join("examples/openapi")
    }
}
