"""Captions say what scenes show, in tokens that clipig itself would make."""

import json
import re
from pathlib import Path

import numpy as np

from models.recipe import caption, shapes
from models.recipe.caption import Part
from models.recipe.dataset import Dataset
from models.recipe.lexicon import Lexicon, Tokenizer
from models.recipe.palette import COLOURS, HUES, describe
from models.recipe.scene import Scene, SceneMaker

ORACLE = Path(__file__).parents[3] / "tests/oracle/clip/index.json"
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}


def _scenes(data: Dataset, count: int = 3000) -> tuple[SceneMaker, list[Scene]]:
    rng = np.random.default_rng(3)
    maker = SceneMaker(data)
    return maker, [maker.draw(rng) for _ in range(count)]


def test_the_tokens_are_those_of_the_original() -> None:
    tokenizer = Tokenizer()
    cases = [case for case in json.loads(ORACLE.read_text())["cases"] if case["group"].startswith("tokenizer")]
    # Captions are ASCII without entities and marks; clipig itself deals with the rest.
    plain = [
        case
        for case in cases
        if case["text"].isascii() and case["text"].isprintable() and not re.search(r"&|<\|", case["text"])
    ]
    assert len(plain) >= 10
    for case in plain:
        assert tokenizer.encode(case["text"]) == case["bpe"], case["text"]


def test_no_caption_has_a_word_that_the_lexicon_lacks(data: Dataset) -> None:
    maker, scenes = _scenes(data)
    lexicon = Lexicon(maker.words())
    known = set(lexicon.ids)
    for scene in scenes:
        text = caption.text(scene.caption)
        assert set(lexicon.tokenizer.encode(text)) <= known, text


def test_left_is_left_and_above_is_above(data: Dataset) -> None:
    maker, scenes = _scenes(data)
    seen = 0
    for scene in scenes:
        text = caption.text(scene.caption)
        first, second = (scene.items[0], scene.items[1]) if len(scene.items) == 2 else (None, None)
        if match := re.search(r"(.*) to the (left|right) of (.*)|(.*) above (.*)", text):
            assert first is not None
            assert second is not None
            names = [shapes.NAMES[c - len(maker.things)] if c >= len(maker.things) else maker.things[c].names[0]
                     for c in scene.classes]  # fmt: skip
            if names[0] == names[1]:
                continue
            seen += 1
            subject = names.index(next(n for n in names if n in (match[1] or match[4])))
            items = [scene.items[subject], scene.items[1 - subject]]
            if match[2] == "left":
                assert items[0].x < items[1].x, text
            elif match[2] == "right":
                assert items[0].x > items[1].x, text
            else:
                assert items[0].y < items[1].y, text
    assert seen > 100


def test_numbers_are_counted(data: Dataset) -> None:
    _, scenes = _scenes(data)
    seen = 0
    for scene in scenes:
        first = caption.text(scene.caption).split(" ")[0]
        if first in NUMBERS:
            seen += 1
            assert scene.classes.count(scene.classes[0]) == NUMBERS[first]
            assert len(scene.items) == len(scene.classes)
    assert seen > 100


def test_a_foil_differs_from_its_caption(data: Dataset) -> None:
    _, scenes = _scenes(data)
    foils = [(caption.text(s.caption), caption.foil(s.caption, 0.5)) for s in scenes]
    assert all(right != wrong for right, wrong in foils)
    assert sum(wrong is not None for _, wrong in foils) > len(foils) / 2


def test_articles_and_plurals() -> None:
    assert caption.text((Part("@ "), Part("orange "), Part("umbrella"))) == "an orange umbrella"
    assert caption.text((Part("@ "), Part("one-piece swimsuit"))) == "a one-piece swimsuit"
    plurals = {"cherry": "cherries", "bus": "buses", "monkey": "monkeys", "fish": "fish", "grapes": "grapes"}
    assert {word: caption.plural(word) for word in plurals} == plurals


def test_colours_are_called_by_their_names() -> None:
    for name, colour in COLOURS.items():
        image = np.full((96, 96, 4), 255, np.uint8)
        image[..., :3] = np.array(colour) * 255
        word, hue = describe(image)
        assert word == name
        if name in HUES and name != "pink":
            assert hue is not None
            assert abs((hue - HUES[name] + 180) % 360 - 180) < 15, name
