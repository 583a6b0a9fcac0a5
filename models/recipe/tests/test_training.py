"""Runs survive being killed, and files hold what was trained."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.recipe import checkpoint, prompt, weights
from models.recipe.dataset import Dataset
from models.recipe.lexicon import Tokenizer
from models.recipe.model import Shape
from models.recipe.optimizer import orthogonal
from models.recipe.schedule import Schedule
from models.recipe.train import Settings, Trainer

SMALL = Shape(vision_width=64, vision_layers=1, text_width=64, text_layers=1, embed=32)
SETTINGS = Settings(Schedule(8, clean_share=0.3), batch=8, shape=SMALL, compile=False, threads=1)


@pytest.fixture(scope="module")
def whole(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    Trainer(data, folder, SETTINGS).run()
    return folder


def test_an_interrupted_run_ends_the_same(data: Dataset, whole: Path, tmp_path: Path) -> None:
    Trainer(data, tmp_path, replace(SETTINGS, minutes=0.0)).run()
    middle = checkpoint.load(tmp_path / "checkpoint.pt")
    assert middle is not None
    assert middle["step"] == 1
    for _ in range(2):
        Trainer(data, tmp_path, replace(SETTINGS, minutes=0.0)).run()
    Trainer(data, tmp_path, SETTINGS).run()
    ends = [checkpoint.load(folder / "checkpoint.pt") for folder in (whole, tmp_path)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0]["step"] == ends[1]["step"] == 8
    for kind in ("master", "average", "first", "second"):
        for name, value in ends[0]["optimizer"][kind].items():
            assert torch.equal(value, ends[1]["optimizer"][kind][name]), (kind, name)
    assert (tmp_path / "log.jsonl").read_text().count("\n") == 8


def test_scenes_from_other_processes_are_the_same(data: Dataset, whole: Path, tmp_path: Path) -> None:
    Trainer(data, tmp_path, replace(SETTINGS, workers=2)).run()
    ends = [checkpoint.load(folder / "checkpoint.pt") for folder in (whole, tmp_path)]
    assert ends[0] is not None
    assert ends[1] is not None
    weight = "clip.visual.conv1.weight"
    assert torch.equal(ends[0]["optimizer"]["master"][weight], ends[1]["optimizer"]["master"][weight])


def test_the_file_gives_the_features_of_the_checkpoint(data: Dataset, whole: Path, tmp_path: Path) -> None:
    state = checkpoint.load(whole / "checkpoint.pt")
    assert state is not None
    path = tmp_path / "model.safetensors"
    digest = weights.export(state, path)
    assert digest == weights.export(state, path), "the same bytes each time"
    read = weights.load(path)
    trainer = Trainer(data, whole, SETTINGS)
    trainer.optimizer.install(state["optimizer"]["average"])
    own = trainer.joint.float().clip
    pixels = torch.rand(4, 3, 64, 64)
    assert torch.allclose(own.encode_image(pixels), read.encode_image(pixels), atol=4e-3)
    texts = ["a red cat", "two apples and a boat"]
    rows = [trainer.lexicon.rows(text, 20) for text in texts]
    tokens = torch.tensor([row[0] for row in rows if row])
    ends = torch.tensor([row[1] for row in rows if row])
    assert torch.allclose(own.encode_text(tokens, ends), prompt.encode(read, texts, Tokenizer()), atol=4e-3)


def test_words_that_were_never_seen_have_zero_rows(whole: Path, tmp_path: Path) -> None:
    state = checkpoint.load(whole / "checkpoint.pt")
    assert state is not None
    weights.export(state, tmp_path / "model.safetensors")
    table = weights.load(tmp_path / "model.safetensors").token_embedding.weight
    tokenizer = Tokenizer()
    assert table[tokenizer.encode("cat")].abs().sum() > 0
    assert table[tokenizer.encode("democracy")].abs().sum() == 0


def test_matrices_become_orthogonal() -> None:
    matrices = torch.randn(3, 32, 96, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_training_lowers_the_loss(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(data, tmp_path, replace(SETTINGS, schedule=Schedule(60, plain=True), batch=16))
    trainer.run()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    early, late = (sum(line["image"] for line in part) / 10 for part in (lines[:10], lines[-10:]))
    assert late < 0.8 * early
