//! `clipig workers`: lists and controls a farm's workers.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::arguments::{WorkersArguments, WorkersCommand};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::{
    DrainWorkerRequest, ForgiveWorkerRequest, ListWorkersRequest, PauseWorkerRequest, ResumeWorkerRequest,
    Worker,
};
use crate::farm::{converse, json, show};
use crate::output;

/// Lists the workers, or controls one.
pub(crate) fn run(arguments: &WorkersArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        None => list(arguments),
        Some(command) => decide(command),
    }
}

fn list(arguments: &WorkersArguments) -> Result<ExitCode, Failure> {
    let workers = converse(async {
        let connection = Connection::to(&arguments.list.farm).await?;
        Ok(all(&connection).await?)
    })?;
    if arguments.list.json {
        output::print(&format!("{:#}\n", workers.iter().map(json::worker).collect::<Json>()))?;
    } else if workers.is_empty() {
        output::say("there are no workers; start one on this machine with `clipig worker`");
    } else {
        output::print(&show::workers::text(&workers, Timestamp::now()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// All workers, page by page.
pub(crate) async fn all(connection: &Connection) -> Result<Vec<Worker>, FarmFailure> {
    let mut workers: Vec<Worker> = Vec::new();
    loop {
        let after = workers.last().map(|worker| worker.name.clone()).unwrap_or_default();
        let request = ListWorkersRequest { after, ..ListWorkersRequest::default() };
        let call = connection.call(request, async |mut client, request| client.list_workers(request).await);
        let page = call.await?;
        let is_last = !page.more || page.workers.is_empty();
        workers.extend(page.workers);
        if is_last {
            return Ok(workers);
        }
    }
}

fn decide(command: &WorkersCommand) -> Result<ExitCode, Failure> {
    let (WorkersCommand::Pause(arguments)
    | WorkersCommand::Resume(arguments)
    | WorkersCommand::Drain(arguments)
    | WorkersCommand::Reinstate(arguments)) = command;
    let worker = converse(async {
        let connection = Connection::to(&arguments.list.farm).await?;
        Ok(ask(&connection, command, arguments.name.clone()).await?)
    })?;
    if arguments.list.json {
        output::print(&format!("{:#}\n", json::worker(&worker)))?;
    } else {
        output::print(&format!("{} is {}\n", worker.name, show::worker_state(worker.state())))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn ask(connection: &Connection, command: &WorkersCommand, name: String) -> Result<Worker, FarmFailure> {
    let reason = String::new();
    let worker = match command {
        WorkersCommand::Pause(_) => {
            let request = PauseWorkerRequest { name, reason };
            connection
                .call(request, async |mut client, request| client.pause_worker(request).await)
                .await?
                .worker
        }
        WorkersCommand::Resume(_) => {
            let request = ResumeWorkerRequest { name };
            connection
                .call(request, async |mut client, request| client.resume_worker(request).await)
                .await?
                .worker
        }
        WorkersCommand::Drain(_) => {
            let request = DrainWorkerRequest { name, reason };
            connection
                .call(request, async |mut client, request| client.drain_worker(request).await)
                .await?
                .worker
        }
        WorkersCommand::Reinstate(_) => {
            let request = ForgiveWorkerRequest { name };
            connection
                .call(request, async |mut client, request| client.forgive_worker(request).await)
                .await?
                .worker
        }
    };
    worker.ok_or_else(|| FarmFailure::Content("the farm's answer has no worker".to_owned()))
}
