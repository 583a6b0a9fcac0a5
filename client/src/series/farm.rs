//! The pictures of a series, drawn on a farm.

use super::order::Order;
use super::progress::{SeriesProgress, Voice};
use crate::arguments::{ComputeArguments, TermsArguments};
use crate::command::{fetch, job};
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::failure::problems;
use crate::farm::show::{columns::plain, has_ended, job_is, job_state};
use crate::farm::submission::Submission;
use crate::farm::watching::{Seen, Watch};
use crate::farm::wire::JobState;
use crate::farm::wire::job_event::Event;
use crate::farm::{attempts, upload};

/// Submits the pictures of a series to a farm, and fetches them.
pub(crate) struct FarmEasel<'a> {
    pub(crate) connection: Connection,
    pub(crate) compute: &'a ComputeArguments,
    pub(crate) terms: &'a TermsArguments,
    /// The experiment's files, for relative names of images.
    pub(crate) files: &'a [String],
    pub(crate) voice: Voice,
}

/// How a job of a series ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Its picture is in the folder.
    Fetched,
    /// There is no picture, and why.
    Failed(String),
}

impl FarmEasel<'_> {
    /// Submits the job of a picture, or finds it where it was submitted before. Its number.
    pub(crate) async fn submit(&self, order: &Order) -> Result<u64, Failure> {
        let submission = Submission::of(order.loaded.clone(), None, &order.assets, self.files)?;
        let name = self.terms.name.clone().unwrap_or_else(|| order.name.clone());
        let terms = TermsArguments { name: Some(name), ..self.terms.clone() };
        let mut request = submission.job(0, self.compute, &terms)?;
        request.client_token = order.token.clone();
        request.seed = Some(order.seed);
        let answer = upload::submit(&self.connection, &submission, &request).await?;
        let warnings = submission.new_warnings(&answer.warnings);
        if !warnings.is_empty() {
            self.voice.say(&format!("warning: {}", problems(&warnings)));
        }
        Ok(job::present(answer.job)?.number)
    }

    /// Waits for the end of a job, across interruptions of the connection, and fetches its picture.
    pub(crate) async fn fetch(
        &self,
        job: u64,
        order: &Order,
        progress: &mut SeriesProgress,
    ) -> Result<Ending, Failure> {
        let state = self.end_of(job, progress).await?;
        if state != JobState::Completed {
            let reason = job::get(&self.connection, job).await?.reason;
            let reason = if reason.is_empty() { String::new() } else { format!(": {}", plain(&reason, 300)) };
            return Ok(Ending::Failed(format!(
                "job {job} is {}{reason}; `clipig retry {job}` starts it again",
                job_state(state)
            )));
        }
        let artifact = fetch::picture(&self.connection, job).await?;
        let path = fetch::save(&self.connection, job, &artifact, &order.path).await?;
        if path != order.path {
            return Err(Failure::failed(format!(
                "{} appeared while it was drawn; the picture of job {job} is {}",
                order.path.display(),
                path.display()
            )));
        }
        Ok(Ending::Fetched)
    }

    async fn end_of(&self, job: u64, progress: &mut SeriesProgress) -> Result<JobState, Failure> {
        let mut watch = Watch::new(self.connection.clone(), job);
        while let Some(seen) = watch.next().await? {
            match seen {
                Seen::Event(event) => show(job, event.event.as_ref(), progress),
                Seen::Nonsense(what) => progress.say(&format!("warning: {what}")),
                Seen::Waits(reason) => show_state(job, watch.state(), &reason, progress),
                Seen::Lost(why) => progress.say(&attempts::lost(&why)),
                Seen::Back => progress.say(attempts::BACK),
            }
        }
        Ok(watch.state())
    }
}

/// Shows how far a job is, or what it waits for.
fn show(job: u64, event: Option<&Event>, progress: &mut SeriesProgress) {
    match event {
        Some(Event::Progress(now)) => {
            progress.epochs_left(now.epochs_total.saturating_sub(now.epochs_done));
        }
        Some(Event::Job(job)) => {
            progress.epochs_left(job.epochs_total.saturating_sub(job.epochs_done));
            show_state(job.number, job.state(), &job.reason, progress);
        }
        Some(Event::State(change)) => show_state(job, change.state(), &change.reason, progress),
        _ => {}
    }
}

fn show_state(job: u64, state: JobState, reason: &str, progress: &SeriesProgress) {
    let line = job_is(job, state, reason);
    if progress.is_on_terminal() {
        // A running job shows its epochs.
        if state != JobState::Running || !reason.is_empty() {
            progress.doing(&line);
        }
    } else if !reason.is_empty() && !has_ended(state) {
        // What it waits for may take hours.
        progress.say(&line);
    }
}
