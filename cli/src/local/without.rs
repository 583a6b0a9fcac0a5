//! What a clipig without libtorch says where it would have to compute.

use std::process::ExitCode;

use clipig_experiment::Experiment;

use crate::arguments::{RateArguments, RenderArguments, StartArguments, WorkArguments};
use crate::failure::Failure;

/// The version of libtorch that computes here: none.
pub(crate) const LIBTORCH: Option<&str> = None;

/// `clipig render` without a farm elsewhere.
pub(crate) fn render(_: &RenderArguments) -> Result<ExitCode, Failure> {
    Err(absent("render on this machine", "`clipig render --farm URL` renders on a farm"))
}

/// `clipig rate`.
pub(crate) fn rate(_: &RateArguments) -> Result<ExitCode, Failure> {
    Err(absent("rate images", "farms rate none"))
}

/// `clipig worker`.
pub(crate) fn work(_: &WorkArguments) -> Result<ExitCode, Failure> {
    Err(absent("be a worker", "`clipig submit` gives work to farms elsewhere"))
}

/// `clipig farm start`.
pub(crate) fn start_farm(_: &StartArguments) -> Result<ExitCode, Failure> {
    Err(absent("start a farm", "--farm URL or CLIPIG_FARM names one elsewhere"))
}

/// What the texts of an experiment lack: only an engine can split them into tokens.
#[expect(clippy::unnecessary_wraps, reason = "a clipig that computes can fail here")]
pub(crate) fn check_texts(_: &Experiment) -> Result<Vec<String>, Failure> {
    Ok(Vec::new())
}

fn absent(what: &str, instead: &str) -> Failure {
    Failure::usage(format!(
        "this clipig cannot {what}: it was built without libtorch\nhelp: {instead}; a clipig that computes comes \
         from `cargo build --release --package clipig`"
    ))
}
