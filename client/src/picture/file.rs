//! Files that are written completely or not at all, and that never replace files of others.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clipig_core::durable;
use clipig_experiment::output_name;
use tempfile::{NamedTempFile, TempPath};

use crate::failure::Failure;

/// A file could not be written. Its earlier content is unchanged.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {error}", .path.display())]
pub struct WriteError {
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
}

impl WriteError {
    fn new(path: &Path, error: io::Error) -> Self {
        Self { path: path.to_owned(), error }
    }

    /// Is there no room, so that the same write may succeed later?
    pub fn is_full(&self) -> bool {
        matches!(self.error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::failed(error)
    }
}

/// A new file of this run, which may be written several times. It gets its name with its first content: there is never an
/// empty file, and two runs at the same time get two names.
#[derive(Debug)]
pub struct NewFile {
    wanted: String,
    path: Option<PathBuf>,
}

impl NewFile {
    /// A file of this name, or with a number where that is taken.
    pub fn new(wanted: impl Into<String>) -> Self {
        Self { wanted: wanted.into(), path: None }
    }

    /// Where its content stands; `None` before it was written.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Checks that a file can be created in the folder, before hours are spent on its content.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn try_folder(&self) -> Result<(), WriteError> {
        let path = Path::new(&self.wanted);
        make_folder(path)?;
        let folder = durable::folder_of(path);
        durable::remove_leftovers(folder);
        durable::unfinished(folder).map(drop).map_err(|error| WriteError::new(path, error))
    }

    /// Writes the content: the first time under a free name, later over what this run wrote before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<&Path, WriteError> {
        let path = match self.path.take() {
            Some(path) => {
                let written = replace(&path, bytes);
                self.path = Some(path.clone());
                written?;
                path
            }
            None => create(&self.wanted, bytes)?,
        };
        Ok(self.path.insert(path))
    }
}

/// Writes a new file: `wanted`, or with the next number where that is taken. Where it is.
pub(crate) fn create(wanted: &str, bytes: &[u8]) -> Result<PathBuf, WriteError> {
    let path = Path::new(wanted);
    make_folder(path)?;
    let file = filled(path, bytes).map_err(|error| WriteError::new(path, error))?;
    place(file.into_temp_path(), wanted).map_err(|(error, _)| error)
}

/// Writes a new file of exactly this name; `false` where the name is taken.
pub(crate) fn create_exactly(path: &Path, bytes: &[u8]) -> Result<bool, WriteError> {
    let file = filled(path, bytes).map_err(|error| WriteError::new(path, error))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(failed) => Err(WriteError::new(path, failed.error)),
    }
}

/// Renames a complete file to `wanted`, or to the next number if that is taken. On failure the file is returned.
pub(crate) fn place(mut file: TempPath, wanted: &str) -> Result<PathBuf, (WriteError, TempPath)> {
    let mut taken = None;
    loop {
        let name = PathBuf::from(output_name::free(wanted, names_in));
        match file.persist_noclobber(&name) {
            Ok(()) => return Ok(name),
            // Somebody was faster, so the next name is another one. It is not where a folder does not list the name: `.`.
            Err(failed)
                if failed.error.kind() == ErrorKind::AlreadyExists && taken.as_ref() != Some(&name) =>
            {
                (file, taken) = (failed.path, Some(name));
            }
            Err(failed) => return Err((WriteError::new(&name, failed.error), failed.path)),
        }
    }
}

/// Replaces the content of a file atomically: after a crash or on a full disk the old content is still there. A device or
/// pipe is written to directly.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let attempt = || -> io::Result<()> {
        match path.metadata() {
            Ok(there) if !there.is_file() => return std::fs::write(path, bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                filled(path, bytes)?.persist(path)?;
                return Ok(());
            }
            _ => {}
        }
        // If the name is a link, its target is replaced.
        let target = path.canonicalize()?;
        let file = filled(&target, bytes)?;
        file.as_file().set_permissions(target.metadata()?.permissions())?;
        file.persist(&target)?;
        Ok(())
    };
    attempt().map_err(|error| WriteError::new(path, error))
}

/// Makes the folder that a file goes to.
pub(crate) fn make_folder(path: &Path) -> Result<(), WriteError> {
    let folder = durable::folder_of(path);
    std::fs::create_dir_all(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            let why = io::Error::new(ErrorKind::NotADirectory, "a file stands where a folder is needed");
            WriteError::new(folder, why)
        }
        _ => WriteError::new(folder, error),
    })
}

/// A file beside `path` with a hidden name and all of the content on disk.
fn filled(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = durable::unfinished(durable::folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn names_in(folder: &str) -> Vec<String> {
    let folder = if folder.is_empty() { "." } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names = names_in(&folder.to_string_lossy());
        names.sort();
        names
    }

    #[test]
    fn a_new_file_takes_nobodys_place_and_replaces_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join("new").join(name);
        let wanted = at("a.png").to_string_lossy().into_owned();
        let mut file = NewFile::new(wanted.clone());
        file.try_folder().unwrap();
        assert!(names(&folder.path().join("new")).is_empty() && file.path().is_none());
        std::fs::write(at("a.png"), "somebody else's").unwrap();
        assert_eq!(file.write(b"first").unwrap(), at("a-1.png"));
        assert_eq!(file.write(b"second").unwrap(), at("a-1.png"));
        assert_eq!(create(&wanted, b"third").unwrap(), at("a-2.png"));
        assert!(!create_exactly(&at("a.png"), b"fourth").unwrap());
        let read = |name| std::fs::read_to_string(at(name)).unwrap();
        assert_eq!([read("a.png"), read("a-1.png"), read("a-2.png")], ["somebody else's", "second", "third"]);
        assert_eq!(names(&folder.path().join("new")), ["a-1.png", "a-2.png", "a.png"]);
    }

    #[test]
    fn a_name_that_no_folder_lists_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".", ".."] {
            let wanted = format!("{}/{name}", folder.path().display());
            assert!(create(&wanted, b"a picture").is_err(), "{name}");
        }
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        std::fs::write(&taken, "").unwrap();
        let mut file = NewFile::new(taken.join("a.png").to_string_lossy());
        let error = file.try_folder().unwrap_err();
        assert!(!error.is_full() && error.to_string().starts_with("cannot write "), "{error}");
        assert!(error.to_string().ends_with("a file stands where a folder is needed"), "{error}");
        assert!(file.write(b"x").is_err() && file.path().is_none());
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_mode_and_its_links() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
        std::fs::write(&real, "old").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
        assert!(link.is_symlink());
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        replace(Path::new("/dev/null"), b"nowhere").unwrap();
    }
}
