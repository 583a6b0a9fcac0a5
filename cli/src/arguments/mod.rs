//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

mod experiment;
mod farm;
mod render;

pub(crate) use self::experiment::{ComputeArguments, Precision};
#[cfg(feature = "local")]
pub(crate) use self::farm::CoordinatorArguments;
pub(crate) use self::farm::{
    AccessArguments, ControlArguments, FarmAddress, FarmArguments, FarmCommand, FetchArguments,
    HistoryFormat, JobArguments, JobsArguments, ListArguments, PriorityArguments, StartArguments,
    StateArgument, SubmitArguments, TermsArguments, UpdateArguments, WatchArguments, WorkArguments,
    WorkersArguments, WorkersCommand,
};
pub(crate) use self::render::RenderArguments;

/// Makes images from words by gradient descent on pixels, guided by CLIP.
#[derive(Debug, Parser)]
#[command(name = "clipig", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Coordinates a render farm: takes jobs from clients, gives work to workers, steps the pictures.
#[cfg(feature = "local")]
#[derive(Debug, Parser)]
#[command(name = "clipig-coordinator", version)]
pub(crate) struct CoordinatorCommand {
    #[command(flatten)]
    pub(crate) arguments: CoordinatorArguments,
}

/// Works for a render farm with this machine's device.
#[cfg(feature = "local")]
#[derive(Debug, Parser)]
#[command(name = "clipig-worker", version)]
pub(crate) struct WorkerCommand {
    #[command(flatten)]
    pub(crate) arguments: WorkArguments,
}

impl Command {
    /// Does it run for long and keep a log?
    pub(crate) fn is_service(&self) -> bool {
        matches!(
            self,
            Self::Worker(_) | Self::Farm(FarmArguments { command: Some(FarmCommand::Start(_)), .. })
        )
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Turn an experiment into a picture.
    Render(Box<RenderArguments>),
    /// Hand an experiment to a farm, which makes the picture; prints the job's number.
    Submit(Box<SubmitArguments>),
    /// List the jobs of a farm; of those that wait, why.
    Jobs(JobsArguments),
    /// Show all about one job.
    Job(JobArguments),
    /// Show how a job goes on until it ends; Ctrl-C leaves it alone.
    Watch(WatchArguments),
    /// Stop jobs where they are; `clipig resume` goes on from there.
    Pause(ControlArguments),
    /// Let paused jobs go on.
    Resume(ControlArguments),
    /// End jobs; `clipig retry` can take them up again.
    Cancel(ControlArguments),
    /// Take up failed or cancelled jobs again, from their last checkpoint.
    Retry(ControlArguments),
    /// Change a job's priority.
    Priority(PriorityArguments),
    /// Give a running job another experiment; it goes on with the picture as it is.
    Update(Box<UpdateArguments>),
    /// Fetch a job's picture, snapshots, history or film.
    Fetch(FetchArguments),
    /// List the workers of a farm, or pause, resume, drain or forgive one.
    Workers(WorkersArguments),
    /// Work for a farm with this machine's device.
    Worker(WorkArguments),
    /// Show how a farm is, or start one on this machine.
    Farm(FarmArguments),
    /// Rate images by their similarity to texts and other images.
    ///
    /// Prints 100 times the cosine of CLIP's features. Images come before -t and -i, which take all that follows.
    /// As CLIPig's rate.py, but for this: folders are searched for images; features of images are always kept
    /// in a cache, by content and model (--no-cache: not); a table that is too wide has numbers for headings;
    /// there are no statistics below it; addresses are not fetched; images that cannot be read end in exit
    /// code 1.
    Rate(RateArguments),
    /// Check experiments without running them.
    Validate(ValidateArguments),
    /// Explain the experiment language, or one parameter of it.
    Reference(ReferenceArguments),
    /// List, fetch, import and inspect CLIP models.
    Model(ModelArguments),
    /// Print the licences and notices of everything that is shipped.
    Licenses,
    /// Print the completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RateArguments {
    /// Images and folders of images.
    #[arg(required = true, value_name = "IMAGES")]
    pub(crate) images: Vec<PathBuf>,
    /// Texts to compare with; several may follow, and the flag may be repeated.
    #[arg(short, long, num_args = 1.., value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// Images and folders of images to compare with.
    #[arg(short, long = "image", num_args = 1.., value_name = "IMAGE")]
    pub(crate) image: Vec<PathBuf>,
    /// A file with one text per line; `-` reads standard input (CLIPig's `-tf` works too).
    #[arg(long, value_name = "FILE")]
    pub(crate) text_file: Vec<PathBuf>,
    /// A file with one image to compare with per line (CLIPig's `-if` works too).
    #[arg(long, value_name = "FILE")]
    pub(crate) image_file: Vec<PathBuf>,
    /// Sort by similarity: 1 by the first text or image, 2 by the second, …, the least first; -1, -2, …: the
    /// greatest first. Unset: by name.
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) sort: Option<i64>,
    /// Also write a CSV file with all digits; `-` writes it to standard output instead of the table.
    #[arg(short, long, value_name = "OUT.csv")]
    pub(crate) output: Option<PathBuf>,
    /// JSON instead of the table, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    /// The CLIP model, see `clipig model list`.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Where to compute: cpu, cuda, cuda:1, … or auto.
    #[arg(short, long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: String,
    /// Do not read or write the cache of image features.
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Experiments in YAML; each is checked by itself. `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Everything as JSON on standard output, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ReferenceArguments {
    /// A parameter such as `targets.transforms.blur`; unset: an overview.
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// The whole reference as Markdown.
    #[arg(long, conflicts_with_all = ["path", "schema"])]
    pub(crate) all: bool,
    /// The JSON Schema for editors.
    #[arg(long, conflicts_with = "path")]
    pub(crate) schema: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ModelArguments {
    #[command(subcommand)]
    pub(crate) command: ModelCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// List all models and where their weights are.
    List {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Fetch the weights of a model; an interrupted transfer goes on where it stopped.
    Pull {
        /// Its name, see `clipig model list`.
        name: String,
        /// Fetch again what is there, also where it has changed since the first time.
        #[arg(long)]
        replace: bool,
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Take weights of your own: a safetensors file, a folder, or the index of several files.
    ///
    /// Attention heads, activation and normalisation are not in the tensors. They are read from config.json
    /// (transformers) or open_clip_config.json beside the weights; flags say them where there is no such file, and
    /// stand above it. What neither says is known for public models by their width, or asked for.
    Import(ImportArguments),
    /// Show what is known of a model or of a file of weights.
    Info(InfoArguments),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArguments {
    /// A safetensors file, a folder with one, or model.safetensors.index.json.
    pub(crate) file: PathBuf,
    /// The name by which experiments call it; unset: a known model's where the hash tells, else the file's.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Attention heads of the image tower.
    #[arg(long, value_name = "N")]
    pub(crate) heads: Option<u32>,
    /// Attention heads of the text tower.
    #[arg(long, value_name = "N")]
    pub(crate) text_heads: Option<u32>,
    /// `quick_gelu` (as OpenAI's models) or gelu.
    #[arg(long, value_name = "NAME")]
    pub(crate) activation: Option<clipig_models::registry::Activation>,
    /// Mean of red, green and blue by which pixels from 0 to 1 are normalised; one number stands for all three.
    #[arg(long, value_name = "NUMBER", num_args = 1..=3, value_delimiter = ',', allow_negative_numbers = true)]
    pub(crate) mean: Vec<f32>,
    /// Their standard deviation; one number stands for all three.
    #[arg(long, value_name = "NUMBER", num_args = 1..=3, value_delimiter = ',', allow_negative_numbers = true)]
    pub(crate) std: Vec<f32>,
    /// Most tokens of a text; unset: as many as the model has positions.
    #[arg(long, value_name = "N")]
    pub(crate) context: Option<u32>,
    /// Take the place of weights with that name.
    #[arg(long)]
    pub(crate) replace: bool,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct InfoArguments {
    /// Its name, see `clipig model list`, or weights as `clipig model import` takes them.
    #[arg(value_name = "NAME|FILE")]
    pub(crate) name: String,
    /// Read all of the weights and compare their hash.
    #[arg(long)]
    pub(crate) verify: bool,
    /// List every tensor and its shape.
    #[arg(long)]
    pub(crate) tensors: bool,
    /// As JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

/// CLIPig's short flags of two letters, which no modern parser takes, become long ones.
pub(crate) fn with_long_flags(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let long = |argument: OsString| match argument.to_str() {
        Some("-lr") => OsString::from("--learnrate"),
        Some("-opt") => OsString::from("--optimizer"),
        Some("-tf") => OsString::from("--text-file"),
        Some("-if") => OsString::from("--image-file"),
        _ => argument,
    };
    arguments.map(long).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_of_clipig_are_understood() {
        let line = "clipig render a.yaml -lr -0.5 -opt sgd -d cpu -s 3 -r 128 96 -e 5 -o out/ -v 0";
        let arguments = Arguments::parse_from(with_long_flags(line.split(' ').map(OsString::from)));
        let Command::Render(render) = arguments.command else { panic!("not render") };
        let experiment = render.experiment;
        assert_eq!((experiment.learnrate, experiment.optimizer.as_deref()), (Some(-0.5), Some("sgd")));
        assert_eq!((experiment.resolution, experiment.epochs), (vec![128, 96], Some(5)));
        assert_eq!(experiment.files, ["a.yaml"]);
    }

    #[test]
    fn a_text_stands_in_for_a_file() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' '));
        assert!(parse("clipig render").is_err());
        let Command::Render(render) = parse("clipig render --text cat").unwrap().command else {
            panic!("not render")
        };
        assert_eq!(render.overrides().text.as_deref(), Some("cat"));
    }
}
