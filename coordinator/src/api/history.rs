//! Losses and similarities per epoch.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use clipig_proto::v1;
use tokio_stream::StreamExt as _;

use super::extract::{Asked, Named};
use super::problem::Problem;
use super::values::history::{History, HistoryRow};
use super::values::request::HistoryQuery;
use crate::rpc::RpcContext;
use crate::rpc::farm_service::history as calls;

/// Rows in one answer.
const ROWS: usize = 2_000;

/// Losses, similarities and choices per epoch, in order; at most 2000 epochs at a time.
#[utoipa::path(get, path = "/jobs/{job}/history", tag = "jobs", operation_id = "getHistory",
    params(("job" = u64, Path, description = "The job's number."), HistoryQuery),
    responses((status = 200, body = History), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(context): State<Arc<RpcContext>>,
    Named(job): Named<u64>,
    Asked(query): Asked<HistoryQuery>,
) -> Result<Json<History>, Problem> {
    let from_epoch = query.from_epoch.unwrap_or(0);
    let request = v1::GetHistoryRequest { job, from_epoch, to_epoch: query.to_epoch };
    let mut stream = calls::stream(&context, request).await?;
    let mut history = History::default();
    while let Some(message) = stream.next().await {
        for row in message.map_err(Problem::from)?.rows {
            if history.rows.len() == ROWS {
                history.more = true;
                return Ok(Json(history));
            }
            history.rows.push(HistoryRow::from(row));
        }
    }
    Ok(Json(history))
}
