#!/usr/bin/env bash
# torch, optax: the plateau of a loss below zero is never seen, and a loss that slowly gets worse counts as progress.
#
# One would guess: ReduceLROnPlateau lowers the learning rate once the loss has not improved for `patience` epochs. What
# sign the loss has is all the same, as it is for the optimizer.
# What happens: "improved" means below best · (1 - 0.0001). For a negative best that is a number *above* it: -0.3 is
# better than a best of -0.3, and so is -0.29998. So nothing counts as bad, the learning rate stays as it is for ever,
# and `best` follows the loss upwards. The same with mode="max" and a negative score. optax's reduce_on_plateau has the
# same formula. An absolute threshold (threshold_mode="abs"; rtol=0 and atol in optax) is right.
# Why it matters: the loss of whoever optimises with CLIP is a negative similarity, and a log likelihood as a score is
# negative, too. With "1 - similarity" the schedule works; without the 1, which changes no gradient, it never acts, and
# the run looks as if it had not yet converged.
#
# torch 2.11.0, optax 0.2.8, jax 0.10.2 on the CPU; patience 5, factor 0.1, 100 epochs. Seen, what became of 1.0:
#   loss 0.7 at all times: 1e-8 (where torch stops) and 1e-19; -0.3 at all times: torch 1.0, optax 1.0
#   loss from -0.3 up to -0.28: 1.0, and best is -0.28; the same with an absolute threshold: 1e-8
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 optax==0.2.8 absl-py==2.5.1

cat > plateau.py <<'END'
import jax, jax.numpy as jnp, torch
from optax.contrib import reduce_on_plateau
from finding import expect, holds

def in_torch(losses, **settings):
    """The learning rate at the end, and the best loss that was seen."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=5, **settings)
    for loss in losses:
        schedule.step(loss)
    return optimizer.param_groups[0]["lr"], schedule.best

def in_optax(losses, **settings):
    """The factor of the learning rate at the end."""
    schedule = reduce_on_plateau(factor=0.1, patience=5, **settings)
    zero = jnp.zeros(1)
    state = schedule.init(zero)
    update = jax.jit(lambda state, loss: schedule.update(zero, state, value=loss)[1])
    for loss in losses:
        state = update(state, jnp.float32(loss))
    return float(state.scale)

still, still_below = [0.7] * 100, [-0.3] * 100
worse = [-0.3 + 0.02 * epoch / 1000 for epoch in range(1001)]
holds("torch, 0.7", in_torch(still)[0], in_torch(still)[0] < 2e-8)
expect("torch, -0.3", in_torch(still_below)[0], 1.0)
expect("torch, -0.3 as a score", in_torch(still_below, mode="max")[0], 1.0)
found = in_torch(worse)
holds("torch, from -0.3 up to -0.28, learning rate and best", found, found[0] == 1.0 and found[1] > -0.2801)
found = in_torch(worse, threshold_mode="abs")
holds("torch, the same, absolute", found, found[0] < 2e-8 and found[1] == -0.3)
holds("optax, 0.7", in_optax(still), in_optax(still) < 1e-6)
expect("optax, -0.3", in_optax(still_below), 1.0)
found = in_optax(still_below, rtol=0.0, atol=1e-4)
holds("optax, -0.3, absolute", found, found < 1e-6)
END
python plateau.py
