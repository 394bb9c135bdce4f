"""A smoothed rate known with its slope at even times, and by cubic polynomials in between."""

from typing import NamedTuple

import numpy as np


class HermiteFit(NamedTuple):
    """Smoothed rates of a chunk at even times from each unit's first rate on, with pauses in which there is none.

    Between two nodes stands the cubic that has their values and slopes; its error is h^4/384 times the fourth
    derivative of the rate, h being the time between nodes.
    """

    values: np.ndarray  # pps, (sample, unit, node), from `start` to a node beyond `end`; NaN behind that
    slopes: np.ndarray  # pps/s, (sample, unit, node)
    step: float  # s, between nodes
    start: np.ndarray  # s, (sample, unit); NaN for a unit without a fit
    end: np.ndarray  # s, (sample, unit)
    pauses: np.ndarray  # s, (sample, unit, pause, 2): from and to, neither within; NaN where there is none

    def at(self, unit: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Rates (pps, (sample, row, time)) of the units (sample, row) at times (s, (sample, row, time))."""
        sample = np.arange(len(t))[:, None]
        start, end = self.start[sample, unit][..., None], self.end[sample, unit][..., None]
        known = (t >= start) & (t <= end)
        for pause in range(self.pauses.shape[2]):
            since, until = (self.pauses[sample, unit, pause, k][..., None] for k in (0, 1))
            known &= ~((t > since) & (t < until))
        position = np.where(known, t - start, 0) / self.step
        left = position.astype(int)
        u = position - left
        place = (sample[..., None], unit[..., None], left)
        beyond = (*place[:2], left + 1)
        rise = self.values[beyond] - self.values[place]
        first, second = self.step * self.slopes[place], self.step * self.slopes[beyond]
        # the cubic in u = 0..1, by its distance from the left value
        rate = self.values[place] + u * (first + u * (3 * rise - 2 * first - second + u * (first + second - 2 * rise)))
        return np.where(known, rate, np.nan)
