//! What mojibake looks like: which neighbours hardly ever stand side by side in a text that was read
//! in the right encoding.
//!
//! Classes and juxtapositions are those of ftfy 6.3 (© Robyn Speer, Apache-2.0; the notice is in
//! `models/notices/`): CLIP was trained on texts that ftfy had repaired, so a prompt must be repaired
//! by the same rules, neither better nor worse.

use std::sync::LazyLock;

use regex::Regex;

const COMMON: &str = r"\x{a0}\x{ad}\x{b4}\x{b7}\x{2013}-\x{2015}\x{2019}\x{2026}";
const C1: &str = r"\x{80}-\x{9f}";
const BAD: &str = concat!(
    r"\x{a4}\x{a6}\x{a8}\x{aa}\x{ac}\x{af}\x{b8}\x{ba}\x{192}\x{2c6}-\x{2c7}\x{2d8}\x{2db}-\x{2dc}",
    r"\x{2020}-\x{2021}\x{2030}\x{2310}\x{25ca}\x{fffd}",
);
const LAW: &str = r"\x{a7}\x{b6}";
const CURRENCY: &str = r"\x{a2}-\x{a3}\x{a5}\x{20a7}\x{20ac}";
const START_PUNCTUATION: &str =
    r"\x{a1}\x{a9}\x{ab}\x{bf}\x{384}-\x{385}\x{2018}\x{201a}\x{201c}\x{201e}\x{2022}\x{2039}\x{f8ff}";
const END_PUNCTUATION: &str = r"\x{ae}\x{bb}\x{2dd}\x{201d}\x{203a}\x{2122}";
const NUMERIC: &str = concat!(
    r"\x{b1}-\x{b3}\x{b5}\x{b9}\x{bc}-\x{be}\x{d7}\x{f7}\x{2044}\x{2116}\x{2202}\x{2206}\x{220f}",
    r"\x{2211}\x{221a}\x{221e}\x{2229}\x{222b}\x{2248}\x{2260}-\x{2261}\x{2264}-\x{2265}",
);
const KAOMOJI: &str =
    r"\x{b0}\x{d2}-\x{d6}\x{d9}-\x{dc}\x{f2}-\x{f6}\x{f8}-\x{fc}\x{14c}\x{150}\x{16a}\x{172}";
const UPPER_ACCENTED: &str = concat!(
    r"\x{c0}-\x{d1}\x{d8}\x{dc}-\x{dd}\x{100}\x{102}\x{104}\x{106}\x{10c}\x{10e}\x{110}\x{112}\x{116}",
    r"\x{118}\x{11a}\x{11e}\x{122}\x{12a}\x{130}\x{136}\x{139}\x{13b}\x{13d}\x{141}\x{143}\x{145}",
    r"\x{147}\x{152}\x{158}\x{15a}\x{15e}\x{160}\x{162}\x{164}\x{16e}\x{170}\x{178}-\x{179}\x{17b}",
    r"\x{17d}\x{490}",
);
const LOWER_ACCENTED: &str = concat!(
    r"\x{df}-\x{f1}\x{fc}\x{101}\x{103}\x{105}\x{107}\x{10d}\x{10f}\x{111}\x{113}\x{117}\x{119}\x{11b}",
    r"\x{11f}\x{123}\x{12b}\x{12f}\x{137}\x{13a}\x{13c}\x{13e}\x{142}\x{153}\x{155}\x{15b}\x{15f}",
    r"\x{161}\x{165}\x{17a}\x{17c}\x{17e}\x{491}\x{fb01}-\x{fb02}",
);
const UPPER_COMMON: &str =
    r"\x{de}\x{386}\x{388}-\x{38a}\x{38c}\x{38e}-\x{38f}\x{391}-\x{3ab}\x{401}-\x{42f}";
const LOWER_COMMON: &str = r"\x{3ac}-\x{3c9}\x{430}-\x{45f}";
const BOX: &str = concat!(
    r"\x{2502}\x{250c}\x{2510}\x{2518}\x{251c}\x{2524}\x{252c}\x{253c}\x{2550}-\x{256c}\x{2580}",
    r"\x{2584}\x{2588}\x{258c}\x{2590}-\x{2593}",
);

/// Letters, numbers and the underscore.
const WORD: &str = r"\p{L}\p{N}_";
const SPACE: &str = r"\s\x{1c}-\x{1f}";

/// True where at least one pair of neighbours is very unlikely in a correct text.
pub(super) fn looks_broken(text: &str) -> bool {
    static UNLIKELY: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = unlikely_sequences().join("|");
        Regex::new(&pattern).expect("the pattern is constant")
    });
    UNLIKELY.is_match(text)
}

/// A character class made of the given ones.
fn any(classes: &[&str]) -> String {
    format!("[{}]", classes.concat())
}

fn unlikely_sequences() -> Vec<String> {
    const SIGNS: [&str; 4] = [START_PUNCTUATION, END_PUNCTUATION, CURRENCY, NUMERIC];
    let accented = [LOWER_ACCENTED, UPPER_ACCENTED];
    let beside_bad = any(&[&accented[..], &[BOX], &SIGNS, &[LAW]].concat());
    let bad = any(&[BAD]);
    let arabic_tail = any(&[COMMON, CURRENCY, BAD, NUMERIC, START_PUNCTUATION, "ŸŠ®°µ»"]);
    let doubly_encoded = any(&[C1, BAD, START_PUNCTUATION, END_PUNCTUATION, CURRENCY, "°"]);

    let mut sequences = vec![
        any(&[C1]),
        format!("(?:{beside_bad}|{bad}){bad}"),
        format!("[a-zA-Z]{}{bad}", any(&[LOWER_COMMON, UPPER_COMMON])),
        format!("{bad}{beside_bad}"),
    ];
    sequences.extend(unlikely_pairs(&accented));
    sequences.extend([
        // The ligature œ when no unaccented Latin letter follows.
        "[Œœ][^A-Za-z]".to_owned(),
        format!("[{UPPER_ACCENTED}]°"),
        // Windows-1252: two characters for one.
        format!("[ÂÃÎÐ]{}", any(&[r"€œŠš¢£Ÿž\x{a0}\x{ad}®©°·»–—´", START_PUNCTUATION, END_PUNCTUATION])),
        "×[²³]".to_owned(),
        // Windows-1252 on Arabic: the second characters are common ones, so two pairs are asked for.
        format!("[ØÙ]{arabic_tail}[ØÙ]{arabic_tail}"),
        // Windows-1252 on some South Asian alphabets.
        "à[²µ¹¼½¾]".to_owned(),
        // Mac Roman.
        "√[±∂†≠®™´≤≥¥µø]|≈[°¢]|‚Ä[ìîïòôúùû†°¢π]|‚[âó][àä°ê]".to_owned(),
        // Windows-1251 on U+2000 and following, on Latin-1 and Cyrillic, and on doubly broken text.
        "вЂ".to_owned(),
        format!("[ВГРС](?:{doubly_encoded}|µ)[ВГРС]"),
        "ГўВЂВ.[A-Za-z ]".to_owned(),
        // Windows-1252 on à, á and the no-break space.
        r"Ã[\x{a0}¡]".to_owned(),
        format!("[a-z][{SPACE}]?[ÃÂ] |^[ÃÂ] "),
        // Â before a character that it encodes as itself.
        format!("{}Â{}", any(&["a-z.,?!", END_PUNCTUATION]), any(&[" ", START_PUNCTUATION, END_PUNCTUATION])),
        // Windows-1253 on U+2000 and following, on Latin-1 and Greek.
        r"β€[™\x{a0}Ά\x{ad}®°]".to_owned(),
        format!("[ΒΓΞΟ]{doubly_encoded}[ΒΓΞΟ]"),
        // Windows-1257 on U+2000 and following.
        "ā€".to_owned(),
    ]);
    sequences
}

/// Pairs and triples of whole classes.
fn unlikely_pairs(accented: &[&str]) -> Vec<String> {
    let letters = accented.concat();
    let any_box = any(&[BOX]);
    vec![
        format!(
            "{}[{UPPER_ACCENTED}]",
            any(&[LOWER_ACCENTED, LOWER_COMMON, BOX, END_PUNCTUATION, CURRENCY, NUMERIC])
        ),
        format!("{}[{LOWER_ACCENTED}]", any(&[BOX, END_PUNCTUATION, CURRENCY, NUMERIC])),
        format!("{}[{CURRENCY}]", any(&[LOWER_ACCENTED, BOX, END_PUNCTUATION])),
        format!("[{SPACE}][{UPPER_ACCENTED}][{CURRENCY}]"),
        format!("{}{}", any(&[UPPER_ACCENTED, BOX]), any(&[NUMERIC, LAW])),
        format!("{}[{START_PUNCTUATION}][{NUMERIC}]", any(&[&letters, BOX, CURRENCY, END_PUNCTUATION])),
        format!("{}[{END_PUNCTUATION}][{START_PUNCTUATION}]", any(&[&letters, CURRENCY, NUMERIC, BOX, LAW])),
        format!("{}[{START_PUNCTUATION}]", any(&[CURRENCY, NUMERIC, BOX])),
        format!("[a-z][{UPPER_ACCENTED}]{}", any(&[START_PUNCTUATION, CURRENCY])),
        format!("{any_box}[{KAOMOJI}]"),
        format!("{}{any_box}", any(&[&letters, CURRENCY, NUMERIC, START_PUNCTUATION, END_PUNCTUATION, LAW])),
        format!("{any_box}[{END_PUNCTUATION}]"),
        format!("[{letters}]{}[{WORD}]", any(&[START_PUNCTUATION, END_PUNCTUATION])),
    ]
}

#[cfg(test)]
mod tests {
    use super::looks_broken;

    #[test]
    fn tells_broken_from_foreign() {
        for broken in ["schÃ¶n", "donâ€™t", "voilÃ  le travail", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "\u{85}"]
        {
            assert!(looks_broken(broken), "{broken}");
        }
        for correct in
            ["schön", "don’t", "voilà", "Привет мир", "日本語", "½ ² Ⅷ", "┐(ò_ó)┌", "l’été à Nîmes"]
        {
            assert!(!looks_broken(correct), "{correct}");
        }
    }
}
