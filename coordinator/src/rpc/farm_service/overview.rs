//! The farm as a whole.

use std::path::Path;
use std::sync::Arc;

use clipig_access::Role;
use clipig_proto::v1;
use clipig_schedule::memory::Bytes;

use super::super::RpcContext;
use super::super::standing::jobs_by_status;
use super::super::status::Refusal;
use super::{messages, workers};
use crate::access::Principal;
use crate::farm::{OwnerUsage, Usage};
use crate::store::{JobState, StoreError};

/// A twentieth of the disk: with less free space the farm warns, and no reserve is larger.
const LITTLE: u64 = 20;

pub(crate) async fn get(
    context: &Arc<RpcContext>,
    who: &Principal,
    _: v1::GetFarmRequest,
) -> Result<v1::GetFarmResponse, Refusal> {
    let views = context.farm.switchboard().workers().await.ok_or(Refusal::ShuttingDown)?;
    // Operators look after everybody.
    let whose = (who.role() != Role::Operator).then(|| who.owner().to_owned());
    let read = move |context: &RpcContext| {
        let farm = &context.farm;
        let jobs = jobs_by_status(farm)?;
        let running = farm.jobs(&[JobState::Running], None, 10_000)?;
        Ok::<_, StoreError>((jobs, running, Room::of(&context.data), farm.usage(whose.as_deref())?))
    };
    let (by_status, running, room, usage) = context.blocking(read).await?;
    let data_size = context.data_size.bytes().await;
    let speeds =
        running.iter().filter_map(|view| view.progress.as_ref()).map(|progress| progress.samples_per_second);
    let with_jobs = by_status.into_iter().filter(|(_, count)| *count > 0);
    let jobs = with_jobs
        .map(|(state, count)| v1::JobCount { state: messages::job_state(state).into(), count: count as u32 });
    let mut by_state = std::collections::BTreeMap::<i32, u32>::new();
    for view in &views {
        *by_state.entry(workers::state(view).into()).or_default() += 1;
    }
    let (start, wall) = context.started;
    let now = jiff::Timestamp::now();
    let certificate = context.certificates.as_ref();
    let certificate_warning = certificate.and_then(|certificate| certificate.warning(now));
    let farm = v1::Farm {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: Some(wall.into()),
        uptime_seconds: start.elapsed().as_secs_f64(),
        incarnation: context.farm.store().opening().incarnation,
        jobs: jobs.collect(),
        workers: by_state.into_iter().map(|(state, count)| v1::WorkerCount { state, count }).collect(),
        // A sum of no numbers is -0.
        samples_per_second: speeds.fold(0.0, |sum, speed| sum + speed),
        disk_free: room.free,
        data_size,
        max_running_jobs: context.farm.settings().max_running_jobs as u32,
        max_queued_jobs: context.max_queued_jobs,
        warnings: room.warning(&context.data).into_iter().chain(certificate_warning).collect(),
        certificate_expires: certificate.map(|certificate| prost_types::Timestamp {
            seconds: certificate.expires().as_second(),
            nanos: 0,
        }),
        you: Some(identity(who)),
        quotas: usage.into_iter().map(quotas).collect(),
    };
    Ok(v1::GetFarmResponse { farm: Some(farm) })
}

/// What an owner has taken, as clients see it.
fn quotas(usage: OwnerUsage) -> v1::OwnerQuotas {
    let quota = |usage: Usage| {
        let Usage { limit, most, used } = usage;
        v1::Quota { limit: limit.as_str().to_owned(), most, used }
    };
    v1::OwnerQuotas { owner: usage.owner, quotas: usage.quotas.into_iter().map(quota).collect() }
}

/// The caller, as clients see it.
fn identity(who: &Principal) -> v1::Identity {
    let role = match who.role() {
        Role::Viewer => v1::Role::Viewer,
        Role::Artist => v1::Role::Artist,
        Role::Operator => v1::Role::Operator,
        Role::Worker => v1::Role::Worker,
    };
    v1::Identity { owner: who.owner().to_owned(), token: who.token().to_owned(), role: role.into() }
}

/// Room on the disk, in bytes.
pub(super) struct Room {
    free: u64,
    total: u64,
}

impl Room {
    /// Refuses an upload of `bytes` that would leave less than the reserve free. On a small disk the reserve is a
    /// twentieth of it.
    pub(super) fn leave_reserve(&self, bytes: u64, reserve: u64) -> Result<(), Refusal> {
        let reserve = reserve.min(self.total / LITTLE);
        if self.total == 0 || self.free.saturating_sub(bytes) >= reserve {
            return Ok(());
        }
        let [free, bytes, reserve] = [self.free, bytes, reserve].map(Bytes);
        Err(Refusal::Busy(format!(
            "{free} of the farm's disk are free, and an upload of {bytes} would leave less than the {reserve} that are \
             kept for jobs (`limits.disk_reserve`); lower `retention`, or enlarge the volume"
        )))
    }

    pub(super) fn of(data: &Path) -> Self {
        let (free, total) = rustix::fs::statvfs(data)
            .map_or((0, 0), |disk| (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize));
        Self { free, total }
    }

    fn warning(&self, data: &Path) -> Option<String> {
        (self.total > 0 && self.free < self.total / LITTLE).then(|| {
            format!(
                "the disk of {} is nearly full: {} MiB are free; free some, or lower `retention`",
                data.display(),
                self.free >> 20
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_leave_a_reserve_of_the_disk_to_jobs() {
        let gib = 1 << 30;
        let room = |free: u64, total: u64| Room { free: free * gib, total: total * gib };
        assert!(room(3, 100).leave_reserve(gib, gib).is_ok());
        let refused = room(3, 100).leave_reserve(2 * gib + 1, gib).unwrap_err();
        let Refusal::Busy(text) = refused else { panic!("{refused:?}") };
        assert!(
            text.starts_with("3.0 GiB of the farm's disk are free, and an upload of 2.0 GiB would"),
            "{text}"
        );
        assert!(text.contains("`limits.disk_reserve`"), "{text}");
        // A small disk has a small reserve, and one of unknown size none.
        assert!(room(2, 10).leave_reserve(gib, 5 * gib).is_ok());
        assert!(room(0, 0).leave_reserve(gib, gib).is_ok());
    }
}
