//! Whether the parts of a farm still move. A part that has died is noticed by itself (`health`); one that hangs has to be
//! asked, or to say when it began what it is at.

use std::time::Duration;

use clipig_core::JobId;

use super::Farm;
use super::health::{HealthFault, Part};
use crate::pulse::Pulse;

/// How often store and switchboard are asked.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// How long parts may take for one thing before they count as stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    switchboard: Duration,
    store: Duration,
    admission: Duration,
    /// An epoch of the largest canvas takes minutes on a slow machine.
    job: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            switchboard: Duration::from_secs(30),
            store: Duration::from_mins(2),
            admission: Duration::from_mins(2),
            job: Duration::from_mins(30),
        }
    }
}

/// The pulses of the parts that there is one of.
#[derive(Debug, Default)]
pub(super) struct Vitals {
    switchboard: Pulse,
    store: Pulse,
    pub(super) admission: Pulse,
}

impl Farm {
    /// Checks that nothing has died or hangs.
    ///
    /// # Errors
    /// What has died or hangs.
    pub(crate) fn check_liveness(&self, patience: &Patience) -> Result<(), HealthFault> {
        self.check_health()?;
        let vitals = &self.inner.vitals;
        let one = [
            (Part::Switchboard, vitals.switchboard.busy(), patience.switchboard),
            (Part::Store, vitals.store.busy(), patience.store),
            (Part::Admission, vitals.admission.busy(), patience.admission),
        ];
        let jobs: Vec<_> = {
            let state = self.inner.state();
            let job = |(job, running): (&JobId, &super::RunningJob)| {
                (Part::Job(*job), running.pulse.busy(), patience.job)
            };
            state.running.iter().map(job).collect()
        };
        for (part, busy, most) in one.into_iter().chain(jobs) {
            if let Some(busy) = busy.filter(|busy| *busy > most) {
                return Err(HealthFault::Stuck { part, seconds: busy.as_secs() });
            }
        }
        Ok(())
    }
}

/// Asks store and switchboard from time to time, and waits for their answers.
pub(crate) async fn watch(farm: Farm) {
    let store = async {
        loop {
            let (asking, pulse) = (farm.clone(), farm.inner.vitals.store.clone());
            pulse.work();
            // Whether it can answer is for `/readyz` to say. Here it has to come back.
            let _ = tokio::task::spawn_blocking(move || asking.store().ping()).await;
            pulse.rest();
            tokio::time::sleep(ASK_EVERY).await;
        }
    };
    let switchboard = async {
        loop {
            let pulse = &farm.inner.vitals.switchboard;
            pulse.work();
            let answered = farm.switchboard().ping().await;
            // One that has died is not stuck.
            pulse.rest();
            if !answered {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    };
    tokio::join!(store, switchboard);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::farm::health::tests::farm;
    use crate::switchboard::Switchboard;

    #[tokio::test]
    async fn a_switchboard_that_does_not_answer_is_stuck() {
        let folder = tempfile::tempdir().unwrap();
        // It is there, and takes nothing.
        let (switchboard, _task) = Switchboard::without_task();
        let farm = farm(folder.path(), switchboard);
        let patience = Patience { switchboard: Duration::ZERO, ..Patience::default() };
        assert_eq!(farm.check_liveness(&patience), Ok(()));
        let watching = tokio::spawn(watch(farm.clone()));
        let fault = loop {
            match farm.check_liveness(&patience) {
                Ok(()) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(fault) => break fault,
            }
        };
        assert!(matches!(fault, HealthFault::Stuck { part: Part::Switchboard, .. }), "{fault}");
        assert_eq!(farm.check_liveness(&Patience::default()), Ok(()));
        watching.abort();
    }

    #[tokio::test]
    async fn a_store_that_does_not_come_back_is_stuck() {
        let folder = tempfile::tempdir().unwrap();
        let (switchboard, _task) = Switchboard::without_task();
        let farm = farm(folder.path(), switchboard);
        let patience = Patience { store: Duration::ZERO, ..Patience::default() };
        let (release, hold) = std::sync::mpsc::channel::<()>();
        let store = farm.store().clone();
        let (held, holding) = tokio::sync::oneshot::channel();
        let hanging = std::thread::spawn(move || {
            store.hang_until(|| {
                held.send(()).unwrap();
                hold.recv().unwrap();
            });
        });
        holding.await.unwrap();
        let watching = tokio::spawn(watch(farm.clone()));
        let fault = loop {
            match farm.check_liveness(&patience) {
                Ok(()) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(fault) => break fault,
            }
        };
        assert!(matches!(fault, HealthFault::Stuck { part: Part::Store, .. }), "{fault}");
        release.send(()).unwrap();
        hanging.join().unwrap();
        watching.abort();
    }
}
