//! The threads that own the device.
//!
//! A CPU has one thread per core, a GPU two: one prepares its shard while the device computes that of the other.
//! Each keeps what computes the last few jobs ([`engines`]), takes one order after the other, and outlives whatever
//! goes wrong in it: a panic is an answer like any other. Nothing here waits for a network, and no heartbeat waits for
//! what happens here.

mod engines;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clipig_core::{ComputeFactory, ComputeJob, ShardError};
use clipig_telemetry::{Kind, Span, TraceContext, keys, with_current};
use tokio::sync::mpsc;

use crate::session::{Outcome, Task};
use engines::Engines;

/// Something to compute. `T` is what the answer is recognised by.
#[derive(Debug)]
pub(crate) struct Order<T> {
    /// Comes back with the answer.
    pub(crate) ticket: T,
    /// The job, with all content at hand.
    pub(crate) job: Arc<ComputeJob>,
    /// What of it.
    pub(crate) task: Task,
    /// The span below which it is traced.
    pub(crate) trace: Option<TraceContext>,
}

/// The answer to an [`Order`].
#[derive(Debug)]
pub(crate) struct Done<T> {
    /// The order's.
    pub(crate) ticket: T,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Threads that compute, with a queue in front of them. They end when this is dropped, each after what it is
/// computing; [`join`](Self::join) waits for that.
pub(crate) struct DeviceThreads<T> {
    shared: Arc<Shared<T>>,
    threads: Vec<JoinHandle<()>>,
}

/// What all threads see.
struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// The device's memory: threads share it for reading; who writes has it alone.
    memory: RwLock<()>,
}

struct State<T> {
    /// As long as the slots that the session believes to be free: it orders nothing beyond them.
    queue: VecDeque<Order<T>>,
    /// Counts what is to be forgotten, so that a sleeping thread finds out what it missed.
    forgotten: u64,
    /// The latest things to forget, the newest last; a thread that missed older ones forgets all.
    forget: VecDeque<Forget>,
    closed: bool,
    /// When each thread began what it computes; `None` for one that waits.
    begun: Vec<Option<Instant>>,
    /// Threads that have ended, in whatever way.
    ended: usize,
}

/// What threads are to forget. It must not keep alive what it is about.
#[derive(Clone)]
enum Forget {
    /// A job that is closed.
    Job(Weak<ComputeJob>),
    /// Everything but one job: the device is out of memory.
    AllBut(Weak<ComputeJob>),
}

/// How many [`Forget`]s are remembered for threads that are busy.
const FORGET: usize = 16;

impl<T: Send + 'static> DeviceThreads<T> {
    /// Starts `slots` threads, at least one. Answers arrive in the channel, in whatever order they are ready.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub(crate) fn start(
        slots: usize,
        factory: &Arc<dyn ComputeFactory>,
        answers: &mpsc::Sender<Done<T>>,
    ) -> std::io::Result<Self> {
        let slots = slots.max(1);
        let state = State {
            queue: VecDeque::new(),
            forgotten: 0,
            forget: VecDeque::new(),
            closed: false,
            begun: vec![None; slots],
            ended: 0,
        };
        let shared =
            Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), memory: RwLock::new(()) });
        let mut all = Self { shared, threads: Vec::new() };
        for slot in 0..slots {
            let thread = Thread {
                slot,
                shared: Arc::clone(&all.shared),
                factory: Arc::clone(factory),
                engines: Engines::default(),
                answers: answers.clone(),
                seen: 0,
            };
            let span = tracing::Span::current();
            let run = move || span.in_scope(|| thread.run());
            all.threads.push(std::thread::Builder::new().name(format!("compute-{slot}")).spawn(run)?);
        }
        Ok(all)
    }

    /// Queues an order.
    pub(crate) fn order(&self, order: Order<T>) {
        self.shared.lock().queue.push_back(order);
        self.shared.changed.notify_one();
    }

    /// Takes back the orders of these tickets that no thread has begun: there will be no answer. Those under way
    /// are finished and answered.
    pub(crate) fn take_back(&self, which: impl Fn(&T) -> bool) -> Vec<Order<T>> {
        let mut state = self.shared.lock();
        let (taken, left): (Vec<_>, Vec<_>) = state.queue.drain(..).partition(|order| which(&order.ticket));
        state.queue = left.into();
        taken
    }

    /// Lets go of what computes a job that nobody computes any more.
    pub(crate) fn forget(&self, job: &Arc<ComputeJob>) {
        self.shared.forget(Forget::Job(Arc::downgrade(job)));
    }

    /// Looks at the threads later on, without owning them.
    pub(crate) fn watch(&self) -> ThreadWatch<T> {
        ThreadWatch(Arc::clone(&self.shared))
    }

    /// Waits until all threads have ended, up to `patience`; says whether they have. What they had not begun is
    /// dropped. An operation of a device cannot be interrupted, so a thread may outlive its welcome.
    pub(crate) fn join(mut self, patience: Duration) -> bool {
        self.shared.close();
        let until = Instant::now() + patience;
        let threads = std::mem::take(&mut self.threads);
        while !threads.iter().all(JoinHandle::is_finished) {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }
}

/// Sees whether threads move.
pub(crate) struct ThreadWatch<T>(Arc<Shared<T>>);

impl<T> ThreadWatch<T> {
    /// How long the longest computation under way has taken so far.
    pub(crate) fn computing(&self) -> Option<Duration> {
        let earliest = self.0.lock().begun.iter().flatten().min().copied();
        earliest.map(|begun| begun.elapsed())
    }

    /// Threads that have ended without being told to.
    pub(crate) fn lost(&self) -> usize {
        let state = self.0.lock();
        if state.closed { 0 } else { state.ended }
    }
}

impl<T> Drop for DeviceThreads<T> {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.queue.clear();
        drop(state);
        self.changed.notify_all();
    }

    fn forget(&self, what: Forget) {
        let mut state = self.lock();
        state.forgotten += 1;
        state.forget.push_back(what);
        if state.forget.len() > FORGET {
            state.forget.pop_front();
        }
        drop(state);
        self.changed.notify_all();
    }
}

/// What one thread owns.
struct Thread<T> {
    /// Its place in [`State::begun`].
    slot: usize,
    shared: Arc<Shared<T>>,
    factory: Arc<dyn ComputeFactory>,
    engines: Engines,
    answers: mpsc::Sender<Done<T>>,
    /// Of [`State::forgotten`].
    seen: u64,
}

/// What a thread does next.
enum Next<T> {
    Compute(Order<T>),
    Forget(Vec<Forget>),
    ForgetAll,
    End,
}

fn span_of(job: &ComputeJob, task: &Task) -> tracing::Span {
    let job = job.brief.revision.job;
    match task {
        Task::Shard(task) => {
            let (epoch, shard) = (task.scope.epoch(), task.shard.index);
            tracing::debug_span!("shard", %job, epoch, %shard)
        }
        Task::Prepare(_) => tracing::debug_span!("prepare", %job),
    }
}

impl<T> Drop for Thread<T> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.begun[self.slot] = None;
        state.ended += 1;
    }
}

impl<T: Send + 'static> Thread<T> {
    fn run(mut self) {
        loop {
            match self.next() {
                Next::Compute(order) => {
                    let begun = Instant::now();
                    let _span = span_of(&order.job, &order.task).entered();
                    let outcome = self.traced(&order);
                    // Before the answer, so that the canvas is not held any more when the session gets it.
                    drop(order.task);
                    let done = Done { ticket: order.ticket, outcome, took: begun.elapsed() };
                    if self.answers.blocking_send(done).is_err() {
                        return;
                    }
                }
                Next::Forget(what) => what.iter().for_each(|forget| self.engines.forget(forget)),
                Next::ForgetAll => self.engines.clear(),
                Next::End => return,
            }
        }
    }

    fn next(&mut self) -> Next<T> {
        let mut state = self.shared.lock();
        state.begun[self.slot] = None;
        loop {
            if state.closed {
                return Next::End;
            }
            if state.forgotten > self.seen {
                let missed = state.forgotten - self.seen;
                self.seen = state.forgotten;
                let Some(known) = state.forget.len().checked_sub(missed as usize) else {
                    return Next::ForgetAll;
                };
                return Next::Forget(state.forget.range(known..).cloned().collect());
            }
            if let Some(order) = state.queue.pop_front() {
                state.begun[self.slot] = Some(Instant::now());
                return Next::Compute(order);
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Computes below the order's span.
    fn traced(&mut self, order: &Order<T>) -> Outcome {
        let mut span = match &order.task {
            Task::Shard(task) => {
                let mut span = Span::below("shard", Kind::Internal, order.trace);
                span.set(keys::SHARD, task.shard.index.0);
                span.set(keys::TARGET, task.shard.target.0);
                span.set(keys::SAMPLES, task.shard.samples.len());
                span
            }
            // The lease's span tells of it.
            Task::Prepare(_) => Span::none(),
        };
        let below = span.context().or(order.trace);
        let outcome = with_current(below, || self.compute(&order.job, &order.task));
        if let Outcome::Shard(Err(error)) = &outcome {
            span.fail(error.without_texts());
        }
        outcome
    }

    fn compute(&mut self, job: &Arc<ComputeJob>, task: &Task) -> Outcome {
        match task {
            Task::Shard(task) => {
                let compute = |thread: &mut Self| thread.engines.compute(thread.factory.as_ref(), job, task);
                Outcome::Shard(self.attempt(job, compute))
            }
            Task::Prepare(canvas) => {
                let prepare = |thread: &mut Self| engines::prepare(thread.factory.as_ref(), job, canvas);
                Outcome::Prepared(self.attempt(job, prepare))
            }
        }
    }

    /// Computes beside the other threads. If there is not enough memory, once more with what can be freed, and alone.
    fn attempt<R>(
        &mut self,
        job: &Arc<ComputeJob>,
        compute: impl Fn(&mut Self) -> Result<R, ShardError>,
    ) -> Result<R, ShardError> {
        let shared = Arc::clone(&self.shared);
        let result = {
            let _beside_others = shared.memory.read().unwrap_or_else(PoisonError::into_inner);
            compute(self)
        };
        let Err(ShardError::OutOfMemory(reason)) = &result else { return result };
        self.make_room(job, reason);
        // The others' shards are finished first, and their engines are let go of where they are not of this job.
        let _alone = shared.memory.write().unwrap_or_else(PoisonError::into_inner);
        compute(self)
    }

    /// Frees what can be freed for one more attempt: this thread's engines, the other threads' as soon as they
    /// are idle, and the factory's caches.
    fn make_room(&mut self, job: &Arc<ComputeJob>, reason: &str) {
        tracing::warn!(job = %job.brief.revision.job, reason, "out of memory; trying again with caches freed");
        self.engines.clear();
        self.shared.forget(Forget::AllBut(Arc::downgrade(job)));
        engines::forget_unused(self.factory.as_ref());
    }
}
