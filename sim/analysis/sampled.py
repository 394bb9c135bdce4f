"""A smoothed rate known on an even grid over a unit's firing, for smoothers without a short formula."""

from typing import NamedTuple

import numpy as np


class SampledFit(NamedTuple):
    """Smoothed rates of a chunk on an even grid over each unit's first..last rate, linear in between."""

    values: np.ndarray  # pps, (sample, unit, grid); NaN inside a pause that the smoother does not bridge
    start: np.ndarray  # s, (sample, unit); NaN for a unit without a fit
    end: np.ndarray  # s, (sample, unit)

    def at(self, unit: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Rates (pps, (sample, row, time)) of the units (sample, row) at times (s, (sample, row, time))."""
        sample = np.arange(len(t))[:, None]
        start, end = self.start[sample, unit][..., None], self.end[sample, unit][..., None]
        inside = (t >= start) & (t <= end)
        last = self.values.shape[-1] - 1
        position = np.where(inside, (t - start) / (end - start), 0) * last
        left = np.minimum(position.astype(int), last - 1)
        sample, unit = sample[..., None], unit[..., None]
        low, high = self.values[sample, unit, left], self.values[sample, unit, left + 1]
        weight = position - left
        rate = np.where(weight == 0, low, np.where(weight == 1, high, low + weight * (high - low)))
        return np.where(inside, rate, np.nan)


def grid_over(start: np.ndarray, end: np.ndarray, points: int) -> np.ndarray:
    """Even times from start to end, both included exactly: s, (..., points)."""
    share = np.linspace(0, 1, points)
    times = start[..., None] + (end - start)[..., None] * share
    return np.minimum(times, end[..., None])
