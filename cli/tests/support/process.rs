//! Processes that a test starts, and what the system says of them.

use std::process::{Child, ExitStatus, Output};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A process that does not outlive the test, however that ends.
#[allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) struct Owned(Option<Child>);

#[allow(dead_code, reason = "each test file uses a part of it")]
impl Owned {
    pub(crate) fn new(child: Child) -> Self {
        Self(Some(child))
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child().wait().unwrap()
    }

    /// Waits until it has ended by itself; what it printed where that is a pipe.
    pub(crate) fn output(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // One that has ended is no matter.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sends a signal to a process.
#[allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) fn signal(process: &Child, signal: Signal) {
    kill_process(Pid::from_child(process), signal).unwrap();
}

/// Memory of a process in MiB, now and at most.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) most: u64,
}

#[allow(dead_code, reason = "each test file uses a part of it")]
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

/// What a process has used of processors so far, in steps of 10 ms: it does not depend on what else this machine does.
#[allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) fn cpu_time(process: &Child) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
    // The name, in parentheses, may hold spaces; times in user and system mode are fields 14 and 15.
    let fields = stat.rsplit_once(") ").unwrap().1.split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(10 * ticks)
}
