//! What a person can have done to a job or a worker.

use std::fmt;

use crate::command::control::{self, Decision};
use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::show::{job_state, worker_state};
use crate::farm::wire::{DrainWorkerRequest, PauseWorkerRequest, ResumeWorkerRequest};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Pause,
    Resume,
    /// Of jobs.
    Cancel,
    /// Of workers.
    Drain,
}

/// Something to do, which the person has been asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Job { verb: Verb, number: u64, name: String },
    Worker { verb: Verb, name: String },
}

/// As a question without its question mark: `pause job 7 (strawberry)`.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |verb: &Verb| match verb {
            Verb::Pause => "pause",
            Verb::Resume => "resume",
            Verb::Cancel => "cancel",
            Verb::Drain => "drain",
        };
        match self {
            Self::Job { verb, number, name } => write!(f, "{} job {number} ({name})", word(verb)),
            Self::Worker { verb, name } => write!(f, "{} the worker {name}", word(verb)),
        }
    }
}

/// Does it; a line about the outcome.
pub(super) async fn act(connection: &Connection, command: &Command) -> String {
    match attempt(connection, command).await {
        Ok(said) => said,
        Err(failure) => {
            let text = failure.to_string();
            format!("error: {}", text.lines().next().unwrap_or_default())
        }
    }
}

async fn attempt(connection: &Connection, command: &Command) -> Result<String, FarmFailure> {
    match command {
        Command::Job { verb, number, .. } => {
            let decision = match verb {
                Verb::Pause => Decision::Pause,
                Verb::Resume => Decision::Resume,
                Verb::Cancel | Verb::Drain => Decision::Cancel,
            };
            let job = control::decide(connection, decision, *number).await?;
            Ok(format!("job {number} is {}", job_state(job.state())))
        }
        Command::Worker { verb, name } => {
            let (name, reason) = (name.clone(), String::new());
            let worker = match verb {
                Verb::Resume => {
                    let request = ResumeWorkerRequest { name };
                    let call = async |mut client: crate::farm::connection::Client, request| {
                        client.resume_worker(request).await
                    };
                    connection.call(request, call).await?.worker
                }
                Verb::Drain => {
                    let request = DrainWorkerRequest { name, reason };
                    let call = async |mut client: crate::farm::connection::Client, request| {
                        client.drain_worker(request).await
                    };
                    connection.call(request, call).await?.worker
                }
                Verb::Pause | Verb::Cancel => {
                    let request = PauseWorkerRequest { name, reason };
                    let call = async |mut client: crate::farm::connection::Client, request| {
                        client.pause_worker(request).await
                    };
                    connection.call(request, call).await?.worker
                }
            };
            let worker =
                worker.ok_or_else(|| FarmFailure::Content("the farm's answer has no worker".to_owned()))?;
            Ok(format!("{} is {}", worker.name, worker_state(worker.state())))
        }
    }
}
