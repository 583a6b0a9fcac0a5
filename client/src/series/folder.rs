//! The folder of a series: which series it is, and which of its pictures are finished.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clipig_core::durable;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::picture::file;

/// The file that says which series a folder holds.
const STATE: &str = "series.json";
/// The file that is locked while a command draws into a folder.
const LOCK: &str = ".clipig-series.lock";
/// The form of the state.
const VERSION: u64 = 1;

/// The folder of a series, which no other process draws into meanwhile.
#[derive(Debug)]
pub(crate) struct SeriesFolder {
    folder: PathBuf,
    /// 16 random bytes in hexadecimal, drawn once.
    id: String,
    /// Seed of a series whose experiment has none, drawn once.
    seed: u64,
    /// Unlocked when it is dropped, and by the system when the process ends in whatever way.
    _lock: File,
}

impl SeriesFolder {
    /// Opens the folder of a series, or makes it. `what` is `sweep` or `animation`, and `plan` the hash of all that decides
    /// its pictures.
    ///
    /// # Errors
    /// If another process draws into it, if it holds something else, or if it cannot be written.
    pub(crate) fn open(folder: &Path, what: &str, plan: &str) -> Result<Self, Failure> {
        let shown = folder.display();
        let cannot = |error: &dyn std::fmt::Display| Failure::failed(format!("cannot use {shown}: {error}"));
        let other = |why: &str| Failure::usage(format!("{shown} {why}\nhelp: choose another one with -o"));
        let path = folder.join(STATE);
        // Before the first file is written: not even a lock is left in a folder of others.
        match std::fs::metadata(folder) {
            Ok(there) if !there.is_dir() => return Err(other("is a file, and a series needs a folder")),
            Ok(_) if !path.exists() && !is_empty(folder).map_err(|error| cannot(&error))? => {
                return Err(other("is not empty, and a series needs a folder of its own"));
            }
            _ => std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?,
        }
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))
            .map_err(|error| cannot(&error))?;
        // A file system without locks is used without one.
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(Failure::failed(format!("another clipig is drawing into {shown} at this moment")));
        }
        durable::remove_leftovers(folder);
        let state = match std::fs::read_to_string(&path) {
            Ok(text) => checked(&text, what, plan).map_err(|why| {
                Failure::usage(format!(
                    "{shown} {why}\nhelp: choose another folder with -o, or delete this one"
                ))
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let state = State::drawn()?;
                let json = json!({
                    "version": VERSION, "series": what, "plan": plan, "id": state.id, "seed": state.seed,
                });
                file::create_exactly(&path, format!("{json:#}\n").as_bytes())?;
                state
            }
            Err(error) => return Err(cannot(&error)),
        };
        Ok(Self { folder: folder.to_owned(), id: state.id, seed: state.seed, _lock: lock })
    }

    /// As it was asked for.
    pub(crate) fn name(&self) -> &Path {
        &self.folder
    }

    /// A file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The seed of a series whose experiment has none.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The token of picture `index`, by which a farm recognises its job.
    pub(crate) fn token(&self, index: usize) -> Bytes {
        Bytes::copy_from_slice(&Sha256::digest(format!("{} {index}", self.id)))
    }
}

struct State {
    id: String,
    seed: u64,
}

impl State {
    fn drawn() -> Result<Self, Failure> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| Failure::failed(format!("no random numbers: {error}")))?;
        // Short enough to be typed, as that of `clipig render`.
        let seed = u64::from(u32::from_le_bytes([id[0], id[5], id[10], id[15]]));
        Ok(Self { id: base16ct::lower::encode_string(&id), seed })
    }
}

/// The state, if it is that of this series; else what is wrong, in words after the folder's name.
fn checked(text: &str, what: &str, plan: &str) -> Result<State, String> {
    let json: Json =
        serde_json::from_str(text).map_err(|error| format!("has a damaged {STATE} ({error})"))?;
    if json["version"] != VERSION {
        return Err(format!("has a {STATE} of another version of clipig"));
    }
    if json["series"] != what || json["plan"] != plan {
        let found = json["series"].as_str().filter(|found| *found != what);
        return Err(match found {
            Some(found) => format!("holds the pictures of another {found}"),
            None => format!("holds another {what}: the experiment, its images or a flag has changed since"),
        });
    }
    let id = json["id"].as_str().filter(|id| id.len() == 32);
    match (id, json["seed"].as_u64()) {
        (Some(id), Some(seed)) => Ok(State { id: id.to_owned(), seed }),
        _ => Err(format!("has a damaged {STATE}")),
    }
}

/// Is there nothing but the lock, and what a process left that was killed before it had written the state?
fn is_empty(folder: &Path) -> std::io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        if !entry?.file_name().to_string_lossy().starts_with(".clipig-") {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<SeriesFolder, Failure>) -> String {
        result.expect_err("it is refused").to_string()
    }

    #[test]
    fn a_series_finds_itself_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/series");
        let first = SeriesFolder::open(&path, "sweep", "ab").unwrap();
        let (seed, token) = (first.seed(), first.token(3));
        assert!(token.len() == 32 && token != first.token(4));
        assert!(message(SeriesFolder::open(&path, "sweep", "ab")).contains("another clipig is drawing"));
        drop(first);
        std::fs::write(path.join("0001.png"), "a picture").unwrap();
        let again = SeriesFolder::open(&path, "sweep", "ab").unwrap();
        assert_eq!((again.seed(), again.token(3)), (seed, token));
    }

    #[test]
    fn what_is_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::write(path.join("holiday.png"), "").unwrap();
        assert!(message(SeriesFolder::open(path, "sweep", "ab")).contains("is not empty"));
        assert_eq!(std::fs::read_dir(path).unwrap().count(), 1, "something was left in it");
        let file = path.join("holiday.png");
        assert!(message(SeriesFolder::open(&file, "sweep", "ab")).contains("is a file"));
        std::fs::remove_file(path.join("holiday.png")).unwrap();
        SeriesFolder::open(path, "sweep", "ab").unwrap();
        assert!(message(SeriesFolder::open(path, "sweep", "cd")).contains("holds another sweep"));
        assert!(message(SeriesFolder::open(path, "animation", "ab")).contains("pictures of another sweep"));
        std::fs::write(path.join(STATE), "{").unwrap();
        assert!(message(SeriesFolder::open(path, "sweep", "ab")).contains("damaged"));
    }
}
