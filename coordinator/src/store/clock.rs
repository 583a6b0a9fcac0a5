//! Wall-clock time as the store writes it down.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment in milliseconds since 1970 (UTC). The wall clock may step; what must be ordered has numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Time from `earlier` to this moment; zero where the clock was set back in between.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Timestamp {
    /// The moment so much earlier.
    #[must_use]
    pub fn before(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment so much later.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// Time since any fixed moment, by a clock that nobody sets.
    fn steady(&self) -> Duration;
}

/// The system's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Before 1970 only where the clock was never set: then it is 1970.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that stands still until it is set, for tests.
#[derive(Debug, Default)]
pub struct ManualClock {
    wall: AtomicI64,
    steady: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { wall: AtomicI64::new(now.0), steady: AtomicI64::new(0) }
    }

    /// Time passes.
    pub fn advance(&self, milliseconds: i64) {
        self.wall.fetch_add(milliseconds, Ordering::Relaxed);
        self.steady.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Somebody sets the wall clock.
    pub fn step(&self, milliseconds: i64) {
        self.wall.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.wall.load(Ordering::Relaxed))
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.steady.load(Ordering::Relaxed).unsigned_abs())
    }
}

/// How far the wall clock was set since `start`, in milliseconds; negative where it was set back. Time during which the
/// machine sleeps looks like a step forward.
pub(super) fn step_since(start: (Timestamp, Duration), clock: &dyn Clock) -> i64 {
    let steady = clock.steady().saturating_sub(start.1).as_millis();
    let wall = clock.now().0.saturating_sub(start.0.0);
    wall.saturating_sub(i64::try_from(steady).unwrap_or(i64::MAX))
}

/// A smaller difference between the clocks counts as the gradual adjustment of a time server, a larger one as a step.
const STEP: i64 = 2_000;

/// Notices when somebody sets the wall clock.
pub struct ClockWatch {
    clock: Arc<dyn Clock>,
    last: (Timestamp, Duration),
}

impl ClockWatch {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let last = (clock.now(), clock.steady());
        Self { clock, last }
    }

    /// How far the wall clock was set since the last look.
    pub fn look(&mut self) -> Option<ClockStep> {
        let step = step_since(self.last, &*self.clock);
        self.last = (self.clock.now(), self.clock.steady());
        (step.abs() >= STEP).then_some(ClockStep(step))
    }
}

/// A step of the wall clock in milliseconds: negative for back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep(pub i64);

impl fmt::Display for ClockStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.unsigned_abs() as f64 / 1e3;
        if self.0 < 0 {
            write!(f, "the wall clock was set back by {seconds:.1} s")
        } else {
            write!(
                f,
                "the wall clock was set forward by {seconds:.1} s, or the machine slept; ages of jobs do not count this"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_noticed_once_and_time_that_passes_is_none() {
        let clock = Arc::new(ManualClock::new(Timestamp(1_000_000)));
        let mut watch = ClockWatch::new(Arc::clone(&clock) as Arc<dyn Clock>);
        assert_eq!(watch.look(), None);
        clock.advance(86_400_000);
        assert_eq!(watch.look(), None);
        // As time servers do it: a little at a time.
        for _ in 0..100 {
            clock.step(100);
            clock.advance(5_000);
            assert_eq!(watch.look(), None);
        }
        clock.step(7_000);
        clock.advance(5_000);
        assert_eq!(watch.look(), Some(ClockStep(7_000)));
        assert_eq!(watch.look(), None);
        clock.step(-3_600_000);
        let back = watch.look().unwrap();
        assert_eq!(back.to_string(), "the wall clock was set back by 3600.0 s");
    }
}
