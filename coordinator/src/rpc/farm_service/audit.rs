//! Who did what.

use std::sync::Arc;

use clipig_core::JobId;
use clipig_proto::v1;

use super::super::status::Refusal;
use super::super::{RpcContext, timestamp};
use crate::store::{AuditEntry, AuditFilter, AuditOutcome};

pub(crate) async fn list(
    context: &Arc<RpcContext>,
    request: v1::ListAuditRequest,
) -> Result<v1::ListAuditResponse, Refusal> {
    let limit = match request.limit {
        0 => 100,
        limit => limit.min(1_000),
    };
    let filter = AuditFilter {
        before: request.before,
        job: request.job.map(JobId),
        owner: Some(request.owner).filter(|owner| !owner.is_empty()),
        // One more than asked for tells whether there are more.
        limit: Some(limit + 1),
    };
    let mut entries = context.blocking(move |context| context.farm.store().audit(&filter)).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    Ok(v1::ListAuditResponse { entries: entries.into_iter().map(entry).collect(), more })
}

fn entry(entry: AuditEntry) -> v1::AuditEntry {
    let AuditEntry { number, time, owner, token, address, action, job, subject, outcome, text } = entry;
    let outcome = match outcome {
        AuditOutcome::Done => v1::AuditOutcome::Done,
        AuditOutcome::Refused => v1::AuditOutcome::Refused,
        AuditOutcome::Failed => v1::AuditOutcome::Failed,
    };
    v1::AuditEntry {
        number,
        time: Some(timestamp(time)),
        owner,
        token,
        address,
        action,
        job: job.map(|job| job.0),
        subject,
        outcome: outcome.into(),
        text,
    }
}
