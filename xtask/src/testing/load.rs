//! Work that keeps all cores busy while something else is tested.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// More than a core's caches hold, so that memory is kept busy, too.
const BYTES: usize = 32 << 20;

/// Threads that compute until this is dropped, one per core. They are threads of this process, so that none of them
/// outlives it, however it ends.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// One thread per core that this process may use.
    pub(crate) fn on_all_cores() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let stop = Arc::new(AtomicBool::new(false));
        let start = |_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || compute(&stop))
        };
        let threads = (0..cores).map(start).collect();
        Self { stop, threads }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // It computes nothing that could panic.
            let _ = thread.join();
        }
    }
}

fn compute(stop: &AtomicBool) {
    let mut numbers = vec![1_u64; BYTES / size_of::<u64>()];
    let mut sum = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        for number in &mut numbers {
            sum = sum.rotate_left(7).wrapping_add(*number);
            *number ^= sum;
        }
        sum = black_box(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_ends_when_it_is_dropped() {
        let load = Load::on_all_cores();
        let stop = Arc::clone(&load.stop);
        assert!(!load.threads.is_empty());
        drop(load);
        // All threads have let go of it.
        assert_eq!(Arc::strong_count(&stop), 1);
    }
}
