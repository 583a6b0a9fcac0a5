//! An experiment on the command line: files, and values that override them.

use clap::Args;
use clipig_experiment::Overrides;

use crate::failure::Failure;

/// Files and overrides, the same for `render`, `submit` and `update`.
#[derive(Clone, Debug, Args)]
pub struct ExperimentArguments {
    /// Experiments in YAML. Several are merged: a later value wins, and all targets are kept. `-` reads standard input. A
    /// PNG made by clipig repeats the run that made it.
    #[arg(required_unless_present = "text", value_name = "FILE")]
    pub files: Vec<String>,
    /// Text to draw, instead of the features in the files. Without a file, the built-in experiment
    /// (examples/strawberry.yaml) draws it.
    #[arg(short, long, value_name = "TEXT")]
    pub text: Option<String>,
    /// Number of epochs.
    #[arg(short, long, value_name = "N")]
    pub epochs: Option<i64>,
    /// Width and height of the picture in pixels.
    #[arg(short, long, num_args = 1..=2, value_names = ["W", "H"], value_parser = pixels)]
    pub resolution: Vec<i64>,
    /// Factor on the optimiser's learn rate. CLIPig's `-lr` works too.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub learnrate: Option<f64>,
    /// Optimiser: adam, sgd, `sparse_adam`, adadelta, rmsprob. CLIPig's `-opt` works too.
    #[arg(long, value_name = "NAME")]
    pub optimizer: Option<String>,
    /// Seconds between snapshots of the picture; 0 turns them off.
    #[arg(short, long, value_name = "SECONDS")]
    pub snapshot_interval: Option<f64>,
    /// Seed of all random numbers. The same seed gives the same picture.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// CLIP model; `clipig model list` shows them.
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    /// Device to compute on: cpu, cuda, cuda:1, … or auto.
    #[arg(short, long, value_name = "DEVICE")]
    pub device: Option<String>,
}

/// How a job is computed.
#[derive(Clone, Debug, Args)]
pub struct ComputeArguments {
    /// Number type that CLIP computes with: float32, or bfloat16 and float16 for GPUs; some CPUs are faster in bfloat16,
    /// too.
    #[arg(long, value_name = "TYPE", default_value = "float32")]
    pub precision: Precision,
    /// Threads that work on one operation. Another number gives a slightly different picture. Default: 1, or more if
    /// `batch_size` is too small to keep all cores busy.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Number of pictures to make, each with its own seed.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
}

impl ComputeArguments {
    /// The seed of the picture `i`: the experiment's own and its successors. `None` where the experiment has none.
    ///
    /// # Errors
    /// Where there are not so many seeds.
    pub fn seed(&self, first: Option<u64>, i: u32) -> Result<Option<u64>, Failure> {
        let Some(first) = first else { return Ok(None) };
        // Checked before the first picture, so that the command does not fail halfway.
        if first.checked_add(u64::from(self.repeat.saturating_sub(1))).is_none() {
            let repeat = self.repeat;
            return Err(Failure::usage(format!(
                "--repeat {repeat} needs the seeds that follow {first}, and the greatest seed is {}",
                u64::MAX
            )));
        }
        Ok(first.checked_add(u64::from(i)))
    }
}

impl ExperimentArguments {
    /// The values that override those of the files.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            text: self.text.clone(),
            epochs: self.epochs,
            resolution: self.resolution.clone(),
            learnrate: self.learnrate,
            optimizer: self.optimizer.clone(),
            snapshot_interval: self.snapshot_interval,
            device: self.device.clone(),
            model: self.model.clone(),
            seed: self.seed,
            output: None,
            verbose: None,
        }
    }
}

/// Width or height. Most often it is none because a file follows, which is taken for the height.
fn pixels(text: &str) -> Result<i64, &'static str> {
    text.parse().map_err(|_| {
        "it is not a whole number of pixels; write width and height as in `-r 64 48`, and files before `-r`"
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Precision {
    /// 32 bits.
    Float32,
    /// 16 bits with the range of 32.
    Bfloat16,
    /// 16 bits.
    Float16,
}
