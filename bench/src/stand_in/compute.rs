//! The worker's stand-in.

use std::io::Write as _;
use std::sync::Arc;

use clipig_core::{
    Canvas, ComputeFactory, ComputeJob, FeatureReport, Preparation, Prepared, PreparedTarget, SampleReport,
    ShardCompute, ShardError, ShardResult, ShardTask,
};
use clipig_models::{embedded, registry};

use super::{Work, gradient};
use crate::machine;

/// Makes what has gradients ready.
pub(crate) struct Factory {
    /// What a shard is.
    pub(crate) work: Work,
    /// Say on the standard output when a shard begins.
    pub(crate) tell: bool,
}

struct StandIn {
    work: Work,
    tell: bool,
}

impl ComputeFactory for Factory {
    fn prepare(&self, _: &ComputeJob, _: &Canvas) -> Result<Preparation, ShardError> {
        let model = registry::find(embedded::NAME);
        let model = model.ok_or_else(|| ShardError::Device("there is no model".to_owned()))?;
        let mut feature = vec![0.0; model.spec.embed_dim as usize];
        feature[0] = 1.0;
        let target =
            PreparedTarget { features: vec![feature], auto_scales: vec![1.0], ..PreparedTarget::default() };
        Ok(Preparation { prepared: Prepared { targets: vec![target] }, warnings: Vec::new() })
    }

    fn open(&self, _: &ComputeJob, _: &Arc<Prepared>) -> Result<Box<dyn ShardCompute>, ShardError> {
        Ok(Box::new(StandIn { work: self.work, tell: self.tell }))
    }
}

impl ShardCompute for StandIn {
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        let shard = task.shard.index;
        if self.tell {
            let mut out = std::io::stdout().lock();
            let told = writeln!(out, "shard {} {shard} {}", task.scope.epoch(), machine::now());
            told.and_then(|()| out.flush()).map_err(|error| ShardError::Device(error.to_string()))?;
        }
        if !self.work.sleep.is_zero() {
            std::thread::sleep(self.work.sleep);
        }
        let gradient = gradient(self.work.shape, task.canvas.width(), shard.0)
            .map_err(|error| ShardError::Device(error.to_string()))?;
        let features = vec![FeatureReport { similarity: 25.0, weight: 1.0, loss: Some(0.5) }];
        let sample = SampleReport { loss: 0.5, features, constraints: Vec::new() };
        Ok(ShardResult { gradient, samples: vec![sample; task.shard.samples.len()] })
    }
}
