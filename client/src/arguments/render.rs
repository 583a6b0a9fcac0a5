//! The arguments of `clipig render`.

use std::path::Path;

use clap::Args;
use clipig_experiment::Overrides;

use super::experiment::{ComputeArguments, ExperimentArguments};
use super::farm::AccessArguments;

#[derive(Clone, Debug, Args)]
pub struct RenderArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,
    #[command(flatten)]
    pub compute: ComputeArguments,
    /// Folder (with `/` at the end) or file for the picture. Existing files are never overwritten.
    #[arg(short, long, value_name = "DIR/|FILE.png")]
    pub output: Option<String>,
    /// How much to print: 0 nothing, 1 progress, 2 also the table of targets.
    #[arg(short, long, value_name = "N")]
    pub verbose: Option<i64>,
    /// Print a line of JSON for each picture instead of its path.
    #[arg(long)]
    pub json: bool,
    /// Render on this farm instead of this machine: submit, watch and fetch in one command.
    #[arg(long, value_name = "URL")]
    pub farm: Option<String>,
    #[command(flatten)]
    pub access: AccessArguments,
}

impl RenderArguments {
    /// The values that override those of the files.
    pub fn overrides(&self) -> Overrides {
        let output = self.output.as_deref().map(as_folder);
        Overrides { output, verbose: self.verbose, ..self.experiment.overrides() }
    }
}

/// A folder that is there is one without a `/` at the end, too: `.` and `pictures`.
fn as_folder(output: &str) -> String {
    let end = if !output.ends_with('/') && Path::new(output).is_dir() { "/" } else { "" };
    format!("{output}{end}")
}

#[cfg(test)]
mod tests {
    use super::as_folder;

    #[test]
    fn a_folder_that_is_there_needs_no_slash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        assert_eq!(as_folder(&path), format!("{path}/"));
        assert_eq!(as_folder("."), "./");
        let (with, new) = (format!("{path}/"), format!("{path}/new"));
        assert_eq!([as_folder(&with), as_folder(&new)], [with, new]);
    }
}
