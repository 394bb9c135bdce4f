"""Recorded courses of single cells: smoothed over spikes, and read at chosen times."""

import numpy as np


def smoothed(values: np.ndarray, time: np.ndarray, width: float = 0.5) -> np.ndarray:
    """Moving average along the last axis with a Hann window of `width` s, which takes the ripple of spikes out."""
    points = max(1, round(width / (time[1] - time[0])))
    window = np.hanning(points + 2)[1:-1]
    window /= window.sum()
    before, after = points // 2, points - 1 - points // 2
    ends = [(0, 0)] * (values.ndim - 1) + [(before, after)]
    padded = np.pad(values, ends, mode="edge")
    total = np.zeros_like(values)
    for k, weight in enumerate(window):
        total += weight.astype(values.dtype) * padded[..., k : k + values.shape[-1]]
    return total


def read_at(values: np.ndarray, time: np.ndarray, unit: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Values of the units (sample, ...) at their times (s, (sample, ...)), linear in between; NaN at no time.

    Args:
        values: (sample, unit, time).
        time: s, (time,), even.
    """
    place = np.clip(np.where(np.isnan(when), 0, (when - time[0]) / (time[1] - time[0])), 0, len(time) - 1)
    left = np.minimum(place.astype(int), len(time) - 2)
    sample = np.arange(len(values)).reshape(-1, *[1] * (when.ndim - 1))
    low, high = values[sample, unit, left], values[sample, unit, left + 1]
    return np.where(np.isnan(when), np.nan, low + (place - left) * (high - low))
