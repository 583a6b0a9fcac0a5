//! Failures of a conversation with a farm, in words for the user: what happened, where, and what to do.

use std::error::Error as _;
use std::fmt::Write as _;

use clipig_proto::connect_error::ConnectError;
use clipig_proto::proxy_status::ProxyStatus;
use tonic::{Code, Status};

use super::service::Service;
use super::wire;
use crate::failure::Failure;
use crate::terminal::escape;

/// A failure of a conversation with a farm.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FarmFailure {
    /// The address is none.
    #[error(
        "`{address}` is not the address of a farm\nhelp: set --farm or CLIPIG_FARM to http://host:port, https://host:port \
         or unix:/path"
    )]
    Address { address: String },
    #[error("cannot reach the farm at {address}: {why}\nhelp: {help}")]
    Unreachable { address: String, why: String, help: String },
    /// What answers at the address is not the farm.
    #[error("no farm answers at {address}: {what}\nhelp: {help}")]
    Proxy { address: String, what: String, help: &'static str },
    /// The token would be sent for everybody on the way to read.
    #[error(
        "the token would be sent to {address} unencrypted, and whoever can read the network would see it\nhelp: use \
         https:// in the address, or allow it with --insecure or CLIPIG_INSECURE=1"
    )]
    Overheard { address: String },
    /// The token cannot be read.
    #[error("the token in {origin} cannot be used: {why}")]
    TokenUnreadable { origin: String, why: String },
    /// The certificates cannot be used.
    #[error("cannot prepare TLS with {}: {why}", if .file.is_empty() { "the certificates of this machine" } else { .file })]
    Authority {
        /// From --tls-ca; empty where the system's are used.
        file: String,
        why: String,
    },
    /// The farm requires a token, or another one.
    #[error("{message}\nhelp: {help}")]
    Token {
        message: String,
        /// Where tokens come from.
        help: String,
    },
    /// The farm refused the experiment, with places.
    #[error("{0}")]
    Experiment(String),
    /// The farm misses content.
    #[error("{message}")]
    Missing {
        message: String,
        /// SHA-256 of what is missing, as many as an answer has room for.
        hashes: Vec<bytes::Bytes>,
    },
    /// The farm answered with another error.
    #[error("{message}")]
    Answered {
        code: Code,
        /// What the farm says, with its help.
        message: String,
    },
    /// What came is not what was promised.
    #[error("{0}")]
    Content(String),
    /// A folder that should be new holds something.
    #[error("{} is not empty; name a new folder", .0.display())]
    FolderTaken(std::path::PathBuf),
    /// A file here cannot be read or written.
    #[error("cannot {action} {path}: {why}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        path: String,
        why: std::io::Error,
    },
}

impl FarmFailure {
    /// No connection at all.
    pub(crate) fn unreachable(service: &Service, error: &(dyn std::error::Error + 'static)) -> Self {
        let start = "start a farm on this machine with `clipig farm start`, or name another one with --farm URL or CLIPIG_FARM";
        Self::no_connection(service, error, start)
    }

    /// `otherwise` is the help where the cause suggests none.
    fn no_connection(service: &Service, error: &(dyn std::error::Error + 'static), otherwise: &str) -> Self {
        let why = match ConnectError::of(error) {
            // A server that wants TLS ends a plain connection without a word that HTTP/2 understands.
            ConnectError::Closed | ConnectError::BrokenOff | ConnectError::Other(_)
                if service.is_only_tls() =>
            {
                ConnectError::OnlyTls
            }
            why => why,
        };
        let help = why.help(service.authority.as_deref()).unwrap_or_else(|| otherwise.to_owned());
        Self::Unreachable { address: service.address.clone(), why: why.to_string(), help }
    }

    pub(super) fn answered(service: &Service, status: &Status) -> Self {
        let details = clipig_proto::status::error(status);
        let help = details.as_ref().map(|details| details.help.clone()).unwrap_or_default();
        if let Some(details) = &details
            && !details.problems.is_empty()
        {
            return Self::Experiment(problems(&details.problems));
        }
        if let Some(details) = &details
            && details.code() == wire::farm_error::Code::MissingContent
        {
            return Self::Missing { message: status.message().to_owned(), hashes: details.missing.clone() };
        }
        let address = &service.address;
        if let Some(proxy) = ProxyStatus::of(status) {
            return Self::Proxy { address: address.clone(), what: proxy.to_string(), help: proxy.help() };
        }
        match status.code() {
            Code::Unauthenticated => Self::Token {
                message: match &service.token_origin {
                    // Where the farm knows more than that, such as when the token has expired.
                    Some(origin) if details.is_some() && !status.message().contains("CLIPIG_TOKEN") => {
                        let why = escape::lines(status.message());
                        format!("the farm at {address} rejects the token in {origin}: {why}")
                    }
                    Some(origin) => format!("the farm at {address} rejects the token in {origin}"),
                    None => format!("the farm at {address} requires a token"),
                },
                help: "set CLIPIG_TOKEN to your token, or CLIPIG_TOKEN_FILE to a file with it".to_owned(),
            },
            Code::Unimplemented => Self::Answered {
                code: Code::Unimplemented,
                message: format!(
                    "the farm at {address} does not know this command; it may run an older version of clipig"
                ),
            },
            Code::Unavailable | Code::Unknown | Code::Internal if status.source().is_some() => {
                let gone = "the connection broke and could not be restored; check that the farm is running";
                Self::no_connection(service, status, gone)
            }
            code => {
                let mut message = escape::lines(status.message());
                if message.is_empty() {
                    message = format!("the farm at {address} answered: {code}");
                }
                if !help.is_empty() {
                    let _ = write!(message, "\nhelp: {}", escape::lines(&help));
                }
                Self::Answered { code, message }
            }
        }
    }

    pub(super) fn file(action: &'static str, path: &std::path::Path, why: std::io::Error) -> Self {
        Self::File { action, path: path.display().to_string(), why }
    }
}

impl From<FarmFailure> for Failure {
    fn from(failure: FarmFailure) -> Self {
        match failure {
            FarmFailure::Address { .. }
            | FarmFailure::Overheard { .. }
            | FarmFailure::FolderTaken(_)
            | FarmFailure::Experiment(_)
            | FarmFailure::Answered { code: Code::InvalidArgument, .. } => Self::usage(failure),
            _ => Self::failed(failure),
        }
    }
}

/// Why a call or a stream broke: by what a proxy made of it, or by what the connection met where the status was made here.
pub(super) fn reason(status: &Status) -> String {
    if let Some(proxy) = ProxyStatus::of(status) {
        return proxy.to_string();
    }
    match status.source() {
        Some(_) => ConnectError::of(status).to_string(),
        None => status.message().to_owned(),
    }
}

/// All problems as text, one paragraph each.
pub(crate) fn problems(problems: &[wire::Problem]) -> String {
    problems.iter().map(|one| escape::lines(&problem(one))).collect::<Vec<_>>().join("\n\n")
}

fn problem(problem: &wire::Problem) -> String {
    let mut text = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
    text += &problem.message;
    if let Some(place) = &problem.place {
        let file = if place.file.is_empty() { "the experiment" } else { &place.file };
        let _ = write!(text, "\n  in {file}, line {}, column {}", place.line, place.column);
    }
    if !problem.label.is_empty() {
        let _ = write!(text, ": {}", problem.label);
    }
    for help in &problem.help {
        let _ = write!(text, "\n  help: {help}");
    }
    text
}

#[cfg(test)]
mod tests {
    use clipig_proto::status::with_error;

    use super::*;

    fn service(token_origin: Option<&str>) -> Service {
        Service {
            address: "http://farm:7870".to_owned(),
            token_origin: token_origin.map(str::to_owned),
            authority: None,
        }
    }

    #[test]
    fn tokens_are_explained() {
        let refused = || Status::unauthenticated("no");
        insta::assert_snapshot!(FarmFailure::answered(&service(None), &refused()), @r"
            the farm at http://farm:7870 requires a token
            help: set CLIPIG_TOKEN to your token, or CLIPIG_TOKEN_FILE to a file with it
            ");
        insta::assert_snapshot!(FarmFailure::answered(&service(Some("CLIPIG_TOKEN")), &refused()), @r"
            the farm at http://farm:7870 rejects the token in CLIPIG_TOKEN
            help: set CLIPIG_TOKEN to your token, or CLIPIG_TOKEN_FILE to a file with it
            ");
    }

    #[test]
    fn a_farm_cannot_command_the_terminal() {
        let error = wire::FarmError { code: wire::farm_error::Code::State.into(), ..Default::default() };
        let status = with_error("no\u{1b}[2J\r\u{202e}", &error);
        let said = FarmFailure::answered(&service(None), &status).to_string();
        assert_eq!(said, "no\\u{1b}[2J\\r\\u{202e}");
    }

    #[test]
    fn what_the_farm_says_comes_with_its_help() {
        let error = wire::FarmError {
            code: wire::farm_error::Code::State.into(),
            help: "`clipig retry 7` takes it up again".to_owned(),
            ..Default::default()
        };
        let status = with_error("job 7 has failed and cannot be paused", &error);
        let failure = FarmFailure::answered(&service(None), &status);
        insta::assert_snapshot!(failure, @r"
            job 7 has failed and cannot be paused
            help: `clipig retry 7` takes it up again
            ");
        assert!(matches!(Failure::from(failure), Failure::Failed(_)));
        insta::assert_snapshot!(FarmFailure::answered(&service(None), &Status::internal("")), @"the farm at http://farm:7870 answered: Internal error");
        insta::assert_snapshot!(FarmFailure::answered(&service(None), &Status::unimplemented("")), @"the farm at http://farm:7870 does not know this command; it may run an older version of clipig");
    }

    #[test]
    fn what_a_proxy_answers_is_said_in_words() {
        let page = "protocol error: received message with invalid compression flag: 60 (valid flags are 0 and 1) while \
                    receiving response with status: 413 Payload Too Large";
        let failure = FarmFailure::answered(&service(None), &Status::internal(page));
        insta::assert_snapshot!(failure, @r#"
            no farm answers at http://farm:7870: a proxy answered HTTP 413 Payload Too Large: it does not let so much pass in one call
            help: allow large bodies in the proxy (nginx: `client_max_body_size 0;`); see docs/operations/proxies.md
            "#);
    }

    #[test]
    fn problems_have_their_place() {
        let problem = wire::Problem {
            message: "the batch is too large".to_owned(),
            path: "targets.0.batch_size".to_owned(),
            place: Some(wire::Place { line: 3, column: 15, length: 4, ..Default::default() }),
            label: "1000000000".to_owned(),
            help: vec!["at most 100000 on this farm".to_owned()],
            ..Default::default()
        };
        let error = wire::FarmError {
            code: wire::farm_error::Code::Experiment.into(),
            problems: vec![problem],
            ..Default::default()
        };
        let failure = FarmFailure::answered(&service(None), &with_error("1 problem", &error));
        insta::assert_snapshot!(failure, @r"
            targets.0.batch_size: the batch is too large
              in the experiment, line 3, column 15: 1000000000
              help: at most 100000 on this farm
            ");
        assert!(matches!(Failure::from(failure), Failure::Usage(_)));
    }
}
