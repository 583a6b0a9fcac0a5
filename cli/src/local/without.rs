//! The messages of a clipig without libtorch for commands that compute.

use std::process::ExitCode;

use clipig_core::Assets;
use clipig_experiment::Experiment;

use crate::arguments::{
    CheckArguments, ComputeArguments, RateArguments, RenderArguments, RestoreArguments, StartArguments,
    StudioArguments, WorkArguments,
};
use crate::failure::Failure;
use crate::series::order::{Drawn, Order};

/// The version of libtorch that computes here: none.
pub(crate) const LIBTORCH: Option<&str> = None;

/// The notices of the packages in the page: there is no page in it.
pub(crate) const PAGE_NOTICES: &str = "(not part of this clipig)\n";

pub(crate) fn render(_: &RenderArguments) -> Result<ExitCode, Failure> {
    Err(absent("render on this machine", "`clipig render --farm URL` renders on a farm"))
}

/// Draws the pictures of a series on this machine, which this clipig cannot.
#[derive(Default)]
pub(crate) struct Easel(());

impl Easel {
    #[expect(clippy::unused_self, reason = "a clipig that computes keeps models in it")]
    pub(crate) fn draw(
        &mut self,
        _: &Order,
        _: &ComputeArguments,
        _: &mut dyn FnMut(),
    ) -> Result<Drawn, Failure> {
        Err(absent("draw pictures on this machine", "`--farm URL` draws them on a farm"))
    }
}

/// Rates the pictures of a series, which this clipig cannot.
pub(crate) enum Judge {}

impl Judge {
    pub(crate) fn new(_: &str, _: &str) -> Result<Self, Failure> {
        Err(absent("rate pictures", "a clipig with libtorch rates them: `clipig rate FOLDER -t TEXT`"))
    }

    pub(crate) fn model(&self) -> &str {
        match *self {}
    }

    pub(crate) fn score(
        &mut self,
        _: (&str, &[u8]),
        _: &Experiment,
        _: &Assets,
    ) -> Result<Option<f64>, Failure> {
        match *self {}
    }
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

pub(crate) fn studio(_: &StudioArguments) -> Result<ExitCode, Failure> {
    Err(absent("open a studio", "every coordinator serves the same page at its `http_listen`"))
}

pub(crate) fn metrics() -> Result<String, Failure> {
    Err(absent("list the metrics of a coordinator", "docs/metrics.md lists them"))
}

pub(crate) fn restore(_: &RestoreArguments) -> Result<ExitCode, Failure> {
    Err(absent("restore a backup", "do that on the coordinator's machine"))
}

pub(crate) fn check(_: &CheckArguments) -> Result<ExitCode, Failure> {
    Err(absent("check a data folder", "do that on the coordinator's machine"))
}

/// Nothing: a clipig that does not compute draws a sweep on a farm, and has no judge.
pub(crate) fn check_judge(_: &str) -> Option<String> {
    None
}

/// What the features of an experiment lack: only an engine can split them into tokens.
#[expect(clippy::unnecessary_wraps, reason = "a clipig that computes can fail here")]
pub(crate) fn check_features(_: &Experiment) -> Result<Vec<String>, Failure> {
    Ok(Vec::new())
}

/// What `clipig doctor` says of a machine on which clipig does not compute.
pub(crate) mod doctor {
    use crate::arguments::DoctorArguments;
    use crate::doctor::Finding;
    use crate::doctor::machine::folders::Folder;

    /// Processor and GPUs are of no interest to a client.
    pub(crate) fn devices() -> Vec<Finding> {
        let found = "none: this clipig is a client of farms and does not compute";
        vec![Finding::ok("libtorch", found)]
    }

    /// Settings of services, which this clipig does not run.
    pub(crate) fn settings(arguments: &DoctorArguments) -> (Vec<Finding>, Vec<Folder>) {
        let asked = [&arguments.coordinator_settings, &arguments.worker_settings];
        let findings = asked.into_iter().flatten().map(|file| {
            Finding::warning(
                "settings",
                format!("{} was not checked: this clipig runs no services", file.display()),
                "use a clipig that was built with `cargo build --release --package clipig`",
            )
        });
        (findings.collect(), Vec::new())
    }
}

fn absent(what: &str, instead: &str) -> Failure {
    Failure::usage(format!(
        "this clipig cannot {what}: it was built without libtorch\nhelp: {instead}; to compute on this machine, \
         build clipig with `cargo build --release --package clipig`"
    ))
}
