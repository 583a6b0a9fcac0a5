//! The command line.

#![expect(missing_docs, reason = "the help shows comments on structs instead of those on commands")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

mod experiment;
mod farm;
mod render;
mod series;
mod token;

pub use self::experiment::{ComputeArguments, Precision};
pub use self::farm::{
    AccessArguments, AuditArguments, BackupArguments, CheckArguments, ControlArguments, CoordinatorArguments,
    DataArguments, DoctorArguments, FarmAddress, FarmArguments, FarmCommand, FetchArguments, HistoryFormat,
    JobArguments, JobsArguments, ListArguments, PriorityArguments, RestoreArguments, StartArguments,
    StateArgument, StudioArguments, SubmitArguments, TermsArguments, TopArguments, UpdateArguments,
    WatchArguments, WorkArguments, WorkersArguments, WorkersCommand,
};
pub use self::render::RenderArguments;
pub use self::series::{AnimateArguments, SeriesArguments, SweepArguments};
pub use self::token::{
    CreateArguments, FileArguments, Lifetime, LimitsArguments, RevokeArguments, RotateArguments,
    TokenArguments, TokenCommand,
};

/// Makes images from words by gradient descent on pixels, guided by CLIP.
#[derive(Debug, Parser)]
#[command(name = "clipig", version, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

impl Command {
    /// Is it a service, which runs for long and writes a log?
    pub fn is_service(&self) -> bool {
        matches!(
            self,
            Self::Worker(_)
                | Self::Studio(_)
                | Self::Farm(FarmArguments { command: Some(FarmCommand::Start(_)), .. })
        )
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn an experiment into a picture.
    Render(Box<RenderArguments>),
    /// Draw the pictures of an experiment with `sweep`: parameters that take several values.
    ///
    /// The pictures go into a folder, with a contact sheet (sheet.png) and a table (table.csv). If the command is
    /// interrupted, the same command goes on with the pictures that are missing. If some of the pictures fail, the others
    /// are drawn, and the exit code is 1.
    Sweep(Box<SweepArguments>),
    /// Draw the frames of an experiment with `animation`: each starts from the one before it, moved a little.
    ///
    /// The frames go into a folder. If the command is interrupted, the same command goes on after the last whole frame, and
    /// the frames are the same, bit for bit, as without the interruption.
    Animate(Box<AnimateArguments>),
    /// Open the studio in the browser: write an experiment, start it and watch the picture emerge.
    ///
    /// This starts a farm on this machine, as `clipig farm start` does, and prints the address of its page.
    Studio(StudioArguments),
    /// Submit an experiment to a farm and print the job's number.
    Submit(Box<SubmitArguments>),
    /// List a farm's jobs, and say why the waiting ones wait.
    Jobs(JobsArguments),
    /// Show everything about one job.
    Job(JobArguments),
    /// Follow a job until it ends. Ctrl-C stops watching; the job goes on.
    Watch(WatchArguments),
    /// Pause jobs. `clipig resume` continues them.
    Pause(ControlArguments),
    /// Continue paused jobs.
    Resume(ControlArguments),
    /// Cancel jobs. `clipig retry` can start them again.
    Cancel(ControlArguments),
    /// Start failed or cancelled jobs again, from their last checkpoint.
    Retry(ControlArguments),
    /// Change a job's priority.
    Priority(PriorityArguments),
    /// Change the experiment of a running job. The picture so far is kept.
    Update(Box<UpdateArguments>),
    /// Fetch a job's picture, snapshots, history or film.
    Fetch(FetchArguments),
    /// List the workers of a farm, or pause, resume, drain or reinstate one.
    Workers(WorkersArguments),
    /// Watch a farm live: jobs, workers, rates, and why things wait.
    ///
    /// If standard output is not a terminal, this prints a table once.
    Top(TopArguments),
    /// Run a worker on this machine, which computes for a farm.
    Worker(WorkArguments),
    /// Show the status of a farm or its audit log, start a farm on this machine, or back one up.
    Farm(FarmArguments),
    /// Make, list, revoke and rotate the tokens of a farm. This works on the coordinator's file of tokens.
    Token(TokenArguments),
    /// Find out what is wrong with this machine or a farm, and how to fix it.
    ///
    /// Examines this machine; with --farm or `CLIPIG_FARM`, also a farm and the connection to it. The exit code is 0 if
    /// all is well, 3 if there are only warnings, and 1 if there is a fault.
    Doctor(DoctorArguments),
    /// Rate images by their similarity to texts and other images.
    ///
    /// Prints 100 times the cosine similarity of CLIP's features. Give the images before -t and -i, because these
    /// take everything that follows. In folders, clipig recognises images by their content, and lists the other files
    /// on standard error. If an image cannot be read, the others are rated and the exit code is 1.
    ///
    /// Differences from CLIPig's rate.py: features of images are always cached, by content and model; a table
    /// that is too wide has numbers as headings; there are no statistics below it; web addresses are not fetched.
    Rate(RateArguments),
    /// Check experiments without rendering them.
    Validate(ValidateArguments),
    /// Explain the experiment language, or one parameter of it.
    Reference(ReferenceArguments),
    /// List, download, import and inspect CLIP models.
    Model(ModelArguments),
    /// Print the licences and notices of everything that clipig contains.
    Licenses,
    /// Print the completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Clone, Debug, Args)]
pub struct RateArguments {
    /// Images and folders of images to rate.
    #[arg(value_name = "IMAGES")]
    pub images: Vec<PathBuf>,
    /// Texts to compare with: one or more. The flag may be repeated.
    #[arg(short, long, num_args = 1.., value_name = "TEXT")]
    pub text: Vec<String>,
    /// Images and folders of images to compare with.
    #[arg(short, long = "image", num_args = 1.., value_name = "IMAGE")]
    pub image: Vec<PathBuf>,
    /// File with one text per line; `-` reads standard input. CLIPig's `-tf` works too.
    #[arg(long, value_name = "FILE")]
    pub text_file: Vec<PathBuf>,
    /// File with one image path per line, to compare with. CLIPig's `-if` works too.
    #[arg(long, value_name = "FILE")]
    pub image_file: Vec<PathBuf>,
    /// Sort by similarity to the Nth text or image, least similar first; -N: most similar first. Default: by name.
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    pub sort: Option<i64>,
    /// Also write a CSV file with all digits; `-` prints it instead of the table.
    #[arg(short, long, value_name = "OUT.csv")]
    pub output: Option<PathBuf>,
    /// Print JSON instead of the table.
    #[arg(long)]
    pub json: bool,
    /// CLIP model; `clipig model list` shows them.
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    /// Device to compute on: cpu, cuda, cuda:1, … or auto.
    #[arg(short, long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// Encode all images anew. Without this flag, their features are kept in a cache for the next time.
    #[arg(long)]
    pub no_cache: bool,
}

#[derive(Clone, Debug, Args)]
pub struct ValidateArguments {
    /// Experiments in YAML, each checked on its own; `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct ReferenceArguments {
    /// Parameter to explain, such as `targets.transforms.blur`. Default: an overview.
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// Print the whole reference as Markdown.
    #[arg(long, conflicts_with_all = ["path", "schema"])]
    pub all: bool,
    /// Print the JSON Schema for editors.
    #[arg(long, conflicts_with = "path")]
    pub schema: bool,
    /// Print the metrics of a coordinator as Markdown.
    #[arg(long, conflicts_with_all = ["path", "all", "schema"])]
    pub metrics: bool,
}

#[derive(Clone, Debug, Args)]
pub struct ModelArguments {
    #[command(subcommand)]
    pub command: ModelCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum ModelCommand {
    /// List all models and where their weights are.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Download the weights of a model. An interrupted download continues where it stopped.
    Pull {
        /// Name of the model; `clipig model list` shows them.
        name: String,
        /// Download again, even if the weights are here already or have changed since the first download.
        #[arg(long)]
        replace: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Import weights of your own: a safetensors file, a folder, or the index of several files.
    ///
    /// The weights do not say how many attention heads the model has, which activation it uses, or how it normalises
    /// colours. clipig reads this from config.json (transformers) or `open_clip_config.json` beside the weights; flags
    /// override these files. If heads or activation are still unknown, the import fails and says which flag to add. If
    /// nothing says how to normalise colours, clipig normalises them as CLIP does.
    Import(ImportArguments),
    /// Show what clipig knows about a model or a file of weights.
    Info(InfoArguments),
}

#[derive(Clone, Debug, Args)]
pub struct ImportArguments {
    /// A safetensors file, a folder with one, or model.safetensors.index.json.
    pub file: PathBuf,
    /// Name of the model in experiments. Default: its public name if clipig knows these weights, else the file's or
    /// folder's name.
    #[arg(long)]
    pub name: Option<String>,
    /// Number of attention heads of the image encoder.
    #[arg(long, value_name = "N")]
    pub heads: Option<u32>,
    /// Number of attention heads of the text encoder.
    #[arg(long, value_name = "N")]
    pub text_heads: Option<u32>,
    /// Activation of the model: `quick_gelu` (in OpenAI's models) or gelu.
    #[arg(long, value_name = "NAME")]
    pub activation: Option<clipig_models::registry::Activation>,
    /// Mean of red, green and blue (from 0 to 1) that is subtracted from each pixel; one number applies to all three.
    #[arg(long, value_name = "NUMBER", num_args = 1..=3, value_delimiter = ',', allow_negative_numbers = true)]
    pub mean: Vec<f32>,
    /// Standard deviation of red, green and blue, by which each pixel is divided; one number applies to all three.
    #[arg(long, value_name = "NUMBER", num_args = 1..=3, value_delimiter = ',', allow_negative_numbers = true)]
    pub std: Vec<f32>,
    /// Greatest number of tokens in a text. Default: as many as the model has positions.
    #[arg(long, value_name = "N")]
    pub context: Option<u32>,
    /// Replace weights that already have this name.
    #[arg(long)]
    pub replace: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct InfoArguments {
    /// Name of a model (`clipig model list` shows them), or a file or folder that `clipig model import` accepts.
    #[arg(value_name = "NAME|FILE")]
    pub name: String,
    /// Read all of the weights and compare their hash with the expected one.
    #[arg(long)]
    pub verify: bool,
    /// List every tensor and its shape.
    #[arg(long)]
    pub tensors: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Replaces CLIPig's two-letter short flags, which clap cannot parse, by long flags.
pub fn with_long_flags(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
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
    fn a_file_behind_the_resolution_is_told_where_it_belongs() {
        let said = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap_err().to_string();
        let behind = said("clipig render -r 64 a.yaml");
        assert!(behind.contains("'a.yaml'") && behind.contains("files before `-r`"), "{behind}");
        assert!(said("clipig render a.yaml -r 64x48").contains("`-r 64 48`"));
    }

    #[test]
    fn no_picture_at_all_is_a_mistake() {
        let said = Arguments::try_parse_from(["clipig", "render", "a.yaml", "--repeat", "0"]).unwrap_err();
        assert!(said.to_string().contains("--repeat"), "{said}");
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
