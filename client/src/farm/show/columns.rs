//! Text in columns.

use console::{Term, measure_text_width, style, truncate_str};

use crate::terminal::escape;

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A heading and rows below it. Lines are cut on a terminal, where a wrapped one would break the columns.
pub(super) fn table<const N: usize>(heading: [(&str, Align); N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(|(name, _)| name.len());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(measure_text_width(cell));
        }
    }
    let term = Term::stdout();
    let available = if term.is_term() { usize::from(term.size().1) } else { usize::MAX };
    let line = |cells: &[String; N]| {
        let cells = cells.iter().zip(widths).zip(heading).map(|((cell, width), (_, align))| {
            let space = " ".repeat(width.saturating_sub(measure_text_width(cell)));
            match align {
                Align::Left => cell.clone() + &space,
                Align::Right => space + cell,
            }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        truncate_str(line.trim_end(), available, "…").into_owned() + "\n"
    };
    let heading = line(&heading.map(|(name, _)| name.to_owned()));
    rows.iter().fold(style(heading.trim_end()).bold().to_string() + "\n", |text, row| text + &line(row))
}

/// Names and values, one below the other; empty values are left out.
#[derive(Debug, Default)]
pub(super) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    pub(super) fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    /// A page below a title.
    pub(super) fn page(&self, title: &str) -> String {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let facts = self.0.iter().filter(|(_, value)| !value.is_empty());
        let lines = facts.map(|(name, value)| format!("  {name:width$}  {value}\n"));
        format!("{title}\n{}", lines.collect::<String>())
    }
}

/// One line of at most `length` characters; what would move a terminal's cursor or turn the direction of text is left
/// out: names come from strangers.
pub(crate) fn plain(text: &str, length: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let clean: String = words.join(" ").chars().filter(|c| !escape::is_unsafe(*c)).collect();
    if clean.chars().count() <= length {
        return clean;
    }
    clean.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}
