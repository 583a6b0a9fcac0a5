//! Folders in the cache: made once, complete or not there at all.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::places::{Places, shown};

/// Scratch space for the making of one folder.
pub(crate) struct Making<'a> {
    /// Becomes the folder; exists and is empty.
    pub(crate) content: &'a Path,
    /// For downloads; exists, is empty and goes away.
    pub(crate) downloads: &'a Path,
}

/// The folder `name` of the cache. Where it is missing, or `anew` is said, `make` fills a folder
/// of another name, which is renamed at the end: an interrupted set-up leaves nothing half done
/// under the real name.
pub(crate) fn folder(
    places: &Places,
    name: &str,
    anew: bool,
    make: impl FnOnce(&Making<'_>) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let folder = places.cache.join(name);
    if !anew && folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(&places.cache).map_err(Error::file("create", &places.cache))?;
    let lock = lock(places)?;
    // Another process may have made it while this one waited.
    if !anew && folder.is_dir() {
        return Ok(folder);
    }
    let partial = places.cache.join(format!("{}.partial", name.replace('/', "-")));
    // What an interrupted process left; whoever holds the lock is alone here.
    remove(&partial)?;
    let (content, downloads) = (partial.join("content"), partial.join("downloads"));
    for folder in [&content, &downloads] {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    let made = make(&Making { content: &content, downloads: &downloads }).and_then(|()| {
        remove(&folder)?;
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
        }
        fs::rename(&content, &folder).map_err(Error::file("create", &folder))
    });
    remove(&partial)?;
    drop(lock);
    made.map(|()| folder)
}

/// Held as long as the file is open; the system gives it back if the process dies.
fn lock(places: &Places) -> Result<File, Error> {
    let path = places.cache.join("lock");
    let file = File::create(&path).map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            eprintln!("Waiting for another set-up that is at work in {}", shown(&places.cache));
        }
        Err(TryLockError::Error(source)) => return Err(Error::file("lock", &path)(source)),
    }
    file.lock().map_err(Error::file("lock", &path))?;
    Ok(file)
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", folder)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(root: &Path) -> Places {
        Places { repository: root.join("repository"), cache: root.join("cache") }
    }

    fn fill(making: &Making<'_>, text: &str) -> Result<(), Error> {
        assert!(making.downloads.is_dir());
        let file = making.content.join("file");
        fs::write(&file, text).map_err(Error::file("write", &file))
    }

    #[test]
    fn a_folder_is_made_once_unless_it_is_wanted_anew() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let read = |folder: &Path| fs::read_to_string(folder.join("file")).unwrap();
        let first = folder(&places, "tools/a-1", false, |making| fill(making, "one")).unwrap();
        assert_eq!(read(&first), "one");
        let kept = folder(&places, "tools/a-1", false, |_| panic!("made twice")).unwrap();
        assert_eq!(kept, first);
        folder(&places, "tools/a-1", true, |making| fill(making, "two")).unwrap();
        assert_eq!(read(&first), "two");
    }

    #[test]
    fn a_failure_leaves_nothing_and_takes_nothing_away() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let broken = |making: &Making<'_>| fill(making, "half").and(Err(Error::Other("broken".into())));
        folder(&places, "a", false, broken).unwrap_err();
        assert!(!places.cache.join("a").exists());
        folder(&places, "a", false, |making| fill(making, "whole")).unwrap();
        folder(&places, "a", true, broken).unwrap_err();
        assert_eq!(fs::read_to_string(places.cache.join("a/file")).unwrap(), "whole");
        assert!(!places.cache.join("a.partial").exists());
    }

    #[test]
    fn leftovers_of_an_interrupted_process_are_swept() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let old = places.cache.join("a.partial/content");
        fs::create_dir_all(&old).unwrap();
        fs::write(old.join("stale"), "").unwrap();
        let made = folder(&places, "a", false, |making| fill(making, "new")).unwrap();
        assert!(!made.join("stale").exists());
    }
}
