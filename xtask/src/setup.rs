//! `cargo xtask setup`: afterwards plain `cargo build`, `cargo test` and editors work.
//!
//! Libtorch is laid out in the cache, or is the one that LIBTORCH names, and `libtorch` in the
//! repository is a link to it; `.cargo/config.toml` tells cargo to look there.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::cache;
use crate::error::Error;
use crate::libtorch::{self, Found, Part};
use crate::pins::LIBTORCH_VERSION;
use crate::places::{Places, shown};
use crate::prerequisites;

/// The options of `setup`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// With the part for GPUs.
    pub(crate) cuda: bool,
    /// Lay libtorch out again, whatever is there.
    pub(crate) force: bool,
}

/// The command.
pub(crate) fn run(places: &Places, wanted: Wanted) -> Result<(), Error> {
    let (folder, found) = prepare(places, wanted)?;
    let part = match found.part {
        Part::Cpu => "for CPUs",
        Part::Cuda => "for CPUs and NVIDIA GPUs",
    };
    eprintln!("Ready: libtorch {} {part} is in {}", found.version, shown(&folder));
    Ok(())
}

/// What the other commands do first: silent and quick where set-up has been run.
pub(crate) fn ensure(places: &Places) -> Result<(), Error> {
    prepare(places, Wanted::default()).map(drop)
}

fn prepare(places: &Places, wanted: Wanted) -> Result<(PathBuf, Found), Error> {
    let own = own_libtorch(places, env::var_os("LIBTORCH").map(PathBuf::from));
    let there = if own.is_some() || wanted.force { None } else { linked(places, wanted) };
    prerequisites::check(own.is_none() && there.is_none())?;
    if let Some(folder) = own {
        let found = usable(&folder, wanted)?;
        link(places, &folder)?;
        return Ok((folder, found));
    }
    if let Some(there) = there {
        return Ok(there);
    }
    replaceable(&places.libtorch_link())?;
    let folder = fetched(places, wanted)?;
    let found = libtorch::inspect(&folder).map_err(|why| {
        let folder = shown(&folder);
        Error::Libtorch(format!(
            "{folder} is damaged: {why}\n  `cargo xtask setup --force` lays it out again"
        ))
    })?;
    link(places, &folder)?;
    Ok((folder, found))
}

/// The libtorch that an earlier set-up, or somebody by hand, put in place, if it is enough.
fn linked(places: &Places, wanted: Wanted) -> Option<(PathBuf, Found)> {
    let link = places.libtorch_link();
    let found = libtorch::inspect(&link).ok()?;
    let enough = !wanted.cuda || found.part == Part::Cuda;
    enough.then(|| (fs::canonicalize(&link).unwrap_or(link), found))
}

/// The libtorch in the cache, fetched if it is not there.
pub(crate) fn fetched(places: &Places, wanted: Wanted) -> Result<PathBuf, Error> {
    let part = if wanted.cuda { Part::Cuda } else { Part::Cpu };
    cache::folder(places, &part.folder(), wanted.force, |making| {
        eprintln!(
            "Getting libtorch {LIBTORCH_VERSION} from PyPI ({}) for {}",
            part.size(),
            shown(&places.cache.join(part.folder()))
        );
        libtorch::lay_out(part, making.content, making.downloads)
    })
}

/// The folder that LIBTORCH names, unless it is what `.cargo/config.toml` sets it to.
fn own_libtorch(places: &Places, value: Option<PathBuf>) -> Option<PathBuf> {
    value.map(|path| places.repository.join(path)).filter(|path| *path != places.libtorch_link())
}

/// A libtorch of one's own has to fit, since cargo will use it.
fn usable(folder: &Path, wanted: Wanted) -> Result<Found, Error> {
    let refuse = |why: String| {
        let folder = folder.display();
        Error::Libtorch(format!(
            "LIBTORCH is set to {folder}, which cannot be used: {why}\n  \
             unset LIBTORCH to have libtorch {LIBTORCH_VERSION} fetched"
        ))
    };
    let found = libtorch::inspect(folder).map_err(refuse)?;
    if wanted.cuda && found.part != Part::Cuda {
        return Err(refuse("it has no part for GPUs (`lib/libtorch_cuda.so`)".into()));
    }
    Ok(found)
}

/// Set-up replaces links, never somebody's folder.
fn replaceable(link: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(link) {
        Ok(there) if !there.is_symlink() => Err(Error::Libtorch(format!(
            "{} is not a link that set-up made; move it away and run set-up again",
            link.display()
        ))),
        _ => Ok(()),
    }
}

/// Makes `libtorch` in the repository a link to `folder`; never missing in between.
fn link(places: &Places, folder: &Path) -> Result<(), Error> {
    let link = places.libtorch_link();
    if fs::read_link(&link).is_ok_and(|target| target == folder) {
        return Ok(());
    }
    replaceable(&link)?;
    let new = places.repository.join(".libtorch.new");
    // From an interrupted set-up, if at all; if it cannot be removed, the next line says so.
    let _ = fs::remove_file(&new);
    symlink(folder, &new).map_err(Error::file("create", &new))?;
    fs::rename(&new, &link).map_err(Error::file("create", &link))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(root: &Path) -> Places {
        Places { repository: root.to_owned(), cache: root.join("cache") }
    }

    #[test]
    fn libtorch_of_the_configuration_is_not_ones_own() {
        let places = places(Path::new("/repository"));
        assert_eq!(own_libtorch(&places, None), None);
        assert_eq!(own_libtorch(&places, Some("/repository/libtorch".into())), None);
        assert_eq!(own_libtorch(&places, Some("libtorch".into())), None);
        assert_eq!(own_libtorch(&places, Some("/opt/libtorch".into())), Some("/opt/libtorch".into()));
    }

    #[test]
    fn links_are_replaced_and_folders_are_not() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        link(&places, Path::new("/one")).unwrap();
        link(&places, Path::new("/two")).unwrap();
        assert_eq!(fs::read_link(places.libtorch_link()).unwrap(), Path::new("/two"));
        fs::remove_file(places.libtorch_link()).unwrap();
        fs::create_dir(places.libtorch_link()).unwrap();
        let error = link(&places, Path::new("/one")).unwrap_err().to_string();
        assert!(error.contains("move it away"), "{error}");
    }

    #[test]
    fn a_wrong_libtorch_of_ones_own_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("build-version"), "2.9.1").unwrap();
        let error = usable(root.path(), Wanted::default()).unwrap_err().to_string();
        assert!(error.contains("version 2.9.1, 2.11.0 is needed"), "{error}");
        assert!(error.contains("unset LIBTORCH"), "{error}");
    }
}
