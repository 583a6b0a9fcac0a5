//! `clipig render --farm URL`: submit, watch, fetch.

use std::path::Path;
use std::process::ExitCode;

use super::watch::{Outcome, until_end};
use super::{fetch, submit};
use crate::arguments::{RenderArguments, TermsArguments};
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::converse;
use crate::farm::submission::Submission;
use crate::farm::wire::JobState;
use crate::output;

/// Exit code after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// Makes the pictures on a farm; they end up where a local run would put them.
pub(crate) fn run(arguments: &RenderArguments, farm: &str) -> Result<ExitCode, Failure> {
    let submission = Submission::read(&arguments.experiment.files, &arguments.overrides())?;
    converse(async {
        let connection = Connection::open(farm, &arguments.access).await?;
        let terms = TermsArguments::default();
        let answers = submit::submit(&connection, &submission, &arguments.compute, &terms).await?;
        let jobs: Vec<u64> =
            answers.iter().filter_map(|answer| answer.job.as_ref()).map(|job| job.number).collect();
        let mut code = ExitCode::SUCCESS;
        for job in jobs {
            output::say(format!("job {job}"));
            match until_end(&connection, job, false).await? {
                Outcome::Left => return Ok(ExitCode::from(INTERRUPTED)),
                Outcome::Ended(JobState::Completed) => {
                    let picture = fetch::picture(&connection, job).await?;
                    let path = fetch::save(&connection, job, &picture, Path::new(&submission.loaded.picture))
                        .await?;
                    output::print(&format!("{}\n", path.display()))?;
                }
                Outcome::Ended(state) => {
                    output::say(crate::terminal::screen::farewell(job, state));
                    code = ExitCode::FAILURE;
                }
            }
        }
        Ok(code)
    })
}
