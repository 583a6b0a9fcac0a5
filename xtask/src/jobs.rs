//! Jobs of rehearsals: how many epochs they need, and how many they have done.

use std::time::Duration;

use serde_json::Value;

use crate::error::Error;

/// How long jobs of a rehearsal are. What happens to a farm takes some time on every machine; epochs do not.
pub(crate) struct Length {
    /// Epochs of the job that measures how quick the farm is.
    pub(crate) first_epochs: u64,
    /// How long a job is to take where nothing happens.
    pub(crate) alone: Duration,
    /// The most epochs.
    pub(crate) most: u64,
}

impl Length {
    /// As many epochs as take `alone`, where `first_epochs` took this long; never fewer than those.
    pub(crate) fn epochs(&self, first: Duration) -> u64 {
        let times = self.alone.as_secs_f64() / first.as_secs_f64().max(0.1);
        ((self.first_epochs as f64 * times) as u64).clamp(self.first_epochs, self.most)
    }
}

/// The epochs that a job has done, in what `clipig job --json` prints of it.
pub(crate) fn epochs_done(job: &str, told: &Value) -> Result<u64, Error> {
    let done = told["epochs_done"].as_u64();
    done.ok_or_else(|| Error::Other(format!("job {job} has no `epochs_done`: {told}")))
}
