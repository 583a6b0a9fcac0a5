//! Whether a worker is alive and ready, for whoever restarts it or waits for it.
//!
//! A worker opens no port. It answers on a Unix socket, if a setting names one ([`socket`]), and [`ask()`] puts the
//! question to it. The two words mean:
//!
//! - *live*: each session's task answers, and no thread computes one piece of work for longer than the limit. A stopped
//!   process, a blocked task and a device that never returns are not live; only a restart helps.
//! - *ready*: live, and each session takes leases: the coordinator has accepted it and it is not about to leave. A wrong
//!   address, token or certificate keeps a worker from being ready; a restart would not help.

mod ask;
mod coordinator;
mod socket;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clipig_core::WorkerName;
use tokio::sync::{mpsc, oneshot};

pub use ask::{AskError, Health, ask};
pub use coordinator::{AskCoordinatorError, ask_coordinator};
pub(crate) use socket::HealthSocket;

/// Whether a session takes leases. Clones share one value.
#[derive(Clone, Debug, Default)]
pub(crate) struct TakesLeases(Arc<AtomicBool>);

impl TakesLeases {
    pub(crate) fn set(&self, takes: bool) {
        self.0.store(takes, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one session says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Does it take leases?
    pub(crate) takes_leases: bool,
    /// How long its threads have been computing what they compute, the longest.
    pub(crate) computing: Option<Duration>,
    /// Threads that have ended although the worker goes on.
    pub(crate) threads_lost: usize,
}

/// Asks one session's task about its [`Condition`].
pub(crate) struct Examiner {
    name: WorkerName,
    questions: mpsc::Sender<oneshot::Sender<Condition>>,
}

/// The questions that a session's task answers.
pub(crate) type Questions = mpsc::Receiver<oneshot::Sender<Condition>>;

impl Examiner {
    /// An examiner, and the questions for the task of the session of this name.
    pub(crate) fn of(name: WorkerName) -> (Self, Questions) {
        let (questions, asked) = mpsc::channel(1);
        (Self { name, questions }, asked)
    }

    /// `None`: no answer in time.
    async fn examine(&self, patience: Duration) -> Option<Condition> {
        let talk = async {
            let (answer, answered) = oneshot::channel();
            self.questions.send(answer).await.ok()?;
            answered.await.ok()
        };
        tokio::time::timeout(patience, talk).await.ok()?
    }
}

/// Answers for ever. It must be polled by the task that it answers for, since its answers are the proof that this task
/// is not blocked.
pub(crate) async fn answer(mut questions: Questions, condition: impl Fn() -> Condition) -> Infallible {
    while let Some(answer) = questions.recv().await {
        // Whoever asked may have given up.
        let _ = answer.send(condition());
    }
    // Nobody can ask any more.
    std::future::pending().await
}

/// What the sessions together say.
pub(crate) fn judge(sessions: &[(&WorkerName, Option<Condition>)], stuck_after: Duration) -> Health {
    let mut health = Health { live: Ok(()), ready: Ok(()) };
    for (name, condition) in sessions {
        let fault = match condition {
            None => Some(format!("the session of `{name}` does not answer")),
            Some(Condition { threads_lost: lost @ 1.., .. }) => {
                Some(format!("{lost} of the threads of `{name}` have ended"))
            }
            Some(Condition { computing: Some(time), .. }) if *time >= stuck_after => Some(format!(
                "a thread of `{name}` has computed one piece of work for {:.0} s; `stuck_seconds` allows {} s",
                time.as_secs_f64(),
                stuck_after.as_secs_f64()
            )),
            Some(_) => None,
        };
        if let Some(fault) = fault {
            health.live = health.live.and(Err(fault));
        } else if condition.as_ref().is_some_and(|condition| !condition.takes_leases) {
            let reason = format!("the coordinator has not accepted `{name}`, or it is about to leave");
            health.ready = health.ready.and(Err(reason));
        }
    }
    if let Err(fault) = &health.live {
        health.ready = Err(fault.clone());
    }
    health
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(conditions: &[Option<Condition>]) -> Health {
        let name: WorkerName = "w".parse().unwrap();
        let sessions: Vec<_> = conditions.iter().map(|condition| (&name, condition.clone())).collect();
        judge(&sessions, Duration::from_mins(1))
    }

    #[test]
    fn every_session_counts() {
        let good =
            Condition { takes_leases: true, computing: Some(Duration::from_secs(59)), threads_lost: 0 };
        assert_eq!(judged(&[Some(good.clone()), Some(good.clone())]), Health { live: Ok(()), ready: Ok(()) });
        let waiting = Condition { takes_leases: false, ..good.clone() };
        let health = judged(&[Some(good.clone()), Some(waiting.clone())]);
        assert_eq!(health.live, Ok(()));
        assert!(health.ready.unwrap_err().contains("not accepted `w`"));
        for (bad, word) in [
            (None, "does not answer"),
            (Some(Condition { threads_lost: 1, ..good.clone() }), "1 of the threads"),
            (Some(Condition { computing: Some(Duration::from_mins(1)), ..good.clone() }), "for 60 s"),
        ] {
            for health in [judged(&[Some(good.clone()), bad.clone()]), judged(&[bad, Some(waiting.clone())])]
            {
                let fault = health.live.unwrap_err();
                assert!(fault.contains(word), "{fault}");
                assert_eq!(health.ready.unwrap_err(), fault, "what is not live is not ready");
            }
        }
    }
}
