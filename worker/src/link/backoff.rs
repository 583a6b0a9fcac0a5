//! How long to wait before the next attempt.

use std::time::Duration;

/// Pauses that double from 0.2 s to 10 s, each anywhere between nothing and its length: a thousand workers whose
/// coordinator comes back do not knock at the same moment ("full jitter").
#[derive(Debug)]
pub(crate) struct Backoff {
    longest: Duration,
    random: fastrand::Rng,
}

/// The first pause at most.
const FIRST: Duration = Duration::from_millis(200);

/// Every pause at most.
const LAST: Duration = Duration::from_secs(10);

impl Default for Backoff {
    fn default() -> Self {
        Self { longest: FIRST, random: fastrand::Rng::new() }
    }
}

impl Backoff {
    /// The next pause.
    pub(crate) fn next_pause(&mut self) -> Duration {
        let pause = self.longest.mul_f64(self.random.f64());
        self.longest = LAST.min(self.longest * 2);
        pause
    }

    /// The last attempt succeeded: the next pause is a short one again.
    pub(crate) fn reset(&mut self) {
        self.longest = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_their_limit_and_are_spread() {
        let mut backoff = Backoff { random: fastrand::Rng::with_seed(7), ..Backoff::default() };
        let mut limit = 0.2;
        let mut shares = Vec::new();
        for _ in 0..200 {
            let pause = backoff.next_pause().as_secs_f64();
            assert!(pause <= limit, "{pause} > {limit}");
            shares.push(pause / limit);
            limit = f64::min(limit * 2.0, 10.0);
        }
        let mean = shares.iter().sum::<f64>() / 200.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert!(shares.iter().any(|&share| share < 0.1) && shares.iter().any(|&share| share > 0.9));
        backoff.reset();
        assert!(backoff.next_pause() <= FIRST);
    }
}
