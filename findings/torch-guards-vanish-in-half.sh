#!/usr/bin/env bash
# torch: in float16 the feature of a black picture is nan, and that of a bright one is zero.
#
# One would guess: F.normalize and cosine_similarity have an `eps` against division by zero, so that zero stays zero, as it
# does in float32 and bfloat16; and as every number of the vector fits its type, so does the result.
# What happens: the eps (1e-12, 1e-8) is applied in the type of the vector, and in float16 both are 0: 0 / 0 is nan. At the
# other end the length itself is a float16: from 65,504 on it is infinite, and the vector divided by it is zero, with
# a cosine of 0 to itself. 768 numbers of 3,000 do. mse_loss squares in float16 as well: a mean of 300^2 is inf.
# layer_norm computes in float32, and its eps of 1e-5 does guard.
# Why it matters: where autocast is not used and the model is simply `.half()`, one blank prompt or black crop makes the loss
# of the whole batch nan, although the code has its guard. A picture with an outlier, as CLIP's residual stream has them, is
# orthogonal to everything: no nan, only a result that is wrong. The test in float32, or in bfloat16, passes.
#
# torch 2.11.0 on the CPU. Seen in float32, bfloat16, float16:
#   normalize of zeros 0, 0, nan; cosine of zeros 0, 0, nan; normalize of 768 times 3,000: 0.0361, 0.0361, 0; its cosine
#   to itself 1, 1, 0; mse_loss of 300 and 0: 90000, 90112, inf; layer_norm of zeros 0, 0, 0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu

cat > guards.py <<'END'
import torch
import torch.nn.functional as F
from finding import expect

def seen(look):
    """What it gives in float32, bfloat16 and float16."""
    return [f"{look(kind).float().max().item():.3g}" for kind in (torch.float32, torch.bfloat16, torch.float16)]

def vector(value):
    return lambda kind: torch.full((1, 768), value, dtype=kind)

black, bright = vector(0.0), vector(3000.0)
expect("normalize, black", seen(lambda kind: F.normalize(black(kind))), ["0", "0", "nan"])
expect("cosine_similarity, black", seen(lambda kind: F.cosine_similarity(black(kind), black(kind))), ["0", "0", "nan"])
expect("normalize, bright", seen(lambda kind: F.normalize(bright(kind))), ["0.0361", "0.0361", "0"])
expect("cosine_similarity, bright", seen(lambda kind: F.cosine_similarity(bright(kind), bright(kind))), ["1", "1", "0"])
expect("mse_loss of 300 and 0", seen(lambda kind: F.mse_loss(vector(300.0)(kind), black(kind))), ["9e+04", "9.01e+04", "inf"])
expect("layer_norm, black", seen(lambda kind: F.layer_norm(black(kind), (768,))), ["0", "0", "0"])
END
python guards.py
