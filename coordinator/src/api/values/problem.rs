//! What is wrong or odd about an experiment.

use clipig_proto::v1;
use serde::Serialize;
use utoipa::ToSchema;

/// Something wrong or odd about an experiment, in the words of the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ExperimentProblem {
    /// Can the experiment run in spite of it?
    pub(crate) warning: bool,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// Path of the parameter with list indices, such as `targets.0.weight`; empty for the file as a whole.
    pub(crate) parameter: String,
    /// Where in the YAML; `null` where the value stands in no line of it.
    pub(crate) place: Option<Place>,
    /// Words beside the marked place; may be empty.
    pub(crate) label: String,
    /// What is allowed, and how to get there; one paragraph each.
    pub(crate) help: Vec<String>,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Place {
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column in characters, from 1.
    pub(crate) column: u32,
    /// Characters marked, at least 1.
    pub(crate) length: u32,
}

impl From<v1::Problem> for ExperimentProblem {
    fn from(problem: v1::Problem) -> Self {
        let v1::Problem { warning, message, path, place, label, help } = problem;
        let place =
            place.map(|v1::Place { line, column, length, .. }| Place { line, column, length: length.max(1) });
        Self { warning, message, parameter: path, place, label, help }
    }
}

/// What an experiment's check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Validation {
    /// Can it run here?
    pub(crate) valid: bool,
    /// What is wrong or odd, in the order of the text.
    pub(crate) problems: Vec<ExperimentProblem>,
}
