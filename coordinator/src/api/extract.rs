//! What handlers take from requests: bounded in size and time, refused as problem documents.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemCode};

/// Bytes of a JSON body: an experiment of 1 MiB with every character escaped, and the names of its images.
const BODY: usize = 8 << 20;

/// Bytes of a JSON body of somebody who has not shown a token yet.
pub(super) const BODY_OF_A_STRANGER: usize = 4 << 10;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A JSON body of at most `LIMIT` bytes.
pub(super) struct Sent<T, const LIMIT: usize = BODY>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync, const LIMIT: usize> FromRequest<S> for Sent<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        // A page of another site cannot send this media type without asking first, which is refused.
        if !is_json(&parts) {
            let text = "the body must be JSON, with the header `Content-Type: application/json`";
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, text));
        }
        parse(&read(body, LIMIT).await?).map(Self)
    }
}

/// A JSON body that may be left out, or be `null`.
pub(super) struct Optional<T>(pub(super) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for Optional<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = read(body, BODY).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        if !is_json(&parts) {
            let text = "the body must be JSON, with the header `Content-Type: application/json`, or empty";
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, text));
        }
        parse::<Option<T>>(&body).map(|value| Self(value.unwrap_or_default()))
    }
}

/// Parameters of the path.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(ProblemCode::NotFound, rejection.body_text())),
        }
    }
}

/// Parameters of the query.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(ProblemCode::InvalidArgument, rejection.body_text())),
        }
    }
}

fn is_json(parts: &Parts) -> bool {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn read(body: Body, limit: usize) -> Result<axum::body::Bytes, Problem> {
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => {
            let text = format!("the body has more than {limit} bytes, or broke off");
            Err(Problem::new(ProblemCode::TooLarge, text))
        }
        Err(_) => {
            let text = format!("the body did not arrive within {} seconds", BODY_TIMEOUT.as_secs());
            Err(Problem::new(ProblemCode::TimedOut, text))
        }
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would also take a list of the fields' values.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::new(ProblemCode::InvalidArgument, "the body must be an object, not a list"));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(ProblemCode::InvalidArgument, format!("the body: {error}")))
}
