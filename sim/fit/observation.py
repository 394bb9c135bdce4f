"""How a decomposition sees a pool: some of its units, discharges that it misses and others that are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.spec.kinds import whole
from sim.units import in_unit, shown


class Observed(NamedTuple):
    """What is seen of some samples.

    Args:
        times: s, (sample, unit, spike), padded with NaN.
        chosen: bool, (sample, view, unit): the units of each view.
        wanted: how many units each view was to have, (sample, view); fewer fire where the pool has no more. It says
            nothing of the pool.
    """

    times: np.ndarray
    chosen: np.ndarray
    wanted: np.ndarray


@dataclass(frozen=True)
class Observation:
    """What a recording sees of a pool. The sources of its numbers are those of the experiment that declares it.

    Args:
        fewest, most: units that are seen; each view draws evenly between them.
        views: how many recordings of each simulation are drawn.
        missed: highest share of discharges that are missed, or the lowest and the highest; each simulation draws evenly
            between them.
        spurious: the same of discharges that are none, at any time between a unit's first and last.
        timing: SD with which the beginning of the contraction is known.
        draw: another number, other units and discharges.

    Raises:
        ValueError: no unit, no view, or a share that is none.
    """

    fewest: int = 5
    most: int = 20
    views: int = 8
    missed: float | tuple[float, float] = 0.0
    spurious: float | tuple[float, float] = 0.0
    timing: str | float = "0 s"
    draw: int = 0

    def __post_init__(self) -> None:
        counts = [whole(x) for x in (self.fewest, self.most, self.views, self.draw)]
        if None in counts or not 1 <= self.fewest <= self.most or self.views < 1 or self.draw < 0:
            raise ValueError(
                f"a recording sees from `fewest` to `most` units, in one view or several, but here "
                f"{shown(self.fewest)} to {shown(self.most)} in {shown(self.views)}."
            )
        for name in ("missed", "spurious"):
            given = getattr(self, name)
            ends = _ends(given)
            if not 0 <= ends[0] <= ends[1] < 0.5:
                raise ValueError(
                    f"`{name}` of a recording is a share of its discharges, from 0 to below 0.5, or two of them in "
                    f"order, not {shown(given)}."
                )
            object.__setattr__(self, name, ends if ends[0] else ends[1])
        if self.timing_s < 0:
            raise ValueError(f"`timing` of a recording is a standard deviation, but it is {shown(self.timing)}.")

    @property
    def timing_s(self) -> float:
        """s."""
        return in_unit(self.timing, "s", "`timing` of a recording") / 1000

    def of(self, times: np.ndarray, stream: np.ndarray) -> Observed:
        """What is seen of samples; each has random numbers of its own, the same in whatever company it comes.

        Args:
            times: s, (sample, unit, spike), padded with NaN.
            stream: number of the random stream of each sample, (sample,).
        """
        samples, units, _ = times.shape
        chosen = np.zeros((samples, self.views, units), bool)
        wanted = np.zeros((samples, self.views), int)
        seen = []
        for k, number in enumerate(stream):
            random = np.random.default_rng([self.draw, int(number)])
            wanted[k] = random.integers(self.fewest, self.most + 1, self.views)  # first: it hangs on nothing else
            firing = np.flatnonzero((~np.isnan(times[k])).sum(axis=-1) > 1)
            for view in range(self.views):
                chosen[k, view, random.permutation(firing)[: wanted[k, view]]] = True
            longest = int((~np.isnan(times[k])).sum(axis=-1).max(initial=0))
            seen.append(self._seen(times[k, :, :longest], random))  # its company pads it further, or does not
        room = max(2, max(train.shape[-1] for train in seen))
        found = np.full((samples, units, room), np.nan)
        for k, train in enumerate(seen):
            found[k, :, : train.shape[-1]] = train
        return Observed(found, chosen, wanted)

    def _seen(self, times: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """The discharges of one sample (unit, spike) as they are seen."""
        missed, spurious, late = (
            random.uniform(*_ends(self.missed)),
            random.uniform(*_ends(self.spurious)),
            random.standard_normal(),
        )
        kept = np.where(random.random(times.shape) < missed, np.nan, times)
        count = (~np.isnan(times)).sum(axis=-1)
        extra = random.poisson(spurious * count)
        first, last = times[:, :1], np.fmax.reduce(times, axis=-1, initial=np.nan)[:, None]
        more = first + (last - first) * random.random((len(times), int(extra.max(initial=0))))
        more = np.where(np.arange(more.shape[1]) < extra[:, None], more, np.nan)
        return np.sort(np.concatenate([kept, more], axis=-1), axis=-1) + self.timing_s * late


def _ends(share: Any) -> tuple[float, float]:
    """The lowest and the highest of a share; NaN if it is none."""
    given = list(share) if isinstance(share, Sequence) and not isinstance(share, str) else [0.0, share]
    if len(given) != 2 or any(isinstance(x, bool) or not isinstance(x, int | float) for x in given):
        return np.nan, np.nan
    return float(given[0]), float(given[1])
