//! What `clipig doctor` says of the parts that compute, and of the settings of services.

use std::path::{Path, PathBuf};

use clipig_coordinator::settings as coordinator;
use clipig_engine::device::{self, DeviceKind};
use clipig_engine::gpu::{self, Driver};
use clipig_worker::WorkerSettings;
use tch::{Device, Kind, Tensor};

use crate::arguments::DoctorArguments;
use crate::doctor::Finding;
use crate::doctor::machine::Folder;
use crate::farm::time;

/// The CUDA that libtorch's GPU part is made for. A driver runs programs for older ones.
const CUDA: (u32, u32) = (13, 0);

/// Bytes that should be free where jobs are kept: some checkpoints of a large picture.
const DATA: u64 = 5_000_000_000;

/// libtorch, processor and GPUs.
pub(crate) fn devices() -> Vec<Finding> {
    device::load_cuda();
    let mut findings = vec![libtorch(), processor()];
    findings.extend(gpus());
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

/// What decides whether GPUs compute.
struct Gpus {
    /// NVIDIA's devices on the PCI bus.
    on_bus: usize,
    /// The version of the kernel's module, such as `580.95.05`.
    module: Option<String>,
    driver: Option<Driver>,
    /// Is libtorch's GPU part loaded?
    has_libtorch: bool,
    /// Name and memory of those that libtorch can use.
    usable: Vec<gpu::Gpu>,
}

fn gpus() -> Vec<Finding> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let usable = (0..device::gpus()).filter_map(gpu::describe).collect();
    let module = std::fs::read_to_string("/proc/driver/nvidia/version").ok();
    judge_gpus(&Gpus {
        on_bus: on_bus(Path::new("/sys/bus/pci/devices")),
        module: module.as_deref().and_then(module_version).map(str::to_owned),
        driver: gpu::driver(),
        has_libtorch: loaded(&maps, "/libtorch_cuda.so").is_some(),
        usable,
    })
}

/// How many display and compute controllers (class 3) of NVIDIA (vendor 10de) there are.
fn on_bus(devices: &Path) -> usize {
    let Ok(devices) = std::fs::read_dir(devices) else { return 0 };
    let says = |device: &Path, file: &str, start: &str| {
        std::fs::read_to_string(device.join(file)).is_ok_and(|text| text.starts_with(start))
    };
    let devices = devices.filter_map(Result::ok).map(|entry| entry.path());
    devices.filter(|device| says(device, "vendor", "0x10de") && says(device, "class", "0x03")).count()
}

/// `NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  …`
fn module_version(text: &str) -> Option<&str> {
    let first = text.lines().next()?;
    first.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'))
}

fn judge_gpus(gpus: &Gpus) -> Vec<Finding> {
    const CHECK: &str = "GPU";
    let module = gpus.module.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let Some(driver) = gpus.driver else {
        if gpus.on_bus == 0 && gpus.module.is_none() {
            return vec![Finding::ok(CHECK, "none; the CPU computes")];
        }
        return vec![Finding::warning(
            CHECK,
            format!("there is one of NVIDIA, but its driver's library (libcuda.so.1) is not here{module}"),
            "install NVIDIA's driver, 580 or newer; for containers NVIDIA's container toolkit (`--gpus all`)",
        )];
    };
    let (major, minor) = driver.cuda;
    let said = format!("driver{module}, CUDA {major}.{minor}");
    if driver.cuda < CUDA {
        return vec![Finding::warning(
            CHECK,
            format!("{said}, but libtorch {} needs CUDA {}.{}", device::LIBTORCH, CUDA.0, CUDA.1),
            "install NVIDIA's driver 580 or newer; until then the CPU computes",
        )];
    }
    let count = match driver.gpus {
        Ok(count) if count > 0 => count,
        Ok(_) | Err(100) => {
            let remedy = "is the GPU passed on to this container or virtual machine, and CUDA_VISIBLE_DEVICES not empty?";
            return vec![Finding::warning(CHECK, format!("{said}, which finds no GPU"), remedy)];
        }
        Err(code) => {
            let found = format!("{said}, which does not start (CUDA error {code})");
            let remedy = "`nvidia-smi` says more; after an update of the driver, restart the machine";
            return vec![Finding::warning(CHECK, found, remedy)];
        }
    };
    if !gpus.has_libtorch {
        let found = format!("{said}, {count} there, but the GPU part of libtorch is not");
        return vec![Finding::warning(CHECK, found, "`cargo xtask setup --cuda` fetches it (2.5 GB)")];
    }
    if gpus.usable.is_empty() {
        let found = format!("{said}, {count} there, but libtorch cannot use any");
        let remedy = "`CLIPIG_LOG=debug clipig render …` says why; does the machine have the driver that the \
                      container expects?";
        return vec![Finding::warning(CHECK, found, remedy)];
    }
    let one = |(index, gpu): (usize, &gpu::Gpu)| {
        Finding::ok(CHECK, format!("cuda:{index}: {}, {}, {said}", gpu.name, time::bytes(gpu.memory)))
    };
    gpus.usable.iter().enumerate().map(one).collect()
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
                    "docs/operations.md lists them all",
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
    let remedy = format!("{whose} refuses to start with this; docs/operations.md lists all settings");
    Finding::fault("settings", format!("{whose}: {error}"), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

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

    fn with_driver(cuda: (u32, u32), gpus: Result<u32, i32>) -> Gpus {
        let module = Some("580.95.05".to_owned());
        Gpus {
            on_bus: 1,
            module,
            driver: Some(Driver { cuda, gpus }),
            has_libtorch: false,
            usable: Vec::new(),
        }
    }

    #[test]
    fn each_obstacle_before_a_gpu_has_its_remedy() {
        let said = |gpus: &Gpus| {
            let found = &judge_gpus(gpus)[0];
            assert_eq!(found.verdict, Verdict::Warning);
            format!("{}: {}", found.found, found.remedy)
        };
        let nothing = Gpus { on_bus: 0, module: None, driver: None, ..with_driver((13, 0), Ok(1)) };
        assert_eq!(judge_gpus(&nothing), [Finding::ok("GPU", "none; the CPU computes")]);
        assert!(said(&Gpus { driver: None, ..with_driver((13, 0), Ok(1)) }).contains("container toolkit"));
        assert!(said(&with_driver((12, 4), Ok(1))).contains("CUDA 12.4, but libtorch"));
        assert!(said(&with_driver((13, 0), Err(100))).contains("finds no GPU"));
        assert!(said(&with_driver((13, 0), Err(803))).contains("CUDA error 803"));
        assert!(said(&with_driver((13, 0), Ok(2))).contains("xtask setup --cuda"));
        let unusable = Gpus { has_libtorch: true, ..with_driver((13, 0), Ok(2)) };
        assert!(said(&unusable).contains("libtorch cannot use any"));
        let gpu = gpu::Gpu { name: "NVIDIA H200".to_owned(), memory: 150_000_000_000 };
        let found = judge_gpus(&Gpus { usable: vec![gpu], ..unusable });
        assert_eq!(found, [Finding::ok("GPU", "cuda:0: NVIDIA H200, 150 GB, driver 580.95.05, CUDA 13.0")]);
    }

    #[test]
    fn the_kernel_and_the_bus_are_read() {
        let text = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\nGCC version: 12.2\n";
        assert_eq!(module_version(text), Some("580.95.05"));
        let bus = tempfile::tempdir().unwrap();
        for (name, vendor, class) in [
            ("a", "0x10de\n", "0x030200\n"),
            ("b", "0x10de\n", "0x040300\n"),
            ("c", "0x8086\n", "0x030000\n"),
        ] {
            let device = bus.path().join(name);
            std::fs::create_dir(&device).unwrap();
            std::fs::write(device.join("vendor"), vendor).unwrap();
            std::fs::write(device.join("class"), class).unwrap();
        }
        assert_eq!(on_bus(bus.path()), 1);
        assert_eq!(on_bus(&PathBuf::from("/nonexistent")), 0);
    }
}
