//! What can go wrong, told to a person: what happened, and where known what to do about it.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};

/// An error of a developer command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line makes no sense.
    #[error("{0}\n  `cargo xtask --help` lists the commands")]
    Usage(String),

    /// This machine cannot run clipig at all.
    #[error("clipig runs on Linux on x86-64 with glibc; this is {0}")]
    Unsupported(String),

    /// Programs that must be installed beforehand.
    #[error("{}", missing(.0))]
    Missing(Vec<Missing>),

    /// A program that was started did not succeed; it has said why itself.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },

    /// Pip could not fetch a wheel and has said why.
    #[error(
        "pip could not fetch what is needed ({0}); its own words are above\n  \
         PyPI, or a mirror that pip is configured for, has to be in reach this once"
    )]
    NotFetched(ExitStatus),

    /// A program could not be started.
    #[error("cannot start `{program}`: {source}")]
    NotStarted {
        /// The program's name.
        program: String,
        /// Why.
        source: std::io::Error,
    },

    /// The test runner failed: its own closing lines are the message.
    #[error("tests failed")]
    Tests(ExitStatus),

    /// Some steps of a check failed; the summary above has named them.
    #[error("{0}")]
    Steps(String),

    /// A file or folder could not be read or written.
    #[error("cannot {doing} {}: {source}", .path.display())]
    File {
        /// Verb: "read", "create", …
        doing: &'static str,
        /// What it was about.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// A downloaded wheel is not what it should be.
    #[error("{}: {problem}", .wheel.display())]
    Wheel {
        /// The archive.
        wheel: PathBuf,
        /// What is wrong with it.
        problem: String,
    },

    /// The libtorch that is there cannot be used.
    #[error("{0}")]
    Libtorch(String),

    /// Anything else, in full sentences.
    #[error("{0}")]
    Other(String),
}

/// A program that is needed and was not found.
#[derive(Debug)]
pub(crate) struct Missing {
    /// What is missing and how that was noticed.
    pub(crate) what: String,
    /// Ways to get it, one a line.
    pub(crate) ways: &'static [&'static str],
}

impl Error {
    /// For `map_err` on operations on `path`: "cannot `doing` `path`: …".
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }

    /// Prints the message, unless a program that ran before has had the last word.
    pub(crate) fn print(&self) {
        if !matches!(self, Self::Tests(_)) {
            eprintln!("error: {self}");
        }
    }

    /// 2 for a wrong command line, the test runner's own code for failed tests, 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Tests(status) => {
                let code = status.code().and_then(|code| u8::try_from(code).ok());
                ExitCode::from(code.filter(|code| *code != 0).unwrap_or(1))
            }
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

fn missing(programs: &[Missing]) -> String {
    let mut lines = vec!["something that set-up needs is missing".to_owned()];
    for program in programs {
        lines.push(format!("  {}", program.what));
        lines.extend(program.ways.iter().map(|way| format!("    {way}")));
    }
    lines.join("\n")
}
