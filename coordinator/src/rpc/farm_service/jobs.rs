//! Submitting, looking at and steering jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clipig_core::{DeviceClass, JobId, NumberType, Sha256};
use clipig_experiment::limits::MAX_MODELS;
use clipig_proto::{model_settings, v1};
use clipig_telemetry::{Kind, Span, TraceContext, keys};
use prost::bytes::Bytes;

use super::super::status::{Refusal, warnings};
use super::super::{RpcContext, hash};
use super::{artifacts, messages};
use crate::access::{Call, Deed, Principal};
use crate::farm::{CommandError, Farm, JobView, ModelContent, SubmitRequest};
use crate::store::{JobState, StoreError};

/// Bytes of a client token, see farm.proto.
const TOKEN: std::ops::RangeInclusive<usize> = 16..=64;

/// Images that an experiment may name.
const ASSETS: usize = 65_536;

/// Bytes of a name of an image.
const ASSET_NAME: usize = 10_000;

/// Bytes of a reason.
const REASON: usize = 1_000;

/// Labels of a job, and characters of one.
const LABELS: usize = 20;
const LABEL: usize = 50;

/// Bytes of a job's and a submitter's name.
const NAME: usize = 200;

/// `caller` is the span of whoever calls, where that is traced. The job is traced below the span of this call.
pub(crate) async fn submit(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::SubmitJobRequest,
    caller: Option<TraceContext>,
) -> Result<v1::SubmitJobResponse, Refusal> {
    let dry_run = request.dry_run;
    let mut request = submission(request, who)?;
    if dry_run {
        let odd = context.blocking(move |context| context.farm.rehearse(&request)).await?;
        return Ok(v1::SubmitJobResponse { job: None, existed: false, warnings: warnings(&odd) });
    }
    let mut span = Span::root("SubmitJob", Kind::Server, caller);
    request.trace = span.context();
    let outcome = queue(context, who, request).await;
    match &outcome {
        Ok(answer) => {
            if let Some(job) = &answer.job {
                span.set(keys::JOB, job.number);
            }
        }
        Err(_) => span.fail("the job was refused"),
    }
    outcome
}

/// Puts a job into the queue.
async fn queue(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: SubmitRequest,
) -> Result<v1::SubmitJobResponse, Refusal> {
    let who = who.clone();
    let submit = move |context: &RpcContext| {
        let result = context.farm.submit(&request).map_err(Refusal::from);
        let job = result.as_ref().ok().map(|answer| answer.job.record.id);
        // A call that was repeated has done nothing.
        if !matches!(&result, Ok(answer) if answer.existed) {
            let deed =
                Deed { call: Call::SubmitJob, job, subject: String::new(), detail: request.name.clone() };
            context.doorkeeper.audit().record(&who, deed, &result);
        }
        result
    };
    let answer = context.blocking(submit).await?;
    let job = Some(seen(context, answer.job).await?);
    Ok(v1::SubmitJobResponse { job, existed: answer.existed, warnings: warnings(&answer.warnings) })
}

fn submission(request: v1::SubmitJobRequest, who: &Principal) -> Result<SubmitRequest, Refusal> {
    if !TOKEN.contains(&request.client_token.len()) {
        return Err(Refusal::Invalid(format!(
            "`client_token` has {} bytes; 16 to 64 are allowed, such as a random UUID",
            request.client_token.len()
        )));
    }
    let class = match v1::DeviceClass::try_from(request.device) {
        Ok(v1::DeviceClass::Unspecified) => None,
        Ok(v1::DeviceClass::Cpu) => Some(DeviceClass::Cpu),
        Ok(v1::DeviceClass::Cuda) => Some(DeviceClass::Cuda),
        Err(_) => return Err(unknown("device", request.device)),
    };
    let number = match v1::NumberType::try_from(request.number_type) {
        Ok(v1::NumberType::Unspecified | v1::NumberType::Float32) => NumberType::Float32,
        Ok(v1::NumberType::Bfloat16) => NumberType::Bfloat16,
        Ok(v1::NumberType::Float16) => NumberType::Float16,
        Err(_) => return Err(unknown("number_type", request.number_type)),
    };
    let model_settings = request
        .model_quick_gelu
        .map(|quick_gelu| model_settings(quick_gelu, request.model_settings.clone()))
        .transpose()
        .map_err(|error| Refusal::Invalid(error.to_string()))?;
    limited("name", &request.name, NAME)?;
    limited("submitter", &request.submitter, NAME)?;
    Ok(SubmitRequest {
        token: base16ct::lower::encode_string(&request.client_token),
        yaml: experiment(request.yaml)?,
        name: request.name,
        priority: request.priority,
        seed: request.seed,
        class,
        number,
        threads: request.threads,
        mix_kinds: request.mix_kinds,
        assets: assets(request.assets)?,
        model_sha256: request.model_sha256.map(|sha256| hash(&sha256, "model_sha256")).transpose()?,
        model_settings,
        more_models: more_models(request.more_models)?,
        snapshot_interval: request.snapshot_interval,
        submitter: request.submitter,
        owner: who.owner().to_owned(),
        trace: None,
    })
}

fn more_models(models: Vec<v1::ModelContent>) -> Result<Vec<ModelContent>, Refusal> {
    if models.len() >= MAX_MODELS {
        return Err(Refusal::Invalid(format!(
            "`more_models` has {} entries; at most {} are allowed",
            models.len(),
            MAX_MODELS - 1
        )));
    }
    let content = |model: v1::ModelContent| {
        let settings =
            model.quick_gelu.map(|quick_gelu| model_settings(quick_gelu, model.settings)).transpose();
        Ok(ModelContent {
            sha256: model.sha256.map(|sha256| hash(&sha256, "more_models.sha256")).transpose()?,
            settings: settings.map_err(|error| Refusal::Invalid(error.to_string()))?,
        })
    };
    models.into_iter().map(content).collect()
}

pub(crate) async fn get(
    context: &Arc<RpcContext>,
    request: v1::GetJobRequest,
) -> Result<v1::GetJobResponse, Refusal> {
    let id = JobId(request.job);
    let view = context.blocking(move |context| context.farm.job(id)).await?;
    let mut response = v1::GetJobResponse { job: Some(seen(context, view).await?), ..Default::default() };
    if request.with_experiment {
        let revisions = context.blocking(move |context| context.farm.store().revisions(id)).await?;
        if let Some(last) = revisions.into_iter().next_back() {
            response.yaml = Some(last.yaml);
            response.assets = last
                .assets
                .into_iter()
                .map(|(name, sha256)| (name, super::super::wire_hash(sha256)))
                .collect();
        }
    }
    Ok(response)
}

pub(crate) async fn list(
    context: &Arc<RpcContext>,
    request: v1::ListJobsRequest,
) -> Result<v1::ListJobsResponse, Refusal> {
    let limit = match request.limit {
        0 => 50,
        limit => limit.min(1_000),
    };
    let mut status = Vec::new();
    for state in request.states {
        status.push(match v1::JobState::try_from(state) {
            Ok(v1::JobState::Waiting) => JobState::Waiting,
            Ok(v1::JobState::Preparing) => JobState::Preparing,
            Ok(v1::JobState::Running) => JobState::Running,
            Ok(v1::JobState::Paused) => JobState::Paused,
            Ok(v1::JobState::Completed) => JobState::Completed,
            Ok(v1::JobState::Failed) => JobState::Failed,
            Ok(v1::JobState::Cancelled) => JobState::Cancelled,
            Ok(v1::JobState::Unspecified) | Err(_) => return Err(unknown("states", state)),
        });
    }
    status.sort_unstable();
    status.dedup();
    let before = request.before.map(JobId);
    // One more than asked for tells whether there are more.
    let asked = limit as usize + 1;
    let mut views = context.blocking(move |context| context.farm.jobs(&status, before, asked)).await?;
    let more = views.len() > limit as usize;
    views.truncate(limit as usize);
    Ok(v1::ListJobsResponse { jobs: all_seen(context, views, request.with_newest).await?, more })
}

pub(crate) async fn pause(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::PauseJobRequest,
) -> Result<v1::PauseJobResponse, Refusal> {
    limited("reason", &request.reason, REASON)?;
    let deed = Deed::to_job(Call::PauseJob, JobId(request.job), request.reason.clone());
    let job =
        steered(context, who, deed, move |farm| farm.pause(JobId(request.job), &request.reason)).await?;
    Ok(v1::PauseJobResponse { job: Some(job) })
}

pub(crate) async fn resume(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::ResumeJobRequest,
) -> Result<v1::ResumeJobResponse, Refusal> {
    let deed = Deed::to_job(Call::ResumeJob, JobId(request.job), "");
    let job = steered(context, who, deed, move |farm| farm.resume(JobId(request.job))).await?;
    Ok(v1::ResumeJobResponse { job: Some(job) })
}

pub(crate) async fn cancel(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::CancelJobRequest,
) -> Result<v1::CancelJobResponse, Refusal> {
    limited("reason", &request.reason, REASON)?;
    let deed = Deed::to_job(Call::CancelJob, JobId(request.job), request.reason.clone());
    let job =
        steered(context, who, deed, move |farm| farm.cancel(JobId(request.job), &request.reason)).await?;
    Ok(v1::CancelJobResponse { job: Some(job) })
}

pub(crate) async fn retry(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::RetryJobRequest,
) -> Result<v1::RetryJobResponse, Refusal> {
    let deed = Deed::to_job(Call::RetryJob, JobId(request.job), "");
    let job = steered(context, who, deed, move |farm| farm.retry(JobId(request.job))).await?;
    Ok(v1::RetryJobResponse { job: Some(job) })
}

pub(crate) async fn set_priority(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::SetPriorityRequest,
) -> Result<v1::SetPriorityResponse, Refusal> {
    let deed = Deed::to_job(Call::SetPriority, JobId(request.job), format!("priority {}", request.priority));
    let job =
        steered(context, who, deed, move |farm| farm.set_priority(JobId(request.job), request.priority))
            .await?;
    Ok(v1::SetPriorityResponse { job: Some(job) })
}

pub(crate) async fn set_labels(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::SetLabelsRequest,
) -> Result<v1::SetLabelsResponse, Refusal> {
    let (job, labels) = (JobId(request.job), labels(request.labels)?);
    let detail = labels.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let deed = Deed::to_job(Call::SetLabels, job, format!("labels: {detail}"));
    let job = steered(context, who, deed, move |farm| farm.set_labels(job, &labels)).await?;
    Ok(v1::SetLabelsResponse { job: Some(job) })
}

pub(crate) async fn update(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::UpdateJobRequest,
) -> Result<v1::UpdateJobResponse, Refusal> {
    let v1::UpdateJobRequest { job, yaml, assets: named, expected_revision } = request;
    let (job, yaml, named) = (JobId(job), experiment(yaml)?, assets(named)?);
    let deed = Deed::to_job(Call::UpdateJob, job, "");
    let update = move |farm: &Farm| farm.update(job, &yaml, &named, expected_revision);
    let (view, from, odd) = changed(context, who, deed, update).await?;
    let job = Some(seen(context, view).await?);
    Ok(v1::UpdateJobResponse { job, from_epoch: from.0, warnings: warnings(&odd) })
}

/// Does something with a job and shows it.
async fn steered(
    context: &Arc<RpcContext>,
    who: &Principal,
    deed: Deed,
    work: impl FnOnce(&Farm) -> Result<JobView, CommandError> + Send + 'static,
) -> Result<v1::Job, Refusal> {
    let view = changed(context, who, deed, work).await?;
    seen(context, view).await
}

/// Changes the job of a deed, if it is theirs or they are an operator, and writes that down.
async fn changed<T: Send + 'static>(
    context: &Arc<RpcContext>,
    who: &Principal,
    deed: Deed,
    work: impl FnOnce(&Farm) -> Result<T, CommandError> + Send + 'static,
) -> Result<T, Refusal> {
    let who = who.clone();
    let change = move |context: &RpcContext| {
        let job = deed.job;
        context.audited(&who, deed, || {
            if let Some(job) = job {
                // Owners never change, so nobody takes the job away before it is changed.
                who.check_owner(&context.farm.store().job(job)?)?;
            }
            work(&context.farm).map_err(Refusal::from)
        })
    };
    context.blocking(change).await
}

/// A job with those who compute for it.
pub(crate) async fn seen(context: &Arc<RpcContext>, view: JobView) -> Result<v1::Job, Refusal> {
    let missing = || Refusal::Internal("a job got lost".to_owned());
    all_seen(context, vec![view], true).await?.pop().ok_or_else(missing)
}

/// Jobs with those who compute for them, and with their newest files where these are wanted.
async fn all_seen(
    context: &Arc<RpcContext>,
    views: Vec<JobView>,
    with_newest: bool,
) -> Result<Vec<v1::Job>, Refusal> {
    let computing = context.leases.of(&context.farm).await;
    let show = move |context: &RpcContext| {
        let job = |view: &JobView| {
            let store = context.farm.store();
            let interval = context.intervals.of(store, &view.record)?;
            let newest = || artifacts::newest(store, &context.hashes, view);
            let newest = with_newest.then(newest).flatten();
            Ok(v1::Job { newest, ..messages::job(view, &computing, interval) })
        };
        views.iter().map(job).collect::<Result<_, StoreError>>()
    };
    context.blocking(show).await
}

fn experiment(yaml: String) -> Result<String, Refusal> {
    let most = clipig_experiment::limits::MAX_SOURCE_BYTES;
    if yaml.len() > most {
        return Err(Refusal::TooLarge(format!(
            "the experiment has {} bytes; {most} are allowed",
            yaml.len()
        )));
    }
    Ok(yaml)
}

fn assets(wire: BTreeMap<String, Bytes>) -> Result<BTreeMap<String, Sha256>, Refusal> {
    if wire.len() > ASSETS {
        return Err(Refusal::TooLarge(format!("{} images are named; {ASSETS} are allowed", wire.len())));
    }
    let asset = |(name, sha256): (String, Bytes)| {
        limited("assets", &name, ASSET_NAME)?;
        Ok((name, hash(&sha256, "assets")?))
    };
    wire.into_iter().map(asset).collect()
}

/// Labels, each once and sorted.
fn labels(wire: Vec<String>) -> Result<BTreeSet<String>, Refusal> {
    if wire.len() > LABELS {
        return Err(Refusal::Invalid(format!("`labels` has {} labels; {LABELS} are allowed", wire.len())));
    }
    wire.into_iter().map(label).collect()
}

fn label(label: String) -> Result<String, Refusal> {
    let outside = |edge: char| label.starts_with(edge) || label.ends_with(edge);
    let inside = |character: char| character == ',' || character.is_control();
    let length = label.chars().count();
    if (1..=LABEL).contains(&length) && !outside(' ') && !label.contains(inside) {
        return Ok(label);
    }
    let shown: String = label.chars().filter(|character| !character.is_control()).take(LABEL).collect();
    Err(Refusal::Invalid(format!(
        "`labels` has the label `{shown}`; a label has 1 to {LABEL} characters, none of them a comma or a control \
         character, and begins and ends with something else than a space"
    )))
}

fn limited(field: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.len() > most {
        return Err(Refusal::Invalid(format!("`{field}` has {} bytes; {most} are allowed", text.len())));
    }
    Ok(())
}

fn unknown(field: &str, value: i32) -> Refusal {
    Refusal::Invalid(format!("`{field}` has the value {value}, which this farm does not know"))
}
