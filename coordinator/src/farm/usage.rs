//! What owners have taken of their quotas, for people who look at the farm.

use std::collections::BTreeSet;

use clipig_access::Limit;

use super::Farm;
use crate::store::StoreError;

/// What an owner may take, and has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnerUsage {
    pub(crate) owner: String,
    /// Each limit that holds for them; never empty.
    pub(crate) quotas: Vec<Usage>,
}

/// How much of a limit is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) limit: Limit,
    /// How much is allowed.
    pub(crate) most: u64,
    /// `None` for rates, and where it could not be counted.
    pub(crate) used: Option<u64>,
}

impl Farm {
    /// What this owner, or each one (`None`), has taken of their quotas. Owners without limits are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn usage(&self, owner: Option<&str>) -> Result<Vec<OwnerUsage>, StoreError> {
        let quotas = &self.inner.settings.quotas;
        if !quotas.are_set() {
            return Ok(Vec::new());
        }
        let holdings = self.inner.store.holdings()?;
        let owners: BTreeSet<String> = match owner {
            Some(owner) => BTreeSet::from([owner.to_owned()]),
            None => holdings.keys().cloned().chain(quotas.owners_with_tokens()).collect(),
        };
        let usage = |owner: String| {
            let holding = holdings.get(&owner).copied().unwrap_or_default();
            let quotas = quotas.all_of(&owner).into_iter().map(|quota| Usage {
                limit: quota.limit(),
                most: quota.most(),
                used: match quota.limit() {
                    Limit::JobsWaiting => Some(holding.waiting),
                    Limit::JobsRunning => Some(holding.running),
                    Limit::Bytes => Some(holding.bytes),
                    Limit::Snapshots => self.inner.snapshots_of(&owner),
                    Limit::Calls | Limit::Upload => None,
                },
            });
            let quotas: Vec<Usage> = quotas.collect();
            (!quotas.is_empty()).then_some(OwnerUsage { owner, quotas })
        };
        Ok(owners.into_iter().filter_map(usage).collect())
    }
}
