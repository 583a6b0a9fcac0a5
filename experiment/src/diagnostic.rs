//! What is wrong or odd about an experiment, and where.

use std::sync::Arc;

use crate::source::{Origin, Place, Source, position};

/// How serious a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The experiment can run, but something in it is odd.
    Warning,
    /// The experiment cannot run.
    Error,
}

/// One problem: what was found, where, what is allowed, what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Path of the parameter with list indices (`targets.0.weight`); empty for the file as a whole.
    pub path: String,
    /// Where the value comes from.
    pub origin: Origin,
    /// Words beside the marked place.
    pub label: String,
    /// What is allowed, and how to get there; one paragraph each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error.
    pub(crate) fn error(path: impl Into<String>, origin: Origin, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            path: path.into(),
            origin,
            label: String::new(),
            help: Vec::new(),
        }
    }

    /// A warning.
    pub(crate) fn warning(path: impl Into<String>, origin: Origin, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, origin, message) }
    }

    /// The same with words beside the marked place.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with one more paragraph of help; an empty one is left out.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        if !help.is_empty() {
            self.help.push(help);
        }
        self
    }
}

/// All problems of an experiment, in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    sources: Arc<[Source]>,
    found: Vec<Diagnostic>,
    left_out: usize,
}

impl Diagnostics {
    /// More problems than this are counted, not kept: nobody reads them, and a hostile file could have a
    /// hundred thousand.
    const MOST: usize = 100;

    pub(crate) fn new(sources: Arc<[Source]>) -> Self {
        Self { sources, found: Vec::new(), left_out: 0 }
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.found.len() >= Self::MOST {
            self.left_out += 1;
            // The first error takes the place of a warning: without it, the experiment would count as sound.
            if diagnostic.severity == Severity::Warning || self.has_errors() {
                return;
            }
            self.found.pop();
        }
        self.found.push(diagnostic);
    }

    /// Whether no more errors are kept. Callers can then save the search for words and call
    /// [`leave_out`](Self::leave_out).
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= Self::MOST && self.has_errors()
    }

    /// Counts a problem without keeping it.
    pub(crate) fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// The errors, then the warnings, each in the order of files and lines.
    pub(crate) fn split(mut self) -> (Self, Self) {
        self.found.sort_by_key(|diagnostic| {
            diagnostic.origin.place().map_or((usize::MAX, 0), |place| (place.source, place.start))
        });
        self.found.dedup();
        let (errors, warnings) = self.found.into_iter().partition(|one| one.severity == Severity::Error);
        let part = |found, left_out| Self { sources: Arc::clone(&self.sources), found, left_out };
        (part(errors, self.left_out), part(warnings, 0))
    }

    /// Whether the experiment cannot run.
    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|one| one.severity == Severity::Error)
    }

    /// Each problem.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Whether there are no problems.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len() + self.left_out
    }

    /// How many were counted and not kept, so that [`iter`](Self::iter) does not give them.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// File name, line and column (both from 1) of a place.
    pub fn position(&self, place: Place) -> (&str, usize, usize) {
        let Some(source) = self.sources.get(place.source) else { return ("", 1, 1) };
        let (line, column) = position(&source.text, place.start);
        (&source.name, line, column)
    }

    /// The sources that the places are in.
    pub(crate) fn sources(&self) -> Arc<[Source]> {
        Arc::clone(&self.sources)
    }

    pub(crate) fn source(&self, place: Place) -> Option<&Source> {
        self.sources.get(place.source)
    }
}

/// Text of a user for a message: on one line, without control characters, not too long.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let mut out: String = text.chars().take(MOST).map(visible).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_hide_no_error() {
        let mut problems = Diagnostics::new(Vec::new().into());
        for number in 0..Diagnostics::MOST {
            problems.push(Diagnostic::warning("a", Origin::Default, format!("warning {number}")));
        }
        assert!(!problems.is_full(), "an error still counts");
        problems.push(Diagnostic::error("a", Origin::Default, "wrong"));
        problems.push(Diagnostic::warning("a", Origin::Default, "one more"));
        assert!(problems.is_full());
        let (errors, warnings) = problems.split();
        assert_eq!((errors.iter().count(), errors.left_out()), (1, 2));
        assert_eq!(warnings.iter().count(), Diagnostics::MOST - 1);
    }
}
