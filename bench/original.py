"""Compares clipig with the original, CLIPig of 2021, on one machine, in turns.

    git clone https://github.com/defgsus/clipig original
    pip install torch torchvision openai-clip ftfy regex requests tqdm pyyaml safetensors
    python bench/original.py --original original --clipig target/release/clipig FILE...

Both read the same files and the same weights: random ones of the shape of ViT-B/32, made here by OpenAI's code. Both
compute in float32 on all cores, each in its own way. A run of many epochs minus a run of two gives the time of an epoch,
without start, loading and the texts' features. Prints a table for docs/performance.md.
"""

import argparse
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import clip.model
import PIL.Image
import safetensors.torch
import torch
import yaml

# Starts the original with a torchvision of today, which calls `fillcolor` `fill`.
START = """
import os, runpy, sys
import torchvision.transforms as transforms

class RandomAffine(transforms.RandomAffine):
    def __init__(self, *arguments, fillcolor=None, **others):
        super().__init__(*arguments, fill=fillcolor or 0, **others)

transforms.RandomAffine = RandomAffine
del sys.argv[0]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""

# Epochs of the short run. The first epoch also allocates, so it belongs to neither side of the difference.
SHORT = 2


def make_weights(folder):
    """ViT-B/32, as the original and as clipig read it."""
    torch.manual_seed(1)
    model = clip.model.CLIP(
        embed_dim=512,
        image_resolution=224,
        vision_layers=12,
        vision_width=768,
        vision_patch_size=32,
        context_length=77,
        vocab_size=49408,
        transformer_width=512,
        transformer_heads=8,
        transformer_layers=12,
    )
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    original, ours = folder / "ViT-B-32.pt", folder / "ViT-B-32.safetensors"
    # OpenAI's loader reads archives of TorchScript; after one failed attempt it reads a plain file from its end.
    example = torch.zeros(1, 3, 224, 224), torch.zeros(1, 77, dtype=torch.int64)
    torch.jit.trace(model.eval(), example, check_trace=False).save(str(original))
    safetensors.torch.save_file(weights, ours)
    return original, ours


def make_start_image(path):
    """Some experiments begin with a picture of their own that nobody else has."""
    pixels = random.Random(1).randbytes(672 * 672 * 3)
    PIL.Image.frombytes("RGB", (672, 672), pixels).save(path)


class Program:
    """One of the two programs: how it is started, and where it finds its weights."""

    def __init__(self, command, environment, folder, model):
        self.command = command
        self.environment = os.environ | environment
        self.folder = folder
        self.extra = folder / f"{pathlib.Path(model).stem}.yaml"
        self.extra.write_text(yaml.safe_dump({"model": model, "snapshot_interval": 0}))

    def seconds(self, experiment, epochs):
        """Wall time of a whole run."""
        output = self.folder / "picture.png"
        output.unlink(missing_ok=True)
        output.with_suffix(".yaml").unlink(missing_ok=True)
        arguments = [experiment, self.extra, "-e", epochs, "-o", output]
        begun = time.monotonic()
        done = subprocess.run(
            [*map(str, self.command), *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - begun
        if done.returncode != 0 or not output.exists():
            sys.exit(f"{' '.join(map(str, done.args))} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return seconds

    def per_epoch(self, experiment, epochs):
        short = self.seconds(experiment, SHORT)
        return (self.seconds(experiment, epochs) - short) / (epochs - SHORT)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="experiments")
    parser.add_argument("--original", required=True, type=pathlib.Path, help="a clone of defgsus/clipig")
    parser.add_argument("--clipig", required=True, type=pathlib.Path, help="the program to compare with it")
    parser.add_argument("--epochs", type=int, default=22, help="epochs of a long run (22)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        theirs, ours = make_weights(folder)
        make_start_image(folder / "start.png")
        command = [sys.executable, "-c", START, options.original.resolve() / "clipig.py"]
        original = Program(command, {}, folder, str(theirs))
        program, store = options.clipig.resolve(), {"CLIPIG_MODELS": str(folder / "models")}
        imported = [program, "model", "import", ours, "--name", "random", "--heads", "12"]
        imported += ["--activation", "quick_gelu"]
        subprocess.run(imported, env=os.environ | store, check=True, stdout=sys.stderr)
        clipig = Program([program, "render"], store, folder, "random")
        print("| experiment | original, s/epoch | clipig, s/epoch | original / clipig |\n|---|---|---|---|")
        for file in options.files:
            # Files that the experiment names lie beside it; so that `start.png` is found, it is copied to them.
            experiment = folder / file.name
            experiment.write_bytes(file.read_bytes())
            times = ([], [])
            for number in range(options.rounds):
                print(f"{file.name}: round {number + 1} of {options.rounds}", file=sys.stderr)
                for program, list_of_times in zip((original, clipig), times):
                    list_of_times.append(program.per_epoch(experiment, options.epochs))
            before, now = map(statistics.median, times)
            spread = [f"{min(values):.2f}–{max(values):.2f}" for values in times]
            print(
                f"| {file.stem} | {before:.2f} ({spread[0]}) | {now:.2f} ({spread[1]}) | **{before / now:.1f}** |",
                flush=True,
            )


main()
