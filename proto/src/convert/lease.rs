//! Leases.

use clipig_core::{EpochValues, Lease, Node, Stage, Work};
use clipig_experiment::limits;
use clipig_telemetry::TraceContext;

use super::checks::{ranged, required};
use super::stage::{stage, wire_stage};
use crate::v1;
use crate::wire_error::{FieldProblem, WireError, field};

/// Greatest number of shards in an epoch: the tree above them has a root that a number of 32 bits can name.
const MAX_SHARDS: u32 = 1 << 31;

/// A span as a message has it.
pub(crate) fn wire_trace(trace: Option<TraceContext>) -> String {
    trace.map(|trace| trace.to_string()).unwrap_or_default()
}

impl From<Lease> for v1::Lease {
    fn from(lease: Lease) -> Self {
        let epoch = wire_stage(lease.work.stage());
        let work = match lease.work {
            Work::Prepare => v1::lease::Work::Prepare(v1::PrepareWork {}),
            Work::Node { node, total, .. } => v1::lease::Work::Node(v1::NodeWork {
                level: node.level,
                index: node.index,
                total_shards: total,
            }),
        };
        Self {
            fence: Some(lease.fence.into()),
            revision: Some(lease.revision.into()),
            epoch,
            work: Some(work),
            values: Some(lease.values.into()),
            traceparent: wire_trace(lease.trace),
        }
    }
}

impl TryFrom<v1::Lease> for Lease {
    type Error = WireError;

    fn try_from(lease: v1::Lease) -> Result<Self, WireError> {
        let work = match (required(lease.work, "work")?, stage(lease.epoch)) {
            (v1::lease::Work::Prepare(v1::PrepareWork {}), Stage::Prepare) => Work::Prepare,
            (v1::lease::Work::Prepare(v1::PrepareWork {}), Stage::Epoch(epoch)) => {
                let problem = format!("a preparation belongs to no epoch, and not to epoch {epoch}");
                return Err(field("epoch", FieldProblem::Invalid(problem)));
            }
            (v1::lease::Work::Node(_), Stage::Prepare) => {
                let problem = "a node belongs to an epoch, and not to a preparation".to_owned();
                return Err(field("epoch", FieldProblem::Invalid(problem)));
            }
            (
                v1::lease::Work::Node(v1::NodeWork { level, index, total_shards: total }),
                Stage::Epoch(epoch),
            ) => {
                let total = ranged(total, 1..=MAX_SHARDS, "total_shards")?;
                let node = Node { level, index };
                if !node.exists(total) {
                    let problem = format!("a tree of {total} shards has no node {node}");
                    return Err(field("node", FieldProblem::Invalid(problem)));
                }
                Work::Node { epoch, node, total }
            }
        };
        Ok(Self {
            fence: required(lease.fence, "fence")?.into(),
            revision: required(lease.revision, "revision")?.into(),
            work,
            values: required(lease.values, "values")?.try_into()?,
            trace: TraceContext::parse(&lease.traceparent),
        })
    }
}

impl From<EpochValues> for v1::EpochValues {
    fn from(values: EpochValues) -> Self {
        let [width, height] = values.resolution;
        Self {
            resolution: Some(v1::Resolution { width, height }),
            learnrate: Some(values.learnrate),
            learnrate_scale: Some(values.learnrate_scale),
        }
    }
}

impl TryFrom<v1::EpochValues> for EpochValues {
    type Error = WireError;

    fn try_from(values: v1::EpochValues) -> Result<Self, WireError> {
        let v1::EpochValues { resolution, learnrate, learnrate_scale } = values;
        Ok(Self {
            resolution: pixels(resolution)?,
            learnrate: required(learnrate, "learnrate")?,
            learnrate_scale: required(learnrate_scale, "learnrate_scale")?,
        })
    }
}

/// Width and height from a peer: what an experiment could ask for.
pub(crate) fn pixels(resolution: Option<v1::Resolution>) -> Result<[u32; 2], WireError> {
    let v1::Resolution { width, height } = required(resolution, "resolution")?;
    let invalid =
        |error: limits::ResolutionError| field("resolution", FieldProblem::Invalid(error.to_string()));
    limits::resolution(width.into(), height.into()).map_err(invalid)
}
