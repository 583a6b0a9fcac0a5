//! Time that does not depend on what else the machine does.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Measures what the calling thread uses of a processor. It stands still while others have the processor, so that a
/// bound on it holds on a busy machine, too.
#[derive(Clone, Copy, Debug)]
pub struct CpuClock(Duration);

impl CpuClock {
    /// Starts at zero.
    pub fn start() -> Self {
        Self(of_this_thread())
    }

    /// Processor time since the start, which must have been on this thread.
    pub fn elapsed(&self) -> Duration {
        of_this_thread().saturating_sub(self.0)
    }
}

fn of_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither is ever negative.
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn it_runs_while_this_thread_computes_and_not_while_it_sleeps() {
        let clock = CpuClock::start();
        std::thread::sleep(Duration::from_millis(300));
        assert!(clock.elapsed() < Duration::from_millis(100), "{:?}", clock.elapsed());
        while clock.elapsed() < Duration::from_millis(120) {
            black_box((0..10_000).fold(1_u64, |sum, number| black_box(sum.rotate_left(3) ^ number)));
        }
    }
}
