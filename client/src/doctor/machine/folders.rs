//! The folders that clipig writes to: whether they can be written, and how much room there is.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, StatVfs, access, statvfs};

use super::super::Finding;
use crate::farm::time;

/// With less room than this, next to nothing can be written.
const LITTLE: u64 = 100_000_000;

const CHECK: &str = "disk";

/// A folder, which need not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// What clipig keeps in it.
    pub what: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// How many bytes should be free.
    pub wanted: u64,
}

pub(super) fn check(folder: &Folder) -> Finding {
    let Folder { what, path, .. } = folder;
    let there = nearest(path);
    let shown = path.display();
    if !there.is_dir() {
        return Finding::fault(
            CHECK,
            format!("{what}: {shown} cannot be a folder, because {} is a file", there.display()),
            "move the file away, or choose another folder",
        );
    }
    if let Err(error) = access(there, Access::WRITE_OK | Access::EXEC_OK) {
        return Finding::fault(
            CHECK,
            format!("{what}: {shown} cannot be written ({})", std::io::Error::from(error)),
            format!("give this user the right to write to {}, or choose another folder", there.display()),
        );
    }
    match statvfs(there) {
        Ok(disk) => judge_room(folder, &disk),
        Err(error) => Finding::fault(
            CHECK,
            format!("{what}: the disk of {shown} does not answer ({})", std::io::Error::from(error)),
            "look into the system's log; a network disk may be away",
        ),
    }
}

fn judge_room(folder: &Folder, disk: &StatVfs) -> Finding {
    let Folder { what, path, wanted } = folder;
    let (free, size) =
        (disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize));
    let found = format!("{what}: {} of {} free, {}", time::bytes(free), time::bytes(size), path.display());
    // File systems without a table of inodes say that they have none at all.
    if disk.f_files > 0 && disk.f_favail == 0 {
        let found = format!("{found}; no more files can be made (no inodes are left)");
        return Finding::fault(CHECK, found, "delete files that nobody needs, or choose another folder");
    }
    if free >= *wanted {
        return Finding::ok(CHECK, found);
    }
    let remedy = format!("make room for {}, or choose another folder", time::bytes(*wanted));
    if free < LITTLE { Finding::fault(CHECK, found, remedy) } else { Finding::warning(CHECK, found, remedy) }
}

/// The folder, or the nearest one above it that exists.
fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    fn folder(path: &Path, wanted: u64) -> Folder {
        Folder { what: "models", path: path.to_owned(), wanted }
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("a/b/c");
        assert_eq!(nearest(&path), above.path());
        assert_eq!(check(&folder(&path, 0)).verdict, Verdict::Ok);
        assert_eq!(nearest(Path::new("relative/folder")), Path::new("."));
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let above = tempfile::tempdir().unwrap();
        std::fs::write(above.path().join("a"), "").unwrap();
        let found = check(&folder(&above.path().join("a/b"), 0));
        assert_eq!(found.verdict, Verdict::Fault);
        assert!(found.found.ends_with("/a is a file"), "{}", found.found);
    }

    #[test]
    fn room_and_inodes_are_judged() {
        let disk = |blocks, inodes| {
            let mut disk = statvfs("/").unwrap();
            (disk.f_frsize, disk.f_blocks, disk.f_bavail) = (1_000_000, 10_000, blocks);
            (disk.f_files, disk.f_favail) = inodes;
            disk
        };
        let judged =
            |blocks, inodes| judge_room(&folder(Path::new("/m"), 5_000_000_000), &disk(blocks, inodes));
        assert_eq!(judged(6_000, (9, 9)).verdict, Verdict::Ok);
        assert_eq!(judged(6_000, (0, 0)).verdict, Verdict::Ok);
        assert_eq!(judged(6_000, (9, 0)).verdict, Verdict::Fault);
        let warned = judged(4_000, (9, 9));
        assert_eq!(warned.verdict, Verdict::Warning);
        assert_eq!(warned.found, "models: 4.0 GB of 10 GB free, /m");
        assert_eq!(judged(50, (9, 9)).verdict, Verdict::Fault);
    }
}
