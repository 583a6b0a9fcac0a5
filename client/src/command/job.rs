//! `clipig job`: shows one job.

use jiff::Timestamp;

use crate::arguments::JobArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::{GetJobRequest, Job};
use crate::farm::{converse, json, show};
use crate::output;

pub(crate) fn run(arguments: &JobArguments) -> Result<ExitCode, Failure> {
    let job = converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        Ok(get(&connection, arguments.job).await?)
    })?;
    output::print(&if arguments.json {
        format!("{:#}\n", json::job(&job))
    } else {
        show::job::text(&job, Timestamp::now())
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn get(connection: &Connection, job: u64) -> Result<Job, FarmFailure> {
    let request = GetJobRequest { job, with_experiment: false };
    let answer = connection.call(request, async |mut client, request| client.get_job(request).await).await?;
    present(answer.job)
}

/// The job of an answer, which always holds one.
pub(crate) fn present(job: Option<Job>) -> Result<Job, FarmFailure> {
    job.ok_or_else(|| FarmFailure::Content("the farm's answer has no job".to_owned()))
}
