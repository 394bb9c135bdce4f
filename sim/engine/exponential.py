"""The exponential, which takes most of a step's time.

In float32: exp(x) = 2^q 2^r with q whole and |r| <= 1/2; 2^q by its bit pattern, 2^r by a polynomial of degree 5 whose
largest relative error, 9e-8, is below the spacing of float32; exp(0) is 1. Beyond +-87 it stays at the ends of the
normal range instead of reaching 0 or infinity; in C++ with AVX-512 (kernels/lanes.h) it reaches 0, and the largest
number. In float64 it is JAX's own.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from sim.engine.system import Array

_LOG2_E = np.float32(1.4426950408889634)
_RANGE = np.float32(126.0)
POLYNOMIAL = tuple(map(np.float32, (0.00132647273, 0.00967151299, 0.0555073358, 0.240222424, 0.693147004, 1.0)))
"""Of 2^r on [-1/2, 1/2], highest power first, fitted for the least largest relative error."""


@jax.jit
def exp(x: Array) -> Array:
    """exp(x), elementwise. It keeps its name in what JAX traces, so that `sim.engine.kernels` can write its own."""
    x = jnp.asarray(x)
    if x.dtype != jnp.float32:
        return jnp.exp(x)
    y = jnp.clip(x * _LOG2_E, -_RANGE, _RANGE)
    whole = jnp.round(y)
    rest = y - whole
    power = POLYNOMIAL[0]
    for coefficient in POLYNOMIAL[1:]:
        power = power * rest + coefficient
    return power * lax.bitcast_convert_type((whole.astype(jnp.int32) + 127) << 23, jnp.float32)


def exprel(x: Array) -> Array:
    """(exp(x) - 1)/x. In float32 the plain quotient is good to 1e-5 beyond |x| = 0.01, and twice as fast as expm1."""
    x = jnp.asarray(x)
    if x.dtype == jnp.float32:
        small = jnp.abs(x) < 0.01
        safe = jnp.where(small, 1, x)
        return jnp.where(small, 1 + x * (0.5 + x * (1 / 6)), (exp(x) - 1) / safe)
    small = jnp.abs(x) < 1e-5
    safe = jnp.where(small, 1, x)
    return jnp.where(small, 1 + 0.5 * x, jnp.expm1(safe) / safe)
