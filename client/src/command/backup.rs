//! `clipig farm backup`: copies everything that a running farm keeps into a folder.

use serde_json::json;

use crate::arguments::BackupArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::show::counted;
use crate::farm::{backup, converse, time};
use crate::output;

/// Writes the backup and says what is in it.
pub(crate) fn run(arguments: &BackupArguments) -> Result<ExitCode, Failure> {
    let backup = converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        Ok(backup::fetch(&connection, &arguments.folder).await?)
    })?;
    let (folder, taken) = (backup.folder.display().to_string(), time::exact(&backup.taken));
    output::print(&if arguments.json {
        let value = json!({ "folder": folder, "taken": taken, "files": backup.files, "bytes": backup.bytes });
        format!("{value:#}\n")
    } else {
        let files = counted(backup.files as u64, "file");
        format!("{folder}: {files}, {}, as of {}\n", time::bytes(backup.bytes), taken.unwrap_or_default())
    })?;
    Ok(ExitCode::SUCCESS)
}
