//! Timeouts and bounds of the dispatcher.

use std::time::Duration;

use super::spot_checks::SpotChecks;

/// Settings of a [`Dispatcher`](super::Dispatcher).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DispatchSettings {
    /// How often the coordinator was started on its data: the first half of every fence. Durable before use.
    pub incarnation: u64,
    /// A worker that sends nothing for this long loses its leases; it may come back. So does one whose connection broke, if
    /// the same process has not connected anew by then.
    pub heartbeat_timeout: Duration,
    /// A lease without progress for this long is given to somebody else; longer where a job's shards are known to
    /// take long, or nothing is known of them yet (see [`Dispatcher`](super::Dispatcher)'s deadlines).
    pub lease_timeout: Duration,
    /// How long a lease may be expected to take. It cannot be interrupted, and other jobs wait for it. A single shard may
    /// take longer.
    pub lease_time: Duration,
    /// How long a worker that has failed too often gets nothing.
    pub quarantine: Duration,
    /// Which nodes a second worker computes, too, to compare the results. [Off](SpotChecks::OFF) by default.
    pub spot_checks: SpotChecks,
    /// The shortest time after which a node is computed by a second worker, too, near the end of an epoch.
    pub speculate_after: Duration,
    /// Bytes of gradients that may be on their way to the coordinator or wait to be merged.
    pub gradient_bytes: u64,
    /// Leases per slot and epoch that nodes are cut for: more balance better, fewer cost less.
    pub leases_per_slot: u32,
    /// Failed attempts of one node that fail its job.
    pub attempts: usize,
    /// How often workers may disappear with one and the same node in their hands before its job fails, if they are so
    /// many or nobody else is there: the node may be what kills them. Far more than accidents explain.
    pub disappearances: u32,
    /// How often a node may be handed back undone before its job fails.
    pub returns: u32,
    /// The least time from the first of them to the last.
    pub return_period: Duration,
    /// Sessions at once; others are refused.
    pub sessions: usize,
    /// How long a worker that has left is remembered.
    pub remember: Duration,
    /// How many of those that have left are remembered; the one that left first is forgotten first.
    pub remembered: usize,
}

impl DispatchSettings {
    /// The default of [`heartbeat_timeout`](Self::heartbeat_timeout): five heartbeats of two seconds may be late.
    pub const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(10);
    /// The default of [`lease_timeout`](Self::lease_timeout).
    pub const LEASE_TIMEOUT: Duration = Duration::from_mins(2);
    /// The default of [`lease_time`](Self::lease_time).
    pub const LEASE_TIME: Duration = Duration::from_secs(1);
    /// The default of [`quarantine`](Self::quarantine).
    pub const QUARANTINE: Duration = Duration::from_mins(10);

    /// The default settings of an incarnation.
    pub fn new(incarnation: u64) -> Self {
        Self {
            incarnation,
            heartbeat_timeout: Self::HEARTBEAT_TIMEOUT,
            lease_timeout: Self::LEASE_TIMEOUT,
            lease_time: Self::LEASE_TIME,
            quarantine: Self::QUARANTINE,
            spot_checks: SpotChecks::OFF,
            speculate_after: Duration::from_millis(200),
            gradient_bytes: u64::MAX,
            leases_per_slot: 4,
            attempts: 3,
            disappearances: 10,
            returns: 20,
            return_period: Duration::from_mins(10),
            sessions: 4096,
            remember: Duration::from_hours(1),
            remembered: 1_000,
        }
    }
}
