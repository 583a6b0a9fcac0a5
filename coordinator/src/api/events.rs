//! What happens to a job, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use clipig_proto::v1;
use tokio_stream::StreamExt as _;

use super::extract::{Asked, Named};
use super::problem::{Problem, ProblemCode};
use super::values::event::{JobEvent, JobEventMessage};
use super::values::request::{EventsQuery, LastEvent};
use crate::access::Principal;
use crate::rpc::RpcContext;
use crate::rpc::farm_service::watch::{self, Client};

/// A comment is sent after this silence, so that proxies keep the connection and a dead one is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What happens to a job, as it happens: server-sent events.
///
/// The first event, `job`, holds the whole job; the stream ends after the job has. Each event's `id` is the number of the
/// last kept event. A browser sends it back when it connects again, and gets all kept events after it.
#[utoipa::path(get, path = "/jobs/{job}/events", tag = "jobs", operation_id = "watchJob",
    params(("job" = u64, Path, description = "The job's number."), EventsQuery, LastEvent),
    responses((status = 200, content_type = "text/event-stream", body = JobEventMessage),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn watch(
    State(context): State<Arc<RpcContext>>,
    Extension(who): Extension<Principal>,
    Named(job): Named<u64>,
    Asked(query): Asked<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let LastEvent { last_event_id } = last(&headers)?;
    let since = last_event_id.or(query.since);
    let request = v1::WatchJobRequest { job, since, without_tables: false };
    // The server-sent events below have keep-alives of their own.
    let client = Client { who, keep_alive: false };
    let stream = watch::watch(&context, client, request).await?;
    let events = stream.filter_map(move |message| match message {
        Ok(message) => message.event.and_then(|event| shown(job, event)),
        Err(status) => broken(&Problem::from(status)),
    });
    let events = events.map(Ok::<_, Infallible>);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

fn last(headers: &HeaderMap) -> Result<LastEvent, Problem> {
    let Some(last) = headers.get(HeaderName::from_static("last-event-id")) else {
        return Ok(LastEvent { last_event_id: None });
    };
    let number = last.to_str().ok().and_then(|last| last.parse().ok());
    let wrong =
        || Problem::new(ProblemCode::InvalidArgument, "`Last-Event-ID` must be the number of an event");
    number.map(|number| LastEvent { last_event_id: Some(number) }).ok_or_else(wrong)
}

fn shown(job: u64, event: v1::JobEvent) -> Option<Event> {
    let data = JobEvent::of(job, event.event?);
    let name = data.name();
    Event::default().id(event.number.to_string()).event(name).json_data(data).ok()
}

/// Why the stream breaks off. The browser connects again after it.
fn broken(problem: &Problem) -> Option<Event> {
    Event::default().event("problem").json_data(problem).ok()
}
