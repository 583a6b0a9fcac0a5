#!/usr/bin/env python3
"""clipig's own work in two builds that take turns.

    cargo bench -p clipig-engine --bench own_work --no-run      # in both trees
    python3 bench/own_work.py OLD NEW samples 40
    python3 bench/own_work.py OLD NEW upkeep 4096 8

OLD and NEW are the programs that were built. Each round runs both, pinned to one core for `samples`. The table has
medians of rounds and the quotient old / new.
"""

import argparse
import statistics
import subprocess


def run(program, arguments, pin):
    command = (["taskset", "-c", "0"] if pin else []) + [program, *arguments]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("what", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pin = options.what[0] == "samples"
    rounds = [[run(program, options.what, pin) for program in (options.old, options.new)] for _ in range(options.rounds)]
    print("| figure | old | new | old / new |\n|---|---|---|---|")
    for name in rounds[0][0]:
        old, new = (statistics.median(each[i][name] for each in rounds) for i in range(2))
        quotient = f"{old / new:.1f}" if new else "–"
        print(f"| {name} | {old:g} | {new:g} | {quotient} |")


if __name__ == "__main__":
    main()
