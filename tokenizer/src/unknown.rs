//! Which words of a prompt a model has never seen.
//!
//! The embedded model learned from a small set of captions; the rows of all other words in its token
//! table are zero. A prompt of such words alone gives the feature of an empty text, and the picture
//! has nothing to do with what was asked for: clipig says so.

use super::Tokenizer;

impl Tokenizer {
    /// The words of the text whose every token is unknown, in order of first appearance; `known` has
    /// one entry per row of the model's token table: false where the row is zero. Ids beyond it count
    /// as unknown. Punctuation is no word.
    pub fn unknown_words(&self, text: &str, known: &[bool]) -> Vec<String> {
        let mut unknown: Vec<String> = Vec::new();
        self.each_word(text, |word, ids| {
            let seen = ids.iter().any(|&id| known.get(id as usize).copied().unwrap_or(false));
            if is_word(word) && !seen && !unknown.iter().any(|found| found == word) {
                unknown.push(word.to_owned());
            }
        });
        unknown
    }

    /// True where the text has words and the model knows none of them.
    pub fn all_unknown(&self, text: &str, known: &[bool]) -> bool {
        let (mut words, mut seen) = (0_usize, false);
        self.each_word(text, |word, ids| {
            words += usize::from(is_word(word));
            let any = ids.iter().any(|&id| known.get(id as usize).copied().unwrap_or(false));
            seen |= is_word(word) && any;
        });
        words > 0 && !seen
    }
}

/// Letters, digits and pictures are words; punctuation and marks are not.
fn is_word(word: &str) -> bool {
    word.chars().any(|c| c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use crate::Tokenizer;

    #[test]
    fn names_the_words_without_a_row() {
        let tokenizer = Tokenizer::shared();
        let mut known = vec![false; 49_408];
        for id in tokenizer.encode("a red apple") {
            known[id as usize] = true;
        }
        assert_eq!(tokenizer.unknown_words("a Red lovecraft, apple & lovecraft!", &known), ["lovecraft"]);
        assert!(!tokenizer.all_unknown("a lovecraft", &known));
        assert!(tokenizer.all_unknown("lovecraft!", &known));
        assert!(!tokenizer.all_unknown("!?", &known), "no word, nothing to say");
        assert_eq!(tokenizer.unknown_words("apple", &[]), ["apple"]);
    }
}
