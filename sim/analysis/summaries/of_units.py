"""What is measured of each unit of a contraction by itself, once, for any choice of units afterwards."""

from typing import Any, NamedTuple

import numpy as np

from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, DeltaFConvention
from sim.analysis.means import known_mean
from sim.analysis.recruitment import derecruitment_time
from sim.analysis.smoothing import peak_rate
from sim.analysis.spikes import as_spike_times, intervals, spike_count
from sim.analysis.summaries.flanks import Flanks

FIRST = 3
"""Rates that are taken together where a unit begins and where it ends to fire."""
SHORTEST = 0.01
"""s; of shorter intervals no rate is taken: they are doublets, or discharges that were found twice."""
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
    varies: np.ndarray  # 1, CV2 of successive intervals, (sample, unit, span)
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
    times = as_spike_times(spike_times)
    real = spike_count(times) > 1
    gaps = intervals(times)
    gaps = np.where(gaps >= SHORTEST, gaps, np.nan)
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
    spans = [known_mean(np.where((middle >= low) & (middle < high), cv2, np.nan)) for low, high in SPANS.values()]
    parts = edges(flanks)
    return OfUnits(
        recruited=recruited,
        stopped=stopped,
        first=known_mean(np.where(nth <= FIRST, rates, np.nan)),
        last=known_mean(np.where(nth > left - FIRST, rates, np.nan)),
        peak=np.where(real, peak.rate, np.nan),
        peak_phase=np.where(real, flanks.phase(peak.time), np.nan),
        varies=np.stack(spans, axis=-1),
        rate=_counts(phase, parts) / np.diff(flanks.time(parts)),
        fires=(recruited[..., None] <= parts[:-1]) & (stopped[..., None] >= parts[1:]),
        delta_f=delta_f(times, convention=convention).pair,
    )


def _counts(phase: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Discharges in each part: (sample, unit, part)."""
    samples, units, _ = phase.shape
    count = len(parts) - 1
    place = np.searchsorted(parts, phase, side="right") - 1  # NaN comes last, behind every part
    inside = (place >= 0) & (place < count)
    row = np.arange(samples * units).reshape(samples, units, 1) * count
    found = np.bincount((row + place)[inside], minlength=samples * units * count)
    return found.reshape(samples, units, count).astype(float)
