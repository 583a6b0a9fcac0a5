//! The farm as a whole.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use clipig_proto::v1;

use super::problem::{Problem, ProblemCode};
use super::values::farm::Farm;
use crate::access::Principal;
use crate::rpc::RpcContext;
use crate::rpc::farm_service::overview;

/// The farm as a whole.
#[utoipa::path(get, path = "/farm", tag = "farm", operation_id = "getFarm",
    responses((status = 200, body = Farm), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(context): State<Arc<RpcContext>>,
    Extension(who): Extension<Principal>,
) -> Result<Json<Farm>, Problem> {
    let answer = overview::get(&context, &who, v1::GetFarmRequest {}).await?;
    let lost = || Problem::new(ProblemCode::Internal, "the farm got lost");
    answer.farm.map(|farm| Json(farm.into())).ok_or_else(lost)
}
