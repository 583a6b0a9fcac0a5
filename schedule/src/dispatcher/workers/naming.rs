//! Which name a worker gets.

use std::collections::BTreeMap;

use clipig_core::WorkerName;

use super::worker::Worker;

/// Characters of a worker's name.
const MAX_NAME: usize = 100;

/// The name that was asked for, or the same with the least number behind it that no connected worker has. A worker that
/// is silent does not keep its name from another one.
pub(super) fn free_name(workers: &BTreeMap<WorkerName, Worker>, asked: &WorkerName) -> WorkerName {
    let free = |name: &WorkerName| !workers.get(name).is_some_and(Worker::is_connected);
    if free(asked) {
        return asked.clone();
    }
    // Sessions are bounded, so a free number comes soon.
    (2..=u32::MAX).map(|number| numbered(asked, number)).find(free).unwrap_or_else(|| asked.clone())
}

/// A name with a number behind it, shortened where it would be too long.
fn numbered(name: &WorkerName, number: u32) -> WorkerName {
    let suffix = format!("-{number}");
    let kept = name.as_str().len().min(MAX_NAME - suffix.len());
    format!("{}{suffix}", &name.as_str()[..kept]).parse().unwrap_or_else(|_| name.clone())
}
