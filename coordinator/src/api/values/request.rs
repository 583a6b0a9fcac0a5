//! What requests hold.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::job::{Device, NumberType};
use super::{Sha256Text, whole};

/// A new job.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SubmitRequest {
    /// The experiment as one YAML document. At most 1 MiB.
    #[schema(example = "targets: [{features: [{text: a red apple}]}]")]
    pub(crate) yaml: String,
    /// 16 to 64 ASCII characters of the client's choice, such as a random UUID: makes the request safe to repeat. Without
    /// one, each request makes a job.
    #[schema(pattern = "^[ -~]{16,64}$")]
    pub(crate) client_token: Option<String>,
    /// What people call it; where empty, the experiment's first text. At most 200 bytes.
    #[schema(max_length = 200)]
    pub(crate) name: String,
    /// Higher goes first; -10 to 10, 0 is usual.
    #[serde(deserialize_with = "whole::one")]
    #[schema(minimum = -10, maximum = 10)]
    pub(crate) priority: i32,
    /// Seed of all random numbers, up to 64 bits, as text; where not set, the experiment's, or drawn by the farm.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub(crate) seed: Option<String>,
    /// The kind of device.
    pub(crate) device: Device,
    /// The number type of CLIP.
    pub(crate) number_type: NumberType,
    /// Threads within an operation, 1 to 1024; chosen by the farm where not set.
    #[serde(deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 1024)]
    pub(crate) threads: Option<u32>,
    /// May workers of several kinds compute it? Then its bits depend on the farm.
    pub(crate) mix_kinds: bool,
    /// SHA-256 of images by the names that the experiment uses. Upload them before.
    pub(crate) assets: BTreeMap<String, Sha256Text>,
    /// The content of the model's weights; where not set, the farm resolves the experiment's model by name. If the experiment
    /// lists `models`, it is the content of the first one, and the farm resolves all others by name.
    pub(crate) model_sha256: Option<Sha256Text>,
    /// Epochs from one snapshot to the next, 0 for none; where not set, as the experiment says.
    #[serde(deserialize_with = "whole::optional")]
    #[schema(maximum = 4_294_967_295_u64)]
    pub(crate) snapshot_interval: Option<u32>,
    /// Who submits, such as `name@host`. At most 200 bytes.
    #[schema(max_length = 200)]
    pub(crate) submitter: String,
}

/// An experiment to check.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValidateRequest {
    /// The experiment as one YAML document. At most 1 MiB.
    #[schema(example = "targets: [{features: [{text: a red apple}]}]")]
    pub(crate) yaml: String,
}

/// Another experiment for a job.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    /// The experiment as one YAML document. At most 1 MiB.
    #[schema(example = "targets: [{features: [{text: a red apple}]}]")]
    pub(crate) yaml: String,
    /// SHA-256 of images by the names that the experiment uses. Upload them before.
    #[serde(default)]
    pub(crate) assets: BTreeMap<String, Sha256Text>,
    /// The revision that the update was made from: a conflict where somebody else was quicker. Not checked if not set.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(maximum = 4_294_967_295_u64)]
    pub(crate) expected_revision: Option<u32>,
}

/// Why something is done. The body may be left out.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Reason {
    /// Why, for others; may be empty. At most 1000 bytes.
    #[schema(max_length = 1000)]
    pub(crate) reason: String,
}

/// A priority.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriorityRequest {
    /// Higher goes first; -10 to 10.
    #[serde(deserialize_with = "whole::one")]
    #[schema(minimum = -10, maximum = 10)]
    pub(crate) priority: i32,
}

/// All labels that a job shall have.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelsRequest {
    /// By which people find it again. At most 20.
    #[schema(max_items = 20)]
    pub(crate) labels: Vec<Label>,
}

/// A label of a job: 1 to 50 characters, none of them a comma or a control character; it begins and ends with something
/// else than a space.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(pattern = r"^[^ ,\x00-\x1f\x7f-\x9f]([^,\x00-\x1f\x7f-\x9f]{0,48}[^ ,\x00-\x1f\x7f-\x9f])?$")]
pub(crate) struct Label(pub(crate) String);

/// Contents that a client would upload.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlobsRequest {
    /// Their SHA-256. At most 10,000.
    #[schema(max_items = 10000)]
    pub(crate) sha256: Vec<Sha256Text>,
}

/// Which jobs.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// Only jobs in these states, separated by commas, such as `waiting,running`; all where not set.
    #[param(
        pattern = "^((waiting|preparing|running|paused|completed|failed|cancelled)(,(waiting|preparing|running|paused|completed|failed|cancelled))*)?$"
    )]
    pub(crate) states: Option<String>,
    /// Only jobs with smaller numbers: the page after a job with this number.
    #[param(maximum = 18_446_744_073_709_551_615_u64)]
    pub(crate) before: Option<u64>,
    /// At most so many: 1 to 1000, usually 50.
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<u32>,
    /// Tell the newest file of each job, too. The first time, the farm reads each of these files to hash it.
    #[serde(default)]
    pub(crate) with_newest: bool,
}

/// Which files.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ArtifactsQuery {
    /// Only files of this epoch and later ones.
    #[param(maximum = 4_294_967_295_u64)]
    pub(crate) from_epoch: Option<u32>,
    /// At most so many: 1 to 10000, usually 1000.
    #[param(minimum = 1, maximum = 10000)]
    pub(crate) limit: Option<u32>,
}

/// Which epochs.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// The first epoch; usually 0.
    #[param(maximum = 4_294_967_295_u64)]
    pub(crate) from_epoch: Option<u32>,
    /// The epoch before which it ends.
    #[param(maximum = 4_294_967_295_u64)]
    pub(crate) to_epoch: Option<u32>,
}

/// Which content.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContentQuery {
    /// The content that the client expects. If it is this one, the answer may be kept for good.
    pub(crate) sha256: Option<String>,
}

/// Which events.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// The number of the last event that the client has seen; kept events after it come first. The header
    /// `Last-Event-ID`, which browsers send when they connect again, goes before it. Without both the stream begins with
    /// what happens now.
    #[param(maximum = 18_446_744_073_709_551_615_u64)]
    pub(crate) since: Option<u64>,
}

/// After which event a stream goes on.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct LastEvent {
    /// As `since`, and goes before it.
    #[param(rename = "Last-Event-ID", value_type = u64, required = false, maximum = 18_446_744_073_709_551_615_u64)]
    pub(crate) last_event_id: Option<u64>,
}

/// Which entries of the audit log.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only entries with smaller numbers: the page after an entry with this number.
    #[param(maximum = 18_446_744_073_709_551_615_u64)]
    pub(crate) before: Option<u64>,
    /// Only what was done to this job.
    #[param(maximum = 18_446_744_073_709_551_615_u64)]
    pub(crate) job: Option<u64>,
    /// Only what this owner did.
    pub(crate) owner: Option<String>,
    /// At most so many: 1 to 1000, usually 100.
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<u32>,
}

/// What opens a session.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginRequest {
    /// The secret of a token whose role is viewer, artist or operator.
    pub(crate) token: String,
}
