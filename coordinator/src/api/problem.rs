//! Errors as problem documents (RFC 9457).

use std::num::NonZeroU32;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use clipig_proto::v1;
use clipig_proto::v1::farm_error::Code;
use serde::Serialize;
use tonic::Status;
use utoipa::ToSchema;

use super::values::problem::ExperimentProblem;
use super::values::sha256;
use crate::farm::CommandError;
use crate::quotas::whole_seconds;
use crate::rpc::status::{self, Refusal};
use crate::store::StoreError;

/// The media type of RFC 9457.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// After so many seconds it is worth to try again where nothing tells when.
const RETRY_AFTER: u32 = 5;

/// Why a request is refused (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is, as a URI: `urn:clipig:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "urn:clipig:problem:not-found")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong, for a person.
    detail: String,
    /// What programs tell problems apart by.
    code: ProblemCode,
    /// What is wrong with the experiment, with places; only where `code` is `experiment`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ExperimentProblem>,
    /// SHA-256 of the contents to upload before; only where `code` is `missing-content`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
    /// After so many seconds the same request may succeed; it travels as a header.
    #[serde(skip)]
    retry_after: Option<NonZeroU32>,
}

/// What programs tell problems apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProblemCode {
    /// A field of the request makes no sense.
    InvalidArgument,
    /// The experiment has problems; they are listed.
    Experiment,
    /// There is no such page, job, worker, file or content.
    NotFound,
    /// The page does not know this method.
    MethodNotAllowed,
    /// The body is not what the page takes.
    UnsupportedMediaType,
    /// The job or worker is in a state in which that cannot be.
    State,
    /// Contents have to be uploaded before; they are listed.
    MissingContent,
    /// The queue or the disk is full, or the owner takes more than a limit allows; the same request may succeed later, see
    /// the header `Retry-After`.
    Full,
    /// Something is larger than the farm takes.
    TooLarge,
    /// The part that was asked for is not there.
    Range,
    /// The body took too long to arrive.
    TimedOut,
    /// The token is missing or not the right one.
    Unauthenticated,
    /// The role does not allow it, the job belongs to somebody else, or the request comes from another site or on a way
    /// that is not allowed.
    Forbidden,
    /// Somebody else was quicker, or a client token was used for something else.
    Conflict,
    /// The coordinator is starting or stopping; the same request may succeed soon.
    Unavailable,
    /// A fault of the farm; its log says more.
    Internal,
}

impl ProblemCode {
    fn status(self) -> StatusCode {
        match self {
            Self::InvalidArgument => StatusCode::BAD_REQUEST,
            Self::Experiment => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::State | Self::MissingContent | Self::Conflict => StatusCode::CONFLICT,
            Self::Full => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Range => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::Experiment => "experiment",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::State => "state",
            Self::MissingContent => "missing-content",
            Self::Full => "full",
            Self::TooLarge => "too-large",
            Self::Range => "range",
            Self::TimedOut => "timed-out",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::InvalidArgument => "A field of the request makes no sense",
            Self::Experiment => "The experiment cannot run",
            Self::NotFound => "There is no such thing",
            Self::MethodNotAllowed => "This page does not know the method",
            Self::UnsupportedMediaType => "The body has another media type than this page takes",
            Self::State => "The state does not allow it",
            Self::MissingContent => "Contents have to be uploaded before",
            Self::Full => "The farm is full",
            Self::TooLarge => "Too large",
            Self::Range => "There is no such part",
            Self::TimedOut => "The request took too long to arrive",
            Self::Unauthenticated => "A token is needed",
            Self::Forbidden => "Not allowed",
            Self::Conflict => "Somebody else was quicker",
            Self::Unavailable => "The farm is starting or stopping",
            Self::Internal => "A fault of the farm",
        }
    }
}

impl From<Code> for ProblemCode {
    fn from(code: Code) -> Self {
        match code {
            Code::InvalidArgument => Self::InvalidArgument,
            Code::Experiment => Self::Experiment,
            Code::NotFound => Self::NotFound,
            Code::State => Self::State,
            Code::MissingContent => Self::MissingContent,
            Code::Full => Self::Full,
            Code::TooLarge => Self::TooLarge,
            Code::Unauthenticated => Self::Unauthenticated,
            Code::Forbidden => Self::Forbidden,
            Code::Conflict => Self::Conflict,
            Code::Unavailable => Self::Unavailable,
            Code::Internal | Code::Unspecified => Self::Internal,
        }
    }
}

impl Problem {
    /// A problem without lists.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:clipig:problem:{}", code.name()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: detail.into(),
            code,
            problems: Vec::new(),
            missing: Vec::new(),
            retry_after: None,
        }
    }

    fn with_problems(mut self, problems: Vec<v1::Problem>) -> Self {
        self.problems = problems.into_iter().map(ExperimentProblem::from).collect();
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let mut problem = Self::new(status::code(&refusal).into(), status::message(&refusal));
        problem.retry_after = status::retry_after(&refusal).map(whole_seconds);
        match refusal {
            Refusal::Command(CommandError::Experiment(diagnostics)) => {
                problem.with_problems(status::warnings(&diagnostics))
            }
            Refusal::Store(StoreError::MissingBlobs(missing)) => {
                let missing = missing.iter().map(|(_, sha256)| sha256.to_string()).collect();
                Self { missing, ..problem }
            }
            _ => {
                if problem.code == ProblemCode::Internal {
                    tracing::error!(message = problem.detail, "a request failed by a fault of the farm");
                }
                problem
            }
        }
    }
}

/// The end of a stream says why as a status.
impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let error = clipig_proto::status::error(&status).unwrap_or_default();
        let mut problem = Self::new(error.code().into(), status.message()).with_problems(error.problems);
        problem.missing = error.missing.iter().map(|hash| sha256(hash)).collect();
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match self.code {
            ProblemCode::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            ProblemCode::Full | ProblemCode::Unavailable => {
                headers.insert(
                    header::RETRY_AFTER,
                    self.retry_after.map_or(RETRY_AFTER, NonZeroU32::get).into(),
                );
            }
            _ => {}
        }
        response
    }
}
