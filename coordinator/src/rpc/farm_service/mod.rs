//! The calls of clients. This file only passes each request to the function that answers it; the JSON API calls the
//! same functions.

pub(crate) mod artifacts;
pub(crate) mod audit;
mod backup;
pub(crate) mod blobs;
mod events;
pub(crate) mod history;
pub(crate) mod jobs;
mod messages;
pub(crate) mod models;
pub(crate) mod overview;
pub(crate) mod watch;
pub(crate) mod workers;

use std::sync::Arc;

use clipig_proto::v1::farm_service_server::FarmService;
use clipig_proto::v1::{self};
use clipig_telemetry::{TRACEPARENT, TraceContext};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::RpcContext;
use super::status::Refusal;
use crate::access::Principal;

/// The service for clients.
pub(super) struct FarmCalls {
    context: Arc<RpcContext>,
}

impl FarmCalls {
    pub(super) fn new(context: Arc<RpcContext>) -> Self {
        Self { context }
    }
}

type Answer<T> = Result<Response<T>, Status>;

/// A refusal becomes a status here and nowhere else.
fn answer<T>(result: Result<T, Refusal>) -> Answer<T> {
    result.map(Response::new).map_err(Status::from)
}

/// Who calls: the guard before the service knows.
fn caller<T>(request: &Request<T>) -> Result<Principal, Status> {
    let unknown = || Status::from(Refusal::Internal("a call came past the guard".to_owned()));
    request.extensions().get().cloned().ok_or_else(unknown)
}

#[tonic::async_trait]
impl FarmService for FarmCalls {
    type WatchJobStream = ReceiverStream<Result<v1::WatchJobResponse, Status>>;
    type FetchArtifactStream = ReceiverStream<Result<v1::FetchArtifactResponse, Status>>;
    type GetHistoryStream = ReceiverStream<Result<v1::GetHistoryResponse, Status>>;
    type BackupStream = ReceiverStream<Result<v1::BackupResponse, Status>>;

    async fn submit_job(&self, request: Request<v1::SubmitJobRequest>) -> Answer<v1::SubmitJobResponse> {
        let who = caller(&request)?;
        let span = request.metadata().get(TRACEPARENT).and_then(|text| text.to_str().ok());
        let span = span.and_then(TraceContext::parse);
        answer(jobs::submit(&self.context, &who, request.into_inner(), span).await)
    }

    async fn get_job(&self, request: Request<v1::GetJobRequest>) -> Answer<v1::GetJobResponse> {
        answer(jobs::get(&self.context, request.into_inner()).await)
    }

    async fn list_jobs(&self, request: Request<v1::ListJobsRequest>) -> Answer<v1::ListJobsResponse> {
        answer(jobs::list(&self.context, request.into_inner()).await)
    }

    async fn pause_job(&self, request: Request<v1::PauseJobRequest>) -> Answer<v1::PauseJobResponse> {
        let who = caller(&request)?;
        answer(jobs::pause(&self.context, &who, request.into_inner()).await)
    }

    async fn resume_job(&self, request: Request<v1::ResumeJobRequest>) -> Answer<v1::ResumeJobResponse> {
        let who = caller(&request)?;
        answer(jobs::resume(&self.context, &who, request.into_inner()).await)
    }

    async fn cancel_job(&self, request: Request<v1::CancelJobRequest>) -> Answer<v1::CancelJobResponse> {
        let who = caller(&request)?;
        answer(jobs::cancel(&self.context, &who, request.into_inner()).await)
    }

    async fn retry_job(&self, request: Request<v1::RetryJobRequest>) -> Answer<v1::RetryJobResponse> {
        let who = caller(&request)?;
        answer(jobs::retry(&self.context, &who, request.into_inner()).await)
    }

    async fn set_priority(
        &self,
        request: Request<v1::SetPriorityRequest>,
    ) -> Answer<v1::SetPriorityResponse> {
        let who = caller(&request)?;
        answer(jobs::set_priority(&self.context, &who, request.into_inner()).await)
    }

    async fn set_labels(&self, request: Request<v1::SetLabelsRequest>) -> Answer<v1::SetLabelsResponse> {
        let who = caller(&request)?;
        answer(jobs::set_labels(&self.context, &who, request.into_inner()).await)
    }

    async fn update_job(&self, request: Request<v1::UpdateJobRequest>) -> Answer<v1::UpdateJobResponse> {
        let who = caller(&request)?;
        answer(jobs::update(&self.context, &who, request.into_inner()).await)
    }

    async fn list_artifacts(
        &self,
        request: Request<v1::ListArtifactsRequest>,
    ) -> Answer<v1::ListArtifactsResponse> {
        answer(artifacts::list(&self.context, request.into_inner()).await)
    }

    async fn check_blobs(&self, request: Request<v1::CheckBlobsRequest>) -> Answer<v1::CheckBlobsResponse> {
        answer(blobs::check(&self.context, request.into_inner()).await)
    }

    async fn list_workers(
        &self,
        request: Request<v1::ListWorkersRequest>,
    ) -> Answer<v1::ListWorkersResponse> {
        answer(workers::list(&self.context, request.into_inner()).await)
    }

    async fn pause_worker(
        &self,
        request: Request<v1::PauseWorkerRequest>,
    ) -> Answer<v1::PauseWorkerResponse> {
        let who = caller(&request)?;
        answer(workers::pause(&self.context, &who, request.into_inner()).await)
    }

    async fn resume_worker(
        &self,
        request: Request<v1::ResumeWorkerRequest>,
    ) -> Answer<v1::ResumeWorkerResponse> {
        let who = caller(&request)?;
        answer(workers::resume(&self.context, &who, request.into_inner()).await)
    }

    async fn drain_worker(
        &self,
        request: Request<v1::DrainWorkerRequest>,
    ) -> Answer<v1::DrainWorkerResponse> {
        let who = caller(&request)?;
        answer(workers::drain(&self.context, &who, request.into_inner()).await)
    }

    async fn forgive_worker(
        &self,
        request: Request<v1::ForgiveWorkerRequest>,
    ) -> Answer<v1::ForgiveWorkerResponse> {
        let who = caller(&request)?;
        answer(workers::reinstate(&self.context, &who, request.into_inner()).await)
    }

    async fn list_audit(&self, request: Request<v1::ListAuditRequest>) -> Answer<v1::ListAuditResponse> {
        answer(audit::list(&self.context, request.into_inner()).await)
    }

    async fn list_models(&self, _: Request<v1::ListModelsRequest>) -> Answer<v1::ListModelsResponse> {
        answer(models::list(&self.context).await)
    }

    async fn get_farm(&self, request: Request<v1::GetFarmRequest>) -> Answer<v1::GetFarmResponse> {
        let who = caller(&request)?;
        answer(overview::get(&self.context, &who, request.into_inner()).await)
    }

    async fn watch_job(&self, request: Request<v1::WatchJobRequest>) -> Answer<Self::WatchJobStream> {
        let who = caller(&request)?;
        let keep_alive = request.metadata().contains_key(clipig_proto::session::KEEP_ALIVE_HEADER);
        let client = watch::Client { who, keep_alive };
        answer(watch::watch(&self.context, client, request.into_inner()).await)
    }

    async fn fetch_artifact(
        &self,
        request: Request<v1::FetchArtifactRequest>,
    ) -> Answer<Self::FetchArtifactStream> {
        answer(artifacts::fetch(&self.context, request.into_inner()).await)
    }

    async fn get_history(&self, request: Request<v1::GetHistoryRequest>) -> Answer<Self::GetHistoryStream> {
        answer(history::stream(&self.context, request.into_inner()).await)
    }

    async fn backup(&self, request: Request<v1::BackupRequest>) -> Answer<Self::BackupStream> {
        let who = caller(&request)?;
        answer(backup::stream(&self.context, &who).await)
    }

    async fn upload_blob(
        &self,
        request: Request<Streaming<v1::UploadBlobRequest>>,
    ) -> Answer<v1::UploadBlobResponse> {
        let who = caller(&request)?;
        answer(blobs::upload(&self.context, &who, request.into_inner()).await)
    }
}
