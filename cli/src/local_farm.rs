//! A farm of one: coordinator and workers joined in this process.

use clipig_coordinator::Dispatch;
use clipig_engine::device;
use clipig_schedule::{ShardCompute, ShardError, ShardIndex, ShardResult, ShardTask};
use clipig_worker::ComputePool;

/// The computing threads of this process.
pub(crate) struct LocalFarm(ComputePool);

impl LocalFarm {
    /// Starts one thread per engine, each with `threads` threads within an operation.
    pub(crate) fn start(engines: Vec<Box<dyn ShardCompute>>, threads: usize) -> std::io::Result<Self> {
        ComputePool::start(engines, move || device::set_threads(threads)).map(Self)
    }
}

impl Dispatch for LocalFarm {
    fn dispatch(
        &mut self,
        tasks: Vec<ShardTask>,
        done: &mut dyn FnMut(ShardIndex, Result<ShardResult, ShardError>) -> bool,
    ) {
        self.0.compute(tasks, done);
    }
}
