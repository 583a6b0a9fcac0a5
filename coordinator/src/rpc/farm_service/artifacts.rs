//! The files that jobs have made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clipig_core::{Epoch, JobId, Sha256};
use clipig_proto::v1;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::content::{self, Content, Source, hash_of};
use super::super::status::Refusal;
use super::super::{RpcContext, timestamp, wire_hash};
use crate::farm::JobView;
use crate::store::{Artifact, ArtifactName, ArtifactNameError, Store, StoreError};

/// Hashes of files, so that a list of a thousand snapshots is not read from the disk each time.
#[derive(Default)]
pub(crate) struct Hashes {
    known: Mutex<HashMap<Version, Sha256>>,
}

/// A version of a file. After a restart the same name may be written again.
type Version = (JobId, ArtifactName, u64, i64);

/// Hashes that are kept.
const KEPT: usize = 100_000;

impl Hashes {
    fn get(&self, store: &Store, job: JobId, artifact: &Artifact) -> Result<Sha256, StoreError> {
        let version = (job, artifact.name, artifact.len, artifact.modified.0);
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&version) {
            return Ok(*known);
        }
        let (file, opened) = store.artifacts(job).open(artifact.name)?;
        let failed = |_| StoreError::NoSuchArtifact { job, name: artifact.name.to_string() };
        let sha256 = hash_of(file, opened.len).map_err(failed)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert((job, opened.name, opened.len, opened.modified.0), sha256);
        Ok(sha256)
    }
}

pub(crate) async fn list(
    context: &Arc<RpcContext>,
    request: v1::ListArtifactsRequest,
) -> Result<v1::ListArtifactsResponse, Refusal> {
    let limit = match request.limit {
        0 => 1_000,
        limit => limit.min(10_000) as usize,
    };
    let (job, from) = (JobId(request.job), request.from_epoch.unwrap_or(0));
    let list = move |context: &RpcContext| {
        let store = context.farm.store();
        let record = store.job(job)?;
        // The picture is the canvas after the last epoch.
        let epoch = |name: ArtifactName| match name {
            ArtifactName::Snapshot(epoch) => epoch,
            ArtifactName::Picture => Epoch(record.epochs),
        };
        let kept = store.artifacts(job);
        let mut found = kept.names()?;
        found.retain(|name| epoch(*name).0 >= from);
        found.sort_by_key(|name| (epoch(*name), *name));
        // A page ends between two epochs, so that the next begins with the one after.
        let mut end = found.len().min(limit);
        while end < found.len() && end > 0 && epoch(found[end]) == epoch(found[end - 1]) {
            end += 1;
        }
        let more = end < found.len();
        // There may be thousands, of which only those of the page are looked at.
        let page = found[..end].iter().filter_map(|name| kept.find(*name));
        let artifacts = page.map(|artifact| {
            let sha256 = context.hashes.get(store, job, &artifact)?;
            Ok(message(&artifact, epoch(artifact.name), sha256))
        });
        let artifacts = artifacts.collect::<Result<_, StoreError>>()?;
        Ok::<_, StoreError>(v1::ListArtifactsResponse { artifacts, more })
    };
    context.blocking(list).await
}

pub(crate) async fn fetch(
    context: &Arc<RpcContext>,
    request: v1::FetchArtifactRequest,
) -> Result<ReceiverStream<Result<v1::FetchArtifactResponse, Status>>, Refusal> {
    let content = open(context, JobId(request.job), &request.name).await?;
    content::stream(content, request.offset, |chunk| v1::FetchArtifactResponse { chunk: Some(chunk) })
}

/// A file of a job, ready to be read.
pub(crate) async fn open(context: &Arc<RpcContext>, job: JobId, name: &str) -> Result<Content, Refusal> {
    let name: ArtifactName =
        name.parse().map_err(|error: ArtifactNameError| Refusal::NotFound(error.to_string()))?;
    let open = move |context: &RpcContext| {
        let store = context.farm.store();
        store.job(job)?;
        let (file, artifact) = store.artifacts(job).open(name)?;
        let sha256 = context.hashes.get(store, job, &artifact)?;
        Ok::<_, StoreError>(Content { sha256, size: artifact.len, source: Source::File(Arc::new(file)) })
    };
    context.blocking(open).await
}

/// The newest file of a job; `None` where there is none, or it has just been removed.
pub(super) fn newest(store: &Store, hashes: &Hashes, view: &JobView) -> Option<v1::Artifact> {
    let (name, job) = (view.newest?, view.record.id);
    let artifact = store.artifacts(job).find(name)?;
    let epoch = match name {
        ArtifactName::Snapshot(epoch) => epoch,
        ArtifactName::Picture => Epoch(view.record.epochs),
    };
    Some(message(&artifact, epoch, hashes.get(store, job, &artifact).ok()?))
}

/// A file as watchers see it; `None` where it has been removed.
pub(super) fn of_name(store: &Store, hashes: &Hashes, job: JobId, name: &str) -> Option<v1::Artifact> {
    let name: ArtifactName = name.parse().ok()?;
    let (_, artifact) = store.artifacts(job).open(name).ok()?;
    let epoch = match name {
        ArtifactName::Snapshot(epoch) => epoch,
        ArtifactName::Picture => Epoch(store.job(job).ok()?.epochs),
    };
    Some(message(&artifact, epoch, hashes.get(store, job, &artifact).ok()?))
}

fn message(artifact: &Artifact, epoch: Epoch, sha256: Sha256) -> v1::Artifact {
    let kind = match artifact.name {
        ArtifactName::Snapshot(_) => v1::ArtifactKind::Snapshot,
        ArtifactName::Picture => v1::ArtifactKind::Picture,
    };
    v1::Artifact {
        name: artifact.name.to_string(),
        kind: kind.into(),
        epoch: epoch.0,
        size: artifact.len,
        sha256: wire_hash(sha256),
        created: Some(timestamp(artifact.modified)),
    }
}
