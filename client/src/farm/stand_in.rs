//! A farm for tests: a real server on a real socket that keeps little and breaks off when told to.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio_stream::{Stream, StreamExt};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

use super::wire::farm_service_server::{FarmService, FarmServiceServer};
use super::wire::*;

/// What the farm knows, and how it misbehaves.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) blobs: BTreeMap<Bytes, Bytes>,
    /// Jobs by client token.
    pub(crate) jobs: Vec<(Bytes, Job)>,
    /// The tokens of all submissions.
    pub(crate) submissions: Vec<Bytes>,
    /// The last experiment.
    pub(crate) yaml: String,
    /// So many submissions are done, but their answer is lost.
    pub(crate) lose_answers: u32,
    /// So many submissions find that the farm has forgotten all content.
    pub(crate) forget_content: u32,
    /// So many uploads break off.
    pub(crate) break_uploads: u32,
    /// Files by name.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Downloads break off after so many bytes; one entry per download.
    pub(crate) break_downloads: Vec<usize>,
    /// So many downloads have a wrong byte.
    pub(crate) damage_downloads: u32,
    /// The offsets that were asked for.
    pub(crate) offsets: Vec<u64>,
    pub(crate) events: Vec<JobEvent>,
    /// Watches get so many events and then nothing more.
    pub(crate) hold_events: Option<usize>,
    /// Where watches began.
    pub(crate) since: Vec<Option<u64>>,
    pub(crate) history: Vec<HistoryRow>,
    /// So many calls are too many.
    pub(crate) too_many: u32,
    /// The token that is asked for.
    pub(crate) token: Option<String>,
}

/// A running farm.
pub(crate) struct StandIn {
    pub(crate) address: String,
    pub(crate) state: Arc<Mutex<State>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl StandIn {
    pub(crate) fn start(state: State) -> Self {
        // An address that no other process of this machine uses: its port is still free when the farm is restarted.
        let [.., high, low] = std::process::id().to_be_bytes();
        Self::listen(&format!("127.78.{high}.{low}:0"), Arc::new(Mutex::new(state)))
    }

    fn listen(address: &str, state: Arc<Mutex<State>>) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        listener.set_nonblocking(true).expect("tokio wants it so");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let service = FarmServiceServer::new(Service(Arc::clone(&state)));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("it listens");
            Server::builder().add_service(service).serve_with_incoming(TcpIncoming::from(listener)).await
        });
        Self { address, state, runtime: Some(runtime) }
    }

    /// Ends it as a crash does: all connections break. Afterwards nobody listens any more.
    pub(crate) fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
            while TcpStream::connect(self.place()).is_ok() {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
    }

    /// Starts it again where it was.
    pub(crate) fn restart(&mut self) {
        *self = Self::listen(self.place(), Arc::clone(&self.state));
    }

    fn place(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test has failed")
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.kill();
    }
}

struct Service(Arc<Mutex<State>>);

type Answer<T> = Result<Response<T>, Status>;
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Service {
    fn state<T>(&self, request: &Request<T>) -> Result<MutexGuard<'_, State>, Status> {
        let mut state = self.0.lock().expect("no test has failed");
        if state.too_many > 0 {
            state.too_many -= 1;
            let mut error = FarmError::default();
            error.set_code(farm_error::Code::Full);
            let wait = Some(std::time::Duration::from_millis(10));
            return Err(clipig_proto::status::with_retry_after("too many calls", &error, wait));
        }
        let wanted = state.token.as_ref().map(|token| format!("Bearer {token}"));
        let given = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        if wanted.is_some() && wanted.as_deref() != given {
            return Err(Status::unauthenticated("no"));
        }
        Ok(state)
    }
}

fn hash(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&Sha256::digest(bytes))
}

#[tonic::async_trait]
impl FarmService for Service {
    async fn submit_job(&self, request: Request<SubmitJobRequest>) -> Answer<SubmitJobResponse> {
        let mut state = self.state(&request)?;
        let request = request.into_inner();
        state.submissions.push(request.client_token.clone());
        if state.forget_content > 0 {
            state.forget_content -= 1;
            state.blobs.clear();
        }
        if let Some(missing) = request.assets.values().find(|&hash| !state.blobs.contains_key(hash)) {
            let mut error = FarmError { missing: vec![missing.clone()], ..FarmError::default() };
            error.set_code(farm_error::Code::MissingContent);
            return Err(clipig_proto::status::with_error("something is missing", &error));
        }
        state.yaml = request.yaml;
        let known = state.jobs.iter().find(|(token, _)| *token == request.client_token);
        let known = known.map(|(_, job)| job.clone());
        let existed = known.is_some();
        let number = state.jobs.len() as u64 + 1;
        let job = known.unwrap_or_else(|| Job {
            number,
            name: request.name,
            state: JobState::Waiting.into(),
            seed: request.seed.unwrap_or(7),
            ..Job::default()
        });
        if !existed {
            state.jobs.push((request.client_token, job.clone()));
        }
        if state.lose_answers > 0 {
            state.lose_answers -= 1;
            return Err(Status::unavailable("the coordinator is stopping"));
        }
        Ok(Response::new(SubmitJobResponse { job: Some(job), existed, warnings: Vec::new() }))
    }

    async fn get_job(&self, request: Request<GetJobRequest>) -> Answer<GetJobResponse> {
        let state = self.state(&request)?;
        let number = request.into_inner().job;
        let job = state.jobs.iter().map(|(_, job)| job).find(|job| job.number == number).cloned();
        let job = job.ok_or_else(|| Status::not_found(format!("there is no job {number}")))?;
        Ok(Response::new(GetJobResponse { job: Some(job), ..GetJobResponse::default() }))
    }

    async fn list_jobs(&self, request: Request<ListJobsRequest>) -> Answer<ListJobsResponse> {
        let state = self.state(&request)?;
        let request = request.into_inner();
        let wanted = |job: &&Job| {
            request.before.is_none_or(|before| job.number < before)
                && (request.states.is_empty() || request.states.contains(&job.state))
        };
        let mut jobs: Vec<Job> =
            state.jobs.iter().rev().map(|(_, job)| job).filter(wanted).cloned().collect();
        let more = jobs.len() > request.limit as usize;
        jobs.truncate(request.limit as usize);
        Ok(Response::new(ListJobsResponse { jobs, more }))
    }

    type WatchJobStream = Answers<WatchJobResponse>;

    async fn watch_job(&self, request: Request<WatchJobRequest>) -> Answer<Self::WatchJobStream> {
        let mut state = self.state(&request)?;
        let since = request.into_inner().since;
        state.since.push(since);
        let events =
            state.events.iter().filter(|event| since.is_none_or(|since| event.number > since)).cloned();
        let events: Vec<_> = events.map(|event| Ok(WatchJobResponse { event: Some(event) })).collect();
        Ok(Response::new(match state.hold_events {
            None => Box::pin(tokio_stream::iter(events)),
            Some(count) => {
                Box::pin(tokio_stream::iter(events.into_iter().take(count)).chain(tokio_stream::pending()))
            }
        }))
    }

    async fn list_artifacts(&self, request: Request<ListArtifactsRequest>) -> Answer<ListArtifactsResponse> {
        let state = self.state(&request)?;
        let artifacts = (1..).zip(&state.files).map(|(epoch, (name, bytes))| Artifact {
            name: name.clone(),
            kind: ArtifactKind::Picture.into(),
            epoch,
            size: bytes.len() as u64,
            sha256: hash(bytes),
            created: None,
        });
        Ok(Response::new(ListArtifactsResponse { artifacts: artifacts.collect(), more: false }))
    }

    type FetchArtifactStream = Answers<FetchArtifactResponse>;

    async fn fetch_artifact(
        &self,
        request: Request<FetchArtifactRequest>,
    ) -> Answer<Self::FetchArtifactStream> {
        let mut state = self.state(&request)?;
        let FetchArtifactRequest { name, offset, .. } = request.into_inner();
        let bytes = state.files.get(&name).cloned().ok_or_else(|| Status::not_found(name))?;
        state.offsets.push(offset);
        let header = ContentHeader { sha256: hash(&bytes), size: bytes.len() as u64, offset };
        let mut rest = bytes[offset as usize..].to_vec();
        if state.damage_downloads > 0 {
            state.damage_downloads -= 1;
            rest[0] ^= 1;
        }
        let cut = if state.break_downloads.is_empty() { None } else { Some(state.break_downloads.remove(0)) };
        let sent = &rest[..cut.unwrap_or(rest.len())];
        let head = ContentChunk { header: Some(header), data: Bytes::new() };
        let data =
            sent.chunks(1000).map(|data| ContentChunk { header: None, data: Bytes::copy_from_slice(data) });
        let mut answers: Vec<Result<FetchArtifactResponse, Status>> = std::iter::once(head)
            .chain(data)
            .map(|chunk| Ok(FetchArtifactResponse { chunk: Some(chunk) }))
            .collect();
        if cut.is_some() {
            answers.push(Err(Status::unavailable("the coordinator is stopping")));
        }
        Ok(Response::new(Box::pin(tokio_stream::iter(answers))))
    }

    type GetHistoryStream = Answers<GetHistoryResponse>;

    async fn get_history(&self, request: Request<GetHistoryRequest>) -> Answer<Self::GetHistoryStream> {
        let state = self.state(&request)?;
        let from = request.into_inner().from_epoch;
        let rows: Vec<HistoryRow> = state.history.iter().filter(|row| row.epoch >= from).cloned().collect();
        // Batches of two; the first stream breaks after one of them.
        let batches = rows.chunks(2).map(|rows| Ok(GetHistoryResponse { rows: rows.to_vec() }));
        let mut batches: Vec<_> = batches.collect();
        if from == 0 && batches.len() > 1 {
            batches.truncate(1);
            batches.push(Err(Status::unavailable("the coordinator is stopping")));
        }
        Ok(Response::new(Box::pin(tokio_stream::iter(batches))))
    }

    async fn check_blobs(&self, request: Request<CheckBlobsRequest>) -> Answer<CheckBlobsResponse> {
        let state = self.state(&request)?;
        let asked = request.into_inner().sha256.into_iter();
        let missing = asked.filter(|hash| !state.blobs.contains_key(hash)).collect();
        Ok(Response::new(CheckBlobsResponse { missing }))
    }

    async fn upload_blob(
        &self,
        request: Request<Streaming<UploadBlobRequest>>,
    ) -> Answer<UploadBlobResponse> {
        let breaks = {
            let mut state = self.state(&request)?;
            let breaks = state.break_uploads > 0;
            state.break_uploads = state.break_uploads.saturating_sub(1);
            breaks
        };
        let mut stream = request.into_inner();
        let (mut header, mut bytes) = (None, Vec::new());
        while let Some(message) = stream.message().await? {
            let chunk = message.chunk.unwrap_or_default();
            header = header.or(chunk.header);
            bytes.extend_from_slice(&chunk.data);
            if breaks {
                return Err(Status::unavailable("the coordinator is stopping"));
            }
        }
        let header = header.ok_or_else(|| Status::invalid_argument("no header"))?;
        if hash(&bytes) != header.sha256 || bytes.len() as u64 != header.size {
            return Err(Status::invalid_argument("another content than the header says"));
        }
        self.0.lock().expect("no test has failed").blobs.insert(header.sha256, bytes.into());
        Ok(Response::new(UploadBlobResponse { existed: false }))
    }

    async fn pause_job(&self, _: Request<PauseJobRequest>) -> Answer<PauseJobResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn resume_job(&self, _: Request<ResumeJobRequest>) -> Answer<ResumeJobResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn cancel_job(&self, _: Request<CancelJobRequest>) -> Answer<CancelJobResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn retry_job(&self, _: Request<RetryJobRequest>) -> Answer<RetryJobResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn set_priority(&self, _: Request<SetPriorityRequest>) -> Answer<SetPriorityResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn set_labels(&self, _: Request<SetLabelsRequest>) -> Answer<SetLabelsResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn update_job(&self, _: Request<UpdateJobRequest>) -> Answer<UpdateJobResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn list_workers(&self, _: Request<ListWorkersRequest>) -> Answer<ListWorkersResponse> {
        Ok(Response::new(ListWorkersResponse::default()))
    }
    async fn pause_worker(&self, _: Request<PauseWorkerRequest>) -> Answer<PauseWorkerResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn resume_worker(&self, _: Request<ResumeWorkerRequest>) -> Answer<ResumeWorkerResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn drain_worker(&self, _: Request<DrainWorkerRequest>) -> Answer<DrainWorkerResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn forgive_worker(&self, _: Request<ForgiveWorkerRequest>) -> Answer<ForgiveWorkerResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn list_audit(&self, _: Request<ListAuditRequest>) -> Answer<ListAuditResponse> {
        Err(Status::unimplemented("not here"))
    }
    type BackupStream = Answers<BackupResponse>;

    async fn backup(&self, _: Request<BackupRequest>) -> Answer<Self::BackupStream> {
        Err(Status::unimplemented("not here"))
    }
    async fn list_models(&self, _: Request<ListModelsRequest>) -> Answer<ListModelsResponse> {
        Err(Status::unimplemented("not here"))
    }
    async fn get_farm(&self, _: Request<GetFarmRequest>) -> Answer<GetFarmResponse> {
        let farm = Farm { version: "0.1.0".to_owned(), ..Farm::default() };
        Ok(Response::new(GetFarmResponse { farm: Some(farm) }))
    }
}
