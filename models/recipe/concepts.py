"""What the model learns to see: concepts, and the words that people have for them."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .sources import BY_NAME, Tarball, fetch

# Signs that nobody wants a picture of, and hundreds of near copies, would only take room in a small model.
LEFT_OUT = frozenset(
    "country-flag subdivision-flag keycap alphanum av-symbol zodiac gender currency math skin-tone hair-style "
    "family arrow transport-sign person-gesture".split()
)

# How often a group is drawn, relative to things, animals and food.
GROUP_WEIGHTS = {"people-body": 0.2, "symbols": 0.3, "smileys-emotion": 0.5}

SHORTCODES = ("github", "iamcal", "joypixels", "emojibase", "cldr")

# From these sets come words for captions; the others are only there to match names of drawings.
SPOKEN = ("github", "cldr")


@dataclass(frozen=True)
class Concept:
    """One thing with a name."""

    code: str
    """Its code points in hexadecimal, without variation selectors."""
    name: str
    """What CLDR calls it."""
    others: tuple[str, ...]
    """What else it is called, for instance "cat" besides "cat face"."""
    keywords: tuple[str, ...]
    """Words that go with it, for instance "fruit"."""
    group: str
    """Emojibase's group, for instance "food-drink"."""

    @property
    def weight(self) -> float:
        """How often it is drawn, relative to others."""
        return GROUP_WEIGHTS.get(self.group, 1.0)

    def to_json(self) -> dict[str, Any]:
        """For the index of the data set."""
        return asdict(self)

    @staticmethod
    def from_json(table: dict[str, Any]) -> "Concept":
        """The reverse of `to_json`."""
        others, keywords = tuple(table["others"]), tuple(table["keywords"])
        return Concept(table["code"], table["name"], others, keywords, table["group"])


def letters(text: str) -> str:
    """A name without anything but letters and digits, so that spellings can be compared."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def plain_code(code: str) -> str:
    """Code points in one spelling: small, without variation selectors."""
    return "-".join(part for part in code.lower().replace("_", "-").split("-") if part != "fe0f")


class Vocabulary:
    """All concepts, and a table from spellings of names to concepts."""

    def __init__(self, concepts: list[Concept], spellings: dict[str, str]) -> None:
        """`spellings` leads from letters of a name to the code of a concept."""
        self.concepts = concepts
        self.index = {concept.code: i for i, concept in enumerate(concepts)}
        self.spellings = spellings

    def by_code(self, code: str) -> int | None:
        """The concept's number for code points."""
        return self.index.get(plain_code(code))

    def by_name(self, name: str) -> int | None:
        """The concept's number for any of its names; a number at the end ("ant-2") does not count."""
        for spelling in (letters(name), letters(re.sub(r"-\d$", "", name))):
            if code := self.spellings.get(spelling):
                return self.index.get(code)
        return None


def load(folder: Path) -> Vocabulary:
    """Reads names from Emojibase, keywords from CLDR; packages are fetched to `folder` where they lack."""
    emojibase = Tarball(fetch(BY_NAME["emojibase-data"], folder), ("en/",))
    cldr = Tarball(fetch(BY_NAME["cldr-annotations-full"], folder), ("annotations/en/",))
    annotations = cldr.json("annotations/en/annotations.json")["annotations"]["annotations"]
    shortcodes = {name: _shortcodes(emojibase, name) for name in SHORTCODES}
    messages = emojibase.json("en/messages.json")
    groups = {entry["order"]: entry["key"] for entry in messages["groups"]}
    subgroups = {entry["order"]: entry["key"] for entry in messages["subgroups"]}
    concepts: list[Concept] = []
    spellings: dict[str, str] = {}
    for entry in emojibase.json("en/data.json"):
        group, subgroup = groups.get(entry.get("group")), subgroups.get(entry.get("subgroup"))
        name = entry["label"].replace("’", "'")
        if group is None or subgroup in LEFT_OUT or "o'clock" in name or "-thirty" in name:
            continue
        code = plain_code(entry["hexcode"])
        codes = {source: table.get(code, []) for source, table in shortcodes.items()}
        keywords = annotations.get(entry["emoji"].replace("\ufe0f", ""), {}).get("default", [])
        keywords = [word for word in [*keywords, *entry.get("tags", [])] if len(word) > 2]
        others = _others(name, group, [word for source in SPOKEN for word in codes[source]])
        concept = Concept(code, name, others, tuple(sorted(set(keywords) - {name})), group)
        concepts.append(concept)
        for spelling in [name, *others, *(word for words in codes.values() for word in words)]:
            spellings.setdefault(letters(spelling), code)
    # A concept's own name wins over another one's short code.
    spellings.update({letters(concept.name): concept.code for concept in concepts})
    return Vocabulary(concepts, spellings)


def _shortcodes(emojibase: Tarball, name: str) -> dict[str, list[str]]:
    table = emojibase.json(f"en/shortcodes/{name}.json")
    lists = {plain_code(code): [v] if isinstance(v, str) else v for code, v in table.items()}
    return {code: [word.replace("_", " ") for word in words] for code, words in lists.items()}


def _others(name: str, group: str, shortcodes: list[str]) -> tuple[str, ...]:
    found = [word for word in shortcodes if re.fullmatch(r"[a-z][a-z' -]{2,30}", word)]
    if group in ("animals-nature", "travel-places"):
        found.append(re.sub(r"( with)? face$", "", name))
    return tuple(sorted({word for word in found if letters(word) != letters(name)}))
