//! The jobs of a farm: every change is one transaction, durable when it returns.

use std::collections::{BTreeMap, BTreeSet};

use clipig_core::{
    Activation, DeviceClass, Epoch, JobId, JobRevision, ModelReference, ModelSettings, Preparation, Sha256,
    WorkerKind,
};
use clipig_schedule::job::JobState;
use clipig_telemetry::TraceContext;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::clock::Timestamp;
use super::database::{Fault, UnknownText, decoded};
use super::error::StoreError;
use super::events::{self, EventKind, Subject};
use super::features;
use super::folder::Store;
use super::models;
use super::records::{
    Computation, JobFilter, JobRecord, QueuedJob, Revision, Submission, Submitted, Transition, Update,
};

impl Store {
    /// Adds a job, unless the same submission made one before.
    ///
    /// # Errors
    /// [`StoreError::TokenReused`] where the token belongs to other content, [`StoreError::MissingBlobs`] where
    /// files were not uploaded; when it cannot be written.
    pub fn submit(&self, submission: &Submission) -> Result<Submitted, StoreError> {
        // No blob is collected between the check and the commit.
        let _held = self.hold_blobs();
        let now = self.now();
        self.database().write(|transaction| {
            if let Some(job) = known(transaction, &submission.token, &submission.request)? {
                return Ok(Submitted::Known(job));
            }
            self.require_blobs(&submission.assets)?;
            let job = insert(transaction, submission, now)?;
            let revision = Revision {
                revision: 0,
                from: submission.first,
                yaml: submission.yaml.clone(),
                assets: submission.assets.clone(),
                created: now,
            };
            insert_revision(transaction, job, &revision)?;
            models::insert(transaction, job, &submission.more_models)?;
            let text = format!("submitted by {}", submission.submitter);
            events::add(transaction, now, &Subject::Job(job), &EventKind::Submitted, &text)?;
            Ok(Submitted::New(job))
        })
    }

    /// The job that a submission has made before.
    ///
    /// # Errors
    /// [`StoreError::TokenReused`] where the token belongs to other content; when the database fails.
    pub fn submitted(&self, token: &str, request: &Sha256) -> Result<Option<JobId>, StoreError> {
        self.database().read(|connection| known(connection, token, request))
    }

    /// A job.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when the database fails.
    pub fn job(&self, job: JobId) -> Result<JobRecord, StoreError> {
        self.database().read(|connection| read_job(connection, job))
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>, StoreError> {
        // The names are the program's own, so they need no quoting.
        let names: Vec<String> = filter.status.iter().map(|status| format!("'{status}'")).collect();
        let condition =
            if names.is_empty() { "TRUE".to_owned() } else { format!("status IN ({})", names.join(", ")) };
        let sql = format!("{SELECT_JOBS} WHERE {condition} AND id < ?1 ORDER BY id DESC LIMIT ?2");
        let before = filter.before.map_or(i64::MAX, |job| job.0 as i64);
        let limit = filter.limit.map_or(-1, i64::from);
        self.database().read(|connection| {
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params![before, limit], job_record)?;
            let mut jobs = rows.collect::<Result<Vec<_>, _>>()?;
            models::complete(connection, &mut jobs)?;
            Ok(jobs)
        })
    }

    /// All waiting jobs, as far as the queue needs to know them, in the order of their numbers. Ten thousand take some
    /// milliseconds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn queue(&self) -> Result<Vec<QueuedJob>, StoreError> {
        let sql =
            "SELECT id, priority, interrupted, asked_class, mix_kinds, kind_class, kind_model, kind_libtorch,
                   kind_capability, memory, deaths, owner FROM jobs WHERE status = ?1 ORDER BY id";
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([JobState::Waiting.as_str()], queued_job)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many jobs are in a status.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count(&self, status: JobState) -> Result<usize, StoreError> {
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached("SELECT count(*) FROM jobs WHERE status = ?1")?;
            let count: u32 = statement.query_row([status.as_str()], |row| row.get(0))?;
            Ok(count as usize)
        })
    }

    /// How many jobs of an owner are in a status.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_of(&self, owner: &str, status: JobState) -> Result<usize, StoreError> {
        self.database().read(|connection| {
            let sql = "SELECT count(*) FROM jobs WHERE owner = ?1 AND status = ?2";
            let count: u32 =
                connection.prepare_cached(sql)?.query_row([owner, status.as_str()], |row| row.get(0))?;
            Ok(count as usize)
        })
    }

    /// All jobs of an owner, or all that there are (`None`).
    ///
    /// # Errors
    /// When the database fails.
    pub fn jobs_of(&self, owner: Option<&str>) -> Result<Vec<JobId>, StoreError> {
        let condition = if owner.is_some() { "WHERE owner = ?1" } else { "" };
        let sql = format!("SELECT id FROM jobs {condition} ORDER BY id");
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(owner), |row| row.get::<_, i64>(0))?;
            rows.map(|id| Ok(JobId(id? as u64))).collect()
        })
    }

    /// Changes a job's status, with an event. The first time that it runs, and whenever it ends, is written down.
    /// Returns the event's number.
    ///
    /// # Errors
    /// [`StoreError::StatusChanged`] where the job is not in `from`; [`StoreError::OpenUpdate`] where it would be
    /// completed with an update that no epoch has seen; [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn transition(&self, job: JobId, transition: &Transition) -> Result<u64, StoreError> {
        let Transition { from: expected, to, reason } = transition;
        let now = self.now();
        self.database().write(|transaction| {
            let JobRecord { status: found, started, .. } = read_job(transaction, job)?;
            if found != *expected {
                return Err(StoreError::StatusChanged { job, expected: *expected, found }.into());
            }
            if *to == JobState::Completed && has_open_update(transaction, job)? {
                return Err(StoreError::OpenUpdate(job).into());
            }
            // No person puts a running job back into the queue.
            let interrupted = found.is_active() && *to == JobState::Waiting;
            let started = started.or(to.is_active().then_some(now));
            let ended = to.is_ended().then_some(now.0);
            transaction
                .prepare_cached(
                    "UPDATE jobs SET status = ?2, reason = ?3, started = ?4, ended = ?5, interrupted = ?6,
                     deaths = CASE WHEN ?7 THEN 0 ELSE deaths END WHERE id = ?1",
                )?
                .execute(params![
                    job.0 as i64,
                    to.as_str(),
                    reason,
                    started.map(|time| time.0),
                    ended,
                    interrupted,
                    // A person lets it go on.
                    !found.is_active() && *to == JobState::Waiting
                ])?;
            let text = if reason.is_empty() { to.to_string() } else { format!("{to}: {reason}") };
            events::add(transaction, now, &Subject::Job(job), &EventKind::Status, &text)
        })
    }

    /// Counts a death of the coordinator for a job that was running. Returns how many there are now.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn add_death(&self, job: JobId) -> Result<u32, StoreError> {
        self.database().write(|transaction| {
            let sql = "UPDATE jobs SET deaths = deaths + 1 WHERE id = ?1 RETURNING deaths";
            let deaths = transaction.query_row(sql, [job.0 as i64], |row| row.get(0)).optional()?;
            deaths.ok_or_else(|| StoreError::NoSuchJob(job).into())
        })
    }

    /// A job has shown that the coordinator does not die of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn clear_deaths(&self, job: JobId) -> Result<(), StoreError> {
        self.database().write(|transaction| {
            transaction.execute("UPDATE jobs SET deaths = 0 WHERE id = ?1", [job.0 as i64])?;
            Ok(())
        })
    }

    /// Writes down how much memory a job takes that an older clipig took in.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_memory(&self, job: JobId, memory: u64) -> Result<(), StoreError> {
        self.database().write(|transaction| {
            let sql = "UPDATE jobs SET memory = ?2 WHERE id = ?1";
            transaction.execute(sql, params![job.0 as i64, signed(memory)])?;
            Ok(())
        })
    }

    /// Changes a job's priority, with an event. Returns the event's number.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn set_priority(&self, job: JobId, priority: i32) -> Result<u64, StoreError> {
        let now = self.now();
        self.database().write(|transaction| {
            let JobRecord { priority: before, .. } = read_job(transaction, job)?;
            transaction
                .execute("UPDATE jobs SET priority = ?2 WHERE id = ?1", params![job.0 as i64, priority])?;
            let text = format!("priority {priority}, was {before}");
            events::add(transaction, now, &Subject::Job(job), &EventKind::Priority, &text)
        })
    }

    /// Changes the labels by which people find a job again.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn set_labels(&self, job: JobId, labels: &BTreeSet<String>) -> Result<(), StoreError> {
        let labels = serde_json::json!(labels).to_string();
        self.database().write(|transaction| {
            let sql = "UPDATE jobs SET labels = ?2 WHERE id = ?1";
            match transaction.execute(sql, params![job.0 as i64, labels])? {
                0 => Err(StoreError::NoSuchJob(job).into()),
                _ => Ok(()),
            }
        })
    }

    /// Writes down what a job is computed with, with an event. Returns the event's number.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn choose(&self, job: JobId, computation: &Computation) -> Result<u64, StoreError> {
        let Computation { kind, threads, shard_size, canvas_kind } = computation;
        let WorkerKind { class, model, libtorch, capability } = kind;
        let (class, now) = (class.to_string(), self.now());
        self.database().write(|transaction| {
            read_job(transaction, job)?;
            transaction.execute(
                "UPDATE jobs SET kind_class = ?2, kind_model = ?3, kind_libtorch = ?4, kind_capability = ?5,
                 threads = ?6, shard_size = ?7, canvas_kind = ?8 WHERE id = ?1",
                params![job.0 as i64, class, model, libtorch, capability, threads, shard_size, canvas_kind],
            )?;
            let text =
                format!("computed by {kind}; {threads} threads per shard of {shard_size} samples at most");
            events::add(transaction, now, &Subject::Job(job), &EventKind::Chosen, &text)
        })
    }

    /// Writes down why a job's bits may differ from those of another run, with an event. The first reason stays.
    /// Returns the event's number.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn note_inexact(&self, job: JobId, why: &str) -> Result<u64, StoreError> {
        let now = self.now();
        self.database().write(|transaction| {
            read_job(transaction, job)?;
            let sql = "UPDATE jobs SET inexact = coalesce(inexact, ?2) WHERE id = ?1";
            transaction.execute(sql, params![job.0 as i64, why])?;
            events::add(transaction, now, &Subject::Job(job), &EventKind::Inexact, why)
        })
    }

    /// Stores the features of a revision, bit for bit, with the warnings as events.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`] where there is no such revision; when it cannot be written.
    pub fn set_prepared(&self, revision: JobRevision, preparation: &Preparation) -> Result<(), StoreError> {
        let bytes = features::encode(&preparation.prepared);
        let warnings = serde_json::json!(preparation.warnings).to_string();
        let (job, now) = (Subject::Job(revision.job), self.now());
        self.database().write(|transaction| {
            if revision.revision > read_job(transaction, revision.job)?.revision {
                return Err(StoreError::NoSuchJob(revision.job).into());
            }
            transaction.execute(
                "INSERT OR REPLACE INTO prepared (job, revision, features, warnings) VALUES (?1, ?2, ?3, ?4)",
                params![revision.job.0 as i64, revision.revision, bytes, warnings],
            )?;
            events::add(transaction, now, &job, &EventKind::Prepared, "texts and images are encoded")?;
            for warning in &preparation.warnings {
                events::add(transaction, now, &job, &EventKind::Warning, warning)?;
            }
            Ok(())
        })
    }

    /// The features of a revision; `None` before they are stored.
    ///
    /// # Errors
    /// When the database fails.
    pub fn prepared(&self, revision: JobRevision) -> Result<Option<Preparation>, StoreError> {
        let sql = "SELECT features, warnings FROM prepared WHERE job = ?1 AND revision = ?2";
        self.database().read(|connection| {
            let key = params![revision.job.0 as i64, revision.revision];
            let read = connection.query_row(sql, key, |row| {
                let prepared = decoded(row, "features", |bytes: Vec<u8>| features::decode(&bytes))?;
                let warnings = decoded(row, "warnings", |text: String| serde_json::from_str(&text))?;
                Ok(Preparation { prepared, warnings })
            });
            Ok(read.optional()?)
        })
    }

    /// Adds a revision, with an event. Returns its number.
    ///
    /// # Errors
    /// [`StoreError::StatusChanged`] where the job has ended, [`StoreError::RevisionChanged`] where another update came first, [`StoreError::MissingBlobs`],
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn update(&self, job: JobId, update: &Update) -> Result<u32, StoreError> {
        let _held = self.hold_blobs();
        let now = self.now();
        self.database().write(|transaction| {
            let JobRecord { revision: found, status, .. } = read_job(transaction, job)?;
            if status.is_ended() {
                let expected = JobState::Running;
                return Err(StoreError::StatusChanged { job, expected, found: status }.into());
            }
            if found != update.seen {
                return Err(StoreError::RevisionChanged { job, expected: update.seen, found }.into());
            }
            self.require_blobs(&update.assets)?;
            let revision = Revision {
                revision: found + 1,
                from: update.from,
                yaml: update.yaml.clone(),
                assets: update.assets.clone(),
                created: now,
            };
            insert_revision(transaction, job, &revision)?;
            transaction.execute(
                "UPDATE jobs SET epochs = ?2, memory = max(coalesce(memory, 0), ?3) WHERE id = ?1",
                params![job.0 as i64, update.epochs, signed(update.memory)],
            )?;
            let text = match update.from {
                Update::OPEN => {
                    format!("revision {}, from the next epoch on", revision.revision)
                }
                from => format!("revision {} holds from epoch {from} on", revision.revision),
            };
            events::add(transaction, now, &Subject::Job(job), &EventKind::Updated, &text)?;
            Ok(revision.revision)
        })
    }

    /// Says from which epoch on a revision holds that was open ([`Update::OPEN`]), with an event. Where that is known
    /// already it stays as it is: epochs may have been computed under it. Returns the event's number.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`] where there is no such revision; when it cannot be written.
    pub fn settle_revision(&self, revision: JobRevision, from: Epoch) -> Result<Option<u64>, StoreError> {
        let JobRevision { job, revision } = revision;
        let now = self.now();
        self.database().write(|transaction| {
            let sql = "SELECT from_epoch FROM revisions WHERE job = ?1 AND revision = ?2";
            let key = params![job.0 as i64, revision];
            let held = transaction.query_row(sql, key, |row| row.get(0).map(Epoch)).optional()?;
            if held.ok_or(StoreError::NoSuchJob(job))? != Update::OPEN {
                return Ok(None);
            }
            let sql = "UPDATE revisions SET from_epoch = ?3 WHERE job = ?1 AND revision = ?2";
            transaction.execute(sql, params![job.0 as i64, revision, from.0])?;
            let text = format!("revision {revision} holds from epoch {from} on");
            events::add(transaction, now, &Subject::Job(job), &EventKind::Updated, &text).map(Some)
        })
    }

    /// Bytes of all experiments of a job, as submitted and updated.
    ///
    /// # Errors
    /// When the database fails.
    pub fn revision_bytes(&self, job: JobId) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(octet_length(yaml)), 0) FROM revisions WHERE job = ?1";
        self.database().read(|connection| {
            let bytes: i64 = connection.query_row(sql, [job.0 as i64], |row| row.get(0))?;
            Ok(bytes.unsigned_abs())
        })
    }

    /// All revisions of a job, oldest first. For an epoch the last one holds whose `from` is not above it.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when the database fails.
    pub fn revisions(&self, job: JobId) -> Result<Vec<Revision>, StoreError> {
        self.database().read(|connection| {
            read_job(connection, job)?;
            let mut revisions = connection
                .prepare_cached("SELECT * FROM revisions WHERE job = ?1 ORDER BY revision")?
                .query_map([job.0 as i64], revision)?
                .collect::<Result<Vec<_>, _>>()?;
            let mut statement = connection.prepare_cached("SELECT * FROM assets WHERE job = ?1")?;
            let assets = statement.query_map([job.0 as i64], |row| {
                Ok((row.get::<_, u32>("revision")?, row.get("name")?, Sha256(row.get("sha256")?)))
            })?;
            for asset in assets {
                let (revision, name, sha256) = asset?;
                let of = revisions.iter_mut().find(|known| known.revision == revision);
                of.map(|of| of.assets.insert(name, sha256));
            }
            Ok(revisions)
        })
    }
}

/// A number of bytes as `SQLite` has it.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Waits a job's last revision for an epoch? One that a later one has overtaken does not matter.
fn has_open_update(transaction: &Transaction<'_>, job: JobId) -> rusqlite::Result<bool> {
    let sql = "SELECT from_epoch = ?2 FROM revisions WHERE job = ?1 ORDER BY revision DESC LIMIT 1";
    let open = transaction.query_row(sql, params![job.0 as i64, Update::OPEN.0], |row| row.get(0));
    Ok(open.optional()?.unwrap_or(false))
}

/// The job that a token belongs to.
fn known(connection: &Connection, token: &str, request: &Sha256) -> Result<Option<JobId>, Fault> {
    let sql = "SELECT id, request FROM jobs WHERE token = ?1";
    let read = |row: &Row<'_>| Ok((JobId(row.get::<_, i64>(0)? as u64), Sha256(row.get(1)?)));
    match connection.query_row(sql, [token], read).optional()? {
        Some((job, of)) if of != *request => {
            Err(StoreError::TokenReused { token: token.to_owned(), job }.into())
        }
        found => Ok(found.map(|(job, _)| job)),
    }
}

fn insert(transaction: &Transaction<'_>, job: &Submission, now: Timestamp) -> Result<JobId, Fault> {
    let settings = serde_json::to_string(&job.model.settings)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    transaction.execute(
        "INSERT INTO jobs (token, request, name, submitter, priority, seed, model, model_sha256, quick_gelu,
         number, asked_class, asked_threads, mix_kinds, status, reason, next_epoch, epochs, created, model_settings,
         memory, owner, trace)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, '', ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        params![
            job.token,
            job.request.0,
            job.name,
            job.submitter,
            job.priority,
            // SQLite's integers have a sign; the bits are the same.
            job.seed as i64,
            job.model.name,
            job.model.sha256.0,
            job.model.settings.activation == Activation::QuickGelu,
            job.number.to_string(),
            job.class.map(|class| class.to_string()),
            job.threads,
            job.mix_kinds,
            JobState::Waiting.as_str(),
            job.first.0,
            job.epochs,
            now.0,
            settings,
            signed(job.memory),
            job.owner,
            job.trace.map(|trace| trace.to_string()),
        ],
    )?;
    Ok(JobId(transaction.last_insert_rowid() as u64))
}

/// No number up to `highest` is given to a new job any more.
pub(super) fn skip_numbers(transaction: &Transaction<'_>, highest: JobId) -> rusqlite::Result<()> {
    let highest = highest.0 as i64;
    let sql = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'jobs'";
    if transaction.execute(sql, [highest])? == 0 {
        transaction.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', ?1)", [highest])?;
    }
    Ok(())
}

fn insert_revision(transaction: &Transaction<'_>, job: JobId, revision: &Revision) -> Result<(), Fault> {
    let Revision { revision: number, from, yaml, assets, created } = revision;
    transaction.execute(
        "INSERT INTO revisions (job, revision, from_epoch, yaml, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![job.0 as i64, number, from.0, yaml, created.0],
    )?;
    for (name, sha256) in assets {
        transaction.execute(
            "INSERT INTO assets (job, revision, name, sha256) VALUES (?1, ?2, ?3, ?4)",
            params![job.0 as i64, number, name, sha256.0],
        )?;
    }
    Ok(())
}

const SELECT_JOBS: &str = "SELECT jobs.*,
    (SELECT max(revision) FROM revisions WHERE job = jobs.id) AS revision FROM jobs";

/// Reads a job within a transaction.
pub(super) fn read_job(connection: &Connection, job: JobId) -> Result<JobRecord, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_JOBS} WHERE id = ?1"))?;
    let read = statement.query_row([job.0 as i64], job_record).optional()?;
    let mut read = read.ok_or_else(|| Fault::from(StoreError::NoSuchJob(job)))?;
    models::complete(connection, std::slice::from_mut(&mut read))?;
    Ok(read)
}

/// A job's row; [`models::complete`] adds what does not stand in it.
fn job_record(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    Ok(JobRecord {
        id: JobId(row.get::<_, i64>("id")? as u64),
        token: row.get("token")?,
        name: row.get("name")?,
        submitter: row.get("submitter")?,
        owner: row.get("owner")?,
        priority: row.get("priority")?,
        seed: row.get::<_, i64>("seed")? as u64,
        model: ModelReference {
            name: row.get("model")?,
            sha256: Sha256(row.get("model_sha256")?),
            settings: model_settings(row)?,
        },
        more_models: Vec::new(),
        number: decoded(row, "number", |text: String| text.parse())?,
        class: decoded(row, "asked_class", |text: Option<String>| text.as_deref().map(class).transpose())?,
        threads: row.get("asked_threads")?,
        mix_kinds: row.get("mix_kinds")?,
        status: decoded(row, "status", |text: String| text.parse())?,
        reason: row.get("reason")?,
        interrupted: row.get("interrupted")?,
        revision: row.get("revision")?,
        next: Epoch(row.get("next_epoch")?),
        epochs: row.get("epochs")?,
        created: Timestamp(row.get("created")?),
        started: row.get::<_, Option<i64>>("started")?.map(Timestamp),
        ended: row.get::<_, Option<i64>>("ended")?.map(Timestamp),
        computation: computation(row)?,
        inexact: row.get("inexact")?,
        memory: row.get::<_, Option<i64>>("memory")?.map(i64::unsigned_abs),
        deaths: row.get("deaths")?,
        labels: decoded(row, "labels", |text: String| serde_json::from_str(&text))?,
        trace: row.get::<_, Option<String>>("trace")?.as_deref().and_then(TraceContext::parse),
    })
}

fn queued_job(row: &Row<'_>) -> rusqlite::Result<QueuedJob> {
    Ok(QueuedJob {
        id: JobId(row.get::<_, i64>("id")? as u64),
        priority: row.get("priority")?,
        interrupted: row.get("interrupted")?,
        class: decoded(row, "asked_class", |text: Option<String>| text.as_deref().map(class).transpose())?,
        mix_kinds: row.get("mix_kinds")?,
        begun_on: kind(row)?,
        memory: row.get::<_, Option<i64>>("memory")?.map_or(0, i64::unsigned_abs),
        deaths: row.get("deaths")?,
        owner: row.get("owner")?,
    })
}

/// Version 2 knew a model's activation alone.
fn model_settings(row: &Row<'_>) -> rusqlite::Result<ModelSettings> {
    let activation = if row.get::<_, bool>("quick_gelu")? { Activation::QuickGelu } else { Activation::Gelu };
    decoded(row, "model_settings", |text: Option<String>| match text {
        None => Ok(ModelSettings::of_activation(activation)),
        Some(text) => serde_json::from_str(&text).map_err(|error| error.to_string()),
    })
}

fn computation(row: &Row<'_>) -> rusqlite::Result<Option<Computation>> {
    let Some(kind) = kind(row)? else { return Ok(None) };
    let (threads, shard_size) = (row.get("threads")?, row.get("shard_size")?);
    Ok(Some(Computation { kind, threads, shard_size, canvas_kind: row.get("canvas_kind")? }))
}

/// The kind of worker that a job was begun on.
fn kind(row: &Row<'_>) -> rusqlite::Result<Option<WorkerKind>> {
    let class = decoded(row, "kind_class", |text: Option<String>| text.as_deref().map(class).transpose())?;
    let Some(class) = class else { return Ok(None) };
    let (model, libtorch) = (row.get("kind_model")?, row.get("kind_libtorch")?);
    Ok(Some(WorkerKind { class, model, libtorch, capability: row.get("kind_capability")? }))
}

fn class(text: &str) -> Result<DeviceClass, UnknownText> {
    let known = [DeviceClass::Cpu, DeviceClass::Cuda].into_iter().find(|class| class.to_string() == text);
    known.ok_or_else(|| UnknownText { text: text.to_owned(), what: "a class of devices" })
}

fn revision(row: &Row<'_>) -> rusqlite::Result<Revision> {
    Ok(Revision {
        revision: row.get("revision")?,
        from: Epoch(row.get("from_epoch")?),
        yaml: row.get("yaml")?,
        assets: BTreeMap::new(),
        created: Timestamp(row.get("created")?),
    })
}
