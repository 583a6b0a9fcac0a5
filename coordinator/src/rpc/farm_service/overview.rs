//! The farm as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clipig_proto::v1;

use super::super::RpcContext;
use super::super::standing::jobs_by_status;
use super::super::status::Refusal;
use super::{messages, workers};
use crate::store::{JobState, StoreError};

/// Below this share of free room a person should look after the disk.
const LITTLE: u64 = 20;

pub(super) async fn get(
    context: &Arc<RpcContext>,
    _: v1::GetFarmRequest,
) -> Result<v1::GetFarmResponse, Refusal> {
    let views = context.farm.switchboard().workers().await.ok_or(Refusal::ShuttingDown)?;
    let read = |context: &RpcContext| {
        let farm = &context.farm;
        let jobs = jobs_by_status(farm)?;
        let running = farm.jobs(&[JobState::Running], None, 10_000)?;
        Ok::<_, StoreError>((jobs, running, Room::of(&context.data)))
    };
    let (by_status, running, room) = context.blocking(read).await?;
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
    let farm = v1::Farm {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: Some(wall.into()),
        uptime_seconds: start.elapsed().as_secs_f64(),
        incarnation: context.farm.store().opening().incarnation,
        jobs: jobs.collect(),
        workers: by_state.into_iter().map(|(state, count)| v1::WorkerCount { state, count }).collect(),
        samples_per_second: speeds.sum(),
        disk_free: room.free,
        data_size: room.used,
        max_running_jobs: context.farm.settings().max_running_jobs as u32,
        max_queued_jobs: context.max_queued_jobs,
        warnings: room.warning(&context.data).into_iter().collect(),
    };
    Ok(v1::GetFarmResponse { farm: Some(farm) })
}

/// Room on the disk, in bytes.
struct Room {
    free: u64,
    total: u64,
    used: u64,
}

impl Room {
    fn of(data: &Path) -> Self {
        let (free, total) = rustix::fs::statvfs(data)
            .map_or((0, 0), |disk| (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize));
        Self { free, total, used: size_of_folder(data) }
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

/// Bytes of all files below a folder. What disappears meanwhile does not count.
fn size_of_folder(folder: &Path) -> u64 {
    let (mut open, mut bytes): (Vec<PathBuf>, u64) = (vec![folder.to_path_buf()], 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => open.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
