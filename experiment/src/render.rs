//! Problems as people read them: the one place that turns diagnostics into text.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin as Header, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::{Origin, Place, boundary, position};

/// Longest line that is shown whole, in bytes; of a longer one only the part around the place is shown.
const LONG_LINE: usize = 240;
/// Bytes shown of a long line before the place.
const BEFORE: usize = 60;
/// Bytes shown of a long line altogether.
const SHOWN: usize = 160;

impl Diagnostics {
    /// All problems as text for people: each with its line and the place marked, as compilers do. `color` adds
    /// ANSI sequences.
    pub fn render(&self, color: bool) -> String {
        render(self, color)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// All problems, one below the other.
fn render(diagnostics: &Diagnostics, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut parts: Vec<String> =
        diagnostics.iter().map(|one| renderer.render(&[group(diagnostics, one)])).collect();
    if diagnostics.left_out() > 0 {
        parts.push(format!("… and {} more like these", diagnostics.left_out()));
    }
    parts.join("\n\n")
}

fn group<'a>(diagnostics: &'a Diagnostics, one: &'a Diagnostic) -> Group<'a> {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut elements: Vec<Element<'a>> = Vec::new();
    if let Origin::Written(place) = one.origin
        && let Some(source) = diagnostics.source(place)
    {
        marked(&mut elements, &source.name, &source.text, place, &one.label);
    } else if let Origin::Flag(flag) = one.origin {
        elements.push(Level::NOTE.message(format!("given by {flag}")).into());
    }
    if !one.path.is_empty() {
        elements.push(Level::NOTE.message(format!("parameter: {}", one.path)).into());
    }
    elements.extend(one.help.iter().map(|help| Level::HELP.message(help.as_str()).into()));
    level.primary_title(one.message.as_str()).elements(elements)
}

/// The line of the place, with the place marked.
fn marked<'a>(out: &mut Vec<Element<'a>>, name: &'a str, text: &'a str, place: Place, label: &'a str) {
    let start = boundary(text, place.start.min(text.len()));
    let end = boundary(text, place.end.clamp(start, text.len()));
    let (line, column) = position(text, start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    // A value over several lines is marked on its first line: the rest would push the words away.
    let end = end.min(line_end).max(start);
    let (from, to) = if line_end - line_start > LONG_LINE {
        let from = boundary(text, start.saturating_sub(BEFORE).max(line_start));
        (from, boundary(text, (from + SHOWN).min(line_end)))
    } else {
        (line_start, line_end)
    };
    let annotation = AnnotationKind::Primary.span(start - from..end.min(to) - from);
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    let snippet = Snippet::source(&text[from..to]).line_start(line).annotation(annotation);
    if from == line_start {
        out.push(snippet.path(name).into());
    } else {
        // The column of a cut line is not that of the file.
        out.push(Header::path(name).line(line).char_column(column).into());
        out.push(snippet.into());
    }
}
