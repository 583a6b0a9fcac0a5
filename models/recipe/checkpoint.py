"""Checkpoints: all that a run needs to go on as if nothing had happened."""

import json
import os
from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes beside, then renames: a kill leaves the old checkpoint or the new one, never half of one."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def load(path: Path) -> dict[str, Any] | None:
    """The last checkpoint; `None` where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


class Log:
    """One JSON object per line. Lines from after the checkpoint that a run goes on from are dropped."""

    def __init__(self, path: Path, step: int) -> None:
        """Keeps what was written before `step`."""
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] < step]
        path.write_text("".join(line + "\n" for line in kept))
        self._file = path.open("a", buffering=1)

    def write(self, **values: float) -> None:
        """One line."""
        self._file.write(json.dumps(values) + "\n")
