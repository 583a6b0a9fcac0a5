//! The tables, version by version.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// Marks the file as clipig's (`PRAGMA application_id`): "clpg".
const APPLICATION: i64 = 0x636c_7067;

/// Each step leads from the version of its index to the next. Published steps never change: a farm that was
/// made with them must still open.
pub(super) const STEPS: &[&str] =
    &[VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6, VERSION_7, VERSION_8, VERSION_9];

const VERSION_1: &str = "
-- One row. `incarnation` counts starts and is the first half of every fence.
CREATE TABLE farm (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    incarnation INTEGER NOT NULL,
    opened INTEGER NOT NULL
) STRICT;
INSERT INTO farm VALUES (1, 0, 0);

-- Times are in milliseconds since 1970. Numbers of jobs are never used again.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    request BLOB NOT NULL,
    name TEXT NOT NULL,
    submitter TEXT NOT NULL,
    priority INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    model TEXT NOT NULL,
    model_sha256 BLOB NOT NULL,
    quick_gelu INTEGER NOT NULL,
    number TEXT NOT NULL,
    asked_class TEXT,
    asked_threads INTEGER,
    mix_kinds INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    next_epoch INTEGER NOT NULL,
    epochs INTEGER NOT NULL,
    created INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    -- Chosen when the job starts.
    kind_class TEXT,
    kind_model TEXT,
    kind_libtorch TEXT,
    kind_capability TEXT,
    threads INTEGER,
    shard_size INTEGER,
    canvas_kind TEXT,
    -- Why the bits may differ from those of another run; NULL: they do not.
    inexact TEXT
) STRICT;
CREATE INDEX jobs_by_status ON jobs (status);

CREATE TABLE revisions (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    from_epoch INTEGER NOT NULL,
    yaml TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (job, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE assets (
    job INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (job, revision, name),
    FOREIGN KEY (job, revision) REFERENCES revisions ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE prepared (
    job INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    features BLOB NOT NULL,
    warnings TEXT NOT NULL,
    PRIMARY KEY (job, revision),
    FOREIGN KEY (job, revision) REFERENCES revisions ON DELETE CASCADE
) STRICT;

-- Without references: the last event of a job tells that it was removed.
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    job INTEGER,
    worker TEXT,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_job ON events (job, number) WHERE job IS NOT NULL;
CREATE INDEX events_by_worker ON events (worker, number) WHERE worker IS NOT NULL;

-- NULL where a number is not finite. `targets` is JSON.
CREATE TABLE history (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    loss REAL,
    learnrate REAL,
    learnrate_scale REAL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    stepped INTEGER NOT NULL,
    seconds REAL,
    targets TEXT NOT NULL,
    PRIMARY KEY (job, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker_marks (
    worker TEXT NOT NULL,
    mark TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    reason TEXT NOT NULL,
    PRIMARY KEY (worker, mark)
) STRICT, WITHOUT ROWID;
";

const VERSION_2: &str = "
-- 1 while a job waits because the coordinator ended while it ran: it goes before others.
ALTER TABLE jobs ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0;
-- When the epoch was finished; NULL where version 1 wrote it.
ALTER TABLE history ADD COLUMN time INTEGER;
";

const VERSION_3: &str = "
-- How the model's weights are to be read, as JSON; NULL where version 2 wrote it, which knew `quick_gelu` alone.
ALTER TABLE jobs ADD COLUMN model_settings TEXT;
";

const VERSION_4: &str = "
-- Bytes of memory that the job takes while it runs; NULL where version 3 wrote it.
ALTER TABLE jobs ADD COLUMN memory INTEGER;
-- How often in a row the coordinator died while the job ran and had not finished an epoch.
ALTER TABLE jobs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
-- When a coordinator was last known to run; 0 where version 3 ran last.
ALTER TABLE farm ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
-- 1 where the last coordinator has closed the farm; 0 while one runs, and where it died.
ALTER TABLE farm ADD COLUMN closed INTEGER NOT NULL DEFAULT 1;
";

const VERSION_5: &str = "
-- Whose the job is; NULL where version 4 wrote it: then only operators change it.
ALTER TABLE jobs ADD COLUMN owner TEXT;

-- Who did what. Without references: what was done to a job outlives it.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    -- Empty where a login was refused.
    owner TEXT NOT NULL,
    token TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    job INTEGER,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_job ON audit (job, number) WHERE job IS NOT NULL;
CREATE INDEX audit_by_owner ON audit (owner, number);
";

const VERSION_6: &str = "
-- Whose uploaded content is: who brought it first. What came before version 6 is nobody's.
CREATE TABLE uploads (
    sha256 BLOB PRIMARY KEY,
    owner TEXT NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_owner ON uploads (owner, bytes);
-- For those who have a limit of jobs.
CREATE INDEX jobs_by_owner ON jobs (owner, status);
";

const VERSION_7: &str = "
-- By which people find the job again: a sorted list, as JSON.
ALTER TABLE jobs ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
";

const VERSION_8: &str = "
-- The span below which the job is traced, as W3C Trace Context writes it in `traceparent`; NULL where it is not traced.
ALTER TABLE jobs ADD COLUMN trace TEXT;
";

const VERSION_9: &str = "
-- The models of jobs that are computed with several, after the first one, from place 1.
CREATE TABLE more_models (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (job, place)
) STRICT, WITHOUT ROWID;
";

/// The first version that knows jobs of several models.
pub(super) const WITH_SEVERAL_MODELS: i64 = 9;

/// The version of this program's databases.
pub(super) const NEWEST: i64 = STEPS.len() as i64;

/// The version of a database that this program can use; 0: it is empty.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    version_by(STEPS, connection, path)
}

/// Brings a database to the newest version.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrate_by(STEPS, connection, path)
}

fn version_by(steps: &[&str], connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let failed = |error| StoreError::database(path, error);
    let pragma = |connection: &Connection, name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed)
    };
    let version = pragma(connection, "user_version")?;
    let application = pragma(connection, "application_id")?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)).map_err(failed)?;
    if application != APPLICATION && (tables > 0 || version != 0) {
        let cause = "it belongs to another program".to_owned();
        return Err(StoreError::DatabaseDamaged { path: path.to_path_buf(), cause });
    }
    let known = steps.len() as i64;
    if (0..=known).contains(&version) {
        Ok(version)
    } else {
        Err(StoreError::NewerVersion { path: path.to_path_buf(), found: version, known })
    }
}

fn migrate_by(steps: &[&str], connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::database(path, error);
    let done = version_by(steps, connection, path)? as usize;
    for (version, step) in (1_i64..).zip(steps).skip(done) {
        let apply = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()
        };
        apply(connection).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn steps_are_taken_once_and_whole() {
        let path = Path::new("test.sqlite");
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x); INSERT INTO a VALUES (1);", "UPDATE a SET x = x + 10;"];
        migrate_by(&steps[..1], &mut connection, path).unwrap();
        migrate_by(&steps, &mut connection, path).unwrap();
        migrate_by(&steps, &mut connection, path).unwrap();
        let x: i64 = connection.query_row("SELECT x FROM a", (), |row| row.get(0)).unwrap();
        assert_eq!((version(&connection), x), (2, 11));

        let broken = [steps[0], steps[1], "UPDATE a SET x = 0; UPDATE nowhere SET x = 1;"];
        assert!(migrate_by(&broken, &mut connection, path).is_err());
        let x: i64 = connection.query_row("SELECT x FROM a", (), |row| row.get(0)).unwrap();
        assert_eq!((version(&connection), x), (2, 11));

        let error = migrate_by(&steps[..1], &mut connection, path).unwrap_err();
        assert!(matches!(error, StoreError::NewerVersion { found: 2, known: 1, .. }), "{error}");
    }

    #[test]
    fn a_database_of_another_program_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE photos (x)").unwrap();
        let error = migrate(&mut connection, Path::new("photos.sqlite")).unwrap_err();
        assert!(matches!(error, StoreError::DatabaseDamaged { .. }), "{error}");
    }
}
