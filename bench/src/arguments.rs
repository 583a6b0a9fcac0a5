//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::proxy::ProxyKind;
use crate::socket::SocketKind;
use crate::stand_in::{Shape, Work};

/// What the farm costs, measured with real processes over real sockets.
#[derive(Debug, Parser)]
#[command(name = "clipig-bench")]
pub(crate) struct Arguments {
    /// What to measure.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Time per epoch with workers that have a gradient ready, beside a bare copy of the same bytes and an all-reduce
    Coordination(CoordinationArguments),
    /// Share of the time in which workers compute, for more and more of them
    Scaling(ScalingArguments),
    /// Memory of coordinator and workers over 10,000 epochs
    Memory(MemoryArguments),
    /// Time from the death of a worker until its shards run elsewhere
    Kill(KillArguments),
    /// How long clients wait for a farm that is full of jobs, workers and watchers
    Exhaustion(ExhaustionArguments),
    /// Bytes and time per epoch where workers are sent the whole canvas, and where they are sent tiles of it
    Wire(WireArguments),
    /// Time per epoch without traces, with the usual ones, with all that there can be, and with a collector that is away
    Tracing(TracingArguments),
    /// Time per epoch through nginx, HAProxy and Caddy, beside the direct way; or what breaks in many minutes
    Proxies(ProxiesArguments),
    /// A process of a measurement
    #[command(subcommand, hide = true)]
    Role(Role),
}

/// What all measurements have.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Fewer combinations and repetitions
    #[arg(long)]
    pub(crate) quick: bool,
    /// The folder for figures and facts of the machine
    #[arg(long, default_value = "target/bench")]
    pub(crate) out: PathBuf,
}

/// Arguments of `coordination`. Lists are separated by commas.
#[derive(Debug, Args)]
pub(crate) struct CoordinationArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Sides of the canvas in pixels [default: 224,1024,2048,4096]
    #[arg(long, value_delimiter = ',')]
    pub(crate) sides: Vec<usize>,
    /// Numbers of workers [default: 1,4,16,64]
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<u32>,
    /// Where the gradient is [default: both]
    #[arg(long, value_delimiter = ',')]
    pub(crate) shapes: Vec<Shape>,
    /// Kinds of sockets [default: both]
    #[arg(long, value_delimiter = ',')]
    pub(crate) sockets: Vec<SocketKind>,
    /// Shards per worker and epoch; each is a gradient of its own on the wire up to four
    #[arg(long, default_value_t = 1)]
    pub(crate) shards: u32,
    /// How often each combination is measured [default: 5, 3 where quick]
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
    /// Do not compare with gloo
    #[arg(long)]
    pub(crate) no_gloo: bool,
    /// Python with torch, for gloo [default: the first of `$CLIPIG_BENCH_PYTHON` and `python3` that has it]
    #[arg(long)]
    pub(crate) python: Option<PathBuf>,
}

/// Arguments of `scaling`.
#[derive(Debug, Args)]
pub(crate) struct ScalingArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Numbers of workers, separated by commas [default: 1,2,4,…,256]
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<u32>,
    /// Sides of the canvas in pixels, separated by commas; only 64 has a threshold
    #[arg(long, value_delimiter = ',', default_value = "64")]
    pub(crate) sides: Vec<usize>,
    /// How often each number of workers is measured [default: 3, 2 where quick]
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
    /// Greatest number of processes for workers; beyond it, a process has several workers, each with its own
    /// connection
    #[arg(long, default_value_t = 64)]
    pub(crate) processes: u32,
}

/// Arguments of `memory`.
#[derive(Debug, Args)]
pub(crate) struct MemoryArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Epochs [default: 10000, 2000 where quick]
    #[arg(long)]
    pub(crate) epochs: Option<u32>,
    /// Side of the canvas in pixels
    #[arg(long, default_value_t = 224)]
    pub(crate) side: usize,
}

/// Arguments of `kill`.
#[derive(Debug, Args)]
pub(crate) struct KillArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Workers that are killed [default: 200, 20 where quick]
    #[arg(long)]
    pub(crate) kills: Option<usize>,
    /// Seed of whom and when
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Arguments of `exhaustion`.
#[derive(Debug, Args)]
pub(crate) struct ExhaustionArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Jobs that wait [default: 10000, 1000 where quick]
    #[arg(long)]
    pub(crate) jobs: Option<u32>,
    /// Workers [default: 500, 50 where quick]
    #[arg(long)]
    pub(crate) workers: Option<u32>,
    /// Cores of each worker. A worker has a thread for each of them, so the system must allow that many threads
    #[arg(long, default_value_t = 48)]
    pub(crate) cores: u32,
    /// Files in the data folder, as snapshots of jobs [default: 100000, 10000 where quick]
    #[arg(long)]
    pub(crate) files: Option<u32>,
    /// Clients that watch a job [default: 100, 20 where quick]
    #[arg(long)]
    pub(crate) watchers: Option<u32>,
}

/// Arguments of `wire`.
#[derive(Debug, Args)]
pub(crate) struct WireArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Sides of the canvas in pixels, separated by commas [default: 448,4096,8192; 448,1024 where quick]
    #[arg(long, value_delimiter = ',')]
    pub(crate) sides: Vec<usize>,
    /// Workers
    #[arg(long, default_value_t = 4)]
    pub(crate) workers: u32,
    /// Samples per epoch: windows of 224 × 224 pixels from anywhere
    #[arg(long, default_value_t = 64)]
    pub(crate) samples: u32,
    /// Epochs of a measurement
    #[arg(long, default_value_t = 4)]
    pub(crate) epochs: u32,
    /// How often each canvas is measured [default: 3, 1 where quick]
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
}

/// Arguments of `tracing`.
#[derive(Debug, Args)]
pub(crate) struct TracingArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Workers
    #[arg(long, default_value_t = 4)]
    pub(crate) workers: u32,
    /// Shards per epoch
    #[arg(long, default_value_t = 100)]
    pub(crate) shards: u32,
    /// Side of the canvas in pixels
    #[arg(long, default_value_t = 224)]
    pub(crate) side: usize,
    /// Epochs of a measurement [default: 200, 40 where quick]
    #[arg(long)]
    pub(crate) epochs: Option<u32>,
    /// How often each is measured [default: 9, 3 where quick]
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
}

/// Arguments of `proxies`. Lists are separated by commas.
#[derive(Debug, Args)]
pub(crate) struct ProxiesArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Proxies, which must be installed [default: all]
    #[arg(long, value_delimiter = ',')]
    pub(crate) proxies: Vec<ProxyKind>,
    /// Sides of the canvas in pixels [default: 512,1024; 512 where quick]
    #[arg(long, value_delimiter = ',')]
    pub(crate) sides: Vec<usize>,
    /// Numbers of workers [default: 1,4; 1 where quick]
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<u32>,
    /// Round trips between workers and what they connect to, in milliseconds [default: 0,40; 0 where quick]
    #[arg(long, value_delimiter = ',')]
    pub(crate) round_trips: Vec<u64>,
    /// Epochs of a measurement [default: 40, 10 where quick]
    #[arg(long)]
    pub(crate) epochs: Option<u32>,
    /// How often each way is measured [default: 5, 2 where quick]
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
    /// Take no times: for so many minutes, let two workers of a farm behind each proxy compute and pause, all at the
    /// same time, and count what breaks. The first of the sides counts
    #[arg(long)]
    pub(crate) minutes: Option<f64>,
}

/// A process of a measurement.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// A coordinator with one job, whose epochs wait until they are asked for
    Coordinator(CoordinatorRole),
    /// Workers
    Worker(WorkerRole),
    /// The middle of a bare copy
    Hub(HubRole),
    /// An end of a bare copy
    Leaf(LeafRole),
}

/// A coordinator with one job.
#[derive(Debug, Args)]
pub(crate) struct CoordinatorRole {
    /// Where it listens: `127.0.0.1:0` or `unix:/path`
    #[arg(long)]
    pub(crate) listen: String,
    /// Its data folder
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Side of the canvas
    #[arg(long)]
    pub(crate) side: usize,
    /// What the workers compute, to be compared with what comes back
    #[arg(long)]
    pub(crate) work: Work,
    /// Shards per epoch
    #[arg(long)]
    pub(crate) shards: u32,
    /// Workers that must be there before the job is submitted
    #[arg(long)]
    pub(crate) workers: usize,
    /// Write checkpoints as often as in production
    #[arg(long)]
    pub(crate) checkpoints: bool,
    /// Answer probes over HTTP, too, and take twice as many waiting jobs
    #[arg(long)]
    pub(crate) probes: bool,
    /// Jobs that may run side by side
    #[arg(long, default_value_t = 8)]
    pub(crate) running: u32,
    /// Samples are windows of 224 × 224 pixels, not the whole canvas
    #[arg(long)]
    pub(crate) crops: bool,
    /// Epochs that are traced in full, where an endpoint is set
    #[arg(long)]
    pub(crate) traced_epochs: Option<u32>,
    /// Serve with TLS: a certificate in PEM form
    #[arg(long, requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// Its key
    #[arg(long, requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
}

/// Workers.
#[derive(Debug, Args)]
pub(crate) struct WorkerRole {
    /// Where the coordinator is
    #[arg(long)]
    pub(crate) coordinator: String,
    /// Who must have signed the certificate that they see, in PEM form
    #[arg(long)]
    pub(crate) authority: Option<PathBuf>,
    /// Their name; several get numbers
    #[arg(long)]
    pub(crate) name: String,
    /// How many, each with its own connection
    #[arg(long, default_value_t = 1)]
    pub(crate) count: u32,
    /// Cores of each
    #[arg(long, default_value_t = 1)]
    pub(crate) cores: u32,
    /// What they compute
    #[arg(long)]
    pub(crate) work: Work,
    /// Say when a shard begins
    #[arg(long)]
    pub(crate) tell: bool,
}

/// The middle of a bare copy.
#[derive(Debug, Args)]
pub(crate) struct HubRole {
    /// Where it listens: `127.0.0.1:0` or `unix:/path`
    #[arg(long)]
    pub(crate) listen: String,
    /// How many ends connect
    #[arg(long)]
    pub(crate) leaves: usize,
    /// Bytes to each of them
    #[arg(long)]
    pub(crate) there: usize,
    /// Bytes back from each of them, in order of their numbers
    #[arg(long, value_delimiter = ',')]
    pub(crate) back: Vec<usize>,
}

/// An end of a bare copy.
#[derive(Debug, Args)]
pub(crate) struct LeafRole {
    /// Where the middle is
    #[arg(long)]
    pub(crate) hub: String,
    /// Its number
    #[arg(long)]
    pub(crate) number: usize,
    /// Bytes that come
    #[arg(long)]
    pub(crate) there: usize,
    /// Bytes that go back
    #[arg(long)]
    pub(crate) back: usize,
}
