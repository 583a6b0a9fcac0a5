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

    /// Tests failed: which, and how to run them again.
    #[error("{0}")]
    Tests(String),

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

    /// Prints the message, unless it is one [for the end](Self::for_the_end).
    pub(crate) fn print(&self) {
        if self.for_the_end().is_none() {
            eprintln!("error: {self}");
        }
    }

    /// What a person needs to see behind the table of all steps: the tests that failed.
    pub(crate) fn for_the_end(&self) -> Option<String> {
        match self {
            Self::Tests(failures) => Some(failures.clone()),
            _ => None,
        }
    }

    /// 2 for a wrong command line, 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
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
    let mut lines = vec!["something that is needed is missing".to_owned()];
    for program in programs {
        lines.push(format!("  {}", program.what));
        lines.extend(program.ways.iter().map(|way| format!("    {way}")));
    }
    lines.join("\n")
}
