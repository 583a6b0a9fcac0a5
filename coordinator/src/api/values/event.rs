//! What happens to a job.

use std::borrow::Cow;

use clipig_proto::v1;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::job::{Artifact, Job, JobState, Resolution, resolution};

/// The data of an event. Its name is the tag in front.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum JobEvent {
    /// The whole job: the first event of a stream.
    Job(Box<Job>),
    /// It is in another state.
    State(StateChange),
    /// An epoch is done. Not more often than 10 times a second.
    Progress(Progress),
    /// The targets after an epoch. Not more often than once a second.
    Table(TargetTable),
    /// There is a new file.
    Artifact(Artifact),
    /// Something that the person who submitted should know.
    Warning(Text),
    /// What the farm did.
    Log(LogLine),
    /// The experiment was updated.
    Revision(RevisionChange),
}

/// How the description names an event as it travels: its fields are the lines of the stream.
pub(crate) enum JobEventMessage {}

impl PartialSchema for JobEventMessage {
    fn schema() -> RefOr<Schema> {
        let text = |description: &'static str| {
            ObjectBuilder::new().schema_type(Type::String).description(Some(description))
        };
        let data = text("A `JobEvent` as JSON; of the event `problem`, a `Problem`.");
        ObjectBuilder::new()
            .property("id", text("The number of the last kept event, for `Last-Event-ID`."))
            .property("event", text("The tag of the `JobEvent`; `problem` where the stream breaks off."))
            .property("data", data.content_media_type("application/json"))
            .required("event")
            .required("data")
            .into()
    }
}

impl ToSchema for JobEventMessage {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("JobEventMessage")
    }
}

/// A job is in another state.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct StateChange {
    /// The state now.
    state: JobState,
    /// Why; may be empty.
    reason: String,
}

/// The experiment was updated.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct RevisionChange {
    /// How often by now.
    revision: u32,
    /// The first epoch of the new experiment.
    from_epoch: u32,
}

/// Words for a person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Text {
    /// The words.
    text: String,
}

/// What the farm did.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct LogLine {
    /// How bad it is.
    level: LogLevel,
    /// One line.
    text: String,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    /// Good to know.
    Info,
    /// Odd.
    Warning,
    /// Something failed.
    Error,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// Epochs done.
    epochs_done: u32,
    /// Epochs in all.
    epochs_total: u32,
    /// Loss of the last epoch; `null` where no sample had one.
    loss: Option<f64>,
    /// Learn rate of the last epoch.
    learnrate: f64,
    /// Width and height of the canvas.
    #[schema(value_type = Option<Vec<u32>>, min_items = 2, max_items = 2)]
    resolution: Option<Resolution>,
    /// Samples per second over the last epochs.
    samples_per_second: f64,
    /// Seconds until the end, estimated; `null` before that makes sense.
    eta_seconds: Option<f64>,
    /// Workers that compute for it now.
    workers: u32,
}

/// All targets of a job after an epoch. Means run over the last 30 values.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct TargetTable {
    /// Epochs done.
    epochs_done: u32,
    /// One row per target of the experiment.
    targets: Vec<TargetRow>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct TargetRow {
    /// Its name.
    name: String,
    /// Samples so far.
    samples: u64,
    /// Its features in order.
    features: Vec<FeatureRow>,
    /// Its constraints in order.
    constraints: Vec<ConstraintRow>,
}

/// One feature of a target.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FeatureRow {
    /// Its text, or the name of its image.
    text: String,
    /// Weight in the last sample.
    weight: f64,
    /// Mean similarity: 100 · cosine · scales.
    similarity: f64,
    /// Mean loss before weighting.
    loss: f64,
    /// In how many samples it was applied.
    chosen: u64,
}

/// One constraint of a target.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ConstraintRow {
    /// Its name.
    name: String,
    /// Weight in the last sample in which it was active.
    weight: f64,
    /// Mean loss, weighted.
    loss: f64,
    /// In how many samples it was active.
    active: u64,
}

impl JobEvent {
    /// What the event of a stream says; `None` where it says nothing.
    pub(crate) fn of(job: u64, event: v1::job_event::Event) -> Self {
        use v1::job_event::Event;
        match event {
            Event::Job(one) => Self::Job(Box::new(one.into())),
            Event::State(change) => Self::State(StateChange {
                state: JobState::of(v1::JobState::try_from(change.state).unwrap_or_default()),
                reason: change.reason,
            }),
            Event::Progress(progress) => Self::Progress(progress.into()),
            Event::Table(table) => Self::Table(TargetTable {
                epochs_done: table.epochs_done,
                targets: table.targets.into_iter().map(TargetRow::from).collect(),
            }),
            Event::Artifact(artifact) => Self::Artifact(Artifact::of(job, artifact)),
            Event::Warning(text) => Self::Warning(Text { text }),
            Event::Log(line) => {
                let level = match line.level() {
                    v1::LogLevel::Unspecified | v1::LogLevel::Info => LogLevel::Info,
                    v1::LogLevel::Warning => LogLevel::Warning,
                    v1::LogLevel::Error => LogLevel::Error,
                };
                Self::Log(LogLine { level, text: line.text })
            }
            Event::Revision(v1::RevisionChange { revision, from_epoch }) => {
                Self::Revision(RevisionChange { revision, from_epoch })
            }
        }
    }

    /// The name under which a browser listens for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Job(_) => "job",
            Self::State(_) => "state",
            Self::Progress(_) => "progress",
            Self::Table(_) => "table",
            Self::Artifact(_) => "artifact",
            Self::Warning(_) => "warning",
            Self::Log(_) => "log",
            Self::Revision(_) => "revision",
        }
    }
}

impl From<v1::Progress> for Progress {
    fn from(progress: v1::Progress) -> Self {
        Self {
            epochs_done: progress.epochs_done,
            epochs_total: progress.epochs_total,
            loss: progress.loss,
            learnrate: progress.learnrate,
            resolution: progress.resolution.map(resolution),
            samples_per_second: progress.samples_per_second,
            eta_seconds: progress.eta_seconds,
            workers: progress.workers,
        }
    }
}

impl From<v1::TargetRow> for TargetRow {
    fn from(row: v1::TargetRow) -> Self {
        let feature = |feature: v1::FeatureRow| FeatureRow {
            text: feature.text,
            weight: feature.weight,
            similarity: feature.similarity,
            loss: feature.loss,
            chosen: feature.chosen,
        };
        let constraint = |one: v1::ConstraintRow| ConstraintRow {
            name: one.name,
            weight: one.weight,
            loss: one.loss,
            active: one.active,
        };
        Self {
            name: row.name,
            samples: row.samples,
            features: row.features.into_iter().map(feature).collect(),
            constraints: row.constraints.into_iter().map(constraint).collect(),
        }
    }
}
