//! The audit log.

use jiff::Timestamp;

use super::columns::{Align, plain, table};
use crate::farm::time;
use crate::farm::wire::{AuditEntry, AuditOutcome};

/// What came of something, in a word, the same for people and programs.
pub(crate) fn outcome(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Unspecified => "unknown",
        AuditOutcome::Done => "done",
        AuditOutcome::Refused => "refused",
        AuditOutcome::Failed => "failed",
    }
}

/// Entries, one per line.
pub(crate) fn text(entries: &[AuditEntry], now: Timestamp) -> String {
    let heading = [
        ("when", Align::Left),
        ("owner", Align::Left),
        ("token", Align::Left),
        ("from", Align::Left),
        ("did", Align::Left),
        ("to", Align::Left),
        ("", Align::Left),
        ("", Align::Left),
    ];
    let row = |entry: &AuditEntry| {
        let job = entry.job.map(|job| format!("job {job}")).unwrap_or_default();
        [
            entry.time.as_ref().map(|time| time::ago(now, time)).unwrap_or_default(),
            plain(&entry.owner, 64),
            plain(&entry.token, 64),
            plain(&entry.address, 64),
            plain(&entry.action, 40),
            if job.is_empty() { plain(&entry.subject, 40) } else { job },
            outcome(entry.outcome()).to_owned(),
            plain(&entry.text, 500),
        ]
    };
    table(heading, &entries.iter().map(row).collect::<Vec<_>>())
}
