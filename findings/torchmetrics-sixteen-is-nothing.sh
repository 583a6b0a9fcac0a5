#!/usr/bin/env bash
# torchmetrics: a picture in bytes that is 16 levels too bright has no squared error, and one 1 too dark is wrong by 255.
#
# One would guess: a library of metrics compares pictures of 8 bits, as decoders hand them out, or refuses them; and two
# of its metrics for one pair do not contradict each other.
# What happens: mean_squared_error, mean_absolute_error, total_variation and others subtract and square in the type that
# comes in, and uint8 wraps: 16 squared is 256, which is 0, and 1 minus 2 is 255. The sums are turned into floats only
# afterwards, so that the result looks like any other. peak_signal_noise_ratio of the same library turns them before and
# is right; SSIM and most others raise an error for bytes, which is why one thinks that what is taken is counted.
# Why it matters: bytes are what a reference and a reproduced frame are at hand in, and what "the error is 0" is asked
# of. A brighter copy passes, the absolute error of two near-equal pictures is near 127, and a curve of errors rises
# while the pictures get closer. Give it floats.
#
# torchmetrics 1.9.0, torch 2.11.0; noise of 64 x 64 in [40, 200), in bytes and the same in floats. Seen:
#                                     in bytes   in floats
#   mean squared error, 16 brighter       0        256
#   mean squared error, 1 darker          1          1
#   mean absolute error, 1 darker       255          1
#   mean absolute error, up to 2 off    100          1.2
#   PSNR, 16 brighter                    24.05      24.05
#   total variation of a row 60, 50, 60: 256 in bytes, 20 in floats
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu torchmetrics==1.9.0 lightning-utilities==0.15.3 packaging==26.4

cat > measure.py <<'END'
import torch
from torchmetrics import MeanSquaredError
from torchmetrics.functional import mean_absolute_error, mean_squared_error
from torchmetrics.functional.image import (peak_signal_noise_ratio, structural_similarity_index_measure,
                                           total_variation)
from finding import expect, holds

random = torch.Generator().manual_seed(0)
picture = torch.randint(40, 200, (1, 3, 64, 64), generator=random, dtype=torch.uint8)
brighter, darker = picture + 16, picture - 1
near = (picture + torch.randint(-2, 3, picture.shape, generator=random)).byte()

def both(metric, found, **options):
    """The metric of bytes and that of the same numbers as floats."""
    pairs = (found, picture), (found.float(), picture.float())
    return tuple(round(float(metric(*pair, **options)), 2) for pair in pairs)

expect("mean squared error, 16 brighter", both(mean_squared_error, brighter), (0.0, 256.0))
metric = MeanSquaredError()
metric.update(brighter, picture)
expect("  as a module", float(metric.compute()), 0.0)
expect("mean squared error, 1 darker", both(mean_squared_error, darker), (1.0, 1.0))
expect("mean absolute error, 1 darker", both(mean_absolute_error, darker), (255.0, 1.0))
found = both(mean_absolute_error, near)
holds("mean absolute error, up to 2 off", found, 95 < found[0] < 110 and 1.1 < found[1] < 1.3)
expect("PSNR, 16 brighter", both(peak_signal_noise_ratio, brighter, data_range=255.0), (24.05, 24.05))
try:
    structural_similarity_index_measure(brighter, picture, data_range=255.0)
    expect("SSIM of bytes", "a number", "an error")
except RuntimeError as error:
    holds("SSIM of bytes", str(error), "Byte" in str(error))

step = torch.tensor([60, 50, 60], dtype=torch.uint8).expand(1, 1, 1, 3)
found = tuple(float(total_variation(row)) for row in (step, step.float()))
expect("total variation of 60, 50, 60", found, (256.0, 20.0))
END
python measure.py
