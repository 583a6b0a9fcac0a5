//! What the dispatcher knows of a worker, and of its connection.
//!
//! ```text
//!            join                    heartbeat timeout
//!  Gone ───────────────▶ Connected ────────────────────▶ Silent
//!    ▲                     │    ▲                          │ │
//!    │         leave       │    └───────any message────────┘ │
//!    └─────────────────────┴──────────────leave──────────────┘
//! ```
//!
//! Beside that, a worker may be paused by hand, set aside because it failed, and its connection may be draining.
//! Only a connected worker that is none of these gets leases.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use clipig_core::Node;
use clipig_core::Registration;
use clipig_core::{Epoch, Fence, JobRevision, SessionId, WorkerName};

use super::Time;
use super::action::LeaveCause;
use super::round::LeaseTimes;

/// The whole capacity of a worker; a lease takes its share of it. Divisible by all small numbers of slots.
pub(super) const CAPACITY: u64 = 720_720_000;

/// Failures in a row after which a worker is set aside.
const SLIPS: usize = 3;

/// A worker by its name.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) registration: Registration,
    pub(super) presence: Presence,
    pub(super) paused: bool,
    pub(super) aside: Option<SetAside>,
    /// What failed since something succeeded, the last few.
    slips: VecDeque<Slip>,
    /// What it had in hand when it disappeared, until it is known whether its process ended or just its connection.
    vanished: Option<Slip>,
    pub(super) counts: WorkerCounts,
}

/// Where a worker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is connected and speaks.
    Connected(Connected),
    /// It is connected, but says nothing; its leases went to others.
    Silent(Silent),
    /// It is not connected.
    Gone(Gone),
}

/// A connected worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The connection.
    pub session: SessionId,
    /// Since when.
    pub since: Time,
}

/// A worker that says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The connection.
    pub session: SessionId,
    /// Since when it is taken for lost.
    pub since: Time,
}

/// A worker that is not connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Since when.
    pub since: Time,
    /// Why.
    pub cause: LeaveCause,
}

/// A worker that gets nothing because it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Since when.
    pub since: Time,
    /// Until when, unless it is forgiven before.
    pub until: Time,
    /// Why.
    pub reason: String,
}

/// What a worker has done since the coordinator first saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WorkerCounts {
    /// Nodes whose result was accepted.
    pub nodes: u64,
    /// Shards in them.
    pub shards: u64,
    /// Leases that failed.
    pub failures: u64,
    /// Leases that were lost with a connection, by silence, or without progress.
    pub lost: u64,
    /// Time of computing, over all slots.
    pub computing: Duration,
}

/// A failure.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) revision: JobRevision,
    pub(super) epoch: Epoch,
    pub(super) node: Node,
    /// The worker did not say that it failed: it was gone.
    pub(super) disappeared: bool,
    /// Somebody else succeeded.
    contradicted: bool,
}

impl Slip {
    pub(super) fn failed(revision: JobRevision, epoch: Epoch, node: Node) -> Self {
        Self { revision, epoch, node, disappeared: false, contradicted: false }
    }

    pub(super) fn disappeared(revision: JobRevision, epoch: Epoch, node: Node) -> Self {
        Self { disappeared: true, ..Self::failed(revision, epoch, node) }
    }
}

impl Worker {
    pub(super) fn new(registration: Registration, presence: Presence) -> Self {
        let counts = WorkerCounts::default();
        let (slips, vanished) = (VecDeque::new(), None);
        Self { registration, presence, paused: false, aside: None, slips, vanished, counts }
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        match &self.presence {
            Presence::Connected(Connected { session, .. }) | Presence::Silent(Silent { session, .. }) => {
                Some(*session)
            }
            Presence::Gone(_) => None,
        }
    }

    /// What it registered with: stays the same when it connects again.
    pub(super) fn identity(&self) -> (u128, WorkerName) {
        (self.registration.instance, self.registration.name.clone())
    }

    pub(super) fn may_serve(&self) -> bool {
        matches!(self.presence, Presence::Connected(_)) && !self.paused && self.aside.is_none()
    }

    pub(super) fn succeeded(&mut self) {
        self.slips.clear();
    }

    pub(super) fn slipped(&mut self, slip: Slip) {
        self.slips.push_back(slip);
        if self.slips.len() > SLIPS {
            self.slips.pop_front();
        }
    }

    /// It is not there any more, and had this in hand.
    pub(super) fn vanished_with(&mut self, slip: Slip) {
        self.vanished = Some(slip);
    }

    /// It is there again, by the same process: that it was not is the network's fault.
    pub(super) fn reappeared(&mut self) {
        self.vanished = None;
    }

    /// A new process has its name: the old one has ended with its work in hand.
    pub(super) fn restarted(&mut self) {
        if let Some(slip) = self.vanished.take() {
            self.slipped(slip);
        }
    }

    /// Somebody else computed what failed here.
    pub(super) fn contradicted(&mut self, revision: JobRevision, epoch: Epoch, node: Node) {
        let same = |slip: &&mut Slip| (slip.revision, slip.epoch, slip.node) == (revision, epoch, node);
        let slips = self.slips.iter_mut().chain(&mut self.vanished);
        slips.filter(same).for_each(|slip| slip.contradicted = true);
    }

    /// What failed here failed elsewhere too: it was the job's fault.
    pub(super) fn absolved(&mut self, revision: JobRevision) {
        self.slips.retain(|slip| slip.revision != revision);
        self.vanished.take_if(|slip| slip.revision == revision);
    }

    pub(super) fn forgive(&mut self) -> bool {
        self.slips.clear();
        self.aside.take().is_some()
    }

    /// Why the worker is to be set aside.
    pub(super) fn disqualified(&self) -> Option<String> {
        if self.slips.len() < SLIPS {
            return None;
        }
        let what = if self.slips.iter().all(|slip| slip.disappeared) {
            format!("it has disappeared with its last {SLIPS} leases")
        } else {
            format!("its last {SLIPS} leases failed")
        };
        let mut jobs: Vec<u64> = self.slips.iter().map(|slip| slip.revision.job.0).collect();
        jobs.sort_unstable();
        jobs.dedup();
        if jobs.len() == SLIPS {
            let jobs: Vec<String> = jobs.iter().map(u64::to_string).collect();
            return Some(format!("{what}, for the jobs {}", jobs.join(", ")));
        }
        let contradicted = self.slips.iter().all(|slip| slip.contradicted);
        contradicted.then(|| format!("{what}, and other workers computed the same"))
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) worker: WorkerName,
    pub(super) cores: u32,
    /// Its place in the [`Roster`](super::roster::Roster).
    pub(super) pool: usize,
    pub(super) heard: Time,
    /// When anything was last done under any of its leases.
    pub(super) progressed: Time,
    pub(super) draining: bool,
    /// In the order of granting.
    pub(super) leases: VecDeque<Fence>,
    /// The leases' shares of the worker, added up.
    pub(super) load: u64,
    /// Jobs that it was told of, until they are closed.
    pub(super) open: BTreeMap<JobRevision, Opened>,
    /// Jobs of which it handed back leases.
    pub(super) reluctance: BTreeMap<JobRevision, Reluctance>,
    /// Where the roster has it: its load then, if it had room.
    pub(super) placed: Option<u64>,
    /// Is it among those that serve, in the roster?
    pub(super) serving: bool,
}

/// What a session has of a job that it was told of. It is told when the job closes, whatever it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opened {
    /// Does it have the brief as it is now?
    pub(super) brief: bool,
    /// The serial number of the offer whose canvas it has.
    pub(super) canvas: Option<u64>,
}

/// A worker hands back the leases of a job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reluctance {
    /// How often in a row.
    pub(super) times: u32,
    /// When it is asked again.
    pub(super) until: Time,
}

impl Connection {
    /// Shards of so many threads that it computes side by side.
    pub(super) fn slots(&self, threads: u32) -> u32 {
        (self.cores / threads.max(1)).max(1)
    }

    /// What a lease takes of the capacity. Rounded up, so that full is full.
    pub(super) fn share(&self, threads: u32) -> u64 {
        CAPACITY.div_ceil(u64::from(self.slots(threads)))
    }

    /// Cores that one shard occupies.
    pub(super) fn cores_per_shard(&self, threads: u32) -> u32 {
        threads.clamp(1, self.cores.max(1))
    }

    /// Does the worker decline this job for now?
    pub(super) fn declines(&self, revision: JobRevision, now: Time) -> bool {
        self.reluctance.get(&revision).is_some_and(|reluctance| reluctance.until > now)
    }
}

/// A lease in a session's hands.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) session: SessionId,
    pub(super) revision: JobRevision,
    pub(super) epoch: Epoch,
    pub(super) node: Node,
    pub(super) shards: u32,
    pub(super) times: LeaseTimes,
    /// Its share of the worker.
    pub(super) share: u64,
    /// What the job was charged, in core seconds.
    pub(super) charged: f64,
    /// As the last heartbeat said.
    pub(super) progress: u32,
    pub(super) progressed: Time,
    /// A heartbeat has named it.
    pub(super) listed: bool,
    /// Heartbeats in a row that have not named it since.
    pub(super) missed: u32,
    /// When its timer goes off.
    pub(super) timer: Time,
}
