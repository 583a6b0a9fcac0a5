//! Metrics for Prometheus. [`table()`] describes them for the documentation.
//!
//! One struct, shared by everything that counts. The gauges of workers and jobs are set when they are scraped, so that
//! they are right then and cost nothing otherwise.

mod calls;
mod table;

use std::fmt;

use clipig_access::Limit;
use clipig_schedule::dispatcher::CheckOutcome;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use self::calls::Calls;
pub(crate) use self::calls::{measure_call, measure_request};
pub use self::table::table;
use crate::store::JobState;

/// The states by which workers are counted.
pub(crate) const WORKER_STATES: [&str; 5] = ["ready", "paused", "draining", "quarantined", "lost"];

/// Everything that is counted and measured.
pub struct Metrics {
    /// Epochs finished.
    pub epochs: Counter,
    /// Leases given and neither answered nor taken back.
    pub leases_active: Gauge,
    /// Bytes of gradients that have come and are not merged yet.
    pub unmerged_gradient_bytes: Gauge,
    /// From the grant of a lease to its result.
    pub lease_seconds: Histogram,
    /// Time that merging took per epoch.
    pub merge_seconds: Histogram,
    /// Time of an optimiser step.
    pub step_seconds: Histogram,
    /// From the beginning of an epoch to its end.
    pub epoch_seconds: Histogram,
    /// From a job's submission to its first start.
    pub queue_seconds: Histogram,
    /// Time that writing a checkpoint took.
    pub checkpoint_seconds: Histogram,
    /// Size of the last checkpoint.
    pub checkpoint_bytes: Gauge,
    /// Calls of the store that failed.
    pub store_errors: Counter,
    /// From the question for the database to its turn.
    pub store_wait_seconds: Histogram,
    /// Files that the process has open, connections among them.
    pub open_files: Gauge,
    /// Free bytes of the disk of the data folder.
    pub disk_free_bytes: Gauge,
    /// Files that the process may have open.
    pub open_files_limit: Gauge,
    /// Workers that the jobs could make use of.
    pub wanted_workers: Gauge,
    /// Bytes received by the gRPC listeners, encryption included.
    pub received_bytes: Counter,
    /// Bytes sent by them.
    pub sent_bytes: Counter,
    calls: Calls,
    wire: Family<Direction, Counter>,
    shards: Family<Outcome, Counter>,
    spot_checks: Family<Outcome, Counter>,
    workers: Family<State, Gauge>,
    jobs: Family<State, Gauge>,
    connections: Family<State, Gauge>,
    connections_refused: Family<Reason, Counter>,
    logins_refused: Family<Reason, Counter>,
    over_limit: Family<Passed, Counter>,
    reloads: Family<Loaded, Counter>,
    certificate_expiry: Gauge,
    registry: Registry,
}

/// What became of computed shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShardOutcome {
    /// Merged.
    Accepted,
    /// Failed.
    Failed,
    /// Computed under a lease that did not hold any more: dropped.
    Stale,
}

/// Why a connection was refused or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusedConnection {
    /// Its address had as many as one may have.
    Peer,
    /// There were as many as the farm takes.
    Total,
    /// It made room for another one before it showed a token.
    Evicted,
    /// It made no call with a valid token in time.
    NoCall,
    /// It waited at `http_listen` for a request, and made room.
    HttpWaiting,
}

impl RefusedConnection {
    const ALL: [Self; 5] = [Self::Peer, Self::Total, Self::Evicted, Self::NoCall, Self::HttpWaiting];

    fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Total => "total",
            Self::Evicted => "evicted",
            Self::NoCall => "no_call",
            Self::HttpWaiting => "http_waiting",
        }
    }
}

/// Why a call was refused before it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusedLogin {
    /// No token was shown.
    Missing,
    /// What was shown is no token of this farm.
    Unknown,
    /// The token has expired.
    Expired,
    /// The token's role does not allow the call.
    Role,
    /// A worker that has to show a certificate did not.
    Certificate,
}

impl RefusedLogin {
    const ALL: [Self; 5] = [Self::Missing, Self::Unknown, Self::Expired, Self::Role, Self::Certificate];

    fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Role => "role",
            Self::Certificate => "certificate",
        }
    }
}

/// What was read again, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Loaded {
    what: &'static str,
    outcome: &'static str,
}

/// A limit that was passed, and of whom it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Passed {
    limit: &'static str,
    of: &'static str,
}

impl Passed {
    fn new(limit: Limit, of_all: bool) -> Self {
        Self { limit: limit.as_str(), of: if of_all { "all" } else { "owner" } }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Direction {
    direction: &'static str,
}

/// From a millisecond to a quarter of an hour.
fn seconds() -> Histogram {
    Histogram::new([
        0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0,
        900.0,
    ])
}

/// From a hundred microseconds to ten seconds.
fn store_waits() -> Histogram {
    Histogram::new([0.000_1, 0.001, 0.01, 0.1, 1.0, 10.0])
}

/// From a second to a day.
fn waiting() -> Histogram {
    Histogram::new([1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 7_200.0, 21_600.0, 86_400.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let wire = Family::<Direction, Counter>::default();
        let mut metrics = Self {
            epochs: Counter::default(),
            leases_active: Gauge::default(),
            unmerged_gradient_bytes: Gauge::default(),
            lease_seconds: seconds(),
            merge_seconds: seconds(),
            step_seconds: seconds(),
            epoch_seconds: seconds(),
            queue_seconds: waiting(),
            checkpoint_seconds: seconds(),
            checkpoint_bytes: Gauge::default(),
            store_errors: Counter::default(),
            store_wait_seconds: store_waits(),
            open_files: Gauge::default(),
            disk_free_bytes: Gauge::default(),
            open_files_limit: Gauge::default(),
            wanted_workers: Gauge::default(),
            received_bytes: wire.get_or_create_owned(&Direction { direction: "received" }),
            sent_bytes: wire.get_or_create_owned(&Direction { direction: "sent" }),
            calls: Calls::default(),
            wire,
            shards: Family::default(),
            spot_checks: Family::default(),
            workers: Family::default(),
            jobs: Family::default(),
            connections: Family::default(),
            connections_refused: Family::default(),
            logins_refused: Family::default(),
            over_limit: Family::default(),
            reloads: Family::default(),
            certificate_expiry: Gauge::default(),
            registry: Registry::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// Counts shards.
    pub fn shards(&self, outcome: ShardOutcome, count: u64) {
        let outcome = match outcome {
            ShardOutcome::Accepted => "accepted",
            ShardOutcome::Failed => "failed",
            ShardOutcome::Stale => "stale",
        };
        self.shards.get_or_create(&Outcome { outcome }).inc_by(count);
    }

    /// Counts spot checks.
    pub fn spot_checks(&self, outcome: CheckOutcome, count: u64) {
        let outcome = match outcome {
            CheckOutcome::Same => "same",
            CheckOutcome::Different => "different",
            CheckOutcome::Dropped => "dropped",
        };
        self.spot_checks.get_or_create(&Outcome { outcome }).inc_by(count);
    }

    /// Counts a connection that was refused or closed.
    pub fn refused_connections(&self, reason: RefusedConnection) {
        self.connections_refused.get_or_create(&Reason { reason: reason.as_str() }).inc();
    }

    /// Counts a call that was refused before it was looked at.
    pub fn refused_logins(&self, reason: RefusedLogin) {
        self.logins_refused.get_or_create(&Reason { reason: reason.as_str() }).inc();
    }

    /// Counts something that was refused because an owner, or all together, took more than a limit allows.
    pub fn over_limit(&self, limit: Limit, of_all: bool) {
        self.over_limit.get_or_create(&Passed::new(limit, of_all)).inc();
    }

    /// Counts that `tokens` or the `certificate` were read again, or could not be.
    pub fn reloaded(&self, what: &'static str, good: bool) {
        let outcome = if good { "loaded" } else { "failed" };
        self.reloads.get_or_create(&Loaded { what, outcome }).inc();
    }

    /// Says when the farm's certificate expires.
    pub fn set_certificate_expiry(&self, expires: jiff::Timestamp) {
        self.certificate_expiry.set(expires.as_second());
    }

    /// Says how many connections are open: those whose peer has shown a valid token, and others.
    pub fn set_connections(&self, known: usize, strangers: usize) {
        set(&self.connections, [("known", known), ("stranger", strangers)]);
    }

    /// Says how many workers are in each state. Name all states, those without workers too.
    pub fn set_workers<'a>(&self, counts: impl IntoIterator<Item = (&'a str, usize)>) {
        set(&self.workers, counts);
    }

    /// Says how many jobs are in each state. Name all states, those without jobs too.
    pub fn set_jobs<'a>(&self, counts: impl IntoIterator<Item = (&'a str, usize)>) {
        set(&self.jobs, counts);
    }

    /// Names all states, as a scrape does.
    fn set_all_states(&self) {
        self.set_workers(WORKER_STATES.map(|state| (state, 0)));
        self.set_jobs(JobState::ALL.map(|state| (state.as_str(), 0)));
        self.set_connections(0, 0);
    }

    /// Everything as text, in the form of `OpenMetrics`.
    ///
    /// # Errors
    /// None in practice: a `String` takes all that is written to it.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn register(&mut self) {
        // An outcome that has not happened yet is 0 and not absent, so that rates include the first one.
        for outcome in [ShardOutcome::Accepted, ShardOutcome::Failed, ShardOutcome::Stale] {
            self.shards(outcome, 0);
        }
        for outcome in [CheckOutcome::Same, CheckOutcome::Different, CheckOutcome::Dropped] {
            self.spot_checks(outcome, 0);
        }
        for reason in RefusedConnection::ALL {
            drop(self.connections_refused.get_or_create(&Reason { reason: reason.as_str() }));
        }
        for reason in RefusedLogin::ALL {
            drop(self.logins_refused.get_or_create(&Reason { reason: reason.as_str() }));
        }
        // Of running jobs nothing is refused: they wait.
        for limit in Limit::ALL.into_iter().filter(|limit| *limit != Limit::JobsRunning) {
            drop(self.over_limit.get_or_create(&Passed::new(limit, false)));
        }
        for limit in [Limit::Calls, Limit::Upload, Limit::Snapshots] {
            drop(self.over_limit.get_or_create(&Passed::new(limit, true)));
        }
        for what in ["tokens", "certificate"] {
            for outcome in ["loaded", "failed"] {
                drop(self.reloads.get_or_create(&Loaded { what, outcome }));
            }
        }
        let registry = self.registry.sub_registry_with_prefix("clipig");
        registry.register("epochs", "Epochs of all jobs that have been finished", self.epochs.clone());
        let help = "Shards by outcome; `stale`: computed under an old fence and dropped";
        registry.register("shards", help, self.shards.clone());
        let help = "Nodes that a second worker computed, too; `different`: the two results were not the same, so one is \
                    wrong, `dropped`: one of the results did not come, or came too late";
        registry.register("spot_checks", help, self.spot_checks.clone());
        registry.register("leases_active", "Leases that workers hold now", self.leases_active.clone());
        let unmerged = self.unmerged_gradient_bytes.clone();
        let help = "Gradients that have arrived but are not merged yet";
        registry.register_with_unit("unmerged_gradient", help, Unit::Bytes, unmerged);
        let histograms = [
            ("lease", "Time from granting a lease until its result arrives", &self.lease_seconds),
            ("merge", "Time to add all results of an epoch to the merge tree", &self.merge_seconds),
            ("step", "Time of the optimiser's step", &self.step_seconds),
            ("epoch", "Time of a whole epoch, from plan to report", &self.epoch_seconds),
            ("queue", "Time from the submission of a job to its first start", &self.queue_seconds),
            ("checkpoint", "Time to write one checkpoint", &self.checkpoint_seconds),
            ("store_wait", "Time that a query waits for its turn at the database", &self.store_wait_seconds),
        ];
        for (name, help, histogram) in histograms {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
        registry.register_with_unit(
            "checkpoint",
            "Size of the last checkpoint",
            Unit::Bytes,
            self.checkpoint_bytes.clone(),
        );
        registry.register("wire_bytes", "Bytes on the connections of clients and workers", self.wire.clone());
        let help = "Failed writes to the data folder";
        registry.register("store_errors", help, self.store_errors.clone());
        let help = "Free bytes of the disk of the data folder";
        registry.register_with_unit("disk_free", help, Unit::Bytes, self.disk_free_bytes.clone());
        let help = "Files that the process has open, including connections";
        registry.register("open_files", help, self.open_files.clone());
        let limit = self.open_files_limit.clone();
        registry.register("open_files_limit", "Files and connections that the process may have open", limit);
        let help = "Connections; `known`: a valid token was shown, `stranger`: not yet";
        registry.register("connections", help, self.connections.clone());
        let help = "Connections that were refused or closed; `peer`: one address had too many, `total`: there were too \
                    many, `evicted`: one without a token made room, `no_call`: no valid call in time, \
                    `http_waiting`: one at `http_listen` that waited for a request made room";
        registry.register("connections_refused", help, self.connections_refused.clone());
        let help = "Calls that were refused for lack of access; `missing`: no token, `unknown`: not a token of this \
                    farm, `expired`, `role`: the role does not allow the call, `certificate`: a worker showed none";
        registry.register("logins_refused", help, self.logins_refused.clone());
        let help = "What was refused because an owner, or all together, took more than a limit allows";
        registry.register("over_limit", help, self.over_limit.clone());
        let help = "How often the tokens and the certificate were read again; if that `failed`, the old ones stay valid";
        registry.register("credentials_reloads", help, self.reloads.clone());
        let help = "When the certificate expires, in seconds since 1970; 0 without TLS";
        registry.register("certificate_expiry_timestamp_seconds", help, self.certificate_expiry.clone());
        registry.register("workers", "Workers by state", self.workers.clone());
        registry.register("jobs", "Jobs by state", self.jobs.clone());
        let help = "Workers that the jobs could use now: enough to compute all shards of all running epochs at once (by \
                    the workers' mean number of cores), one for each running job whose shards are not known yet, and \
                    one for each waiting job that has a place";
        registry.register("wanted_workers", help, self.wanted_workers.clone());
        self.calls.register(registry);
    }
}

fn set<'a>(family: &Family<State, Gauge>, counts: impl IntoIterator<Item = (&'a str, usize)>) {
    for (state, count) in counts {
        let gauge = family.get_or_create(&State { state: state.to_owned() });
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_documentation() {
        let metrics = Metrics::default();
        metrics.epochs.inc_by(3);
        metrics.shards(ShardOutcome::Accepted, 5);
        metrics.spot_checks(CheckOutcome::Same, 4);
        metrics.lease_seconds.observe(0.3);
        metrics.checkpoint_bytes.set(77);
        metrics.received_bytes.inc_by(9);
        metrics.wanted_workers.set(4);
        metrics.set_workers([("ready", 2), ("paused", 0)]);
        metrics.set_jobs([("running", 1)]);
        metrics.set_connections(4, 1);
        metrics.refused_connections(RefusedConnection::NoCall);
        metrics.refused_logins(RefusedLogin::Role);
        metrics.over_limit(Limit::Calls, true);
        metrics.reloaded("tokens", false);
        metrics.set_certificate_expiry(jiff::Timestamp::from_second(1_790_000_000).unwrap());
        let text = metrics.text().unwrap();
        for line in [
            "clipig_epochs_total 3",
            "clipig_shards_total{outcome=\"accepted\"} 5",
            "clipig_shards_total{outcome=\"failed\"} 0",
            "clipig_shards_total{outcome=\"stale\"} 0",
            "clipig_spot_checks_total{outcome=\"same\"} 4",
            "clipig_spot_checks_total{outcome=\"different\"} 0",
            "clipig_leases_active 0",
            "clipig_lease_seconds_bucket{le=\"0.5\"} 1",
            "clipig_lease_seconds_bucket{le=\"0.25\"} 0",
            "clipig_merge_seconds_count 0",
            "clipig_step_seconds_count 0",
            "clipig_epoch_seconds_count 0",
            "clipig_queue_seconds_bucket{le=\"7200.0\"} 0",
            "clipig_checkpoint_seconds_count 0",
            "clipig_checkpoint_bytes 77",
            "clipig_wire_bytes_total{direction=\"received\"} 9",
            "clipig_wire_bytes_total{direction=\"sent\"} 0",
            "clipig_workers{state=\"ready\"} 2",
            "clipig_workers{state=\"paused\"} 0",
            "clipig_jobs{state=\"running\"} 1",
            "clipig_store_errors_total 0",
            "clipig_open_files_limit 0",
            "clipig_connections{state=\"known\"} 4",
            "clipig_connections{state=\"stranger\"} 1",
            "clipig_connections_refused_total{reason=\"peer\"} 0",
            "clipig_connections_refused_total{reason=\"no_call\"} 1",
            "clipig_wanted_workers 4",
            "clipig_logins_refused_total{reason=\"role\"} 1",
            "clipig_logins_refused_total{reason=\"missing\"} 0",
            "clipig_over_limit_total{limit=\"calls\",of=\"all\"} 1",
            "clipig_over_limit_total{limit=\"jobs-waiting\",of=\"owner\"} 0",
            "clipig_credentials_reloads_total{what=\"tokens\",outcome=\"failed\"} 1",
            "clipig_credentials_reloads_total{what=\"certificate\",outcome=\"loaded\"} 0",
            "clipig_certificate_expiry_timestamp_seconds 1790000000",
            "clipig_open_files 0",
            "clipig_disk_free_bytes 0",
            "clipig_store_wait_seconds_count 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
