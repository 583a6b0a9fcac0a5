//! `clipig farm`: shows a farm's status or who did what, starts a farm, and takes care of what it keeps.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::arguments::{AuditArguments, FarmArguments, FarmCommand, ListArguments};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::{Farm, GetFarmRequest, ListAuditRequest};
use crate::farm::{converse, json, show};
use crate::local::{Local, Task};
use crate::output;

/// Shows the farm, or does what the subcommand says.
pub(crate) fn run(arguments: &FarmArguments, local: &dyn Local) -> Result<ExitCode, Failure> {
    match &arguments.command {
        None => status(&arguments.list),
        Some(FarmCommand::Status(list)) => status(list),
        Some(FarmCommand::Start(start)) => local.run(Task::Start(start)),
        Some(FarmCommand::Audit(arguments)) => audit(arguments),
        Some(FarmCommand::Backup(backup)) => super::backup::run(backup),
        Some(FarmCommand::Restore(restore)) => local.run(Task::Restore(restore)),
        Some(FarmCommand::Check(check)) => local.run(Task::Check(check)),
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

/// The most entries in one answer.
const PAGE: u32 = 1_000;

fn audit(arguments: &AuditArguments) -> Result<ExitCode, Failure> {
    let AuditArguments { job, owner, limit, list } = arguments;
    let owner = owner.clone().unwrap_or_default();
    let entries = converse(async {
        let connection = Connection::to(&list.farm).await?;
        let mut entries = Vec::new();
        let mut before = None;
        while (entries.len() as u32) < *limit {
            let limit = (limit - entries.len() as u32).min(PAGE);
            let request = ListAuditRequest { before, job: *job, owner: owner.clone(), limit };
            let call = connection.call(request, async |mut client, request| client.list_audit(request).await);
            let answer = call.await?;
            before = answer.entries.last().map(|entry| entry.number);
            entries.extend(answer.entries);
            if !answer.more || before.is_none() {
                break;
            }
        }
        Ok(entries)
    })?;
    if list.json {
        output::print(&format!("{:#}\n", entries.iter().map(json::audit).collect::<Json>()))?;
    } else if entries.is_empty() {
        output::say("nothing of that is in the audit log");
    } else {
        output::print(&show::audit::text(&entries, Timestamp::now()))?;
    }
    Ok(ExitCode::SUCCESS)
}
