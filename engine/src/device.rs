//! The device that computes: which one, how many threads, and everything about it that changes bits.

use clipig_core::Rendering;
use tch::{Cuda, Device, Kind};

use crate::gpu;

/// Why a device cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The name is none of a device.
    #[error("`{0}` is not a device; devices are `cpu`, `cuda`, `cuda:0`, `cuda:1`, … and `auto`")]
    Unknown(String),
    /// There is no such GPU.
    #[error(
        "`{asked}` was asked for, but {found}; use `--device cpu` or `auto`, and see `cargo xtask setup --cuda`"
    )]
    Absent {
        /// The name.
        asked: String,
        /// What is there.
        found: String,
    },
}

/// Makes GPUs usable where libtorch's GPU part lies on the library path.
///
/// The program is linked against the CPU part only, so that one binary runs everywhere. The GPU part
/// registers itself when it is loaded. Call once, early; without it everything runs on the CPU.
pub fn load_cuda() {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
    // SAFETY: libtorch_cuda.so is part of libtorch; its initialisers only register kernels with libtorch_cpu,
    // which this program is linked against. The library stays loaded until the process ends.
    #[allow(unsafe_code)]
    let loaded = unsafe { Library::open(Some("libtorch_cuda.so"), RTLD_NOW | RTLD_GLOBAL) };
    match loaded {
        Ok(library) => std::mem::forget(library),
        Err(reason) => tracing::debug!(%reason, "no GPU part of libtorch; computing on the CPU"),
    }
}

/// How many GPUs can be used; [`load_cuda`] comes first.
pub fn gpus() -> usize {
    if Cuda::is_available() { usize::try_from(Cuda::device_count()).unwrap_or(0) } else { 0 }
}

/// The device of that name: `cpu`, `cuda`, `cuda:N` or `auto` (the first GPU where there is one).
///
/// # Errors
/// When the name is none of a device or there is no such GPU.
pub fn select(name: &str) -> Result<Device, DeviceError> {
    let gpus = gpus() as i64;
    let index = match name {
        "cpu" => return Ok(Device::Cpu),
        "auto" if gpus == 0 => return Ok(Device::Cpu),
        "auto" | "cuda" => 0,
        _ => name
            .strip_prefix("cuda:")
            .and_then(|index| index.parse::<usize>().ok())
            .ok_or_else(|| DeviceError::Unknown(name.to_owned()))?,
    };
    if (index as i64) < gpus {
        return Ok(Device::Cuda(index));
    }
    let found = match gpus {
        0 => "no GPU can be used here".to_owned(),
        1 => "there is one GPU (`cuda:0`)".to_owned(),
        n => format!("there are {n} GPUs (`cuda:0` to `cuda:{}`)", n - 1),
    };
    Err(DeviceError::Absent { asked: name.to_owned(), found })
}

/// Does the device itself render windows?
pub fn renders(rendering: Rendering, device: Device) -> bool {
    match rendering {
        Rendering::Auto => device != Device::Cpu,
        Rendering::Host => false,
        Rendering::Device => true,
    }
}

/// The device that tests run on: `CLIPIG_TEST_DEVICE`, else the CPU.
#[cfg(test)]
pub(crate) fn of_tests() -> Device {
    load_cuda();
    select(&std::env::var("CLIPIG_TEST_DEVICE").unwrap_or_else(|_| "cpu".to_owned())).unwrap()
}

/// Everything about a device that changes the bits of a tensor operation. Two devices of the same kind give
/// the same picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKind {
    /// Model of the processor or GPU.
    pub model: String,
    /// Version of libtorch.
    pub libtorch: &'static str,
    /// Number type of CLIP.
    pub number: &'static str,
    /// Instruction set that libtorch chose, with settings of MKL and oneDNN that change bits; empty on GPUs.
    pub capability: String,
    /// Threads within an operation.
    pub threads: usize,
}

/// The version of libtorch that this program is built for.
pub const LIBTORCH: &str = "2.11.0";

impl DeviceKind {
    /// The kind of `device`, computing in `kind` with `threads` threads per operation.
    pub fn of(device: Device, kind: Kind, threads: usize) -> Self {
        let number = match kind {
            Kind::Half => "float16",
            Kind::BFloat16 => "bfloat16",
            _ => "float32",
        };
        let (model, capability) = match device {
            Device::Cuda(index) => {
                // Where the driver does not say, at least two GPUs of one machine are told apart.
                let name = gpu::describe(index).map(|gpu| gpu.name);
                (name.unwrap_or_else(|| format!("CUDA device {index}")), String::new())
            }
            _ => (processor(), capability()),
        };
        Self { model, libtorch: LIBTORCH, number, capability, threads }
    }
}

impl std::fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { model, libtorch, number, capability, threads } = self;
        write!(f, "{model}, libtorch {libtorch}, {number}")?;
        if !capability.is_empty() {
            write!(f, ", {capability}, {threads} thread{}", if *threads == 1 { "" } else { "s" })?;
        }
        Ok(())
    }
}

/// The processor's model as the system names it.
fn processor() -> String {
    std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|info| {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Settings of the libraries below libtorch that make them choose other kernels, and so other bits.
const OVERRIDES: [&str; 6] = [
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "DNNL_DEFAULT_FPMATH_MODE",
];

/// The instruction set that libtorch's kernels are chosen by, as libtorch says, and what the environment asks of MKL
/// and oneDNN besides.
fn capability() -> String {
    let overrides = OVERRIDES.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?)));
    described(&instruction_set(), overrides)
}

/// `AVX512`, or `AVX512, ONEDNN_MAX_CPU_ISA=AVX2` where something is set.
fn described<'a>(instructions: &str, overrides: impl Iterator<Item = (&'a str, String)>) -> String {
    // The word that pictures have recorded from the beginning.
    let instructions = if instructions == "DEFAULT" { "baseline" } else { instructions };
    let mut parts = vec![instructions.to_owned()];
    for (name, value) in overrides.filter(|(_, value)| !value.trim().is_empty()) {
        let value: String = value.trim().chars().filter(char::is_ascii_graphic).take(32).collect();
        parts.push(format!("{name}={value}"));
    }
    let mut text = parts.join(", ");
    // The longest name that travels; all of it is ASCII.
    text.truncate(200);
    text
}

/// What libtorch has chosen: the processor's best, or what `ATEN_CPU_CAPABILITY` says.
fn instruction_set() -> String {
    #[allow(unsafe_code)]
    unsafe extern "C" {
        fn clipig_cpu_capability(name: *mut std::ffi::c_char, size: usize);
    }
    let mut name = [0_u8; 32];
    // SAFETY: capability.cpp writes at most `size` bytes, the last of them zero, and keeps no pointer.
    #[allow(unsafe_code)]
    unsafe {
        clipig_cpu_capability(name.as_mut_ptr().cast(), name.len());
    }
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    String::from_utf8_lossy(&name[..end]).into_owned()
}

/// Sets the threads within an operation for the calling thread. Every computing thread calls it: libtorch
/// keeps the number per thread, and it changes bits.
pub fn set_threads(threads: usize) {
    tch::set_num_threads(i32::try_from(threads.max(1)).unwrap_or(i32::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtorch_says_what_it_computes_with() {
        let found = instruction_set();
        assert!(["DEFAULT", "AVX2", "AVX512"].contains(&found.as_str()), "{found}");
    }

    #[test]
    fn who_renders_depends_on_device_and_setting() {
        let of = |device| {
            [Rendering::Auto, Rendering::Host, Rendering::Device].map(|place| renders(place, device))
        };
        assert_eq!(of(Device::Cpu), [false, false, true]);
        assert_eq!(of(Device::Cuda(1)), [true, false, true]);
    }

    #[test]
    fn what_the_environment_asks_for_is_part_of_the_kind() {
        let described = |instructions, set: &[(&'static str, &str)]| {
            described(instructions, set.iter().map(|(name, value)| (*name, (*value).to_owned())))
        };
        assert_eq!(described("AVX512", &[]), "AVX512");
        assert_eq!(described("DEFAULT", &[("MKL_CBWR", " ")]), "baseline");
        assert_eq!(described("AVX2", &[("MKL_CBWR", "COMPATIBLE\n")]), "AVX2, MKL_CBWR=COMPATIBLE");
    }
}
