"""What reaches whom between two windows: arriving spikes, weighted sums, samples to lanes and back.

Sums over cells do not depend on how many samples run together: what spikes bring is a sum of whole multiples of one
number, and values of variables are summed along a fixed tree.
"""

import jax.numpy as jnp
from jax import lax

from sim.engine.circuit import Link
from sim.engine.system import Array

LANES = 64
"""Lanes come in whole chunks of it, so a lane's result cannot depend on how many others run beside it."""


def tree_sum(x: Array) -> Array:
    """Sum over the last axis, added up in the order of a fixed tree."""
    size = x.shape[-1]
    while size > 1:
        half = size // 2
        pairs = x[..., :half] + x[..., half : 2 * half]
        x = jnp.concatenate([pairs, x[..., 2 * half :]], axis=-1) if size % 2 else pairs
        size = x.shape[-1]
    return x[..., 0]


def by_sample(x: Array, samples: int, size: int) -> Array:
    """(lane,) -> (sample, cell)."""
    return x[: samples * size].reshape(samples, size)


def by_lane(x: Array, samples: int, size: int) -> Array:
    """(..., sample, cell or 1) -> (..., lane), filled up with zeros."""
    x = jnp.broadcast_to(x, (*x.shape[:-2], samples, size)).reshape(*x.shape[:-2], samples * size)
    return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, lanes_of(samples, size) - samples * size)])


def lanes_of(samples: int, size: int) -> int:
    """Lanes of a population of some samples: whole chunks."""
    return -(-samples * size // LANES) * LANES


def at_lag(ring: Array, lag: Array, index: Array, lags: tuple[int, int]) -> Array:
    """What stood in a ring some windows ago, (sample, cell).

    Args:
        ring: (ring, sample, cell); window w stands at w % ring.
        lag: (sample, cell), integers within `lags`: the shortest and the longest.
        index: number of the window.
    """
    found = jnp.zeros_like(ring[0])
    for back in range(lags[0], lags[1] + 1):
        then = lax.dynamic_index_in_dim(ring, (index - back) % ring.shape[0], 0, keepdims=False)
        found = jnp.where(lag == back, then, found)
    return found


def arriving(ring: Array, delay: Array, index: Array, steps: int, lags: tuple[int, int]) -> Array:
    """Which cells' spikes arrive in each step of a window, after their delay: (step, sample, cell), bool.

    Args:
        ring: marks of the last windows, see `at_lag`.
        delay: (sample, cell), steps, at least one window.
        lags: shortest and longest delay in whole windows.
    """
    lag, rest = delay // steps, delay % steps
    found = jnp.zeros((steps, *delay.shape), bool)
    for back in (0, 1):
        mark = at_lag(ring, lag + back, index, (lags[0] + back, lags[1] + back)).astype(jnp.int32)
        step = mark + rest - back * steps
        found |= (mark > 0) & (jnp.arange(steps)[:, None, None] == step)
    return found


def carried(link: Link, x: Array, dtype) -> Array:
    """What a projection brings before its weight: (..., source cell) -> (..., target cell or 1); exact for spikes."""
    if link.wires is None:
        return x.astype(dtype)
    if link.read is None:
        spikes = x.astype(dtype)
        if link.even:
            return spikes.sum(-1, keepdims=True)
        return jnp.matmul(spikes, jnp.asarray(link.wires, dtype), precision="highest")  # no shorter numbers on a GPU
    if link.even:
        return tree_sum(x)[..., None]
    return jnp.stack([tree_sum(x * jnp.asarray(row, dtype)) for row in link.wires.T], axis=-1)
