"""Measures of many sets of numbers, in memory: simulated batch by batch, each measured while the next one runs.

    evaluator = Evaluator(network, protocol, space, measures, seeds=4)
    found = evaluator(space.sobol(48))
    found.measures["delta_f"].mean(axis=1)

Nothing is written, and what was compiled for the first sets serves all others. All sets run under the same random
streams, so that two of them differ by their numbers alone, and the same set gives the same measures again.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sim.design import Space
from sim.fit.errors import FitError
from sim.measure import Measure, check_measures, digest_of, evaluate
from sim.results.digest import digest
from sim.results.status import Status
from sim.results.writer import Writer
from sim.simulator import Simulator
from sim.spec.canonical import canonical
from sim.spec.kinds import part, parts, whole
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.stepping import batches
from sim.units import shown

PIECES = 4
"""Into how many batches some sets are cut at least, so that measuring has a next one to run beside; at most, twice as
many."""


class Evaluated(NamedTuple):
    """What some sets of numbers gave.

    Args:
        measures: by name, float64 (set, seed), in the unit of the measure; NaN where a sample failed or there was
            nothing to measure.
        status: code of `sim.results.status.Status`, int8 (set, seed).
    """

    measures: dict[str, np.ndarray]
    status: np.ndarray


class Evaluator:
    """A network under a protocol, ready to be measured at any point of a space.

    Args:
        space: whose leaves are those of the network and the protocol.
        measures: that are taken of every sample.
        seeds: random streams that each set runs under, the same for all.
        first_seed: number of the first of them.
        samples: how many run together; None takes as many as keep this machine busy. It does not change a result.
        kernel: see `sim.backends.jax_backend.JaxBackend`.

    Raises:
        FitError: no measure, or seeds that are no number of seeds.
        ValueError: the parts do not fit each other, or a measure needs what is not recorded; one sentence.
    """

    def __init__(
        self,
        network: Network,
        protocol: Protocol,
        space: Space,
        measures: Sequence[Measure],
        *,
        record: Record | None = None,
        numerics: Numerics | None = None,
        seeds: int = 1,
        first_seed: int = 0,
        samples: int | None = None,
        kernel: str = "auto",
    ) -> None:
        self.space = part("`space` of an evaluator", space, Space, FitError)
        self.measures = parts("`measures` of an evaluator", measures, Measure, FitError)
        if not self.measures:
            raise FitError("an evaluator takes at least one measure, but it has none; a fit is to what is measured.")
        digest_of(self.measures)  # no two of one name
        count, first = whole(seeds), whole(first_seed)
        if count is None or count < 1 or first is None or first < 0:
            raise FitError(
                f"the seeds of an evaluator are whole numbers, at least one from 0, but there are {shown(seeds)} from "
                f"{shown(first_seed)}."
            )
        if samples is not None and (whole(samples) or 0) < 1:
            raise FitError(f"`samples` is how many run together, a whole number from 1, not {shown(samples)}.")
        self.seeds, self.first_seed, self._samples = count, first, samples
        part("`network` of an evaluator", network, Network, FitError)
        part("`protocol` of an evaluator", protocol, Protocol, FitError)
        self._leaves = {**network.leaves(), **protocol.leaves()}
        space.check(self._leaves, {**network.bounds(), **protocol.bounds()})
        self._parts = network, protocol, Record() if record is None else record, numerics
        self._kernel = kernel
        self._ranges: dict[str, Any] = {**space.extremes(self._leaves)}
        self._simulator = self._prepared(1 if samples is None else samples)
        check_measures(self.measures, self._simulator.schema)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers that make a set, in order."""
        return self.space.names

    @cached_property
    def digest(self) -> str:
        """Names everything that decides what a point gives."""
        declared = canonical((self.space, [list(self.names), self.seeds, self.first_seed]))
        return digest(self._simulator.digest, declared, digest_of(self.measures))

    def __call__(self, points: np.ndarray) -> Evaluated:
        """The measures of some sets.

        Args:
            points: of the space, (set, number), each between 0 and 1.

        Raises:
            FitError: points of another shape, or beyond the space.
            ValueError: the simulator has no room for their values, or a measure refuses; one sentence.
        """
        points = checked_points(points, len(self.space))
        values = {path: np.repeat(x, self.seeds) for path, x in self.space.values(points, self._leaves).items()}
        stream = np.tile(np.arange(self.first_seed, self.first_seed + self.seeds), len(points))
        numbers = {measure.name: np.full(len(stream), np.nan) for measure in self.measures}
        status = np.full(len(stream), Status.TODO, np.int8)

        def take(results: xr.Dataset, own: slice) -> None:
            for name, found in evaluate(self.measures, results).items():
                numbers[name][own] = found
            status[own] = results["status"].values

        simulator = self._fitting(len(stream))
        with Writer() as behind:
            for own in batches(len(stream), self._size(len(stream))):
                behind.do(take, simulator.run({path: x[own] for path, x in values.items()}, stream[own]), own)
        shape = len(points), self.seeds
        return Evaluated({name: x.reshape(shape) for name, x in numbers.items()}, status.reshape(shape))

    def _size(self, samples: int) -> int:
        """Samples of a batch, of some samples: of the even cuts, that which runs the fewest cells beside them. It hangs
        on their number alone, so that a search that goes on measures as it would have."""
        if self._samples is not None:
            return self._samples
        fewest = max(-(-samples // self._simulator.fitting(samples)), min(PIECES, samples))
        sizes = [-(-samples // many) for many in range(fewest, 2 * fewest + 1)]
        return min(sizes, key=lambda size: -(-samples // size) * self._simulator.lanes(size))

    def _fitting(self, samples: int) -> Simulator:
        """The simulator, made anew where twice as many samples as it has room for would run together."""
        size = self._size(samples)
        if self._simulator.samples is None or size >= 2 * self._simulator.samples:
            self._simulator = self._prepared(size)
        return self._simulator

    def _prepared(self, samples: int) -> Simulator:
        return Simulator(*self._parts, samples=samples, kernel=self._kernel, ranges=self._ranges)


def checked_points(points: np.ndarray, numbers: int) -> np.ndarray:
    """Points as they are evaluated: float64 (set, number).

    Raises:
        FitError: another shape, or not between 0 and 1.
    """
    found = np.asarray(points)
    if found.dtype.kind not in "fiu" or found.ndim != 2 or found.shape[1] != numbers or not len(found):
        raise FitError(
            f"points are numbers (set, {numbers}), one row for each set, but these are {found.dtype} {found.shape}."
        )
    if not ((found >= 0) & (found <= 1)).all():  # NaN neither
        raise FitError("points lie between 0 and 1 along each number, but some of these do not.")
    return found.astype(float)
