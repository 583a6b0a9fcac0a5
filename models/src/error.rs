//! What can go wrong with models, in words for the person who sees it.

use std::path::{Path, PathBuf};

/// An error of the store of models.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what a field is")]
pub enum ModelError {
    /// No model has this name.
    #[error("unknown model \"{name}\"{}", nearest_hint(.nearest.as_deref()))]
    Unknown {
        /// The name as given.
        name: String,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// A known model whose weights are not in the store.
    #[error(
        "the weights of {name} are not in the store {}: get them with `clipig model pull {name}`, or import \
         a file with `clipig model import FILE --name {name}`",
        store.display()
    )]
    NotInStore {
        name: String,
        /// The folder of the store.
        store: PathBuf,
    },
    /// The network or the server cannot be reached.
    #[error(
        "{url} cannot be reached ({why}). Without a network: fetch that address on a machine that has one, \
         then `clipig model import FILE --name {name}`. A mirror can be named in CLIPIG_MODEL_BASE_URL. The \
         model clipig-tiny is inside clipig and needs no download"
    )]
    Offline {
        name: String,
        url: String,
        /// What the network said.
        why: String,
    },
    /// The server refused.
    #[error("{url} answered {status}{}", status_hint(*.status))]
    Refused { url: String, status: u16 },
    /// The transfer broke again and again.
    #[error(
        "the download of {url} broke off {attempts} times, last: {why}. `clipig model pull` goes on where it stopped"
    )]
    Interrupted {
        url: String,
        /// How often it was tried without getting further.
        attempts: u32,
        why: String,
    },
    /// The address is no address, or the like.
    #[error("{url} cannot be requested: {why}")]
    BadRequest { url: String, why: String },
    /// The weights are not those that they should be.
    #[error(
        "the weights of {name} have the SHA-256 {found}, expected {expected}: {}",
        hash_hint(*.recorded)
    )]
    WrongHash {
        name: String,
        /// What the bytes have.
        found: String,
        /// What they should have.
        expected: String,
        /// Whether the expectation was recorded at first use, rather than being part of clipig.
        recorded: bool,
    },
    /// The file is no safetensors file, or not all of one.
    #[error("{} is not a whole safetensors file: {why}", path.display())]
    NotSafetensors {
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// The file holds other tensors.
    #[error("{} is not a CLIP model: {why}", path.display())]
    NotClip { path: PathBuf, why: String },
    /// The file is something else that clipig knows by sight.
    #[error("{} is {what}: {remedy}", path.display())]
    WrongFile {
        path: PathBuf,
        what: String,
        /// What can be done.
        remedy: String,
    },
    /// A file beside the weights cannot be read, or says what clipig cannot do.
    #[error("{}: {why}", path.display())]
    Configuration {
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A tensor holds numbers with which nothing can be computed.
    #[error("{}: the tensor \"{tensor}\" {why}", path.display())]
    Numbers {
        path: PathBuf,
        tensor: String,
        /// What is wrong with it.
        why: String,
    },
    /// Neither the tensors nor anything beside them say how they are to be read.
    #[error(
        "{} does not say all that clipig must know of it, and a guess would make other pictures:{}\nA config.json \
         or open_clip_config.json beside the file says it, too; `--name` does where it is one of `clipig model list`",
        path.display(),
        lines(.questions)
    )]
    Unknowable {
        path: PathBuf,
        /// What is missing, each with the flag and the choices.
        questions: Vec<String>,
    },
    /// What the person says of a model contradicts its tensors or what is known of it.
    #[error("{flag}: {why}")]
    Contradiction { flag: &'static str, why: String },
    /// The file is a CLIP model, but not this one.
    #[error("{} is not {name}: {why}", path.display())]
    OtherModel {
        path: PathBuf,
        /// The model that it should be.
        name: String,
        why: String,
    },
    /// The name cannot be used for an imported model.
    #[error("\"{name}\" cannot be the name of a model: {why}")]
    BadName {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is no folder for the store.
    #[error("no folder for models: set CLIPIG_MODELS, or HOME")]
    NoFolder,
    /// A file operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
}

impl ModelError {
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn configuration(path: &Path, why: impl Into<String>) -> Self {
        Self::Configuration { path: path.to_owned(), why: why.into() }
    }

    pub(crate) fn not_safetensors(path: &Path, why: String) -> Self {
        Self::NotSafetensors { path: path.to_owned(), why }
    }
}

fn lines(questions: &[String]) -> String {
    questions.iter().fold(String::new(), |text, question| text + "\n  - " + question)
}

fn nearest_hint(nearest: Option<&str>) -> String {
    let see = "`clipig model list` shows all; your own weights come in with `clipig model import FILE`";
    nearest.map_or_else(|| format!(": {see}"), |name| format!(", did you mean \"{name}\"? {see}"))
}

fn status_hint(status: u16) -> &'static str {
    match status {
        401 | 403 => {
            ": the server wants a login or forbids it; fetch the file yourself and `clipig model import` it"
        }
        404 | 410 => ": the file is not there (any more); is CLIPIG_MODEL_BASE_URL right?",
        429 => ": too many requests, try again later",
        500.. => ": the server is in trouble, try again later",
        _ => "",
    }
}

fn hash_hint(recorded: bool) -> &'static str {
    if recorded {
        "they differ from what was recorded when they first came. If that is wanted, pull or import them \
         again with --replace"
    } else {
        "the download was changed or damaged and has been thrown away. If a mirror is set in \
         CLIPIG_MODEL_BASE_URL, it serves another file"
    }
}
