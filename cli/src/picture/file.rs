//! Files that are there whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use clipig_experiment::output_name;

use crate::failure::Failure;

/// A name that nobody else has: `wanted`, or with the next number. The file is made at once, empty, so that
/// two runs at the same time get two names.
pub(crate) fn reserve(wanted: &str) -> Result<PathBuf, Failure> {
    let cannot = |path: &Path, error: &std::io::Error| {
        Failure::failed(format!("cannot write {}: {error}", path.display()))
    };
    loop {
        let name = PathBuf::from(output_name::free(wanted, names_in));
        if let Some(folder) = name.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
        }
        match std::fs::File::create_new(&name) {
            Ok(_) => return Ok(name),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot(&name, &error)),
        }
    }
}

fn names_in(folder: &str) -> Vec<String> {
    let folder = if folder.is_empty() { "." } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Replaces a file's content: written beside it, brought to disk, renamed. After a crash or on a full disk
/// the old content is still there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let attempt = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".clipig-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        // Temporary files are private; a picture is as readable as other new files.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    attempt().map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))
}
