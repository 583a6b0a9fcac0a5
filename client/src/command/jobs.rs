//! `clipig jobs`: the jobs of a farm.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::arguments::{JobsArguments, StateArgument};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::{Job, JobState, ListJobsRequest};
use crate::farm::{converse, json, show};
use crate::output;

const PAGE: u32 = 200;

/// Lists jobs that have not ended, or all.
pub(crate) fn run(arguments: &JobsArguments) -> Result<ExitCode, Failure> {
    let (jobs, more) = converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        Ok(list(&connection, &states(arguments), arguments.limit).await?)
    })?;
    if arguments.json {
        output::print(&format!("{:#}\n", jobs.iter().map(json::job).collect::<Json>()))?;
        return Ok(ExitCode::SUCCESS);
    }
    if jobs.is_empty() {
        let hint = if arguments.all {
            "`clipig submit FILE` adds one"
        } else {
            "`clipig jobs --all` shows those that have ended"
        };
        output::say(format!("there are no such jobs; {hint}"));
        return Ok(ExitCode::SUCCESS);
    }
    output::print(&show::jobs::text(&jobs, Timestamp::now()))?;
    if more {
        output::say(format!("there are more jobs; use --limit to list more than {}", arguments.limit));
    }
    Ok(ExitCode::SUCCESS)
}

fn states(arguments: &JobsArguments) -> Vec<JobState> {
    if arguments.all {
        return Vec::new();
    }
    if arguments.state.is_empty() {
        return vec![JobState::Waiting, JobState::Preparing, JobState::Running, JobState::Paused];
    }
    let state = |state: &StateArgument| match state {
        StateArgument::Waiting => JobState::Waiting,
        StateArgument::Preparing => JobState::Preparing,
        StateArgument::Running => JobState::Running,
        StateArgument::Paused => JobState::Paused,
        StateArgument::Completed => JobState::Completed,
        StateArgument::Failed => JobState::Failed,
        StateArgument::Cancelled => JobState::Cancelled,
    };
    arguments.state.iter().map(state).collect()
}

/// Jobs, newest first, and whether there are more.
pub(super) async fn list(
    connection: &Connection,
    states: &[JobState],
    limit: u32,
) -> Result<(Vec<Job>, bool), FarmFailure> {
    let mut jobs: Vec<Job> = Vec::new();
    loop {
        let left = limit.saturating_sub(jobs.len() as u32);
        if left == 0 {
            return Ok((jobs, true));
        }
        let request = ListJobsRequest {
            states: states.iter().map(|&state| state.into()).collect(),
            before: jobs.last().map(|job| job.number),
            limit: left.min(PAGE),
            with_newest: false,
        };
        let call = connection.call(request, async |mut client, request| client.list_jobs(request).await);
        let page = call.await?;
        let empty = page.jobs.is_empty();
        jobs.extend(page.jobs);
        if !page.more || empty {
            return Ok((jobs, false));
        }
    }
}
