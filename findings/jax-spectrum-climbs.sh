#!/usr/bin/env bash
# JAX, optax, MLX: the gradient of a picture's spectrum is the conjugate in JAX, and descending along it climbs.
#
# One would guess: optax takes what jax.grad gives, for complex numbers as for real ones; and MLX, whose grad is made
# after JAX's, has the same.
# What happens: of the two ways to write a complex gradient MLX gives the one along which the function rises, as torch
# does, and JAX its conjugate. Subtracting that is right for the real parts and uphill for the imaginary ones. optax's
# optimizers do not conjugate: plain descent runs away to infinity, and Adam to two hundred times the first loss, in
# even steps, as they have one length. Descent in MLX arrives, and so do optax's optimizers with jnp.conj(gradient).
# Why it matters: pictures made by gradients are often held as a spectrum (`irfft2`), which makes them smooth. Code that
# is moved from torch or MLX runs, and the picture turns into noise, as with a rate that is too large. A smaller rate
# only makes it slower. A test with real numbers, or with a symmetric picture, passes.
#
# jax 0.10.2, optax 0.2.8, mlx 0.32.4, all on the CPU; a picture of 8 x 8 held as a spectrum. Seen:
#   gradient of |1j z - 3|^2 at 1 + 2j   MLX 2 + 10j, JAX 2 - 10j
#   squared distance, first and after 300 steps   optax.adam 149 and 32,623, optax.sgd 149 and nan
#   with jnp.conj(gradient), and in MLX 149 and 0
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 optax==0.2.8 \
  absl-py==2.5.1 typing_extensions==4.16.0 mlx==0.32.4 mlx-cpu==0.32.4

cat > spectrum.py <<'END'
import jax, jax.numpy as jnp, mlx.core as mx, mlx.optimizers, numpy, optax
from finding import expect, holds

mx.set_default_device(mx.cpu)
point = numpy.array([1 + 2j], numpy.complex64)
in_jax = jax.grad(lambda z: jnp.abs(1j * z[0] - 3) ** 2)(jnp.array(point))
in_mlx = mx.grad(lambda z: mx.square(mx.abs(1j * z[0] - 3)).sum())(mx.array(point))
found = [complex(numpy.round(numpy.array(gradient)[0], 3)) for gradient in (in_jax, in_mlx)]
expect("gradient in JAX, MLX", found, [2 - 10j, 2 + 10j])

random = numpy.random.default_rng(0)
GOAL = random.random((8, 8), numpy.float32)
START = (random.standard_normal((8, 5)) + 1j * random.standard_normal((8, 5))).astype(numpy.complex64)

def by_optax(optimizer, towards):
    """The squared distance to the goal at first and after 300 steps."""
    def distance(spectrum):
        return jnp.square(jnp.fft.irfft2(spectrum, s=(8, 8), norm="ortho") - GOAL).sum()

    @jax.jit
    def step(spectrum, state):
        changes, state = optimizer.update(towards(jax.grad(distance)(spectrum)), state)
        return optax.apply_updates(spectrum, changes), state

    spectrum = jnp.array(START)
    state, first = optimizer.init(spectrum), distance(spectrum)
    for _ in range(300):
        spectrum, state = step(spectrum, state)
    return [round(float(number), 2) for number in (first, distance(spectrum))]

def by_mlx():
    goal, spectrum = mx.array(GOAL), mx.array(START)
    def distance(spectrum):
        return mx.square(8 * mx.fft.irfft2(spectrum, s=(8, 8)) - goal).sum()
    gradient, first = mx.grad(distance), distance(spectrum)
    for _ in range(300):
        spectrum = spectrum - 0.1 * gradient(spectrum)
        mx.eval(spectrum)
    return [round(float(number), 2) for number in (first, distance(spectrum))]

for name, optimizer in ("adam", optax.adam(0.05)), ("sgd", optax.sgd(0.1)):
    found = by_optax(optimizer, lambda gradient: gradient)
    holds(f"optax.{name}", found, not found[1] < 100 * found[0])
    found = by_optax(optimizer, jnp.conj)
    holds(f"optax.{name}, conjugated", found, found[1] < 1)
found = by_mlx()
holds("MLX, descent", found, found[1] < 0.01)
END
python spectrum.py
