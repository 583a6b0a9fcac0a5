//! What workers may fetch: weights and images of the jobs that run.

use std::fs::File;
use std::sync::Arc;

use clipig_core::{Sha256, WeightsSource};
use clipig_models::embedded;

use super::super::content::{Content, Source};
use super::super::status::Refusal;
use crate::farm::Farm;
use crate::store::{Blob, JobFilter, JobState};

/// Content by its hash, if a running job names it. A worker needs nothing else, and neither does somebody who has stolen
/// a worker's token.
pub(super) fn find(farm: &Farm, sha256: Sha256) -> Result<Content, Refusal> {
    let store = farm.store();
    let filter = JobFilter { status: vec![JobState::Preparing, JobState::Running], ..JobFilter::default() };
    for job in store.jobs(&filter)? {
        if job.models().any(|model| model.sha256 == sha256) {
            return weights(farm, sha256);
        }
        let revisions = store.revisions(job.id)?;
        if revisions.iter().any(|revision| revision.assets.values().any(|asset| *asset == sha256)) {
            let Blob { file, len } = store.blobs().open(&sha256)?;
            return Ok(Content { sha256, size: len, source: Source::File(Arc::new(file)) });
        }
    }
    Err(Refusal::NotFound(format!("no running job names the content {sha256}")))
}

fn weights(farm: &Farm, sha256: Sha256) -> Result<Content, Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::Internal(format!("the weights {sha256}: {error}"));
    let path = match farm.weights(sha256).map_err(|error| failed(&error))? {
        Some(WeightsSource::Embedded) => {
            let source = Source::Memory(embedded::BYTES);
            return Ok(Content { sha256, size: embedded::SIZE, source });
        }
        Some(WeightsSource::File(path)) => path,
        None => {
            return Err(Refusal::NotFound(format!(
                "the weights {sha256} are not on this farm any more; `clipig model pull` on the coordinator brings \
                 them back"
            )));
        }
    };
    let open = || {
        let file = File::open(&path)?;
        let size = file.metadata()?.len();
        Ok(Content { sha256, size, source: Source::File(Arc::new(file)) })
    };
    open().map_err(|error: std::io::Error| failed(&error))
}
