//! The device that computes: which one, how many threads, and everything about it that changes bits.

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
    /// Instruction set that libtorch chose; empty on GPUs.
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
            _ => (processor(), capability().to_owned()),
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

/// The instruction set that libtorch's kernels are chosen by.
fn capability() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("fma")
        {
            return "AVX512";
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return "AVX2";
        }
    }
    "baseline"
}

/// Sets the threads within an operation for the calling thread. Every computing thread calls it: libtorch
/// keeps the number per thread, and it changes bits.
pub fn set_threads(threads: usize) {
    tch::set_num_threads(i32::try_from(threads.max(1)).unwrap_or(i32::MAX));
}
