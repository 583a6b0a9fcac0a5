//! How a worker is told to end.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How urgently a worker is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not at all.
    #[default]
    Run,
    /// Finish what is under way or hand it back, say goodbye.
    Drain,
    /// At once.
    Now,
}

/// Tells a worker to end. Cloning tells another one, too.
#[derive(Clone, Debug)]
pub struct Shutdown {
    stage: watch::Receiver<Stage>,
}

impl Shutdown {
    /// A shutdown that follows a channel. When its sender is gone, the worker drains.
    pub fn new(stage: watch::Receiver<Stage>) -> Self {
        Self { stage }
    }

    /// A shutdown that follows SIGTERM and SIGINT: the first one drains, the second one ends at once.
    ///
    /// # Errors
    /// When the system does not let the process listen to signals.
    pub fn on_signals() -> std::io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (ask, stage) = watch::channel(Stage::Run);
        tokio::spawn(async move {
            for next in [Stage::Drain, Stage::Now] {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                };
                if next == Stage::Now {
                    tracing::warn!(signal = name, "ending at once");
                } else {
                    tracing::info!(signal = name, "draining; once more ends at once");
                }
                ask.send_replace(next);
            }
            // A closed channel means "drain" to receivers, so it stays open until they are gone.
            ask.closed().await;
        });
        Ok(Self::new(stage))
    }

    /// Waits until the end is asked for, urgently or not.
    pub async fn asked(&mut self) {
        self.reaches(Stage::Drain).await;
    }

    /// Waits until the end is asked for at once.
    pub async fn asked_at_once(&mut self) {
        self.reaches(Stage::Now).await;
    }

    /// Has the end been asked for?
    pub fn is_asked(&self) -> bool {
        self.stage() >= Stage::Drain
    }

    /// How urgent it is.
    pub(crate) fn stage(&self) -> Stage {
        match self.stage.has_changed() {
            // Whoever could say more is gone.
            Err(_) => Stage::Drain.max(*self.stage.borrow()),
            Ok(_) => *self.stage.borrow(),
        }
    }

    /// Waits until it is at least as urgent.
    pub(crate) async fn reaches(&mut self, stage: Stage) {
        while self.stage() < stage {
            if self.stage.changed().await.is_err() && self.stage() < stage {
                // It will never be.
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::process::{Signal, getpid, kill_process};

    use super::*;

    #[tokio::test]
    async fn the_first_signal_drains_and_the_second_ends() {
        let mut shutdown = Shutdown::on_signals().unwrap();
        assert_eq!(shutdown.stage(), Stage::Run);
        for (signal, stage) in [(Signal::TERM, Stage::Drain), (Signal::INT, Stage::Now)] {
            kill_process(getpid(), signal).unwrap();
            tokio::time::timeout(Duration::from_mins(1), shutdown.reaches(stage)).await.unwrap();
            assert_eq!(shutdown.stage(), stage);
        }
    }

    #[tokio::test]
    async fn who_can_be_told_nothing_more_drains() {
        let (ask, stage) = watch::channel(Stage::Run);
        let mut shutdown = Shutdown::new(stage);
        drop(ask);
        shutdown.reaches(Stage::Drain).await;
        let never = tokio::time::timeout(Duration::from_millis(50), shutdown.reaches(Stage::Now)).await;
        assert!(never.is_err());
    }
}
