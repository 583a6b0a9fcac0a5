//! What was measured in each epoch.

use clipig_proto::v1;
use serde::Serialize;
use utoipa::ToSchema;

use super::job::{Resolution, resolution};
use super::moment;

/// Epochs of a job, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct History {
    /// One row per epoch.
    pub(crate) rows: Vec<HistoryRow>,
    /// Are there more? Ask again with `from_epoch` = the epoch of the last row + 1.
    pub(crate) more: bool,
}

/// One epoch.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct HistoryRow {
    /// The epoch, counted from 0.
    pub(crate) epoch: u32,
    /// When it was done.
    time: Option<String>,
    /// Sum of the losses of all samples; `null` where no sample had one.
    loss: Option<f64>,
    /// Learn rate: base rate · `learnrate_scale` · `learnrate`.
    learnrate: f64,
    /// Width and height of the canvas.
    #[schema(value_type = Option<Vec<u32>>, min_items = 2, max_items = 2)]
    resolution: Option<Resolution>,
    /// How long it took.
    seconds: f64,
    /// The revision of the experiment.
    revision: u32,
    /// Targets in the order of the experiment.
    targets: Vec<HistoryTarget>,
}

/// One target in an epoch. The lists follow the order of features and constraints.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct HistoryTarget {
    /// How many samples it had.
    samples: u32,
    /// Mean similarity with each feature: 100 · cosine · scales.
    similarities: Vec<f64>,
    /// Mean loss of each feature before weighting.
    losses: Vec<f64>,
    /// In how many samples each feature was applied.
    chosen: Vec<u32>,
    /// Mean loss of each constraint.
    constraint_losses: Vec<f64>,
}

impl From<v1::HistoryRow> for HistoryRow {
    fn from(row: v1::HistoryRow) -> Self {
        let v1::HistoryRow { epoch, time, loss, learnrate, resolution: size, seconds, targets, revision } =
            row;
        Self {
            epoch,
            time: moment(time),
            loss,
            learnrate,
            resolution: size.map(resolution),
            seconds,
            revision,
            targets: targets.into_iter().map(HistoryTarget::from).collect(),
        }
    }
}

impl From<v1::HistoryTarget> for HistoryTarget {
    fn from(target: v1::HistoryTarget) -> Self {
        let v1::HistoryTarget { samples, similarities, losses, chosen, constraint_losses } = target;
        Self { samples, similarities, losses, chosen, constraint_losses }
    }
}
