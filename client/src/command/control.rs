//! `clipig pause`, `resume`, `cancel`, `retry`, `priority`: control of jobs.

use serde_json::Value as Json;

use super::job::present;
use crate::arguments::{ControlArguments, PriorityArguments};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::{
    CancelJobRequest, Job, PauseJobRequest, ResumeJobRequest, RetryJobRequest, SetPriorityRequest,
};
use crate::farm::{converse, json, show};
use crate::output;

/// What to do with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Pause,
    Resume,
    Cancel,
    /// Start again after a failure or a cancellation.
    Retry,
}

/// Applies the command to each of the jobs. If one fails, the others are still done, and the exit code is 1.
pub(crate) fn run(decision: Decision, arguments: &ControlArguments) -> Result<ExitCode, Failure> {
    converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let mut changed = Vec::new();
        let mut refused = None;
        for &job in &arguments.jobs {
            match decide(&connection, decision, job).await {
                Ok(job) => changed.push(job),
                Err(failure) => {
                    if let Some(earlier) = refused.replace(failure) {
                        output::say(format!("error: {earlier}"));
                    }
                }
            }
        }
        print(&changed, arguments.json)?;
        refused.map_or(Ok(ExitCode::SUCCESS), |failure| Err(failure.into()))
    })
}

pub(crate) async fn decide(
    connection: &Connection,
    decision: Decision,
    job: u64,
) -> Result<Job, FarmFailure> {
    let reason = String::new();
    present(match decision {
        Decision::Pause => {
            let request = PauseJobRequest { job, reason };
            connection.call(request, async |mut client, request| client.pause_job(request).await).await?.job
        }
        Decision::Resume => {
            let request = ResumeJobRequest { job };
            connection.call(request, async |mut client, request| client.resume_job(request).await).await?.job
        }
        Decision::Cancel => {
            let request = CancelJobRequest { job, reason };
            connection.call(request, async |mut client, request| client.cancel_job(request).await).await?.job
        }
        Decision::Retry => {
            let request = RetryJobRequest { job };
            connection.call(request, async |mut client, request| client.retry_job(request).await).await?.job
        }
    })
}

pub(crate) fn priority(arguments: &PriorityArguments) -> Result<ExitCode, Failure> {
    let job = converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let request = SetPriorityRequest { job: arguments.job, priority: arguments.priority };
        let call = connection.call(request, async |mut client, request| client.set_priority(request).await);
        Ok(present(call.await?.job)?)
    })?;
    if arguments.json {
        output::print(&format!("{:#}\n", json::job(&job)))?;
    } else {
        output::print(&format!("job {} has priority {}\n", job.number, job.priority))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(jobs: &[Job], as_json: bool) -> Result<(), Failure> {
    if as_json {
        return output::print(&format!("{:#}\n", jobs.iter().map(json::job).collect::<Json>()));
    }
    let line = |job: &Job| format!("job {} is {}\n", job.number, show::colored_job_state(job.state()));
    output::print(&jobs.iter().map(line).collect::<String>())
}
