//! Spans that are recorded, and their export by the SDK of OpenTelemetry.
//!
//! The SDK keeps ended spans in a queue of bounded length (`OTEL_BSP_MAX_QUEUE_SIZE`, 2048) and sends them from a thread of
//! its own. A span that finds the queue full is dropped, so nobody ever waits for a collector.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt as _, TraceState, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Context, InstrumentationScope, Key, KeyValue, SpanId, TraceFlags, TraceId};
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};

use crate::backlog::{Backlog, Bounded};
use crate::begin::{Begin, Kind};
use crate::collector::{Collector, LastError};
use crate::context::TraceContext;
use crate::environment;
use crate::start_error::StartError;
use crate::value::Value;

/// The least time between two warnings that spans were lost.
const WARN_EVERY: Duration = Duration::from_mins(10);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// What became of spans that have ended.
#[derive(Debug)]
struct Counts {
    ended: AtomicU64,
    sent: AtomicU64,
    /// No collector took them.
    refused: AtomicU64,
}

static COUNTS: Counts =
    Counts { ended: AtomicU64::new(0), sent: AtomicU64::new(0), refused: AtomicU64::new(0) };

/// A span that is recorded, or that the sampler has left out.
pub(crate) struct Recorded(opentelemetry_sdk::trace::Span);

impl Recorded {
    pub(crate) fn context(&self) -> Option<TraceContext> {
        let context = self.0.span_context();
        TraceContext::new(context.trace_id().to_bytes(), context.span_id().to_bytes(), context.is_sampled())
    }

    pub(crate) fn set(&mut self, key: &'static str, value: Value) {
        let value = match value {
            Value::Text(text) => opentelemetry::Value::String(text.into()),
            Value::Number(number) => opentelemetry::Value::I64(number),
            Value::Real(number) => opentelemetry::Value::F64(number),
            Value::Flag(flag) => opentelemetry::Value::Bool(flag),
        };
        self.0.set_attribute(KeyValue::new(key, value));
    }

    pub(crate) fn fail(&mut self, why: String) {
        self.0.set_status(Status::error(why));
    }

    pub(crate) fn link(&mut self, other: TraceContext) {
        self.0.add_link(span_context(other, true), Vec::new());
    }

    pub(crate) fn end_at(&mut self, end: SystemTime) {
        self.count();
        self.0.end_with_timestamp(end);
    }

    fn count(&self) {
        if self.0.is_recording() {
            COUNTS.ended.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.count();
    }
}

pub(crate) fn begin(begin: Begin) -> Option<Recorded> {
    let tracer = TRACER.get()?;
    let Begin { name, kind, parent, since } = begin;
    let context = match parent {
        Some(parent) => {
            Context::new().with_remote_span_context(span_context(parent, kind.has_remote_parent()))
        }
        None => Context::new(),
    };
    let kind = match kind {
        Kind::Internal => SpanKind::Internal,
        Kind::Client => SpanKind::Client,
        Kind::Server => SpanKind::Server,
        Kind::Producer => SpanKind::Producer,
        Kind::Consumer => SpanKind::Consumer,
    };
    let builder = SpanBuilder::from_name(name).with_kind(kind);
    let builder = match since {
        Some(since) => builder.with_start_time(since),
        None => builder,
    };
    Some(Recorded(tracer.build_with_context(builder, &context)))
}

fn span_context(context: TraceContext, is_remote: bool) -> SpanContext {
    let flags = if context.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let (trace, span) = (TraceId::from_bytes(context.trace()), SpanId::from_bytes(context.span()));
    SpanContext::new(trace, span, flags, is_remote, TraceState::NONE)
}

/// Are spans exported?
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// Exports spans. What has ended before this is dropped is still sent.
#[derive(Debug)]
pub struct Exporting {
    provider: SdkTracerProvider,
    patience: Duration,
}

/// Starts to export spans if the environment names an endpoint. `service` is what the program is called where the
/// environment does not say; `patience` is how long the end of the program may wait for a collector.
///
/// # Errors
/// See [`StartError`].
pub fn start(service: &'static str, patience: Duration) -> Result<Option<Exporting>, StartError> {
    let read = environment::of_process;
    let Some(endpoint) = environment::endpoint(&read).filter(|_| environment::is_wanted(&read)) else {
        return Ok(None);
    };
    for odd in environment::misunderstood(&read) {
        tracing::warn!("traces: {odd}");
    }
    let authorities =
        read("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE").or_else(|| read("OTEL_EXPORTER_OTLP_CERTIFICATE"));
    let collector = Collector::new(environment::timeout(&read), authorities.as_deref());
    let collector = collector.map_err(StartError::Settings)?;
    let unanswered = collector.last_error();
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_http_client(collector)
        .build()
        // The message may quote the endpoint.
        .map_err(|error| StartError::Settings(error.to_string().replace(&endpoint, &shown(&endpoint))))?;
    let backlog = Arc::new(Backlog::new(environment::queue(&read)));
    let exporter = Watched {
        exporter,
        endpoint: shown(&endpoint),
        unanswered,
        losses: Mutex::default(),
        backlog: Arc::clone(&backlog),
    };
    let batches = BatchConfigBuilder::default().with_max_queue_size(backlog.room()).build();
    let next = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource(service))
        .with_span_processor(Bounded { next, backlog })
        .build();
    let scope = InstrumentationScope::builder("clipig").with_version(env!("CARGO_PKG_VERSION")).build();
    TRACER.set(provider.tracer_with_scope(scope)).map_err(|_| StartError::Started)?;
    tracing::info!(endpoint = shown(&endpoint), "traces are exported");
    Ok(Some(Exporting { provider, patience }))
}

impl Drop for Exporting {
    fn drop(&mut self) {
        let stopped = self.provider.shutdown_with_timeout(self.patience);
        let ended = COUNTS.ended.load(Ordering::Relaxed);
        let sent = COUNTS.sent.load(Ordering::Relaxed);
        let lost = ended.saturating_sub(sent);
        if lost == 0 {
            tracing::info!(spans = sent, "traces were exported");
        } else {
            let refused = COUNTS.refused.load(Ordering::Relaxed);
            let why = stopped.err().map(|error| error.to_string()).unwrap_or_default();
            tracing::warn!(spans = sent, lost, refused, why, "traces were exported in part");
        }
    }
}

/// Who tells: what the environment says, and what it leaves out.
fn resource(service: &'static str) -> Resource {
    let known = Resource::builder().build();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (host, process) = (host.trim().to_owned(), std::process::id());
    let mut more = vec![
        KeyValue::new("host.name", host.clone()),
        KeyValue::new("process.pid", i64::from(process)),
        KeyValue::new("service.instance.id", format!("{host}:{process}")),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
    ];
    more.retain(|attribute| known.get(&attribute.key).is_none());
    if !environment::names_service(&environment::of_process) {
        more.push(KeyValue::new(Key::from_static_str("service.name"), service));
    }
    Resource::builder().with_attributes(more).build()
}

/// An endpoint without secrets that it may hold: a name and password, and a query.
fn shown(endpoint: &str) -> String {
    let endpoint = endpoint.split(['?', '#']).next().unwrap_or_default();
    match endpoint.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => endpoint.to_owned(),
    }
}

/// Reports when spans are lost, and when they are not lost any more.
#[derive(Debug)]
struct Watched<E> {
    exporter: E,
    endpoint: String,
    unanswered: LastError,
    losses: Mutex<Losses>,
    backlog: Arc<Backlog>,
}

/// Spans that were lost, as far as that was not reported yet.
#[derive(Debug, Default)]
struct Losses {
    spans: u64,
    /// Has it been reported that spans are lost, and not that they arrive again?
    reported: bool,
    last: Option<Instant>,
}

impl<E: SpanExporter> SpanExporter for Watched<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        if let Some(dropped) = self.backlog.take(batch.len(), Instant::now()) {
            tracing::warn!(
                endpoint = self.endpoint,
                dropped,
                queue = self.backlog.room(),
                "spans were dropped: they ended faster than the collector took them, and the queue was full; \
                 OTEL_BSP_MAX_QUEUE_SIZE makes it longer"
            );
        }
        let outcome = self.exporter.export(batch).await;
        match &outcome {
            Ok(()) => {
                COUNTS.sent.fetch_add(spans, Ordering::Relaxed);
                self.arrived();
            }
            Err(error) => {
                COUNTS.refused.fetch_add(spans, Ordering::Relaxed);
                self.lost(spans, error, Instant::now());
            }
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E> Watched<E> {
    fn arrived(&self) {
        let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut losses.reported) {
            let lost = std::mem::take(&mut losses.spans);
            tracing::info!(endpoint = self.endpoint, lost, "the collector takes spans again");
        }
    }

    fn lost(&self, spans: u64, error: &OTelSdkError, now: Instant) {
        let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        losses.spans += spans;
        if losses.last.is_some_and(|last| now.saturating_duration_since(last) < WARN_EVERY) {
            return;
        }
        (losses.last, losses.reported) = (Some(now), true);
        let lost = std::mem::take(&mut losses.spans);
        drop(losses);
        let unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let error = unanswered.unwrap_or_else(|| error.to_string());
        let help = if self.endpoint.contains(":4317") {
            "; port 4317 usually takes gRPC, and clipig sends OTLP over HTTP, usually to port 4318"
        } else {
            ""
        };
        tracing::warn!(
            endpoint = self.endpoint,
            lost,
            error,
            "the collector of traces does not take spans; nothing waits for it, and what it does not take is dropped{help}"
        );
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_otlp::Compression;

    use super::*;

    fn watched() -> Watched<()> {
        Watched {
            exporter: (),
            endpoint: "http://collector:4318".to_owned(),
            unanswered: Arc::default(),
            losses: Mutex::default(),
            backlog: Arc::new(Backlog::new(1)),
        }
    }

    #[test]
    fn a_collector_that_is_away_is_reported_once_in_a_while() {
        let (watched, start) = (watched(), Instant::now());
        let error = OTelSdkError::InternalFailure("nobody there".to_owned());
        for second in 0..WARN_EVERY.as_secs() {
            watched.lost(1, &error, start + Duration::from_secs(second));
        }
        // The first was reported; the others wait.
        assert_eq!(watched.losses.lock().unwrap().spans, WARN_EVERY.as_secs() - 1);
        watched.lost(1, &error, start + WARN_EVERY);
        assert_eq!(watched.losses.lock().unwrap().spans, 0);
        assert!(watched.losses.lock().unwrap().reported);
        watched.arrived();
        assert!(!watched.losses.lock().unwrap().reported);
    }

    #[test]
    fn passwords_of_an_endpoint_are_not_shown() {
        assert_eq!(shown("https://me:secret@collector:4318/v1@2"), "https://collector:4318/v1@2");
        assert_eq!(shown("http://collector:4318"), "http://collector:4318");
        assert_eq!(shown("collector:4318"), "collector:4318");
        assert_eq!(shown("https://collector/v1/traces?key=secret"), "https://collector/v1/traces");
        assert_eq!(shown("https://collector?key=secret@home"), "https://collector");
    }

    #[test]
    fn batches_can_be_compressed() {
        let collector = Collector::new(Duration::from_secs(1), None).unwrap();
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_endpoint("http://collector:4318/v1/traces")
            .with_compression(Compression::Gzip)
            .with_http_client(collector);
        exporter.build().unwrap();
    }

    #[test]
    fn contexts_keep_their_numbers() {
        let context = TraceContext::new([7; 16], [9; 8], true).unwrap();
        let there = span_context(context, true);
        assert!(there.is_valid() && there.is_remote() && there.is_sampled());
        let back =
            TraceContext::new(there.trace_id().to_bytes(), there.span_id().to_bytes(), there.is_sampled());
        assert_eq!(back, Some(context));
    }
}
