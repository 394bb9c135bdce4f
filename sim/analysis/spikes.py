"""Spike trains and what is counted from them directly: intervals, instantaneous rates, counts.

Spike times are float seconds, (..., unit, spike), increasing, padded with NaN at the end. A unit that fires less than
a measure needs gets NaN, never an error; so does an interval of zero length (a spike counted twice).
"""

from typing import Any, Literal, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks

PlacedAt = Literal["later_spike", "midpoint"]


def as_spike_times(spike_times: Any) -> np.ndarray:
    """Spike times as an array, with room for at least two spikes.

    Args:
        spike_times: s, (..., unit, spike).

    Returns:
        s, (..., unit, spike or 2).

    Raises:
        ValueError: fewer than two axes.
    """
    times = np.asarray(spike_times)
    if times.ndim < 2:
        raise ValueError(
            f"spike times need the axes (..., unit, spike), but have shape {times.shape}. "
            "Give a single train as spike_times[None, :]."
        )
    missing = max(0, 2 - times.shape[-1])
    if missing:
        times = np.concatenate([times, np.full((*times.shape[:-1], missing), np.nan)], axis=-1)
    return times


def intervals(spike_times: Any) -> np.ndarray:
    """Interspike intervals.

    Args:
        spike_times: s, (..., unit, spike).

    Returns:
        s, (..., unit, spike - 1); NaN behind the last spike and where two spikes have the same time.

    Raises:
        ValueError: the times of a unit decrease, or a spike follows the padding.
    """
    times = as_spike_times(spike_times).astype(float, copy=False)
    gaps = np.diff(times, axis=-1)
    absent = np.isnan(times)
    if (gaps < 0).any() or (absent[..., :-1] & ~absent[..., 1:]).any():
        raise ValueError(
            "spike times must increase within a unit and be padded with NaN at the end only, but some do not. "
            "Sort them along the last axis (np.sort puts NaN last)."
        )
    gaps[gaps == 0] = np.nan
    return gaps


def instantaneous_rates(spike_times: Any, *, placed_at: PlacedAt = "later_spike") -> tuple[np.ndarray, np.ndarray]:
    """Instantaneous discharge rate: one over each interspike interval.

    Args:
        spike_times: s, (..., unit, spike).
        placed_at: the time that a rate belongs to: the spike that ends its interval, or the interval's midpoint.

    Returns:
        Times (s) and rates (pps), both (..., unit, spike - 1); NaN where there is no interval.

    Raises:
        ValueError: spike times out of order, or `placed_at` unknown.
    """
    times = as_spike_times(spike_times).astype(float, copy=False)
    gaps = intervals(times)
    if placed_at == "later_spike":
        at = times[..., 1:]
    elif placed_at == "midpoint":
        at = (times[..., 1:] + times[..., :-1]) / 2
    else:
        raise ValueError(f"a rate cannot be placed at {placed_at!r}. Choose 'later_spike' or 'midpoint'.")
    return np.where(np.isnan(gaps), np.nan, at), 1 / gaps


def spike_count(spike_times: Any) -> np.ndarray:
    """Number of spikes of each unit, (..., unit), from spike times (s, (..., unit, spike))."""
    return np.isfinite(as_spike_times(spike_times)).sum(axis=-1)


class IntervalStatistics(NamedTuple):
    """Interspike intervals of each unit; all (..., unit), NaN where there are too few."""

    mean: np.ndarray  # s; from one interval on
    sd: np.ndarray  # s, with n - 1 in the denominator; from two intervals on
    cv: np.ndarray  # 1, sd/mean


def interval_statistics(spike_times: Any, *, longest: float = np.inf) -> IntervalStatistics:
    """Mean, SD and coefficient of variation of the interspike intervals.

    Args:
        spike_times: s, (..., unit, spike).
        longest: s; longer intervals are pauses and are left out.

    Returns:
        One value for each unit, see `IntervalStatistics`.

    Raises:
        ValueError: spike times out of order.
    """

    def measure(times: np.ndarray) -> tuple[np.ndarray, ...]:
        gaps = intervals(times)
        kept = gaps <= longest
        n = kept.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(kept, gaps, 0).sum(axis=-1) / n
            squares = np.where(kept, gaps - mean[..., None], 0) ** 2
            sd = np.sqrt(squares.sum(axis=-1) / np.where(n > 1, n - 1, np.nan))
            return mean, sd, sd / mean

    times = as_spike_times(spike_times)
    return IntervalStatistics(*in_chunks(measure, times, core=(2,), scratch_per_sample=_train_size(times)))


def doublet_fraction(spike_times: Any, *, shorter_than: float) -> np.ndarray:
    """Fraction of a unit's interspike intervals that are doublets.

    Args:
        spike_times: s, (..., unit, spike).
        shorter_than: s, an interval below this is a doublet. There is no default because laboratories differ.

    Returns:
        1, (..., unit); NaN for a unit without intervals.

    Raises:
        ValueError: spike times out of order.
    """

    def measure(times: np.ndarray) -> tuple[np.ndarray, ...]:
        gaps = intervals(times)
        with np.errstate(invalid="ignore"):
            return ((gaps < shorter_than).sum(axis=-1) / np.isfinite(gaps).sum(axis=-1),)

    times = as_spike_times(spike_times)
    return in_chunks(measure, times, core=(2,), scratch_per_sample=_train_size(times))[0]


def without_last_spikes(spike_times: Any, dropped: int) -> np.ndarray:
    """The same trains without the last `dropped` spikes of every unit: s, (..., unit, spike)."""
    times = as_spike_times(spike_times).astype(float, copy=False)
    kept = spike_count(times)[..., None] - dropped
    return np.where(np.arange(times.shape[-1]) < kept, times, np.nan)


def _train_size(times: np.ndarray) -> int:
    return 4 * times.shape[-1] * times.shape[-2]
