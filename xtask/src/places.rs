//! Where things are: the repository, the cache that outlives it.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folders that the commands work in, all absolute.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Root of the working copy.
    pub(crate) repository: PathBuf,
    /// `$XDG_CACHE_HOME/clipig`, else `~/.cache/clipig`; may not exist yet.
    pub(crate) cache: PathBuf,
}

impl Places {
    /// Finds them from the environment.
    pub(crate) fn find() -> Result<Self, Error> {
        // At run time, for a build that was made in another working copy and shared since.
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let repository = manifest.parent().unwrap_or(&manifest).to_owned();
        let cache = cache_home(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), env::home_dir())
            .ok_or_else(|| {
                Error::Other("neither XDG_CACHE_HOME nor HOME names a folder to keep downloads in".into())
            })?
            .join("clipig");
        Ok(Self { repository, cache })
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> PathBuf {
        let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        self.repository.join(folder)
    }

    /// The name under which cargo finds libtorch: see `.cargo/config.toml`.
    pub(crate) fn libtorch_link(&self) -> PathBuf {
        self.repository.join("libtorch")
    }
}

/// The XDG rule: a relative `XDG_CACHE_HOME` counts as unset.
fn cache_home(xdg: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    xdg.filter(|path| path.is_absolute())
        .or_else(|| home.filter(|path| path.is_absolute()).map(|home| home.join(".cache")))
}

/// `path` as a person would write it: `~/…` below the home folder.
pub(crate) fn shown(path: &Path) -> String {
    env::home_dir()
        .filter(|home| home.is_absolute())
        .and_then(|home| path.strip_prefix(home).ok().map(|rest| format!("~/{}", rest.display())))
        .unwrap_or_else(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xdg_wins_if_it_is_absolute() {
        let home = || Some(PathBuf::from("/home/a"));
        assert_eq!(cache_home(Some("/c".into()), home()), Some("/c".into()));
        assert_eq!(cache_home(Some("c".into()), home()), Some("/home/a/.cache".into()));
        assert_eq!(cache_home(Some("".into()), None), None);
    }
}
