//! The arguments of the commands that talk to a farm.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::experiment::{ComputeArguments, ExperimentArguments};

/// The farm's address where none is given.
pub(crate) const DEFAULT_FARM: &str = "http://127.0.0.1:7870";

/// How a client proves itself, and checks the farm. There is no flag for the token itself, because every user of the
/// machine can read the arguments of a process.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Access to the farm")]
pub struct AccessArguments {
    /// File with your token. `CLIPIG_TOKEN` can hold the token itself.
    #[arg(long, value_name = "FILE", env = "CLIPIG_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Certificate (PEM) of the authority that signed the farm's certificate. Default: the
    /// authorities that the system trusts.
    #[arg(long, value_name = "FILE", env = "CLIPIG_TLS_CA")]
    pub tls_ca: Option<PathBuf>,
    /// Send the token even if the farm is on another machine and the address says http://. Everybody who can read the
    /// network traffic can then steal it.
    #[arg(long, env = "CLIPIG_INSECURE", value_parser = clap::builder::FalseyValueParser::new())]
    pub insecure: bool,
}

#[derive(Clone, Debug, Args)]
pub struct FarmAddress {
    /// Address of the farm: `http://…`, `https://…` or `unix:/path`.
    #[arg(
        long,
        value_name = "URL",
        env = "CLIPIG_FARM",
        default_value = DEFAULT_FARM,
        help_heading = "Access to the farm"
    )]
    pub farm: String,
    #[command(flatten)]
    pub access: AccessArguments,
}

#[derive(Clone, Debug, Args)]
pub struct TopArguments {
    /// Seconds between two updates, from 0.2 to 3600.
    #[arg(short, long, value_name = "SECONDS", default_value_t = 1.0, value_parser = interval)]
    pub interval: f64,
    /// Print a table once, also on a terminal.
    #[arg(long)]
    pub once: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

fn interval(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.2..=3600.0).contains(seconds));
    seconds.ok_or_else(|| "a number from 0.2 to 3600 is needed".to_owned())
}

#[derive(Clone, Debug, Args)]
pub struct DoctorArguments {
    /// Read all weights of models and compare their hashes. Without this flag, only files that have changed are read.
    #[arg(long)]
    pub weights: bool,
    /// Also check these settings of a coordinator (TOML or YAML).
    #[arg(long, value_name = "FILE")]
    pub coordinator_settings: Option<PathBuf>,
    /// Also check these settings of a worker (TOML or YAML).
    #[arg(long, value_name = "FILE")]
    pub worker_settings: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Address of a farm to examine: `http://…`, `https://…` or `unix:/path`. Default: none.
    #[arg(long, value_name = "URL", env = "CLIPIG_FARM", help_heading = "Access to the farm")]
    pub farm: Option<String>,
    #[command(flatten)]
    pub access: AccessArguments,
}

#[derive(Clone, Debug, Args)]
pub struct SubmitArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,
    #[command(flatten)]
    pub compute: ComputeArguments,
    #[command(flatten)]
    pub terms: TermsArguments,
    /// Watch the job until it ends, as `clipig watch` does.
    #[arg(long)]
    pub watch: bool,
    /// Draw the picture in the terminal while watching.
    #[arg(long, requires = "watch", conflicts_with = "json")]
    pub preview: bool,
    /// Print the jobs as JSON; with --watch, each event as a line of JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

/// A job's place among others.
#[derive(Clone, Debug, Default, Args)]
pub struct TermsArguments {
    /// Priority from -10 to 10. Jobs with a higher one run first and get more workers.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i32).range(-10..=10))]
    pub priority: i32,
    /// Name of the job. Default: the experiment's first text or file.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Let different kinds of devices compute the job together. The picture then depends on which one computed what.
    #[arg(long)]
    pub mix_kinds: bool,
}

#[derive(Clone, Debug, Args)]
pub struct JobsArguments {
    /// Include jobs that have ended.
    #[arg(short, long)]
    pub all: bool,
    /// List only jobs in these states, separated by commas.
    #[arg(long, value_name = "STATE", value_delimiter = ',', conflicts_with = "all")]
    pub state: Vec<StateArgument>,
    /// List at most this many jobs, newest first.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: u32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

/// A job's state, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateArgument {
    Waiting,
    Preparing,
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

#[derive(Clone, Debug, Args)]
pub struct JobArguments {
    /// Number of the job; `clipig jobs` shows it.
    #[arg(value_name = "JOB")]
    pub job: u64,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub struct ControlArguments {
    /// Numbers of jobs; `clipig jobs` shows them.
    #[arg(required = true, value_name = "JOB")]
    pub jobs: Vec<u64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub struct WatchArguments {
    /// Number of the job; `clipig jobs` shows it.
    #[arg(value_name = "JOB")]
    pub job: u64,
    /// Draw each new snapshot in the terminal.
    #[arg(long, conflicts_with = "json")]
    pub preview: bool,
    /// Print each event as a line of JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub struct PriorityArguments {
    /// Number of the job; `clipig jobs` shows it.
    #[arg(value_name = "JOB")]
    pub job: u64,
    /// New priority, from -10 to 10. Jobs with a higher one run first and get more workers.
    #[arg(value_name = "PRIORITY", allow_negative_numbers = true,
          value_parser = clap::value_parser!(i32).range(-10..=10))]
    pub priority: i32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub struct UpdateArguments {
    /// Number of the job; `clipig jobs` shows it.
    #[arg(value_name = "JOB")]
    pub job: u64,
    #[command(flatten)]
    pub experiment: ExperimentArguments,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub struct FetchArguments {
    /// Number of the job; `clipig jobs` shows it.
    #[arg(value_name = "JOB")]
    pub job: u64,
    /// Folder for the files. Existing files are never overwritten.
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,
    /// Fetch the snapshots too, into a folder of their own.
    #[arg(long)]
    pub snapshots: bool,
    /// Fetch the losses and similarities of every epoch too.
    #[arg(long, value_name = "FORMAT")]
    pub history: Option<HistoryFormat>,
    /// Make a film of the snapshots with ffmpeg: FILE.mp4 or FILE.gif.
    #[arg(long, value_name = "FILE")]
    pub video: Option<PathBuf>,
    /// Snapshots per second in the film; at most 50 in a GIF.
    #[arg(long, value_name = "N", default_value_t = 12, requires = "video",
          value_parser = clap::value_parser!(u32).range(1..=120))]
    pub frame_rate: u32,
    /// Print what was fetched as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// A table for spreadsheets.
    Csv,
    /// A list of objects.
    Json,
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct WorkersArguments {
    #[command(subcommand)]
    pub command: Option<WorkersCommand>,
    #[command(flatten)]
    pub list: ListArguments,
}

#[derive(Clone, Debug, Args)]
pub struct ListArguments {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Subcommand)]
pub enum WorkersCommand {
    /// Give a worker no new work until it is resumed.
    Pause(WorkerArguments),
    /// Give a paused worker work again.
    Resume(WorkerArguments),
    /// Let a worker finish its work, then stop it.
    Drain(WorkerArguments),
    /// End the quarantine of a worker that failed too often.
    #[command(alias = "forgive")]
    Reinstate(WorkerArguments),
}

#[derive(Clone, Debug, Args)]
pub struct WorkerArguments {
    /// Name of the worker; `clipig workers` shows it.
    pub name: String,
    #[command(flatten)]
    pub list: ListArguments,
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct FarmArguments {
    #[command(subcommand)]
    pub command: Option<FarmCommand>,
    #[command(flatten)]
    pub list: ListArguments,
}

#[derive(Clone, Debug, Subcommand)]
pub enum FarmCommand {
    /// Show the status of a farm; the same as `clipig farm`.
    Status(ListArguments),
    /// Start a farm on this machine: a coordinator with workers.
    Start(StartArguments),
    /// Show the audit log: who did what. This needs the role operator.
    Audit(AuditArguments),
    /// Copy everything that a running farm keeps into a folder: jobs, checkpoints, pictures, uploaded content.
    ///
    /// The backup shows the farm at one moment; jobs go on meanwhile. The folder appears when the backup is complete.
    /// The backup does not contain the coordinator's settings, tokens and certificates, nor the models of its own
    /// store.
    Backup(BackupArguments),
    /// Restore the data folder of a coordinator from a backup.
    Restore(RestoreArguments),
    /// Check that nothing in a data folder or a backup is missing or damaged.
    ///
    /// Reads all files and changes nothing. No coordinator may use the folder meanwhile: to check a running farm, check a
    /// backup of it. If something is lost or damaged, the exit code is 1.
    Check(CheckArguments),
}

#[derive(Clone, Debug, Args)]
pub struct AuditArguments {
    /// List only what was done to this job.
    #[arg(long, value_name = "JOB")]
    pub job: Option<u64>,
    /// List only what this owner did.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Greatest number of entries to list, newest first.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    #[command(flatten)]
    pub list: ListArguments,
}

#[derive(Clone, Debug, Args)]
pub struct BackupArguments {
    /// The folder to make. It must be missing or empty.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub struct RestoreArguments {
    /// The folder that `clipig farm backup` has made.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub data: DataArguments,
}

#[derive(Clone, Debug, Args)]
pub struct CheckArguments {
    /// A data folder or a backup. Default: the coordinator's data folder.
    #[arg(value_name = "DIR", conflicts_with = "data")]
    pub folder: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub data: DataArguments,
}

/// Where a coordinator on this machine keeps its data.
#[derive(Clone, Debug, Args)]
pub struct DataArguments {
    /// The coordinator's data folder. Default: that of its settings, else ~/.local/share/clipig/farm.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// File with the coordinator's settings, to find its data folder.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub struct StartArguments {
    /// Number of workers in this process. With 0, workers are other processes. Default: one, or one per GPU.
    #[arg(long, value_name = "N")]
    pub workers: Option<u32>,
    #[command(flatten)]
    pub coordinator: CoordinatorArguments,
}

#[derive(Clone, Debug, Args)]
pub struct StudioArguments {
    /// Experiment to open: YAML, a picture that clipig made, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
    /// Only print the address.
    #[arg(long)]
    pub no_browser: bool,
    #[command(flatten)]
    pub start: StartArguments,
}

#[derive(Clone, Debug, Args)]
pub struct CoordinatorArguments {
    /// Address and port for clients and workers, or `unix:/path`. Default: `127.0.0.1:7870`.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Address and port for the page, its API, probes and metrics (HTTP), `unix:/path`, or `off`. Default: `127.0.0.1:7871`.
    #[arg(long, value_name = "ADDRESS")]
    pub http_listen: Option<String>,
    /// Folder for jobs, checkpoints and pictures. Default: ~/.local/share/clipig/farm.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Settings of the coordinator, in TOML or YAML. Flags and environment variables override them.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Allow other machines to connect without tokens or TLS. Everybody who can reach the address can then use the farm.
    #[arg(long)]
    pub insecure: bool,
}

#[derive(Clone, Debug, Args)]
pub struct WorkArguments {
    /// Address of the coordinator: `http://…`, `https://…` or `unix:/path`. Default: that of the settings, else
    /// `http://127.0.0.1:7870`.
    #[arg(long, value_name = "URL")]
    pub farm: Option<String>,
    /// Name of the worker. Default: the machine's name.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Device to compute on: cpu, cuda, cuda:1, …, auto, or `all` for one worker per GPU.
    #[arg(short, long, visible_alias = "device", value_name = "DEVICE")]
    pub devices: Option<String>,
    /// Number of CPU cores to compute with. Default: all.
    #[arg(long, value_name = "N")]
    pub cores: Option<String>,
    /// Folder for weights and images, which workers of one machine may share. Default: ~/.cache/clipig/worker.
    #[arg(long, value_name = "DIR")]
    pub cache: Option<String>,
    /// File with the token for workers. Default: that of the settings, or `CLIPIG_WORKER__TOKEN`.
    #[arg(long, value_name = "FILE", help_heading = "Access to the farm")]
    pub token_file: Option<String>,
    /// Certificate (PEM) of the authority that signed the farm's certificate. Default: the
    /// authorities that the system trusts.
    #[arg(long, value_name = "FILE", help_heading = "Access to the farm")]
    pub tls_ca: Option<String>,
    /// Send the token even if the coordinator is on another machine and the address says http://.
    #[arg(long, help_heading = "Access to the farm")]
    pub insecure: bool,
    /// Settings of the worker, in TOML or YAML. Flags and environment variables override them.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}
