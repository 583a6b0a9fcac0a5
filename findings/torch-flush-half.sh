#!/usr/bin/env bash
# torch: set_flush_denormal(True) flushes one thread's share of a tensor, and leaves the others'.
#
# One would guess: it is a switch of the process, or of torch: denormal numbers become zero, everywhere.
# What happens: it sets a flag of the processor for the thread that calls it. The other threads among which torch
# divides a large tensor have flags of their own, and keep denormals. With two threads the first half of a tensor is
# flushed, with four the first quarter; with one all of it.
# Comparing with == 0 does not show it: the calling thread takes its share of what is left for zero, too.
# Why it matters: it is switched on since denormals are slow, as in Adam's squared gradients of pixels that hardly
# change. Three of four threads stay slow, and each step waits for them. And the numbers now depend on the
# number of threads, and on the place in the tensor.
#
# torch 2.11.0 on x86-64, 1,000,000 times 1e-40, multiplied by one. Seen, bits that are zero:
#   1 thread 1,000,000; 2 threads the first 500,000; 4 threads the first 250,000; not switched on 0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > flush.py <<'END'
import sys, torch
from finding import expect

threads, flush = int(sys.argv[1]), sys.argv[2] == "flush"
torch.set_num_threads(threads)
small = torch.full((1_000_000,), 1e-40)
expect("switched on", torch.set_flush_denormal(flush), True)
bits = (small * 1).view(torch.int32)
share = 1_000_000 // threads if flush else 0
expect(f"{threads} threads, {sys.argv[2]}: zeros", (bits == 0).sum().item(), share)
expect("zeros at the beginning", (bits[:share] == 0).sum().item(), share)
END
for threads in 1 2 4; do OMP_NUM_THREADS=$threads python flush.py $threads flush; done
python flush.py 2 keep
