"""What reaches whom between two windows: arriving spikes, weighted sums, samples to lanes and back.

Sums over cells do not depend on how many samples run together: what spikes bring is a sum of whole multiples of one
number, and values of variables are summed along a fixed tree.
"""

import jax.numpy as jnp

from sim.engine.circuit import Link
from sim.engine.system import Array

LANES = 64
"""Lanes in a chunk, always: a lane's result cannot depend on how many others ran beside it."""


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
    """(chunk, LANES) -> (sample, cell)."""
    return x.reshape(-1)[: samples * size].reshape(samples, size)


def by_lane(x: Array, samples: int, size: int) -> Array:
    """(..., sample, cell or 1) -> (chunk, ..., LANES), filled up with zeros."""
    x = jnp.broadcast_to(x, (*x.shape[:-2], samples, size)).reshape(*x.shape[:-2], samples * size)
    spare = -(samples * size) % LANES
    x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, spare)])
    return jnp.moveaxis(x.reshape(*x.shape[:-1], -1, LANES), -2, 0)


def arriving(history: Array, delay: Array, index: Array, steps: int) -> Array:
    """Which cells' spikes arrive in each step of a window, after their delay: (step, sample, cell), bool.

    Args:
        history: marks of the last windows, (ring, sample, cell); window w stands at w % ring.
        delay: (sample, cell), steps, at least one window.
        index: number of the window.
    """
    depth = history.shape[0]
    lag, rest = delay // steps, delay % steps
    found = jnp.zeros((steps, *delay.shape), bool)
    for back in (0, 1):
        place = (index - lag - back) % depth
        mark = jnp.take_along_axis(history, place[None], axis=0)[0].astype(jnp.int32)
        step = mark + rest - back * steps
        found |= (mark > 0) & (jnp.arange(steps)[:, None, None] == step)
    return found


def carried(link: Link, x: Array, dtype) -> Array:
    """What a projection brings before its weight: (..., source cell) -> (..., target cell or 1); exact for spikes."""
    if link.wires is None:
        return x.astype(dtype)
    if link.read is None:
        spikes = x.astype(dtype)
        return spikes.sum(-1, keepdims=True) if link.even else spikes @ jnp.asarray(link.wires, dtype)
    if link.even:
        return tree_sum(x)[..., None]
    return jnp.stack([tree_sum(x * jnp.asarray(row, dtype)) for row in link.wires.T], axis=-1)
