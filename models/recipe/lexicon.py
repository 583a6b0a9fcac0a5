"""From captions to tokens: CLIP's byte pair encoding, and the few rows of its table that training needs."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

MERGES = Path(__file__).parents[2] / "tokenizer/src/merges.bpe.txt"
"""The vocabulary that clipig itself reads."""

VOCABULARY = 49_408
START, END = 49_406, 49_407

# Captions hold nothing but ASCII, for which this is the original's pattern.
_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")


class Tokenizer:
    """CLIP's tokenizer, for ASCII texts."""

    def __init__(self, merges: Path = MERGES) -> None:
        """Reads the vocabulary."""
        pairs = [tuple(line.split(" ")) for line in merges.read_text("utf-8").splitlines()]
        letters = [chr(c) for c in [*range(33, 127), *range(161, 173), *range(174, 256)]]
        letters += [chr(256 + i) for i in range(256 - len(letters))]
        spellings = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in pairs)]
        self._ids = {spelling: i for i, spelling in enumerate(spellings)}
        self._ranks = {pair: i for i, pair in enumerate(pairs)}

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without the marks of beginning and end.

        Raises:
            ValueError: the text is not ASCII.
        """
        if not text.isascii():
            raise ValueError(f'"{text}" is not ASCII')
        return [i for word in _WORDS.findall(text.lower()) for i in self._word(word)]

    @lru_cache(maxsize=65_536)  # noqa: B019 - one tokenizer lives as long as the program
    def _word(self, word: str) -> tuple[int, ...]:
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            ranks = [self._ranks.get(pair, VOCABULARY) for pair in pairwise(parts)]
            best = min(range(len(ranks)), key=ranks.__getitem__)
            if ranks[best] == VOCABULARY:
                break
            parts[best : best + 2] = [parts[best] + parts[best + 1]]
        return tuple(self._ids[part] for part in parts)


class Lexicon:
    """The ids that occur in captions, numbered from 0; row 0 fills up short texts.

    A table of 49,408 rows, of which a twentieth is ever used, would cost as much as the image tower.
    """

    def __init__(self, texts: Iterable[str], tokenizer: Tokenizer | None = None) -> None:
        """`texts` together hold every word that a caption can have."""
        self.tokenizer = tokenizer or Tokenizer()
        used = {i for text in texts for i in self.tokenizer.encode(text)}
        self.ids = [0, START, END, *sorted(used - {0})]
        self._rows = {i: row for row, i in enumerate(self.ids)}

    def rows(self, text: str, places: int) -> tuple[list[int], int] | None:
        """Rows of a text between its marks, filled up to `places`, and the place of the end mark.

        `None` where the text is too long. Words that never occur are left out.
        """
        inner = [self._rows[i] for i in self.tokenizer.encode(text) if i in self._rows]
        if len(inner) + 2 > places:
            return None
        return [1, *inner, 2, *[0] * (places - len(inner) - 2)], len(inner) + 1
