//! What NVIDIA's driver says of a GPU. libtorch's wrappers do not tell.

use std::ffi::{CStr, c_char, c_int, c_uint};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

/// A GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// Its model, such as `NVIDIA A100-SXM4-40GB`.
    pub name: String,
    /// Its memory in bytes.
    pub memory: u64,
}

/// The GPU of that number, as CUDA counts them. `None` where there is no driver, or it does not answer.
pub fn describe(index: usize) -> Option<Gpu> {
    ask("libcuda.so.1", c_int::try_from(index).ok()?)
}

/// NVIDIA's driver, as far as programs see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Driver {
    /// The newest CUDA that it runs, such as `(13, 0)`.
    pub cuda: (u32, u32),
    /// How many GPUs it offers; where it does not start, CUDA's error code (100: there is no GPU).
    pub gpus: Result<u32, i32>,
}

/// The driver; `None` where there is none.
pub fn driver() -> Option<Driver> {
    ask_driver("libcuda.so.1")
}

fn ask_driver(driver: &str) -> Option<Driver> {
    // SAFETY: as in `ask`. `cuDriverGetVersion` may be called before `cuInit`.
    #[allow(unsafe_code)]
    unsafe {
        let library = Library::open(Some(driver), RTLD_NOW | RTLD_LOCAL).ok()?;
        let init = library.get::<unsafe extern "C" fn(c_uint) -> c_int>(b"cuInit").ok()?;
        let version_of =
            library.get::<unsafe extern "C" fn(*mut c_int) -> c_int>(b"cuDriverGetVersion").ok()?;
        let count_of = library.get::<unsafe extern "C" fn(*mut c_int) -> c_int>(b"cuDeviceGetCount").ok()?;
        let (mut version, mut count) = (0, 0);
        let versioned = version_of(&raw mut version) == 0;
        let code = match init(0) {
            0 => count_of(&raw mut count),
            failed => failed,
        };
        // libtorch uses the same driver: it stays loaded.
        std::mem::forget(library);
        let version = u32::try_from(version).ok().filter(|_| versioned)?;
        // 12040 is 12.4.
        let cuda = (version / 1_000, version % 1_000 / 10);
        let gpus = if code == 0 { Ok(u32::try_from(count).unwrap_or(0)) } else { Err(code) };
        Some(Driver { cuda, gpus })
    }
}

/// Longest name that is read, with its end.
const NAME: usize = 200;

fn ask(driver: &str, index: c_int) -> Option<Gpu> {
    // SAFETY: the functions have these types in NVIDIA's cuda.h, whose ABI is stable: `CUresult` and `CUdevice` are
    // `int`s, 0 is success. Each pointer is to a local variable that outlives the call, and the name's buffer is as long
    // as is said. Loading the driver starts nothing; `cuInit` may be called any number of times.
    #[allow(unsafe_code)]
    unsafe {
        let library = Library::open(Some(driver), RTLD_NOW | RTLD_LOCAL).ok()?;
        let init = library.get::<unsafe extern "C" fn(c_uint) -> c_int>(b"cuInit").ok()?;
        let get = library.get::<unsafe extern "C" fn(*mut c_int, c_int) -> c_int>(b"cuDeviceGet").ok()?;
        let name_of = library
            .get::<unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int>(b"cuDeviceGetName")
            .ok()?;
        let memory_of =
            library.get::<unsafe extern "C" fn(*mut usize, c_int) -> c_int>(b"cuDeviceTotalMem_v2").ok()?;
        let (mut device, mut name, mut memory) = (0, [0; NAME], 0);
        let answered = init(0) == 0
            && get(&raw mut device, index) == 0
            && name_of(name.as_mut_ptr(), NAME as c_int, device) == 0
            && memory_of(&raw mut memory, device) == 0;
        // libtorch uses the same driver: it stays loaded.
        std::mem::forget(library);
        name[NAME - 1] = 0;
        let name = CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned();
        answered.then_some(Gpu { name, memory: memory as u64 })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A driver with two GPUs, of which the second one is the larger.
    const DRIVER: &str = r#"
        #include <stddef.h>
        #include <string.h>
        static int ready;
        int cuInit(unsigned int flags) { ready = flags == 0; return 0; }
        int cuDriverGetVersion(int *version) { *version = 12040; return 0; }
        int cuDeviceGetCount(int *count) { *count = 2; return ready ? 0 : 3; }
        int cuDeviceGet(int *device, int ordinal) { *device = 40 + ordinal; return ready && ordinal < 2 ? 0 : 101; }
        int cuDeviceGetName(char *name, int len, int device) { strncpy(name, "A GPU of straw", len); return device < 40; }
        int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)(device - 39) << 33; return 0; }
    "#;

    #[test]
    fn the_driver_tells_name_and_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (source, driver) = (folder.path().join("driver.c"), folder.path().join("driver.so"));
        std::fs::write(&source, DRIVER).unwrap();
        let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&driver, &source]).status();
        assert!(built.unwrap().success());
        let driver = driver.to_str().unwrap();
        assert_eq!(ask(driver, 1), Some(Gpu { name: "A GPU of straw".to_owned(), memory: 16 << 30 }));
        assert_eq!(ask(driver, 2), None);
        assert_eq!(ask("/nonexistent.so", 0), None);
        assert_eq!(ask_driver(driver), Some(Driver { cuda: (12, 4), gpus: Ok(2) }));
        assert_eq!(ask_driver("/nonexistent.so"), None);
    }
}
