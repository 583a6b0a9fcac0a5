//! Clients of other builds, generated from frozen definitions.

use std::sync::Arc;

use clipig_frozen::later::{LaterCodec, LaterContract};
use clipig_frozen::v2026_11_30::farm_error::Code as FarmCode;
use clipig_frozen::v2026_11_30::farm_service_client::FarmServiceClient;
use clipig_frozen::v2026_11_30::job_event::Event;
use clipig_frozen::v2026_11_30::{
    ArtifactKind, CancelJobRequest, CheckBlobsRequest, ContentChunk, ContentHeader, FarmError,
    FetchArtifactRequest, GetFarmRequest, GetHistoryRequest, GetJobRequest, HistoryRow, Job, JobState,
    ListArtifactsRequest, ListAuditRequest, ListJobsRequest, ListWorkersRequest, PauseJobRequest,
    ResumeJobRequest, RetryJobRequest, SetLabelsRequest, SetPriorityRequest, SubmitJobRequest,
    UpdateJobRequest, UploadBlobRequest, WatchJobRequest, Worker,
};
use prost::{Message, Name};
use sha2::Digest as _;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use super::{EPOCHS, EXPERIMENT, SIZE, request};

/// A client of an earlier build.
#[derive(Clone)]
pub(super) struct EarlierClient {
    calls: FarmServiceClient<Channel>,
}

/// What a watch has told.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) states: Vec<JobState>,
    pub(super) warnings: Vec<String>,
}

impl EarlierClient {
    pub(super) fn new(channel: Channel) -> Self {
        Self { calls: FarmServiceClient::new(channel) }
    }

    pub(super) async fn submit(&mut self, request: SubmitJobRequest) -> Job {
        self.calls.submit_job(request).await.unwrap().into_inner().job.unwrap()
    }

    pub(super) async fn job(&mut self, job: u64) -> Job {
        let request = GetJobRequest { job, with_experiment: false };
        self.calls.get_job(request).await.unwrap().into_inner().job.unwrap()
    }

    /// Watches a job to its end.
    pub(super) async fn watched(mut self, job: u64) -> Watched {
        let request = WatchJobRequest { job, since: Some(0), without_tables: false };
        let mut stream = self.calls.watch_job(request).await.unwrap().into_inner();
        let mut watched = Watched::default();
        let whole = stream.message().await.unwrap().unwrap().event.unwrap().event;
        assert!(matches!(&whole, Some(Event::Job(seen)) if seen.number == job), "{whole:?}");
        while let Some(message) = stream.message().await.unwrap() {
            let event = message.event.expect("only those who ask for it get empty messages").event;
            match event {
                Some(Event::State(change)) => watched.states.push(change.state()),
                Some(Event::Warning(text)) => watched.warnings.push(text),
                // Kinds that it does not know are passed over.
                _ => {}
            }
        }
        watched
    }

    /// How a job has ended.
    pub(super) async fn ended(&mut self, job: u64) -> JobState {
        self.clone().watched(job).await;
        self.job(job).await.state()
    }

    /// The only file of a finished job.
    pub(super) async fn picture(&mut self, job: u64) -> Vec<u8> {
        let request = ListArtifactsRequest { job, ..ListArtifactsRequest::default() };
        let files = self.calls.list_artifacts(request).await.unwrap().into_inner().artifacts;
        let [file] = &files[..] else { panic!("{files:?}") };
        assert_eq!(
            (file.name.as_str(), file.kind(), file.epoch),
            ("picture.png", ArtifactKind::Picture, EPOCHS)
        );
        let request = FetchArtifactRequest { job, name: file.name.clone(), offset: 0 };
        let mut stream = self.calls.fetch_artifact(request).await.unwrap().into_inner();
        let mut bytes = Vec::new();
        while let Some(message) = stream.message().await.unwrap() {
            bytes.extend(message.chunk.unwrap().data);
        }
        assert_eq!(
            (bytes.len() as u64, sha2::Sha256::digest(&bytes).to_vec()),
            (file.size, file.sha256.clone())
        );
        bytes
    }

    /// All rows of the history of a finished job.
    pub(super) async fn history(&mut self, job: u64) -> Vec<HistoryRow> {
        let request = GetHistoryRequest { job, from_epoch: 0, to_epoch: None };
        let mut stream = self.calls.get_history(request).await.unwrap().into_inner();
        let mut rows = Vec::new();
        while let Some(message) = stream.message().await.unwrap() {
            rows.extend(message.rows);
        }
        assert!(rows.iter().all(|row| row.resolution.is_some_and(|size| [size.width, size.height] == SIZE)));
        rows
    }

    pub(super) async fn workers(&mut self) -> Vec<Worker> {
        self.calls.list_workers(ListWorkersRequest::default()).await.unwrap().into_inner().workers
    }

    /// Checks an experiment without submitting it.
    pub(super) async fn checks_an_experiment(&mut self) {
        let dry = SubmitJobRequest { dry_run: true, ..request(EXPERIMENT) };
        let answer = self.calls.submit_job(dry).await.unwrap().into_inner();
        assert_eq!((answer.job, answer.existed), (None, false));
        let jobs = self.calls.list_jobs(ListJobsRequest::default()).await.unwrap().into_inner().jobs;
        assert!(jobs.is_empty(), "{jobs:?}");
    }

    /// Everything that can be done to a job for which nobody computes.
    pub(super) async fn steers_a_job(&mut self) {
        let submission = request(EXPERIMENT);
        let job = self.submit(submission.clone()).await;
        assert_eq!(
            (job.state(), job.name.as_str(), job.epochs_total),
            (JobState::Waiting, "from another build", EPOCHS)
        );
        let again = self.calls.submit_job(submission).await.unwrap().into_inner();
        assert!(again.existed && again.job.is_some_and(|again| again.number == job.number));
        let job = job.number;
        let pause = PauseJobRequest { job, reason: "lunch".to_owned() };
        let paused = self.calls.pause_job(pause).await.unwrap().into_inner().job.unwrap();
        assert_eq!((paused.state(), paused.reason.contains("lunch")), (JobState::Paused, true), "{paused:?}");
        let resumed =
            self.calls.resume_job(ResumeJobRequest { job }).await.unwrap().into_inner().job.unwrap();
        assert_eq!(resumed.state(), JobState::Waiting);
        let priority = SetPriorityRequest { job, priority: 5 };
        assert_eq!(self.calls.set_priority(priority).await.unwrap().into_inner().job.unwrap().priority, 5);
        let labels = SetLabelsRequest { job, labels: vec!["skewed".to_owned()] };
        assert_eq!(self.calls.set_labels(labels).await.unwrap().into_inner().job.unwrap().labels, ["skewed"]);
        let update = UpdateJobRequest {
            job,
            yaml: EXPERIMENT.replace("red", "blue"),
            expected_revision: Some(0),
            ..UpdateJobRequest::default()
        };
        let updated = self.calls.update_job(update).await.unwrap().into_inner();
        assert_eq!(updated.job.unwrap().revision, 1);
        let cancel = CancelJobRequest { job, reason: String::new() };
        let cancelled = self.calls.cancel_job(cancel).await.unwrap().into_inner().job.unwrap();
        assert_eq!(cancelled.state(), JobState::Cancelled);
        let retried = self.calls.retry_job(RetryJobRequest { job }).await.unwrap().into_inner().job.unwrap();
        assert_eq!(retried.state(), JobState::Waiting);
        let only = ListJobsRequest {
            states: vec![JobState::Waiting.into()],
            limit: 9,
            ..ListJobsRequest::default()
        };
        let listed = self.calls.list_jobs(only).await.unwrap().into_inner();
        assert_eq!((listed.jobs.len(), listed.jobs[0].number, listed.more), (1, job, false));
        let with = GetJobRequest { job, with_experiment: true };
        assert!(self.calls.get_job(with).await.unwrap().into_inner().yaml.unwrap().contains("a blue square"));
    }

    /// Brings content that the farm did not have.
    pub(super) async fn stores_content(&mut self) {
        let content = b"a picture from another build";
        let sha256 = sha2::Sha256::digest(content).to_vec();
        let ask = CheckBlobsRequest { sha256: vec![sha256.clone()] };
        let missing = self.calls.check_blobs(ask.clone()).await.unwrap().into_inner().missing;
        assert_eq!(missing, std::slice::from_ref(&sha256));
        let header = ContentHeader { sha256, size: content.len() as u64, offset: 0 };
        let chunk = Some(ContentChunk { header: Some(header), data: content.to_vec() });
        let upload = tokio_stream::iter([UploadBlobRequest { chunk }]);
        assert!(!self.calls.upload_blob(upload).await.unwrap().into_inner().existed);
        assert!(self.calls.check_blobs(ask).await.unwrap().into_inner().missing.is_empty());
    }

    /// The farm, its workers and what was done on it.
    pub(super) async fn looks_at_the_farm(&mut self) {
        let seen = self.calls.get_farm(GetFarmRequest {}).await.unwrap().into_inner().farm.unwrap();
        assert!(!seen.version.is_empty() && seen.started.is_some(), "{seen:?}");
        assert_eq!(
            seen.jobs.iter().map(|jobs| (jobs.state(), jobs.count)).collect::<Vec<_>>(),
            [(JobState::Waiting, 1)]
        );
        assert!(self.workers().await.is_empty());
        let audit = self.calls.list_audit(ListAuditRequest::default()).await.unwrap().into_inner().entries;
        for action in ["SubmitJob", "PauseJob", "CancelJob"] {
            assert!(audit.iter().any(|entry| entry.action == action), "{action}: {audit:?}");
        }
    }

    /// A program tells errors apart by their codes.
    pub(super) async fn understands_refusals(&mut self) {
        let nobody = self.calls.get_job(GetJobRequest { job: 99, with_experiment: false }).await.unwrap_err();
        assert_eq!((nobody.code(), error(&nobody).code()), (Code::NotFound, FarmCode::NotFound));
        let odd = request("targets: [{features: [{text: a, wieght: 2}]}]"); // typos: on purpose
        let odd = self.calls.submit_job(odd).await.unwrap_err();
        let told = error(&odd);
        assert_eq!((odd.code(), told.code()), (Code::InvalidArgument, FarmCode::Experiment));
        assert!(told.problems[0].message.contains("`wieght`"), "{told:?}"); // typos: on purpose
    }
}

/// google.rpc.Status, as far as clients read it.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// The error in a status, as the definitions say where it is.
fn error(status: &Status) -> FarmError {
    let details = RpcStatus::decode(status.details()).unwrap().details;
    let detail =
        details.iter().find(|detail| detail.type_url.ends_with("/clipig.farm.v1.FarmError")).unwrap();
    FarmError::decode(&detail.value[..]).unwrap()
}

/// A client of a later build, which sends fields that nobody knows yet.
pub(super) struct LaterClient {
    grpc: Grpc<Channel>,
    contract: Arc<LaterContract>,
}

impl LaterClient {
    pub(super) fn new(channel: Channel, contract: &Arc<LaterContract>) -> Self {
        Self { grpc: Grpc::new(channel), contract: Arc::clone(contract) }
    }

    /// A call with one answer, by its name.
    pub(super) async fn send<T, U>(&mut self, call: &str, messages: Vec<T>) -> Result<U, Status>
    where
        T: Message + Name + Send + Sync + 'static,
        U: Message + Default + Send + Sync + 'static,
    {
        self.grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = format!("/clipig.farm.v1.FarmService/{call}").parse().unwrap();
        let request = Request::new(tokio_stream::iter(messages));
        let answer =
            self.grpc.client_streaming(request, path, LaterCodec::<T, U>::new(&self.contract)).await?;
        Ok(answer.into_inner())
    }
}
