"""What is measured of each unit of a contraction by itself, once, for any choice of units afterwards."""

from typing import Any, NamedTuple

import numpy as np

from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, DeltaFConvention
from sim.analysis.doublets import without_doublets
from sim.analysis.means import known_mean
from sim.analysis.recruitment import derecruitment_time
from sim.analysis.smoothing import peak_rate
from sim.analysis.spikes import as_spike_times, intervals, spike_count
from sim.analysis.summaries.flanks import Flanks

FIRST = 3
"""Rates that are taken together where a unit begins and where it ends to fire."""
SHORTEST = 0.01
"""s; a discharge that follows sooner is left out, as in a recording: it is of a doublet, false, or found twice, and one
rate of it would be the peak of a unit."""
SHORT, LONG = 0.5, 1.6
"""Of the median of five intervals in a row: one that a false discharge has split has a part that is shorter, one in
which a discharge was missed is longer (chosen; regular firing has neither)."""
RISE, FALL, BEYOND = 10, 10, 2
"""Parts of equal length in which rates are taken: of the rise, of the fall, and of the same length after it."""
PLATEAU = 6
"""The same of a plateau, where there is one."""
SPANS = {"rise": (0.0, 0.6), "top": (0.6, 2.3), "fall": (2.3, 3.5)}
"""Phases of the contraction in which the variability of intervals is taken."""


class OfUnits(NamedTuple):
    """Units of samples; NaN where a unit fires too little."""

    recruited: np.ndarray  # phase of the first discharge, (sample, unit)
    stopped: np.ndarray  # phase of the last one
    first: np.ndarray  # pps, mean of the first three rates
    last: np.ndarray  # pps, and of the last three
    peak: np.ndarray  # pps, of the smoothed rate
    peak_phase: np.ndarray  # when
    varies: np.ndarray  # 1, CV2 of successive intervals, mean, (sample, unit, span)
    mostly: np.ndarray  # 1, and its median, to which some errors of a decomposition are nothing
    beside: np.ndarray  # how many intervals have two on either side, (sample, unit)
    short: np.ndarray  # how many of these are short beside them
    long: np.ndarray  # and how many are long
    rate: np.ndarray  # pps, discharges in each part over its length, (sample, unit, part)
    fires: np.ndarray  # bool, whether the unit fires throughout a part, (sample, unit, part)
    delta_f: np.ndarray  # pps, of each pair that counts, (sample, control, test)


def edges(flanks: Flanks) -> np.ndarray:
    """Phases where the parts begin and end, (part + 1,); without a plateau, none lies between 1 and 2."""
    rise = np.linspace(0, 1, RISE + 1)
    plateau = np.linspace(1, 2, PLATEAU + 1)[1:] if flanks.hold > 0 else np.zeros(0)
    fall = 2 + np.arange(1, FALL + BEYOND + 1) / FALL
    return np.concatenate([rise, plateau, fall])


def of_units(spike_times: Any, flanks: Flanks, *, convention: DeltaFConvention = LATER_SPIKE_FROM_SECOND) -> OfUnits:
    """What each unit does in a contraction.

    Args:
        spike_times: s, (sample, unit, spike), padded with NaN.
        flanks: of the contraction.
        convention: of the ΔF; the peak rate takes its smoother.

    Raises:
        ValueError: spike times out of order.
    """
    times = without_doublets(as_spike_times(spike_times), SHORTEST)[0]
    real = spike_count(times) > 1
    gaps = intervals(times)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = 1 / gaps
        cv2 = 2 * np.abs(np.diff(gaps, axis=-1)) / (gaps[..., 1:] + gaps[..., :-1])
    phase = flanks.phase(times)
    recruited = np.where(real, phase[..., 0], np.nan)
    stopped = np.where(real, flanks.phase(derecruitment_time(times)), np.nan)
    peak = peak_rate(times, convention=convention.rate, points=100)
    known = np.isfinite(rates)
    nth, left = np.cumsum(known, axis=-1), known.sum(axis=-1, keepdims=True)
    middle = phase[..., 1:-1]
    spans = [np.where((middle >= low) & (middle < high), cv2, np.nan) for low, high in SPANS.values()]
    ratio = gaps / _around(gaps)
    parts = edges(flanks)
    return OfUnits(
        recruited=recruited,
        stopped=stopped,
        first=known_mean(np.where(nth <= FIRST, rates, np.nan)),
        last=known_mean(np.where(nth > left - FIRST, rates, np.nan)),
        peak=np.where(real, peak.rate, np.nan),
        peak_phase=np.where(real, flanks.phase(peak.time), np.nan),
        varies=np.stack([known_mean(span) for span in spans], axis=-1),
        mostly=np.stack([_median(span) for span in spans], axis=-1),
        beside=np.isfinite(ratio).sum(axis=-1),
        short=(ratio < SHORT).sum(axis=-1),
        long=(ratio > LONG).sum(axis=-1),
        rate=_counts(phase, parts) / np.diff(flanks.time(parts)),
        fires=(recruited[..., None] <= parts[:-1]) & (stopped[..., None] >= parts[1:]),
        delta_f=delta_f(times, convention=convention).pair,
    )


def _around(gaps: np.ndarray) -> np.ndarray:
    """The median of each interval (..., interval) and two on either side; NaN where there are fewer."""
    found = np.full(gaps.shape, np.nan)
    if (count := gaps.shape[-1] - 4) > 0:
        found[..., 2:-2] = np.median(np.stack([gaps[..., k : k + count] for k in range(5)]), axis=0)
    return found


def _median(values: np.ndarray) -> np.ndarray:
    """Of what is known along the last axis: the lower one of two in the middle."""
    values = np.concatenate([values, np.full((*values.shape[:-1], 1), np.nan)], axis=-1)  # one at least
    count = np.isfinite(values).sum(axis=-1, keepdims=True)
    return np.take_along_axis(np.sort(values, axis=-1), np.maximum(count - 1, 0) // 2, axis=-1)[..., 0]


def _counts(phase: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Discharges in each part: (sample, unit, part)."""
    samples, units, _ = phase.shape
    count = len(parts) - 1
    place = np.searchsorted(parts, phase, side="right") - 1  # NaN comes last, behind every part
    inside = (place >= 0) & (place < count)
    row = np.arange(samples * units).reshape(samples, units, 1) * count
    found = np.bincount((row + place)[inside], minlength=samples * units * count)
    return found.reshape(samples, units, count).astype(float)
