//! How long a client or worker waits before it calls the coordinator again.

use std::time::Duration;

/// The longest pause after the first failure.
const FIRST: Duration = Duration::from_millis(200);

/// The longest pause of all.
const LONGEST: Duration = Duration::from_secs(10);

/// Counts failures in a row. The bound of a pause doubles with each of them, from 0.2 s to 10 s, and a pause is a random
/// part of its bound ("full jitter"): a thousand workers whose coordinator comes back do not all call at the same moment.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    failures: u32,
    random: fastrand::Rng,
}

impl Backoff {
    /// Counts one more failure. Returns how many there were in a row.
    pub fn failed(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    /// Something worked: the next pause is a short one again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How long to wait now, after the failures so far.
    pub fn pause(&mut self) -> Duration {
        self.bound().mul_f64(self.random.f64())
    }

    fn bound(&self) -> Duration {
        FIRST.saturating_mul(1 << self.failures.saturating_sub(1).min(16)).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_a_limit_and_begin_anew() {
        let mut backoff = Backoff::default();
        let bounds: Vec<u64> =
            (0..8).map(|_| (backoff.failed(), backoff.bound().as_millis() as u64).1).collect();
        assert_eq!(bounds, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        backoff.succeeded();
        backoff.failed();
        assert_eq!(backoff.bound(), FIRST);
    }

    #[test]
    fn pauses_are_spread_below_their_bound() {
        let mut backoff = Backoff { failures: 0, random: fastrand::Rng::with_seed(7) };
        let mut shares = Vec::new();
        for _ in 0..200 {
            backoff.failed();
            let (pause, bound) = (backoff.pause().as_secs_f64(), backoff.bound().as_secs_f64());
            assert!(pause <= bound, "{pause} > {bound}");
            shares.push(pause / bound);
        }
        let mean = shares.iter().sum::<f64>() / 200.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert!(shares.iter().any(|&share| share < 0.1) && shares.iter().any(|&share| share > 0.9));
    }
}
