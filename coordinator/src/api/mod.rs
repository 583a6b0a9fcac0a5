//! The JSON API under `/api/v1`, for programs and for the page.
//!
//! | file | what it holds |
//! |---|---|
//! | `access`, `session`, `cookie` | who may ask |
//! | `extract` | what handlers take from requests, within bounds |
//! | `problem` | the one place where errors become problem documents (RFC 9457) |
//! | `values/` | what requests and answers hold |
//! | `jobs`, `events`, `history`, `artifacts`, `blobs`, `workers`, `farm`, `audit` | the handlers |
//!
//! The handlers call the functions that answer gRPC (`rpc/farm_service`), so that both accept and refuse the same. The
//! OpenAPI document ([`openapi`]) is made from the handlers.

mod access;
mod artifacts;
mod audit;
mod blobs;
mod cookie;
mod events;
mod extract;
mod farm;
mod history;
mod jobs;
mod models;
mod problem;
mod session;
mod values;
mod workers;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use utoipa::openapi::RefOr;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::access::Access;
pub(crate) use self::cookie::SessionKey;
use self::problem::{Problem, ProblemCode};
use crate::rpc::RpcContext;

/// Where it is served.
const ROOT: &str = "/api/v1";

/// What stands above all operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "clipig",
        description = "The API of a clipig farm. Programs show a token as `Authorization: Bearer …`; the page logs in and \
                       gets a cookie. What a token may do is decided by its role. Errors are problem documents (RFC \
                       9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(values::event::JobEvent)),
    modifiers(&Ways),
    security(("token" = []), ("session" = []))
)]
struct Description;

/// How clients show who they are.
struct Ways;

impl Modify for Ways {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        let session = ApiKey::Cookie(ApiKeyValue::with_description(cookie::NAME, cookie::OF_PORTS));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// The OpenAPI document of the API, as JSON.
pub fn openapi() -> String {
    let mut operations = guarded().into_openapi();
    operations.merge(open().into_openapi());
    // Only values that serialise are in it.
    let mut description = Description::openapi().nest(ROOT, operations);
    describe_answers(&mut description);
    let text = description.to_pretty_json().unwrap_or_else(|error| unreachable!("{error}")) + "\n";
    // OpenAPI's registry of formats has `uint64`.
    text.replace(r#""format": "u-int"#, r#""format": "uint"#)
}

/// `OpenAPI` 3.1 asks for a description of every answer.
fn describe_answers(description: &mut utoipa::openapi::OpenApi) {
    for item in description.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            for (status, answer) in &mut operation.responses.responses {
                if let RefOr::T(answer) = answer
                    && answer.description.is_empty()
                {
                    let status = StatusCode::from_bytes(status.as_bytes()).ok();
                    let reason = status.and_then(|status| status.canonical_reason());
                    reason.unwrap_or("Why the request is refused.").clone_into(&mut answer.description);
                }
            }
        }
    }
}

/// What needs a token or a session, and a role: see [`Call`](crate::access::Call).
fn guarded() -> OpenApiRouter<Arc<RpcContext>> {
    OpenApiRouter::new()
        .routes(routes!(jobs::submit, jobs::list))
        .routes(routes!(jobs::validate))
        .routes(routes!(jobs::get))
        .routes(routes!(jobs::experiment, jobs::update))
        .routes(routes!(jobs::pause))
        .routes(routes!(jobs::resume))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::set_priority))
        .routes(routes!(jobs::set_labels))
        .routes(routes!(events::watch))
        .routes(routes!(history::get))
        .routes(routes!(artifacts::list))
        .routes(routes!(artifacts::picture))
        .routes(routes!(artifacts::snapshot))
        .routes(routes!(blobs::missing))
        .routes(routes!(blobs::upload))
        .routes(routes!(workers::list))
        .routes(routes!(workers::pause))
        .routes(routes!(workers::resume))
        .routes(routes!(workers::drain))
        .routes(routes!(workers::reinstate))
        .routes(routes!(models::list))
        .routes(routes!(farm::get))
        .routes(routes!(audit::list))
}

/// What needs none.
fn open() -> OpenApiRouter<Arc<Access>> {
    OpenApiRouter::new().routes(routes!(session::get, session::open, session::close))
}

/// The API and the page, which are let through by the same rules.
pub(crate) fn router(context: Arc<RpcContext>, access: Access, page: Router) -> Router {
    let access = Arc::new(access);
    let (guarded, _) = guarded().split_for_parts();
    let (open, _) = open().split_for_parts();
    let guarded =
        guarded.with_state(context).route_layer(from_fn_with_state(Arc::clone(&access), access::authorize));
    let description: Arc<str> = openapi().into();
    let api = Router::new()
        .merge(guarded)
        .merge(open.with_state(Arc::clone(&access)))
        .route("/openapi.json", get(move || std::future::ready(document(&description))))
        .fallback(|| async {
            Problem::new(ProblemCode::NotFound, "there is no such page; see /api/v1/openapi.json")
        })
        .method_not_allowed_fallback(|| async {
            Problem::new(ProblemCode::MethodNotAllowed, "this page does not know the method")
        });
    Router::new()
        .nest(ROOT, api)
        .merge(page)
        .layer(from_fn_with_state(access, access::guard))
        .layer(from_fn(with_headers))
}

fn document(text: &str) -> Response {
    ([(CONTENT_TYPE, "application/json")], text.to_owned()).into_response()
}

/// Headers that keep browsers from keeping, guessing or running what is only data.
async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    // The page has a policy of its own.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

/// How many entries a list may have; 0 stands for the usual number.
fn limit(asked: Option<u32>, most: u32) -> Result<u32, Problem> {
    match asked {
        None => Ok(0),
        Some(limit) if (1..=most).contains(&limit) => Ok(limit),
        Some(limit) => {
            let text = format!("`limit` is {limit}; 1 to {most} are allowed");
            Err(Problem::new(ProblemCode::InvalidArgument, text))
        }
    }
}
