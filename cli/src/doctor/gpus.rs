//! NVIDIA's GPUs, and what may stand between them and libtorch.

use std::path::Path;

use clipig_engine::device;
use clipig_engine::gpu::{self, Driver};

use super::loaded;
use clipig_client::doctor::Finding;
use clipig_client::farm::time;

/// The CUDA that libtorch's GPU part is made for. A driver runs programs for older ones.
const CUDA: (u32, u32) = (13, 0);

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

pub(super) fn check() -> Vec<Finding> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let usable = (0..device::gpus()).filter_map(gpu::describe).collect();
    let module = std::fs::read_to_string("/proc/driver/nvidia/version").ok();
    judge(&Gpus {
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

fn judge(gpus: &Gpus) -> Vec<Finding> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_client::doctor::Verdict;

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
            let found = &judge(gpus)[0];
            assert_eq!(found.verdict, Verdict::Warning);
            format!("{}: {}", found.found, found.remedy)
        };
        let nothing = Gpus { on_bus: 0, module: None, driver: None, ..with_driver((13, 0), Ok(1)) };
        assert_eq!(judge(&nothing), [Finding::ok("GPU", "none; the CPU computes")]);
        assert!(said(&Gpus { driver: None, ..with_driver((13, 0), Ok(1)) }).contains("container toolkit"));
        assert!(said(&with_driver((12, 4), Ok(1))).contains("CUDA 12.4, but libtorch"));
        assert!(said(&with_driver((13, 0), Err(100))).contains("finds no GPU"));
        assert!(said(&with_driver((13, 0), Err(803))).contains("CUDA error 803"));
        assert!(said(&with_driver((13, 0), Ok(2))).contains("xtask setup --cuda"));
        let unusable = Gpus { has_libtorch: true, ..with_driver((13, 0), Ok(2)) };
        assert!(said(&unusable).contains("libtorch cannot use any"));
        let gpu = gpu::Gpu { name: "NVIDIA H200".to_owned(), memory: 150_000_000_000 };
        let found = judge(&Gpus { usable: vec![gpu], ..unusable });
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
        assert_eq!(on_bus(Path::new("/nonexistent")), 0);
    }
}
