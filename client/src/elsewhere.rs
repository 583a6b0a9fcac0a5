//! A `clipig` without `clipig-local` beside it: the messages for commands that compute.

use crate::arguments::DoctorArguments;
use crate::beside;
use crate::doctor::{Finding, Folder};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::local::{Easel, Judge, Local, Notices, Task};

/// Nothing computes on this machine: there are only farms elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elsewhere;

impl Local for Elsewhere {
    fn run(&self, task: Task<'_>) -> Result<ExitCode, Failure> {
        let (what, instead) = match task {
            Task::Render(_) => ("render on this machine", "`clipig render --farm URL` renders on a farm"),
            Task::Studio(_) => {
                ("open a studio", "every coordinator serves the same page at its `http_listen`")
            }
            Task::Work(_) => ("be a worker", "`clipig submit` sends experiments to a farm"),
            Task::Start(_) => ("start a farm", "use a farm elsewhere with --farm URL or CLIPIG_FARM"),
            Task::Restore(_) => ("restore a backup", "do that on the coordinator's machine"),
            Task::Check(_) => ("check a data folder", "do that on the coordinator's machine"),
            Task::Rate(_) => ("rate images", "farms cannot do that either"),
            Task::Metrics => ("list the metrics of a coordinator", "docs/metrics.md lists them"),
        };
        Err(absent(what, instead))
    }

    fn easel(&self) -> Result<Box<dyn Easel>, Failure> {
        Err(absent("draw pictures on this machine", "`--farm URL` draws them on a farm"))
    }

    fn judge(&self, _: &str, _: &str) -> Result<Box<dyn Judge>, Failure> {
        Err(absent("rate pictures", "a clipig that computes rates them: `clipig rate FOLDER -t TEXT`"))
    }

    /// Processor and GPUs are of no interest to a client.
    fn devices(&self) -> Vec<Finding> {
        let found = "none: this clipig is a client of farms and does not compute";
        vec![Finding::ok("libtorch", found)]
    }

    /// It runs no services.
    fn settings(&self, arguments: &DoctorArguments) -> (Vec<Finding>, Vec<Folder>) {
        let asked = [&arguments.coordinator_settings, &arguments.worker_settings];
        let findings = asked.into_iter().flatten().map(|file| {
            Finding::warning(
                "settings",
                format!("{} was not checked: this clipig runs no services", file.display()),
                remedy(),
            )
        });
        (findings.collect(), Vec::new())
    }

    fn notices(&self) -> Notices {
        Notices {
            libtorch: "(not used by this clipig, which renders on farms only)",
            page: "(not part of this clipig)\n",
        }
    }
}

fn absent(what: &str, instead: &str) -> Failure {
    Failure::usage(format!(
        "this clipig cannot {what}: {} computes, and it is not there\nhelp: {instead}; to compute on this machine, {}",
        program(),
        remedy()
    ))
}

/// The program that computes, with its folder where that is known.
fn program() -> String {
    beside::path().map_or_else(|| beside::PROGRAM.to_owned(), |path| path.display().to_string())
}

fn remedy() -> String {
    format!(
        "put {} beside clipig, or build both with `cargo build --release --package clipig`",
        beside::PROGRAM
    )
}
