//! Writing YAML that reads back as the same values.

use std::fmt::Write as _;

use super::scalar::{Scalar, python_float};
use crate::lookalike::Lookalike;

/// A growing YAML text of nested maps and lists of maps.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    indent: usize,
    /// A `- ` was written: the next line continues it.
    dashed: bool,
}

impl Writer {
    /// The finished text.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// `name: value`
    pub(crate) fn entry(&mut self, name: &str, value: &str) {
        self.start();
        self.text.push_str(name);
        self.text.push_str(": ");
        self.text.push_str(value);
        self.text.push('\n');
    }

    /// `name:` with what `inside` writes below it.
    pub(crate) fn map(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.start();
        self.text.push_str(name);
        self.text.push_str(":\n");
        self.indent += 2;
        inside(self);
        self.indent -= 2;
    }

    /// An entry of a list: `- ` before the first line that `inside` writes.
    pub(crate) fn item(&mut self, inside: impl FnOnce(&mut Self)) {
        for _ in 0..self.indent {
            self.text.push(' ');
        }
        self.text.push_str("- ");
        self.indent += 2;
        self.dashed = true;
        inside(self);
        if self.dashed {
            self.text.push_str("{}\n");
            self.dashed = false;
        }
        self.indent -= 2;
    }

    fn start(&mut self) {
        if !std::mem::take(&mut self.dashed) {
            for _ in 0..self.indent {
                self.text.push(' ');
            }
        }
    }

    /// A number with a point, so that it is read as one.
    pub(crate) fn float(value: f64) -> String {
        if value.is_nan() {
            return ".nan".to_owned();
        }
        if value.is_infinite() {
            return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
        }
        let text = python_float(value);
        match text.split_once('e') {
            // Without a point, YAML 1.1 takes it for a text.
            Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
            _ => text,
        }
    }

    /// A text, quoted where it would otherwise mean something else.
    pub(crate) fn string(text: &str) -> String {
        let inner = |c: char| c.is_alphanumeric() || " _./*+-()<>=%'".contains(c);
        let starts = text.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '/');
        let plain = starts
            && text.chars().all(inner)
            && !text.ends_with(' ')
            && Scalar::resolve(text) == Scalar::Text
            && text != "...";
        if plain {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len() + 2);
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                // What is written in plain sight of nobody would be warned of, or refused, when it is read again.
                c if c.is_control() || Lookalike::of(c).is_some_and(Lookalike::is_invisible) => {
                    let _ = write!(out, "\\U{:08x}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        out.push('"');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::yaml::{NodeKind, compose};

    #[test]
    fn texts_and_numbers_read_back_as_themselves() {
        for text in [
            "a curly spoon",
            "off",
            "1e3",
            "1:30",
            "-",
            "- a",
            "#x",
            "a: b",
            "a #b",
            "",
            " a",
            "a ",
            "'",
            "\"",
            "\\",
            "a\nb",
            "\u{7}",
            "~",
            "0.1*ti",
            "{0: 1}.get(1)",
            "*a",
            "&a",
            "!a",
            "...",
            "---",
            "'a'",
            "ö",
            "😀",
            "a\r",
            "lovecraft's interior",
            "50%",
            "%a",
            "@a",
            "a,b",
            "[a]",
            "?",
            "? a",
            "\u{feff}x",
            "\u{2028}",
            "a\u{a0}b",
            "\u{200b}",
            "“a”",
            "=",
            "<<",
        ] {
            let source =
                Source::new("", format!("x: {}\ny: [{}]\n", Writer::string(text), Writer::string(text)));
            let node = compose(0, &source).unwrap_or_else(|_| panic!("{text:?}: {}", source.text));
            let NodeKind::Map(entries) = node.document.unwrap().kind else { panic!() };
            let expected = NodeKind::Scalar { text: text.to_owned(), value: Scalar::Text };
            assert_eq!(entries[0].1.kind, expected, "{}", source.text);
            let NodeKind::List(list) = &entries[1].1.kind else { panic!() };
            assert_eq!(list[0].kind, expected, "{}", source.text);
        }
        for value in [0.0, 1.0, 1e-5, 1e16, -2.5e-7, 1e300, 0.1, f64::INFINITY, f64::MIN_POSITIVE] {
            assert_eq!(Scalar::resolve(&Writer::float(value)), Scalar::Float(value));
        }
    }
}
