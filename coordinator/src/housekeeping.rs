//! What a coordinator does now and then: it removes what is old, minds the clock, and sees that it is alive itself.

use std::time::Duration;

use crate::farm::Farm;
use crate::settings::Retention;
use crate::store::{ClockStep, EventKind, RetentionPolicy, Store, StoreError, Subject};

/// How often old jobs and unused content are looked for.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// How long content that no job names yet is kept: a client uploads first and submits then.
const GRACE: Duration = Duration::from_hours(24);

/// How often the wall clock is compared with one that nobody sets.
pub(crate) const CLOCK_EVERY: Duration = Duration::from_secs(5);

/// How often the coordinator feels its own pulse.
const PULSE_EVERY: Duration = Duration::from_secs(1);

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

/// Tells when somebody sets the wall clock; looks every so often.
pub(crate) async fn mind_clock(store: Store, every: Duration) {
    let mut watch = store.clock_watch();
    loop {
        tokio::time::sleep(every).await;
        if let Some(step) = watch.look() {
            let store = store.clone();
            // A panic in there was logged when it happened.
            let _ = tokio::task::spawn_blocking(move || tell_step(&store, step)).await;
        }
    }
}

/// Logs a step of the wall clock, and writes it down.
pub(crate) fn tell_step(store: &Store, step: ClockStep) {
    let text = step.to_string();
    tracing::warn!(milliseconds = step.0, "{text}");
    if let Err(error) = store.add_event(&Subject::Farm, &EventKind::ClockStepped, &text) {
        tracing::warn!(%error, "the step of the clock was not written down");
    }
}

/// Resolves when something has died without which nothing moves; what.
pub(crate) async fn pulse_lost(farm: Farm) -> String {
    let mut clock = tokio::time::interval(PULSE_EVERY);
    loop {
        clock.tick().await;
        if let Err(dead) = farm.pulse() {
            tracing::error!("{dead}; the coordinator ends");
            return dead;
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
        let minding = tokio::spawn(mind_clock(store.clone(), Duration::from_millis(1)));
        let events = || store.events(&EventFilter::default()).unwrap();
        // It takes its first look at the clock before that is set.
        tokio::time::sleep(Duration::from_millis(50)).await;
        for (number, step) in (1..).zip([90_000, -30_000]) {
            clock.step(step);
            while events().len() < number {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        let told: Vec<(EventKind, String)> =
            events().into_iter().map(|event| (event.kind, event.text)).collect();
        minding.abort();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(kind, _)| *kind == EventKind::ClockStepped));
        assert!(told[0].1.contains("forward by 90.0 s") && told[1].1.contains("back by 30.0 s"), "{told:?}");
    }
}
