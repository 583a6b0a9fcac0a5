//! What the system says of a process.

use std::process::Child;

/// Memory of a process in MiB, now and at most.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) most: u64,
}

impl Memory {
    pub(crate) fn of(process: &Child) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
        };
        Self { now: field("VmRSS:"), most: field("VmHWM:") }
    }
}
