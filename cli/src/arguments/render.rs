//! The arguments of `clipig render`.

use clap::Args;
use clipig_experiment::Overrides;

use super::experiment::{ComputeArguments, ExperimentArguments};
use super::farm::AccessArguments;

/// Arguments of `clipig render`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RenderArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,
    #[command(flatten)]
    pub(crate) compute: ComputeArguments,
    /// Where the picture goes: a folder (ends with `/`) or a file. Nothing is ever overwritten.
    #[arg(short, long, value_name = "DIR/|FILE.png")]
    pub(crate) output: Option<String>,
    /// How much is said: 0 nothing, 1 progress, 2 also the table of targets.
    #[arg(short, long, value_name = "N")]
    pub(crate) verbose: Option<i64>,
    /// For each picture a line of JSON on standard output instead of its path, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    /// Compute on this farm instead of here: submit, watch, fetch.
    #[arg(long, value_name = "URL")]
    pub(crate) farm: Option<String>,
    #[command(flatten)]
    pub(crate) access: AccessArguments,
}

impl RenderArguments {
    /// The values that win over the files.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides { output: self.output.clone(), verbose: self.verbose, ..self.experiment.overrides() }
    }
}
