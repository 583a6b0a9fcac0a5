//! Wheels: files on `PyPI`, pinned by version and hash, fetched by pip, of which parts are unpacked.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;

/// One file on `PyPI`.
#[derive(Debug)]
pub(crate) struct Wheel {
    /// Name of the project, as on `PyPI`.
    pub(crate) project: &'static str,
    /// The version.
    pub(crate) version: &'static str,
    /// SHA-256 of the file, in hexadecimal: pip refuses every other one.
    pub(crate) sha256: &'static str,
}

/// The platform tags of all pinned wheels. Pip does not conclude from a newer glibc to an older.
const PLATFORMS: [&str; 9] = [
    "manylinux_2_28_x86_64",
    "manylinux_2_27_x86_64",
    "manylinux_2_25_x86_64",
    "manylinux_2_18_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux_2_12_x86_64",
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
];

/// Fetches the wheels into `folder`, which must exist, and returns their paths in the same order.
///
/// Torch has a wheel for each version of Python with another hash. What is needed of it is the
/// same in all, so that the one for 3.11 is asked for whichever Python runs pip.
pub(crate) fn fetch(wheels: &[&Wheel], folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let requirements = folder.join("requirements.txt");
    let lines: String = wheels.iter().map(|wheel| wheel.requirement()).collect();
    fs::write(&requirements, lines).map_err(Error::file("write", &requirements))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps"])
        .args(["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"])
        .args(PLATFORMS.iter().flat_map(|platform| ["--platform", platform]))
        .args(["--require-hashes", "--requirement"])
        .arg(&requirements)
        .arg("--dest")
        .arg(folder)
        // Where /tmp is kept in memory, it is often too small for torch.
        .env("TMPDIR", folder);
    process::run(&mut pip).map_err(|error| match error {
        Error::Failed { status, .. } => Error::NotFetched(status),
        other => other,
    })?;
    wheels.iter().map(|wheel| wheel.file_in(folder)).collect()
}

impl Wheel {
    /// A line of a requirements file.
    fn requirement(&self) -> String {
        format!("{}=={} --hash=sha256:{}\n", self.project, self.version, self.sha256)
    }

    /// What the file's name begins with.
    fn prefix(&self) -> String {
        format!("{}-{}-", self.project.replace('-', "_"), self.version)
    }

    fn file_in(&self, folder: &Path) -> Result<PathBuf, Error> {
        let prefix = self.prefix();
        let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
        entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
            .ok_or_else(|| Error::Other(format!("pip left no {prefix}….whl in {}", folder.display())))
    }
}

/// Unpacks those files of a wheel for which `destination` gives a path, relative to `folder`.
/// Returns how many there were.
pub(crate) fn unpack(
    wheel: &Path,
    folder: &Path,
    destination: impl Fn(&str) -> Option<PathBuf>,
) -> Result<usize, Error> {
    let file = File::open(wheel).map_err(Error::file("open", wheel))?;
    let broken = |error: zip::result::ZipError| Error::Wheel {
        wheel: wheel.to_owned(),
        problem: format!("is not a sound wheel: {error}"),
    };
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(broken)?;
    let mut count = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        // `enclosed_name` is nothing for names that lead out of the folder.
        let Some(name) = entry.enclosed_name().filter(|_| entry.is_file()) else { continue };
        let Some(target) = name.to_str().and_then(&destination) else { continue };
        let target = folder.join(target);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
        }
        let mode = if entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0) { 0o755 } else { 0o644 };
        let mut out = File::options()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&target)
            .map_err(Error::file("create", &target))?;
        io::copy(&mut entry, &mut out).map_err(Error::file("write", &target))?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_requirement_carries_its_hash() {
        let wheel = Wheel { project: "nvidia-cuda-cupti", version: "13.0.85", sha256: "4eb0" };
        assert_eq!(wheel.requirement(), "nvidia-cuda-cupti==13.0.85 --hash=sha256:4eb0\n");
        assert_eq!(wheel.prefix(), "nvidia_cuda_cupti-13.0.85-");
    }

    #[test]
    fn only_chosen_files_inside_the_folder_are_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.whl");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        for name in ["keep/a.txt", "drop/b.txt", "../keep/evil.txt"] {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(name.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        let out = folder.path().join("out");
        let count = unpack(&path, &out, |name| name.strip_prefix("keep/").map(PathBuf::from)).unwrap();
        assert_eq!(count, 1);
        assert_eq!(fs::read_to_string(out.join("a.txt")).unwrap(), "keep/a.txt");
    }

    #[test]
    fn a_torn_wheel_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.whl");
        fs::write(&path, b"PK\x03\x04 and no more").unwrap();
        let error = unpack(&path, folder.path(), |_| None).unwrap_err();
        assert!(matches!(error, Error::Wheel { .. }));
    }
}
