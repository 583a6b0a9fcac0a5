//! Figures, and the tables that benchmarks write into a page.

use std::fmt::Write;
use std::fs;

use crate::error::Error;
use crate::places::Places;

/// The page that benchmarks write.
const PAGE: &str = "docs/performance.md";

/// The middle one; of an even number of values, the greater of the two in the middle. `None` if there are none.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Three digits, or a dash.
pub(crate) fn shown(value: Option<f64>) -> String {
    match value {
        None => "–".into(),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

/// Adds a row to a table.
pub(crate) fn line(text: &mut String, cells: &[String]) {
    writeln!(text, "| {} |", cells.join(" | ")).expect("memory takes text");
}

/// Puts the tables of `command` into the page, between the two comments that name it, in place of what is there.
pub(crate) fn write_into_page(places: &Places, command: &str, tables: &str) -> Result<(), Error> {
    let page = places.repository.join(PAGE);
    let text = fs::read_to_string(&page).map_err(Error::file("read", &page))?;
    let text = replaced(&text, command, tables).ok_or_else(|| {
        let [begin, end] = marks(command);
        Error::Other(format!("{PAGE} has no lines `{begin}` and `{end}`, between which the tables go"))
    })?;
    fs::write(&page, text).map_err(Error::file("write", &page))
}

fn marks(command: &str) -> [String; 2] {
    ["begin", "end"].map(|side| format!("<!-- cargo xtask {command}: {side} -->"))
}

fn replaced(page: &str, command: &str, text: &str) -> Option<String> {
    let [begin, end] = marks(command);
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{text}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_comments_of_the_command_is_replaced() {
        let block = |command: &str, text: &str| {
            format!("<!-- cargo xtask {command}: begin -->\n{text}<!-- cargo xtask {command}: end -->\n")
        };
        let page =
            format!("# Page\n{}between\n{}rest\n", block("bench", "old\n"), block("bench --looks", "old\n"));
        let expected =
            format!("# Page\n{}between\n{}rest\n", block("bench", "old\n"), block("bench --looks", "new\n"));
        assert_eq!(replaced(&page, "bench --looks", "new\n").unwrap(), expected);
        assert_eq!(replaced("nothing", "bench", "new"), None);
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(
            [1234.4, 12.345, 1.2345, -12.345].map(|value| shown(Some(value))),
            ["1234", "12.3", "1.23", "-12.3"]
        );
        assert_eq!(shown(median(&[])), "–");
        assert_eq!(shown(median(&[9.0, 3.0, 6.0])), "6.00");
    }
}
