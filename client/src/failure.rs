//! How the command fails: a message for the reader and an exit code for scripts.

use clipig_experiment::Diagnostics;
use clipig_models::ModelError;

/// A failure that ends the command.
#[derive(Debug)]
pub enum Failure {
    /// The experiment or the command line is wrong: exit code 2.
    Usage(String),
    /// The experiment is wrong, with places: exit code 2.
    Experiment(Box<Diagnostics>),
    /// Anything else: exit code 1.
    Failed(String),
}

impl Failure {
    /// The experiment or the command line is wrong.
    pub fn usage(message: impl std::fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    /// Anything else.
    pub fn failed(message: impl std::fmt::Display) -> Self {
        Self::Failed(message.to_string())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usage(message) | Self::Failed(message) => f.write_str(message),
            Self::Experiment(problems) => f.write_str(problems.render(false).trim_end()),
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Self {
        Self::Experiment(Box::new(problems))
    }
}

/// A wrong name or flag is the person's to mend, everything else a failure.
impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Unknown { .. } | ModelError::Unknowable { .. } | ModelError::Contradiction { .. } => {
                Self::usage(error)
            }
            _ => Self::failed(error),
        }
    }
}
