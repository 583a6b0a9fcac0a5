//! `cargo xtask demo`: from a fresh clone to a picture in one command.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::error::Error;
use crate::places::Places;
use crate::process::{self, cargo};
use crate::setup;
use crate::steps::seconds;

const EXPERIMENT: &str = "examples/strawberry.yaml";

/// Folder for the picture; git ignores it.
const FOLDER: &str = "pictures";

/// Runs `cargo xtask demo`.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    let start = Instant::now();
    setup::ensure(places)?;

    eprintln!("Building clipig (the first time, this takes some minutes)");
    process::run(cargo(places).args([
        "build",
        "--release",
        "--package",
        "clipig",
        "--bin",
        "clipig",
        "--bin",
        "clipig-local",
    ]))?;

    eprintln!("Rendering {EXPERIMENT}");
    let folder = places.repository.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let before = pictures(&folder)?;
    let program = target_folder()?.join("release/clipig");
    let mut render = Command::new(&program);
    render.current_dir(&places.repository).args(["render", EXPERIMENT, "-o"]).arg(format!("{FOLDER}/"));
    process::run(&mut render)?;

    let picture = newest(pictures(&folder)?.difference(&before))
        .ok_or_else(|| Error::Other(format!("clipig left no new picture in {}", folder.display())))?;
    println!("\nThe picture: {}", picture.display());
    println!("Total time:  {}\n", seconds(start.elapsed()));
    println!("What to try next, with {} in place of clipig:", shown_from(&places.repository, &program));
    println!("  clipig render {EXPERIMENT} -o {FOLDER}/ -r 448     a larger one");
    println!("  clipig render {EXPERIMENT} -o {FOLDER}/ --seed 7   another one");
    println!(
        "  clipig render --text \"a tulip\" -o {FOLDER}/                    a picture from your own words"
    );
    println!("  change {EXPERIMENT} itself, or look at its neighbours");
    println!("  clipig render --help");
    Ok(())
}

/// Cargo's target folder. This program is in its `debug/`, so cargo's configuration and environment need not be read a
/// second time.
fn target_folder() -> Result<PathBuf, Error> {
    let program = env::current_exe().map_err(Error::file("find", Path::new("xtask")))?;
    let folder = program.ancestors().nth(2).map(Path::to_owned);
    folder.ok_or_else(|| Error::Other(format!("{} is not in cargo's target folder", program.display())))
}

fn pictures(folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "png")).collect())
}

/// Snapshots may have been written on the way; the finished picture is the last one.
fn newest<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Option<PathBuf> {
    paths.max_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).ok()).cloned()
}

fn shown_from(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_count() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.png", "a.yaml"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = pictures(folder.path()).unwrap();
        assert_eq!(found, BTreeSet::from([folder.path().join("a.png")]));
        assert_eq!(newest(found.iter()), Some(folder.path().join("a.png")));
        assert_eq!(newest(std::iter::empty()), None);
    }
}
