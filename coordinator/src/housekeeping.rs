//! What a coordinator does at intervals: it removes old jobs and unused content, compares its clocks, and checks its own
//! health.

use std::sync::Arc;
use std::time::Duration;

use crate::farm::{Farm, HealthFault};
use crate::metrics::Metrics;
use crate::settings::Retention;
use crate::store::{ClockStep, EventKind, RetentionPolicy, Store, StoreError, Subject};

/// How often old jobs and unused content are looked for.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// A farm that was away for longer than this may have a wrong clock.
const LONG_AWAY: Duration = Duration::from_hours(3 * 24);

/// For how long after such a start no job is removed for its age, so that somebody can set the clock.
const TIME_TO_SET_THE_CLOCK: Duration = Duration::from_hours(24);

/// How long content is kept that no job names: a client uploads before it submits.
const GRACE: Duration = Duration::from_hours(24);

/// How often the wall clock is compared with a steady one, which nobody can set.
pub(crate) const CLOCK_EVERY: Duration = Duration::from_secs(5);

/// How often the coordinator checks its own health.
const HEALTH_EVERY: Duration = Duration::from_secs(1);

/// How long ended jobs are kept.
pub(crate) fn policy(retention: Retention) -> RetentionPolicy {
    let limit = |count: u32| (count > 0).then_some(count);
    RetentionPolicy { days: limit(retention.days), jobs: limit(retention.jobs) }
}

/// The policy that holds for so long after the start of a farm that was away for so long.
fn policy_after(away: Duration, running: Duration, policy: RetentionPolicy) -> RetentionPolicy {
    let clock_may_be_wrong = away > LONG_AWAY && running < TIME_TO_SET_THE_CLOCK;
    if clock_may_be_wrong { RetentionPolicy { days: None, ..policy } } else { policy }
}

/// Says that jobs are not removed for their age for a while, where that is so.
pub(crate) fn report_long_absence(store: &Store, policy: RetentionPolicy) {
    let away = store.opening().away;
    if away <= LONG_AWAY || policy.days.is_none() {
        return;
    }
    let text = format!(
        "by the clock no coordinator ran for {} days; in case the clock is wrong, no job is removed for its age \
         (`retention.days`) within the next {} hours",
        away.as_secs() / 86_400,
        TIME_TO_SET_THE_CLOCK.as_secs() / 3_600
    );
    tracing::warn!("{text}");
    if let Err(error) = store.add_event(&Subject::Farm, &EventKind::ClockStepped, &text) {
        tracing::warn!(%error, "that was not kept as an event");
    }
}

/// Removes old jobs, content that nobody names, and all but the newest `audit` entries of the audit log, now and every hour.
/// At most 200 jobs go each time.
pub(crate) async fn tidy(store: Store, policy: RetentionPolicy, audit: u32, metrics: Arc<Metrics>) {
    let mut clock = tokio::time::interval(TIDY_EVERY);
    let start = tokio::time::Instant::now();
    loop {
        clock.tick().await;
        let store = store.clone();
        let policy = policy_after(store.opening().away, start.elapsed(), policy);
        let tidied = tokio::task::spawn_blocking(move || {
            store.mark_seen()?;
            let retained = store.retain(policy)?;
            let collected = store.collect_blobs(GRACE)?;
            store.trim_audit(audit)?;
            let shrunk = store.shrink()?;
            Ok::<_, StoreError>((retained, collected, shrunk))
        });
        match tidied.await {
            Ok(Ok((retained, collected, shrunk))) => {
                let (jobs, blobs, bytes) = (retained.removed.len(), collected.blobs, collected.bytes);
                if jobs > 0 || blobs > 0 {
                    let left = retained.left;
                    tracing::info!(jobs, left, blobs, bytes, "old jobs and unused content were removed");
                }
                if shrunk > 0 {
                    tracing::info!(bytes = shrunk, "the database has become smaller");
                }
            }
            Ok(Err(error)) => {
                metrics.store_errors.inc();
                tracing::warn!(%error, "old jobs were not removed");
            }
            Err(error) => tracing::error!(%error, "removing old jobs panicked"),
        }
    }
}

/// Reports every step of the wall clock: somebody set it, or the machine slept. Compares the clocks at this interval.
pub(crate) async fn watch_clock(store: Store, every: Duration) {
    let mut watch = store.clock_watch();
    loop {
        tokio::time::sleep(every).await;
        if let Some(step) = watch.look() {
            let store = store.clone();
            // The error is a panic, which is in the log.
            let _ = tokio::task::spawn_blocking(move || report_clock_step(&store, step)).await;
        }
    }
}

/// Logs a step of the wall clock and keeps it as an event.
pub(crate) fn report_clock_step(store: &Store, step: ClockStep) {
    let text = step.to_string();
    tracing::warn!(milliseconds = step.0, "{text}");
    if let Err(error) = store.add_event(&Subject::Farm, &EventKind::ClockStepped, &text) {
        tracing::warn!(%error, "the step of the clock was not kept as an event");
    }
}

/// Resolves when the farm is not healthy any more.
pub(crate) async fn until_unhealthy(farm: Farm) -> HealthFault {
    let mut clock = tokio::time::interval(HEALTH_EVERY);
    loop {
        clock.tick().await;
        if let Err(fault) = farm.check_health() {
            tracing::error!("{fault}; the coordinator ends");
            return fault;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Clock, EventFilter, ManualClock, Timestamp};

    #[test]
    fn no_job_is_removed_for_its_age_after_a_start_with_an_implausible_clock() {
        let folder = tempfile::tempdir().unwrap();
        let day = 86_400_000;
        let at = |days: i64| Arc::new(ManualClock::new(Timestamp(1_700_000_000_000 + days * day)));
        let away = |days| Store::open(folder.path(), at(days) as Arc<dyn Clock>).unwrap().opening().away;
        assert_eq!(away(0), Duration::ZERO);
        let policy = RetentionPolicy { days: Some(30), jobs: Some(1_000) };
        let after = |away, hours| policy_after(away, Duration::from_hours(hours), policy);
        assert_eq!(after(away(2), 0), policy);
        let long = away(42);
        assert_eq!(long, Duration::from_hours(40 * 24));
        assert_eq!(after(long, 0), RetentionPolicy { days: None, ..policy });
        assert_eq!(after(long, 24), policy);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_is_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp(1_700_000_000_000)));
        let store = Store::open(folder.path(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let watching = tokio::spawn(watch_clock(store.clone(), Duration::from_millis(1)));
        let events = || store.events(&EventFilter::default()).unwrap();
        // `watch_clock` looks at the clock once before it is set.
        tokio::time::sleep(Duration::from_millis(50)).await;
        for (number, step) in (1..).zip([90_000, -30_000]) {
            clock.step(step);
            while events().len() < number {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        let told: Vec<(EventKind, String)> =
            events().into_iter().map(|event| (event.kind, event.text)).collect();
        watching.abort();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(kind, _)| *kind == EventKind::ClockStepped));
        assert!(told[0].1.contains("forward by 90.0 s") && told[1].1.contains("back by 30.0 s"), "{told:?}");
    }
}
