"""Fuzzes the JSON API of a real farm against the description that the farm serves.

`cargo xtask page --fuzz` starts it. It fails where an answer is a server's error or not as it is described, and where
the farm has met a fault of its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

TOKEN = "token-of-the-fuzz-0123456789"
OTHER = "token-of-workers-0123456789"
HERE = Path(__file__).parent

QUICK = "epochs: 3\nresolution: 16\nsnapshot_interval: 1\ntargets: [{features: [{text: a red apple}], batch_size: 1}]"
LONG = QUICK.replace("epochs: 3", "epochs: 100000")


@contextmanager
def farm(program: str, folder: Path) -> Iterator[str]:
    """A farm with one worker; gives the address of its API, and checks at the end that it is well."""
    settings = folder / "settings.toml"
    settings.touch(mode=0o600)
    settings.write_text(f'[tokens]\nclient = "{TOKEN}"\nworker = "{OTHER}"\n')
    log = folder / "log.txt"
    flags = ["--no-browser", "--listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"]
    command = [program, "studio", *flags, "--data", folder / "data", "--settings", settings]
    with log.open("w") as err, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, text=True) as process:
        try:
            address = process.stdout.readline().strip().rstrip("/")
            if not address:
                sys.exit(f"the farm did not start:\n{log.read_text()}")
            yield address
            if process.poll() is not None:
                sys.exit(f"the farm has ended:\n{log.read_text()[-4000:]}")
        finally:
            process.kill()
    faults = [line for line in log.read_text().splitlines() if "panicked" in line or "fault of" in line]
    if faults:
        sys.exit("the farm met faults of its own:\n" + "\n".join(faults[:20]))


def ask(address: str, method: str, path: str, body: object = None) -> dict:
    """One request and its answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with urlopen(Request(f"{address}/api/v1{path}", data, headers, method=method), timeout=60) as answer:
        return json.load(answer)


def prepare(address: str) -> None:
    """Makes the jobs that schemathesis.toml names: 1 has completed, 2 is paused, 3 runs."""
    ask(address, "POST", "/jobs", {"yaml": QUICK})
    deadline = time.monotonic() + 180
    while ask(address, "GET", "/jobs/1")["state"] != "completed":
        if time.monotonic() > deadline:
            sys.exit("job 1 has not completed in three minutes")
        time.sleep(0.1)
    ask(address, "POST", "/jobs", {"yaml": LONG})
    ask(address, "POST", "/jobs/2/pause", {})
    ask(address, "POST", "/jobs", {"yaml": LONG})


def main() -> int:
    """Starts a farm, prepares it, fuzzes it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="clipig, with clipig-local beside it")
    arguments.add_argument("--examples", default="50", help="cases per operation and phase")
    arguments.add_argument("--seed", default="1")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="clipig-fuzz-") as folder, farm(wanted.program, Path(folder)) as address:
        prepare(address)
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
        command += ["--config-file", str(HERE / "schemathesis.toml"), "run", f"{address}/api/v1/openapi.json"]
        command += ["--header", f"Authorization: Bearer {TOKEN}", "--continue-on-failure", "--no-shrink"]
        command += ["--max-examples", wanted.examples, "--seed", wanted.seed]
        return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
