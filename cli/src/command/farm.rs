//! `clipig farm`: shows a farm's status, or starts a farm.

use std::process::ExitCode;

use crate::arguments::{FarmArguments, FarmCommand, ListArguments};
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::{Farm, GetFarmRequest};
use crate::farm::{converse, json, show};
use crate::{local, output};

/// Shows the farm, or starts one.
pub(crate) fn run(arguments: &FarmArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        None => status(&arguments.list),
        Some(FarmCommand::Status(list)) => status(list),
        Some(FarmCommand::Start(start)) => local::start_farm(start),
    }
}

/// The farm's status.
pub(crate) async fn ask(connection: &Connection) -> Result<Farm, FarmFailure> {
    let call = connection.call(GetFarmRequest {}, async |mut client, request| client.get_farm(request).await);
    let farm = call.await?.farm;
    farm.ok_or_else(|| FarmFailure::Content("the farm's answer has no status".to_owned()))
}

fn status(arguments: &ListArguments) -> Result<ExitCode, Failure> {
    let farm = converse(async { Ok(ask(&Connection::to(&arguments.farm).await?).await?) })?;
    let address = &arguments.farm.farm;
    output::print(&if arguments.json {
        format!("{:#}\n", json::farm(&farm, address))
    } else {
        show::farm::text(&farm, address)
    })?;
    Ok(ExitCode::SUCCESS)
}
