"""Smoothed discharge rates: which smoother, on rates placed where, and the curve it gives.

A smoother turns the instantaneous rates of a chunk into a fit, and a fit gives the rate of any unit at any time
between its first and last rate. Smoothers: `Polynomial`, `Hann`, `SupportVector`.
"""

import typing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.hann import Hann
from sim.analysis.polynomial import Polynomial
from sim.analysis.sampled import grid_over
from sim.analysis.spikes import PlacedAt, as_spike_times, instantaneous_rates
from sim.analysis.support_vector import SupportVector

POINTS = 500  # even times at which two rates are compared


class Fit(typing.Protocol):
    """Smoothed rates of a chunk of samples."""

    @property
    def start(self) -> np.ndarray: ...  # s, (sample, unit), first rate

    @property
    def end(self) -> np.ndarray: ...  # s, (sample, unit), last rate

    def at(self, unit: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Rates (pps, (sample, row, time)) of the units (sample, row) at times (s, (sample, row, time))."""
        ...


class Smoother(typing.Protocol):
    """How a smooth curve is laid through instantaneous rates."""

    def describe(self) -> str: ...

    def fit(self, times: np.ndarray, rates: np.ndarray) -> Fit:
        """Fit every unit of a chunk; times (s) and rates (pps) are (sample, unit, interval), NaN where absent."""
        ...


@dataclass(frozen=True)
class RateConvention:
    """What a laboratory means by a smoothed discharge rate."""

    smoother: Smoother = field(default_factory=Polynomial)
    placed_at: PlacedAt = "later_spike"  # the time of an instantaneous rate: end or midpoint of its interval

    def describe(self) -> str:
        place = {"later_spike": "later spike", "midpoint": "interval's midpoint"}[self.placed_at]
        return f"{self.smoother.describe()}, rates placed at the {place}"

    def fit(self, spike_times: np.ndarray) -> Fit:
        """Smoothed rates of a chunk, from spike times (s, (sample, unit, spike))."""
        return self.smoother.fit(*instantaneous_rates(spike_times, placed_at=self.placed_at))


POLYNOMIAL_RATE = RateConvention()
SUPPORT_VECTOR_RATE = RateConvention(SupportVector())


def smoothed_rate(spike_times: Any, t: Any, *, convention: RateConvention = POLYNOMIAL_RATE) -> np.ndarray:
    """Smoothed discharge rate of every unit.

    Args:
        spike_times: s, (..., unit, spike).
        t: s, (..., time), leading axes as those of `spike_times` or absent.
        convention: smoother and place of the rates.

    Returns:
        pps, (..., unit, time); NaN outside a unit's first and last rate and for a unit with too few spikes.

    Raises:
        ValueError: spike times out of order.
    """

    def measure(times: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, ...]:
        units = np.arange(times.shape[1])[None]
        wanted = np.broadcast_to(t[:, None], (len(t), times.shape[1], t.shape[-1]))
        return (convention.fit(times).at(units, wanted),)

    times = as_spike_times(spike_times)
    t = np.asarray(t, dtype=float)
    scratch = times.shape[-2] * (8 * times.shape[-1] + 4 * t.shape[-1])
    return in_chunks(measure, times, t, core=(2, 1), scratch_per_sample=scratch)[0]


class PeakRate(NamedTuple):
    """Highest smoothed rate of each unit; both (..., unit), NaN for a unit with too few spikes."""

    rate: np.ndarray  # pps
    time: np.ndarray  # s


def peak_rate(spike_times: Any, *, convention: RateConvention = POLYNOMIAL_RATE, points: int = 400) -> PeakRate:
    """Highest smoothed discharge rate of every unit and when it occurs.

    Args:
        spike_times: s, (..., unit, spike).
        convention: smoother and place of the rates.
        points: even times over a unit's firing among which the peak is sought.

    Returns:
        One value for each unit, see `PeakRate`.

    Raises:
        ValueError: spike times out of order.
    """

    def measure(times: np.ndarray) -> tuple[np.ndarray, ...]:
        return peak_of(convention.fit(times), points)

    times = as_spike_times(spike_times)
    scratch = times.shape[-2] * (8 * times.shape[-1] + 4 * points)
    return PeakRate(*in_chunks(measure, times, core=(2,), scratch_per_sample=scratch))


def peak_of(fit: Fit, points: int) -> PeakRate:
    """Peak of each smoothed rate of a chunk among even times over each unit's firing."""
    t = grid_over(fit.start, fit.end, points)
    rates = fit.at(np.arange(t.shape[1])[None], t)
    best = np.argmax(np.where(np.isnan(rates), -np.inf, rates), axis=-1)[..., None]
    rate, time = (np.take_along_axis(a, best, axis=-1)[..., 0] for a in (rates, t))
    return PeakRate(rate, np.where(np.isnan(rate), np.nan, time))


TWO_SECONDS = RateConvention(Hann(2.0))


def rate_difference(a: Any, b: Any) -> np.ndarray:
    """How far the rates of the same units lie apart in two runs: root mean square while both fire, 2-s Hann window.

    Args:
        a, b: s, (..., unit, spike).

    Returns:
        pps, (..., unit); NaN for a unit with too few spikes in either, or that never fires in both at a time.

    Raises:
        ValueError: spike times out of order.
    """

    def measure(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, ...]:
        fits = [TWO_SECONDS.fit(times) for times in (a, b)]
        start, end = np.maximum(fits[0].start, fits[1].start), np.minimum(fits[0].end, fits[1].end)
        t = grid_over(start, np.where(end > start, end, np.nan), POINTS)
        of_one, of_other = (fit.at(np.arange(t.shape[1])[None], t) for fit in fits)
        square = (of_one - of_other) ** 2
        known = np.isfinite(square)
        with np.errstate(invalid="ignore"):
            return (np.sqrt(np.where(known, square, 0).sum(axis=-1) / known.sum(axis=-1)),)

    a, b = as_spike_times(a), as_spike_times(b)
    scratch = a.shape[-2] * (8 * max(a.shape[-1], b.shape[-1]) + 4 * POINTS)
    return in_chunks(measure, a, b, core=(2, 2), scratch_per_sample=scratch)[0]
