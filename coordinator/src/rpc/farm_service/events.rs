//! Kept events as watchers see them.

use clipig_proto::v1;
use clipig_proto::v1::job_event::Event as What;

use super::super::timestamp;
use super::messages::job_state;
use crate::farm::LogLevel;
use crate::store::{Event, EventKind, JobState};

/// An event as a message, and the job's new status where it is a change of status.
pub(super) fn message(event: &Event) -> (v1::JobEvent, Option<JobState>) {
    let mut status = None;
    let what = match event.kind {
        EventKind::Status => match state(&event.text) {
            Some((now, reason)) => {
                status = Some(now);
                let change = v1::StateChange { state: job_state(now).into(), reason: reason.to_owned() };
                What::State(change)
            }
            None => log(LogLevel::Info, &event.text),
        },
        EventKind::Updated => match revision(&event.text) {
            Some((revision, from_epoch)) => What::Revision(v1::RevisionChange { revision, from_epoch }),
            None => log(LogLevel::Info, &event.text),
        },
        EventKind::Warning | EventKind::Inexact => What::Warning(event.text.clone()),
        EventKind::Disk | EventKind::SpotCheck => log(LogLevel::Error, &event.text),
        EventKind::LeaseFailed | EventKind::CheckpointDamaged => log(LogLevel::Warning, &event.text),
        _ => log(LogLevel::Info, &event.text),
    };
    (v1::JobEvent { number: event.number, time: Some(timestamp(event.time)), event: Some(what) }, status)
}

/// A line of log.
pub(super) fn log(level: LogLevel, text: &str) -> What {
    let level = match level {
        LogLevel::Info => v1::LogLevel::Info,
        LogLevel::Warning => v1::LogLevel::Warning,
        LogLevel::Error => v1::LogLevel::Error,
    };
    What::Log(v1::LogLine { level: level.into(), text: text.to_owned() })
}

/// `failed: the device is out of memory` as the store writes it.
fn state(text: &str) -> Option<(JobState, &str)> {
    let (status, reason) = text.split_once(": ").unwrap_or((text, ""));
    status.parse().ok().map(|status| (status, reason))
}

/// `revision 2 holds from epoch 30 on` as the store writes it.
fn revision(text: &str) -> Option<(u32, u32)> {
    let (revision, from) = text.strip_prefix("revision ")?.split_once(" holds from epoch ")?;
    Some((revision.parse().ok()?, from.strip_suffix(" on")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Subject, Timestamp};
    use clipig_core::JobId;

    fn of(kind: EventKind, text: &str) -> (What, Option<JobState>) {
        let (subject, time) = (Subject::Job(JobId(1)), Timestamp(1_500));
        let (message, status) = message(&Event { number: 7, time, subject, kind, text: text.to_owned() });
        assert_eq!((message.number, message.time.unwrap().nanos), (7, 500_000_000));
        (message.event.unwrap(), status)
    }

    #[test]
    fn the_words_of_the_store_become_values() {
        let change =
            v1::StateChange { state: v1::JobState::Failed.into(), reason: "epoch 3: no memory".into() };
        let failed = of(EventKind::Status, "failed: epoch 3: no memory");
        assert_eq!(failed, (What::State(change), Some(JobState::Failed)));
        assert_eq!(of(EventKind::Status, "completed").1, Some(JobState::Completed));
        let updated = of(EventKind::Updated, "revision 2 holds from epoch 30 on").0;
        assert_eq!(updated, What::Revision(v1::RevisionChange { revision: 2, from_epoch: 30 }));
        assert_eq!(of(EventKind::Warning, "odd").0, What::Warning("odd".into()));
    }

    #[test]
    fn other_words_stay_words() {
        for (kind, text) in [
            (EventKind::Status, "stopped in the middle of an epoch; the last checkpoint counts"),
            (EventKind::Updated, "revision 2, from the next epoch on"),
            (EventKind::Other("newer".into()), "something"),
        ] {
            assert_eq!(of(kind, text), (log(LogLevel::Info, text), None));
        }
    }
}
