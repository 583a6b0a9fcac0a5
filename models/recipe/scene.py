"""Scenes, drawn at random: which things stand where, on what ground, and what that is called."""

from dataclasses import dataclass, field

import numpy as np

from . import shapes
from .caption import ARTICLE, MEDIA, NUMBERS, Caption, Part, is_plural, names_a_colour, plural
from .dataset import Dataset, Drawing
from .palette import COLOURS, HUES

GROUNDS = ("plain", "linear", "radial", "stripes", "checks", "dots", "blobs", "noise")
_GROUND_WEIGHTS = (0.42, 0.12, 0.08, 0.05, 0.04, 0.04, 0.14, 0.11)

_COLOUR_NAMES = tuple(COLOURS)


@dataclass
class Item:
    """One thing in a scene. Places and sizes are fractions of the window."""

    drawing: int
    x: float
    y: float
    size: float
    angle: float = 0.0
    """In radians."""
    mirror: bool = False
    turn: float | None = None
    """Degrees by which its hue is turned."""
    tint: tuple[float, float, float] | None = None
    """Colour that a shape gets."""


@dataclass
class Ground:
    """What is behind the things."""

    kind: int
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    period: float
    """Of patterns, as a fraction of the window."""
    angle: float
    words: tuple[str, str]
    """The two colours by name."""


@dataclass
class Scene:
    """One picture before it is drawn, with its caption."""

    items: list[Item]
    ground: Ground
    caption: Caption
    classes: list[int] = field(default_factory=list)
    """The concepts that it shows, each as often as it shows it."""


class Thing:
    """A concept with all its drawings in one split."""

    def __init__(self, names: list[str], keywords: list[str]) -> None:
        """The first of `names` is the usual one."""
        self.names, self.keywords = names, keywords
        self.drawings: list[int] = []


class SceneMaker:
    """Draws scenes from a data set; all randomness comes from the generator that is passed in."""

    def __init__(self, data: Dataset, held_out: bool = False) -> None:
        """`held_out`: from the style that is kept for evaluation, else from all others."""
        self.drawings: list[Drawing] = data.drawings
        ascii_only = [[word for word in (c.name, *c.others) if word.isascii()] for c in data.concepts]
        keywords = [[word for word in c.keywords if word.isascii()] for c in data.concepts]
        self.things = [Thing(n or ["thing"], k) for n, k in zip(ascii_only, keywords, strict=True)]
        for i, drawing in enumerate(data.drawings):
            if drawing.held_out == held_out:
                self.things[drawing.concept].drawings.append(i)
        drawn = [bool(thing.drawings) for thing in self.things]
        weights = np.array([c.weight for c in data.concepts]) * drawn
        self._cumulative = np.cumsum(weights / weights.sum())
        self.first_shape = len(data.drawings)
        self.classes = len(self.things) + len(shapes.NAMES)

    def words(self) -> list[str]:
        """Texts that together hold every word of every caption."""
        names = [word for thing in self.things for word in (*thing.names, *thing.keywords)]
        names += [*names, *map(plural, names), *shapes.NAMES, *map(plural, shapes.NAMES), *_COLOUR_NAMES]
        fixed = "a an and the of with above below on left right to next background ground dots stripes checkered "
        fixed += "noisy textured noise small big large tiny many in middle one things picture nothing grey ,"
        return [*names, *MEDIA, *NUMBERS.values(), fixed]

    def draw(self, rng: np.random.Generator, ease: float = 0.0) -> Scene:
        """One scene. `ease` in 0…1 makes scenes of one large thing more frequent."""
        ground = _ground(rng, ease)
        kind = rng.random() * (1 - 0.3 * ease) + 0.3 * ease
        if kind < 0.04:
            return self._shapes(rng, ground)
        if kind < 0.14:
            return self._two_places(rng, ground)
        if kind < 0.21:
            return self._several(rng, ground)
        if kind < 0.26:
            return self._shapes(rng, ground, single=True)
        if kind < 0.28:
            return Scene([], ground, _ground_caption(rng, ground, alone=True))
        return self._single(rng, ground, ease)

    def _concept(self, rng: np.random.Generator) -> int:
        return int(np.searchsorted(self._cumulative, rng.random(), side="right"))

    def _another(self, rng: np.random.Generator, concept: int) -> int:
        """A concept other than `concept`."""
        while (other := self._concept(rng)) == concept:
            pass
        return other

    def _item(self, rng: np.random.Generator, concept: int, x: float, y: float, size: float) -> Item:
        drawing = int(rng.choice(self.things[concept].drawings))
        angle = rng.normal(0, 0.16) if rng.random() < 0.8 else rng.uniform(-0.8, 0.8)
        return Item(drawing, x, y, size, float(angle), bool(rng.random() < 0.4 and _mirrors(self.things[concept])))

    def _noun(self, rng: np.random.Generator, concept: int) -> str:
        names = self.things[concept].names
        return names[0] if len(names) == 1 or rng.random() < 0.6 else names[1 + int(rng.integers(len(names) - 1))]

    def _phrase(self, rng: np.random.Generator, concept: int, item: Item) -> Caption:
        """ "a red apple": the item gets the colour that the phrase names."""
        noun, other = self._noun(rng, concept), self._noun(rng, self._another(rng, concept))
        drawing = self.drawings[item.drawing]
        colour: str | None = None
        if not names_a_colour(noun):
            if drawing.hue is not None and rng.random() < 0.16:
                target = str(rng.choice(list(HUES)))
                item.turn = (HUES[target] - drawing.hue + float(rng.normal(0, 6))) % 360
                colour = target if rng.random() < 0.9 else None
            elif drawing.colour is not None and rng.random() < 0.3:
                colour = drawing.colour
        article = "" if is_plural(noun) else ARTICLE
        parts = [Part(f"{article} ")]
        if colour is not None:
            wrong = str(rng.choice([c for c in _COLOUR_NAMES if c != colour]))
            parts.append(Part(f"{colour} ", f"{wrong} "))
        return (*parts, Part(noun, other if other != noun else None))

    def _single(self, rng: np.random.Generator, ground: Ground, ease: float) -> Scene:
        concept = self._concept(rng)
        large = rng.random() < 0.72 + 0.28 * ease
        size = float(rng.uniform(0.68, 1.08) if large else rng.uniform(0.3, 0.68))
        free = max(0.06, (1 - size) / 2)
        x, y = (float(v) for v in 0.5 + rng.uniform(-free, free, 2))
        item = self._item(rng, concept, x, y, size)
        phrase = self._phrase(rng, concept, item)
        if size < 0.45 and rng.random() < 0.35 and phrase[0].text.startswith(ARTICLE):
            phrase = (Part(f"{ARTICLE} small ", f"{ARTICLE} big "), *phrase[1:])
        return Scene([item], ground, self._decorate(rng, phrase, concept, ground), [concept])

    def _decorate(self, rng: np.random.Generator, phrase: Caption, concept: int, ground: Ground) -> Caption:
        """Puts a phrase into one of the sentences that people write."""
        kind = rng.random()
        keywords = self.things[concept].keywords
        bare = tuple(part for part in phrase if not part.text.startswith(ARTICLE))
        if kind < 0.34:
            return phrase
        if kind < 0.46:
            return bare
        if kind < 0.70:
            return (*phrase, *_ground_caption(rng, ground))
        if kind < 0.86 or not keywords:
            return (Part(str(rng.choice(MEDIA))), *phrase)
        if kind < 0.95:
            return (*phrase, Part(f", {rng.choice(keywords)}"))
        return (Part(str(rng.choice(keywords))),)

    def _two_places(self, rng: np.random.Generator, ground: Ground) -> Scene:
        """Two different things beside or above each other."""
        first = self._concept(rng)
        second = self._another(rng, first)
        sizes = [float(size) for size in rng.uniform(0.38, 0.56, 2)]
        low, high = 0.27 + rng.uniform(-0.04, 0.04), 0.73 + rng.uniform(-0.04, 0.04)
        across, upright = float(rng.uniform(0.35, 0.65)), bool(rng.random() < 0.35)
        places = [(across, low), (across, high)] if upright else [(low, across), (high, across)]
        things = zip((first, second), places, sizes, strict=True)
        items = [self._item(rng, concept, *place, size) for concept, place, size in things]
        here, there = self._phrase(rng, first, items[0]), self._phrase(rng, second, items[1])
        relation = rng.random()
        if relation < 0.5:
            order = (here, there) if rng.random() < 0.5 else (there, here)
            caption: Caption = (*order[0], Part(" and "), *order[1])
        elif upright:
            caption = (*here, Part(" above ", " below "), *there)
        else:
            caption = (*here, Part(" to the left of ", " to the right of "), *there)
            if rng.random() < 0.4:
                caption = (*there, Part(" to the right of ", " to the left of "), *here)
        if rng.random() < 0.2:
            caption = (*caption, *_ground_caption(rng, ground))
        return Scene(items, ground, caption, [first, second])

    def _several(self, rng: np.random.Generator, ground: Ground) -> Scene:
        """Two to five of one thing, sometimes with one other thing."""
        concept, count = self._concept(rng), int(rng.choice([2, 2, 2, 3, 3, 4, 5]))
        size = float({2: 0.5, 3: 0.42, 4: 0.4, 5: 0.34}[count] * rng.uniform(0.85, 1.1))
        cells = [(0.25, 0.27), (0.75, 0.27), (0.25, 0.73), (0.75, 0.73), (0.5, 0.5)]
        cells = cells[:4] if count < 5 else cells
        if count == 2:
            cells = [(0.27, 0.5), (0.73, 0.5)]
        order = rng.permutation(len(cells))[:count]
        spots = [(cells[i][0] + rng.normal(0, 0.02), cells[i][1] + rng.normal(0, 0.02)) for i in order]
        same = int(rng.choice(self.things[concept].drawings))
        items = [self._item(rng, concept, float(x), float(y), size) for x, y in spots]
        if rng.random() < 0.7:
            for item in items:
                item.drawing = same
        noun = plural(self._noun(rng, concept))
        wrong = NUMBERS[int(rng.choice([n for n in (2, 3, 4, 5) if n != count]))]
        word = Part(f"{NUMBERS[count]} ", f"{wrong} ") if rng.random() < 0.8 else Part("many ")
        caption: Caption = (word, Part(noun))
        classes = [concept] * count
        if count in (3, 4) and rng.random() < 0.4:
            # The last one is something else: "two cats and a pizza".
            other = self._another(rng, concept)
            items[-1] = self._item(rng, other, items[-1].x, items[-1].y, size)
            classes[-1] = other
            wrong = NUMBERS[5 if count == 3 else 2]
            caption = (Part(f"{NUMBERS[count - 1]} ", f"{wrong} "), Part(noun), Part(" and "))
            caption = (*caption, *self._phrase(rng, other, items[-1]))
        if rng.random() < 0.2:
            caption = (*caption, *_ground_caption(rng, ground))
        return Scene(items, ground, caption, classes)

    def _shapes(self, rng: np.random.Generator, ground: Ground, single: bool = False) -> Scene:
        """One or two coloured shapes."""
        kinds = [int(k) for k in rng.choice(len(shapes.NAMES), 1 if single else 2, replace=False)]
        colours = [str(c) for c in rng.choice(_COLOUR_NAMES, len(kinds), replace=False)]
        low, high = rng.uniform(0.22, 0.3), rng.uniform(0.7, 0.78)
        upright = bool(rng.random() < 0.4)
        places = [(0.5, low), (0.5, high)] if upright else [(low, 0.5), (high, 0.5)]
        size = float(rng.uniform(0.45, 0.95) if single else rng.uniform(0.3, 0.48))
        places = [(0.5, 0.5)] if single else places
        items, phrases = [], []
        for kind, colour, (x, y) in zip(kinds, colours, places, strict=True):
            shade = _jitter(rng, COLOURS[colour])
            items.append(
                Item(self.first_shape + kind, float(x), float(y), size, float(rng.normal(0, 0.08)), tint=shade)
            )
            wrong, other = (str(rng.choice([v for v in pool if v not in (colour, shapes.NAMES[kind])]))
                            for pool in (_COLOUR_NAMES, shapes.NAMES))  # fmt: skip
            phrases.append((Part(f"{ARTICLE} "), Part(f"{colour} ", f"{wrong} "), Part(shapes.NAMES[kind], other)))
        caption: Caption = phrases[0]
        if not single:
            relation = Part(" above ", " below ") if upright else Part(" to the left of ", " to the right of ")
            relation = relation if rng.random() < 0.7 else Part(" and ")
            caption = (*phrases[0], relation, *phrases[1])
        if rng.random() < 0.3:
            caption = (*caption, *_ground_caption(rng, ground))
        return Scene(items, ground, caption, [len(self.things) + kind for kind in kinds])


def _mirrors(thing: Thing) -> bool:
    """Whether a thing is the same in a mirror: not where its name tells a side."""
    return not any(word in thing.names[0].split() for word in ("left", "right", "left-facing", "right-facing"))


def _jitter(rng: np.random.Generator, colour: tuple[float, float, float]) -> tuple[float, float, float]:
    shade = np.clip(np.array(colour) * rng.uniform(0.85, 1.12) + rng.normal(0, 0.03, 3), 0, 1)
    return (float(shade[0]), float(shade[1]), float(shade[2]))


def _ground(rng: np.random.Generator, ease: float) -> Ground:
    kind = 0 if rng.random() < 0.5 * ease else int(rng.choice(len(GROUNDS), p=_GROUND_WEIGHTS))
    names = rng.choice(_COLOUR_NAMES, 2, replace=False)
    if rng.random() < 0.35:
        names[0] = rng.choice(["white", "gray", "black", "white"])
    first = _jitter(rng, COLOURS[str(names[0])])
    second = _jitter(rng, COLOURS[str(names[1])])
    if GROUNDS[kind] in ("linear", "radial") and rng.random() < 0.5:
        second = _jitter(rng, (first[0] * 0.7, first[1] * 0.7, first[2] * 0.7))
        names[1] = names[0]
    words = (str(names[0]), str(names[1]))
    return Ground(kind, first, second, float(rng.uniform(0.08, 0.3)), float(rng.uniform(0, 2 * np.pi)), words)


def _ground_caption(rng: np.random.Generator, ground: Ground, alone: bool = False) -> Caption:
    """Words for a ground; `alone` where nothing stands on it."""
    first, second = ground.words
    wrong = str(rng.choice([c for c in _COLOUR_NAMES if c not in ground.words]))
    on = f"{ARTICLE} " if alone else f" on {ARTICLE} "
    kind = GROUNDS[ground.kind]
    if kind == "plain" or (kind in ("linear", "radial") and first == second):
        return (Part(on), Part(f"{first} ", f"{wrong} "), Part("background"))
    if kind in ("linear", "radial"):
        return (Part(on), Part(f"{first} ", f"{wrong} "), Part(f"and {second} background"))
    if kind == "stripes":
        return (Part(on.removesuffix(f"{ARTICLE} ")), Part(f"{first} ", f"{wrong} "), Part(f"and {second} stripes"))
    if kind == "checks":
        return (Part(on), Part(f"{first} ", f"{wrong} "), Part(f"and {second} checkered background"))
    if kind == "dots":
        return (Part(on), Part(f"{first} ", f"{wrong} "), Part(f"background with {second} dots"))
    return (Part(on), Part("textured background" if kind == "blobs" else "noisy background"))
