#!/usr/bin/env bash
# torch: a million rare numbers are never drawn if a frequent one stands before them, and are if it stands behind.
#
# One would guess: multinomial(weights, n, replacement=True) draws each number by its weight, whatever the order.
# float32 has seven digits and weights as small as 1e-38, so a weight of 2.8e-8 is nothing special.
# What happens: torch adds the weights up in their own type and looks up a uniform number in the sums. Behind a weight
# of 1 the sums go in steps of 1.2e-7: adding 2.8e-8 leaves them as they are, a million times. These numbers have 2.7
# % of all draws together and get none; with weights of 7e-8 each addition is rounded up, and they get half as much
# again as is theirs. Before the frequent number all is right, in the middle half of them is lost. float64 weights are
# right. Drawing one by one, with replacement=False, takes another program, which is right.
# Why it matters: rare words of a vocabulary (which begins with its frequent ones), rare classes of a data set sorted
# by size, pixels by brightness. What never comes is not seen in a histogram of what came. WeightedRandomSampler turns
# weights into float64 first, so that what was tried with it does not hold for the same weights on their own.
#
# torch 2.11.0 on the CPU, NumPy 2.4.6; a weight of 1 and a million of 2.8e-8; a million draws. Seen, share of the rare ones:
#   frequent first 0, in the middle 0.0138, last 0.0272; float64 and NumPy 0.0272, WeightedRandomSampler 0.0272; fair 0.0272
#   7e-8, frequent first: 0.106, fair 0.0654
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > rare.py <<'END'
import numpy, torch
from finding import expect, holds

torch.set_num_threads(1)
RARE, DRAWS = 1_000_000, 1_000_000

def weights(rare, place):
    all_weights = torch.full((RARE + 1,), rare)
    all_weights[place] = 1
    return all_weights

def share(drawn, place):
    return round((torch.as_tensor(drawn) != place).double().mean().item(), 4)

def by_torch(rare, place, kind=torch.float32):
    generator = torch.Generator().manual_seed(0)
    return share(torch.multinomial(weights(rare, place).to(kind), DRAWS, replacement=True, generator=generator), place)

fair = RARE * 2.8e-8 / (1 + RARE * 2.8e-8)
near = lambda found, wanted: abs(found - wanted) < 0.002
expect("frequent first", by_torch(2.8e-8, 0), 0.0)
for name, found, wanted in (
        ("frequent in the middle", by_torch(2.8e-8, RARE // 2), fair / 2), ("frequent last", by_torch(2.8e-8, RARE), fair),
        ("frequent first, float64", by_torch(2.8e-8, 0, torch.float64), fair)):
    holds(name, found, near(found, wanted))
sampler = torch.utils.data.WeightedRandomSampler(weights(2.8e-8, 0), DRAWS, generator=torch.Generator().manual_seed(0))
found = share(list(sampler), 0)
holds("WeightedRandomSampler", found, near(found, fair))
chances = weights(2.8e-8, 0).numpy()
found = share(numpy.random.default_rng(0).choice(RARE + 1, DRAWS, p=chances / chances.sum()), 0)
holds("NumPy, float32", found, near(found, fair))
found = by_torch(7e-8, 0)
holds("7e-8, frequent first", found, near(found, 0.106))
END
python rare.py
