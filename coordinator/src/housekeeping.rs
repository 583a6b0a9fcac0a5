//! What a coordinator does at intervals: it removes old jobs and unused content, compares its clocks, and checks its own
//! health.

use std::time::Duration;

use crate::farm::{Farm, HealthFault};
use crate::settings::Retention;
use crate::store::{ClockStep, EventKind, RetentionPolicy, Store, StoreError, Subject};

/// How often old jobs and unused content are looked for.
const TIDY_EVERY: Duration = Duration::from_hours(1);

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

/// Removes old jobs and content that nobody names, now and every hour.
pub(crate) async fn tidy(store: Store, policy: RetentionPolicy) {
    let mut clock = tokio::time::interval(TIDY_EVERY);
    loop {
        clock.tick().await;
        let store = store.clone();
        let tidied = tokio::task::spawn_blocking(move || {
            let retained = store.retain(policy)?;
            let collected = store.collect_blobs(GRACE)?;
            Ok::<_, StoreError>((retained, collected))
        });
        match tidied.await {
            Ok(Ok((retained, collected))) => {
                let (jobs, blobs, bytes) = (retained.removed.len(), collected.blobs, collected.bytes);
                if jobs > 0 || blobs > 0 {
                    tracing::info!(jobs, blobs, bytes, "old jobs and unused content were removed");
                }
            }
            Ok(Err(error)) => tracing::warn!(%error, "old jobs were not removed"),
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
    use std::sync::Arc;

    use super::*;
    use crate::store::{Clock, EventFilter, ManualClock, Timestamp};

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
