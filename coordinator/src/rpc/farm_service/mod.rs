//! The calls of clients. This file only passes each request to the function that answers it; the JSON API calls the
//! same functions.

pub(crate) mod artifacts;
mod backup;
pub(crate) mod blobs;
mod events;
pub(crate) mod history;
pub(crate) mod jobs;
mod messages;
pub(crate) mod overview;
pub(crate) mod watch;
pub(crate) mod workers;

use std::sync::Arc;

use clipig_proto::v1::farm_service_server::FarmService;
use clipig_proto::v1::{self};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::RpcContext;
use super::status::Refusal;

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

#[tonic::async_trait]
impl FarmService for FarmCalls {
    type WatchJobStream = ReceiverStream<Result<v1::WatchJobResponse, Status>>;
    type FetchArtifactStream = ReceiverStream<Result<v1::FetchArtifactResponse, Status>>;
    type GetHistoryStream = ReceiverStream<Result<v1::GetHistoryResponse, Status>>;
    type BackupStream = ReceiverStream<Result<v1::BackupResponse, Status>>;

    async fn submit_job(&self, request: Request<v1::SubmitJobRequest>) -> Answer<v1::SubmitJobResponse> {
        answer(jobs::submit(&self.context, request.into_inner()).await)
    }

    async fn get_job(&self, request: Request<v1::GetJobRequest>) -> Answer<v1::GetJobResponse> {
        answer(jobs::get(&self.context, request.into_inner()).await)
    }

    async fn list_jobs(&self, request: Request<v1::ListJobsRequest>) -> Answer<v1::ListJobsResponse> {
        answer(jobs::list(&self.context, request.into_inner()).await)
    }

    async fn pause_job(&self, request: Request<v1::PauseJobRequest>) -> Answer<v1::PauseJobResponse> {
        answer(jobs::pause(&self.context, request.into_inner()).await)
    }

    async fn resume_job(&self, request: Request<v1::ResumeJobRequest>) -> Answer<v1::ResumeJobResponse> {
        answer(jobs::resume(&self.context, request.into_inner()).await)
    }

    async fn cancel_job(&self, request: Request<v1::CancelJobRequest>) -> Answer<v1::CancelJobResponse> {
        answer(jobs::cancel(&self.context, request.into_inner()).await)
    }

    async fn retry_job(&self, request: Request<v1::RetryJobRequest>) -> Answer<v1::RetryJobResponse> {
        answer(jobs::retry(&self.context, request.into_inner()).await)
    }

    async fn set_priority(
        &self,
        request: Request<v1::SetPriorityRequest>,
    ) -> Answer<v1::SetPriorityResponse> {
        answer(jobs::set_priority(&self.context, request.into_inner()).await)
    }

    async fn update_job(&self, request: Request<v1::UpdateJobRequest>) -> Answer<v1::UpdateJobResponse> {
        answer(jobs::update(&self.context, request.into_inner()).await)
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
        answer(workers::pause(&self.context, request.into_inner()).await)
    }

    async fn resume_worker(
        &self,
        request: Request<v1::ResumeWorkerRequest>,
    ) -> Answer<v1::ResumeWorkerResponse> {
        answer(workers::resume(&self.context, request.into_inner()).await)
    }

    async fn drain_worker(
        &self,
        request: Request<v1::DrainWorkerRequest>,
    ) -> Answer<v1::DrainWorkerResponse> {
        answer(workers::drain(&self.context, request.into_inner()).await)
    }

    async fn forgive_worker(
        &self,
        request: Request<v1::ForgiveWorkerRequest>,
    ) -> Answer<v1::ForgiveWorkerResponse> {
        answer(workers::reinstate(&self.context, request.into_inner()).await)
    }

    async fn get_farm(&self, request: Request<v1::GetFarmRequest>) -> Answer<v1::GetFarmResponse> {
        answer(overview::get(&self.context, request.into_inner()).await)
    }

    async fn watch_job(&self, request: Request<v1::WatchJobRequest>) -> Answer<Self::WatchJobStream> {
        answer(watch::watch(&self.context, request.into_inner()).await)
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

    async fn backup(&self, _: Request<v1::BackupRequest>) -> Answer<Self::BackupStream> {
        answer(backup::stream(&self.context).await)
    }

    async fn upload_blob(
        &self,
        request: Request<Streaming<v1::UploadBlobRequest>>,
    ) -> Answer<v1::UploadBlobResponse> {
        answer(blobs::upload(&self.context, request.into_inner()).await)
    }
}
