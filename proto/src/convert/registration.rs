//! The beginning of a session, and its heartbeats.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use clipig_core::{Held, Registration, SessionId, Welcome};

use super::checks::{counted, limited, listed, ranged, required};
use super::ids::worker_name;
use crate::limits::{HEARTBEAT_MILLISECONDS, HELD_LEASES, KNOWN_JOBS, NAME_BYTES};
use crate::v1;
use crate::wire_error::{FieldProblem, WireError, field};

impl From<Registration> for v1::Register {
    fn from(worker: Registration) -> Self {
        Self {
            protocol: worker.protocol,
            version: worker.version,
            name: worker.name.to_string(),
            instance: Bytes::copy_from_slice(&worker.instance.to_be_bytes()),
            kind: Some(worker.kind.into()),
            cores: worker.cores,
            memory: worker.memory,
            device: worker.device,
        }
    }
}

impl TryFrom<v1::Register> for Registration {
    type Error = WireError;

    fn try_from(worker: v1::Register) -> Result<Self, WireError> {
        counted(worker.instance.len(), 16, "instance")?;
        let instance = worker.instance.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte));
        Ok(Self {
            protocol: worker.protocol,
            version: limited(worker.version, NAME_BYTES, "version")?,
            name: worker_name(&worker.name, "name")?,
            instance,
            kind: required(worker.kind, "kind")?.try_into()?,
            cores: ranged(worker.cores, 1..=u32::MAX, "cores")?,
            memory: worker.memory,
            device: limited(worker.device, NAME_BYTES, "device")?,
        })
    }
}

impl From<Welcome> for v1::Welcome {
    fn from(welcome: Welcome) -> Self {
        let milliseconds = u32::try_from(welcome.heartbeat.as_millis()).unwrap_or(u32::MAX);
        Self {
            session: welcome.session.0,
            name: welcome.name.to_string(),
            heartbeat_milliseconds: milliseconds.clamp(1, HEARTBEAT_MILLISECONDS),
            version: welcome.version,
            leases: welcome.leases.into_iter().map(Into::into).collect(),
            jobs: welcome.jobs.into_iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<v1::Welcome> for Welcome {
    type Error = WireError;

    fn try_from(welcome: v1::Welcome) -> Result<Self, WireError> {
        listed(welcome.leases.len(), HELD_LEASES, "leases")?;
        listed(welcome.jobs.len(), KNOWN_JOBS, "jobs")?;
        let name = "heartbeat_milliseconds";
        let milliseconds = ranged(welcome.heartbeat_milliseconds, 1..=HEARTBEAT_MILLISECONDS, name)?;
        Ok(Self {
            session: SessionId(welcome.session),
            name: worker_name(&welcome.name, "name")?,
            heartbeat: Duration::from_millis(milliseconds.into()),
            version: limited(welcome.version, NAME_BYTES, "version")?,
            leases: welcome.leases.into_iter().map(Into::into).collect(),
            jobs: welcome.jobs.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<Vec<Held>> for v1::Heartbeat {
    fn from(held: Vec<Held>) -> Self {
        let held = held.into_iter();
        Self {
            held: held
                .map(|one| v1::Held { fence: Some(one.fence.into()), progress: one.progress })
                .collect(),
        }
    }
}

impl TryFrom<v1::Heartbeat> for Vec<Held> {
    type Error = WireError;

    fn try_from(heartbeat: v1::Heartbeat) -> Result<Self, WireError> {
        listed(heartbeat.held.len(), HELD_LEASES, "held")?;
        let mut known = BTreeSet::new();
        let held = heartbeat.held.into_iter().map(|one| {
            let held = Held { fence: required(one.fence, "held.fence")?.into(), progress: one.progress };
            if known.insert(held.fence) {
                Ok(held)
            } else {
                Err(field("held", FieldProblem::Twice(held.fence.to_string())))
            }
        });
        held.collect()
    }
}
