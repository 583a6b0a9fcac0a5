//! `clipig top`: the farm as it moves, or as a table where that cannot be.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{farm, jobs, workers};
use crate::arguments::TopArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::wire::JobState;
use crate::farm::{converse, show};
use crate::output;

/// How many jobs are listed.
const JOBS: u32 = 100;

/// Shows the farm until the person quits; once, where there is no terminal for that.
pub(crate) fn run(arguments: &TopArguments) -> Result<ExitCode, Failure> {
    converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let address = arguments.farm.farm.clone();
        #[cfg(feature = "top")]
        if !arguments.once && console::Term::stdout().is_term() && console::user_attended() {
            let interval = std::time::Duration::from_secs_f64(arguments.interval);
            return crate::top::show(connection, address, interval).await;
        }
        output::print(&table(&connection, &address).await?)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The farm, its open jobs and its workers, one below the other.
async fn table(connection: &Connection, address: &str) -> Result<String, FarmFailure> {
    let states = [JobState::Waiting, JobState::Preparing, JobState::Running, JobState::Paused];
    let now = Timestamp::now();
    let farm = farm::ask(connection).await?;
    let (jobs, more) = jobs::list(connection, &states, JOBS).await?;
    let workers = workers::all(connection).await?;
    let mut text = show::farm::text(&farm, address);
    if !jobs.is_empty() {
        let _ = write!(text, "\n{}", show::jobs::text(&jobs, now));
    }
    if more {
        text += "and more jobs; `clipig jobs --limit N` lists them\n";
    }
    if !workers.is_empty() {
        let _ = write!(text, "\n{}", show::workers::text(&workers, now));
    }
    Ok(text)
}
