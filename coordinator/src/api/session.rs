//! Sessions of browsers: opened with a token, and held by a cookie.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{Access, peer};
use super::cookie::Keeping;
use super::extract::{BODY_OF_A_STRANGER, Sent};
use super::problem::Problem;
use super::values::request::LoginRequest;
use crate::access::{Peer, Principal};
use crate::http_server::Way;

/// Who the client is, and what it may do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Does the farm ask for a token?
    token_needed: bool,
    /// May this client use it now?
    authenticated: bool,
    /// The name of its token; `null` where it has shown none.
    token: Option<String>,
    /// Whose jobs it may change; `null` before a login.
    owner: Option<String>,
    /// What it may do; `null` before a login.
    role: Option<Role>,
}

/// What a token allows. A worker's token opens no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Looks at jobs, pictures and workers.
    Viewer,
    /// Also submits jobs, and changes those of the same owner.
    Artist,
    /// Also changes all jobs, steers workers and reads the audit log.
    Operator,
}

impl Session {
    fn of(access: &Access, who: Option<&Principal>) -> Self {
        let role = who.and_then(|who| match who.role() {
            clipig_access::Role::Viewer => Some(Role::Viewer),
            clipig_access::Role::Artist => Some(Role::Artist),
            clipig_access::Role::Operator => Some(Role::Operator),
            clipig_access::Role::Worker => None,
        });
        let who = who.filter(|_| role.is_some());
        Self {
            token_needed: access.doorkeeper().asks(),
            authenticated: who.is_some(),
            token: who.map(|who| who.token().to_owned()).filter(|token| !token.is_empty()),
            owner: who.map(|who| who.owner().to_owned()),
            role,
        }
    }
}

/// Tells who the client is, and what it may do.
#[utoipa::path(get, path = "/session", tag = "session", operation_id = "getSession", security(()),
    responses((status = 200, body = Session), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(State(access): State<Arc<Access>>, request: Request) -> Json<Session> {
    let who = access.identify(request.headers(), peer(request.extensions()));
    Json(Session::of(&access, who.as_ref()))
}

/// Opens a session: sets a cookie for a token.
#[utoipa::path(post, path = "/session", tag = "session", operation_id = "login", security(()), request_body = LoginRequest,
    responses((status = 200, body = Session), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn open(
    State(access): State<Arc<Access>>,
    way: Option<Extension<Way>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Sent(LoginRequest { token: shown }): Sent<LoginRequest, BODY_OF_A_STRANGER>,
) -> Result<Response, Problem> {
    let peer = peer.map_or(Peer::Here, |Extension(peer)| peer);
    let who = access.doorkeeper().login(shown.trim().as_bytes(), peer)?;
    let session = Json(Session::of(&access, Some(&who)));
    let Some(hash) = who.hash() else { return Ok(session.into_response()) };
    let way = way.map(|Extension(way)| way).unwrap_or_default();
    let cookie = access.key().given(who.token(), hash, &Keeping::of(way, &headers))?;
    Ok(([(SET_COOKIE, cookie)], session).into_response())
}

/// Ends a session in this browser.
#[utoipa::path(delete, path = "/session", tag = "session", operation_id = "logout", security(()),
    responses((status = 204, description = "The cookie is gone."),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn close(way: Option<Extension<Way>>, headers: HeaderMap) -> Result<Response, Problem> {
    let way = way.map(|Extension(way)| way).unwrap_or_default();
    let cookie = Keeping::of(way, &headers).taken_back()?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}
