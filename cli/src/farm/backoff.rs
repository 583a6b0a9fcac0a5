//! Exponential back-off with jitter between attempts, so that many clients do not reconnect at the same moment.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// Counts failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failure; returns how many there were in a row.
    pub(crate) fn failed(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    /// Resets the count after a success.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The longest wait after the failures so far: 0.2 s, doubling up to 10 s.
    fn ceiling(self) -> Duration {
        FIRST.saturating_mul(1 << self.failures.saturating_sub(1).min(16)).min(LONGEST)
    }

    /// Waits for a random part of that ("full jitter").
    pub(crate) async fn wait(self) {
        let random = getrandom::u32().unwrap_or(u32::MAX / 2);
        tokio::time::sleep(self.ceiling().mul_f64(f64::from(random) / f64::from(u32::MAX))).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> =
            (0..8).map(|_| (backoff.failed(), backoff.ceiling().as_millis() as u64).1).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        backoff.succeeded();
        backoff.failed();
        assert_eq!(backoff.ceiling(), FIRST);
    }
}
