//! The small client: `clipig` alone, built where there is no libtorch, for machines that only submit and watch. `cargo xtask
//! size` builds it as it is shipped and weighs it; `cargo xtask check` lints and links it.

use std::fs;

use crate::error::Error;
use crate::places::Places;
use crate::process::{cargo, run as start};
use crate::steps::Steps;

/// The client and nothing that computes.
const FEATURES: [&str; 3] = ["--package", "clipig", "--no-default-features"];

/// What it may weigh, in bytes.
const MOST: u64 = 15_000_000;

/// A target folder of its own: the whole program's `release/clipig` stays.
const FOLDER: &str = "target/small-client";

/// The command.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    start(cargo(places).args(["build", "--release", "--target-dir", FOLDER]).args(FEATURES))?;
    let program = places.repository.join(FOLDER).join("release/clipig");
    let size = fs::metadata(&program).map_err(Error::file("read", &program))?.len();
    println!("the small client has {size} bytes; {MOST} are allowed");
    judge(size)
}

fn judge(size: u64) -> Result<(), Error> {
    if size < MOST {
        return Ok(());
    }
    Err(Error::Other(format!(
        "the small client is too large by {} bytes; `cargo bloat --crates` shows what grew",
        size - MOST + 1
    )))
}

/// Adds the step of the checks.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    steps.run("small client", || {
        start(cargo(places).arg("clippy").args(FEATURES).args(["--", "-D", "warnings"]))?;
        start(cargo(places).arg("build").args(FEATURES))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_of_fifteen_million_bytes_is_too_large() {
        assert!(judge(MOST - 1).is_ok());
        assert!(judge(MOST).unwrap_err().to_string().contains("by 1 bytes"));
    }
}
