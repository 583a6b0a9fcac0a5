//! The messages of a clipig without libtorch for commands that compute.

use std::process::ExitCode;

use clipig_experiment::Experiment;

use crate::arguments::{RateArguments, RenderArguments, StartArguments, WorkArguments};
use crate::failure::Failure;

/// The version of libtorch that computes here: none.
pub(crate) const LIBTORCH: Option<&str> = None;

pub(crate) fn render(_: &RenderArguments) -> Result<ExitCode, Failure> {
    Err(absent("render on this machine", "`clipig render --farm URL` renders on a farm"))
}

pub(crate) fn rate(_: &RateArguments) -> Result<ExitCode, Failure> {
    Err(absent("rate images", "farms cannot do that either"))
}

pub(crate) fn work(_: &WorkArguments) -> Result<ExitCode, Failure> {
    Err(absent("be a worker", "`clipig submit` sends experiments to a farm"))
}

pub(crate) fn start_farm(_: &StartArguments) -> Result<ExitCode, Failure> {
    Err(absent("start a farm", "use a farm elsewhere with --farm URL or CLIPIG_FARM"))
}

/// What the texts of an experiment lack: only an engine can split them into tokens.
#[expect(clippy::unnecessary_wraps, reason = "a clipig that computes can fail here")]
pub(crate) fn check_texts(_: &Experiment) -> Result<Vec<String>, Failure> {
    Ok(Vec::new())
}

fn absent(what: &str, instead: &str) -> Failure {
    Failure::usage(format!(
        "this clipig cannot {what}: it was built without libtorch\nhelp: {instead}; to compute on this machine, \
         build clipig with `cargo build --release --package clipig`"
    ))
}
