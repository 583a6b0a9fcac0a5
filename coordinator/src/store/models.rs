//! The models of jobs that are computed with several. The first one stands with the job itself.

use std::collections::HashMap;

use clipig_core::{JobId, ModelReference, Sha256};
use rusqlite::{Connection, Row, Transaction, params};

use super::database::{Fault, decoded};
use super::records::JobRecord;

/// Writes down the models of a new job after its first.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    job: JobId,
    models: &[ModelReference],
) -> Result<(), Fault> {
    for (place, model) in (1..).zip(models) {
        let settings = serde_json::to_string(&model.settings)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        transaction.execute(
            "INSERT INTO more_models (job, place, name, sha256, settings) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![job.0 as i64, place, model.name, model.sha256.0, settings],
        )?;
    }
    Ok(())
}

/// Adds to jobs what stands of their models outside of their rows.
pub(super) fn complete(connection: &Connection, jobs: &mut [JobRecord]) -> Result<(), Fault> {
    let numbers = || jobs.iter().map(|job| job.id.0 as i64);
    let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { return Ok(()) };
    let mut statement = connection.prepare_cached(
        "SELECT job, name, sha256, settings FROM more_models WHERE job BETWEEN ?1 AND ?2 ORDER BY job, place",
    )?;
    let mut found: HashMap<JobId, Vec<ModelReference>> = HashMap::new();
    for row in statement.query_map([first, last], model)? {
        let (job, model) = row?;
        found.entry(job).or_default().push(model);
    }
    for job in jobs {
        job.more_models = found.remove(&job.id).unwrap_or_default();
    }
    Ok(())
}

fn model(row: &Row<'_>) -> rusqlite::Result<(JobId, ModelReference)> {
    let model = ModelReference {
        name: row.get("name")?,
        sha256: Sha256(row.get("sha256")?),
        settings: decoded(row, "settings", |text: String| serde_json::from_str(&text))?,
    };
    Ok((JobId(row.get::<_, i64>("job")? as u64), model))
}
