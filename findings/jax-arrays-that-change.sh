#!/usr/bin/env bash
# JAX, NumPy: an immutable array changes when the NumPy array it was made of does, if that lies well in memory.
#
# One would guess: JAX's arrays are immutable. device_put is a copy to the device, with `may_alias=False` for certain;
# from_dlpack shares memory, always, as it is meant to; `asarray(..., copy=False)` shares or refuses.
# What happens: on the CPU device_put takes over NumPy's memory where its address is a multiple of 64, and copies
# otherwise; may_alias=False changes nothing about that. from_dlpack and make_array_from_callback do the same, so that
# a buffer that was to be shared is copied just as often. asarray always copies, also with copy=False. Where malloc
# puts an array is chance: of 20 arrays of one size none may be shared, or nineteen.
# Why it matters: loaders fill one buffer again and again (the next frame, the next batch) and device_put it, as it is
# the documented way to the device. Sometimes the batch that is computed on is then the next one, and on a GPU, where
# it really is a copy, all is well. Tests with tiny arrays pass. jnp.array(x) copies always.
#
# jax 0.10.2 on the CPU, NumPy 2.4.6. Seen, whether the JAX array follows a later write to NumPy's, for addresses that are
# multiples of 64, and for those that are 4, 16, 32 and 48 beyond:
#   device_put, with may_alias=False, from_dlpack, make_array_from_callback: yes, and no; asarray, copy=False, array: no
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1

cat > shared.py <<'END'
import jax, jax.numpy, numpy
from finding import expect

jax.config.update("jax_platforms", "cpu")
PLACE = jax.sharding.SingleDeviceSharding(jax.devices()[0])

def pixels(beyond):
    """A thousand black pixels so many bytes beyond a multiple of 64."""
    memory = numpy.zeros(4 * 1000 + 128, numpy.uint8)
    start = -memory.ctypes.data % 64 + beyond
    return memory[start:start + 4 * 1000].view(numpy.float32)

def follows(make, beyond):
    frame = pixels(beyond)
    made = jax.block_until_ready(make(frame))
    assert made.sum() == 0
    frame[:] = 1
    return float(made.sum()) == 1000

for name, make, shares in (
        ("device_put", jax.device_put, True),
        ("device_put, may_alias=False", lambda x: jax.device_put(x, may_alias=False), True),
        ("from_dlpack", jax.numpy.from_dlpack, True),
        ("make_array_from_callback", lambda x: jax.make_array_from_callback(x.shape, PLACE, lambda part: x[part]), True),
        ("asarray", jax.numpy.asarray, False),
        ("asarray, copy=False", lambda x: jax.numpy.asarray(x, copy=False), False),
        ("array", jax.numpy.array, False)):
    found = [follows(make, beyond) for beyond in (0, 4, 16, 32, 48)]
    expect(f"{name}: follows, at 0, 4, 16, 32, 48", found, [shares, False, False, False, False])
END
python shared.py
