"""The functions of equation text, for numpy and for JAX."""

import jax.numpy as jnp
import numpy as np

from sim.engine.exponential import exp, exprel

_SAME = (
    "arctan", "ceil", "clip", "cos", "cosh", "exp", "expm1", "floor", "log", "log10", "log1p", "sign", "sin", "sinh",
    "sqrt", "tan", "tanh", "logical_and", "logical_or", "logical_not", "pi", "e", "inf",
)  # fmt: skip


def _exprel_numpy(x):
    small = np.abs(x) < 1e-5
    safe = np.where(small, 1.0, x)
    return np.where(small, 1 + 0.5 * x, np.expm1(safe) / safe)


def _arctan_jax(x):
    """On the CPU jaxlib 0.10.2 computes arctan wrong for 50 lanes and more (its issue 39352), but not arctan2; that of
    x and a constant it would simplify to arctan."""
    return jnp.arctan2(x, 1 + 0 * x)


def _int(space):
    """1 or 0 of a condition, the whole part of a number."""

    def whole(x):
        x = space.asarray(x)
        return space.where(x, 1.0, 0.0) if x.dtype == bool else space.where(x < 0, space.ceil(x), space.floor(x))

    return whole


NUMPY = {name: getattr(np, name) for name in _SAME} | {"abs": np.abs, "exprel": _exprel_numpy, "int": _int(np)}
JAX = {name: getattr(jnp, name) for name in _SAME} | {"abs": jnp.abs}
JAX |= {"exp": exp, "exprel": exprel, "arctan": _arctan_jax, "int": _int(jnp)}


def _sqrt_smooth(x):
    nothing = x == 0
    return jnp.where(nothing, 0, jnp.sqrt(jnp.where(nothing, 1, x)))


SMOOTH = JAX | {"sqrt": _sqrt_smooth}
"""To differentiate: the slope of a root, infinite at 0, counts as 0 there, as that of what is switched off."""
