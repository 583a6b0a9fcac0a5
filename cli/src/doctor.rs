//! What `clipig doctor` says of the parts that compute, and of the settings of services.

mod gpus;

use std::path::Path;

use clipig_coordinator::settings as coordinator;
use clipig_engine::device::{self, DeviceKind};
use clipig_worker::WorkerSettings;
use tch::{Device, Kind, Tensor};

use clipig_client::arguments::DoctorArguments;
use clipig_client::doctor::Finding;
use clipig_client::doctor::Folder;

/// Bytes that should be free where jobs are kept: some checkpoints of a large picture.
const DATA: u64 = 5_000_000_000;

/// libtorch, processor and GPUs.
pub(crate) fn devices() -> Vec<Finding> {
    device::load_cuda();
    let mut findings = vec![libtorch(), processor()];
    findings.extend(gpus::check());
    findings
}

fn libtorch() -> Finding {
    const CHECK: &str = "libtorch";
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let library = loaded(&maps, "/libtorch_cpu.so");
    let place = library.map_or_else(String::new, |path| format!(", {}", path.display()));
    if !computes() {
        let found = format!("{}{place}: a product of two matrices came out wrong", device::LIBTORCH);
        return Finding::fault(
            CHECK,
            found,
            "fetch it again with `cargo xtask setup`, and build clipig again",
        );
    }
    let said = library.and_then(version_beside);
    match said {
        Some(version) if version != device::LIBTORCH => Finding::warning(
            CHECK,
            format!("clipig was built for {}, but {version} is here{place}", device::LIBTORCH),
            "put the right one on the library path (LD_LIBRARY_PATH), or build clipig again",
        ),
        _ => Finding::ok(CHECK, format!("{}{place}", device::LIBTORCH)),
    }
}

/// The file of a library that this process has loaded. `maps` is `/proc/self/maps`.
fn loaded<'a>(maps: &'a str, name: &str) -> Option<&'a Path> {
    let line = maps.lines().find(|line| line.ends_with(name))?;
    Some(Path::new(line.get(line.find('/')?..)?))
}

/// What the file `build-version` says that libtorch has above its libraries, without the part behind `+`.
fn version_beside(library: &Path) -> Option<String> {
    let file = library.parent()?.parent()?.join("build-version");
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim().split('+').next()?.to_owned())
}

fn computes() -> bool {
    const SIDE: i64 = 64;
    let ones = Tensor::ones([SIDE, SIDE], (Kind::Float, Device::Cpu));
    let sum = ones.matmul(&ones).sum(Kind::Double).double_value(&[]);
    sum == (SIDE * SIDE * SIDE) as f64
}

fn processor() -> Finding {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let all = info.lines().filter(|line| line.starts_with("processor")).count();
    let usable = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kind = DeviceKind::of(Device::Cpu, Kind::Float, 1);
    let has_avx2 = info.lines().any(|line| line.starts_with("flags") && line.contains(" avx2"));
    judge_processor(&kind, usable, all, has_avx2)
}

fn judge_processor(kind: &DeviceKind, usable: usize, all: usize, has_avx2: bool) -> Finding {
    const CHECK: &str = "processor";
    let cores = if usable < all { format!("{usable} of {all}") } else { usable.to_string() };
    let found = format!("{}, {cores} cores, {}", kind.model, kind.capability);
    if kind.capability.starts_with("baseline") {
        let remedy = if has_avx2 {
            "the processor has AVX2, but libtorch was told not to use it: unset ATEN_CPU_CAPABILITY"
        } else {
            "this processor has no AVX2, so it renders slowly; a newer one or a GPU helps"
        };
        return Finding::warning(CHECK, found, remedy);
    }
    // Settings that make the libraries below libtorch choose other kernels.
    if kind.capability.contains('=') {
        let remedy = "these variables change the bits of pictures; unset them, or set them on all workers";
        return Finding::warning(CHECK, found, remedy);
    }
    Finding::ok(CHECK, found)
}

/// Settings of coordinator and worker, as far as files or variables set some, and the folders that they name.
pub(crate) fn settings(arguments: &DoctorArguments) -> (Vec<Finding>, Vec<Folder>) {
    let environment = clipig_worker::environment();
    let is_set = |prefix: &str| environment.keys().any(|name| name.starts_with(prefix));
    let (mut findings, mut folders) = (Vec::new(), Vec::new());
    let file = arguments.worker_settings.as_deref();
    match WorkerSettings::load(file, &environment, &Vec::new()) {
        Ok(settings) => {
            let (path, wanted) = (settings.cache, settings.cache_bytes);
            folders.push(Folder { what: "cache of a worker", path, wanted });
            if file.is_some() || is_set("CLIPIG_WORKER__") {
                let found = format!("a worker `{}` for {}", settings.name, settings.coordinator);
                findings.push(Finding::ok("settings", found));
            }
        }
        Err(error) => findings.push(wrong("a worker", &error)),
    }
    let file = arguments.coordinator_settings.as_deref();
    match coordinator::Settings::load(file, &environment, &Vec::new()) {
        Ok(settings) => {
            let warnings = settings.warnings();
            folders.push(Folder { what: "data of a coordinator", path: settings.data, wanted: DATA });
            if file.is_some() || is_set("CLIPIG_COORDINATOR__") {
                let listen: Vec<String> = settings.listen.iter().map(ToString::to_string).collect();
                findings.push(Finding::ok("settings", format!("a coordinator on {}", listen.join(", "))));
            }
            findings.extend(warnings.into_iter().map(|warning| {
                Finding::warning(
                    "settings",
                    format!("a coordinator: {warning}"),
                    "docs/operations/settings.md lists them all",
                )
            }));
        }
        // Nobody has to have a folder for a coordinator that is not started here.
        Err(coordinator::SettingsError::NoDataFolder) if file.is_none() => {}
        Err(error) => findings.push(wrong("a coordinator", &error)),
    }
    (findings, folders)
}

fn wrong(whose: &str, error: &dyn std::error::Error) -> Finding {
    let remedy =
        format!("{whose} refuses to start with this; docs/operations/settings.md lists all settings");
    Finding::fault("settings", format!("{whose}: {error}"), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_client::doctor::Verdict;

    #[test]
    fn the_loaded_library_is_found_with_its_version() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("build-version"), "2.9.0+cu130\n").unwrap();
        let library = folder.path().join("lib/libtorch_cpu.so");
        let maps =
            format!("7f00-7f01 r--p 0000 08:01 1 [heap]\n7f02-7f03 r-xp 00 08:01 2  {}\n", library.display());
        let found = loaded(&maps, "/libtorch_cpu.so").unwrap();
        assert_eq!(found, library);
        assert_eq!(version_beside(found).as_deref(), Some("2.9.0"));
        assert_eq!(loaded(&maps, "/libtorch_cuda.so"), None);
        assert!(computes());
    }

    #[test]
    fn slow_and_odd_processors_are_noticed() {
        let judged = |capability: &str, has_avx2| {
            let kind = DeviceKind {
                capability: capability.to_owned(),
                ..DeviceKind::of(Device::Cpu, Kind::Float, 1)
            };
            judge_processor(&kind, 2, 8, has_avx2)
        };
        assert_eq!(judged("AVX512", true).verdict, Verdict::Ok);
        assert!(judged("AVX2", true).found.contains(", 2 of 8 cores, AVX2"));
        assert!(judged("baseline", true).remedy.contains("unset ATEN_CPU_CAPABILITY"));
        assert!(judged("baseline", false).remedy.contains("no AVX2"));
        assert_eq!(judged("AVX2, MKL_CBWR=COMPATIBLE", true).verdict, Verdict::Warning);
    }
}
