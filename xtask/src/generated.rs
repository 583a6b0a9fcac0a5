//! Files in the repository that programs write: checked for drift, written anew.

use std::fs;
use std::process::Command;

use crate::crates;
use crate::error::Error;
use crate::places::Places;
use crate::process::captured;
use crate::programs::Programs;
use crate::protocol;
use crate::setup;

/// A file and what it is made by.
struct Generated {
    path: &'static str,
    author: Author,
}

/// What a file is made by.
enum Author {
    /// The `clipig` command with these arguments.
    Clipig(&'static [&'static str]),
    /// [`crates::notices`].
    Crates,
    /// [`protocol::image`].
    Protocol,
    /// An example of the coordinator that prints the description of its API.
    OpenApi,
}

/// All of them. A new one is a line here. The notices come first: they are part of `clipig`.
const FILES: [Generated; 6] = [
    Generated { path: "client/licenses/crates.txt", author: Author::Crates },
    Generated { path: protocol::IMAGE, author: Author::Protocol },
    Generated { path: "docs/openapi.json", author: Author::OpenApi },
    Generated { path: "docs/reference.md", author: Author::Clipig(&["reference", "--all"]) },
    Generated { path: "docs/experiment.schema.json", author: Author::Clipig(&["reference", "--schema"]) },
    Generated { path: "docs/metrics.md", author: Author::Clipig(&["reference", "--metrics"]) },
];

/// An error names the files that are not what the program prints now.
pub(crate) fn check(places: &Places) -> Result<(), Error> {
    let programs = Programs::build(places)?;
    let mut drifted = Vec::new();
    for file in &FILES {
        let path = places.repository.join(file.path);
        // A missing file has drifted too.
        if fs::read(&path).unwrap_or_default() != file.printed(places, &programs)? {
            drifted.push(file.path);
        }
    }
    if drifted.is_empty() {
        return Ok(());
    }
    let files = drifted.join(", ");
    Err(Error::Other(format!(
        "not what the program prints: {files}\n  `cargo xtask generate` writes them anew"
    )))
}

/// `cargo xtask generate`.
pub(crate) fn write(places: &Places) -> Result<(), Error> {
    setup::ensure(places)?;
    for file in &FILES {
        let path = places.repository.join(file.path);
        // Anew for each file: the notices are part of `clipig`.
        let text = file.printed(places, &Programs::build(places)?)?;
        if fs::read(&path).is_ok_and(|there| there == text) {
            eprintln!("{} is up to date", file.path);
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
        }
        fs::write(&path, text).map_err(Error::file("write", &path))?;
        eprintln!("Wrote {}", file.path);
    }
    Ok(())
}

impl Generated {
    fn printed(&self, places: &Places, programs: &Programs) -> Result<Vec<u8>, Error> {
        match self.author {
            Author::Clipig(arguments) => captured(Command::new(programs.clipig()).args(arguments)),
            Author::OpenApi => captured(&mut Command::new(programs.openapi())),
            Author::Crates => crates::notices(places),
            Author::Protocol => protocol::image(places),
        }
    }
}
