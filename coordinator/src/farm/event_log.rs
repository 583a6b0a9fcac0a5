//! Keeps what happens to workers as events, and what people decided about workers as marks that outlive a restart.

use std::iter;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use clipig_core::{JobId, WorkerName};
use clipig_schedule::dispatcher::{Evidence, Note, WorkerView};

use super::{CommandError, Farm, JobEventKind, LogLevel};
use crate::store::{EventKind, Mark, MarkedWorker, StoreError, Subject};
use crate::switchboard::{WorkerCommand, WorkerCommandError};

/// How many notes are written in one transaction at most.
const MOST_AT_ONCE: usize = 500;

impl Farm {
    /// Keeps the switchboard's notes until the switchboard ends.
    pub(super) fn keep_events(&self, notes: &Receiver<Note>) {
        // Those that have come meanwhile are written together: a hundred workers that join at once wait for the disk
        // once, and so does everybody who needs the database then.
        while let Ok(first) = notes.recv() {
            self.keep(iter::once(first).chain(notes.try_iter().take(MOST_AT_ONCE - 1)));
            // A worker that came, went or may work again can let a job start.
            self.inner.changed.notify_all();
        }
    }

    fn keep(&self, notes: impl Iterator<Item = Note>) {
        let mut unwritten = Vec::new();
        let event = |worker: &WorkerName, kind, text| (Subject::Worker(worker.clone()), kind, text);
        for note in notes {
            let text = note.to_string();
            match note {
                Note::Joined { worker, .. } => {
                    self.restore_marks(&worker);
                    unwritten.push(event(&worker, EventKind::Joined, text));
                }
                Note::Back { worker } => unwritten.push(event(&worker, EventKind::Joined, text)),
                Note::Left { worker, .. } | Note::Lost { worker, .. } => {
                    unwritten.push(event(&worker, EventKind::Left, text));
                }
                // The mark outlives a restart. Writing it also adds the event.
                Note::Quarantined { worker, reason, lasts } => {
                    self.write_events(&mut unwritten);
                    warn_if_lost(self.mark_quarantined(&worker, &reason, lasts), &text);
                }
                Note::Reinstated { worker } => {
                    self.write_events(&mut unwritten);
                    // Where a person did this, the mark and its event are written already, and this changes nothing.
                    let unmarked = self.inner.store.unmark_worker(&worker, Mark::Quarantined, &text);
                    warn_if_lost(unmarked.map(drop), &text);
                }
                Note::Failed { revision, .. } | Note::Returned { revision, .. } => {
                    self.inner.report(revision.job, LogLevel::Warning, &EventKind::LeaseFailed, &text);
                }
                Note::Differs(Evidence { revision, .. }) => {
                    self.inner.report(revision.job, LogLevel::Error, &EventKind::SpotCheck, &text);
                }
                Note::Doubtful { job, .. } => self.doubt(job, text),
                // These happen all the time; the log has them.
                Note::Speculated { .. } | Note::LeaseLost { .. } => {}
            }
        }
        self.write_events(&mut unwritten);
    }

    /// A picture may not be the one that its experiment and seed give. The job may have been removed meanwhile.
    fn doubt(&self, job: JobId, text: String) {
        match self.inner.store.note_inexact(job, &text) {
            Ok(number) => self.inner.publish(job, Some(number), JobEventKind::Warning(text)),
            Err(StoreError::NoSuchJob(_)) => {}
            Err(error) => tracing::warn!(%job, %error, text, "an event was not kept"),
        }
    }

    fn write_events(&self, events: &mut Vec<(Subject, EventKind, String)>) {
        if let Some((_, _, first)) = events.first() {
            warn_if_lost(self.inner.store.add_events(events), first);
        }
        events.clear();
    }

    fn mark_quarantined(&self, worker: &WorkerName, reason: &str, lasts: Duration) -> Result<(), StoreError> {
        let since = self.inner.store.now();
        let until = Some(since.after(lasts));
        let (worker, reason) = (worker.clone(), reason.to_owned());
        self.inner.store.mark_worker(&MarkedWorker { worker, mark: Mark::Quarantined, since, until, reason })
    }

    /// A worker that was paused or quarantined before the coordinator was restarted stays so. Where it has been quarantined
    /// since, the switchboard changes nothing.
    fn restore_marks(&self, worker: &WorkerName) {
        let marked = match self.inner.store.marked_workers() {
            Ok(marked) => marked,
            Err(error) => {
                tracing::warn!(%worker, %error, "it is not known whether a worker was paused or quarantined");
                return;
            }
        };
        for marked in marked.iter().filter(|marked| marked.worker == *worker) {
            let command = match (marked.mark, marked.left(self.inner.store.now())) {
                (Mark::Paused, _) => WorkerCommand::Pause,
                (Mark::Quarantined, Some(lasts)) => {
                    WorkerCommand::Quarantine { reason: marked.reason.clone(), lasts }
                }
                (Mark::Quarantined, None) => {
                    if let Err(error) =
                        self.inner.store.unmark_worker(worker, Mark::Quarantined, "its time is over")
                    {
                        tracing::warn!(%worker, %error, "a mark of a worker was not removed");
                    }
                    continue;
                }
            };
            if let Err(error) = self.inner.switchboard.ask_worker_blocking(worker.clone(), command) {
                tracing::warn!(%worker, %error, "a worker gets work although it was paused or quarantined");
            }
        }
    }

    /// Commands a worker. Being paused or quarantined, and the end of both, outlive a restart.
    ///
    /// # Errors
    /// Where there is no such worker or that cannot be; when the store fails.
    pub fn command_worker(
        &self,
        name: &WorkerName,
        command: &WorkerCommand,
        reason: &str,
    ) -> Result<WorkerView, CommandError> {
        let refused = |error: WorkerCommandError| match error {
            WorkerCommandError::ShuttingDown => CommandError::ShuttingDown,
            error => CommandError::Worker(error),
        };
        let view =
            self.inner.switchboard.ask_worker_blocking(name.clone(), command.clone()).map_err(refused)?;
        match command {
            WorkerCommand::Pause => {
                let since = self.inner.store.now();
                let (worker, reason) = (name.clone(), reason.to_owned());
                let marked = MarkedWorker { worker, mark: Mark::Paused, since, until: None, reason };
                self.inner.store.mark_worker(&marked)?;
            }
            WorkerCommand::Resume => {
                self.inner.store.unmark_worker(name, Mark::Paused, reason)?;
            }
            WorkerCommand::Reinstate => {
                let text = format!("worker {name} is reinstated by a person");
                self.inner.store.unmark_worker(name, Mark::Quarantined, &text)?;
            }
            WorkerCommand::Drain(_) | WorkerCommand::Quarantine { .. } => {}
        }
        self.inner.changed.notify_all();
        Ok(view)
    }
}

fn warn_if_lost(kept: Result<(), StoreError>, text: &str) {
    if let Err(error) = kept {
        tracing::warn!(%error, text, "an event was not kept");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clipig_core::{
        DeviceClass, Epoch, JobRevision, Node, PROTOCOL, Registration, Sha256, Stage, WorkerKind,
    };
    use clipig_schedule::dispatcher::{DispatchSettings, Opinion};

    use super::*;
    use crate::farm::health::tests::farm_of;
    use crate::store::tests::submission;
    use crate::store::{EventFilter, Store, SystemClock};
    use crate::switchboard::{self, Reports, SwitchboardSettings};

    /// A coordinator's life on what is kept, with one worker that has joined.
    async fn life(store: &Store, joined: &str) -> Farm {
        let (notes, _) = std::sync::mpsc::channel();
        let settings =
            SwitchboardSettings { dispatch: DispatchSettings::new(1), heartbeat: Duration::from_secs(2) };
        let switchboard = switchboard::start(settings, Reports { notes, metrics: Arc::default() });
        let kind = WorkerKind {
            class: DeviceClass::Cpu,
            model: "stand-in".into(),
            libtorch: "0".into(),
            capability: String::new(),
        };
        let registration = Registration {
            protocol: PROTOCOL,
            version: "test".into(),
            name: joined.parse().unwrap(),
            instance: 1,
            kind,
            cores: 1,
            memory: 0,
            device: "cpu".into(),
        };
        let (outbound, messages) = tokio::sync::mpsc::channel(8);
        // The worker stays for the rest of the test.
        std::mem::forget(messages);
        switchboard.connect(registration, outbound).await.unwrap();
        farm_of(store.clone(), switchboard)
    }

    async fn note(farm: &Farm, note: Note) {
        let farm = farm.clone();
        tokio::task::spawn_blocking(move || farm.keep(iter::once(note))).await.unwrap();
    }

    async fn aside(farm: &Farm) -> Option<(Duration, String)> {
        let worker = farm.switchboard().workers().await.unwrap().remove(0);
        worker
            .quarantine
            .map(|quarantine| (quarantine.until.saturating_sub(quarantine.since), quarantine.reason))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_a_spot_check_found_is_an_event_of_the_job_and_makes_pictures_doubtful() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Arc::new(SystemClock::default())).unwrap();
        let farm = life(&store, "a").await;
        let job = store.submit(&submission("t")).unwrap().job();
        let opinion = |worker: &str, byte| Opinion {
            worker: worker.parse().unwrap(),
            digest: Sha256([byte; 32]),
            merged: byte == 1,
        };
        let evidence = Evidence {
            revision: JobRevision { job, revision: 0 },
            stage: Stage::Epoch(Epoch(3)),
            node: Node { level: 0, index: 2 },
            opinions: vec![opinion("a", 1), opinion("b", 2)],
            right: None,
        };
        note(&farm, Note::Differs(evidence.clone())).await;
        assert_eq!(store.job(job).unwrap().inexact, None, "that is said of each job that it concerns");
        note(&farm, Note::Doubtful { job, evidence: evidence.clone() }).await;
        // Of a job that was removed nothing is written.
        note(&farm, Note::Doubtful { job: JobId(99), evidence }).await;
        let inexact = store.job(job).unwrap().inexact.unwrap();
        assert!(inexact.contains("worker a or b may have computed wrongly for it"), "{inexact}");
        let kinds = store.events(&EventFilter { subject: Some(Subject::Job(job)), ..EventFilter::default() });
        let kinds: Vec<String> = kinds.unwrap().into_iter().map(|event| event.kind.to_string()).collect();
        assert!(kinds.ends_with(&["spot_check".to_owned(), "inexact".to_owned()]), "{kinds:?}");
        tokio::task::spawn_blocking(move || farm.close(std::time::Instant::now())).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_quarantine_outlives_a_restart_until_the_worker_is_reinstated() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Arc::new(SystemClock::default())).unwrap();
        let worker: WorkerName = "faulty".parse().unwrap();
        let (joined, lasts) = (Note::Joined { worker: worker.clone(), asked: None }, Duration::from_mins(10));
        let first = life(&store, "faulty").await;
        note(&first, Note::Quarantined { worker: worker.clone(), reason: "it failed".into(), lasts }).await;
        let second = life(&store, "faulty").await;
        assert_eq!(aside(&second).await, None);
        note(&second, joined.clone()).await;
        let (left, reason) = aside(&second).await.unwrap();
        assert_eq!(reason, "it failed");
        assert!(left <= lasts && left > Duration::from_mins(9), "{left:?}");
        // Another worker is none of it.
        let other = life(&store, "sound").await;
        note(&other, Note::Joined { worker: "sound".parse().unwrap(), asked: None }).await;
        assert_eq!(aside(&other).await, None);
        // A person reinstates it, and that holds, too.
        let reinstating = second.clone();
        let asked = worker.clone();
        tokio::task::spawn_blocking(move || {
            reinstating.command_worker(&asked, &WorkerCommand::Reinstate, "").unwrap()
        })
        .await
        .unwrap();
        note(&second, Note::Reinstated { worker }).await;
        let third = life(&store, "faulty").await;
        note(&third, joined).await;
        assert_eq!(aside(&third).await, None);
        for farm in [first, second, other, third] {
            tokio::task::spawn_blocking(move || farm.close(std::time::Instant::now())).await.unwrap();
        }
    }
}
