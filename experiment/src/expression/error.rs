//! What can be wrong with an expression, before and while it is evaluated.

use std::ops::Range;

/// An expression that cannot work, found before anything is evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// Bytes of the text that the message is about; empty where something is missing.
    pub range: Range<usize>,
    /// What is wrong, for the author of the experiment.
    pub message: String,
    /// What to do instead: the nearest name, or what is allowed.
    pub help: Option<String>,
}

impl ParseError {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// An expression that failed when its value was needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: `{text}` failed in epoch {epoch}: {message}{}", self.place())]
pub struct EvaluationError {
    /// Path of the parameter (`targets.0.weight`).
    pub path: String,
    /// The whole expression.
    pub text: String,
    /// What happened.
    pub message: String,
    /// Bytes of the text that failed.
    pub range: Range<usize>,
    /// When it happened.
    pub epoch: u32,
}

impl EvaluationError {
    /// Names the failing part where that is not the whole expression.
    fn place(&self) -> String {
        match self.text.get(self.range.clone()) {
            Some(part) if !part.is_empty() && part != self.text.trim() => format!(" (at `{part}`)"),
            _ => String::new(),
        }
    }
}

/// A failure inside the interpreter; the innermost node that sees it adds its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) range: Option<Range<usize>>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), range: None }
    }

    pub(super) fn at(mut self, range: &Range<usize>) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }
}

/// The result of everything that the interpreter computes.
pub(super) type Outcome<T> = Result<T, Fault>;
