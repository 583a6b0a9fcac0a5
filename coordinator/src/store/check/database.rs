//! The database by itself, and what it says should be in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clipig_core::{Epoch, JobId, Sha256};
use clipig_schedule::job::JobState;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::super::database::decoded;
use super::super::error::StoreError;
use super::super::schema;
use super::findings::{Damage, Inspection, Note};

/// How many faults of the database are told.
const TOLD: u32 = 20;

/// What jobs need.
pub(super) struct Contents {
    pub(super) jobs: BTreeMap<JobId, CheckedJob>,
    pub(super) assets: Vec<Asset>,
}

/// A job, as far as its files go.
pub(super) struct CheckedJob {
    pub(super) id: JobId,
    pub(super) state: JobState,
    pub(super) first: Epoch,
    pub(super) next: Epoch,
    /// Names and weights of its models.
    pub(super) models: Vec<(String, Sha256)>,
}

impl CheckedJob {
    /// Would it need a checkpoint? A job that failed or was cancelled can be started again.
    pub(super) fn can_go_on(&self) -> bool {
        self.state != JobState::Completed
    }
}

/// A file that an experiment uses.
pub(super) struct Asset {
    pub(super) job: JobId,
    pub(super) name: String,
    pub(super) sha256: Sha256,
}

impl Contents {
    /// All content that a job names, weights included.
    pub(super) fn named(&self) -> impl Iterator<Item = Sha256> {
        let weights = self.jobs.values().flat_map(|job| &job.models).map(|(_, weights)| *weights);
        self.assets.iter().map(|asset| asset.sha256).chain(weights)
    }

    /// The jobs that name this content.
    pub(super) fn jobs_with(&self, sha256: &Sha256) -> Vec<JobId> {
        let images = self.assets.iter().filter(|asset| asset.sha256 == *sha256).map(|asset| asset.job);
        let names = |job: &&CheckedJob| job.models.iter().any(|(_, weights)| weights == sha256);
        let weights = self.jobs.values().filter(names).map(|job| job.id);
        images.chain(weights).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Checks the database and reads what should be in the folder; `None` where it is too damaged for that.
pub(super) fn read(
    path: &Path,
    is_backup: bool,
    inspection: &mut Inspection,
) -> Result<Option<Contents>, StoreError> {
    let read = open(path, is_backup).and_then(|connection| {
        let version = schema::version(&connection, path)?;
        if version < schema::NEWEST {
            inspection.notes.push(Note::OlderVersion { found: version, newest: schema::NEWEST });
        }
        let failed = |error| StoreError::database(path, error);
        let faults = faults(&connection).map_err(failed)?;
        if !faults.is_empty() {
            inspection.damage.push(Damage::Database { path: path.to_path_buf(), faults });
        }
        contents(&connection, version).map_err(failed)
    });
    match read {
        Ok(contents) => Ok(Some(contents)),
        Err(StoreError::DatabaseDamaged { path, cause }) => {
            inspection.damage.push(Damage::Database { path, faults: vec![cause] });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A backup is opened without any change to its folder. A data folder may hold a log that a crash has left; it is read,
/// and stays as it is.
fn open(path: &Path, is_backup: bool) -> Result<Connection, StoreError> {
    let failed = |error| StoreError::database(path, error);
    if is_backup {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        return Connection::open_with_flags(path, flags).map_err(failed);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(failed)?;
    Ok(connection)
}

/// What SQLite finds wrong, and rows that refer to others that are not there.
fn faults(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let found = statement.query_map((), |row| row.get::<_, String>(0))?;
    let mut faults =
        found.filter(|fault| !matches!(fault.as_deref(), Ok("ok"))).collect::<Result<Vec<_>, _>>()?;
    let mut statement = connection
        .prepare("SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2")?;
    let lost = statement.query_map((), |row| {
        let (table, parent, count): (String, String, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("{count} rows of `{table}` belong to no row of `{parent}`"))
    })?;
    for fault in lost {
        faults.push(fault?);
    }
    Ok(faults)
}

fn contents(connection: &Connection, version: i64) -> rusqlite::Result<Contents> {
    let mut statement = connection.prepare(
        "SELECT id, status, next_epoch, model, model_sha256,
         (SELECT from_epoch FROM revisions WHERE job = id ORDER BY revision LIMIT 1) AS first FROM jobs",
    )?;
    let jobs = statement.query_map((), |row| {
        let id = JobId(row.get::<_, i64>("id")? as u64);
        let job = CheckedJob {
            id,
            state: decoded(row, "status", |text: String| text.parse())?,
            first: Epoch(row.get::<_, Option<u32>>("first")?.unwrap_or(0)),
            next: Epoch(row.get("next_epoch")?),
            models: vec![(row.get("model")?, Sha256(row.get("model_sha256")?))],
        };
        Ok((id, job))
    })?;
    let mut jobs: BTreeMap<JobId, CheckedJob> = jobs.collect::<Result<_, _>>()?;
    if version >= schema::WITH_SEVERAL_MODELS {
        add_models(connection, &mut jobs)?;
    }
    let mut statement =
        connection.prepare("SELECT DISTINCT job, name, sha256 FROM assets ORDER BY job, name")?;
    let assets = statement.query_map((), |row| {
        let job = JobId(row.get::<_, i64>("job")? as u64);
        Ok(Asset { job, name: row.get("name")?, sha256: Sha256(row.get("sha256")?) })
    })?;
    Ok(Contents { jobs, assets: assets.collect::<Result<_, _>>()? })
}

/// Adds the models of jobs that are computed with several.
fn add_models(connection: &Connection, jobs: &mut BTreeMap<JobId, CheckedJob>) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare("SELECT job, name, sha256 FROM more_models ORDER BY job, place")?;
    let models = statement.query_map((), |row| {
        let job = JobId(row.get::<_, i64>("job")? as u64);
        Ok((job, (row.get::<_, String>("name")?, Sha256(row.get("sha256")?))))
    })?;
    for model in models {
        let (job, model) = model?;
        // A row that belongs to no job is told as a fault of the database.
        if let Some(job) = jobs.get_mut(&job) {
            job.models.push(model);
        }
    }
    Ok(())
}
