//! `clipig update`: changes the experiment of a running job.

use serde_json::{Value as Json, json};

use super::job::{get, present};
use crate::arguments::UpdateArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::problems;
use crate::farm::submission::Submission;
use crate::farm::{converse, json, upload};
use crate::output;

/// Updates the job, unless somebody else does so at the same time.
pub(crate) fn run(arguments: &UpdateArguments) -> Result<ExitCode, Failure> {
    if arguments.experiment.files.is_empty() {
        return Err(Failure::usage("an update needs an experiment; give its file, and --text after it"));
    }
    let submission = Submission::read(&arguments.experiment.files, &arguments.experiment.overrides())?;
    converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let revision = get(&connection, arguments.job).await?.revision;
        let request = submission.update(arguments.job, Some(revision));
        let answer = upload::update(&connection, &submission, &request).await?;
        let job = present(answer.job)?;
        if arguments.json {
            let mut record = json::job(&job);
            record["from_epoch"] = json!(answer.from_epoch);
            record["warnings"] = answer.warnings.iter().map(json::problem).collect::<Json>();
            output::print(&format!("{record:#}\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let warnings = submission.new_warnings(&answer.warnings);
        if !warnings.is_empty() {
            submission.say(format!("warning: {}", problems(&warnings)));
        }
        let (number, revision, epoch) = (job.number, job.revision, answer.from_epoch);
        output::print(&format!(
            "job {number} is updated: revision {revision} takes effect from epoch {epoch}\n"
        ))?;
        Ok(ExitCode::SUCCESS)
    })
}
