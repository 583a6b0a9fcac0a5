//! HTML character references: `&amp;`, `&#233;`, `&#xE9;`.
//!
//! Two readings exist side by side in the text cleaning of CLIP: the forgiving one of browsers (and
//! of Python's `html.unescape`), and the strict one of ftfy, which takes only what ends in a semicolon
//! and forgives names in capitals.

use std::sync::LazyLock;

use htmlize::ENTITIES;
use regex::{Captures, Regex};

/// Longest run of characters after `&` that is looked at: the longest name has 32 with its semicolon.
const LONGEST_NAME: usize = 32;

/// Replaces every character reference, also those without a semicolon where HTML allows that.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let (replacement, used) = match rest.strip_prefix('#') {
            Some(number) => numeric(number).map(|(c, used)| (c, used + 1)),
            None => named(rest),
        }
        .unwrap_or_else(|| ("&".to_owned(), 0));
        out.push_str(&replacement);
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}

/// Replaces the unambiguous references: known names and numbers that end in a semicolon, and names in
/// capitals of characters whose name is known in small letters (`&EACUTE;`).
pub(super) fn unescape_strict(text: &str) -> String {
    static REFERENCE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("&#?[0-9A-Za-z]{1,24};").expect("the pattern is constant"));
    REFERENCE.replace_all(text, |found: &Captures| strict_reference(&found[0])).into_owned()
}

fn strict_reference(reference: &str) -> String {
    if let Some(character) = entity(reference) {
        return character.to_owned();
    }
    if reference.starts_with("&#") {
        let unescaped = unescape(reference);
        return if unescaped.contains(';') { reference.to_owned() } else { unescaped };
    }
    let small = reference.to_lowercase();
    let shouted = small != reference && reference.to_uppercase() == reference;
    match entity(&small) {
        // A name in capitals counts only where HTML itself reads nothing into it.
        Some(character) if shouted && unescape(reference) == reference => character.to_uppercase(),
        _ => reference.to_owned(),
    }
}

/// The characters of a whole reference such as `&amp;`.
fn entity(reference: &str) -> Option<&'static str> {
    ENTITIES.get(reference.as_bytes()).and_then(|bytes| std::str::from_utf8(bytes).ok())
}

/// Reads a name after `&`: its characters, and how many bytes of the text it takes.
fn named(text: &str) -> Option<(String, usize)> {
    let end = text
        .char_indices()
        .take(LONGEST_NAME)
        .take_while(|(_, c)| !matches!(c, '\t' | '\n' | '\u{c}' | ' ' | '<' | '&' | '#' | ';'))
        .last()
        .map(|(at, c)| at + c.len_utf8())?;
    let with_semicolon = if text[end..].starts_with(';') { end + 1 } else { end };
    let name = &text[..with_semicolon];
    // Names are ASCII, so a longer run can only match in its ASCII beginning.
    let ascii = name.bytes().take_while(u8::is_ascii).count();
    (2..=ascii).rev().find_map(|length| {
        entity(&format!("&{}", &name[..length])).map(|character| (character.to_owned(), length))
    })
}

/// Reads a number after `&#`: its character (empty where HTML has none), and its length in bytes.
fn numeric(text: &str) -> Option<(String, usize)> {
    let (digits, radix, prefix) = match text.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16, 1),
        None => (text, 10, 0),
    };
    let length = digits.chars().take_while(|c| c.is_digit(radix)).count();
    if length == 0 {
        return None;
    }
    // Saturates: whatever does not fit is beyond Unicode anyway.
    let number = digits[..length]
        .chars()
        .fold(0u32, |number, c| number.saturating_mul(radix).saturating_add(c.to_digit(radix).unwrap_or(0)));
    let semicolon = usize::from(digits[length..].starts_with(';'));
    Some((character(number), prefix + length + semicolon))
}

/// The character of a number as HTML reads it.
fn character(number: u32) -> String {
    let c = char::from_u32(number);
    match (number, c) {
        (0, _) | (_, None) => "\u{fffd}".to_owned(),
        (0x0d, _) => "\r".to_owned(),
        (0x80..=0x9f, Some(c1)) => super::charsets::windows_1252(c1).unwrap_or(c1).to_string(),
        _ if is_invalid(number) => String::new(),
        (_, Some(c)) => c.to_string(),
    }
}

/// Control characters other than white space, and noncharacters.
fn is_invalid(number: u32) -> bool {
    matches!(number, 0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f | 0xfdd0..=0xfdef) || number & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::{unescape, unescape_strict};

    #[test]
    fn reads_references_as_html_does() {
        for (text, expected) in [
            ("fish &amp; chips", "fish & chips"),
            ("&#39;x&#x27;", "'x'"),
            ("&notit; &notin; &NotEqualTilde;", "¬it; ∉ ≂̸"),
            ("&amp;amp;", "&amp;"),
            ("a & b && &; &# &#x; &nonsense;", "a & b && &; &# &#x; &nonsense;"),
            ("&#128;&#0;&#x110000;&#1;&#99999999999999;", "€\u{fffd}\u{fffd}\u{fffd}"),
            ("&ampä &é", "&ä &é"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    #[test]
    fn strict_reading_needs_the_semicolon_and_forgives_capitals() {
        for (text, expected) in [
            ("this&not that &lt;", "this&not that <"),
            ("P&EACUTE;REZ &nTILDE; &NTILDE;", "PÉREZ &nTILDE; Ñ"),
            ("BUNDESSTRA&SZLIG;E", "BUNDESSTRASSE"),
            ("&#60; &#x3c; &#12a;", "< < &#12a;"),
        ] {
            assert_eq!(unescape_strict(text), expected, "{text}");
        }
    }
}
