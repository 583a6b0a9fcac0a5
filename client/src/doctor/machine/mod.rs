//! What this machine has of what clipig needs.

mod environment;
pub(crate) mod folders;
mod limits;
mod models;
mod programs;

use clipig_models::Store;

use super::sheet::Sheet;
use crate::arguments::DoctorArguments;
use crate::failure::Failure;
use crate::local::Local;

/// Examines the machine.
pub(crate) fn examine(
    arguments: &DoctorArguments,
    local: &dyn Local,
    sheet: &mut Sheet,
) -> Result<(), Failure> {
    let store = Store::of_user();
    sheet.extend(local.devices())?;
    sheet.add(limits::memory())?;
    sheet.add(limits::open_files())?;
    sheet.add(limits::clock())?;
    sheet.extend(models::check(store.as_ref(), arguments.weights))?;
    let (settings, mut folders) = local.settings(arguments);
    if let Ok(store) = &store {
        folders.insert(
            0,
            folders::Folder { what: "models", path: store.root().to_owned(), wanted: models::WANTED },
        );
    }
    sheet.extend(folders.iter().map(folders::check))?;
    sheet.add(programs::ffmpeg())?;
    sheet.extend(environment::check(std::env::vars_os()))?;
    sheet.extend(settings)
}
