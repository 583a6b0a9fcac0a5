//! `clipig farm restore` and `clipig farm check`: the data folder of a coordinator that does not run.

use std::path::{Path, PathBuf};

use clipig_coordinator::settings::{self, Settings};
use clipig_coordinator::store::{self, Clock as _, Inspection, SystemClock};
use serde_json::json;

use clipig_client::arguments::{CheckArguments, DataArguments, RestoreArguments};
use clipig_client::exit::ExitCode;
use clipig_client::failure::Failure;
use clipig_client::farm::show::counted;
use clipig_client::farm::time;
use clipig_client::output;

/// Makes a data folder from a backup.
pub(crate) fn restore(arguments: &RestoreArguments) -> Result<ExitCode, Failure> {
    let data = folder(&arguments.data)?;
    let now = SystemClock::default().now();
    let restored = store::restore(&arguments.folder, &data, now).map_err(Failure::failed)?;
    let taken = prost_types::Timestamp {
        seconds: restored.taken.0.div_euclid(1_000),
        nanos: restored.taken.0.rem_euclid(1_000) as i32 * 1_000_000,
    };
    let taken = time::exact(&taken);
    output::print(&if arguments.json {
        let value = json!({
            "folder": data.display().to_string(), "taken": taken, "files": restored.files, "bytes": restored.bytes,
        });
        format!("{value:#}\n")
    } else {
        let files = counted(restored.files as u64, "file");
        let bytes = time::bytes(restored.bytes);
        format!("{}: {files}, {bytes}, as of {}\n", data.display(), taken.unwrap_or_default())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Checks a data folder or a backup, and prints what was found. Exit code 1 where something is damaged.
pub(crate) fn check(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    let folder = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => self::folder(&arguments.data)?,
    };
    let found = store::check(&folder).map_err(Failure::failed)?;
    output::print(&if arguments.json { as_json(&folder, &found) } else { as_text(&folder, &found) })?;
    Ok(if found.damage.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_json(folder: &Path, found: &Inspection) -> String {
    let tally = found.tally;
    let value = json!({
        "folder": folder.display().to_string(),
        "jobs": tally.jobs,
        "pictures": tally.pictures,
        "checkpoints": tally.checkpoints,
        "blobs": tally.blobs,
        "bytes": tally.bytes,
        "damage": found.damage.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "notes": found.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn as_text(folder: &Path, found: &Inspection) -> String {
    let tally = found.tally;
    let mut lines: Vec<String> = found.damage.iter().map(|damage| format!("damage: {damage}")).collect();
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    let outcome = match found.damage.len() {
        0 => "everything is there and whole".to_owned(),
        damaged => format!("{} damaged or missing", counted(damaged as u64, "thing")),
    };
    lines.push(format!(
        "{}: {}, {}, {}, {}, {}: {outcome}",
        folder.display(),
        counted(tally.jobs, "job"),
        counted(tally.pictures, "picture"),
        counted(tally.checkpoints, "checkpoint"),
        counted(tally.blobs, "uploaded file"),
        time::bytes(tally.bytes),
    ));
    lines.join("\n") + "\n"
}

/// The data folder that the coordinator's settings name.
fn folder(arguments: &DataArguments) -> Result<PathBuf, Failure> {
    if let Some(data) = &arguments.data {
        return Ok(data.clone());
    }
    let environment = settings::environment();
    let settings = Settings::load(arguments.settings.as_deref(), &environment, &settings::Flags::new());
    Ok(settings.map_err(Failure::usage)?.data)
}
