//! `clipig render --farm URL`: submit, watch, fetch.

use std::path::Path;

use clipig_experiment::{Overrides, Source, load};
use clipig_picture::Record;

use super::watch::{Outcome, Show, until_end};
use super::{fetch, job, submit};
use crate::arguments::{RenderArguments, TermsArguments};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::submission::Submission;
use crate::farm::wire::JobState;
use crate::farm::{converse, time};
use crate::output;
use crate::picture::beside;

/// Renders the pictures on a farm and puts them where a local run would put them.
pub(crate) fn run(arguments: &RenderArguments, farm: &str) -> Result<ExitCode, Failure> {
    let submission = Submission::read(&arguments.experiment.files, &arguments.overrides())?;
    converse(async {
        let talkative = submission.is_talkative();
        let connection = Connection::open(farm, &arguments.access).await?.persistent(move |line| {
            if talkative {
                output::say(line);
            }
        });
        let terms = TermsArguments::default();
        let answers = submit::submit(&connection, &submission, &arguments.compute, &terms).await?;
        let jobs: Vec<u64> =
            answers.iter().filter_map(|answer| answer.job.as_ref()).map(|job| job.number).collect();
        let experiment = &submission.loaded.experiment;
        let mut code = ExitCode::SUCCESS;
        for job in jobs {
            submission.say(format!("job {job}"));
            let show = Show { verbose: experiment.verbose, preview: false };
            match until_end(&connection, job, show).await? {
                Outcome::Left => return Ok(ExitCode::INTERRUPTED),
                Outcome::Ended { state: JobState::Completed, table } => {
                    let wanted = Path::new(&submission.loaded.picture);
                    bring(&connection, job, wanted, &table, arguments.json).await?;
                }
                Outcome::Ended { state, .. } => {
                    output::say(crate::terminal::screen::farewell(job, state));
                    code = ExitCode::FAILURE;
                }
            }
        }
        Ok(code)
    })
}

/// Fetches a finished picture, writes its experiment beside it and prints where it is. The picture itself tells what it
/// was made from, also where somebody has updated the job.
async fn bring(
    connection: &Connection,
    number: u64,
    wanted: &Path,
    table: &[String],
    as_json: bool,
) -> Result<(), Failure> {
    let artifact = fetch::picture(connection, number).await?;
    let path = fetch::save(connection, number, &artifact, wanted).await?;
    let bytes = std::fs::read(&path)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
    let record = Record::read(&bytes)
        .map_err(|error| Failure::failed(format!("the picture of job {number} {error}")))?;
    let source = Source::new(path.display().to_string(), record.experiment.clone());
    let tree = load(&[source], &Overrides::default())?.tree;
    let job = job::get(connection, number).await?;
    let seconds = time::seconds_between(job.started.as_ref(), job.ended.as_ref());
    let experiment = beside::write_experiment(&path, &record, &tree, seconds, table);
    let written = experiment.as_ref().ok().and_then(Option::as_deref);
    output::print(&beside::line(&path, written, Some(number), &record, as_json))?;
    experiment?;
    Ok(())
}
