//! Which models of a job a worker has computed with.

use std::collections::BTreeSet;

/// The models of a job that a session has had leases of: places among those of the job. Nothing is noted of jobs of one model.
#[derive(Clone, Debug, Default)]
pub(in crate::dispatcher) struct SeenModels {
    /// That of the last lease.
    last: Option<usize>,
    /// Those of results that were accepted: the worker has them.
    computed: BTreeSet<usize>,
}

impl SeenModels {
    /// The model of its last lease.
    pub(in crate::dispatcher) fn last(&self) -> Option<usize> {
        self.last
    }

    /// Has it computed with a model?
    pub(in crate::dispatcher) fn has(&self, model: usize) -> bool {
        self.computed.contains(&model)
    }

    /// It gets a lease. Returns whether it must fetch and load the model first, as far as is known.
    pub(super) fn lease(&mut self, model: usize) -> bool {
        self.last = Some(model);
        !self.has(model)
    }

    /// A result of it was accepted.
    pub(super) fn succeed(&mut self, model: usize) {
        self.computed.insert(model);
    }
}
