//! Byte pair encoding with CLIP's vocabulary.
//!
//! A word's bytes are its first symbols (the last one in its end-of-word form); then the pair of
//! neighbours with the earliest merge becomes one symbol, until no pair has a merge.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

/// CLIP's merges, the earliest first: `bpe_simple_vocab_16e6.txt` of the original CLIP (MIT; the notice
/// is in `models/notices/`), cut to the 48,894 lines that the model's vocabulary uses.
const MERGES: &str = include_str!("merges.bpe.txt");

/// Ids 0–255 are bytes, the next 256 bytes at the end of a word, then come the merges.
const END_OF_WORD: u32 = 256;
const FIRST_MERGE: u32 = 512;

/// Marks the end of a word in the vocabulary's spelling.
const END_MARK: &str = "</w>";

/// The vocabulary and its merges.
pub(super) struct Bpe {
    /// Id of each byte.
    byte_ids: [u32; 256],
    /// Pair → the id of what it becomes. A smaller id is an earlier merge.
    merges: HashMap<(u32, u32), u32>,
    /// The text of each id, as bytes; a space at the end of words.
    texts: Vec<Vec<u8>>,
}

impl Bpe {
    /// Reads the vocabulary.
    pub(super) fn new() -> Self {
        let bytes = bytes_in_order();
        let mut byte_ids = [0; 256];
        let mut texts = Vec::with_capacity(FIRST_MERGE as usize + 48_894);
        let mut spellings: HashMap<String, u32> = HashMap::with_capacity(texts.capacity());
        for (id, &(byte, letter)) in (0..).zip(&bytes) {
            byte_ids[usize::from(byte)] = id;
            spellings.insert(letter.to_string(), id);
            texts.push(vec![byte]);
        }
        for (id, &(byte, letter)) in (END_OF_WORD..).zip(&bytes) {
            spellings.insert(format!("{letter}{END_MARK}"), id);
            texts.push(vec![byte, b' ']);
        }
        let mut merges = HashMap::with_capacity(48_894);
        for line in MERGES.lines() {
            let id = texts.len() as u32;
            let parts = line.split_once(' ');
            let pair = parts.and_then(|(left, right)| Some((*spellings.get(left)?, *spellings.get(right)?)));
            let Some((left, right)) = pair else {
                unreachable!("the vocabulary is part of the program, and a test reads every line");
            };
            merges.insert((left, right), id);
            spellings.insert(line.replacen(' ', "", 1), id);
            texts.push([&texts[left as usize][..], &texts[right as usize]].concat());
        }
        Self { byte_ids, merges, texts }
    }

    /// The number of ids, without the two marks around a text.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The bytes that an id stands for.
    pub(super) fn text(&self, id: u32) -> Option<&[u8]> {
        self.texts.get(id as usize).map(Vec::as_slice)
    }

    /// Appends the ids of one word.
    pub(super) fn encode_word(&self, word: &str, out: &mut Vec<u32>) {
        let mut symbols = Symbols::new(word.bytes().map(|b| self.byte_ids[usize::from(b)]).collect());
        // Words of megabytes are possible, so the next merge comes from a heap, not from a scan. Of
        // equal merges the leftmost is first.
        let mut waiting: BinaryHeap<Reverse<(u32, usize, u32, u32)>> = BinaryHeap::new();
        let propose = |symbols: &Symbols, left: usize, waiting: &mut BinaryHeap<_>| {
            let Some(right) = symbols.next(left) else { return };
            let pair = (symbols.ids[left], symbols.ids[right]);
            if let Some(&id) = self.merges.get(&pair) {
                waiting.push(Reverse((id, left, pair.0, pair.1)));
            }
        };
        for left in 0..symbols.ids.len() {
            propose(&symbols, left, &mut waiting);
        }
        while let Some(Reverse((id, left, first, second))) = waiting.pop() {
            if !symbols.holds(left, first, second) {
                continue;
            }
            symbols.merge(left, id);
            if let Some(before) = symbols.previous(left) {
                propose(&symbols, before, &mut waiting);
            }
            propose(&symbols, left, &mut waiting);
        }
        out.extend(symbols.ids.iter().filter(|&&id| id != GONE));
    }
}

/// Takes the place of a symbol that became part of its left neighbour.
const GONE: u32 = u32::MAX;

/// A word's symbols as a doubly linked list over fixed places.
struct Symbols {
    ids: Vec<u32>,
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Symbols {
    fn new(mut ids: Vec<u32>) -> Self {
        if let Some(last) = ids.last_mut() {
            *last += END_OF_WORD;
        }
        let before = (0..ids.len()).map(|i| i.wrapping_sub(1)).collect();
        let after = (1..=ids.len()).collect();
        Self { ids, before, after }
    }

    fn next(&self, place: usize) -> Option<usize> {
        Some(self.after[place]).filter(|&next| next < self.ids.len())
    }

    fn previous(&self, place: usize) -> Option<usize> {
        Some(self.before[place]).filter(|&previous| previous < self.ids.len())
    }

    /// Whether this pair still stands at this place.
    fn holds(&self, left: usize, first: u32, second: u32) -> bool {
        self.ids[left] == first && self.next(left).is_some_and(|right| self.ids[right] == second)
    }

    fn merge(&mut self, left: usize, id: u32) {
        let right = self.after[left];
        self.ids[left] = id;
        self.ids[right] = GONE;
        self.after[left] = self.after[right];
        if let Some(next) = self.next(left) {
            self.before[next] = left;
        }
    }
}

/// All bytes in the order of their ids, each with the letter that spells it in the vocabulary: the
/// printable ones of Latin-1 first, as themselves; then the others, as U+0100 and following.
fn bytes_in_order() -> Vec<(u8, char)> {
    let printable = |b: &u8| matches!(b, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let themselves = (0..=u8::MAX).filter(printable).map(|b| (b, char::from(b)));
    let others = (0..=u8::MAX).filter(|b| !printable(b)).zip('\u{100}'..);
    themselves.chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::Bpe;

    fn encode(bpe: &Bpe, word: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        bpe.encode_word(word, &mut ids);
        ids
    }

    #[test]
    fn the_vocabulary_is_complete() {
        let bpe = Bpe::new();
        assert_eq!(bpe.len(), 49_406);
        assert_eq!(bpe.merges.len(), 48_894, "no merge stands twice");
    }

    #[test]
    fn encodes_words() {
        let bpe = Bpe::new();
        assert_eq!(encode(&bpe, "a"), [320]);
        assert_eq!(encode(&bpe, "lovecraft"), [42_405]);
        assert_eq!(encode(&bpe, ""), [0_u32; 0]);
        assert_eq!(encode(&bpe, &"a".repeat(50)), [23126, 23126, 23126, 23126, 23126, 23126, 3894]);
    }

    #[test]
    fn a_word_of_a_megabyte_takes_no_minute() {
        let bpe = Bpe::new();
        assert!(!encode(&bpe, &"ab".repeat(500_000)).is_empty());
    }
}
