//! The models that experiments may name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::problem::Problem;
use super::values::model::{FarmModel, ModelList};
use crate::rpc::RpcContext;
use crate::rpc::farm_service::models as calls;

/// The models that experiments may name.
#[utoipa::path(get, path = "/models", tag = "farm", operation_id = "listModels",
    responses((status = 200, body = ModelList), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(State(context): State<Arc<RpcContext>>) -> Result<Json<ModelList>, Problem> {
    let answer = calls::list(&context).await?;
    Ok(Json(ModelList { models: answer.models.into_iter().map(FarmModel::from).collect() }))
}
