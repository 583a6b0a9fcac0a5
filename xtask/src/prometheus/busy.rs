//! What the farm does while its picture is taken: jobs come alone and in bursts, and a second worker comes, is killed
//! and comes back.

use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::scene::Scene;
use super::series::Span;
use crate::error::Error;
use crate::process::output;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// So many jobs are submitted, of so many epochs each.
    Jobs(u32, u32),
    /// A second worker comes, for the first time or again.
    Join,
    /// It is killed.
    Leave,
    /// Somebody asks for a job that does not exist.
    Mistake,
}

/// When it happens, in seconds.
const EVENTS: [(u32, Event); 13] = [
    (4, Event::Jobs(1, 4000)),
    (10, Event::Jobs(1, 10)),
    (20, Event::Jobs(2, 10)),
    (30, Event::Join),
    (36, Event::Jobs(5, 10)),
    (50, Event::Mistake),
    (60, Event::Jobs(1, 40)),
    (72, Event::Leave),
    (80, Event::Jobs(2, 10)),
    (92, Event::Mistake),
    (98, Event::Join),
    (106, Event::Jobs(4, 10)),
    (122, Event::Jobs(3, 10)),
];

/// Until the picture is taken.
const SECONDS: u32 = 130;
/// Between two points of a curve, and between two scrapes.
const STEP: u32 = 5;

/// Lets everything happen, and returns when it was.
pub(super) fn work(scene: &Scene) -> Result<Span, Error> {
    let start = now()?;
    println!("The farm works for {SECONDS} s");
    let mut second = None;
    for (at, event) in EVENTS {
        wait(start, at)?;
        match event {
            Event::Jobs(jobs, epochs) => {
                scene.submit(&["--epochs", &epochs.to_string(), "--repeat", &jobs.to_string()])?;
            }
            Event::Join => second = Some(scene.worker()?),
            Event::Leave => second = None,
            Event::Mistake => {
                output(&mut scene.clipig(&["job", "999999"]))?;
            }
        }
    }
    wait(start, SECONDS)?;
    drop(second);
    Ok(Span { start: start.as_secs(), step: STEP, steps: SECONDS / STEP })
}

/// Until so many seconds have passed since the start.
fn wait(start: Duration, seconds: u32) -> Result<(), Error> {
    let end = start + Duration::from_secs(seconds.into());
    sleep(end.saturating_sub(now()?));
    Ok(())
}

/// Since 1970, as Prometheus counts.
fn now() -> Result<Duration, Error> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|error| Error::Other(format!("the clock of this machine is wrong: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_in_order_and_the_worker_comes_back() {
        assert!(EVENTS.is_sorted_by_key(|(at, _)| *at) && EVENTS[EVENTS.len() - 1].0 < SECONDS);
        let worker = EVENTS
            .iter()
            .map(|(_, event)| *event)
            .filter(|event| matches!(event, Event::Join | Event::Leave));
        assert_eq!(worker.collect::<Vec<_>>(), [Event::Join, Event::Leave, Event::Join]);
    }
}
