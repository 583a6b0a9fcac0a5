//! Sessions of browsers: opened with the farm's token, and held by a cookie.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Access;
use super::cookie;
use super::extract::{BODY_OF_A_STRANGER, Sent};
use super::problem::{Problem, ProblemCode};
use super::values::request::LoginRequest;
use crate::http_server::Way;

/// Whether the client may use the farm.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Does the farm ask for a token?
    token_needed: bool,
    /// May this client use it now?
    authenticated: bool,
}

/// Tells whether the client may use the farm.
#[utoipa::path(get, path = "/session", tag = "session", operation_id = "getSession", security(()),
    responses((status = 200, body = Session), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(State(access): State<Arc<Access>>, request: Request) -> Json<Session> {
    Json(Session {
        token_needed: access.token().is_some(),
        authenticated: access.admits(request.headers()).is_ok(),
    })
}

/// Opens a session: sets a cookie for the farm's token.
#[utoipa::path(post, path = "/session", tag = "session", operation_id = "login", security(()), request_body = LoginRequest,
    responses((status = 200, body = Session), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn open(
    State(access): State<Arc<Access>>,
    way: Option<Extension<Way>>,
    headers: HeaderMap,
    Sent(LoginRequest { token: shown }): Sent<LoginRequest, BODY_OF_A_STRANGER>,
) -> Result<Response, Problem> {
    let Some(token) = access.token() else {
        return Ok(Json(Session { token_needed: false, authenticated: true }).into_response());
    };
    if !token.admits(shown.trim().as_bytes()) {
        return Err(Problem::new(
            ProblemCode::Unauthenticated,
            "the token is not the farm's token of clients",
        ));
    }
    let way = way.map(|Extension(way)| way).unwrap_or_default();
    let cookie = cookie::given(token, cookie::must_be_secure(way, &headers))?;
    let session = Session { token_needed: true, authenticated: true };
    Ok(([(SET_COOKIE, cookie)], Json(session)).into_response())
}

/// Ends a session in this browser.
#[utoipa::path(delete, path = "/session", tag = "session", operation_id = "logout", security(()),
    responses((status = 204, description = "The cookie is gone."),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn close(way: Option<Extension<Way>>, headers: HeaderMap) -> Result<Response, Problem> {
    let way = way.map(|Extension(way)| way).unwrap_or_default();
    let cookie = cookie::taken_back(cookie::must_be_secure(way, &headers))?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}
