//! The table of similarities for other programs, with all digits.

use std::path::Path;

use clipig_models::Resolved;
use serde_json::{Value as Json, json};

use super::ratings::{Column, Ratings, Row};
use super::sources::{PassedOver, Unreadable};
use clipig_client::failure::Failure;
use clipig_client::picture::file;

/// A line per image under a line of headings.
pub(super) fn csv(ratings: &Ratings) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headings = ratings.columns.iter().map(|column| column.name.clone());
    let mut records = vec![std::iter::once("image".to_owned()).chain(headings).collect::<Vec<_>>()];
    records.extend(ratings.rows.iter().map(|row| {
        let values = row.similarities.iter().map(f64::to_string);
        std::iter::once(row.name.clone()).chain(values).collect()
    }));
    let cannot = |error: String| Failure::failed(format!("cannot make a CSV file: {error}"));
    for record in records {
        writer.write_record(record).map_err(|error| cannot(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| cannot(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes the CSV file; an existing one is replaced.
pub(super) fn write_csv(ratings: &Ratings, path: &Path) -> Result<(), Failure> {
    Ok(file::replace(path, csv(ratings)?.as_bytes())?)
}

/// The ratings as JSON.
pub(super) fn json(
    ratings: &Ratings,
    model: &Resolved,
    failures: &[Unreadable],
    passed_over: &[PassedOver],
) -> String {
    let column = |column: &Column| {
        let kind = if column.is_image { "image" } else { "text" };
        json!({ kind: column.name })
    };
    let row = |row: &Row| json!({ "image": row.name, "similarities": row.similarities });
    let failure =
        |failure: &Unreadable| json!({ "path": failure.path.to_string_lossy(), "reason": failure.reason });
    let passed = |one: &PassedOver| json!({ "path": one.path.to_string_lossy(), "reason": one.reason });
    let all = json!({
        "model": { "name": model.name, "sha256": model.sha256 },
        "columns": ratings.columns.iter().map(column).collect::<Json>(),
        "rows": ratings.rows.iter().map(row).collect::<Json>(),
        "unreadable": failures.iter().map(failure).collect::<Json>(),
        "passed_over": passed_over.iter().map(passed).collect::<Json>(),
    });
    format!("{all:#}\n")
}
