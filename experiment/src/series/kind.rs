//! Which kind of series an experiment describes, and what is said where another one is wanted.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::parameters::parameters;
use crate::source::Origin;
use crate::tree::{Branch, Map};

/// The names of a series in an experiment, and the command that draws it.
const SERIES: [(&str, &str); 2] = [("sweep", "clipig sweep"), ("animation", "clipig animate")];

/// Which kind of series an experiment describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    /// Several pictures that differ in some parameters.
    Sweep,
    /// Frames that follow each other.
    Animation,
}

/// Which series a tree describes.
pub(crate) fn kind_of(tree: &Map) -> Option<SeriesKind> {
    if tree.get("sweep").is_some() {
        Some(SeriesKind::Sweep)
    } else {
        tree.get("animation").map(|_| SeriesKind::Animation)
    }
}

/// Reports a series where one picture is asked for.
pub(crate) fn refuse(tree: &Map, problems: &mut Diagnostics) {
    for (name, command) in SERIES {
        if let Some(entry) = tree.get(name) {
            let message = format!("`{name}` describes several pictures, and one is asked for here");
            let help = format!("`{command} FILE` draws them; for one picture, remove `{name}` from the file");
            problems.push(Diagnostic::error(name, entry.origin, message).help(help));
        }
    }
}

/// Takes one kind of series out of a tree. The other must not be there. `None` where it cannot be read, which is reported.
pub(super) fn take(tree: &mut Map, name: &'static str, problems: &mut Diagnostics) -> Option<Map> {
    let written = tree.get(name).is_some();
    for (other, command) in SERIES.into_iter().filter(|(other, _)| *other != name) {
        if let Some(entry) = tree.get(other) {
            let (message, help) = if written {
                let message = format!("`{name}` and `{other}` cannot be in one file");
                (message, format!("`{command}` draws a file with `{other}` alone"))
            } else {
                let message = format!("there is no `{name}` in this experiment, but `{other}`");
                (message, format!("`{command} FILE` draws it"))
            };
            problems.push(Diagnostic::error(other, entry.origin, message).help(help));
        }
    }
    // In a file that cannot be read, nothing is known to be absent.
    if !written && !problems.has_errors() {
        let example = parameters().get(name).map_or("", |parameter| parameter.example);
        problems.push(absent(name, example));
    }
    let at = tree.entries.iter().position(|entry| entry.name == name)?;
    match tree.entries.remove(at).branch {
        Branch::Map(map) => Some(map),
        _ => None,
    }
}

/// There is no such series in any of the sources.
fn absent(name: &str, example: &str) -> Diagnostic {
    Diagnostic::error("", Origin::Default, format!("there is no `{name}` in this experiment"))
        .help(format!("for example:\n{}", example.trim_end()))
}
