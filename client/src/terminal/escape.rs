//! Characters of strangers that a terminal or a reader of logs would take for something else.

use std::fmt::{self, Write};

/// Would a character end a line, command a terminal, or turn the direction of the text behind it (Unicode Standard Annex
/// 9)? A text with such characters can look like another one.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Writes a text on one line: unsafe characters as Rust writes them in a string, such as `\n` and `\u{1b}`.
pub(crate) fn write_line(out: &mut impl Write, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(is_unsafe) {
        let (plain, behind) = rest.split_at(at);
        out.write_str(plain)?;
        let mut characters = behind.chars();
        if let Some(c) = characters.next() {
            write!(out, "{}", c.escape_default())?;
        }
        rest = characters.as_str();
    }
    out.write_str(rest)
}

/// A text of several lines in which nothing but line breaks moves the cursor.
pub(crate) fn lines(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            clean.push('\n');
        }
        // Memory takes every write.
        let _ = write_line(&mut clean, line);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_gets_no_line_of_their_own() {
        let mut line = String::new();
        write_line(&mut line, "a\nINFO all is well\r\u{1b}[2J\u{202e}ä🫖\t").unwrap();
        assert_eq!(line, "a\\nINFO all is well\\r\\u{1b}[2J\\u{202e}ä🫖\\t");
        assert_eq!(lines("one\n\u{1b}two\n"), "one\n\\u{1b}two\n");
    }
}
