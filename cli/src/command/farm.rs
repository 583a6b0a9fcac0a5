//! `clipig farm`: shows a farm's status, starts a farm, and takes care of what it keeps.

use std::process::ExitCode;

use crate::arguments::{FarmArguments, FarmCommand, ListArguments};
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::GetFarmRequest;
use crate::farm::{converse, json, show};
use crate::{local, output};

/// Shows the farm, or does what the subcommand says.
pub(crate) fn run(arguments: &FarmArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        None => status(&arguments.list),
        Some(FarmCommand::Status(list)) => status(list),
        Some(FarmCommand::Start(start)) => local::start_farm(start),
        Some(FarmCommand::Backup(backup)) => super::backup::run(backup),
        Some(FarmCommand::Restore(restore)) => local::restore(restore),
        Some(FarmCommand::Check(check)) => local::check(check),
    }
}

fn status(arguments: &ListArguments) -> Result<ExitCode, Failure> {
    let farm = converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let call =
            connection.call(GetFarmRequest {}, async |mut client, request| client.get_farm(request).await);
        let farm = call.await?.farm;
        Ok(farm.ok_or_else(|| FarmFailure::Content("the farm's answer has no status".to_owned()))?)
    })?;
    let address = &arguments.farm.farm;
    output::print(&if arguments.json {
        format!("{:#}\n", json::farm(&farm, address))
    } else {
        show::farm::text(&farm, address)
    })?;
    Ok(ExitCode::SUCCESS)
}
