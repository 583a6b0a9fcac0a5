//! A simulated worker process: the real session machine, with threads that compute in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{ComputeJob, FromWorker, JobBrief, PROTOCOL, Registration};
use clipig_schedule::dispatcher::Time;
use clipig_worker::session::{Request, Session, SessionSettings, Task, Ticket};

use crate::network::ConnectionId;
use crate::scenario::{Device, WorkerPlan};

/// A worker's process, which may be down.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) plan: WorkerPlan,
    pub(crate) up: bool,
    /// Counts starts, so that what belongs to a dead process is told apart.
    pub(crate) process: u64,
    pub(crate) frozen: Option<Time>,
    /// What its clock is ahead.
    pub(crate) ahead: Duration,
    pub(crate) link: Option<Link>,
    /// Sessions so far.
    sessions: u64,
    /// Work that threads do, by what names it.
    pub(crate) running: BTreeMap<(u64, Ticket), (Arc<ComputeJob>, Task)>,
    pub(crate) fetches: BTreeMap<(u64, Request), Fetch>,
    /// The last answers, for those that are sent again.
    pub(crate) past: Vec<FromWorker>,
    /// Failed dials since the last connection.
    pub(crate) dials: u32,
    /// A person or operator wants it away until then.
    pub(crate) away: Option<Time>,
}

/// Something that is being fetched.
#[derive(Debug)]
pub(crate) enum Fetch {
    /// What belongs to a brief.
    Job(Arc<JobBrief>),
    /// The weights of a model of a job, by its place.
    Model(Arc<ComputeJob>, usize),
}

/// A session, and its connection while it has one.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) connection: Option<ConnectionId>,
    /// Tells it from the worker's other sessions, also those of its earlier processes.
    pub(crate) serial: u64,
    pub(crate) session: Session,
    /// When a tick is on its way.
    pub(crate) tick: Option<Time>,
}

impl Worker {
    pub(crate) fn new(plan: WorkerPlan) -> Self {
        Self {
            plan,
            up: false,
            process: 0,
            frozen: None,
            ahead: Duration::ZERO,
            link: None,
            sessions: 0,
            running: BTreeMap::new(),
            fetches: BTreeMap::new(),
            past: Vec::new(),
            dials: 0,
            away: None,
        }
    }

    pub(crate) fn start(&mut self) {
        self.up = true;
        self.process += 1;
        self.dials = 0;
        self.away = None;
    }

    pub(crate) fn die(&mut self) {
        self.up = false;
        self.link = None;
        self.frozen = None;
        self.running.clear();
        self.fetches.clear();
        self.past.clear();
    }

    /// The connection of its session.
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        self.link.as_ref()?.connection
    }

    pub(crate) fn has_session(&self, serial: u64) -> bool {
        self.link.as_ref().is_some_and(|link| link.serial == serial)
    }

    /// Its session has a connection, or a new session begins on it. Returns what it says first.
    pub(crate) fn connect(&mut self, connection: ConnectionId, settings: SessionSettings) -> FromWorker {
        let sessions = &mut self.sessions;
        let link = self.link.get_or_insert_with(|| {
            *sessions += 1;
            Link { connection: None, serial: *sessions, session: Session::new(settings), tick: None }
        });
        link.connection = Some(connection);
        link.session.register()
    }

    /// The time on its own clock.
    pub(crate) fn clock(&self, now: Time) -> Time {
        now.mul_f64(self.plan.clock) + self.ahead
    }

    /// When its clock shows a time.
    pub(crate) fn when(&self, clock: Time) -> Time {
        clock.saturating_sub(self.ahead).div_f64(self.plan.clock) + Duration::from_micros(1)
    }

    pub(crate) fn settings(&self, number: usize) -> Option<SessionSettings> {
        let registration = Registration {
            protocol: PROTOCOL,
            version: "simulation".into(),
            name: self.plan.name.parse().ok()?,
            instance: (number as u128) << 64 | u128::from(self.process),
            kind: self.plan.kind.clone(),
            cores: self.plan.cores,
            memory: 0,
            device: "cpu".into(),
        };
        Some(SessionSettings { registration, drain: Duration::from_secs(10) })
    }

    pub(crate) fn remember(&mut self, message: &FromWorker) {
        self.past.push(message.clone());
        if self.past.len() > 20 {
            self.past.remove(0);
        }
    }

    pub(crate) fn mend(&mut self) {
        self.plan.device = Device::Sound;
        self.plan.clock = 1.0;
        self.plan.slowness = self.plan.slowness.min(3.0);
    }
}
