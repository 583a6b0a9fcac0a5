//! The models that experiments may name.

use std::sync::Arc;

use clipig_models::{Entry, Place};
use clipig_proto::v1;

use super::super::RpcContext;
use super::super::status::Refusal;

pub(crate) async fn list(context: &Arc<RpcContext>) -> Result<v1::ListModelsResponse, Refusal> {
    let read = |context: &RpcContext| {
        let store = context.farm.models();
        let entries = store.list().map_err(|error| {
            // Its text has paths of this machine.
            tracing::error!(%error, "the models cannot be listed");
            Refusal::Internal("the coordinator cannot read its folder of models; its log says why".to_owned())
        })?;
        let default = store.default_model().name;
        Ok::<_, Refusal>(entries.into_iter().map(|entry| model(entry, default)).collect())
    };
    Ok(v1::ListModelsResponse { models: context.blocking(read).await? })
}

/// Where the weights lie and what their hash is, is no business of clients.
fn model(entry: Entry, default: &str) -> v1::Model {
    let Entry { name, about, place, size, licence, .. } = entry;
    let is_default = name == default;
    v1::Model {
        name,
        about,
        is_here: place != Place::Absent,
        is_default,
        size: size.unwrap_or_default(),
        licence,
    }
}
