//! The table of similarities for people.

use std::fmt::Write as _;
use std::path::Path;

use console::{Term, measure_text_width, style, truncate_str};

use super::ratings::{Column, Ratings};

/// Widest heading of a column.
const HEADING: usize = 24;
/// Between two columns.
const GAP: &str = "  ";

/// Where the table is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Columns of the terminal; `None` in a file, where lines are not cut.
    pub(super) width: Option<usize>,
}

impl Layout {
    pub(super) fn of_stdout() -> Self {
        let term = Term::stdout();
        Self { width: term.is_term().then(|| usize::from(term.size().1)) }
    }
}

/// One line per image, similarities with two digits, the greatest of each column in colour. If the headings are too wide
/// for the terminal, they are replaced by numbers; if there are too many columns, the rest follows below.
pub(super) fn text(ratings: &Ratings, layout: &Layout) -> String {
    let names = names(ratings, layout);
    let name_width = names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
    let cells: Vec<Vec<String>> =
        ratings.rows.iter().map(|row| row.similarities.iter().map(|s| format!("{s:.2}")).collect()).collect();
    let headings: Vec<String> = ratings.columns.iter().map(heading).collect();
    let widths = widths(&headings, &cells);
    let whole = name_width + widths.iter().map(|width| GAP.len() + width).sum::<usize>();
    let Some(available) = layout.width.filter(|available| whole > *available) else {
        let table =
            Table { ratings, names: &names, name_width, cells: &cells, headings: &headings, widths: &widths };
        return table.block(0..headings.len());
    };
    let numbers: Vec<String> = ratings.columns.iter().map(|column| column.number.to_string()).collect();
    let widths = self::widths(&numbers, &cells);
    let table =
        Table { ratings, names: &names, name_width, cells: &cells, headings: &numbers, widths: &widths };
    legend(ratings, available) + &table.blocks(available)
}

/// The images' names: on a terminal without the folder that all are in, and no longer than half a line.
fn names(ratings: &Ratings, layout: &Layout) -> Vec<String> {
    let names = ratings.rows.iter().map(|row| row.name.as_str());
    let Some(available) = layout.width else { return names.map(clean).collect() };
    let folders: Vec<Option<&Path>> = names.clone().map(|name| Path::new(name).parent()).collect();
    let shared = folders
        .first()
        .copied()
        .flatten()
        .filter(|first| folders.len() > 1 && folders.iter().all(|folder| folder == &Some(*first)));
    let inside =
        |name| shared.and_then(|folder| Path::new(name).strip_prefix(folder).ok()?.to_str()).unwrap_or(name);
    names.map(|name| end_of(&clean(inside(name)), (available / 2).max(12))).collect()
}

fn heading(column: &Column) -> String {
    let name = clean(&column.name);
    if column.is_image { end_of(&name, HEADING) } else { truncate_str(&name, HEADING, "…").into_owned() }
}

/// Each column as wide as its widest cell.
fn widths(headings: &[String], cells: &[Vec<String>]) -> Vec<usize> {
    let widest = |column: usize| cells.iter().map(|row| row[column].len()).max().unwrap_or(0);
    headings.iter().enumerate().map(|(i, heading)| measure_text_width(heading).max(widest(i))).collect()
}

/// What the numbers above the columns stand for.
fn legend(ratings: &Ratings, available: usize) -> String {
    let line = |column: &Column| {
        let line = format!("{:>4}  {}", column.number, clean(&column.name));
        truncate_str(&line, available, "…").into_owned() + "\n"
    };
    ratings.columns.iter().map(line).collect::<String>() + "\n"
}

/// A table whose cells are formatted.
struct Table<'a> {
    ratings: &'a Ratings,
    names: &'a [String],
    name_width: usize,
    cells: &'a [Vec<String>],
    headings: &'a [String],
    widths: &'a [usize],
}

impl Table<'_> {
    /// Blocks of as many columns as fit beside each other.
    fn blocks(&self, available: usize) -> String {
        let mut blocks = Vec::new();
        let mut start = 0;
        while start < self.widths.len() {
            let mut width = self.name_width;
            let fits = self.widths[start..].iter().take_while(|column| {
                width += GAP.len() + **column;
                width <= available
            });
            let end = start + fits.count().max(1);
            blocks.push(self.block(start..end));
            start = end;
        }
        blocks.join("\n")
    }

    fn block(&self, columns: std::ops::Range<usize>) -> String {
        let mut text = " ".repeat(self.name_width);
        for column in columns.clone() {
            let heading = &self.headings[column];
            let space = self.widths[column] - measure_text_width(heading);
            let _ = write!(text, "{GAP}{}{}", " ".repeat(space), style(heading).bold());
        }
        text.push('\n');
        let best: Vec<Option<usize>> = columns.clone().map(|column| self.ratings.best(column)).collect();
        for (row, name) in self.names.iter().enumerate() {
            text += name;
            text += &" ".repeat(self.name_width - measure_text_width(name));
            for (column, best) in columns.clone().zip(&best) {
                let cell = format!("{:>1$}", self.cells[row][column], self.widths[column]);
                let cell = if *best == Some(row) { style(cell).green().bold() } else { style(cell) };
                let _ = write!(text, "{GAP}{cell}");
            }
            text.push('\n');
        }
        text
    }
}

/// Replaces control characters, which could move the cursor.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The end of a text, at most so wide.
fn end_of(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let starts = text.char_indices().map(|(at, _)| at);
    let end = starts.map(|at| &text[at..]).find(|end| measure_text_width(end) < width);
    format!("…{}", end.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::ratings::Row;
    use super::*;

    fn ratings(texts: &[&str], names: &[&str]) -> Ratings {
        let columns: Vec<Column> =
            (1..).zip(texts).map(|(n, text)| Column::text(n, text, vec![1.0 / n as f32])).collect();
        let rows = names.iter().map(|name| Row::new(Path::new(name), &[0.25], &columns)).collect();
        Ratings { columns, rows }
    }

    fn shown(ratings: &Ratings, width: Option<usize>) -> String {
        let text = console::strip_ansi_codes(&text(ratings, &Layout { width })).into_owned();
        assert!(text.lines().all(|line| measure_text_width(line) <= width.unwrap_or(usize::MAX)), "{text}");
        text
    }

    #[test]
    fn a_file_gets_whole_names_and_a_terminal_short_ones() {
        let ratings = ratings(&["an apple", "苹果"], &["out/a.png", "out/tree.png"]);
        insta::assert_snapshot!(shown(&ratings, None), @r"
                      an apple   苹果
        out/a.png        25.00  12.50
        out/tree.png     25.00  12.50
        ");
        insta::assert_snapshot!(shown(&ratings, Some(80)), @r"
                  an apple   苹果
        a.png        25.00  12.50
        tree.png     25.00  12.50
        ");
    }

    #[test]
    fn narrow_terminals_get_numbers_and_blocks() {
        let texts = ["a very long text about spoons", "b\u{1b}[2Jc", "c", "d"];
        let name = "a/folder/with/a-very-long-name-of-an-image.png";
        insta::assert_snapshot!(shown(&ratings(&texts, &[name]), Some(34)), @r"
           1  a very long text about spoo…
           2  b [2Jc
           3  c
           4  d

                               1      2
        …-of-an-image.png  25.00  12.50

                              3     4
        …-of-an-image.png  8.33  6.25
        ");
    }

    #[test]
    fn names_are_shortened_in_front() {
        assert_eq!(end_of("folder/ä.png", 6), "…ä.png");
        assert_eq!(end_of("ä.png", 5), "ä.png");
        assert_eq!(end_of("苹果.png", 6), "….png");
    }
}
