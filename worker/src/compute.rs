//! Dedicated threads that compute shards, several side by side.
//!
//! Each thread owns one [`ShardCompute`]; shards wait in one queue and go to whoever is free. What a shard
//! gives does not depend on which thread computed it.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use clipig_schedule::{Dispatch, ShardCompute, ShardError, ShardIndex, ShardResult, ShardTask};

type Answer = (u64, ShardIndex, Result<ShardResult, ShardError>);

/// Computing threads with a queue in front of them.
pub struct ComputePool {
    queue: Option<SyncSender<(u64, ShardTask)>>,
    answers: Receiver<Answer>,
    threads: Vec<JoinHandle<()>>,
    /// Tells the answers of one call from those of a call that was left early.
    round: u64,
}

impl ComputePool {
    /// Starts one thread per engine. `begin` runs first in each of them.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub fn start(
        engines: Vec<Box<dyn ShardCompute>>,
        begin: impl Fn() + Clone + Send + 'static,
    ) -> std::io::Result<Self> {
        // Room for one task ahead of each thread: a bounded queue, and nobody waits for the next shard.
        let (queue, tasks) = sync_channel::<(u64, ShardTask)>(engines.len());
        let tasks = Arc::new(Mutex::new(tasks));
        let (answer, answers) = channel();
        let mut threads = Vec::with_capacity(engines.len());
        for (i, mut engine) in engines.into_iter().enumerate() {
            let (tasks, answer, begin) = (Arc::clone(&tasks), answer.clone(), begin.clone());
            let work = move || {
                begin();
                loop {
                    let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((round, task)) = next else { return };
                    let result = engine.compute(&task);
                    if answer.send((round, task.shard.index, result)).is_err() {
                        return;
                    }
                }
            };
            threads.push(std::thread::Builder::new().name(format!("compute-{i}")).spawn(work)?);
        }
        Ok(Self { queue: Some(queue), answers, threads, round: 0 })
    }
}

impl Dispatch for ComputePool {
    fn dispatch(
        &mut self,
        tasks: Vec<ShardTask>,
        done: &mut dyn FnMut(ShardIndex, Result<ShardResult, ShardError>) -> bool,
    ) {
        let Some(queue) = &self.queue else { return };
        self.round += 1;
        let round = self.round;
        let mut waiting = tasks.len();
        let mut tasks = tasks.into_iter();
        let mut held = tasks.next();
        while waiting > 0 {
            while let Some(task) = held.take() {
                match queue.try_send((round, task)) {
                    Ok(()) => held = tasks.next(),
                    Err(std::sync::mpsc::TrySendError::Full((_, task))) => {
                        held = Some(task);
                        break;
                    }
                    Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return,
                }
            }
            let Ok((from, shard, result)) = self.answers.recv() else { return };
            if from != round {
                continue;
            }
            waiting -= 1;
            if !done(shard, result) {
                return;
            }
        }
    }
}

impl Drop for ComputePool {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to say here.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
