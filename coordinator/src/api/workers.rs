//! Looking at workers and steering them.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use clipig_proto::v1;

use super::extract::{Named, Optional};
use super::problem::{Problem, ProblemCode};
use super::values::request::Reason;
use super::values::worker::{Worker, WorkerList};
use crate::access::Principal;
use crate::rpc::RpcContext;
use crate::rpc::farm_service::workers as calls;

type Context = State<Arc<RpcContext>>;

/// The workers that the farm knows, by name.
#[utoipa::path(get, path = "/workers", tag = "workers", operation_id = "listWorkers",
    responses((status = 200, body = WorkerList), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(State(context): Context) -> Result<Json<WorkerList>, Problem> {
    // More than the farm remembers.
    let request = v1::ListWorkersRequest { limit: 10_000, ..Default::default() };
    let answer = calls::list(&context, request).await?;
    Ok(Json(WorkerList { workers: answer.workers.into_iter().map(Worker::from).collect() }))
}

/// Gives a worker nothing new; what it computes is finished.
#[utoipa::path(post, path = "/workers/{worker}/pause", tag = "workers", operation_id = "pauseWorker",
    params(("worker" = String, Path, description = "The worker's name.")), request_body = Option<Reason>,
    responses((status = 200, body = Worker), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pause(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(name): Named<String>,
    Optional(Reason { reason }): Optional<Reason>,
) -> Result<Json<Worker>, Problem> {
    shown(calls::pause(&context, &who, v1::PauseWorkerRequest { name, reason }).await?.worker)
}

/// Gives a paused worker work again.
#[utoipa::path(post, path = "/workers/{worker}/resume", tag = "workers", operation_id = "resumeWorker",
    params(("worker" = String, Path, description = "The worker's name.")),
    responses((status = 200, body = Worker), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(name): Named<String>,
) -> Result<Json<Worker>, Problem> {
    shown(calls::resume(&context, &who, v1::ResumeWorkerRequest { name }).await?.worker)
}

/// Lets a worker finish what it computes and leave.
#[utoipa::path(post, path = "/workers/{worker}/drain", tag = "workers", operation_id = "drainWorker",
    params(("worker" = String, Path, description = "The worker's name.")), request_body = Option<Reason>,
    responses((status = 200, body = Worker), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn drain(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(name): Named<String>,
    Optional(Reason { reason }): Optional<Reason>,
) -> Result<Json<Worker>, Problem> {
    shown(calls::drain(&context, &who, v1::DrainWorkerRequest { name, reason }).await?.worker)
}

/// Ends the quarantine that its failures brought a worker.
#[utoipa::path(post, path = "/workers/{worker}/reinstate", tag = "workers", operation_id = "reinstateWorker",
    params(("worker" = String, Path, description = "The worker's name.")),
    responses((status = 200, body = Worker), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn reinstate(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(name): Named<String>,
) -> Result<Json<Worker>, Problem> {
    shown(calls::reinstate(&context, &who, v1::ForgiveWorkerRequest { name }).await?.worker)
}

fn shown(worker: Option<v1::Worker>) -> Result<Json<Worker>, Problem> {
    let lost = || Problem::new(ProblemCode::Internal, "a worker got lost");
    worker.map(|worker| Json(worker.into())).ok_or_else(lost)
}
