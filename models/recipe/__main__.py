"""The one command: data, training, weights, evaluation, pictures. Goes on where it was killed."""

import argparse
import json
import logging
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from . import process

if TYPE_CHECKING:
    from .train import Settings

STAGES = ("data", "train", "export", "evaluate", "draw")
REPOSITORY = Path(__file__).parents[2]

log = logging.getLogger(__name__)


def main() -> None:
    """Does one stage after the other."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if arguments.weights:
        _judge(arguments, arguments.weights, arguments.weights.stem, draw=arguments.until == "draw")
        return
    name = f"{'plain' if arguments.plain else 'robust'}-{arguments.seed}"
    stages = STAGES[: STAGES.index(arguments.until) + 1]
    _train(arguments, arguments.work / name, stages)
    path = arguments.work / f"{name}.safetensors"
    if "export" in stages:
        _export(arguments.work / name, path)
    if "evaluate" in stages:
        _judge(arguments, path, name, draw="draw" in stages)


def _train(arguments: argparse.Namespace, folder: Path, stages: tuple[str, ...]) -> None:
    from . import dataset
    from .train import Trainer

    pack = dataset.build(arguments.work)
    if "train" in stages:
        Trainer(dataset.load(pack), folder, _settings(arguments)).run()


def _settings(arguments: argparse.Namespace) -> "Settings":
    from .schedule import Schedule
    from .train import Settings

    schedule = Schedule(arguments.steps, rate=arguments.rate, plain=arguments.plain, radius=arguments.radius)
    return Settings(
        schedule,
        seed=arguments.seed,
        batch=arguments.batch,
        attack_steps=arguments.attack_steps,
        device=arguments.device,
        compile=not arguments.eager and shutil.which("g++") is not None,
        threads=arguments.threads,
        workers=arguments.workers,
        minutes=arguments.minutes,
    )


def _export(folder: Path, path: Path) -> None:
    from . import checkpoint, weights

    state = checkpoint.load(folder / "checkpoint.pt")
    if state is None:
        raise SystemExit(f"{folder} has no checkpoint: run the stage train first")
    digest = weights.export(state, path)
    log.info("%s: step %d, %d bytes, sha256 %s", path, state["step"], path.stat().st_size, digest)


def _judge(arguments: argparse.Namespace, path: Path, name: str, draw: bool = True) -> None:
    import torch

    from . import dataset, evaluate
    from .draw import sheet

    torch.set_num_threads(arguments.threads or torch.get_num_threads())
    data = dataset.load(dataset.build(arguments.work))
    table = evaluate.evaluate(data, path, torch.device(arguments.device))
    (arguments.work / f"{name}.json").write_text(json.dumps(table, indent=1) + "\n")
    print(evaluate.show({name: table}))
    if draw:
        sheet(path, arguments.work / f"{name}.png", device=arguments.device)
        log.info("pictures: %s", arguments.work / f"{name}.png")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python3 -m models.recipe", description=__doc__)
    add = parser.add_argument
    add("--work", type=Path, default=REPOSITORY / "target/recipe", help="folder for data, checkpoints and results")
    add("--until", choices=STAGES, default=STAGES[-1], help="last stage to do")
    add("--weights", type=Path, help="evaluate and draw with this file instead of training")
    add("--seed", type=int, default=1)
    add("--plain", action="store_true", help="no adversary: for comparison")
    add("--steps", type=int, default=6_000, help="length of the run; the schedule follows it")
    add("--minutes", type=float, default=math.inf, help="pause after this much active time; the same command goes on")
    add("--batch", type=int, default=128, help="images per step")
    add("--rate", type=float, default=2e-3, help="highest learning rate")
    add("--radius", type=float, default=2.75, help="the adversary's L2 radius at its strongest")
    add("--attack-steps", type=int, default=1, help="gradient steps of the adversary")
    add("--device", default="cpu", help="cpu or cuda")
    add("--threads", type=int, help="of the CPU; without it, one or all as the machine has time")
    add("--workers", type=int, default=0, help="processes that draw scenes, for a GPU")
    add("--eager", action="store_true", help="do not compile")
    return parser.parse_args()


if __name__ == "__main__":
    process.settle()
    main()
