//! What a worker needs to know of a job.

use std::sync::Arc;

use clipig_core::{JobBrief, ModelReference};
use clipig_experiment::limits::{MAX_SOURCE_BYTES, MAX_TEXT};

use super::checks::{limited, listed, ranged, required};
use super::ids::{sha256, wire_sha256};
use super::kind::number_type;
use crate::limits::{ASSETS, MORE_MODELS};
use crate::v1;
use crate::wire_error::WireError;

impl From<&JobBrief> for v1::JobBrief {
    fn from(brief: &JobBrief) -> Self {
        let assets = brief.assets.iter().map(|(name, hash)| (name.clone(), wire_sha256(*hash)));
        Self {
            revision: Some(brief.revision.into()),
            yaml: brief.yaml.clone(),
            seed: brief.seed,
            model: Some(brief.model.clone().into()),
            more_models: brief.more_models.iter().cloned().map(Into::into).collect(),
            assets: assets.collect(),
            number_type: v1::NumberType::from(brief.number).into(),
            threads: brief.threads,
            shard_size: brief.shard_size,
            prepared: brief.prepared.as_deref().map(Into::into),
        }
    }
}

impl TryFrom<v1::JobBrief> for JobBrief {
    type Error = WireError;

    fn try_from(brief: v1::JobBrief) -> Result<Self, WireError> {
        listed(brief.assets.len(), ASSETS, "assets")?;
        listed(brief.more_models.len(), MORE_MODELS, "more_models")?;
        let assets = brief.assets.into_iter().map(|(name, hash)| {
            // A text has so many characters at most, of four bytes each.
            Ok((limited(name, 4 * MAX_TEXT, "assets.name")?, sha256(&hash, "assets.sha256")?))
        });
        Ok(Self {
            revision: required(brief.revision, "revision")?.into(),
            yaml: limited(brief.yaml, MAX_SOURCE_BYTES, "yaml")?,
            seed: brief.seed,
            model: required(brief.model, "model")?.try_into()?,
            more_models: brief
                .more_models
                .into_iter()
                .map(ModelReference::try_from)
                .collect::<Result<_, WireError>>()?,
            assets: assets.collect::<Result<_, WireError>>()?,
            number: number_type(brief.number_type)?,
            threads: ranged(brief.threads, 1..=u32::MAX, "threads")?,
            shard_size: ranged(brief.shard_size, 1..=u32::MAX, "shard_size")?,
            prepared: brief.prepared.map(|prepared| prepared.try_into().map(Arc::new)).transpose()?,
        })
    }
}
