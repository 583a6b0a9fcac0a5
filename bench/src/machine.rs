//! Facts about the machine and its processes.

use std::fs;

use serde::Serialize;

use crate::error::BenchError;

/// What figures belong to.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_bytes: u64,
    kernel: String,
    /// Processes that wanted to run, over the last minute, when the measurement began and ended. Beyond the number of
    /// cores, others disturb.
    pub(crate) load: [f64; 2],
    program: String,
}

impl Machine {
    /// This machine now.
    pub(crate) fn here() -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let load = load();
        Self {
            processor: name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_bytes: kilobytes(&memory, "MemTotal:") << 10,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            load: [load, load],
            program: format!("clipig {}", env!("CARGO_PKG_VERSION")),
        }
    }

    /// Notes that the measurement has ended.
    pub(crate) fn ended(&mut self) {
        self.load[1] = load();
    }
}

/// Processes that want to run, over the last minute.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// Time that a process has computed, in seconds, in its own code and in the system's.
pub(crate) fn processor_seconds(process: u32) -> Result<f64, BenchError> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path).map_err(BenchError::at(path))?;
    // The name, in parentheses, may hold anything.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|field| fields.get(*field)?.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The same, of a process and of all that it has started itself and that still run.
pub(crate) fn family_seconds(process: u32) -> Result<f64, BenchError> {
    let entries = fs::read_dir("/proc").map_err(BenchError::at("/proc"))?;
    let all = entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let children = all.filter(|other: &u32| parent(*other) == Some(process));
    // One may end while it is looked at.
    let of_children: f64 = children.filter_map(|child| processor_seconds(child).ok()).sum();
    Ok(processor_seconds(process)? + of_children)
}

fn parent(process: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    text.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

/// Memory of a process that is in use now, in bytes: all, and the part that is not of files.
pub(crate) fn resident_bytes(process: u32) -> Result<[u64; 2], BenchError> {
    let path = format!("/proc/{process}/status");
    let text = fs::read_to_string(&path).map_err(BenchError::at(path))?;
    Ok(["VmRSS:", "RssAnon:"].map(|name| kilobytes(&text, name) << 10))
}

fn kilobytes(text: &str, name: &str) -> u64 {
    let found = text.lines().find_map(|line| line.strip_prefix(name));
    found.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Time since the machine was started, the same for all processes, in nanoseconds.
pub(crate) fn now() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
