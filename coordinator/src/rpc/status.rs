//! The one place where errors become gRPC statuses.

use std::time::Duration;

use clipig_experiment::{Diagnostic, Diagnostics, Origin, Severity};
use clipig_proto::status::with_retry_after;
use clipig_proto::v1::farm_error::Code;
use clipig_proto::v1::{self, FarmError as WireFarmError};
use prost::Message;
use prost::bytes::Bytes;
use tonic::Status;

use crate::farm::CommandError;
use crate::quotas::OverLimit;
use crate::store::StoreError;
use crate::switchboard::WorkerCommandError;

/// Bytes of a status's message. A status travels in HTTP headers, of which clients take 16 KiB; what is not ASCII
/// needs three times its size there.
const MESSAGE_BYTES: usize = 1_200;

/// Bytes of what is listed in a status's details, which travel as base64.
const DETAIL_BYTES: usize = 5_000;

/// Why a call is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The farm refuses a command.
    Command(CommandError),
    /// The store refused.
    Store(StoreError),
    /// A field of the request makes no sense.
    Invalid(String),
    /// There is nothing of that name.
    NotFound(String),
    /// Something is larger than the farm takes.
    TooLarge(String),
    /// So many do the same that there is no room.
    Busy(String),
    /// The owner takes more than a limit allows.
    OverLimit(OverLimit),
    /// The token is missing or wrong.
    Unauthenticated(String),
    /// The role does not allow it, or the job belongs to somebody else.
    Forbidden(String),
    /// There is no such call.
    UnknownCall,
    /// The coordinator is stopping.
    ShuttingDown,
    /// A fault of the farm.
    Internal(String),
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Store(error) => Self::Store(error),
            CommandError::OverLimit(over) => Self::OverLimit(over),
            error => Self::Command(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OverLimit> for Refusal {
    fn from(over: OverLimit) -> Self {
        Self::OverLimit(over)
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        if matches!(refusal, Refusal::UnknownCall) {
            return Self::unimplemented(message(&refusal));
        }
        let (message, mut details) = (message(&refusal), WireFarmError::default());
        details.set_code(code(&refusal));
        match &refusal {
            Refusal::Command(CommandError::Experiment(diagnostics)) => {
                details.problems = problems(diagnostics);
            }
            Refusal::Store(StoreError::MissingBlobs(missing)) => {
                let hashes = missing.iter().map(|(_, sha256)| Bytes::copy_from_slice(&sha256.0));
                details.missing = hashes.take(DETAIL_BYTES / 40).collect();
            }
            _ => {}
        }
        if matches!(details.code(), Code::Internal) {
            tracing::error!(%message, "a call failed by a fault of the farm");
        }
        with_retry_after(shortened(message), &details, retry_after(&refusal))
    }
}

/// When it is worth to try again, as far as that is known.
pub(crate) fn retry_after(refusal: &Refusal) -> Option<Duration> {
    match refusal {
        Refusal::OverLimit(over) => over.retry_after(),
        _ => None,
    }
}

/// What programs tell refusals apart by.
pub(crate) fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Command(error) => match error {
            CommandError::Invalid(_)
            | CommandError::Priority(_)
            | CommandError::FirstCanvas(_)
            | CommandError::Model(_) => Code::InvalidArgument,
            CommandError::Experiment(_) => Code::Experiment,
            CommandError::State { .. } | CommandError::Ended { .. } => Code::State,
            CommandError::Full { .. } | CommandError::Revisions(_) | CommandError::OverLimit(_) => Code::Full,
            CommandError::TooLarge(_) | CommandError::Memory(_) | CommandError::Samples(_) => Code::TooLarge,
            CommandError::Entropy(_) => Code::Internal,
            CommandError::ShuttingDown => Code::Unavailable,
            CommandError::Store(error) => store_code(error),
            CommandError::Worker(error) => worker_code(error),
        },
        Refusal::Store(error) => store_code(error),
        Refusal::NotFound(_) | Refusal::UnknownCall => Code::NotFound,
        Refusal::ShuttingDown => Code::Unavailable,
        Refusal::Invalid(_) => Code::InvalidArgument,
        Refusal::TooLarge(_) => Code::TooLarge,
        Refusal::Busy(_) | Refusal::OverLimit(_) => Code::Full,
        Refusal::Unauthenticated(_) => Code::Unauthenticated,
        Refusal::Forbidden(_) => Code::Forbidden,
        Refusal::Internal(_) => Code::Internal,
    }
}

fn worker_code(error: &WorkerCommandError) -> Code {
    match error {
        WorkerCommandError::Unknown(_) => Code::NotFound,
        WorkerCommandError::State(_) => Code::State,
        WorkerCommandError::ShuttingDown => Code::Unavailable,
    }
}

fn store_code(error: &StoreError) -> Code {
    match error {
        StoreError::DiskFull { .. } | StoreError::BackupUnderWay => Code::Full,
        StoreError::NoSuchJob(_) | StoreError::NoSuchBlob(_) | StoreError::NoSuchArtifact { .. } => {
            Code::NotFound
        }
        StoreError::TokenReused { .. } | StoreError::RevisionChanged { .. } => Code::Conflict,
        StoreError::StatusChanged { .. } | StoreError::OpenUpdate(_) => Code::State,
        StoreError::MissingBlobs(_) => Code::MissingContent,
        StoreError::BlobMismatch { .. } => Code::InvalidArgument,
        StoreError::BlobTooLarge { .. } => Code::TooLarge,
        _ => Code::Internal,
    }
}

/// Is it the farm's fault, and not the client's?
pub(crate) fn is_fault(refusal: &Refusal) -> bool {
    matches!(code(refusal), Code::Internal | Code::Unavailable)
}

/// What people read.
pub(crate) fn message(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Command(CommandError::Experiment(diagnostics)) => {
            let first = diagnostics.iter().next().map(|problem| match problem.path.as_str() {
                "" => problem.message.clone(),
                path => format!("`{path}`: {}", problem.message),
            });
            let first = first.unwrap_or_default();
            match diagnostics.len() {
                0 | 1 => format!("the experiment cannot run: {first}"),
                n => format!("the experiment cannot run; it has {n} problems, the first is: {first}"),
            }
        }
        Refusal::Command(error) => error.to_string(),
        Refusal::OverLimit(over) => over.to_string(),
        Refusal::Store(error) => error.to_string(),
        Refusal::Invalid(text)
        | Refusal::NotFound(text)
        | Refusal::TooLarge(text)
        | Refusal::Busy(text)
        | Refusal::Unauthenticated(text)
        | Refusal::Forbidden(text)
        | Refusal::Internal(text) => text.clone(),
        Refusal::UnknownCall => "this farm does not know the call".to_owned(),
        Refusal::ShuttingDown => "the farm is shutting down; try again when it is back".to_owned(),
    }
}

fn shortened(mut message: String) -> String {
    if message.len() > MESSAGE_BYTES {
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
        message.push('…');
    }
    message
}

/// As many problems as a status has room for.
fn problems(diagnostics: &Diagnostics) -> Vec<v1::Problem> {
    let mut room = DETAIL_BYTES;
    let all = diagnostics.iter().map(|diagnostic| problem(diagnostics, diagnostic));
    all.take_while(|problem| {
        let length = problem.encoded_len() + 4;
        let fits = length <= room;
        room -= length.min(room);
        fits
    })
    .collect()
}

/// All of them, for messages that are no status.
pub(crate) fn warnings(diagnostics: &Diagnostics) -> Vec<v1::Problem> {
    diagnostics.iter().map(|diagnostic| problem(diagnostics, diagnostic)).collect()
}

fn problem(all: &Diagnostics, one: &Diagnostic) -> v1::Problem {
    let place = match one.origin {
        Origin::Written(place) => {
            let (_, line, column) = all.position(place);
            // There is one file only: what the client sent.
            let length = place.end.saturating_sub(place.start).max(1);
            Some(v1::Place {
                file: String::new(),
                line: line as u32,
                column: column as u32,
                length: u32::try_from(length).unwrap_or(u32::MAX),
            })
        }
        _ => None,
    };
    v1::Problem {
        warning: one.severity == Severity::Warning,
        message: one.message.clone(),
        path: one.path.clone(),
        place,
        label: one.label.clone(),
        help: one.help.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::JobState;
    use clipig_core::{JobId, Sha256};
    use clipig_experiment::{Overrides, Source, load};

    fn refused(yaml: &str) -> Status {
        let problems = load(&[Source::new("experiment", yaml)], &Overrides::default()).unwrap_err();
        Refusal::from(CommandError::Experiment(Box::new(problems))).into()
    }

    #[test]
    fn problems_of_an_experiment_come_with_their_places() {
        let status = refused("epochs: 10\nepoch: 3\n");
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
        let error = clipig_proto::status::error(&status).unwrap();
        assert_eq!(error.code(), Code::Experiment);
        let place = error.problems[0].place.clone().unwrap();
        assert_eq!((place.line, place.column, place.length), (2, 1, 5));
        assert!(status.message().contains("`epoch`"), "{}", status.message());
    }

    #[test]
    fn a_status_fits_into_headers_whatever_is_wrong() {
        let lines: Vec<String> =
            (0..2_000).map(|i| format!("unbekannter-schlüssel-{i}-ääääääääääääääääää: 1\n")).collect();
        let many = lines.concat();
        let missing = (0..60_000).map(|i| (format!("{i}.png"), Sha256([7; 32]))).collect();
        let statuses = [
            refused(&many),
            Refusal::Store(StoreError::MissingBlobs(missing)).into(),
            Refusal::Invalid("ä".repeat(1 << 20)).into(),
        ];
        for status in statuses {
            let headers = status.into_http::<()>().into_parts().0.headers;
            let length: usize =
                headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
            assert!(length < 16 << 10, "{length} bytes");
        }
    }

    #[test]
    fn codes_tell_errors_apart() {
        let code = |refusal: Refusal| Status::from(refusal).code();
        assert_eq!(code(StoreError::NoSuchJob(JobId(1)).into()), tonic::Code::NotFound);
        assert_eq!(code(StoreError::BlobTooLarge { limit: 1 }.into()), tonic::Code::ResourceExhausted);
        assert_eq!(code(CommandError::ShuttingDown.into()), tonic::Code::Unavailable);
        assert_eq!(code(CommandError::Full { waiting: 3 }.into()), tonic::Code::ResourceExhausted);
        let ended = CommandError::Ended { job: JobId(1), status: JobState::Completed };
        assert_eq!(code(ended.into()), tonic::Code::FailedPrecondition);
        // A fault of the coordinator's machine is not the client's.
        let entropy = getrandom::Error::UNSUPPORTED;
        assert_eq!(code(CommandError::Entropy(entropy).into()), tonic::Code::Internal);
    }
}
