"""How the process is set up before torch is imported."""

import os
import sys

# Threads that wait must not spin: on a machine that others use, they would spin away the time that the thread they
# wait for needs. Memory that was freed stays with the process: giving large tensors back to the system and taking
# them again costs more than computing on them.
_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "passive",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
    "MALLOC_TOP_PAD_": str(256 << 20),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


def settle() -> None:
    """Starts this program again with its environment, unless it has it; the linker reads it at the start only."""
    missing = {name: value for name, value in _ENVIRONMENT.items() if name not in os.environ}
    if missing and sys.platform == "linux":
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **missing})
