#!/usr/bin/env bash
# kornia: MS_SSIMLoss takes a blue that got brighter for fifteen times as bad as a red that did, until version 0.9.
#
# One would guess: the loss compares each channel at five scales, from fine to coarse, so that a flaw costs the same in
# red, in green and in blue.
# What happens: it has fifteen filters, five scales for each of three channels. They lie scale by scale (0.5 0.5 0.5 1 1
# 1 2 2 2 ...) and are taken channel by channel: red is seen at 0.5 0.5 0.5 1 1, green at 1 2 2 2 4, blue at 4 4 8 8 8.
# The term for brightness is meant to be that of the coarsest scale in three channels, and is that of blue, three times.
# So fine noise costs most in red, and a red that is 0.1 brighter costs next to nothing. 0.9.0 treats the channels
# alike.
# Why it matters: whoever holds an optimised picture near its beginning by this loss (its plain L1 part has a small
# weight) holds the brightness of blue, and red and green drift. Tests compare a picture with itself or with noise in
# all channels, and see a loss like any other. With 0.9.0 the same weight pulls otherwise.
#
# kornia 0.8.3 and 0.9.0, torch 2.11.0, alpha 1 (MS-SSIM alone). Seen, loss of the same flaw in red, green and blue:
#   0.8.3   noise 66.49 54.65 40.05   0.1 brighter 1.07 2.88 16.18
#   0.9.0   noise 18.51 18.51 18.51   0.1 brighter 2.28 2.28 2.28
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu kornia==0.8.3 kornia-rs==0.1.15 packaging==26.4
pip install --quiet --no-deps --target newer kornia==0.9.0 kornia-rs==0.2.0

cat > colours.py <<'END'
import kornia, torch
from finding import holds

torch.set_num_threads(1)
random = torch.Generator().manual_seed(0)
picture = torch.rand(1, 1, 64, 64, generator=random).repeat(1, 3, 1, 1) * 0.5 + 0.25
fine = 0.2 * (torch.rand(64, 64, generator=random) - 0.5)
coarse = torch.full((64, 64), 0.1)
loss = kornia.losses.MS_SSIMLoss(alpha=1.0)  # without the part that is not MS-SSIM
newer = kornia.__version__ == "0.9.0"
for name, flaw in ("noise", fine), ("brighter", coarse):
    costs = []
    for channel in range(3):
        flawed = picture.clone()
        flawed[0, channel] += flaw
        costs.append(round(float(loss(flawed, picture)), 2))
    if newer:
        fits = min(costs) > 0.5 and max(costs) < 1.02 * min(costs)
    elif name == "noise":
        fits = costs[0] > 1.1 * costs[1] > 1.2 * costs[2]
    else:
        fits = costs[2] > 5 * costs[1] > 10 * costs[0]
    holds(f"kornia {kornia.__version__}, {name} in red, green, blue", costs, fits)
END
python colours.py
PYTHONPATH=$work/newer:$PYTHONPATH python colours.py
