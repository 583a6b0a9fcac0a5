//! From a prompt to the token ids of CLIP, the same as the original `clip.tokenize` gives.
//!
//! `clean` makes the text what CLIP saw in training (`mojibake`, `entities`), a pattern splits it into
//! words, `bpe` looks the words up. `prompts` checks all texts of an experiment. No published library cleans
//! the text, and one different id is a different prompt.

mod bpe;
mod charsets;
mod clean;
mod entities;
mod mojibake;
mod mojibake_heuristics;
mod prompts;
mod unknown;
mod utf8_variants;

use std::sync::LazyLock;

use regex::Regex;

use self::bpe::Bpe;
pub use self::prompts::{TextError, check_texts};

/// Number of ids of the vocabulary: 256 bytes, 256 bytes at the end of a word, 48,894 merges, and the
/// marks of beginning and end.
pub const VOCABULARY: usize = 49_408;

/// The mark before a text.
pub const START_OF_TEXT: u32 = 49_406;

/// The mark after a text, at which CLIP reads the text's feature.
pub const END_OF_TEXT: u32 = 49_407;

/// Why a text has no tokens for a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenizeError {
    /// More tokens than the model has places.
    #[error(
        "the text needs {needed} tokens and the model takes {context}: \"{text}\" (shorten it, or split \
         it into several features)"
    )]
    TooLong {
        /// Beginning of the text.
        text: String,
        /// Tokens that the text needs, with the marks of beginning and end.
        needed: usize,
        /// Tokens that the model takes.
        context: usize,
    },
    /// The model's token table is not that of the vocabulary.
    #[error(
        "the model's vocabulary has {vocabulary} entries and CLIP's {VOCABULARY}: clipig has no tokenizer for it, so \
         there are no tokens for \"{text}\""
    )]
    OutsideVocabulary {
        /// Beginning of the text.
        text: String,
        /// Rows of the model's token table.
        vocabulary: usize,
    },
}

/// What is a word. The original matches without regard to case, so "ſ" is an "s"; and U+0345, whose
/// capital is a letter though it is none, falls between all alternatives and is dropped.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"<\|startoftext\|>|<\|endoftext\|>|(?i:'s|'t|'re|'ve|'m|'ll|'d)",
        r"|\p{L}+|\p{N}|[^\s\p{L}\p{N}\u{345}]+"
    );
    Regex::new(pattern).expect("the pattern is constant")
});

/// The tokenizer of CLIP.
pub struct Tokenizer {
    bpe: Bpe,
}

impl Tokenizer {
    /// Reads the vocabulary, which takes some 20 ms; see [`Tokenizer::shared`].
    pub fn new() -> Self {
        Self { bpe: Bpe::new() }
    }

    /// The one tokenizer of this process, made at first use.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::new);
        &SHARED
    }

    /// The ids of a text, without the marks of beginning and end.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.each_word(text, |_, of_word| ids.extend_from_slice(of_word));
        ids
    }

    /// The ids of a text between the marks of beginning and end, filled up with zeros to `context`
    /// (77 for every known model). `vocabulary` is the number of rows of the model's token table.
    ///
    /// # Errors
    /// [`TokenizeError::TooLong`] where the text does not fit (it is never cut silently), and
    /// [`TokenizeError::OutsideVocabulary`] where the model's table has other rows than the vocabulary.
    pub fn tokenize(&self, text: &str, context: usize, vocabulary: usize) -> Result<Vec<i64>, TokenizeError> {
        let ids = self.encode(text);
        let needed = ids.len() + 2;
        if needed > context {
            return Err(TokenizeError::TooLong { text: beginning(text), needed, context });
        }
        let marked = [START_OF_TEXT].into_iter().chain(ids).chain([END_OF_TEXT]);
        // A larger table belongs to another tokenizer: the same ids mean other words there.
        if vocabulary > VOCABULARY || marked.clone().any(|id| id as usize >= vocabulary) {
            return Err(TokenizeError::OutsideVocabulary { text: beginning(text), vocabulary });
        }
        let mut tokens: Vec<i64> = marked.map(i64::from).collect();
        tokens.resize(context, 0);
        Ok(tokens)
    }

    /// The text of ids: words in small letters, a space after each. Ids without a text are left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut bytes = Vec::new();
        for &id in ids {
            match id {
                START_OF_TEXT => bytes.extend_from_slice(b"<|startoftext|>"),
                END_OF_TEXT => bytes.extend_from_slice(b"<|endoftext|>"),
                id => bytes.extend_from_slice(self.bpe.text(id).unwrap_or_default()),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Calls back with each word of the cleaned text and its ids.
    fn each_word(&self, text: &str, mut found: impl FnMut(&str, &[u32])) {
        let text = clean::clean(text);
        let mut ids = Vec::new();
        for word in WORDS.find_iter(&text).map(|m| m.as_str()) {
            ids.clear();
            match word {
                "<|startoftext|>" => ids.push(START_OF_TEXT),
                "<|endoftext|>" => ids.push(END_OF_TEXT),
                word => self.bpe.encode_word(word, &mut ids),
            }
            found(word, &ids);
        }
    }
}

impl Default for Tokenizer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenizer").field("vocabulary", &(self.bpe.len() + 2)).finish_non_exhaustive()
    }
}

/// Enough of a text to recognise it in a message.
fn beginning(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{END_OF_TEXT, START_OF_TEXT, TokenizeError, Tokenizer, VOCABULARY};

    #[test]
    fn ids_stand_between_the_marks_and_zeros_follow() {
        let tokens = Tokenizer::shared().tokenize("Strawberries, lying!", 77, VOCABULARY).unwrap();
        assert_eq!(tokens.len(), 77);
        assert_eq!(tokens[..6], [49_406, 17_796, 267, 7_175, 256, 49_407]);
        assert!(tokens[6..].iter().all(|&t| t == 0));
    }

    #[test]
    fn exactly_as_many_as_fit() {
        let tokenizer = Tokenizer::shared();
        assert!(tokenizer.tokenize(&"word ".repeat(75), 77, VOCABULARY).is_ok());
        let long = tokenizer.tokenize(&"word ".repeat(76), 77, VOCABULARY).unwrap_err();
        assert!(matches!(long, TokenizeError::TooLong { needed: 78, context: 77, .. }), "{long}");
        let nothing = tokenizer.tokenize("", 1, VOCABULARY).unwrap_err();
        assert!(matches!(nothing, TokenizeError::TooLong { needed: 2, .. }));
    }

    #[test]
    fn a_model_with_other_rows_is_told() {
        let few = Tokenizer::shared().tokenize("a cat", 77, 1024).unwrap_err();
        assert!(few.to_string().contains("1024"), "{few}");
        let many = Tokenizer::shared().tokenize("a cat", 77, 250_100).unwrap_err();
        assert!(many.to_string().contains("250100"), "{many}");
    }

    #[test]
    fn marks_in_the_text_and_decoding() {
        let tokenizer = Tokenizer::shared();
        let ids = tokenizer.encode("<|startoftext|>A Cat's nap<|ENDOFTEXT|>");
        assert_eq!((ids[0], ids[ids.len() - 1]), (START_OF_TEXT, END_OF_TEXT));
        assert_eq!(tokenizer.decode(&ids), "<|startoftext|>a cat 's nap <|endoftext|>");
        assert_eq!(tokenizer.decode(&[u32::MAX]), "");
    }
}
