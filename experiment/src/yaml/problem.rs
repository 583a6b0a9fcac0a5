//! What is wrong or odd about a document.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::source::{Origin, Place};

/// A problem with a piece of the source, in words.
#[derive(Debug)]
pub(super) struct Problem {
    /// Bytes of the source.
    range: Range<usize>,
    message: String,
    label: String,
    help: Vec<String>,
}

impl Problem {
    /// A problem with these bytes.
    pub(super) fn at(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), label: String::new(), help: Vec::new() }
    }

    /// A problem with this place.
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self::at(place.start..place.end, message)
    }

    /// The same with one more paragraph of help.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The same with words beside the place.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// As an error of the source with this index.
    pub(super) fn error(self, source: usize) -> Diagnostic {
        self.diagnostic(source, Diagnostic::error)
    }

    /// As a warning.
    pub(super) fn warning(self, source: usize) -> Diagnostic {
        self.diagnostic(source, Diagnostic::warning)
    }

    fn diagnostic(self, source: usize, make: fn(&'static str, Origin, String) -> Diagnostic) -> Diagnostic {
        let place = Place { source, start: self.range.start, end: self.range.end };
        let one = make("", Origin::Written(place), self.message).label(self.label);
        self.help.into_iter().fold(one, Diagnostic::help)
    }
}
