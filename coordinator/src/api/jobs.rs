//! Submitting, looking at and steering jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use clipig_core::Sha256;
use clipig_proto::v1;
use clipig_telemetry::{TRACEPARENT, TraceContext};
use prost::bytes::Bytes;

use super::extract::{Asked, Named, Optional, Sent};
use super::problem::{Problem, ProblemCode};
use super::values::job::{Job, JobExperiment, JobList, JobState, Submitted, Updated};
use super::values::problem::{ExperimentProblem, Validation};
use super::values::request::{
    JobsQuery, Label, LabelsRequest, PriorityRequest, Reason, SubmitRequest, UpdateRequest, ValidateRequest,
};
use super::values::{Sha256Text, sha256};
use crate::access::Principal;
use crate::farm::CommandError;
use crate::rpc::farm_service::jobs as calls;
use crate::rpc::status::{self, Refusal};
use crate::rpc::{RpcContext, wire_hash};

type Context = State<Arc<RpcContext>>;

/// Puts a job into the queue.
///
/// The same client token gives the same job again, however often the request is repeated.
#[utoipa::path(post, path = "/jobs", tag = "jobs", operation_id = "submitJob", request_body = SubmitRequest,
    responses((status = 201, body = Submitted), (status = 200, description = "It was there already.", body = Submitted),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn submit(
    State(context): Context,
    Extension(who): Extension<Principal>,
    headers: HeaderMap,
    Sent(request): Sent<SubmitRequest>,
) -> Result<Response, Problem> {
    let span = headers.get(TRACEPARENT).and_then(|text| text.to_str().ok()).and_then(TraceContext::parse);
    let answer = calls::submit(&context, &who, submission(request, false)?, span).await?;
    let job = answer.job.ok_or_else(lost)?;
    let location = format!("/api/v1/jobs/{}", job.number);
    let status = if answer.existed { StatusCode::OK } else { StatusCode::CREATED };
    let submitted = Submitted {
        job: job.into(),
        existed: answer.existed,
        warnings: answer.warnings.into_iter().map(ExperimentProblem::from).collect(),
    };
    Ok((status, [(LOCATION, location)], Json(submitted)).into_response())
}

/// Checks an experiment without making a job of it.
///
/// What is wrong with the experiment is listed in the answer, in the words of the command line.
#[utoipa::path(post, path = "/validate", tag = "jobs", operation_id = "validate", request_body = ValidateRequest,
    responses((status = 200, body = Validation), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn validate(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Sent(ValidateRequest { yaml }): Sent<ValidateRequest>,
) -> Result<Json<Validation>, Problem> {
    let request = submission(SubmitRequest { yaml, ..SubmitRequest::default() }, true)?;
    let (valid, problems) = match calls::submit(&context, &who, request, None).await {
        Ok(answer) => (true, answer.warnings),
        Err(Refusal::Command(CommandError::Experiment(diagnostics))) => {
            (false, status::warnings(&diagnostics))
        }
        // These have no place in the text.
        Err(Refusal::Command(error)) if concerns_the_experiment(&error) => {
            (false, vec![v1::Problem { message: error.to_string(), ..v1::Problem::default() }])
        }
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(Json(Validation { valid, problems: problems.into_iter().map(ExperimentProblem::from).collect() }))
}

/// Lists jobs, newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "listJobs", params(JobsQuery),
    responses((status = 200, body = JobList), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(context): Context,
    Asked(query): Asked<JobsQuery>,
) -> Result<Json<JobList>, Problem> {
    let names = query.states.as_deref().filter(|states| !states.is_empty());
    let names = names.into_iter().flat_map(|states| states.split(','));
    let states = names.map(state).collect::<Result<Vec<i32>, Problem>>()?;
    let request = v1::ListJobsRequest {
        states,
        before: query.before,
        limit: super::limit(query.limit, 1_000)?,
        with_newest: query.with_newest,
    };
    let answer = calls::list(&context, request).await?;
    Ok(Json(JobList { jobs: answer.jobs.into_iter().map(Job::from).collect(), more: answer.more }))
}

/// One job.
#[utoipa::path(get, path = "/jobs/{job}", tag = "jobs", operation_id = "getJob",
    params(("job" = u64, Path, description = "The job's number.")),
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(State(context): Context, Named(job): Named<u64>) -> Result<Json<Job>, Problem> {
    let answer = calls::get(&context, v1::GetJobRequest { job, with_experiment: false }).await?;
    shown(answer.job)
}

/// The experiment of a job's last revision.
#[utoipa::path(get, path = "/jobs/{job}/experiment", tag = "jobs", operation_id = "getExperiment",
    params(("job" = u64, Path, description = "The job's number.")),
    responses((status = 200, body = JobExperiment), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn experiment(
    State(context): Context,
    Named(job): Named<u64>,
) -> Result<Json<JobExperiment>, Problem> {
    let answer = calls::get(&context, v1::GetJobRequest { job, with_experiment: true }).await?;
    Ok(Json(JobExperiment {
        revision: answer.job.ok_or_else(lost)?.revision,
        yaml: answer.yaml.unwrap_or_default(),
        assets: answer.assets.into_iter().map(|(name, hash)| (name, sha256(&hash))).collect(),
    }))
}

/// Gives a job that has not ended another experiment, from one of the next epochs on.
#[utoipa::path(put, path = "/jobs/{job}/experiment", tag = "jobs", operation_id = "updateJob",
    params(("job" = u64, Path, description = "The job's number.")), request_body = UpdateRequest,
    responses((status = 200, body = Updated), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn update(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
    Sent(UpdateRequest { yaml, assets, expected_revision }): Sent<UpdateRequest>,
) -> Result<Json<Updated>, Problem> {
    let request = v1::UpdateJobRequest { job, yaml, assets: hashes(assets)?, expected_revision };
    let answer = calls::update(&context, &who, request).await?;
    Ok(Json(Updated {
        job: answer.job.ok_or_else(lost)?.into(),
        from_epoch: answer.from_epoch,
        warnings: answer.warnings.into_iter().map(ExperimentProblem::from).collect(),
    }))
}

/// Stops a waiting or running job until it is resumed.
///
/// Paused already: no change.
#[utoipa::path(post, path = "/jobs/{job}/pause", tag = "jobs", operation_id = "pauseJob",
    params(("job" = u64, Path, description = "The job's number.")), request_body = Option<Reason>,
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pause(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
    Optional(Reason { reason }): Optional<Reason>,
) -> Result<Json<Job>, Problem> {
    shown(calls::pause(&context, &who, v1::PauseJobRequest { job, reason }).await?.job)
}

/// Puts a paused job back into the queue; it goes on where it stopped.
#[utoipa::path(post, path = "/jobs/{job}/resume", tag = "jobs", operation_id = "resumeJob",
    params(("job" = u64, Path, description = "The job's number.")),
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
) -> Result<Json<Job>, Problem> {
    shown(calls::resume(&context, &who, v1::ResumeJobRequest { job }).await?.job)
}

/// Ends a job that has not ended.
///
/// Cancelled already: no change.
#[utoipa::path(post, path = "/jobs/{job}/cancel", tag = "jobs", operation_id = "cancelJob",
    params(("job" = u64, Path, description = "The job's number.")), request_body = Option<Reason>,
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
    Optional(Reason { reason }): Optional<Reason>,
) -> Result<Json<Job>, Problem> {
    shown(calls::cancel(&context, &who, v1::CancelJobRequest { job, reason }).await?.job)
}

/// Puts a failed or cancelled job back into the queue; it goes on from its last checkpoint.
#[utoipa::path(post, path = "/jobs/{job}/retry", tag = "jobs", operation_id = "retryJob",
    params(("job" = u64, Path, description = "The job's number.")),
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retry(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
) -> Result<Json<Job>, Problem> {
    shown(calls::retry(&context, &who, v1::RetryJobRequest { job }).await?.job)
}

/// Changes a job's priority.
#[utoipa::path(put, path = "/jobs/{job}/priority", tag = "jobs", operation_id = "setPriority",
    params(("job" = u64, Path, description = "The job's number.")), request_body = PriorityRequest,
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set_priority(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
    Sent(PriorityRequest { priority }): Sent<PriorityRequest>,
) -> Result<Json<Job>, Problem> {
    shown(calls::set_priority(&context, &who, v1::SetPriorityRequest { job, priority }).await?.job)
}

/// Changes the labels by which people find a job again.
#[utoipa::path(put, path = "/jobs/{job}/labels", tag = "jobs", operation_id = "setLabels",
    params(("job" = u64, Path, description = "The job's number.")), request_body = LabelsRequest,
    responses((status = 200, body = Job), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set_labels(
    State(context): Context,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
    Sent(LabelsRequest { labels }): Sent<LabelsRequest>,
) -> Result<Json<Job>, Problem> {
    let labels = labels.into_iter().map(|Label(label)| label).collect();
    shown(calls::set_labels(&context, &who, v1::SetLabelsRequest { job, labels }).await?.job)
}

/// Is it the canvas, the samples or the model that this farm does not take?
fn concerns_the_experiment(error: &CommandError) -> bool {
    use CommandError::{FirstCanvas, Memory, Model, Samples, TooLarge};
    matches!(error, FirstCanvas(_) | Memory(_) | Model(_) | Samples(_) | TooLarge(_))
}

fn submission(request: SubmitRequest, dry_run: bool) -> Result<v1::SubmitJobRequest, Problem> {
    let seed = request.seed.map(|seed| seed.parse().map_err(|_| wrong_seed(&seed))).transpose()?;
    let model_sha256 = request.model_sha256.map(|hash| parse_hash("model_sha256", &hash.0)).transpose()?;
    Ok(v1::SubmitJobRequest {
        client_token: match request.client_token {
            Some(token) => check_client_token(token)?,
            None => drawn()?,
        },
        yaml: request.yaml,
        name: request.name,
        priority: request.priority,
        seed,
        device: v1::DeviceClass::from(request.device).into(),
        number_type: v1::NumberType::from(request.number_type).into(),
        threads: request.threads,
        mix_kinds: request.mix_kinds,
        assets: hashes(request.assets)?,
        model_sha256,
        snapshot_interval: request.snapshot_interval,
        submitter: request.submitter,
        dry_run,
        model_quick_gelu: None,
        model_settings: None,
        more_models: Vec::new(),
    })
}

/// A client token for who does not repeat the request.
fn drawn() -> Result<Bytes, Problem> {
    let mut token = [0; 16];
    getrandom::fill(&mut token)
        .map_err(|error| Problem::from(Refusal::from(CommandError::Entropy(error))))?;
    Ok(Bytes::copy_from_slice(&token))
}

fn wrong_seed(seed: &str) -> Problem {
    let shown: String = seed.chars().take(40).collect();
    let text = format!("`seed` is `{shown}`; a number from 0 to {} is allowed", u64::MAX);
    Problem::new(ProblemCode::InvalidArgument, text)
}

/// Bytes and characters are the same in it, so that the description can say how long it may be.
fn check_client_token(token: String) -> Result<Bytes, Problem> {
    if (16..=64).contains(&token.len()) && token.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(token.into_bytes().into());
    }
    let text = format!("`client_token` must be 16 to 64 ASCII characters; it has {} bytes", token.len());
    Err(Problem::new(ProblemCode::InvalidArgument, text))
}

fn hashes(named: BTreeMap<String, Sha256Text>) -> Result<BTreeMap<String, Bytes>, Problem> {
    named.into_iter().map(|(name, hash)| Ok((name, parse_hash("assets", &hash.0)?))).collect()
}

/// A hash from a request.
pub(super) fn parse_hash(field: &str, text: &str) -> Result<Bytes, Problem> {
    let wrong = |_| {
        Problem::new(ProblemCode::InvalidArgument, format!("`{field}`: a SHA-256 has 64 hexadecimal digits"))
    };
    text.parse::<Sha256>().map(wire_hash).map_err(wrong)
}

fn state(name: &str) -> Result<i32, Problem> {
    let parsed: Result<JobState, _> = serde_json::from_value(name.into());
    parsed.map(|state| v1::JobState::from(state).into()).map_err(|_| {
        let shown: String = name.chars().take(40).collect();
        let known = "waiting, preparing, running, paused, completed, failed and cancelled are allowed";
        Problem::new(ProblemCode::InvalidArgument, format!("`states` names `{shown}`; {known}"))
    })
}

fn shown(job: Option<v1::Job>) -> Result<Json<Job>, Problem> {
    job.map(|job| Json(job.into())).ok_or_else(lost)
}

fn lost() -> Problem {
    Problem::new(ProblemCode::Internal, "a job got lost")
}
