"""Adds up a tensor over several processes with torch.distributed and gloo.

    python gloo.py PROCESSES VALUES RENDEZVOUS

Says `ready`, reads `go N`, and says `epoch I BEGUN ENDED` (nanoseconds) for each of N all-reduces of VALUES float32;
ends with its input. All processes are forked from one that has imported torch, so that many start quickly.
"""

import os
import signal
import sys
import time
from datetime import timedelta

import torch
import torch.distributed as dist


def join(rank, processes, rendezvous):
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo",
        init_method="file://" + rendezvous,
        rank=rank,
        world_size=processes,
        timeout=timedelta(hours=1),
    )


def follow(tensor):
    """Every rank but the first: as many rounds as the first one says."""
    count = torch.zeros(1, dtype=torch.int64)
    while True:
        dist.broadcast(count, src=0)
        for _ in range(int(count)):
            dist.all_reduce(tensor)
            tensor.fill_(1.0)


def lead(tensor):
    print("ready", flush=True)
    for line in sys.stdin:
        count = int(line.split()[1])
        dist.broadcast(torch.tensor([count]), src=0)
        for i in range(count):
            begun = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            dist.all_reduce(tensor)
            ended = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            assert float(tensor[0]) == dist.get_world_size() == float(tensor[-1])
            tensor.fill_(1.0)
            print("epoch", i, begun, ended, flush=True)


def main():
    processes, values, rendezvous = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    leader = os.getpid()
    for rank in range(1, processes):
        if os.fork() == 0:
            os.close(0)
            # Ends with the first rank, however that ends.
            import ctypes

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            if os.getppid() != leader:
                os._exit(1)
            join(rank, processes, rendezvous)
            follow(torch.ones(values))
    join(0, processes, rendezvous)
    lead(torch.ones(values))
    os._exit(0)


main()
