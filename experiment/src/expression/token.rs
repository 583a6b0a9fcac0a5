//! Text → tokens.

use std::ops::Range;

use num_bigint::BigInt;

use super::error::ParseError;
use super::scope::VARIABLES;
use crate::lookalike::Lookalike;

/// A token with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'a> {
    Int(BigInt),
    Float(f64),
    Str(String),
    /// A name or a keyword.
    Word(&'a str),
    /// An operator or a bracket.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// Longest first, so that `**` is not read as two `*`.
const SIGNS: &[&str] = &[
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", ":=", "->", "+", "-", "*", "/", "%", "&", "|", "^", "~",
    "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", "@", ";",
];

/// Signs that word processors and mathematicians write, and what to write instead.
const LOOKALIKES: &[(char, &str)] = &[
    ('−', "-"),
    ('–', "-"),
    ('—', "-"),
    ('×', "*"),
    ('·', "*"),
    ('÷', "/"),
    ('≤', "<="),
    ('≥', ">="),
    ('≠', "!="),
    ('²', "**2"),
    ('³', "**3"),
    ('π', "pi"),
    ('√', "sqrt(…)"),
    ('∞', "inf"),
    ('‘', "'"),
    ('’', "'"),
    ('“', "\""),
    ('”', "\""),
    ('?', "a if condition else b"),
    ('!', "not"),
];

/// Splits a text into tokens; the last one is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ParseError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let rest = &text[at..];
        let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        let (kind, length) = if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
            number(rest, at)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            word_or_prefixed_string(rest, at)?
        } else if first == '"' || first == '\'' {
            string(rest, at)?
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (TokenKind::Sign(sign), sign.len())
        } else {
            return Err(unknown_sign(first, at));
        };
        found.push(Token { kind, range: at..at + length });
        at += length;
    }
    found.push(Token { kind: TokenKind::End, range: text.len()..text.len() });
    Ok(found)
}

fn unknown_sign(sign: char, at: usize) -> ParseError {
    let range = at..at + sign.len_utf8();
    if let Some((_, instead)) = LOOKALIKES.iter().find(|(lookalike, _)| *lookalike == sign) {
        return ParseError::new(range, format!("`{sign}` cannot be used here"))
            .with_help(format!("write `{instead}`"));
    }
    match Lookalike::of(sign) {
        Some(found) => ParseError::new(range, format!("{} cannot be used here", found.full_name()))
            .with_help(found.remedy()),
        None => ParseError::new(range, format!("`{}` cannot be used here", sign.escape_debug())),
    }
}

fn word_or_prefixed_string(rest: &str, at: usize) -> Result<(TokenKind<'_>, usize), ParseError> {
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    if length <= 2 && rest[length..].starts_with(['"', '\'']) {
        return Err(ParseError::new(at..at + length, "strings have no prefix here"));
    }
    Ok((TokenKind::Word(&rest[..length]), length))
}

fn string(rest: &str, at: usize) -> Result<(TokenKind<'_>, usize), ParseError> {
    let mut content = String::new();
    let mut chars = rest.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    while let Some((offset, c)) = chars.next() {
        if Some(c) == quote {
            return Ok((TokenKind::Str(content), offset + 1));
        }
        if c != '\\' {
            content.push(c);
            continue;
        }
        match chars.next() {
            Some((_, 'n')) => content.push('\n'),
            Some((_, 't')) => content.push('\t'),
            Some((_, c @ ('\\' | '\'' | '"'))) => content.push(c),
            Some((_, c)) => content.extend(['\\', c]),
            None => break,
        }
    }
    Err(ParseError::new(at..at + rest.len(), "the string has no end").with_help("close it with its quote"))
}

/// Counts digits of a radix with single underscores between them.
fn digits(bytes: &[u8], radix: u32) -> usize {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|b| char::from(*b).is_digit(radix));
    let mut at = 0;
    while is_digit(at) || (bytes.get(at) == Some(&b'_') && at > 0 && is_digit(at + 1)) {
        at += 1;
    }
    at
}

fn number(rest: &str, at: usize) -> Result<(TokenKind<'_>, usize), ParseError> {
    let bytes = rest.as_bytes();
    let radix = match bytes.get(1) {
        Some(b'x' | b'X') => 16,
        Some(b'o' | b'O') => 8,
        Some(b'b' | b'B') => 2,
        _ => 10,
    };
    let (kind, length) = if radix != 10 && bytes[0] == b'0' {
        // Python allows an underscore after the prefix.
        let start = if bytes.get(2) == Some(&b'_') { 3 } else { 2 };
        let length = start + digits(&bytes[start..], radix);
        let written = rest[start..length].replace('_', "");
        let value = BigInt::parse_bytes(written.as_bytes(), radix)
            .ok_or_else(|| ParseError::new(at..at + length, "the number has no digits"))?;
        (TokenKind::Int(value), length)
    } else {
        decimal(rest, at)?
    };
    let tail = rest[length..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let word = &rest[length..length + tail];
    // Python allows `1if t else 2`.
    if tail > 0 && !["if", "else", "and", "or", "in", "is", "not", "for"].contains(&word) {
        let error = ParseError::new(at..at + length + tail, "this is neither a number nor a name");
        let starts_as_name = !word.starts_with(|c: char| c.is_ascii_digit() || c == '_');
        return Err(match word {
            "j" | "J" => error.with_help("complex numbers are not part of the language"),
            _ if starts_as_name => error.with_help(what_was_meant(&rest[..length], word)),
            _ => error,
        });
    }
    Ok((kind, length))
}

/// What to write instead of a number with a word directly behind it.
fn what_was_meant(number: &str, word: &str) -> String {
    let is_constant = matches!(word, "pi" | "e" | "tau" | "frame" | "frames");
    if is_constant || VARIABLES.iter().any(|(name, _)| *name == word) {
        return format!("write `{number} * {word}`");
    }
    let other_side = word.strip_prefix(['x', 'X']).filter(|side| side.bytes().all(|b| b.is_ascii_digit()));
    match other_side.filter(|side| !side.is_empty()) {
        Some(side) => format!("several values have spaces between: `{number} {side}`"),
        None => format!("a number stands alone, without a unit: leave out `{word}`"),
    }
}

fn decimal(rest: &str, at: usize) -> Result<(TokenKind<'_>, usize), ParseError> {
    let bytes = rest.as_bytes();
    let whole = digits(bytes, 10);
    let mut length = whole;
    if bytes.get(length) == Some(&b'.') {
        length += 1 + digits(&bytes[length + 1..], 10);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes.get(length + 1 + sign..).unwrap_or_default(), 10);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    let written = rest[..length].replace('_', "");
    let broken = || ParseError::new(at..at + length, "this is not a number");
    if length > whole {
        return Ok((TokenKind::Float(written.parse().map_err(|_| broken())?), length));
    }
    if written.len() > 1 && written.starts_with('0') && written.bytes().any(|b| b != b'0') {
        return Err(ParseError::new(at..at + length, "a whole number cannot start with zero")
            .with_help(format!("write `{}`", written.trim_start_matches('0'))));
    }
    Ok((TokenKind::Int(BigInt::parse_bytes(written.as_bytes(), 10).ok_or_else(broken)?), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind<'_>> {
        tokens(text).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        let int = |n: i64| TokenKind::Int(BigInt::from(n));
        for (text, expected) in [
            ("1_000", int(1000)),
            ("0x_fF", int(255)),
            ("0b101", int(5)),
            ("0o17", int(15)),
            ("00", int(0)),
            (".5", TokenKind::Float(0.5)),
            ("5.", TokenKind::Float(5.0)),
            ("1e3", TokenKind::Float(1000.0)),
            ("1_0.5_0E-1_0", TokenKind::Float(10.5e-10)),
            ("1e999", TokenKind::Float(f64::INFINITY)),
        ] {
            assert_eq!(kinds(text), [expected, TokenKind::End], "{text}");
        }
        for text in ["007", "1__0", "1_", "0x", "2t", "3j", "0b12"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_word_behind_a_number_is_explained_by_what_it_may_mean() {
        let help = |text: &str| tokens(text).unwrap_err().help.unwrap();
        assert_eq!(help("2t"), "write `2 * t`");
        assert_eq!(help("3pi"), "write `3 * pi`");
        assert_eq!(help("640x480"), "several values have spaces between: `640 480`");
        for (text, unit) in [("64px", "px"), ("1k", "k"), ("30deg", "deg"), ("2x", "x")] {
            assert!(help(text).ends_with(&format!("leave out `{unit}`")), "{text}");
        }
    }

    #[test]
    fn lookalikes_are_explained() {
        let error = tokens("2 × t").unwrap_err();
        assert_eq!(error.range, 2..4);
        assert_eq!(error.help.as_deref(), Some("write `*`"));
    }

    #[test]
    fn strings_end() {
        assert_eq!(kinds(r"'a\'b'"), [TokenKind::Str("a'b".into()), TokenKind::End]);
        assert!(tokens("'abc").is_err());
        assert!(tokens("'abc\\").is_err());
    }
}
