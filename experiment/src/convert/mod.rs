//! From YAML to values: one source at a time, all of its problems at once.

mod number;
mod pixels;
mod structure;
mod value;

pub(crate) use structure::{branch, convert};
pub(crate) use value::fixed_number;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Place, Source};

/// What a conversion needs: the texts, to find places inside of values, and a place for problems.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) problems: &'a mut Diagnostics,
    /// Constant expressions that were computed and may have taken long.
    pub(crate) computed: usize,
}

impl Context<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// The place of `part` (a slice of `text`, which the value at `whole` reads as): exact where the text stands
    /// there as it is, else the whole value.
    fn part(&self, whole: Place, text: &str, part: std::ops::Range<usize>) -> Place {
        let raw = self.sources.get(whole.source).and_then(|source| source.text.get(whole.start..whole.end));
        match raw.and_then(|raw| raw.find(text)) {
            Some(at) if !text.is_empty() => Place {
                source: whole.source,
                start: whole.start + at + part.start.min(text.len()),
                end: whole.start + at + part.end.min(text.len()),
            },
            _ => whole,
        }
    }
}
