"""Which motor units of a contraction a decomposition finds: some of those that can be followed, larger ones rather.

A unit can be followed if it begins while the target rises, well before the top, and fires often enough. Of these,
`units` are drawn without replacement, each with a chance in proportion to its amplitude, which rises along the pool as
that of its muscle units. The draw hangs on the random stream of the sample and on nothing else, so conditions of the
same stream have the same draw.
"""

from dataclasses import dataclass

import numpy as np

from sim.results.view import View
from sim.spec.kinds import named, whole
from sim.units import in_unit, shown

FEWEST = 8
"""Spikes of a unit that can be followed, at least."""
LATEST = 0.7
"""Of the way to the top of the target, after which a unit begins too late to be followed: chosen, as people's last such
units begin at 62 % (tibialis anterior) and 55 % (soleus) of the ramp (data set orssatto/PICs-ageing)."""


@dataclass(frozen=True)
class Decomposed:
    """A selection of motor units.

    Args:
        population: whose spikes are read.
        units: how many are found at most.
        smallest: amplitude of the first unit of the pool, that of the last one being 1; between them it rises with the
            square of the place, as twitch forces do (`networks.cells.muscle`).
        draw: another number, another draw.

    Raises:
        ValueError: a number that cannot be.
    """

    population: str
    units: int
    smallest: float
    draw: int = 0

    def __post_init__(self) -> None:
        named("`population` of the decomposed units", self.population, ValueError)
        if (whole(self.units) or 0) < 2 or (found := whole(self.draw)) is None or found < 0:
            raise ValueError(
                f"a decomposition finds two units at least, and its draw is a whole number from 0, but they are "
                f"{shown(self.units)} and {shown(self.draw)}."
            )
        if not 0 < in_unit(self.smallest, "", "`smallest` of the decomposed units") <= 1:
            raise ValueError(f"the smallest amplitude is a part of the largest, but it is {shown(self.smallest)}.")

    def amplitudes(self, count: int) -> np.ndarray:
        """Of all units of a pool: (unit,)."""
        return self.smallest + (1 - self.smallest) * np.linspace(0, 1, count) ** 2

    def found(self, view: View, begin: np.ndarray, top: np.ndarray) -> np.ndarray:
        """Which units are found: bool, (sample, unit).

        Args:
            begin, top: s, when the target begins and when it is highest, (sample,).
        """
        return view.once(("found", self), lambda: self._found(view, begin, top))

    def trains(self, view: View, begin: np.ndarray, top: np.ndarray) -> np.ndarray:
        """Their spikes from `begin` on: s, (sample, unit, spike); NaN of the others."""

        def compute() -> np.ndarray:
            return np.where(self.found(view, begin, top)[..., None], since(view, self.population, begin), np.nan)

        return view.once(("trains", self), compute)

    def _found(self, view: View, begin: np.ndarray, top: np.ndarray) -> np.ndarray:
        spikes = since(view, self.population, begin)
        many = np.isfinite(spikes).sum(axis=-1) >= FEWEST
        possible = many & (spikes[..., 1] < (begin + LATEST * (top - begin))[:, None])
        keys = np.stack([self._keys(int(stream), spikes.shape[1]) for stream in view.results["stream"].values])
        rank = np.argsort(np.argsort(np.where(possible, keys, np.inf), axis=-1), axis=-1)
        return possible & (rank < self.units)

    def _keys(self, stream: int, count: int) -> np.ndarray:
        """Waiting times whose smallest ones are a draw in proportion to amplitude (Efraimidis & Spirakis 2006)."""
        generator = np.random.default_rng([self.draw, stream])
        return generator.exponential(size=count) / self.amplitudes(count)


def since(view: View, population: str, begin: np.ndarray) -> np.ndarray:
    """Spikes from a time on: s, (sample, unit, spike), at least two places, padded with NaN behind."""

    def compute() -> np.ndarray:
        spikes = view.spikes(population)
        found = np.sort(np.where(spikes >= begin[:, None, None], spikes, np.nan), axis=-1)
        longest = max(2, int(np.isfinite(found).sum(axis=-1).max(initial=0)))
        return found[..., :longest]

    return view.once(("since", population), compute)
