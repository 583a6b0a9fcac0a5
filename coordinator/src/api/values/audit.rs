//! Who did what.

use clipig_proto::v1;
use serde::Serialize;
use utoipa::ToSchema;

use super::moment;

/// What came of something that somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused; nothing has changed.
    Refused,
    /// It failed by a fault of the farm.
    Failed,
}

/// Something that somebody did, or was not let in to do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Its number; later entries have higher ones.
    number: u64,
    /// When (RFC 3339, UTC).
    time: Option<String>,
    /// Who; empty where a login was refused.
    owner: String,
    /// The name of their token; empty where the farm has none, and where a login was refused.
    token: String,
    /// Where they called from. Behind a proxy that is the proxy.
    address: String,
    /// What: the name of the call, or `Login`.
    action: String,
    /// To which job.
    job: Option<u64>,
    /// To which worker or content; may be empty.
    subject: String,
    /// What came of it.
    outcome: AuditOutcome,
    /// How it was done, or why it was refused; may be empty.
    text: String,
}

/// Entries of the audit log, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct AuditList {
    /// The entries.
    pub(crate) entries: Vec<AuditEntry>,
    /// Are there more, older ones? Ask again with `before` = the number of the last entry.
    pub(crate) more: bool,
}

impl From<v1::AuditEntry> for AuditEntry {
    fn from(entry: v1::AuditEntry) -> Self {
        let outcome = match entry.outcome() {
            v1::AuditOutcome::Done => AuditOutcome::Done,
            v1::AuditOutcome::Refused => AuditOutcome::Refused,
            v1::AuditOutcome::Failed | v1::AuditOutcome::Unspecified => AuditOutcome::Failed,
        };
        let v1::AuditEntry { number, time, owner, token, address, action, job, subject, text, .. } = entry;
        Self { number, time: moment(time), owner, token, address, action, job, subject, outcome, text }
    }
}
