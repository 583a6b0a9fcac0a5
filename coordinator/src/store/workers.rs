//! What is remembered of workers: who is paused, who is quarantined.

use std::str::FromStr;
use std::time::Duration;

use clipig_core::WorkerName;
use rusqlite::{Row, params};

use super::clock::Timestamp;
use super::database::{UnknownText, decoded};
use super::error::StoreError;
use super::events::{self, EventKind, Subject};
use super::folder::Store;

/// Why a worker gets no leases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// A person paused it.
    Paused,
    /// It failed too often.
    Quarantined,
}

impl Mark {
    fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Quarantined => "set_aside",
        }
    }

    fn from_text(text: &str) -> Result<Self, UnknownText> {
        let known = [Self::Paused, Self::Quarantined].into_iter().find(|mark| mark.as_str() == text);
        known.ok_or_else(|| UnknownText { text: text.to_owned(), what: "a mark of a worker" })
    }
}

/// A worker that gets no leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedWorker {
    /// Its name.
    pub worker: WorkerName,
    pub mark: Mark,
    /// Since when.
    pub since: Timestamp,
    /// Until when, where that is known.
    pub until: Option<Timestamp>,
    /// What happened, for people.
    pub reason: String,
}

impl MarkedWorker {
    /// How long the mark still holds at `now`; `None` where its time is over or not bounded. Never longer than it was
    /// given for, whoever set the clock back since.
    pub fn left(&self, now: Timestamp) -> Option<Duration> {
        let until = self.until?;
        let left = until.since(now).min(until.since(self.since));
        (!left.is_zero()).then_some(left)
    }
}

impl Store {
    /// Marks a worker, with an event. A mark of the same kind is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn mark_worker(&self, marked: &MarkedWorker) -> Result<(), StoreError> {
        let MarkedWorker { worker, mark, since, until, reason } = marked;
        let kind = match mark {
            Mark::Paused => EventKind::WorkerPaused,
            Mark::Quarantined => EventKind::Quarantined,
        };
        let now = self.now();
        self.database().write(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO worker_marks (worker, mark, since, until, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![worker.as_str(), mark.as_str(), since.0, until.map(|time| time.0), reason],
            )?;
            events::add(transaction, now, &Subject::Worker(worker.clone()), &kind, reason)?;
            Ok(())
        })
    }

    /// Takes a mark away, with an event. Says whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn unmark_worker(&self, worker: &WorkerName, mark: Mark, reason: &str) -> Result<bool, StoreError> {
        let kind = match mark {
            Mark::Paused => EventKind::WorkerPaused,
            Mark::Quarantined => EventKind::Reinstated,
        };
        let now = self.now();
        self.database().write(|transaction| {
            let sql = "DELETE FROM worker_marks WHERE worker = ?1 AND mark = ?2";
            let found = transaction.execute(sql, params![worker.as_str(), mark.as_str()])? > 0;
            if found {
                events::add(transaction, now, &Subject::Worker(worker.clone()), &kind, reason)?;
            }
            Ok(found)
        })
    }

    /// All marked workers by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn marked_workers(&self) -> Result<Vec<MarkedWorker>, StoreError> {
        self.database().read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM worker_marks ORDER BY worker, mark")?;
            let rows = statement.query_map((), marked)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn marked(row: &Row<'_>) -> rusqlite::Result<MarkedWorker> {
    Ok(MarkedWorker {
        worker: decoded(row, "worker", |name: String| WorkerName::from_str(&name))?,
        mark: decoded(row, "mark", |text: String| Mark::from_text(&text))?,
        since: Timestamp(row.get("since")?),
        until: row.get::<_, Option<i64>>("until")?.map(Timestamp),
        reason: row.get("reason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_holds_as_long_as_it_was_given_for_and_no_longer() {
        let (since, until) = (Timestamp(100_000), Some(Timestamp(160_000)));
        let (worker, reason) = ("w".parse().unwrap(), String::new());
        let mark = MarkedWorker { worker, mark: Mark::Quarantined, since, until, reason };
        let left = |now| mark.left(Timestamp(now)).map(|left| left.as_secs());
        assert_eq!(
            [left(100_000), left(150_000), left(160_000), left(900_000)],
            [Some(60), Some(10), None, None]
        );
        // The clock was set back by a day.
        assert_eq!(left(-86_400_000), Some(60));
        assert_eq!(MarkedWorker { until: None, ..mark }.left(since), None);
    }
}
