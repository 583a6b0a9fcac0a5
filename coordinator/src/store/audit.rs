//! The audit log: who did what.

use clipig_core::JobId;
use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::clock::Timestamp;
use super::database::{UnknownText, decoded};
use super::error::StoreError;
use super::folder::Store;

/// The result of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused; nothing has changed.
    Refused,
    /// It failed by a fault of the farm.
    Failed,
}

impl AuditOutcome {
    const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    fn of(text: &str) -> Result<Self, UnknownText> {
        let known = Self::ALL.into_iter().find(|outcome| outcome.as_str() == text);
        known.ok_or_else(|| UnknownText { text: text.to_owned(), what: "an outcome" })
    }
}

/// An entry to add to the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuditEntry {
    /// Who; empty where a login was refused.
    pub owner: String,
    /// The name of their token; empty where they showed none.
    pub token: String,
    /// Where they called from.
    pub address: String,
    /// The name of the call.
    pub action: String,
    /// To which job.
    pub job: Option<JobId>,
    /// To which worker or content; may be empty.
    pub subject: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// How it was done, or why it was refused; may be empty.
    pub text: String,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; later entries have higher ones, whatever the clock says.
    pub number: u64,
    /// When.
    pub time: Timestamp,
    /// Who; empty where a login was refused.
    pub owner: String,
    /// The name of their token; empty where they showed none.
    pub token: String,
    /// Where they called from.
    pub address: String,
    /// The name of the call.
    pub action: String,
    /// To which job.
    pub job: Option<JobId>,
    /// To which worker or content; may be empty.
    pub subject: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// How it was done, or why it was refused; may be empty.
    pub text: String,
}

/// Which entries to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those with smaller numbers.
    pub before: Option<u64>,
    /// Only what was done to this job.
    pub job: Option<JobId>,
    /// Only what this owner did.
    pub owner: Option<String>,
    /// At most this many entries; `None`: all.
    pub limit: Option<u32>,
}

impl Store {
    /// Adds an entry.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_audit(&self, entry: &NewAuditEntry) -> Result<(), StoreError> {
        let now = self.now();
        let NewAuditEntry { owner, token, address, action, job, subject, outcome, text } = entry;
        let job = job.map(|job| job.0 as i64);
        self.database().write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO audit (time, owner, token, address, action, job, subject, outcome, text)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    now.0,
                    owner,
                    token,
                    address,
                    action,
                    job,
                    subject,
                    outcome.as_str(),
                    text
                ])?;
            Ok(())
        })
    }

    /// Entries, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        let AuditFilter { before, job, owner, limit } = filter;
        let mut conditions = vec!["number < ?"];
        let mut values =
            vec![Value::Integer(before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX)))];
        if let Some(job) = job {
            conditions.push("job = ?");
            values.push(Value::Integer(job.0 as i64));
        }
        if let Some(owner) = owner {
            conditions.push("owner = ?");
            values.push(Value::Text(owner.clone()));
        }
        values.push(Value::Integer(limit.map_or(-1, i64::from)));
        let condition = conditions.join(" AND ");
        let sql = format!("SELECT * FROM audit WHERE {condition} ORDER BY number DESC LIMIT ?");
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(values), entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Removes all but the newest `kept` entries. Returns how many it removed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn trim_audit(&self, kept: u32) -> Result<usize, StoreError> {
        self.database().write(|transaction| {
            let sql = "DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?1";
            Ok(transaction.execute(sql, [kept])?)
        })
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        number: row.get::<_, i64>("number")? as u64,
        time: Timestamp(row.get("time")?),
        owner: row.get("owner")?,
        token: row.get("token")?,
        address: row.get("address")?,
        action: row.get("action")?,
        job: row.get::<_, Option<i64>>("job")?.map(|job| JobId(job as u64)),
        subject: row.get("subject")?,
        outcome: decoded(row, "outcome", |text: String| AuditOutcome::of(&text))?,
        text: row.get("text")?,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::{ManualClock, Timestamp};

    fn new(owner: &str, job: Option<u64>) -> NewAuditEntry {
        NewAuditEntry {
            owner: owner.to_owned(),
            token: format!("{owner}-laptop"),
            address: "192.0.2.7:1".to_owned(),
            action: "CancelJob".to_owned(),
            job: job.map(JobId),
            subject: String::new(),
            outcome: AuditOutcome::Refused,
            text: "line one\nline two".to_owned(),
        }
    }

    #[test]
    fn entries_are_found_by_job_and_owner_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp(1_700_000_000_000)));
        let store = Store::open(folder.path(), clock).unwrap();
        for (owner, job) in [("a", Some(1)), ("b", Some(1)), ("a", None), ("", None)] {
            store.add_audit(&new(owner, job)).unwrap();
        }
        let numbers = |filter: AuditFilter| -> Vec<u64> {
            store.audit(&filter).unwrap().into_iter().map(|entry| entry.number).collect()
        };
        let all = AuditFilter::default();
        assert_eq!(numbers(all.clone()), [4, 3, 2, 1]);
        assert_eq!(numbers(AuditFilter { limit: Some(2), before: Some(4), ..all.clone() }), [3, 2]);
        assert_eq!(numbers(AuditFilter { job: Some(JobId(1)), ..all.clone() }), [2, 1]);
        assert_eq!(numbers(AuditFilter { owner: Some("a".into()), ..all.clone() }), [3, 1]);
        let first = store.audit(&all).unwrap().pop().unwrap();
        assert_eq!((first.outcome, first.text.as_str()), (AuditOutcome::Refused, "line one\nline two"));
        assert_eq!(store.trim_audit(3).unwrap(), 1);
        assert_eq!(store.trim_audit(3).unwrap(), 0);
        assert_eq!(numbers(all.clone()), [4, 3, 2]);
        // Numbers go on also after all are gone.
        assert_eq!(store.trim_audit(0).unwrap(), 3);
        store.add_audit(&new("a", None)).unwrap();
        assert_eq!(numbers(all), [5]);
    }
}
