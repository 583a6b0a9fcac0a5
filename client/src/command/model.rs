//! `clipig model`: the CLIP models, listed, fetched, imported and inspected.

mod info;
mod list;
mod pull;

use std::path::Path;

use clipig_models::{Entry, Flags, ImportOptions, Imported, Place, Store};

use crate::arguments::{ImportArguments, ModelArguments, ModelCommand};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output;

/// Does what is asked for with the store of this user.
pub(crate) fn run(arguments: &ModelArguments) -> Result<ExitCode, Failure> {
    let store = Store::of_user()?;
    let text = match &arguments.command {
        ModelCommand::List { json } => list::text(&store, *json)?,
        ModelCommand::Pull { name, replace, json } => arrived(&pull::pull(&store, name, *replace)?, *json),
        ModelCommand::Import(arguments) => import(&store, arguments)?,
        ModelCommand::Info(arguments) => info::text(&store, arguments)?,
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn import(store: &Store, arguments: &ImportArguments) -> Result<String, Failure> {
    let flags = Flags {
        heads: arguments.heads,
        text_heads: arguments.text_heads,
        activation: arguments.activation,
        mean: colors("--mean", &arguments.mean)?,
        std: colors("--std", &arguments.std)?,
        context: arguments.context,
    };
    let options = ImportOptions { name: arguments.name.as_deref(), flags, replace: arguments.replace };
    let Imported { entry, notes } = store.import(&arguments.file, options)?;
    for note in notes {
        output::say(note);
    }
    Ok(arrived(&entry, arguments.json))
}

/// One number for each colour, or one for all.
fn colors(flag: &str, numbers: &[f32]) -> Result<Option<[f32; 3]>, Failure> {
    match *numbers {
        [] => Ok(None),
        [all] => Ok(Some([all; 3])),
        [red, green, blue] => Ok(Some([red, green, blue])),
        _ => Err(Failure::usage(format!(
            "{flag} takes three numbers, for red, green and blue, or one for all"
        ))),
    }
}

/// What to say of weights that are in the store now.
fn arrived(entry: &Entry, as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", list::record(entry));
    }
    let sha256 = entry.sha256.as_deref().unwrap_or_default();
    let known = if entry.pinned { ", as it should be" } else { "" };
    let name = &entry.name;
    match &entry.place {
        Place::Embedded => format!("{name} is inside clipig; there is nothing to fetch\n"),
        Place::Absent => format!("{name} is not in the store\n"),
        Place::Stored(path) => format!(
            "{name} is in the store: {} ({})\nsha256 {sha256}{known}\n",
            path.display(),
            entry.size.map(megabytes).unwrap_or_default()
        ),
    }
}

/// `605 MB`, in millions as download pages count; `9.5 MB` where it is small.
fn megabytes(bytes: u64) -> String {
    if bytes < 100_000_000 {
        return format!("{:.1} MB", bytes as f64 / 1e6);
    }
    format!("{} MB", (bytes + 500_000) / 1_000_000)
}

/// Where weights are, in few words.
fn place(place: &Place) -> &'static str {
    match place {
        Place::Embedded => "inside clipig",
        Place::Stored(_) => "in the store",
        Place::Absent => "not here",
    }
}

/// Is the text a path to a file or folder that is there?
fn is_path(name: &str) -> bool {
    Path::new(name).exists()
}
