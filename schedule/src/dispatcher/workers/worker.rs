//! What is known of a worker, by its name.
//!
//! ```text
//!          registers                heartbeat timeout
//!  Gone ───────────────▶ Connected ───────────────────▶ Silent
//!    ▲                     │    ▲                         │ │
//!    │     disconnects     │    └──────any message────────┘ │
//!    └─────────────────────┴───────────disconnects──────────┘
//! ```
//!
//! A worker whose connection broke is gone, but it keeps its leases until its process has connected anew, another process
//! has taken its name, or the heartbeat timeout is over.
//!
//! Besides, a worker may be paused by a person, quarantined because it failed, and its connection may be draining. Only a
//! connected worker that is none of these gets leases.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use clipig_core::{JobId, JobRevision, Node, Registration, SessionId, Stage, WorkerName};

use crate::dispatcher::action::LeaveCause;
use crate::dispatcher::timers::Time;

/// Strikes in a row after which a worker may be quarantined.
const STRIKES: usize = 3;

/// How many jobs are remembered that took results of a worker.
const JOBS: usize = 256;

/// A worker by its name.
#[derive(Debug)]
pub(in crate::dispatcher) struct Worker {
    registration: Registration,
    liveness: Liveness,
    paused: bool,
    quarantine: Option<Quarantine>,
    /// What failed since something succeeded, the last few.
    strikes: VecDeque<Strike>,
    /// What it had in hand when it disappeared. It becomes a strike when it turns out that its process ended, and
    /// nothing when only the connection was lost.
    vanished: Option<Strike>,
    /// Its last connection, which broke, while the process is waited for.
    broken: Option<SessionId>,
    counts: WorkerCounts,
    /// Jobs that took results of it, the latest.
    jobs: BTreeSet<JobId>,
}

/// Is a worker there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It is connected and sends messages.
    Connected(Connected),
    /// It is connected, but has sent nothing for the heartbeat timeout; its leases went to others.
    Silent(Silent),
    /// It is not connected.
    Gone(Gone),
}

/// See [`Liveness::Connected`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The connection.
    pub session: SessionId,
    /// When it registered, or was heard again.
    pub since: Time,
}

/// See [`Liveness::Silent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The connection.
    pub session: SessionId,
    /// When the timeout was over.
    pub since: Time,
}

/// See [`Liveness::Gone`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// When the connection ended.
    pub since: Time,
    /// Why it ended.
    pub cause: LeaveCause,
}

/// Why and for how long a worker gets no leases, because it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// When it began.
    pub since: Time,
    /// When it ends, unless a person reinstates the worker before.
    pub until: Time,
    /// What the worker did, for people.
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

/// Who registers in a worker's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dispatcher) enum Successor {
    /// The same process: it goes on with what it holds.
    Same,
    /// The same process, with another device: what it holds is of no use.
    Changed,
    /// Another process: the one before has ended.
    Other,
}

/// A failure that counts against a worker.
#[derive(Debug)]
pub(in crate::dispatcher) struct Strike {
    revision: JobRevision,
    stage: Stage,
    node: Node,
    /// The worker did not say that it failed: it was gone.
    disappeared: bool,
    /// Somebody else succeeded with the same.
    contradicted: bool,
}

impl Strike {
    /// The worker said that it failed, or its result was refused.
    pub(in crate::dispatcher) fn failed(revision: JobRevision, stage: Stage, node: Node) -> Self {
        Self { revision, stage, node, disappeared: false, contradicted: false }
    }

    /// The worker was gone with this in hand.
    pub(in crate::dispatcher) fn disappeared(revision: JobRevision, stage: Stage, node: Node) -> Self {
        Self { disappeared: true, ..Self::failed(revision, stage, node) }
    }
}

impl Worker {
    pub(super) fn new(registration: Registration, liveness: Liveness) -> Self {
        let (strikes, vanished, counts) = (VecDeque::new(), None, WorkerCounts::default());
        Self {
            registration,
            liveness,
            paused: false,
            quarantine: None,
            strikes,
            vanished,
            broken: None,
            counts,
            jobs: BTreeSet::new(),
        }
    }

    pub(in crate::dispatcher) fn registration(&self) -> &Registration {
        &self.registration
    }

    pub(in crate::dispatcher) fn liveness(&self) -> &Liveness {
        &self.liveness
    }

    pub(in crate::dispatcher) fn is_paused(&self) -> bool {
        self.paused
    }

    pub(in crate::dispatcher) fn quarantine(&self) -> Option<&Quarantine> {
        self.quarantine.as_ref()
    }

    pub(in crate::dispatcher) fn counts(&self) -> &WorkerCounts {
        &self.counts
    }

    /// Its connection, while it has one.
    pub(in crate::dispatcher) fn session(&self) -> Option<SessionId> {
        match &self.liveness {
            Liveness::Connected(Connected { session, .. }) | Liveness::Silent(Silent { session, .. }) => {
                Some(*session)
            }
            Liveness::Gone(_) => None,
        }
    }

    /// Its connection, or the one that broke while its process is waited for.
    pub(super) fn last_session(&self) -> Option<SessionId> {
        self.session().or(self.broken)
    }

    /// Is it waited for since this connection of it broke?
    pub(super) fn is_broken(&self, session: SessionId) -> bool {
        self.broken == Some(session)
    }

    pub(super) fn set_broken(&mut self, broken: Option<SessionId>) {
        self.broken = broken;
    }

    /// Who registers in its place?
    pub(super) fn successor(&self, registration: &Registration) -> Successor {
        let same_device =
            |known: &Registration| (&known.kind, known.cores) == (&registration.kind, registration.cores);
        match &self.registration {
            known if known.instance != registration.instance => Successor::Other,
            known if same_device(known) => Successor::Same,
            _ => Successor::Changed,
        }
    }

    /// When it left, unless it is connected.
    pub(super) fn gone_since(&self) -> Option<Time> {
        match &self.liveness {
            Liveness::Gone(gone) => Some(gone.since),
            Liveness::Connected(_) | Liveness::Silent(_) => None,
        }
    }

    /// What it registered with; stays the same when it connects again.
    pub(super) fn identity(&self) -> (u128, WorkerName) {
        (self.registration.instance, self.registration.name.clone())
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.liveness, Liveness::Connected(_))
    }

    /// May it get leases, as far as its connection allows?
    pub(super) fn may_serve(&self) -> bool {
        self.is_connected() && !self.paused && self.quarantine.is_none()
    }

    /// Would it get leases if it were connected and heard of?
    pub(super) fn is_missed(&self) -> bool {
        !self.is_connected() && !self.paused && self.quarantine.is_none()
    }

    pub(super) fn set_liveness(&mut self, liveness: Liveness) {
        self.liveness = liveness;
    }

    pub(super) fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    pub(super) fn set_quarantine(&mut self, quarantine: Quarantine) {
        self.quarantine = Some(quarantine);
    }

    pub(super) fn counts_mut(&mut self) -> &mut WorkerCounts {
        &mut self.counts
    }

    /// It has connected anew.
    pub(super) fn register(&mut self, registration: Registration) {
        if self.registration.instance == registration.instance {
            self.reappear();
        } else if let Some(strike) = self.vanished.take() {
            // A new process has its name: the old one has ended with its work in hand.
            self.strike(strike);
        }
        self.registration = registration;
    }

    /// It is there again, by the same process: that it was not is the network's fault.
    pub(super) fn reappear(&mut self) {
        self.vanished = None;
    }

    /// It is not there any more, and had this in hand.
    pub(super) fn vanish_with(&mut self, strike: Strike) {
        self.vanished = Some(strike);
    }

    pub(super) fn strike(&mut self, strike: Strike) {
        self.strikes.push_back(strike);
        if self.strikes.len() > STRIKES {
            self.strikes.pop_front();
        }
    }

    /// A result of it for this job counts.
    pub(super) fn succeed(&mut self, job: JobId) {
        self.strikes.clear();
        if self.jobs.insert(job) && self.jobs.len() > JOBS {
            self.jobs.pop_first();
        }
    }

    /// Jobs that took results of it since the coordinator first saw it; of very many, the latest.
    pub(in crate::dispatcher) fn jobs(&self) -> impl Iterator<Item = JobId> {
        self.jobs.iter().copied()
    }

    /// Somebody else computed what failed here.
    pub(super) fn contradict(&mut self, revision: JobRevision, stage: Stage, node: Node) {
        let same =
            |strike: &&mut Strike| (strike.revision, strike.stage, strike.node) == (revision, stage, node);
        let strikes = self.strikes.iter_mut().chain(&mut self.vanished);
        strikes.filter(same).for_each(|strike| strike.contradicted = true);
    }

    /// What failed here failed elsewhere too: it was the job's fault.
    pub(super) fn absolve(&mut self, revision: JobRevision) {
        self.strikes.retain(|strike| strike.revision != revision);
        self.vanished.take_if(|strike| strike.revision == revision);
    }

    /// Ends its quarantine; was there one?
    pub(super) fn reinstate(&mut self) -> bool {
        self.strikes.clear();
        self.quarantine.take().is_some()
    }

    /// Why the worker is to be quarantined: its last three leases failed for three jobs, or although others could
    /// compute the same. Otherwise the jobs may be at fault.
    pub(super) fn disqualification(&self) -> Option<String> {
        if self.strikes.len() < STRIKES {
            return None;
        }
        let what = if self.strikes.iter().all(|strike| strike.disappeared) {
            format!("it has disappeared with its last {STRIKES} leases")
        } else {
            format!("its last {STRIKES} leases failed")
        };
        let mut jobs: Vec<u64> = self.strikes.iter().map(|strike| strike.revision.job.0).collect();
        jobs.sort_unstable();
        jobs.dedup();
        if jobs.len() == STRIKES {
            let jobs: Vec<String> = jobs.iter().map(u64::to_string).collect();
            return Some(format!("{what}, for the jobs {}", jobs.join(", ")));
        }
        let contradicted = self.strikes.iter().all(|strike| strike.contradicted);
        contradicted.then(|| format!("{what}, and other workers computed the same"))
    }
}
