//! Spans: what clipig tells about its work to a collector of OpenTelemetry.
//!
//! A *span* is a piece of work with a begin, an end and a parent. All spans of one submission are a *trace*, whichever
//! process they come from. Where a span stands in its trace is a [`TraceContext`], which travels from process to process.
//!
//! Spans are made explicitly and with explicit parents, not by `tracing`: an epoch begins in one thread and ends after
//! messages from many machines, so there is no call stack to follow. Nothing is recorded before [`start`] has found an
//! endpoint in the environment, and nothing is linked without the feature `otlp`. Then a span is an empty value, and making
//! one is a comparison.

mod begin;
mod context;
mod environment;
pub mod keys;
mod span;
mod start_error;
mod value;

#[cfg(feature = "otlp")]
mod backlog;
#[cfg(feature = "otlp")]
mod collector;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "otlp")]
use otlp as backend;

#[cfg(not(feature = "otlp"))]
mod off;
#[cfg(not(feature = "otlp"))]
use off as backend;

pub use backend::{Exporting, is_on, start};
pub use begin::Kind;
pub use context::{TRACEPARENT, TraceContext};
pub use span::{Span, below_current, current, with_current};
pub use start_error::StartError;
pub use value::Value;
