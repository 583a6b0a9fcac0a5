//! Who did what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use clipig_proto::v1;

use super::extract::Asked;
use super::problem::Problem;
use super::values::audit::{AuditEntry, AuditList};
use super::values::request::AuditQuery;
use crate::rpc::RpcContext;
use crate::rpc::farm_service::audit as calls;

/// Who did what, newest first. For operators.
#[utoipa::path(get, path = "/audit", tag = "farm", operation_id = "listAudit", params(AuditQuery),
    responses((status = 200, body = AuditList), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(context): State<Arc<RpcContext>>,
    Asked(AuditQuery { before, job, owner, limit }): Asked<AuditQuery>,
) -> Result<Json<AuditList>, Problem> {
    let limit = super::limit(limit, 1_000)?;
    let request = v1::ListAuditRequest { before, job, owner: owner.unwrap_or_default(), limit };
    let answer = calls::list(&context, request).await?;
    Ok(Json(AuditList {
        entries: answer.entries.into_iter().map(AuditEntry::from).collect(),
        more: answer.more,
    }))
}
