//! What owners have on the farm.

use std::collections::BTreeMap;

use super::error::StoreError;
use super::folder::Store;

/// What an owner has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Jobs that wait or are paused.
    pub waiting: u64,
    /// Jobs that run, or are about to.
    pub running: u64,
    /// Bytes of uploaded content.
    pub bytes: u64,
}

impl Store {
    /// What each owner has who has ever had something that is still here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn holdings(&self) -> Result<BTreeMap<String, Holding>, StoreError> {
        // Sums of comparisons count. Jobs from before there were owners have none.
        let sql =
            "SELECT owner, sum(status IN ('waiting', 'paused')), sum(status IN ('preparing', 'running')), 0
                   FROM jobs WHERE owner IS NOT NULL GROUP BY owner
                   UNION ALL SELECT owner, 0, 0, sum(bytes) FROM uploads GROUP BY owner";
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map((), |row| {
                let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
                Ok((
                    row.get::<_, String>(0)?,
                    Holding { waiting: count(1)?, running: count(2)?, bytes: count(3)? },
                ))
            })?;
            let mut holdings = BTreeMap::<String, Holding>::new();
            for row in rows {
                let (owner, found) = row?;
                let holding = holdings.entry(owner).or_default();
                holding.waiting += found.waiting;
                holding.running += found.running;
                holding.bytes += found.bytes;
            }
            Ok(holdings)
        })
    }
}
