"""Samples of slabs, simulated some at a time: what runs together is up to the machine, what is written to the study.

A batch may hold several slabs, or a part of one; it may end in the middle of a slab, which the next one goes on with.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from sim.backends.base import Slab


def batches(
    slabs: Iterable[slice], batch: int, run: Callable[[np.ndarray], Slab]
) -> Iterator[list[tuple[slice, Slab]]]:
    """Simulate the samples of slabs, and give back those slabs that each batch finishes.

    Args:
        slabs: in any order; one is asked for when the batch is not yet full.
        batch: most samples of a run.
        run: simulates the samples of these numbers, (sample,).
    """
    coming, waiting, pieces = iter(slabs), deque[slice](), list[Slab]()
    samples = np.empty(0, int)
    while True:
        while len(samples) < batch and (slab := next(coming, None)) is not None:
            waiting.append(slab)
            samples = np.append(samples, np.arange(slab.start, slab.stop))
        if not len(samples):
            return
        pieces.append(run(samples[:batch]))
        samples, finished = samples[batch:], []
        while waiting and waiting[0].stop - waiting[0].start <= sum(len(piece.status) for piece in pieces):
            slab = waiting.popleft()
            whole, pieces = _parted(pieces, slab.stop - slab.start)
            finished.append((slab, whole))
        if finished:
            yield finished


def _parted(pieces: list[Slab], count: int) -> tuple[Slab, list[Slab]]:
    """The first samples, and what is left; without a copy where they ran together."""
    first: list[Slab] = []
    while count:
        piece = pieces[0]
        took = min(count, len(piece.status))
        first.append(_cut(piece, slice(0, took)))
        rest = [] if took == len(piece.status) else [_cut(piece, slice(took, None))]
        pieces, count = [*rest, *pieces[1:]], count - took
    if len(first) == 1:
        return first[0], pieces
    arrays = {name: np.concatenate([piece.arrays[name] for piece in first]) for name in first[0].arrays}
    return Slab(arrays, np.concatenate([piece.status for piece in first])), pieces


def _cut(piece: Slab, samples: slice) -> Slab:
    return Slab({name: values[samples] for name, values in piece.arrays.items()}, piece.status[samples])
