//! What a farm says of itself and of its workers.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::super::Finding;
use crate::command::{farm, workers};
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::show::columns::plain;
use crate::farm::show::{counted, worker_state};
use crate::farm::time;
use crate::farm::wire::{Farm, Worker, WorkerState};

/// With less room than this, a job of a large picture may have to wait.
const ROOM: u64 = 5_000_000_000;

/// How many workers are named that need somebody to look.
const NAMED: usize = 3;

/// `took`: how long a call took just now.
pub(super) async fn check(connection: &Connection, took: Duration) -> Vec<Finding> {
    match ask(connection).await {
        Ok((farm, workers)) => {
            let mut findings = vec![version(&farm), state(&farm, took)];
            findings.extend(farm.warnings.iter().map(|warning| {
                Finding::warning("farm", plain(warning, 300), "`clipig farm` shows the whole status")
            }));
            findings.extend(judge_workers(&workers));
            findings
        }
        Err(failure) => {
            vec![Finding::fault("farm", failure.to_string(), "look at the coordinator's log")]
        }
    }
}

async fn ask(connection: &Connection) -> Result<(Farm, Vec<Worker>), FarmFailure> {
    let farm = farm::ask(connection).await?;
    Ok((farm, workers::all(connection).await?))
}

fn version(farm: &Farm) -> Finding {
    const CHECK: &str = "version";
    let (ours, theirs) = (env!("CARGO_PKG_VERSION"), plain(&farm.version, 40));
    let found =
        format!("the coordinator is clipig {theirs}, this is clipig {ours}; both speak clipig.farm.v1");
    // Before 1.0.0 the second number counts.
    let series = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    if series(&theirs) == series(ours) {
        return Finding::ok(CHECK, found);
    }
    Finding::warning(
        CHECK,
        found,
        "a worker of another protocol version is refused: install the coordinator's version here, or upgrade the \
         coordinator first",
    )
}

fn state(farm: &Farm, took: Duration) -> Finding {
    const CHECK: &str = "farm";
    let found = format!(
        "up for {}, answers within {:.1} ms, {} free on its disk",
        time::duration(farm.uptime_seconds),
        took.as_secs_f64() * 1e3,
        time::bytes(farm.disk_free)
    );
    if farm.disk_free < ROOM {
        return Finding::warning(
            CHECK,
            found,
            "lower `retention.*`, or enlarge the volume of the data folder",
        );
    }
    Finding::ok(CHECK, found)
}

fn judge_workers(workers: &[Worker]) -> Vec<Finding> {
    const CHECK: &str = "workers";
    let count = |wanted| workers.iter().filter(|worker| worker.state() == wanted).count();
    let kinds: BTreeSet<_> = workers
        .iter()
        .filter_map(|worker| worker.kind.as_ref())
        .map(|kind| (&kind.model, &kind.libtorch, &kind.capability))
        .collect();
    let able = count(WorkerState::Idle) + count(WorkerState::Busy);
    let mut found = format!(
        "{} ({} busy, {} idle)",
        counted(able as u64, "worker"),
        count(WorkerState::Busy),
        count(WorkerState::Idle)
    );
    if kinds.len() > 1 {
        let _ = write!(found, " of {} kinds; a job is computed by one of them", kinds.len());
    }
    let mut findings = vec![if able > 0 {
        Finding::ok(CHECK, found)
    } else {
        let remedy = "start one: `clipig worker --farm URL`, with the token for workers";
        Finding::warning(CHECK, "none that computes, so jobs wait", remedy)
    }];
    for (state, remedy) in [
        (WorkerState::Quarantined, "find the reason in its log, then run `clipig workers reinstate NAME`"),
        (WorkerState::Lost, "look at its machine and its log; it connects again by itself"),
        (WorkerState::Paused, "`clipig workers resume NAME` gives it work again"),
    ] {
        let names: Vec<String> = workers
            .iter()
            .filter(|worker| worker.state() == state)
            .map(|worker| plain(&worker.name, 60))
            .collect();
        if names.is_empty() {
            continue;
        }
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = names[..names.len().min(NAMED)].join(", ");
        findings.push(Finding::warning(CHECK, format!("{}: {shown}{more}", worker_state(state)), remedy));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    fn worker(name: &str, state: WorkerState) -> Worker {
        Worker { name: name.to_owned(), state: state.into(), ..Worker::default() }
    }

    #[test]
    fn workers_that_need_somebody_are_named() {
        assert_eq!(
            judge_workers(&[worker("a", WorkerState::Busy)]),
            [Finding::ok("workers", "1 worker (1 busy, 0 idle)")]
        );
        let quarantined: Vec<Worker> =
            (1..=5).map(|i| worker(&format!("w{i}"), WorkerState::Quarantined)).collect();
        let found = judge_workers(&quarantined);
        assert_eq!(found[0].verdict, Verdict::Warning);
        assert_eq!(found[1].found, "quarantined: w1, w2, w3 and 2 more");
        assert!(found[1].remedy.contains("reinstate"));
    }

    #[test]
    fn another_version_is_a_warning() {
        let of = |version: &str| version_of(version).verdict;
        assert_eq!(of(env!("CARGO_PKG_VERSION")), Verdict::Ok);
        assert_eq!(of("0.0.9"), Verdict::Warning);
        assert_eq!(of("77.1.0"), Verdict::Warning);
    }

    fn version_of(version: &str) -> Finding {
        super::version(&Farm { version: version.to_owned(), ..Farm::default() })
    }
}
