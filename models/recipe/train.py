"""Training: a clean phase, then an adversarial one; goes on from its last checkpoint by itself."""

import logging
import math
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from . import checkpoint
from .attack import attack
from .batch import Batch, BatchMaker
from .compose import Composer
from .dataset import Dataset
from .lexicon import Lexicon
from .loss import PROTOTYPE_WEIGHT, TEXT_PROTOTYPE_WEIGHT, Prototypes, pair_loss
from .model import Clip, Shape
from .optimizer import Optimizer
from .scene import SceneMaker
from .schedule import Schedule
from .threads import Threads

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 120.0
AVERAGE_MEMORY = 0.998


@dataclass(frozen=True)
class Settings:
    """Everything that a run depends on besides the data."""

    schedule: Schedule
    seed: int = 1
    batch: int = 128
    attack_steps: int = 1
    shape: Shape = field(default_factory=Shape)
    device: str = "cpu"
    bfloat16: bool = True
    compile: bool = True
    threads: int | None = None
    """Threads of a CPU; `None` for one or all, as the machine has time."""
    workers: int = 0
    """Processes that draw scenes; 0 for none."""
    minutes: float = math.inf
    """Active time after which the run pauses; it can be continued."""


class Joint(nn.Module):
    """Model and prototypes: what is optimised."""

    def __init__(self, shape: Shape, rows: int, classes: int) -> None:
        """Fresh weights from torch's global generator."""
        super().__init__()
        self.clip = Clip(shape, rows)
        self.prototypes = Prototypes(classes, shape.embed)


class Trainer:
    """One run in one folder."""

    def __init__(self, data: Dataset, folder: Path, settings: Settings) -> None:
        """Loads the last checkpoint in `folder`, if there is one."""
        folder.mkdir(parents=True, exist_ok=True)
        self.settings, self.path = settings, folder / "checkpoint.pt"
        self.device = torch.device(settings.device)
        self.threads = Threads(settings.threads)
        # Each number of threads, of patches and of gradients is compiled on its own.
        torch._dynamo.config.recompile_limit = 64
        maker = SceneMaker(data)
        self.lexicon = Lexicon(maker.words())
        easy = round(0.2 * settings.schedule.steps)
        self.batches = BatchMaker(maker, self.lexicon, settings.batch, settings.seed, easy)
        self.composer = Composer(data, settings.shape.window, self.device)
        torch.manual_seed(settings.seed)
        dtype = torch.bfloat16 if settings.bfloat16 else torch.float32
        self.joint = Joint(settings.shape, len(self.lexicon.ids), maker.classes).to(self.device)
        self.optimizer = Optimizer(self.joint)
        self.joint.to(dtype)
        # The optimiser refers to the parameters, whose type has changed in place.
        visual = self.joint.clip.visual
        visual.mean, visual.std = visual.mean.float(), visual.std.float()
        clip = self.joint.clip
        self.see, self.read = clip.encode_image, clip.encode_text
        if settings.compile:
            self.see = torch.compile(clip.encode_image, dynamic=False)
            self.read = torch.compile(clip.encode_text, dynamic=False)
        self.step, self.active = 0, 0.0
        state = checkpoint.load(self.path)
        if state is not None:
            self.optimizer.load(state["optimizer"])
            self.step, self.active = state["step"], state["active"]
            log.info("going on from step %d", self.step)
        self.log = checkpoint.Log(folder / "log.jsonl", self.step)

    def run(self) -> None:
        """Trains until the last step, or until the minutes are over."""
        schedule, saved, begun = self.settings.schedule, time.monotonic(), self.active
        recent: deque[float] = deque(maxlen=50)
        for batch in self._upcoming():
            start = time.monotonic()
            losses = self._train(batch)
            self.step += 1
            self.threads.adapt()
            spent = time.monotonic() - start
            recent.append(spent)
            # A stopped process has not worked: a step counts as five usual ones at most.
            self.active += min(spent, 5 * sorted(recent)[len(recent) // 2])
            rounded = {name: round(value, 4) for name, value in losses.items()}
            self.log.write(step=self.step - 1, seconds=round(spent, 3), threads=torch.get_num_threads(), **rounded)
            if self.step % 50 == 0:
                log.info("step %d of %d: %s, %.2f s", self.step, schedule.steps, rounded, spent)
            over = self.active - begun > 60 * self.settings.minutes
            if over or time.monotonic() - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = time.monotonic()
            if over:
                return
        self.save()

    def _upcoming(self) -> Any:
        steps = range(self.step, self.settings.schedule.steps)
        workers = self.settings.workers
        more: dict[str, Any] = {"prefetch_factor": 4} if workers else {}
        return torch.utils.data.DataLoader(
            self.batches, batch_size=None, sampler=steps, num_workers=workers, **more
        )  # fmt: skip

    def _train(self, batch: Batch) -> dict[str, float]:
        settings, step = self.settings, self.step
        generator = torch.Generator(self.device).manual_seed(settings.seed * 1_000_003 + step)
        batch = batch.to(self.device)
        pixels = self.composer.compose(batch, generator)
        kept = self._kept(len(pixels), generator)
        radius = settings.schedule.radius_at(step)
        self.joint.requires_grad_(True)
        texts = self.read(batch.tokens, batch.ends)
        if radius > 0:
            self.joint.requires_grad_(False)
            fixed = texts.detach()
            radii = radius * self._strengths(len(pixels), generator)
            pixels = attack(
                pixels, radii, settings.attack_steps, lambda x: self._image_loss(x, fixed, batch, kept)[0], generator
            )
            self.joint.requires_grad_(True)
        loss, parts = self._image_loss(pixels, texts, batch, kept)
        named = self.joint.prototypes(texts[: len(pixels)], batch.classes)
        (loss + TEXT_PROTOTYPE_WEIGHT * named).backward()
        rate = settings.schedule.rate_at(step)
        self.optimizer.step(rate, AVERAGE_MEMORY)
        return {**parts, "text": named.item(), "radius": radius, "rate": rate}

    def _image_loss(
        self, pixels: Tensor, texts: Tensor, batch: Batch, kept: Tensor | None
    ) -> tuple[Tensor, dict[str, float]]:
        images = self.see(pixels, kept)
        scale = self.joint.clip.logit_scale.float()
        pair = pair_loss(images, texts, scale, batch.classes, batch.has_foil)
        shown = self.joint.prototypes(images, batch.classes)
        # Reading values back makes a GPU wait, so the attack's own are not read.
        parts = {"pair": pair.item(), "image": shown.item()} if texts.requires_grad else {}
        return pair + PROTOTYPE_WEIGHT * shown, parts

    def _kept(self, count: int, generator: torch.Generator) -> Tensor | None:
        patches = self.settings.shape.grid**2
        kept = self.settings.schedule.kept_at(self.step, patches)
        if kept is None:
            return None
        return torch.rand(count, patches, generator=generator, device=self.device).argsort(1)[:, :kept]

    def _strengths(self, count: int, generator: torch.Generator) -> Tensor:
        """Shares of the radius: one in eight images stays clean."""
        draws = torch.rand(2, count, generator=generator, device=self.device)
        return (0.35 + 0.65 * draws[0]) * (draws[1] > 0.125)

    def save(self) -> None:
        """Writes a checkpoint."""
        state = {"optimizer": self.optimizer.state(), "step": self.step, "active": self.active}
        state |= {"shape": self.settings.shape.to_json(), "ids": self.lexicon.ids}
        state |= {"schedule": asdict(self.settings.schedule), "seed": self.settings.seed}
        checkpoint.save(self.path, state)
