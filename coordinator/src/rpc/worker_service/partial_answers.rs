//! What has arrived of gradients when a connection breaks. The worker sends the rest on its next connection, so that a
//! gradient arrives even if no connection lasts long enough for all of it.
//!
//! Leases of a broken connection stay valid for the heartbeat timeout, and so long what has come of their gradients is kept.
//! The dispatcher has reserved room for it, also where other workers are quicker and the leases end earlier. That room follows
//! from what a job's gradients took so far, and workers say what is in them; so all that is kept is bounded, too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clipig_core::{Fence, FromWorker, WorkerName};
use clipig_proto::WireError;
use clipig_proto::incoming::{ExpectedGradient, PartialGradient, WorkerAssembler};
use clipig_proto::v1;

/// What a worker says on one connection. The session on its next connection takes over what is not complete.
pub(super) struct Assembly(Mutex<State>);

struct State {
    assembler: WorkerAssembler,
    /// Has another session taken its place?
    is_over: bool,
}

impl Assembly {
    fn new(assembler: WorkerAssembler) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { assembler, is_over: false })))
    }

    /// As [`WorkerAssembler::receive`]; `None` where another session has taken the place of this one.
    pub(super) fn receive(
        &self,
        message: v1::WorkerMessage,
        expect: impl FnOnce(Fence) -> Option<ExpectedGradient>,
    ) -> Option<Result<Option<FromWorker>, WireError>> {
        let mut state = self.lock();
        (!state.is_over).then(|| state.assembler.receive(message, expect))
    }

    /// As [`WorkerAssembler::pass_over`].
    pub(super) fn pass_over(&self, fence: Fence) {
        self.lock().assembler.pass_over(fence);
    }

    /// As [`WorkerAssembler::take_passed_over`].
    pub(super) fn take_passed_over(&self) -> Vec<Fence> {
        self.lock().assembler.take_passed_over()
    }

    /// Ends it; what is not complete.
    fn end(&self) -> Vec<PartialGradient> {
        let mut state = self.lock();
        state.is_over = true;
        state.assembler.take_partial()
    }

    fn bytes(&self) -> usize {
        self.lock().assembler.bytes()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The process behind a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    /// As the farm knows it.
    pub(super) name: WorkerName,
    /// Of its registration.
    pub(super) instance: u128,
}

/// What all sessions, those that stand and those that broke, have received of answers that are not complete.
pub(crate) struct PartialAnswers {
    /// How long the leases of a broken connection are valid.
    patience: Duration,
    /// Bytes that are kept of all broken connections together.
    most: u64,
    sessions: Mutex<HashMap<WorkerName, Session>>,
}

struct Session {
    instance: u128,
    assembly: Arc<Assembly>,
    /// Bytes that are kept, since the connection broke; `None`: it stands.
    kept: Option<u64>,
}

impl PartialAnswers {
    /// Nothing yet. `patience` is the heartbeat timeout, `most` the budget for gradients in bytes.
    pub(crate) fn new(patience: Duration, most: u64) -> Self {
        Self { patience, most, sessions: Mutex::default() }
    }

    /// How long what is kept may be kept.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// A session begins, which goes on with these leases. Returns where its messages go, and what has come of answers
    /// to these leases on the last connection of the same process.
    pub(super) fn begin(
        &self,
        process: &Process,
        mut assembler: WorkerAssembler,
        leases: &[Fence],
    ) -> (Arc<Assembly>, Vec<v1::PartialAnswer>) {
        let mut sessions = self.lock();
        let mut answers = Vec::new();
        if let Some(last) = sessions.remove(&process.name) {
            // Whatever it was, its connection is not the worker's any more.
            let partial = last.assembly.end();
            let is_same = last.instance == process.instance;
            for gradient in partial.into_iter().filter(|partial| is_same && leases.contains(&partial.fence()))
            {
                let fence = Some(gradient.fence().into());
                answers.push(v1::PartialAnswer { fence, tiles: gradient.tiles() });
                assembler.resume(gradient);
            }
        }
        let assembly = Assembly::new(assembler);
        let session = Session { instance: process.instance, assembly: Arc::clone(&assembly), kept: None };
        sessions.insert(process.name.clone(), session);
        (assembly, answers)
    }

    /// A session has ended; `may_return`: its process may come back for what it holds. Says whether anything is kept: it
    /// has to be [forgotten](Self::forget) when the time is over.
    pub(super) fn end(&self, process: &Process, assembly: &Arc<Assembly>, may_return: bool) -> bool {
        let mut sessions = self.lock();
        let bytes = assembly.bytes() as u64;
        let kept: u64 = sessions.values().filter_map(|session| session.kept).sum();
        let own = sessions.get_mut(&process.name);
        let Some(session) = own.filter(|session| Arc::ptr_eq(&session.assembly, assembly)) else {
            return false;
        };
        if may_return && bytes > 0 && kept.saturating_add(bytes) <= self.most {
            session.kept = Some(bytes);
            return true;
        }
        sessions.remove(&process.name);
        false
    }

    /// Nobody has come back in time.
    pub(super) fn forget(&self, process: &Process, assembly: &Arc<Assembly>) {
        let mut sessions = self.lock();
        if sessions.get(&process.name).is_some_and(|session| Arc::ptr_eq(&session.assembly, assembly)) {
            sessions.remove(&process.name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WorkerName, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::{Computed, GradientSum};
    use clipig_proto::outgoing::from_worker;

    use super::*;

    const EXPECTED: ExpectedGradient = ExpectedGradient { width: 640, height: 64, shards: 1, shard_size: 8 };

    fn process(instance: u128) -> Process {
        Process { name: "w".parse().unwrap(), instance }
    }

    fn fence(number: u64) -> Fence {
        Fence { incarnation: 1, number }
    }

    /// The messages of a gradient of ten tiles: its header, five tiles, and five more.
    fn messages(number: u64) -> (Computed, Vec<v1::WorkerMessage>) {
        let mut gradient = GradientSum::new(640, 64);
        (0..10).for_each(|tile| gradient.add_at(&[Some(tile * 64)], &[1.0; 3]));
        let (fence, reports) = (fence(number), vec![vec![]]);
        let computed = Computed { fence, gradient, reports, seconds: 0.0, trace: None };
        let messages: Vec<_> = from_worker(FromWorker::Computed(computed.clone())).unwrap().collect();
        assert_eq!(messages.len(), 3);
        (computed, messages)
    }

    fn begin(
        answers: &PartialAnswers,
        process: &Process,
        leases: &[Fence],
    ) -> (Arc<Assembly>, Vec<v1::PartialAnswer>) {
        answers.begin(process, WorkerAssembler::new(), leases)
    }

    fn receive(assembly: &Assembly, message: &v1::WorkerMessage) -> Option<FromWorker> {
        assembly.receive(message.clone(), |_| Some(EXPECTED)).expect("the session stands").unwrap()
    }

    #[test]
    fn a_gradient_is_put_together_from_what_comes_on_several_connections() {
        let answers = PartialAnswers::new(Duration::from_secs(10), 1 << 20);
        let (computed, messages) = messages(1);
        let (first, known) = begin(&answers, &process(1), &[]);
        assert!(known.is_empty());
        assert!(messages[..2].iter().all(|message| receive(&first, message).is_none()));
        assert!(answers.end(&process(1), &first, true), "it is kept");
        let (second, known) = begin(&answers, &process(1), &[fence(1)]);
        assert_eq!(known, [v1::PartialAnswer { fence: Some(fence(1).into()), tiles: 5 }]);
        // Nobody comes back to the first connection any more.
        answers.forget(&process(1), &first);
        assert!(first.receive(messages[2].clone(), |_| Some(EXPECTED)).is_none());
        let Some(FromWorker::Computed(received)) = receive(&second, &messages[2]) else {
            panic!("not complete")
        };
        assert_eq!(received, computed);
    }

    #[test]
    fn a_session_that_has_not_noticed_that_its_connection_broke_is_taken_over_too() {
        let answers = PartialAnswers::new(Duration::from_secs(10), 1 << 20);
        let (_, messages) = messages(1);
        let (first, _) = begin(&answers, &process(1), &[]);
        assert!(messages[..2].iter().all(|message| receive(&first, message).is_none()));
        let (second, known) = begin(&answers, &process(1), &[fence(1)]);
        assert_eq!(known.len(), 1);
        assert!(!answers.end(&process(1), &first, true), "its end changes nothing");
        assert!(receive(&second, &messages[2]).is_some());
    }

    #[test]
    fn nothing_is_kept_for_leases_that_are_over_nor_for_another_process_nor_beyond_the_bound() {
        let (_, messages) = messages(1);
        let kept = |most: u64, may_return: bool| {
            let answers = PartialAnswers::new(Duration::from_secs(10), most);
            let (first, _) = begin(&answers, &process(1), &[]);
            assert!(messages[..2].iter().all(|message| receive(&first, message).is_none()));
            let bytes = first.bytes() as u64;
            let kept = answers.end(&process(1), &first, may_return);
            (answers, first, kept, bytes)
        };
        let (answers, first, is_kept, bytes) = kept(1 << 20, true);
        assert!(is_kept && bytes > 0);
        answers.forget(&process(1), &first);
        assert!(begin(&answers, &process(1), &[fence(1)]).1.is_empty(), "the time is over");
        assert!(
            begin(&kept(bytes, true).0, &process(1), &[]).1.is_empty(),
            "the lease is not valid any more"
        );
        assert!(begin(&kept(bytes, true).0, &process(2), &[fence(1)]).1.is_empty(), "another process");
        assert!(!kept(bytes - 1, true).2, "beyond the bound");
        assert!(!kept(bytes, false).2, "it cannot come back");
    }
}
