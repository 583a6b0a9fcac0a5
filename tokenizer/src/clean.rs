//! Text as CLIP was trained on it: repaired, without HTML references, white space collapsed, small.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::{entities, mojibake};

/// Longest piece that is repaired at once, in characters; longer lines are cut. The bound is ftfy's.
const LONGEST_SEGMENT: usize = 1_000_000;

/// Cleans a prompt exactly as the original tokenizer does before it splits it into words.
pub(super) fn clean(text: &str) -> String {
    let text = fix_text(text);
    let text = entities::unescape(&entities::unescape(&text));
    let mut words = text.split_whitespace();
    let mut out = String::with_capacity(text.len());
    out.extend(words.next());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out.to_lowercase()
}

/// Repairs line by line, as ftfy's `fix_text` does with its default settings.
fn fix_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A "<" means that the text is HTML, where references belong; from there on they stay.
    let mut references = true;
    for line in text.split_inclusive('\n') {
        let mut line = line;
        while !line.is_empty() {
            let cut = line.char_indices().nth(LONGEST_SEGMENT).map_or(line.len(), |(at, _)| at);
            let (segment, rest) = line.split_at(cut);
            references &= !segment.contains('<');
            out.push_str(&fix_segment(segment, references));
            line = rest;
        }
    }
    out
}

/// Repeats all repairs until nothing changes any more.
fn fix_segment(segment: &str, references: bool) -> String {
    let mut text = segment.to_owned();
    loop {
        let fixed = fix_once(&text, references);
        if fixed == text {
            return text;
        }
        text = fixed;
    }
}

fn fix_once(text: &str, references: bool) -> String {
    static TERMINAL_ESCAPE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\x1b\[[\d;]*[a-zA-Z]").expect("the pattern is constant"));

    let text = if references { entities::unescape_strict(text) } else { text.to_owned() };
    let text = mojibake::replace_c1(&mojibake::repair(&text));
    let mut simple = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        push_simple(c, &mut simple);
    }
    let plain = TERMINAL_ESCAPE.replace_all(&simple, "");
    plain.chars().filter(|&c| !is_unwanted_control(c)).nfc().collect()
}

/// Writes a character in its simplest usual form.
fn push_simple(c: char, out: &mut String) {
    match c {
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => out.push('\n'),
        '\u{3000}' => out.push(' '),
        // Full-width and half-width forms.
        '\u{ff01}'..='\u{ffef}' => out.extend(std::iter::once(c).nfkc()),
        '\u{2bc}' | '\u{2018}'..='\u{201b}' => out.push('\''),
        '\u{201c}'..='\u{201f}' => out.push('"'),
        c => match ligature(c) {
            // Its parts may be quotation marks in turn.
            Some(parts) => parts.chars().for_each(|part| push_simple(part, out)),
            None => out.push(c),
        },
    }
}

/// The letters of Latin ligatures that come from typesetting or old encodings rather than intent.
fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "ʼn",
        'Ǳ' => "DZ",
        'ǲ' => "Dz",
        'ǳ' => "dz",
        'Ǆ' => "DŽ",
        'ǅ' => "Dž",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' => "ſt",
        'ﬆ' => "st",
        _ => return None,
    })
}

/// Control characters without a use in a text: not white space, not joiners or direction marks.
fn is_unwanted_control(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}'
            | '\u{b}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffc}'
    )
}

#[cfg(test)]
mod tests {
    use super::{clean, fix_text};

    #[test]
    fn cleans_as_the_original() {
        for (text, expected) in [
            ("  Two\t\n words ", "two words"),
            ("&amp;amp;lt; &lt;b&gt;", "< <b>"),
            ("İstanbul ΣΑΣ", "i̇stanbul σας"),
            ("ＡＢＣ１２　ﬂuﬀy ŉ", "abc12 fluffy 'n"),
            ("\u{1b}[31mred\u{1b}[0m be\u{7}ll\u{feff}", "red bell"),
            ("e\u{301}", "é"),
            ("", ""),
            ("\u{feff} \u{3000}", ""),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn references_stay_from_the_first_tag_on() {
        assert_eq!(fix_text("&eacute;\n<b>&eacute;\n&eacute;"), "é\n<b>&eacute;\n&eacute;");
    }
}
