//! The log of who did what: changes with what came of them, and refused logins.

use std::sync::Arc;

use clipig_core::JobId;

use super::call::Call;
use super::peer::Peer;
use super::principal::Principal;
use crate::metrics::Metrics;
use crate::rpc::status::{self, Refusal};
use crate::store::{AuditOutcome, NewAuditEntry, Store};

/// Characters of what is written down of a reason or a refusal.
const TEXT: usize = 500;

/// Writes down who did what.
#[derive(Clone)]
pub(crate) struct Audit {
    store: Store,
    metrics: Arc<Metrics>,
}

/// What somebody does.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) call: Call,
    /// The job that it is done to.
    pub(crate) job: Option<JobId>,
    /// The worker or content that it is done to; may be empty.
    pub(crate) subject: String,
    /// How it is done, such as the new priority or the reason; may be empty.
    pub(crate) detail: String,
}

impl Deed {
    /// Something done to a job.
    pub(crate) fn to_job(call: Call, job: JobId, detail: impl Into<String>) -> Self {
        Self { call, job: Some(job), subject: String::new(), detail: detail.into() }
    }

    /// Something done to something else.
    pub(crate) fn to(call: Call, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { call, job: None, subject: subject.into(), detail: detail.into() }
    }
}

impl Audit {
    pub(crate) fn new(store: Store, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }

    /// Writes down what somebody did and what came of it. Blocks for a disk.
    pub(crate) fn record<T>(&self, who: &Principal, deed: Deed, result: &Result<T, Refusal>) {
        let outcome = match result {
            Ok(_) => AuditOutcome::Done,
            Err(refusal) if status::is_fault(refusal) => AuditOutcome::Failed,
            Err(_) => AuditOutcome::Refused,
        };
        let Deed { call, job, subject, detail } = deed;
        let text = match result {
            Ok(_) => detail,
            Err(refusal) => status::message(refusal),
        };
        self.write(&NewAuditEntry {
            owner: who.owner().to_owned(),
            token: who.token().to_owned(),
            address: who.peer().to_string(),
            action: call.name().to_owned(),
            job,
            subject,
            outcome,
            text: shortened(&text),
        });
    }

    /// Writes down that a peer was not let in, or not allowed to do something. Does not block.
    pub(super) fn record_refused(&self, who: Option<&Principal>, peer: Peer, action: &str, text: &str) {
        let entry = NewAuditEntry {
            owner: who.map_or("", Principal::owner).to_owned(),
            token: who.map_or("", Principal::token).to_owned(),
            address: peer.to_string(),
            action: action.to_owned(),
            job: None,
            subject: String::new(),
            outcome: AuditOutcome::Refused,
            text: shortened(text),
        };
        let audit = self.clone();
        let write = move || audit.write(&entry);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(write)),
            Err(_) => write(),
        }
    }

    /// A log that cannot be written keeps nobody from cancelling a job that fills the disk.
    fn write(&self, entry: &NewAuditEntry) {
        if let Err(error) = self.store.add_audit(entry) {
            self.metrics.store_errors.inc();
            tracing::error!(%error, ?entry, "the audit log could not be written");
        }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= TEXT {
        return text.to_owned();
    }
    text.chars().take(TEXT - 1).chain(['…']).collect()
}
