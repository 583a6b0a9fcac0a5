//! Characters that nobody sees, or that look like a sign of YAML and are none.
//!
//! They come from web pages, word processors and phones. YAML takes them as a part of the text, so a line that
//! looks right means something else.

/// What such a character looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Like a space.
    Blank,
    /// Like nothing at all.
    Hidden,
    /// Like the end of a line, which it is in YAML 1.1 and not in YAML 1.2.
    Break,
    /// Like nothing or like a box; not allowed in YAML.
    Control,
    /// Like this sign of YAML.
    Sign(&'static str),
}

/// A character with the name that people can look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lookalike {
    /// The character.
    pub(crate) character: char,
    /// Its name with article: `a no-break space`.
    pub(crate) name: &'static str,
    /// What it looks like.
    pub(crate) looks: Looks,
}

impl Lookalike {
    /// The character as a lookalike, where it is one.
    pub(crate) fn of(character: char) -> Option<Self> {
        // Nearly all characters of an experiment.
        if matches!(character, ' '..='~' | '\t' | '\n' | '\r') {
            return None;
        }
        let (name, looks) = known(character)?;
        Some(Self { character, name, looks })
    }

    /// Is it invisible?
    pub(crate) fn is_invisible(self) -> bool {
        !matches!(self.looks, Looks::Sign(_))
    }

    /// Is it a quotation mark?
    pub(crate) fn is_quote(self) -> bool {
        matches!(self.looks, Looks::Sign("\"" | "'"))
    }

    /// Is it a dash, a minus sign or another hyphen than that of the keyboard?
    pub(crate) fn is_dash(self) -> bool {
        self.looks == Looks::Sign("-")
    }

    /// The name with the number that editors search for: `a no-break space (U+00A0)`.
    pub(crate) fn full_name(self) -> String {
        format!("{} (U+{:04X})", self.name, u32::from(self.character))
    }

    /// What to do with it.
    pub(crate) fn remedy(self) -> String {
        match self.looks {
            Looks::Blank => "write a plain space instead".to_owned(),
            Looks::Hidden | Looks::Control => "remove it".to_owned(),
            Looks::Break => "end the line with the Enter key instead".to_owned(),
            Looks::Sign(sign) => format!("write `{sign}` instead"),
        }
    }
}

/// The first lookalike of a text that `wanted` accepts, with its place in bytes.
pub(crate) fn find(text: &str, wanted: impl Fn(Lookalike) -> bool) -> Option<(usize, Lookalike)> {
    let mut all = text.char_indices().filter_map(|(at, character)| Some((at, Lookalike::of(character)?)));
    all.find(|(_, one)| wanted(*one))
}

fn known(character: char) -> Option<(&'static str, Looks)> {
    use Looks::{Blank, Break, Control, Hidden, Sign};
    Some(match character {
        '\u{a0}' => ("a no-break space", Blank),
        '\u{1680}' => ("an Ogham space mark", Blank),
        '\u{2000}' | '\u{2002}' => ("an en space", Blank),
        '\u{2001}' | '\u{2003}' => ("an em space", Blank),
        '\u{2004}'..='\u{2006}' => ("a space of a part of an em", Blank),
        '\u{2007}' => ("a figure space", Blank),
        '\u{2008}' => ("a punctuation space", Blank),
        '\u{2009}' => ("a thin space", Blank),
        '\u{200a}' => ("a hair space", Blank),
        '\u{202f}' => ("a narrow no-break space", Blank),
        '\u{205f}' => ("a mathematical space", Blank),
        '\u{2800}' => ("an empty Braille pattern", Blank),
        '\u{3000}' => ("an ideographic space", Blank),
        '\u{ad}' => ("a soft hyphen", Hidden),
        '\u{34f}' => ("a grapheme joiner", Hidden),
        '\u{61c}' => ("an Arabic letter mark", Hidden),
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => ("a Hangul filler", Hidden),
        '\u{180e}' => ("a Mongolian vowel separator", Hidden),
        '\u{200b}' => ("a zero-width space", Hidden),
        '\u{200c}' => ("a zero-width non-joiner", Hidden),
        '\u{200d}' => ("a zero-width joiner", Hidden),
        '\u{200e}' => ("a left-to-right mark", Hidden),
        '\u{200f}' => ("a right-to-left mark", Hidden),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ("a mark of writing direction", Hidden),
        '\u{2060}' => ("a word joiner", Hidden),
        '\u{2061}'..='\u{2064}' => ("an invisible operator", Hidden),
        '\u{feff}' => ("a byte order mark", Hidden),
        '\u{85}' => ("a next line character", Break),
        '\u{2028}' => ("a line separator", Break),
        '\u{2029}' => ("a paragraph separator", Break),
        '\0' => ("a null character", Control),
        '\u{8}' => ("a backspace", Control),
        '\u{b}' => ("a vertical tab", Control),
        '\u{c}' => ("a form feed", Control),
        '\u{1b}' => ("an escape character", Control),
        '\u{7f}' => ("a delete character", Control),
        '\u{fffe}' | '\u{ffff}' => ("a noncharacter", Control),
        character if character.is_control() => ("a control character", Control),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => {
            ("a typographic quotation mark", Sign("\""))
        }
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '´' => {
            ("a typographic quotation mark", Sign("'"))
        }
        '–' => ("an en dash", Sign("-")),
        '—' | '―' => ("an em dash", Sign("-")),
        '−' => ("a minus sign", Sign("-")),
        '‐' | '‑' | '‒' | '﹣' | '－' => ("a typographic hyphen", Sign("-")),
        '：' | '﹕' | '∶' => ("a wide colon", Sign(":")),
        '，' | '、' => ("a wide comma", Sign(",")),
        '［' => ("a wide bracket", Sign("[")),
        '］' => ("a wide bracket", Sign("]")),
        '｛' => ("a wide brace", Sign("{")),
        '｝' => ("a wide brace", Sign("}")),
        '＃' => ("a wide number sign", Sign("#")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_names_and_remedies() {
        let one = |character| Lookalike::of(character).expect("it is one");
        assert_eq!(one('\u{a0}').full_name(), "a no-break space (U+00A0)");
        assert_eq!(one('\u{200b}').remedy(), "remove it");
        assert_eq!(one('“').remedy(), "write `\"` instead");
        assert_eq!(one('\u{7}').full_name(), "a control character (U+0007)");
        for usual in ['a', ' ', '\t', 'é', '猫', '😀', '-', '"'] {
            assert_eq!(Lookalike::of(usual), None, "{usual:?}");
        }
        assert_eq!(find("a\u{200d}b", Lookalike::is_invisible).map(|(at, _)| at), Some(1));
    }
}
