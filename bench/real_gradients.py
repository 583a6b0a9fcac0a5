#!/usr/bin/env python3
"""Samples per second of two CPU workers, pinned to one core each, beside one such worker; real gradients.

    cargo build --release
    python3 bench/real_gradients.py [--epochs 4] [--programs target/release]

The model has random float16 weights of the ViT-B/32 shape: time does not depend on their values. The experiment is
examples/08 on a canvas of 2048 x 2048 with batches of 64. The first epoch, in which models are loaded, does not count. Both farms run one after the other, twice, in turns. It fails where the pictures' files differ, or
two workers are not at least 1.8 times as fast as one.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WANTED = 1.8
"""How many times as fast two workers have to be."""

PATIENCE = 120
"""Seconds until all workers must be there."""

ROOT = Path(__file__).resolve().parent.parent

def shapes():
    """Names and shapes of a ViT-B/32 in OpenAI's naming."""
    yield from {
        "visual.conv1.weight": (768, 3, 32, 32),
        "visual.class_embedding": (768,),
        "visual.positional_embedding": (50, 768),
        "visual.proj": (768, 512),
        "token_embedding.weight": (49408, 512),
        "positional_embedding": (77, 512),
        "text_projection": (512, 512),
        "logit_scale": (),
    }.items()
    norms = [("visual.ln_pre", 768), ("visual.ln_post", 768), ("ln_final", 512)]
    for tower, width in [("visual.transformer", 768), ("transformer", 512)]:
        for layer in range(12):
            block = f"{tower}.resblocks.{layer}"
            norms += [(f"{block}.ln_1", width), (f"{block}.ln_2", width)]
            yield f"{block}.attn.in_proj_weight", (3 * width, width)
            yield f"{block}.attn.in_proj_bias", (3 * width,)
            for name, rows, columns in [
                ("attn.out_proj", width, width),
                ("mlp.c_fc", 4 * width, width),
                ("mlp.c_proj", width, 4 * width),
            ]:
                yield f"{block}.{name}.weight", (rows, columns)
                yield f"{block}.{name}.bias", (rows,)
    for name, width in norms:
        yield f"{name}.weight", (width,)
        yield f"{name}.bias", (width,)


def write_weights(path):
    """Random float16 values around +-0.03 (one exponent, sign and mantissa at random) as safetensors."""
    random.seed(0)
    block = bytearray(random.randbytes(1 << 20))
    for i in range(1, len(block), 2):
        block[i] = block[i] & 0x83 | 0x28
    header, offset = {}, 0
    for name, shape in shapes():
        size = 2
        for side in shape:
            size *= side
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        while offset > 0:
            file.write(block[: min(offset, len(block))])
            offset -= len(block)


class Farm:
    """A coordinator with so many workers, one pinned to each core, in a folder of its own."""

    def __init__(self, programs, environment, workers):
        self.folder = Path(tempfile.mkdtemp(prefix="clipig-bench-"))
        self.programs = programs
        self.environment = dict(environment, CLIPIG_FARM=f"unix:{self.folder}/farm.sock")
        log = open(self.folder / "log", "w")
        settings = {"CLIPIG_COORDINATOR__HTTP_LISTEN": f"unix:{self.folder}/http.sock"}
        coordinator = [programs / "clipig-coordinator", "--data", self.folder / "data"]
        coordinator += ["--listen", self.environment["CLIPIG_FARM"]]
        self.processes = [subprocess.Popen(coordinator, env=dict(self.environment, **settings), stderr=log)]
        for core in range(workers):
            worker = ["taskset", "-c", str(core), programs / "clipig-worker", "--name", f"w{core}"]
            worker += ["--devices", "cpu", "--farm", self.environment["CLIPIG_FARM"]]
            self.processes.append(subprocess.Popen(worker, env=self.environment, stderr=log))

    def ask(self, *arguments):
        done = subprocess.run(
            [self.programs / "clipig", *arguments], env=self.environment, cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"clipig {arguments}: {done.stderr}\n{(self.folder / 'log').read_text()[-3000:]}")
        return done.stdout

    def run(self, files, epochs):
        """Samples per second from the second epoch on, and the hash of the picture."""
        deadline, missing = time.time() + PATIENCE, len(self.processes) - 1
        while missing:
            if time.time() > deadline:
                raise RuntimeError(f"{missing} workers are missing after {PATIENCE} s; see {self.folder}/log")
            time.sleep(0.3)
            try:
                missing = len(self.processes) - 1 - len(json.loads(self.ask("workers", "--json")))
            except RuntimeError:
                continue  # the coordinator does not listen yet
        flags = ["--seed", "1", "--model", "random", "-e", str(epochs), "-s", "0"]
        job = self.ask("submit", *files, *flags).strip()
        while (state := json.loads(self.ask("job", job, "--json"))["state"]) != "completed":
            if state in ("failed", "cancelled"):
                raise RuntimeError(self.ask("job", job))
            time.sleep(2)
        self.ask("fetch", job, "-o", "out", "--history", "json")
        out = self.folder / "out"
        rows = json.loads(next(out.glob("*.json")).read_text())
        rows = rows["epochs"] if isinstance(rows, dict) else rows
        samples = sum(target["samples"] for row in rows[1:] for target in row["targets"])
        seconds = sum(row["seconds"] for row in rows[1:])
        picture = next(out.glob("*.png"))
        return samples / seconds, hashlib.sha256(picture.read_bytes()).hexdigest()

    def __exit__(self, kind, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)
        if kind is None:
            shutil.rmtree(self.folder)

    def __enter__(self):
        return self


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--programs", type=Path, default=ROOT / "target/release")
    options = parser.parse_args()
    programs = options.programs.resolve()
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, CLIPIG_MODELS=f"{folder}/models")
        weights = Path(folder) / "random.safetensors"
        write_weights(weights)
        command = [programs / "clipig", "model", "import", weights, "--name", "random", "--activation", "quick_gelu"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        text = next((ROOT / "examples").glob("08*.yaml")).read_text()
        # It begins with a picture that is not in the repository; any canvas costs the same.
        text = re.sub(r"(?m)^ +image: start.png\n", "", text)
        text = re.sub(r"(?m)^resolution:.*$", "resolution: 2048", text)
        text = re.sub(r"(?m)batch_size:.*$", "batch_size: 64", text)
        experiment = Path(folder) / "08.yaml"
        experiment.write_text(text)
        speeds, hashes = {1: [], 2: []}, set()
        for _ in range(options.rounds):
            for workers in (1, 2):
                with Farm(programs, environment, workers) as farm:
                    speed, digest = farm.run([str(experiment)], options.epochs)
                speeds[workers].append(speed)
                hashes.add(digest)
        one, two = (statistics.median(speeds[workers]) for workers in (1, 2))
    same, quick = len(hashes) == 1, two / one >= WANTED
    times = f"{two / one:.2f} times" + ("" if quick else f", LESS THAN {WANTED}")
    picture = "same file" if same else "DIFFERENT FILES"
    print(f"{one:.2f} samples/s with one worker, {two:.2f} with two: {times}, {picture}")
    return 0 if same and quick else 1


if __name__ == "__main__":
    sys.exit(main())
