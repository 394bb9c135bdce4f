"""Random numbers without state: an integer hash of (stream, population, cell, channel, step).

A draw depends on nothing else, so it is the same whatever the batch, the device, the back end or the other
populations. The hash is a 32-bit finaliser of three multiply-and-shift rounds with two key words, one before and one
between the rounds: with a single word two cells would walk through the same sequence at different offsets.
A normal draw is the sum of the four bytes of a hash, scaled: mean 0, variance 1, largest value 3.45, excess kurtosis
-0.3. A state that relaxes over many steps sums so many of them that its distribution is normal.
"""

import zlib

import jax
import jax.numpy as jnp
import numpy as np

from sim.engine.system import Array

_MULTIPLIERS = (0x7FEB352D, 0x846CA68B, 0x9E3779B9)
_MEAN, _SCALE = 510.0, (4 * (256**2 - 1) / 12) ** -0.5


def mix(x: Array) -> Array:
    """A uint32 array to another one, one to one, every input bit felt in every output bit."""
    x = (x ^ (x >> 16)) * np.uint32(_MULTIPLIERS[0])
    x = (x ^ (x >> 15)) * np.uint32(_MULTIPLIERS[1])
    return x ^ (x >> 16)


def keys(stream: np.ndarray, population: str, size: int) -> np.ndarray:
    """Two key words for each cell.

    Args:
        stream: (sample,), integers; samples with the same stream get the same noise.
        population: name of the population.
        size: number of cells.

    Returns:
        uint32, (2, sample, size).
    """
    with np.errstate(over="ignore"):
        stream = np.asarray(stream).astype(np.uint64)
        low, high = (stream & 0xFFFFFFFF).astype(np.uint32), (stream >> np.uint64(32)).astype(np.uint32)
        seed = mix(mix(low) + high) ^ np.uint32(zlib.crc32(population.encode()))
        cell = mix(np.arange(size, dtype=np.uint32) + np.uint32(1))
        first = mix(seed[:, None] + cell[None, :])
        return np.stack([first, mix(first ^ np.uint32(_MULTIPLIERS[2]) ^ cell[None, :])])


def channel_word(channel: str) -> np.uint32:
    """The key word of a noise channel."""
    return np.uint32(zlib.crc32(channel.encode()))


def bits(cell_keys: tuple[Array, Array], word: np.uint32, step: Array) -> Array:
    """uint32 hash, of the shape of the keys; `step` is an integer scalar."""
    counter = mix(step.astype(jnp.uint32) * np.uint32(_MULTIPLIERS[2]) + word)  # a scalar: costs nothing per cell
    x = cell_keys[0] ^ counter
    x = (x ^ (x >> 16)) * np.uint32(_MULTIPLIERS[0])
    x = ((x ^ (x >> 15)) + cell_keys[1]) * np.uint32(_MULTIPLIERS[1])
    return x ^ (x >> 16)


def normal(cell_keys: tuple[Array, Array], word: np.uint32, step: Array, dtype) -> Array:
    """Standard normal draws, of the shape of the keys."""
    total = sum_of_bytes(bits(cell_keys, word, step))
    return (total.astype(jnp.int32).astype(dtype) - _MEAN) * _SCALE


@jax.jit
def sum_of_bytes(x: Array) -> Array:
    """Of each uint32. It keeps its name in what JAX traces: some processors have one instruction for it."""
    pairs = (x & np.uint32(0x00FF00FF)) + ((x >> 8) & np.uint32(0x00FF00FF))
    return (pairs + (pairs >> 16)) & np.uint32(0x3FF)
