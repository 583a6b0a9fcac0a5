//! The arguments of `clipig sweep` and `clipig animate`.

use std::path::PathBuf;

use clap::Args;
use clipig_experiment::Overrides;

use super::experiment::{ComputeArguments, ExperimentArguments, Precision};
use super::farm::{AccessArguments, TermsArguments};

#[derive(Clone, Debug, Args)]
pub struct SweepArguments {
    /// Number of jobs that wait or run on the farm at the same time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub jobs: u32,
    /// Print JSON instead of the table.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub series: SeriesArguments,
}

#[derive(Clone, Debug, Args)]
pub struct AnimateArguments {
    /// Make a film of the frames with ffmpeg: FILE.mp4 or FILE.gif.
    #[arg(long, value_name = "FILE")]
    pub video: Option<PathBuf>,
    /// Print JSON instead of the folder's name.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub series: SeriesArguments,
}

/// What sweeps and animations have in common.
#[derive(Clone, Debug, Args)]
pub struct SeriesArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,
    /// Folder for the pictures, new or of the same series. Default: the file's name with `-sweep` or `-frames`.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// How much to print: 0 nothing, 1 and more progress.
    #[arg(short, long, value_name = "N")]
    pub verbose: Option<i64>,
    /// Number type that CLIP computes with: float32, or bfloat16 and float16 for GPUs; some CPUs are faster in bfloat16,
    /// too.
    #[arg(long, value_name = "TYPE", default_value = "float32")]
    pub precision: Precision,
    /// Threads that work on one operation. Another number gives slightly different pictures. Default: 1, or more if
    /// `batch_size` is too small to keep all cores busy.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Draw on this farm instead of this machine. The jobs of an interrupted command are found again.
    #[arg(long, value_name = "URL")]
    pub farm: Option<String>,
    #[command(flatten)]
    pub terms: TermsArguments,
    #[command(flatten)]
    pub access: AccessArguments,
}

impl SeriesArguments {
    /// The values that override those of the files. How much is printed is none of them: a series can go on with less noise.
    pub fn overrides(&self) -> Overrides {
        self.experiment.overrides()
    }

    /// How each picture is computed.
    pub fn compute(&self) -> ComputeArguments {
        ComputeArguments { precision: self.precision, threads: self.threads, repeat: 1 }
    }

    /// The folder that is asked for, or `NAME-suffix` where a single picture would be `NAME.png`.
    pub fn folder(&self, picture: &str, suffix: &str) -> PathBuf {
        self.output.clone().unwrap_or_else(|| {
            let name = picture.strip_suffix(".png").unwrap_or(picture);
            PathBuf::from(format!("{name}-{suffix}"))
        })
    }
}
