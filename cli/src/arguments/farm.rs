//! The arguments of the commands that talk to a farm.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::experiment::{ComputeArguments, ExperimentArguments};

/// Where a farm is looked for when nobody says.
pub(crate) const DEFAULT_FARM: &str = "http://127.0.0.1:7870";

/// What opens a farm's door. The token itself comes from `CLIPIG_TOKEN`: arguments can be seen by everybody on
/// the machine.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Access to the farm")]
pub(crate) struct AccessArguments {
    /// A file with the token for clients; `CLIPIG_TOKEN` may hold the token itself.
    #[arg(long, value_name = "FILE", env = "CLIPIG_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The authority that signed the farm's certificate, in PEM; unset: those that this machine trusts.
    #[arg(long, value_name = "FILE", env = "CLIPIG_TLS_CA")]
    pub(crate) tls_ca: Option<PathBuf>,
}

/// Which farm, and how to get in.
#[derive(Clone, Debug, Args)]
pub(crate) struct FarmAddress {
    /// The farm: `http://…`, `https://…` or `unix:/path`.
    #[arg(
        long,
        value_name = "URL",
        env = "CLIPIG_FARM",
        default_value = DEFAULT_FARM,
        help_heading = "Access to the farm"
    )]
    pub(crate) farm: String,
    #[command(flatten)]
    pub(crate) access: AccessArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SubmitArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,
    #[command(flatten)]
    pub(crate) compute: ComputeArguments,
    #[command(flatten)]
    pub(crate) terms: TermsArguments,
    /// Watch the job until it ends.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Draw the picture in the terminal while watching.
    #[arg(long, requires = "watch", conflicts_with = "json")]
    pub(crate) preview: bool,
    /// The jobs as JSON, for programs; with --watch, each event as a line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

/// How a job stands among others.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TermsArguments {
    /// Jobs with a higher priority run first and get more workers: -10 to 10.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i32).range(-10..=10))]
    pub(crate) priority: i32,
    /// The job's name; unset: the experiment's first text or file.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Let devices of different kinds compute the job together. Then the picture depends on who computed what.
    #[arg(long)]
    pub(crate) mix_kinds: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct JobsArguments {
    /// Also jobs that have ended.
    #[arg(short, long)]
    pub(crate) all: bool,
    /// Only jobs in these states.
    #[arg(long, value_name = "STATE", value_delimiter = ',', conflicts_with = "all")]
    pub(crate) state: Vec<StateArgument>,
    /// At most so many, the newest first.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u32,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

/// A job's state, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateArgument {
    Waiting,
    Preparing,
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

/// One job.
#[derive(Clone, Debug, Args)]
pub(crate) struct JobArguments {
    /// The job's number, see `clipig jobs`.
    #[arg(value_name = "JOB")]
    pub(crate) job: u64,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

/// Some jobs.
#[derive(Clone, Debug, Args)]
pub(crate) struct ControlArguments {
    /// Numbers of jobs, see `clipig jobs`.
    #[arg(required = true, value_name = "JOB")]
    pub(crate) jobs: Vec<u64>,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct WatchArguments {
    /// The job's number, see `clipig jobs`.
    #[arg(value_name = "JOB")]
    pub(crate) job: u64,
    /// Draw the picture in the terminal whenever there is a new snapshot.
    #[arg(long, conflicts_with = "json")]
    pub(crate) preview: bool,
    /// Each event as a line of JSON on standard output, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PriorityArguments {
    /// The job's number, see `clipig jobs`.
    #[arg(value_name = "JOB")]
    pub(crate) job: u64,
    /// Its new priority, -10 to 10; jobs with a higher one run first and get more workers.
    #[arg(value_name = "PRIORITY", allow_negative_numbers = true,
          value_parser = clap::value_parser!(i32).range(-10..=10))]
    pub(crate) priority: i32,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The job's number, see `clipig jobs`.
    #[arg(value_name = "JOB")]
    pub(crate) job: u64,
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct FetchArguments {
    /// The job's number, see `clipig jobs`.
    #[arg(value_name = "JOB")]
    pub(crate) job: u64,
    /// The folder that the files go to. Nothing is ever overwritten.
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
    /// Also the snapshots, in a folder of their own.
    #[arg(long)]
    pub(crate) snapshots: bool,
    /// Also losses and similarities of every epoch.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) history: Option<HistoryFormat>,
    /// Also a film of the snapshots, made by ffmpeg: FILE.mp4 or FILE.gif.
    #[arg(long, value_name = "FILE")]
    pub(crate) video: Option<PathBuf>,
    /// Snapshots per second of the film.
    #[arg(long, value_name = "N", default_value_t = 12, requires = "video",
          value_parser = clap::value_parser!(u32).range(1..=120))]
    pub(crate) frame_rate: u32,
    /// What was fetched as JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    /// A table for spreadsheets.
    Csv,
    /// A list of objects.
    Json,
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct WorkersArguments {
    #[command(subcommand)]
    pub(crate) command: Option<WorkersCommand>,
    #[command(flatten)]
    pub(crate) list: ListArguments,
}

/// A listing.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) farm: FarmAddress,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum WorkersCommand {
    /// Give the worker nothing new until it is resumed.
    Pause(WorkerArguments),
    /// Go on after a pause.
    Resume(WorkerArguments),
    /// Let the worker finish what it holds, then end it.
    Drain(WorkerArguments),
    /// Give work again to a worker that was set aside for its failures.
    Forgive(WorkerArguments),
}

/// One worker.
#[derive(Clone, Debug, Args)]
pub(crate) struct WorkerArguments {
    /// The worker's name, see `clipig workers`.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) list: ListArguments,
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct FarmArguments {
    #[command(subcommand)]
    pub(crate) command: Option<FarmCommand>,
    #[command(flatten)]
    pub(crate) list: ListArguments,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum FarmCommand {
    /// Show how the farm is; the same as `clipig farm` alone.
    Status(ListArguments),
    /// Start a farm on this machine: a coordinator and workers.
    Start(StartArguments),
}

/// A farm on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct StartArguments {
    /// Workers in this process; 0: workers connect from elsewhere. Unset: one, or one per GPU.
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<u32>,
    #[command(flatten)]
    pub(crate) coordinator: CoordinatorArguments,
}

/// A coordinator on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct CoordinatorArguments {
    /// Where clients and workers connect: an address with a port, or `unix:/path`. Unset: `127.0.0.1:7870`.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Where probes and metrics are served over HTTP, also `unix:/path`, or `off`. Unset: `127.0.0.1:7871`.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) http_listen: Option<String>,
    /// The folder that jobs, checkpoints and pictures are kept in. Unset: ~/.local/share/clipig/farm.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Settings of the coordinator in TOML or YAML; flags and environment win over them.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Listen beyond this machine although tokens or TLS are missing: everybody who gets there can use the farm.
    #[arg(long)]
    pub(crate) insecure: bool,
}

/// A worker on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct WorkArguments {
    /// The coordinator: `http://…`, `https://…` or `unix:/path`. Unset: the settings', else `http://127.0.0.1:7870`.
    #[arg(long, value_name = "URL")]
    pub(crate) farm: Option<String>,
    /// The name by which the farm knows the worker. Unset: the machine's.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What computes: cpu, cuda, cuda:1, …, auto, or all for a worker on each GPU.
    #[arg(short, long, visible_alias = "device", value_name = "DEVICE")]
    pub(crate) devices: Option<String>,
    /// How many cores of the CPU compute. Unset: all.
    #[arg(long, value_name = "N")]
    pub(crate) cores: Option<String>,
    /// The folder of weights and images; workers of a machine may share it. Unset: ~/.cache/clipig/worker.
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<String>,
    /// A file with the token for workers. Unset: the settings', or `CLIPIG_WORKER__TOKEN`.
    #[arg(long, value_name = "FILE", help_heading = "Access to the farm")]
    pub(crate) token_file: Option<String>,
    /// The authority that signed the farm's certificate, in PEM; unset: those that this machine trusts.
    #[arg(long, value_name = "FILE", help_heading = "Access to the farm")]
    pub(crate) tls_ca: Option<String>,
    /// Settings of the worker in TOML or YAML; flags and environment win over them.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
}
