//! `clipig submit`: an experiment goes to a farm.

use serde_json::{Value as Json, json};

use super::watch;
use crate::arguments::{ComputeArguments, SubmitArguments, TermsArguments};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::problems;
use crate::farm::show::columns::plain;
use crate::farm::submission::Submission;
use crate::farm::wire::{Job, SubmitJobResponse};
use crate::farm::{converse, json, upload};
use crate::output;

/// Submits one job per picture; prints their numbers.
pub(crate) fn run(arguments: &SubmitArguments) -> Result<ExitCode, Failure> {
    let submission = Submission::read(&arguments.experiment.files, &arguments.experiment.overrides())?;
    converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let answers = submit(&connection, &submission, &arguments.compute, &arguments.terms).await?;
        let jobs: Vec<&Job> = answers.iter().filter_map(|answer| answer.job.as_ref()).collect();
        let numbers: Vec<u64> = jobs.iter().map(|job| job.number).collect();
        if arguments.json && arguments.watch {
            return watch::all_as_json(&connection, &numbers).await;
        }
        if arguments.json {
            output::print(&format!("{:#}\n", answers.iter().map(record).collect::<Json>()))?;
            return Ok(ExitCode::SUCCESS);
        }
        for number in &numbers {
            output::print(&format!("{number}\n"))?;
        }
        if arguments.watch {
            return watch::all(&connection, &numbers, arguments.preview).await;
        }
        for job in jobs {
            let reason =
                if job.reason.is_empty() { String::new() } else { format!(" ({})", plain(&job.reason, 300)) };
            let number = job.number;
            submission.say(format!("job {number} is submitted{reason}; `clipig watch {number}` follows it"));
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Puts one job per picture into the queue.
pub(super) async fn submit(
    connection: &Connection,
    submission: &Submission,
    compute: &ComputeArguments,
    terms: &TermsArguments,
) -> Result<Vec<SubmitJobResponse>, Failure> {
    let mut answers = Vec::new();
    for i in 0..compute.repeat {
        let request = submission.job(i, compute, terms)?;
        let answer = upload::submit(connection, submission, &request).await?;
        // All pictures have the same warnings.
        let warnings = if i == 0 { submission.new_warnings(&answer.warnings) } else { Vec::new() };
        if !warnings.is_empty() {
            submission.say(format!("warning: {}", problems(&warnings)));
        }
        answers.push(answer);
    }
    Ok(answers)
}

fn record(answer: &SubmitJobResponse) -> Json {
    let warnings = answer.warnings.iter().map(json::problem);
    let mut record = answer.job.as_ref().map_or(json!({}), json::job);
    record["existed"] = json!(answer.existed);
    record["warnings"] = warnings.collect();
    record
}
