//! `clipig watch`: follows a job.

use std::time::{Duration, Instant};

use crate::arguments::WatchArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::show::job_is;
use crate::farm::watching::{Seen, Watch};
use crate::farm::wire::job_event::Event;
use crate::farm::wire::{Artifact, JobState};
use crate::farm::{attempts, converse, download, json};
use crate::output;
use crate::terminal::preview::Protocol;
use crate::terminal::screen::{Screen, farewell};

/// How often a new snapshot is fetched to be drawn.
const PREVIEW: Duration = Duration::from_secs(2);

/// How much `clipig watch` says: also the table of targets.
const VERBOSE: i64 = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Ended {
        state: JobState,
        /// The last table of targets.
        table: Vec<String>,
    },
    Left,
}

/// How a job is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Show {
    /// As experiments have it.
    pub(super) verbose: i64,
    pub(super) preview: bool,
}

/// Watches a job until it ends.
pub(crate) fn run(arguments: &WatchArguments) -> Result<ExitCode, Failure> {
    converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        if arguments.json {
            return all_as_json(&connection, &[arguments.job]).await;
        }
        all(&connection, &[arguments.job], arguments.preview).await
    })
}

/// Watches jobs, one after the other.
pub(super) async fn all(connection: &Connection, jobs: &[u64], preview: bool) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::SUCCESS;
    for &job in jobs {
        match until_end(connection, job, Show { verbose: VERBOSE, preview }).await? {
            Outcome::Left => return Ok(ExitCode::INTERRUPTED),
            Outcome::Ended { state, .. } => {
                output::say(farewell(job, state));
                if state != JobState::Completed {
                    code = ExitCode::FAILURE;
                }
            }
        }
    }
    Ok(code)
}

/// Shows a job until it ends or the user presses Ctrl-C, which does not touch the job.
pub(super) async fn until_end(connection: &Connection, job: u64, how: Show) -> Result<Outcome, Failure> {
    let mut watch = Watch::new(connection.clone(), job);
    let mut screen = Screen::new(how.verbose);
    let mut pictures = Pictures::new(connection, job, how.preview);
    let show = async {
        pictures.first(&screen).await;
        while let Some(seen) = watch.next().await? {
            match seen {
                Seen::Event(event) => {
                    screen.event(&event);
                    if let Some(Event::Artifact(artifact)) = &event.event {
                        pictures.show(artifact, &screen).await;
                    }
                }
                Seen::Nonsense(what) => screen.say(&format!("warning: {what}")),
                Seen::Waits(reason) => screen.say(&job_is(job, watch.state(), &reason)),
                Seen::Lost(why) => screen.say(&attempts::lost(&why)),
                Seen::Back => screen.say(attempts::BACK),
            }
        }
        Ok(())
    };
    let outcome = interruptible(show).await;
    let table = screen.end();
    if let Some(shown) = outcome {
        shown?;
        return Ok(Outcome::Ended { state: watch.state(), table });
    }
    if how.verbose >= 1 {
        output::say(format!(
            "the job goes on; `clipig watch {job}` follows it again, `clipig cancel {job}` cancels it"
        ));
    }
    Ok(Outcome::Left)
}

/// `None` where the person pressed Ctrl-C before the end.
pub(crate) async fn interruptible<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Option<Result<T, Failure>> {
    tokio::select! {
        done = work => Some(done),
        Ok(()) = tokio::signal::ctrl_c() => None,
    }
}

/// The events of jobs, one job after the other.
pub(super) async fn all_as_json(connection: &Connection, jobs: &[u64]) -> Result<ExitCode, Failure> {
    let print = async {
        let mut code = ExitCode::SUCCESS;
        for &job in jobs {
            match as_json(connection, job).await? {
                Printed::Unread => break,
                Printed::Ended(JobState::Completed) => {}
                Printed::Ended(_) => code = ExitCode::FAILURE,
            }
        }
        Ok(code)
    };
    interruptible(print).await.unwrap_or(Ok(ExitCode::INTERRUPTED))
}

/// How the printing of a job's events ended.
enum Printed {
    /// With the job's end.
    Ended(JobState),
    /// The reader has gone away, as `head` does, and wants to see nothing more.
    Unread,
}

/// Each event as a line of JSON.
async fn as_json(connection: &Connection, job: u64) -> Result<Printed, Failure> {
    let mut watch = Watch::new(connection.clone(), job);
    while let Some(seen) = watch.next().await? {
        match seen {
            Seen::Event(event) => {
                let record = json::event(&event);
                if !record.is_null() && !output::stream_aside(format!("{record}\n")).await? {
                    return Ok(Printed::Unread);
                }
            }
            Seen::Nonsense(what) => output::say(format!("warning: {what}")),
            Seen::Waits(reason) => output::say(job_is(job, watch.state(), &reason)),
            Seen::Lost(why) => output::say(attempts::lost(&why)),
            Seen::Back => output::say(attempts::BACK),
        }
    }
    Ok(Printed::Ended(watch.state()))
}

/// Snapshots on their way to the screen.
struct Pictures<'a> {
    connection: &'a Connection,
    job: u64,
    protocol: Option<Protocol>,
    shown: Option<Instant>,
}

impl<'a> Pictures<'a> {
    fn new(connection: &'a Connection, job: u64, preview: bool) -> Self {
        let protocol = preview.then(|| Protocol::of_environment(|name| std::env::var(name).ok()));
        Self { connection, job, protocol, shown: None }
    }

    /// The newest picture that is there before the watch begins.
    async fn first(&mut self, screen: &Screen) {
        if self.protocol.is_some()
            && let Ok(artifacts) = download::list(self.connection, self.job).await
            && let Some(newest) = artifacts.last()
        {
            self.show(newest, screen).await;
        }
    }

    /// Draws a picture, unless the last one was drawn just now. If it cannot be fetched, the watch goes on.
    async fn show(&mut self, artifact: &Artifact, screen: &Screen) {
        let Some(protocol) = self.protocol else { return };
        let finished = artifact.kind() == crate::farm::wire::ArtifactKind::Picture;
        if !finished && self.shown.is_some_and(|shown| shown.elapsed() < PREVIEW) {
            return;
        }
        self.shown = Some(Instant::now());
        match download::in_memory(self.connection, self.job, artifact).await {
            Ok(png) => screen.picture(&png, protocol),
            Err(failure) => screen.say(&format!("warning: no preview: {failure}")),
        }
    }
}
