"""What reaches whom between two windows: arriving spikes, weighted sums, samples to lanes and back.

Sums over cells do not depend on how many samples run together: what spikes bring is a sum of whole multiples of one
number (2**-12: of wires; with a gain, of wires in 2**-5 times gains in 2**-7), and values of variables are summed along
a fixed tree.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from sim.engine.circuit import Link
from sim.engine.kinds import Place
from sim.engine.lanes import TWICE
from sim.engine.system import Array, Values

DENSE = 2**18
"""Pairs of cells up to which a product with all wires is cheaper than the rows of the few cells that fired: on a CPU at
20 pps both take as long for 512 by 512 cells. Not measured on a GPU."""


GAIN = 2**7
"""What a gain of 1 is kept as; the largest is 255/128."""


def held(gain: Array) -> Array:
    """Gains as they are kept, uint8."""
    return jnp.clip(jnp.rint(gain * GAIN), 0, 255).astype(jnp.uint8)


class History(NamedTuple):
    """What is remembered of the spikes of the last windows.

    Args:
        spikes: marks of the lanes of all kinds of cells, one kind after the other, (ring, lane).
        gains: by what they are read of (`Circuit.reads`), as `held`, (ring, sample, cell).
    """

    spikes: Any
    gains: Values

    def then(self, index: Array, marks: Array, gains: Values) -> "History":
        """With what a window leaves: marks, and gains as it started, (sample, cell)."""

        def put(ring: Array, now: Array) -> Array:
            return lax.dynamic_update_index_in_dim(ring, now, index % ring.shape[0], 0)

        return History(
            put(self.spikes, marks), {name: put(ring, held(gains[name])) for name, ring in self.gains.items()}
        )


class Incoming(NamedTuple):
    """A projection whose spikes arrive, and its numbers.

    Args:
        wires: relative weights, (source, target).
        delay: (sample, source cell), steps, at least one window.
        gains: of the last windows, as `held`, (ring, sample, source cell); None where there is none.
        ring: marks of the last windows, of the lanes of all kinds of cells, (ring, lane).
        weight: (sample, target cell).
        source, target: where their cells lie.
    """

    link: Link
    wires: Array
    ring: Array
    delay: Array
    weight: Array
    gains: Array | None
    source: Place
    target: Place


class Reading(NamedTuple):
    """A state of a member as a window starts.

    Args:
        place: of its cells.
        whole: the sum over the cells of a sample is meant.
    """

    place: Place
    state: str
    whole: bool = False

    def of(self, states: Sequence[Values]) -> Array:
        """Of the states of each kind of cells, (sample, cell or 1)."""
        x = self.place.cells(self.place.of_kind(states[self.place.kind][self.state]))
        return tree_sum(x)[..., None] if self.whole else x


class Term(NamedTuple):
    """One of what is added up at a port of a member.

    Args:
        place: of its cells.
        value: (sample, cell or 1).
        weight: by which it is multiplied, (sample, cell); None by nothing.
        read: what the value is, where a kernel can find it by itself.
    """

    place: Place
    value: Array
    weight: Array | None = None
    read: Reading | None = None

    @property
    def whole(self) -> Array:
        """(sample, cell or 1)."""
        return self.value if self.weight is None else self.value * self.weight


def added(terms: Sequence[Term]) -> Array:
    """The sum of those of one member, one after the other, (sample, cell or 1)."""
    return sum((term.whole for term in terms[1:]), terms[0].whole)


def driven(terms: Sequence[Term], lanes: int, dtype: Any) -> Array:
    """What terms of some members of a kind bring to its lanes, (lane,); the number 0 where there is none."""
    parts: dict[Place, list[Term]] = {}
    for term in terms:
        parts.setdefault(term.place, []).append(term)
    return laid({place: added(own) for place, own in parts.items()}, lanes) if parts else jnp.zeros((), dtype)


def tree_sum(x: Array) -> Array:
    """Sum over the last axis, added up in the order of a fixed tree; of numpy's arrays by numpy."""
    concatenate = np.concatenate if isinstance(x, np.ndarray) else jnp.concatenate
    size = x.shape[-1]
    while size > 1:
        half = size // 2
        pairs = x[..., :half] + x[..., half : 2 * half]
        x = concatenate([pairs, x[..., 2 * half :]], axis=-1) if size % 2 else pairs
        size = x.shape[-1]
    return x[..., 0]


def by_lane(x: Array, samples: int, size: int, lanes: int) -> Array:
    """(..., sample, cell or 1) -> (..., lane), filled up with zeros."""
    x = jnp.broadcast_to(x, (*x.shape[:-2], samples, size)).reshape(*x.shape[:-2], samples * size)
    return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, lanes - samples * size)])


def at_lag(ring: Array, lag: Array, index: Array, lags: tuple[int, int], place: Place | None = None) -> Array:
    """What stood in a ring some windows ago, (sample, cell).

    Args:
        ring: (ring, sample, cell); window w stands at w % ring. With a place, of the lanes of all kinds, (ring, lane).
        lag: (sample, cell), integers within `lags`: the shortest and the longest.
        index: number of the window.
        place: of the cells among the lanes.
    """
    found = jnp.zeros(lag.shape, ring.dtype)
    for back in range(lags[0], lags[1] + 1):
        then = lax.dynamic_index_in_dim(ring, (index - back) % ring.shape[0], 0, keepdims=False)
        found = jnp.where(lag == back, then if place is None else place.of_all(then), found)
    return found


def bring(
    incoming: Mapping[tuple[int, str], Sequence[Incoming]], lanes: Sequence[int], index: Array, steps: int
) -> dict[tuple[int, str], Array]:
    """What the spikes of all projections bring in a window to each state of each kind of cells: (step, lane).

    Args:
        incoming: by number of the kind and name of the state, what reaches it.
        lanes: of each kind.
        index: number of the window.
        steps: in a window.
    """
    found = {}
    for (kind, state), own in incoming.items():
        brought: dict[Place, Array] = {}
        for x in own:
            new = arrive(x, index, steps) * x.weight
            brought[x.target] = brought[x.target] + new if x.target in brought else new
        found[kind, state] = laid(brought, lanes[kind])
    return found


def laid(parts: Mapping[Place, Array], lanes: int) -> Array:
    """(..., sample, cell or 1) of some members of a kind, each at its place among the lanes of the kind, (..., lane);
    zeros where none is."""
    first = next(iter(parts.values()))
    found = jnp.zeros((*first.shape[:-2], lanes), first.dtype)
    for place, x in parts.items():
        own = jnp.broadcast_to(x, (*x.shape[:-2], place.samples, place.size))
        found = lax.dynamic_update_slice_in_dim(found, own.reshape(*x.shape[:-2], -1), place.first, -1)
    return found


def arrive(x: Incoming, index: Array, steps: int) -> Array:
    """What the spikes of a projection bring in a window, before its weight: (step, sample, target cell or 1).

    Args:
        index: number of the window.
        steps: in a window.
    """
    link, step = x.link, arriving(x, index, steps)
    factor = (
        None if x.gains is None else factors(x.gains, x.delay, index, steps, link.lags).astype(x.wires.dtype) / GAIN
    )
    if link.wires is not None and not link.even and link.wires.size > DENSE:
        return rows(x.wires, step, steps, factor)
    now = step[:, None] == jnp.arange(steps)[:, None, None]
    return carried(link, x.wires, now.any(0) if factor is None else jnp.where(now, factor[:, None], 0).sum(0))


def arriving(x: Incoming, index: Array, steps: int) -> Array:
    """In which step of a window spikes arrive, -1 for none: (2, sample, source cell); the arguments of `arrive`.

    At most two of a cell do so: the windows in which they were fired are neighbours.
    """
    lag, rest = x.delay // steps, x.delay % steps
    shortest, longest = x.link.lags
    found = []
    for back in (0, 1):
        seen = at_lag(x.ring, lag + back, index, (shortest + back, longest + back), x.source)
        mark = seen.astype(jnp.int32)
        step = mark + rest - back * steps
        found.append(jnp.where((mark > 0) & (mark != TWICE) & (step >= 0) & (step < steps), step, -1))
    return jnp.stack(found)


def factors(gains: Array, delay: Array, index: Array, steps: int, lags: tuple[int, int]) -> Array:
    """The gains of the spikes that `arriving` finds, as `held`, (2, sample, source cell)."""
    lag = delay // steps
    return jnp.stack([at_lag(gains, lag + back, index, (lags[0] + back, lags[1] + back)) for back in (0, 1)])


def carried(link: Link, wires: Array, x: Array) -> Array:
    """What a projection brings before its weight: (..., source cell) -> (..., target cell or 1); exact for spikes.

    Args:
        wires: relative weights, (source, target).
    """
    if link.wires is None:
        return x.astype(wires.dtype)
    if link.read is None:
        spikes = x.astype(wires.dtype)  # or their gains
        if link.even:
            return spikes.sum(-1, keepdims=True)
        return jnp.matmul(spikes, wires, precision="highest")  # no shorter numbers on a GPU
    if link.even:
        return tree_sum(x)[..., None]
    return tree_sum(x[..., None, :] * wires.T)


def rows(wires: Array, step: Array, steps: int, factor: Array | None = None) -> Array:
    """The sum of the wires of the cells whose spikes arrive, (step, sample, target), some spikes at a time.

    Args:
        wires: (source, target).
        step: of each arrival, -1 for none; (2, sample, source).
        steps: in a window.
        factor: by which the wires of each are multiplied, of the shape of `step`; None is 1.
    """
    _, samples, sources = step.shape
    at_once = max(64, step.size // 64)
    flat = jnp.pad(step.ravel(), (0, at_once), constant_values=-1)
    by = None if factor is None else jnp.pad(factor.ravel(), (0, at_once))
    nothing = step.size  # the place of a spike that is none
    places = jnp.nonzero(flat >= 0, size=flat.size, fill_value=nothing)[0]

    def some(k: Array, found: Array) -> Array:
        own = lax.dynamic_slice_in_dim(places, k * at_once, at_once)
        sample, source = own // sources % samples, own % sources
        target = jnp.where(own < nothing, flat[own] * samples + sample, len(found))  # beyond the end: left out
        brought = wires[source] if by is None else wires[source] * by[own][:, None]
        return found.at[target].add(brought, mode="drop")

    parts = -(-(flat >= 0).sum() // at_once)
    found = lax.fori_loop(0, parts, some, jnp.zeros((steps * samples, wires.shape[1]), wires.dtype))
    return found.reshape(steps, samples, -1)
