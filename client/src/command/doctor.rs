//! `clipig doctor`: what is wrong with this machine or a farm, and how to mend it.

use crate::arguments::DoctorArguments;
use crate::doctor::sheet::Sheet;
use crate::doctor::{farm, machine};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::local::Local;

/// Examines the machine, and a farm where one is named.
pub(crate) fn run(arguments: &DoctorArguments, local: &dyn Local) -> Result<ExitCode, Failure> {
    let mut sheet = Sheet::new(arguments.json);
    let title = format!("this machine, with clipig {}", env!("CARGO_PKG_VERSION"));
    sheet.begin("machine", &title)?;
    machine::examine(arguments, local, &mut sheet)?;
    if let Some(address) = arguments.farm.as_deref().filter(|address| !address.trim().is_empty()) {
        sheet.begin("farm", &format!("the farm at {address}"))?;
        farm::examine(address, &arguments.access, &mut sheet)?;
    }
    sheet.end()
}
