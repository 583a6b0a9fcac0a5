//! The queue of spans that have ended and were not sent yet, with a count of those that find it full: the SDK drops these,
//! and says how many only when the program ends.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// The least time between two reports of spans that were dropped.
const REPORT_EVERY: Duration = Duration::from_mins(1);

/// What waits, and what found no room.
#[derive(Debug)]
pub(crate) struct Backlog {
    room: usize,
    waiting: AtomicUsize,
    /// Dropped since the last report.
    dropped: AtomicU64,
    reported: Mutex<Option<Instant>>,
}

impl Backlog {
    /// A queue for so many spans.
    pub(crate) fn new(room: usize) -> Self {
        Self { room, waiting: AtomicUsize::new(0), dropped: AtomicU64::new(0), reported: Mutex::default() }
    }

    /// How many spans it takes.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// A span has ended; is there room for it?
    fn push(&self) -> bool {
        let more = |waiting: usize| (waiting < self.room).then_some(waiting + 1);
        let has_room = self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok();
        if !has_room {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }

    /// So many spans are taken out, to be sent. Returns how many were dropped since the last time that it returned some, which
    /// it does once in a while.
    pub(crate) fn take(&self, spans: usize, now: Instant) -> Option<u64> {
        let fewer = |waiting: usize| Some(waiting.saturating_sub(spans));
        let _ = self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, fewer);
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.is_some_and(|last| now.saturating_duration_since(last) < REPORT_EVERY) {
            return None;
        }
        let dropped = Some(self.dropped.swap(0, Ordering::Relaxed)).filter(|dropped| *dropped > 0);
        if dropped.is_some() {
            *reported = Some(now);
        }
        dropped
    }
}

/// Passes spans on to a processor with a queue as long as there is room in it.
#[derive(Debug)]
pub(crate) struct Bounded<P> {
    pub(crate) next: P,
    pub(crate) backlog: Arc<Backlog>,
}

impl<P: SpanProcessor> SpanProcessor for Bounded<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.next.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if self.backlog.push() {
            self.next.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.next.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.next.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.next.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_find_no_room_are_counted_and_reported_once_in_a_while() {
        let (backlog, start) = (Backlog::new(3), Instant::now());
        let push = |count: usize| (0..count).filter(|_| backlog.push()).count();
        assert_eq!(push(3), 3);
        assert_eq!(backlog.take(0, start), None, "nothing was dropped");
        assert_eq!(push(4), 0);
        assert_eq!(backlog.take(2, start), Some(4), "when it happens");
        assert_eq!(push(7), 2);
        assert_eq!(backlog.take(3, start + REPORT_EVERY / 2), None);
        assert_eq!(push(3), 3);
        assert_eq!(backlog.take(3, start + REPORT_EVERY), Some(5), "those that were not reported");
        assert_eq!(backlog.take(0, start + 3 * REPORT_EVERY), None);
    }
}
