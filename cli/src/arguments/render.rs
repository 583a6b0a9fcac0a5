//! The arguments of `clipig render`.

use clap::Args;
use clipig_experiment::Overrides;

use super::experiment::{ComputeArguments, ExperimentArguments};
use super::farm::AccessArguments;

#[derive(Clone, Debug, Args)]
pub(crate) struct RenderArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,
    #[command(flatten)]
    pub(crate) compute: ComputeArguments,
    /// Folder (with `/` at the end) or file for the picture. Existing files are never overwritten.
    #[arg(short, long, value_name = "DIR/|FILE.png")]
    pub(crate) output: Option<String>,
    /// How much to print: 0 nothing, 1 progress, 2 also the table of targets.
    #[arg(short, long, value_name = "N")]
    pub(crate) verbose: Option<i64>,
    /// Print a line of JSON for each picture instead of its path.
    #[arg(long)]
    pub(crate) json: bool,
    /// Render on this farm instead of this machine: submit, watch and fetch in one command.
    #[arg(long, value_name = "URL")]
    pub(crate) farm: Option<String>,
    #[command(flatten)]
    pub(crate) access: AccessArguments,
}

impl RenderArguments {
    /// The values that override those of the files.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides { output: self.output.clone(), verbose: self.verbose, ..self.experiment.overrides() }
    }
}
