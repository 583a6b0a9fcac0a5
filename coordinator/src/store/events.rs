//! What happened on the farm, for people.

use std::fmt;
use std::str::FromStr;

use clipig_core::{JobId, WorkerName};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use super::clock::Timestamp;
use super::database::{Fault, decoded};
use super::error::StoreError;
use super::folder::Store;

/// Whom an event concerns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The farm as a whole.
    Farm,
    Job(JobId),
    Worker(WorkerName),
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What kind of event it was.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $name,)*
            /// One that only a newer clipig knows.
            Other(String),
        }

        impl EventKind {
            /// Its name in the database and on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(text) => text,
                }
            }

            fn from_text(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$name,)*
                    _ => Self::Other(text),
                }
            }
        }
    };
}

kinds! {
    /// A job was submitted.
    Submitted = "submitted",
    /// A job's status changed.
    Status = "status",
    /// A job was updated.
    Updated = "updated",
    /// A job's priority changed.
    Priority = "priority",
    /// A job's computation was chosen.
    Chosen = "chosen",
    /// Texts and images are encoded.
    Prepared = "prepared",
    /// The person who submitted the job should know something.
    Warning = "warning",
    LeaseFailed = "lease_failed",
    /// A checkpoint was found damaged.
    CheckpointDamaged = "checkpoint_damaged",
    /// The bits may differ from those of another run.
    Inexact = "inexact",
    /// Two workers gave different results for the same node.
    SpotCheck = "spot_check",
    /// An old job was removed.
    Removed = "removed",
    /// A worker connected.
    Joined = "joined",
    /// A worker went away.
    Left = "left",
    /// A worker was paused or resumed.
    WorkerPaused = "worker_paused",
    /// A worker was quarantined. The store keeps the name that this had first.
    Quarantined = "set_aside",
    /// A worker was reinstated.
    Reinstated = "forgiven",
    /// The coordinator started.
    Started = "started",
    /// A backup was restored.
    Restored = "restored",
    /// There was no room on the disk, or there is again.
    Disk = "disk",
    /// Somebody set the wall clock.
    ClockStepped = "clock_stepped",
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number; later events have higher ones, whatever the clock says.
    pub number: u64,
    pub time: Timestamp,
    /// Whom it concerns.
    pub subject: Subject,
    /// What kind it was.
    pub kind: EventKind,
    /// What happened, in a sentence.
    pub text: String,
}

/// Which events to list, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only those of one subject; `None`: of all.
    pub subject: Option<Subject>,
    /// With a number above this one.
    pub after: u64,
    /// At most so many; `None`: all.
    pub limit: Option<u32>,
}

impl Store {
    /// Writes down an event. Returns its number.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_event(&self, subject: &Subject, kind: &EventKind, text: &str) -> Result<u64, StoreError> {
        let now = self.now();
        self.database().write(|transaction| add(transaction, now, subject, kind, text))
    }

    /// Writes down events in this order, in one transaction.
    ///
    /// # Errors
    /// When they cannot be written; then none is.
    pub fn add_events(&self, events: &[(Subject, EventKind, String)]) -> Result<(), StoreError> {
        let now = self.now();
        self.database().write(|transaction| {
            for (subject, kind, text) in events {
                add(transaction, now, subject, kind, text)?;
            }
            Ok(())
        })
    }

    /// Events, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn events(&self, filter: &EventFilter) -> Result<Vec<Event>, StoreError> {
        let (condition, subject) = match &filter.subject {
            None => ("?3 IS NULL", Value::Null),
            Some(Subject::Farm) => ("job IS NULL AND worker IS ?3", Value::Null),
            Some(Subject::Job(job)) => ("job = ?3", Value::Integer(job.0 as i64)),
            Some(Subject::Worker(worker)) => ("worker = ?3", Value::Text(worker.to_string())),
        };
        let limit = filter.limit.map_or(-1, i64::from);
        let sql = format!("SELECT * FROM events WHERE number > ?1 AND {condition} ORDER BY number LIMIT ?2");
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![filter.after as i64, limit, subject], event)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Writes an event within a transaction.
pub(super) fn add(
    connection: &Connection,
    now: Timestamp,
    subject: &Subject,
    kind: &EventKind,
    text: &str,
) -> Result<u64, Fault> {
    let (job, worker) = match subject {
        Subject::Farm => (None, None),
        Subject::Job(job) => (Some(job.0 as i64), None),
        Subject::Worker(worker) => (None, Some(worker.as_str())),
    };
    connection
        .prepare_cached("INSERT INTO events (time, job, worker, kind, text) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![now.0, job, worker, kind.as_str(), text])?;
    Ok(connection.last_insert_rowid() as u64)
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let worker =
        decoded(row, "worker", |name: Option<String>| name.as_deref().map(WorkerName::from_str).transpose())?;
    let subject = match (row.get::<_, Option<i64>>("job")?, worker) {
        (Some(job), _) => Subject::Job(JobId(job as u64)),
        (None, Some(worker)) => Subject::Worker(worker),
        (None, None) => Subject::Farm,
    };
    Ok(Event {
        number: row.get::<_, i64>("number")? as u64,
        time: Timestamp(row.get("time")?),
        subject,
        kind: EventKind::from_text(row.get("kind")?),
        text: row.get("text")?,
    })
}
