"""Measure a large batch a few samples at a time, so that memory does not grow with the number of samples."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

SCRATCH_VALUES = 2**19  # float64 values that a chunk may hold at once: 4 MiB, about the cache of a core


def in_chunks(
    measure: Callable[..., tuple[np.ndarray, ...]],
    *arrays: Any,
    core: tuple[int, ...],
    scratch_per_sample: int,
) -> tuple[np.ndarray, ...]:
    """Apply `measure` to a few samples at a time and join what it returns.

    Args:
        measure: takes arrays with exactly one leading axis (sample) and returns a tuple of arrays with that axis first.
        arrays: any leading axes, which must broadcast against each other.
        core: how many trailing axes of each array belong to one sample.
        scratch_per_sample: float64 values that `measure` holds at once for one sample.

    Returns:
        What `measure` returns, its first axis replaced by the leading axes of the arrays.
    """
    values = [np.asarray(array) for array in arrays]
    lead = np.broadcast_shapes(*(a.shape[: a.ndim - c] for a, c in zip(values, core, strict=True)))
    samples = math.prod(lead)
    rows = [
        np.broadcast_to(a.reshape(1, *inner), (samples, *inner))  # a view: what is common to all samples is not copied
        if math.prod(a.shape[: a.ndim - c]) == 1
        else np.broadcast_to(a, lead + inner).reshape(samples, *inner)
        for a, c in zip(values, core, strict=True)
        for inner in [a.shape[a.ndim - c :]]
    ]

    size = max(1, SCRATCH_VALUES // max(1, scratch_per_sample))
    whole: list[np.ndarray] = []
    for first in range(0, max(samples, 1), size):
        chunk = slice(first, min(first + size, samples))
        parts = measure(*(a[chunk] for a in rows))
        if not whole:
            whole = [np.empty((samples, *part.shape[1:]), part.dtype) for part in parts]
        for joined, part in zip(whole, parts, strict=True):
            joined[chunk] = part
    return tuple(joined.reshape((*lead, *joined.shape[1:])) for joined in whole)
