//! Repairs text that was written in one encoding and read in another.
//!
//! The usual accident is UTF-8 read in a single-byte encoding: `schÃ¶n` for `schön`. The way back
//! is to write the characters in that encoding again and to read the bytes as UTF-8; it is taken only
//! where the text looks broken.

use std::sync::LazyLock;

use regex::{Regex, bytes};

use super::{charsets::CHARSETS, charsets::windows_1252, mojibake_heuristics::looks_broken, utf8_variants};

const UTF8_FIRST_OF_2: &str = concat!(
    r"\x{c2}-\x{df}\x{100}\x{102}\x{106}\x{10c}\x{10e}\x{110}\x{112}\x{116}\x{118}\x{11a}\x{11e}",
    r"\x{122}\x{12a}\x{130}\x{136}\x{139}\x{13b}\x{141}\x{143}\x{145}\x{147}\x{14c}\x{150}\x{158}",
    r"\x{15a}\x{15e}\x{160}\x{162}\x{16a}\x{16e}\x{170}\x{172}\x{179}\x{17b}\x{17d}\x{392}-\x{3a1}",
    r"\x{3a3}-\x{3af}\x{412}-\x{42f}",
);
const UTF8_FIRST_OF_3: &str = concat!(
    r"\x{e0}-\x{ef}\x{101}\x{103}\x{105}\x{107}\x{10d}\x{10f}\x{113}\x{117}\x{119}\x{11b}\x{123}",
    r"\x{12b}\x{12f}\x{137}\x{13a}\x{13c}\x{155}\x{17a}\x{3b0}-\x{3bf}\x{430}-\x{43f}",
);
const UTF8_FIRST_OF_4: &str = r"\x{f0}\x{f3}\x{111}\x{11f}\x{161}\x{3c0}\x{3c3}\x{440}\x{443}";
const UTF8_CONTINUATION: &str = concat!(
    r"\x{20}\x{80}-\x{bf}\x{c6}\x{d8}\x{e6}\x{f8}\x{104}-\x{105}\x{13d}-\x{13e}\x{141}-\x{142}",
    r"\x{152}-\x{153}\x{156}-\x{157}\x{15a}-\x{15b}\x{15e}-\x{161}\x{164}-\x{165}\x{178}-\x{17e}",
    r"\x{192}\x{2c6}-\x{2c7}\x{2d8}\x{2db}-\x{2dd}\x{384}-\x{386}\x{388}-\x{38a}\x{38c}\x{38e}-\x{38f}",
    r"\x{401}-\x{40c}\x{40e}-\x{40f}\x{451}-\x{45c}\x{45e}-\x{45f}\x{490}-\x{491}\x{2013}-\x{2015}",
    r"\x{2018}-\x{201a}\x{201c}-\x{201e}\x{2020}-\x{2022}\x{2026}\x{2030}\x{2039}-\x{203a}\x{20ac}",
    r"\x{2116}\x{2122}",
);
const UTF8_CONTINUATION_STRICT: &str = concat!(
    r"\x{80}-\x{bf}\x{c6}\x{d8}\x{e6}\x{f8}\x{104}-\x{105}\x{13d}-\x{13e}\x{141}-\x{142}",
    r"\x{152}-\x{153}\x{156}-\x{157}\x{15a}-\x{15b}\x{15e}-\x{161}\x{164}-\x{165}\x{178}-\x{17e}",
    r"\x{192}\x{2c6}-\x{2c7}\x{2d8}\x{2db}-\x{2dd}\x{384}-\x{386}\x{388}-\x{38a}\x{38c}\x{38e}-\x{38f}",
    r"\x{401}-\x{40c}\x{40e}-\x{40f}\x{451}-\x{45c}\x{45e}-\x{45f}\x{490}-\x{491}\x{2020}-\x{2021}",
    r"\x{2030}\x{2039}-\x{203a}\x{20ac}\x{2116}\x{2122}",
);

/// Repairs until nothing more changes: text can be broken several times over.
pub(super) fn repair(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        match repair_once(&text) {
            Some(repaired) if repaired != text => text = repaired,
            _ => return text,
        }
    }
}

/// One step of repair; `None` where there is nothing to do.
fn repair_once(text: &str) -> Option<String> {
    if text.is_ascii() || !looks_broken(text) {
        return None;
    }
    if let Some(repaired) = reread_as_utf8(text) {
        return Some(repaired);
    }
    let embedded = repair_embedded(text);
    if embedded != text {
        return Some(embedded);
    }
    // Latin-1 that was meant as Windows-1252, as browsers read it.
    text.contains(is_c1).then(|| replace_c1(text))
}

/// Writes the text in the first encoding that could have led to it and reads it as UTF-8.
fn reread_as_utf8(text: &str) -> Option<String> {
    CHARSETS.iter().find_map(|charset| {
        let mut bytes = charset.encode(text)?;
        if charset.space_may_be_a0 {
            bytes = restore_a0(bytes);
        }
        if charset.lossy {
            bytes = mark_lost(&bytes);
        }
        utf8_variants::decode(&bytes)
    })
}

/// Puts back bytes 0xA0 that some program took for a no-break space and made a plain space, where
/// UTF-8 results. Only for sequences whose meaning is a likely character.
fn restore_a0(bytes: Vec<u8>) -> Vec<u8> {
    static SPACED: LazyLock<bytes::Regex> = LazyLock::new(|| {
        byte_regex(&[
            r"[\xc2\xc3\xc5\xce\xd0\xd9] ",
            r"[\xe2\xe3] [\x80-\x84\x86-\x9f\xa1-\xbf]",
            r"[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf] ",
            r"\xf0 [\x80-\xbf][\x80-\xbf]",
            r"\xf0[\x80-\xbf] [\x80-\xbf]",
            r"\xf0[\x80-\xbf][\x80-\xbf] ",
        ])
    });
    if !SPACED.is_match(&bytes) {
        return bytes;
    }
    let bytes = keep_space_after_a_grave(&bytes);
    SPACED
        .replace_all(&bytes, |found: &bytes::Captures| {
            found[0].iter().map(|&b| if b == b' ' { 0xa0 } else { b }).collect::<Vec<u8>>()
        })
        .into_owned()
}

/// "à" is a word of its own in several languages: after it a space is missing, not replaced — but
/// not in the Portuguese contractions à-quele, à-quela, à-quilo and à-s.
fn keep_space_after_a_grave(bytes: &[u8]) -> Vec<u8> {
    const CONTRACTED: [&[u8]; 5] = [b" ", b"quele", b"quela", b"quilo", b"s "];
    let mut out = Vec::with_capacity(bytes.len() + 8);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let alone = rest.starts_with(b"\xc3 ") && !CONTRACTED.iter().any(|word| rest[2..].starts_with(word));
        if alone {
            out.extend_from_slice(b"\xc3\xa0 ");
            at += 2;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// Makes U+FFFD of UTF-8 sequences in which a byte was lost (0x1A, or a question mark).
fn mark_lost(bytes: &[u8]) -> Vec<u8> {
    static LOST: LazyLock<bytes::Regex> = LazyLock::new(|| {
        byte_regex(&[
            r"[\xc2-\xdf]\x1a",
            r"[\xc2\xc3]\?",
            r"\xed[\xa0-\xaf][\x1a?]\xed[\xb0-\xbf][\x1a?\x80-\xbf]",
            r"\xed[\xa0-\xaf][\x1a?\x80-\xbf]\xed[\xb0-\xbf][\x1a?]",
            r"[\xe0-\xef][\x1a?][\x1a\x80-\xbf]",
            r"[\xe0-\xef][\x1a\x80-\xbf][\x1a?]",
            r"[\xf0-\xf4][\x1a?][\x1a\x80-\xbf][\x1a\x80-\xbf]",
            r"[\xf0-\xf4][\x1a\x80-\xbf][\x1a?][\x1a\x80-\xbf]",
            r"[\xf0-\xf4][\x1a\x80-\xbf][\x1a\x80-\xbf][\x1a?]",
            r"\x1a",
        ])
    });
    LOST.replace_all(bytes, "\u{fffd}".as_bytes()).into_owned()
}

fn byte_regex(alternatives: &[&str]) -> bytes::Regex {
    bytes::Regex::new(&format!("(?-u){}", alternatives.join("|"))).expect("the pattern is constant")
}

/// Repairs broken pieces inside of a text that is otherwise correct.
fn repair_embedded(text: &str) -> String {
    static SEQUENCES: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = format!(
            "(?:[{UTF8_FIRST_OF_2}][{UTF8_CONTINUATION}]\
             |[{UTF8_FIRST_OF_3}][{UTF8_CONTINUATION}]{{2}}\
             |[{UTF8_FIRST_OF_4}][{UTF8_CONTINUATION}]{{3}})+"
        );
        Regex::new(&pattern).expect("the pattern is constant")
    });
    // In the middle of a larger garble a repaired piece makes matters worse.
    static INSIDE_GARBLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!("^[{UTF8_CONTINUATION_STRICT}]$")).expect("the pattern is constant")
    });

    let mut out = String::with_capacity(text.len());
    let (mut copied, mut search) = (0, 0);
    while let Some(found) = SEQUENCES.find_at(text, search) {
        let before = text[..found.start()].chars().next_back();
        if before.is_some_and(|c| INSIDE_GARBLE.is_match(c.encode_utf8(&mut [0; 4]))) {
            let first = text[found.start()..].chars().next().map_or(1, char::len_utf8);
            search = found.start() + first;
            continue;
        }
        out.push_str(&text[copied..found.start()]);
        let piece = found.as_str();
        // A piece is shorter than its text, so this ends.
        if piece.len() < text.len() && looks_broken(piece) {
            out.push_str(&repair(piece));
        } else {
            out.push_str(piece);
        }
        copied = found.end();
        search = found.end();
    }
    out.push_str(&text[copied..]);
    out
}

fn is_c1(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}')
}

/// Reads C1 control characters as the Windows-1252 characters of the same bytes.
pub(super) fn replace_c1(text: &str) -> String {
    text.chars().map(|c| if is_c1(c) { windows_1252(c).unwrap_or(c) } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[test]
    fn repairs_what_ftfy_repairs() {
        for (broken, correct) in [
            ("schÃ¶n", "schön"),
            ("donâ€™t", "don’t"),
            ("âœ” No problems", "✔ No problems"),
            ("voilÃ  le travail", "voilà le travail"),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
            // Twice broken.
            ("Ã¢â€šÂ¬", "€"),
            // Only in parts.
            ("“schÃ¶n” → “Ã¼ber”", "“schön” → “über”"),
            ("a\u{85}b", "a…b"),
        ] {
            assert_eq!(repair(broken), correct);
        }
    }

    #[test]
    fn leaves_correct_text_alone() {
        for text in ["", "plain", "schön & gut", "Привет", "日本語", "Â", "l’été", "5 × 3² ½"]
        {
            assert_eq!(repair(text), text);
        }
    }
}
