//! Files that are there whole or not at all, also after a crash or a loss of power.
//!
//! A new file is written under a name that nobody else has, and synced. It is then renamed to its place, and the folder
//! is synced too: until then a loss of power can undo the renaming. Several processes may write the same file at once:
//! each sees its own file whole, and the last renaming wins.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

/// How the name of an unfinished file begins.
const PREFIX: &str = ".clipig-";
/// How old a file is before it can be a leftover. A new one may not have its lock yet.
const LEFTOVER_AGE: Duration = Duration::from_hours(1);

/// Creates an empty file in `folder`, which has to be on the file system of the file's later place. Its name is hidden
/// and begins with `.clipig-`. It is deleted when it is dropped; what a killed process leaves is deleted by
/// [`remove_leftovers`].
///
/// # Errors
/// When the system refuses.
pub fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    // Temporary files are private by default. These become normal files, so the umask decides who may read them.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    lock(file.as_file());
    Ok(file)
}

/// Deletes the unfinished files in `folder` that nobody writes any more, because their process was killed: those of an
/// hour ago or earlier that can be locked. What cannot be read or deleted stays.
pub fn remove_leftovers(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let ours = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    for entry in ours {
        // A leftover that cannot be deleted takes up room and does no other harm, so nobody's work ends for it.
        if is_leftover(&entry).is_ok_and(|leftover| leftover) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_leftover(entry: &std::fs::DirEntry) -> io::Result<bool> {
    let metadata = entry.metadata()?;
    let age = SystemTime::now().duration_since(metadata.modified()?).unwrap_or_default();
    Ok(metadata.is_file() && age >= LEFTOVER_AGE && lock(&File::open(entry.path())?))
}

/// Locks a file until it is closed, which the system does for a killed process; `false` where another has it or the file
/// system has no locks.
#[cfg(unix)]
fn lock(file: &File) -> bool {
    file.try_lock().is_ok()
}

/// Elsewhere a lock would keep others from reading the file. Nothing is locked there, and no leftovers are deleted.
#[cfg(not(unix))]
fn lock(_file: &File) -> bool {
    false
}

/// Moves a file of [`unfinished`] to its place, over a file that is there. It survives a crash when this returns; on an
/// error the file is deleted.
///
/// # Errors
/// When the system refuses.
pub fn finish(file: NamedTempFile, place: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(place)?;
    sync_folder(folder_of(place))
}

/// Writes a whole file, over one that is there. It survives a crash when this returns; on an error the file that was
/// there is unchanged.
///
/// # Errors
/// When the system refuses.
pub fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = unfinished(folder_of(place))?;
    file.as_file_mut().write_all(bytes)?;
    finish(file, place)
}

/// Moves a finished file to its place on the same file system, over a file that is there. It survives a crash when this
/// returns.
///
/// # Errors
/// When the system refuses.
pub fn rename(from: &Path, place: &Path) -> io::Result<()> {
    File::open(from)?.sync_all()?;
    std::fs::rename(from, place)?;
    sync_folder(folder_of(place))
}

/// Makes the names in a folder survive a crash.
///
/// # Errors
/// When the system refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder that a file lies in; the current one for a bare name.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn writers_at_once_leave_one_whole_file() {
        const WRITERS: u8 = 4;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("record.json");
        let start = std::sync::Barrier::new(WRITERS.into());
        std::thread::scope(|scope| {
            for writer in 1..=WRITERS {
                let (place, start) = (&place, &start);
                scope.spawn(move || {
                    start.wait();
                    for round in 1..=20 {
                        // Each has a length of its own, so that a mixture would show.
                        write(place, &vec![writer; 1_000 * usize::from(writer) + round]).unwrap();
                        let there = std::fs::read(place).unwrap();
                        let whose = there[0];
                        assert!(there.iter().all(|byte| *byte == whose));
                        assert_eq!(there.len() / 1_000, usize::from(whose), "a file of two writers");
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), ["record.json"], "nothing else is left");
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        std::fs::write(&place, "old").unwrap();
        let mut file = unfinished(folder.path()).unwrap();
        file.write_all(b"half of the n").unwrap();
        drop(file);
        // A folder is in the place, so that the file cannot get there.
        std::fs::create_dir(folder.path().join("b")).unwrap();
        assert!(write(&folder.path().join("b"), b"new").is_err());
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, ["a", "b"]);
        assert_eq!(std::fs::read(&place).unwrap(), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn leftovers_are_deleted_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - 2 * LEFTOVER_AGE;
        let leftover =
            |name: &str| File::create(folder.path().join(name)).unwrap().set_modified(old).unwrap();
        leftover(".clipig-abc123");
        leftover("picture.png");
        File::create(folder.path().join(".clipig-new")).unwrap();
        let written = unfinished(folder.path()).unwrap();
        written.as_file().set_modified(old).unwrap();
        remove_leftovers(folder.path());
        let mut left = names(folder.path());
        left.sort();
        let mut expected = [".clipig-new".to_owned(), "picture.png".to_owned(), name_of(written.path())];
        expected.sort();
        assert_eq!(left, expected);
        // The process that writes is gone, and its file stays behind.
        let (_, path) = written.keep().unwrap();
        remove_leftovers(folder.path());
        assert!(!path.exists());
    }

    #[cfg(unix)]
    fn name_of(path: &Path) -> String {
        path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_may_be_read_by_whom_the_umask_allows() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode();
        write(&folder.path().join("ours"), b"").unwrap();
        File::create(folder.path().join("usual")).unwrap();
        assert_eq!(mode("ours"), mode("usual"));
    }
}
