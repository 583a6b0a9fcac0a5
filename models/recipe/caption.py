"""Captions: what a scene is called, and what it could be mistaken for."""

import re
from dataclasses import dataclass

from .palette import COLOURS

NUMBERS = {1: "a", 2: "two", 3: "three", 4: "four", 5: "five"}

# Words before a whole caption. The empty one is the most frequent: people write "an apple".
MEDIA = ("a photo of ", "a picture of ", "a drawing of ", "an image of ", "an emoji of ", "a painting of ")

_UNCHANGED = frozenset("fish sheep deer squid shrimp scissors glasses sunglasses jeans grapes cherries".split())
_COLOUR_WORDS = frozenset([*COLOURS, "grey", "rainbow", "colored", "golden", "silver"])

_VOWEL = re.compile(r"(?!one|uni|ukulele)[aeiou]")


@dataclass(frozen=True)
class Part:
    """A piece of a caption, and what would make the caption wrong in its place."""

    text: str
    foil: str | None = None


Caption = tuple[Part, ...]

ARTICLE = "@"
"""Stands for "a" or "an", as the next word demands."""


def text(caption: Caption) -> str:
    """The caption as people read it."""
    return _finish("".join(part.text for part in caption))


def foil(caption: Caption, pick: float) -> str | None:
    """The caption with one of its parts made wrong; `pick` in 0…1 chooses which. `None` where none can be."""
    places = [i for i, part in enumerate(caption) if part.foil is not None]
    if not places:
        return None
    wrong = places[int(pick * len(places))]
    return _finish("".join(str(part.foil) if i == wrong else part.text for i, part in enumerate(caption)))


def _finish(raw: str) -> str:
    joined = re.sub(r"\s+", " ", raw).strip()
    return re.sub(rf"{ARTICLE} (?=(\w+))", lambda m: "an " if _VOWEL.match(m[1].lower()) else "a ", joined)


def plural(noun: str) -> str:
    """More than one of it, by the rules that fit nearly every name."""
    last = noun.rsplit(" ", 1)[-1]
    if last in _UNCHANGED or is_plural(noun):
        return noun
    if re.search(r"(s|x|z|ch|sh)$", last):
        return noun + "es"
    if re.search(r"[^aeiou]y$", last):
        return noun[:-1] + "ies"
    return noun + "s"


def is_plural(noun: str) -> bool:
    """Whether a name takes no article: "grapes"."""
    last = noun.rsplit(" ", 1)[-1]
    return last in _UNCHANGED - {"fish", "sheep", "deer", "squid", "shrimp"} or bool(re.search(r"[^sui]s$", last))


def names_a_colour(noun: str) -> bool:
    """Whether a colour word before the name would contradict it."""
    return not _COLOUR_WORDS.isdisjoint(noun.lower().split())
