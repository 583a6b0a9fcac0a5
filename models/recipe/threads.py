"""How many threads a step uses on a machine that others use, too."""

import os
import time
from pathlib import Path

import torch


class Threads:
    """Either a fixed number of threads, or one or all, as the machine has time.

    With threads that wait for each other, a step at idle priority takes as long as the busiest core lets it; so
    where another core is busy, one thread is faster.
    """

    def __init__(self, number: int | None) -> None:
        """`None` chooses before each step. The number changes rounding: only a fixed one repeats bit for bit."""
        self.automatic = number is None
        self.most = number or os.cpu_count() or 1
        torch.set_num_threads(self.most)
        self._measure()

    def _measure(self) -> None:
        self._wall, self._own, self._idle = time.monotonic(), time.process_time(), _idle_seconds()

    def adapt(self) -> None:
        """Chooses for the next step by what the last one got."""
        if not self.automatic:
            return
        wall = max(1e-6, time.monotonic() - self._wall)
        used, idle = (time.process_time() - self._own) / wall, (_idle_seconds() - self._idle) / wall
        now = torch.get_num_threads()
        if now > 1 and used < 0.65 * now:
            torch.set_num_threads(1)
        elif now == 1 and idle > 0.6:
            torch.set_num_threads(self.most)
        self._measure()


def _idle_seconds() -> float:
    """Seconds that all cores together had nothing to do, since the machine started."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0
    return int(stat.read_text().split("\n", 1)[0].split()[4]) / os.sysconf("SC_CLK_TCK")
