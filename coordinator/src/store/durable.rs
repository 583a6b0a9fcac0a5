//! Files that are there as a whole or not at all, also after a crash.
//!
//! They are written in the folder `incoming` (see [`clipig_core::durable`]). What a crash leaves there is removed at the
//! next start.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use clipig_core::durable;
use tempfile::NamedTempFile;

use super::error::StoreError;

/// Who may use a data folder: its owner.
const FOLDER_MODE: u32 = 0o700;

/// Who may read and write a file in it.
pub(super) const FILE_MODE: u32 = 0o600;

/// Where unfinished files lie.
#[derive(Debug)]
pub(super) struct Incoming {
    folder: PathBuf,
    #[cfg(test)]
    room: Room,
}

/// A disk that fails, or takes its time, when tests want it to.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct Room {
    fault: std::sync::Mutex<Option<rustix::io::Errno>>,
    /// While this is set, files that are begun wait; how many wait.
    holding: std::sync::Mutex<Option<usize>>,
    released: std::sync::Condvar,
}

#[cfg(test)]
impl Room {
    /// From now on writes fail with this, or succeed again.
    pub(super) fn set_fault(&self, fault: Option<rustix::io::Errno>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// From now on files that are begun wait, or go on.
    pub(super) fn hold(&self, hold: bool) {
        *self.holding.lock().unwrap() = hold.then_some(0);
        self.released.notify_all();
    }

    /// Does a file wait?
    pub(super) fn is_holding(&self) -> bool {
        self.holding.lock().unwrap().is_some_and(|waiting| waiting > 0)
    }

    fn wait_while_held(&self) {
        let mut holding = self.holding.lock().unwrap();
        if let Some(waiting) = &mut *holding {
            *waiting += 1;
        }
        drop(self.released.wait_while(holding, |holding| holding.is_some()).unwrap());
    }

    /// Refuses as the system does.
    pub(super) fn check(&self, path: &Path, needed: Option<u64>) -> Result<(), StoreError> {
        match *self.fault.lock().unwrap() {
            Some(fault) => Err(StoreError::write("write", path, needed, fault.into())),
            None => Ok(()),
        }
    }

    /// The same for reading, which a full disk allows.
    pub(super) fn check_read(&self) -> io::Result<()> {
        match *self.fault.lock().unwrap() {
            Some(fault) if fault != rustix::io::Errno::NOSPC => Err(fault.into()),
            _ => Ok(()),
        }
    }
}

impl Incoming {
    /// Makes the folder and removes what a crash left in it; also returns how many files that were.
    pub(super) fn open(folder: PathBuf) -> Result<(Self, usize), StoreError> {
        make_folder(&folder)?;
        let mut removed = 0;
        for entry in entries(&folder)? {
            fs::remove_file(&entry).map_err(|error| StoreError::io("remove", &entry, error))?;
            removed += 1;
        }
        let incoming = Self {
            folder,
            #[cfg(test)]
            room: Room::default(),
        };
        Ok((incoming, removed))
    }

    /// For those who only read.
    pub(super) fn without_folder() -> Self {
        Self {
            folder: PathBuf::new(),
            #[cfg(test)]
            room: Room::default(),
        }
    }

    /// Its room on the disk.
    #[cfg(test)]
    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    pub(super) fn begin(&self, needed: Option<u64>) -> Result<UnfinishedFile, StoreError> {
        #[cfg(test)]
        {
            self.room.wait_while_held();
            self.room.check(&self.folder, needed)?;
        }
        let create = || {
            let file = durable::unfinished(&self.folder)?;
            file.as_file().set_permissions(fs::Permissions::from_mode(FILE_MODE))?;
            Ok(file)
        };
        let file =
            create().map_err(|error| StoreError::write("create a file in", &self.folder, needed, error))?;
        Ok(UnfinishedFile { file, needed })
    }

    /// Writes a whole file to `target`.
    pub(super) fn write(&self, target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let mut file = self.begin(Some(bytes.len() as u64))?;
        file.write(bytes)?;
        file.finish(target)
    }
}

/// A file that is being written. It vanishes when it is dropped unfinished.
#[derive(Debug)]
pub(super) struct UnfinishedFile {
    file: NamedTempFile,
    needed: Option<u64>,
}

impl UnfinishedFile {
    /// Appends bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        // Directly, because `NamedTempFile` would name its own path in the error, too.
        let written = self.file.as_file_mut().write_all(bytes);
        written.map_err(|error| StoreError::write("write", self.file.path(), self.needed, error))
    }

    /// Puts the file in its place. It survives a crash when this returns.
    pub(super) fn finish(self, target: &Path) -> Result<(), StoreError> {
        make_folder(durable::folder_of(target))?;
        let Self { file, needed } = self;
        durable::finish(file, target).map_err(|error| StoreError::write("write", target, needed, error))
    }
}

/// Makes the data folder where it is missing, and keeps other users out of one that is there.
pub(super) fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    make_folder(folder)?;
    let failed = |error| StoreError::io("look at the folder", folder, error);
    let mode = fs::metadata(folder).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0
        && let Err(error) = fs::set_permissions(folder, fs::Permissions::from_mode(FOLDER_MODE))
    {
        // The root of a volume often belongs to somebody else; its owner decides who may enter it.
        let (folder, mode) = (folder.display(), mode & 0o777);
        tracing::warn!(%error, "{folder} may be entered by other users (mode {mode:o}), and that cannot be changed");
    }
    Ok(())
}

/// Makes a folder and those above it, where they are missing.
pub(super) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folder(parent)?;
    }
    match fs::DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        Ok(()) => parent.map_or(Ok(()), sync_folder),
        // Somebody else was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(StoreError::io("create the folder", folder, error)),
    }
}

/// Makes a folder and those above it, where they are missing. A crash may undo it.
pub(super) fn make_unsynced_folder(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(|error| StoreError::io("create the folder", folder, error))
}

/// Makes names in a folder survive a crash.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    durable::sync_folder(folder).map_err(|error| StoreError::io("sync the folder", folder, error))
}

/// Everything in a folder; nothing where there is none.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| StoreError::io("read the folder", folder, error))?,
    };
    read.map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| StoreError::io("read the folder", folder, error))
}

/// Removes a file; also fine where there is none. Says whether there was one.
pub(super) fn remove_file(path: &Path) -> Result<bool, StoreError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("remove", path, error)),
    }
}

/// Removes a folder with all in it; also fine where there is none.
pub(super) fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::io("remove the folder", folder, error))
        }
        _ => Ok(()),
    }
}
