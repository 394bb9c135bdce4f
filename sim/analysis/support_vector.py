"""A discharge rate smoothed by support vector regression (Beauchamp et al. 2022, doi 10.1088/1741-2552/ac4594).

Radial basis functions of time with the parameters that openhdemg takes as defaults. The first and last five spikes
(four rates each) weigh five times as much, which holds the curve to its ends; a pause of more than a second ends the
curve and starts it again. The curve is that of scikit-learn's `SVR`, found another way: see `interior_point`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.analysis.hermite import HermiteFit
from sim.analysis.interior_point import Series, functions, optimum, series, waves_over

FINE = 0.04  # time between nodes in units of 1/sqrt(gamma): 50 ms, an error of the curve below 0.00001 pps
BLOCK = 512  # nodes that are evaluated at once
TOGETHER = 2**19  # values of `functions` that are held at once: 4 MiB


@dataclass(frozen=True)
class SupportVector:
    """Smoother: support vector regression on time. A unit needs as many rates as carry an end weight."""

    gamma: float = 1 / 1.6  # s^-2, kernel exp(-gamma (t - t')^2)
    cost: float = 1 / 0.370  # 1/pps, the regularisation parameter C
    end_spikes: int = 5  # spikes at either end whose rates weigh more
    end_weight: float = 5.0  # 1
    longest_pause: float = 1.0  # s

    def describe(self) -> str:
        return (
            f"support vector regression (gamma {self.gamma:g} s^-2, C {self.cost:.4g}, "
            f"{self.end_spikes} end spikes x {self.end_weight:g}, pauses over {self.longest_pause:g} s left out)"
        )

    def fit(self, times: np.ndarray, rates: np.ndarray) -> HermiteFit:
        """Fit every unit of a chunk; times (s) and rates (pps) are (sample, unit, interval), NaN where absent."""
        present = np.isfinite(rates)
        fitted = present.sum(axis=-1) >= max(2, self.end_spikes - 1)
        start = np.where(fitted, np.fmin.reduce(times, axis=-1, initial=np.nan), np.nan)
        end = np.where(fitted, np.fmax.reduce(times, axis=-1, initial=np.nan), np.nan)

        order = np.argsort(~present[fitted], axis=-1, kind="stable")  # those that are there, then the others
        x, y = (np.take_along_axis(np.where(present, a, np.nan)[fitted], order, axis=-1) for a in (times, rates))
        count, span, step = present[fitted].sum(axis=-1), (end - start)[fitted], FINE / np.sqrt(self.gamma)
        since = x - start[fitted][:, None]
        nodes = int(span.max(initial=0) / step) + 2
        curves = np.full((2, len(span), nodes), np.nan)
        for points, waves, rows in _alike(count, waves_over(span, self.gamma)):
            own = series(waves, self.gamma)
            found = self._coefficients(since[rows], y[rows], count[rows], points, own)
            for first in range(0, min(nodes, int(own.span / step) + 2), BLOCK):
                block = (found[:, None] @ _at_nodes(waves, self.gamma, step, first)[:, None])[:, :, 0]
                curves[:, rows, first : first + BLOCK] = block[..., : nodes - first]
        values, slopes = np.full((2, *fitted.shape, nodes), np.nan)
        values[fitted], slopes[fitted] = curves
        return HermiteFit(values, slopes, step, start, end, self._pauses(x, count, fitted))

    def _coefficients(
        self, since: np.ndarray, y: np.ndarray, count: np.ndarray, points: int, own: Series
    ) -> np.ndarray:
        """Of the curve through some trains, from times since their first rate, as so many points: (train, ...)."""
        length = min(points, y.shape[1])
        place = np.arange(points)
        known = place < count[:, None]
        angle, rate = np.zeros((2, len(y), points))
        angle[:, :length], rate[:, :length] = 2 * np.pi * since[:, :length] / own.period, y[:, :length]
        angle, rate = np.where(known, angle, 0), np.where(known, rate, 0)
        ends = self.end_spikes - 1
        at_end = known & ((place < ends) | (place >= count[:, None] - ends))
        most = self.cost * np.where(at_end, self.end_weight, 1)
        low, high = (_quantile(np.sort(y, axis=-1), count, share) for share in (0.25, 0.75))
        return optimum(functions(angle, known, own.waves), rate, known, most, (high - low) / 11, own)

    def _pauses(self, x: np.ndarray, count: np.ndarray, fitted: np.ndarray) -> np.ndarray:
        """From and to (s, (sample, unit, pause, 2)) of every pause, from the times of the rates of the fitted units.

        A rate between two pauses stands alone and is left out too.
        """
        with_pause = np.flatnonzero((np.diff(x) > self.longest_pause).any(axis=-1))
        found = {row: self._pauses_of(x[row, : count[row]]) for row in with_pause}
        of_unit = np.full((len(x), max(map(len, found.values()), default=0), 2), np.nan)
        for row, own in found.items():
            of_unit[row, : len(own)] = own
        table = np.full((*fitted.shape, *of_unit.shape[1:]), np.nan)
        table[fitted] = of_unit
        return table

    def _pauses_of(self, x: np.ndarray) -> np.ndarray:
        """The same of one unit: s, (pause, 2)."""
        long = np.diff(x) > self.longest_pause
        begins = long & ~np.concatenate([[False], long[:-1]])
        ends = long & ~np.concatenate([long[1:], [False]])
        found = np.stack([x[:-1][begins], x[1:][ends]], axis=-1)
        if long[-1]:
            found[-1, 1] = np.inf  # the last rate stands alone
        return found


def _alike(count: np.ndarray, waves: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    """Trains that are fitted as if they were of one length: points, waves, numbers of the trains.

    What a train is made as long as depends on nothing but itself, so its curve does not on the trains beside it.
    """
    points, waves = _rounded(count), _rounded(waves)
    for size in sorted(set(zip(points.tolist(), waves.tolist(), strict=True))):
        rows = np.flatnonzero((points == size[0]) & (waves == size[1]))
        many = max(1, TOGETHER // (size[0] * (1 + 4 * size[1])))
        for first in range(0, len(rows), many):
            yield *size, rows[first : first + many]


def _rounded(number: np.ndarray) -> np.ndarray:
    """The next number of four in each octave."""
    grain = np.exp2(np.maximum(np.floor(np.log2(np.maximum(number, 1))) - 2, 0)).astype(int)
    return -(-number // grain) * grain


def _quantile(increasing: np.ndarray, count: np.ndarray, share: float) -> np.ndarray:
    """A quantile of the first numbers of each row, linear between two of them."""
    place = share * (count - 1)
    left = place.astype(int)
    low, high = (
        np.take_along_axis(increasing, k[:, None], axis=-1)[:, 0] for k in (left, np.minimum(left + 1, count - 1))
    )
    return low + (place - left) * (high - low)


@lru_cache(maxsize=16)
def _at_nodes(waves: int, gamma: float, step: float, first: int) -> np.ndarray:
    """The functions of a series, and their slopes, at a block of nodes: (2, coefficient, node)."""
    turn = 2 * np.pi / series(waves, gamma).period * np.arange(waves + 1)[:, None]
    angle = turn * step * np.arange(first, first + BLOCK)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([np.concatenate([cosine, sine[1:]]), np.concatenate([-turn * sine, (turn * cosine)[1:]])])
