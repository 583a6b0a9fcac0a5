//! What goes with a finished picture: the YAML with the full experiment, and the line on standard output.

use std::path::{Path, PathBuf};

use clipig_experiment::Tree;
use clipig_picture::{Record, Run};
use serde_json::json;

use super::file::{self, WriteError};

/// Writes the full experiment beside the picture, unless a file of that name exists: mostly the experiment itself.
/// The file, where it was written. `seconds`: how long the run took, where that is known.
///
/// # Errors
/// When it cannot be written.
pub fn write_experiment(
    picture: &Path,
    record: &Record,
    tree: &Tree,
    seconds: Option<f64>,
    table: &[String],
) -> Result<Option<PathBuf>, WriteError> {
    let path = picture.with_extension("yaml");
    if path == picture {
        return Ok(None);
    }
    let Run { version, seed, kind, epochs_done, .. } = &record.run;
    let mut header = vec![
        format!("made by clipig {version} at {}", crate::terminal::utc_now()),
        format!("epochs: {epochs_done} / {}", tree.to_json()["epochs"]),
    ];
    header.extend(seconds.map(|seconds| match epochs_done {
        0 => format!("runtime: {seconds:.2} seconds"),
        _ => format!("runtime: {seconds:.2} seconds ({:.3}/epoch)", seconds / f64::from(*epochs_done)),
    }));
    let models: Vec<&str> = record.run.model_names().collect();
    let several = if models.len() > 1 { "s" } else { "" };
    header.push(format!("seed: {seed}, model{several}: {}, computed on: {kind}", models.join(", ")));
    if !table.is_empty() {
        header.push("targets:".to_owned());
        header.extend_from_slice(table);
    }
    let text = format!("# {}\n\n{}", header.join("\n# "), tree.to_yaml());
    let written = file::create_exactly(&path, text.as_bytes())?;
    Ok(written.then_some(path))
}

/// The line that `clipig render` prints for a picture: its path, or a JSON object for programs.
pub fn line(
    picture: &Path,
    experiment: Option<&Path>,
    job: Option<u64>,
    record: &Record,
    as_json: bool,
) -> String {
    if !as_json {
        return format!("{}\n", picture.display());
    }
    let Run { seed, model, model_sha256, more_models, kind, epochs_done, .. } = &record.run;
    let more = more_models.iter().map(|model| json!({ "name": model.name, "sha256": model.sha256 }));
    let object = json!({
        "picture": picture.display().to_string(),
        "experiment": experiment.map(|path| path.display().to_string()),
        "job": job,
        "seed": seed,
        "epochs_done": epochs_done,
        "model": { "name": model, "sha256": model_sha256 },
        "more_models": more.collect::<serde_json::Value>(),
        "kind": kind,
    });
    format!("{object}\n")
}
