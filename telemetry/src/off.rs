//! What is left without OpenTelemetry: nothing.

use std::time::{Duration, SystemTime};

use crate::begin::Begin;
use crate::context::TraceContext;
use crate::environment;
use crate::start_error::StartError;
use crate::value::Value;

/// A span that is recorded; there is none.
pub(crate) enum Recorded {}

impl Recorded {
    pub(crate) fn context(&self) -> Option<TraceContext> {
        match *self {}
    }

    pub(crate) fn set(&mut self, _: &'static str, _: Value) {
        match *self {}
    }

    pub(crate) fn fail(&mut self, _: String) {
        match *self {}
    }

    pub(crate) fn link(&mut self, _: TraceContext) {
        match *self {}
    }

    pub(crate) fn end_at(&mut self, _: SystemTime) {
        match *self {}
    }
}

/// What exports spans: nothing, in this build.
#[derive(Debug)]
pub struct Exporting(());

/// Starts to export spans if the environment names an endpoint. This build cannot, and says so.
///
/// # Errors
/// Where the environment asks for spans.
pub fn start(_: &'static str, _: Duration) -> Result<Option<Exporting>, StartError> {
    if environment::is_wanted(&environment::of_process) {
        let why = "this program was built without its feature `traces`".to_owned();
        return Err(StartError::Settings(why));
    }
    Ok(None)
}

/// Are spans exported?
pub const fn is_on() -> bool {
    false
}

pub(crate) fn begin(_: Begin) -> Option<Recorded> {
    None
}
