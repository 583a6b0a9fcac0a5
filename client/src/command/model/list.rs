//! `clipig model list`.

use std::fmt::Write as _;

use clipig_models::{Entry, Place, Store};
use console::{Term, measure_text_width, style, truncate_str};
use serde_json::{Value as Json, json};

use super::{megabytes, place};
use crate::failure::Failure;

/// All models as a table, or for programs.
pub(super) fn text(store: &Store, as_json: bool) -> Result<String, Failure> {
    let entries = store.list()?;
    if as_json {
        let all: Json = entries.iter().map(record).collect();
        return Ok(format!("{all:#}\n"));
    }
    let default = store.default_model().name;
    let mut text = table(&entries, default);
    let _ = write!(
        text,
        "\n* is used where an experiment names none. The store is {}.\n\
         `clipig model pull NAME` fetches one, `clipig model info NAME` says more.\n",
        store.root().display()
    );
    Ok(text)
}

fn table(entries: &[Entry], default: &str) -> String {
    let heading = ["  name", "weights", "size", "licence", "what it is"].map(str::to_owned);
    let rows: Vec<[String; 5]> = entries.iter().map(|entry| row(entry, default)).collect();
    let mut widths = heading.each_ref().map(|cell| measure_text_width(cell));
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(measure_text_width(cell));
        }
    }
    let term = Term::stdout();
    // Lines are cut on a terminal, where a wrapped one would break the columns.
    let available = if term.is_term() { usize::from(term.size().1) } else { usize::MAX };
    let mut text = format!("{}\n", style(line(&heading, widths)).bold());
    for (row, entry) in rows.iter().zip(entries) {
        let line = line(row, widths);
        let line = truncate_str(&line, available, "…");
        let line = if entry.place == Place::Absent { style(line).dim() } else { style(line) };
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Sizes end at the same column, everything else begins there.
fn line(cells: &[String; 5], widths: [usize; 5]) -> String {
    let [name, weights, size, licence, about] = cells;
    let line = format!(
        "{name:0$}  {weights:1$}  {size:>2$}  {licence:3$}  {about}",
        widths[0], widths[1], widths[2], widths[3]
    );
    line.trim_end().to_owned()
}

fn row(entry: &Entry, default: &str) -> [String; 5] {
    let mark = if entry.name == default { "*" } else { " " };
    let about = if entry.about.is_empty() { format!("from {}", entry.source) } else { entry.about.clone() };
    // Details of a licence stand in `clipig model info`.
    let licence = entry.licence.split([';', '(']).next().unwrap_or_default().trim().to_owned();
    let size = entry.size.map(megabytes).unwrap_or_default();
    [format!("{mark} {}", entry.name), place(&entry.place).to_owned(), size, licence, about]
}

/// A model for programs.
pub(super) fn record(entry: &Entry) -> Json {
    let (place, path) = match &entry.place {
        Place::Embedded => ("embedded", None),
        Place::Stored(path) => ("stored", Some(path.display().to_string())),
        Place::Absent => ("absent", None),
    };
    json!({
        "name": entry.name,
        "about": entry.about,
        "place": place,
        "path": path,
        "size": entry.size,
        "sha256": entry.sha256,
        "pinned": entry.pinned,
        "licence": entry.licence,
        "source": entry.source,
    })
}
