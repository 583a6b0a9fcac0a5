//! A token bucket: what somebody may take now, and after what time more.
//!
//! It holds what may be taken at once and fills at a steady pace. More than it holds may be taken at once; then it owes
//! that, and nothing can be taken until it has filled again.
//!
//! The crate `governor` does not fit: each owner has a rate of their own here, which may change, and a piece of an upload
//! may be larger than what a full bucket holds.

use std::time::{Duration, Instant};

/// How a bucket fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Seconds in which one more comes into it.
    pub(crate) every: f64,
    /// What a full one holds.
    pub(crate) most: f64,
}

impl Pace {
    /// So much per second; what `burst` brings may be taken at once.
    pub(crate) fn per_second(rate: f64, burst: Duration) -> Self {
        Self { every: 1.0 / rate, most: rate * burst.as_secs_f64() }
    }
}

/// What is left of somebody's share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// Below 0 where it owes.
    level: f64,
    /// When the level was so.
    seen: Instant,
}

impl Bucket {
    pub(crate) fn full(pace: Pace, now: Instant) -> Self {
        Self { level: pace.most, seen: now }
    }

    /// What is in it.
    pub(crate) fn level(&self, pace: Pace, now: Instant) -> f64 {
        let filled = now.saturating_duration_since(self.seen).as_secs_f64() / pace.every;
        (self.level + filled).min(pace.most)
    }

    /// Takes one, where there is a whole one.
    ///
    /// # Errors
    /// The time after which there is.
    pub(crate) fn take_one(&mut self, pace: Pace, now: Instant) -> Result<(), Duration> {
        let level = self.level(pace, now);
        if level < 1.0 {
            return Err(seconds((1.0 - level) * pace.every));
        }
        *self = Self { level: level - 1.0, seen: now };
        Ok(())
    }

    /// Takes so much, also more than there is, unless that would take longer than `patience` to fill up. Returns how long
    /// to wait before more is taken.
    ///
    /// # Errors
    /// The time after which it can be taken.
    pub(crate) fn take(
        &mut self,
        amount: f64,
        pace: Pace,
        patience: Duration,
        now: Instant,
    ) -> Result<Duration, Duration> {
        let level = self.level(pace, now);
        let owed = seconds(-level * pace.every);
        let wait = owed.saturating_sub(patience);
        if !wait.is_zero() {
            return Err(wait);
        }
        let left = level - amount;
        *self = Self { level: left, seen: now };
        Ok(seconds(-left * pace.every))
    }
}

/// A time; none where it is over.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn there_is_a_burst_and_then_a_rate() {
        let pace = Pace::per_second(10.0, 2 * SECOND);
        let start = Instant::now();
        let mut bucket = Bucket::full(pace, start);
        let mut taken = |now| (0..100).take_while(|_| bucket.take_one(pace, now).is_ok()).count();
        assert_eq!(taken(start), 20);
        // A twentieth of a second more than ten need: fractions of a number may be lost.
        assert_eq!(taken(start + Duration::from_millis(1_050)), 10);
        assert_eq!(taken(start + Duration::from_hours(1)), 20);
        let wait = bucket.take_one(pace, start + Duration::from_hours(1)).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(101), "{wait:?}");
    }

    #[test]
    fn what_is_owed_is_waited_for_and_too_much_is_refused() {
        let pace = Pace::per_second(1_024.0, SECOND);
        let start = Instant::now();
        let mut bucket = Bucket::full(pace, start);
        let mut take = |amount, now| bucket.take(amount, pace, 2 * SECOND, now);
        assert_eq!(take(1_024.0, start), Ok(Duration::ZERO));
        assert_eq!(take(512.0, start), Ok(SECOND / 2));
        assert_eq!(take(4_096.0 - 512.0, start), Ok(4 * SECOND));
        assert_eq!(take(1.0, start), Err(2 * SECOND));
        assert_eq!(take(1_024.0, start + 2 * SECOND), Ok(3 * SECOND));
        assert_eq!(take(1_024.0, start + 6 * SECOND), Ok(Duration::ZERO));
    }

    #[test]
    fn a_clock_that_stands_gives_nothing() {
        let pace = Pace::per_second(1e-9, SECOND);
        let start = Instant::now();
        let mut bucket = Bucket::full(pace, start);
        let wait = bucket.take_one(pace, start).unwrap_err();
        assert!(wait > Duration::from_hours(24 * 365), "{wait:?}");
    }
}
