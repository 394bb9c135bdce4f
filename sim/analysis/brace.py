"""Brace height: how far a unit's rate rises above a straight line between recruitment and peak.

With x the command or torque and y the smoothed rate, both from recruitment to the unit's peak rate,

    brace height = 100 max[(y - y_rec)/(y_peak - y_rec) - (x - x_rec)/(x_peak - x_rec)]   % of the right triangle

(Beauchamp et al. 2023, J Neural Eng 20:016034). 0 is a rate that follows the command in a straight line, 100 one that
jumps to its peak at recruitment. The place of the maximum, the brace point, parts the acceleration (persistent inward
current switching on) from the attenuation that follows.

Its authors smooth by support vector regression. A polynomial of order 5 bends at its ends, where recruitment lies: it
makes 33 %rTri of a true 47, and can turn the sign of an effect.
"""

from enum import IntFlag
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.recruitment import value_at
from sim.analysis.sampled import grid_over
from sim.analysis.smoothing import SUPPORT_VECTOR_RATE, RateConvention, peak_of
from sim.analysis.spikes import as_spike_times

HIGHEST_VALID = 200.0  # %rTri


class BraceInvalid(IntFlag):
    """Why a brace height should not be used; reasons add up, 0 is a valid one."""

    NOT_MEASURABLE = 1  # too few spikes, peak at recruitment, x not known or equal at recruitment and peak
    NEGATIVE_ACCELERATION = 2
    TOO_HIGH = 4  # above 200 %rTri
    PEAK_AFTER_COMMAND = 8  # the rate peaks after x does


class BraceHeight(NamedTuple):
    """Quasi-geometric features of each unit; all (..., unit), NaN where not measurable."""

    brace_height: np.ndarray  # %rTri
    brace_time: np.ndarray  # s, the brace point
    acceleration_slope: np.ndarray  # pps per unit of x, recruitment to brace point; NaN if they coincide
    attenuation_slope: np.ndarray  # pps per unit of x, brace point to peak; NaN if they coincide
    angle: np.ndarray  # degrees, see `Geometry`
    invalid: np.ndarray  # uint8, `BraceInvalid`; the values stay, so mask them


class Geometry(NamedTuple):
    """The shape of a rise; all (...), NaN where not measurable."""

    height: np.ndarray  # %rTri
    point: np.ndarray  # int, number of the brace point; 0 where not measurable
    acceleration: np.ndarray  # y per x, first to brace point; NaN if they coincide
    attenuation: np.ndarray  # y per x, brace point to last; NaN if they coincide
    angle: np.ndarray  # degrees, above the curve, between its two parts at the brace point
    invalid: np.ndarray  # uint8, `BraceInvalid`


def geometry(x: Any, y: Any) -> Geometry:
    """Brace height and what goes with it, of rises that are known point by point.

    The angle is that between the acceleration and the attenuation, seen from above: 180° + atan(acceleration) -
    atan(attenuation), 180° for a straight line and more for a rate that levels off. It depends on the units of x and y.

    Args:
        x: command, force or torque, any unit, (..., point), from recruitment to the peak of y.
        y: smoothed rate, pps, as `x`.

    Returns:
        See `Geometry`; `PEAK_AFTER_COMMAND` cannot be seen here.
    """
    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))

    def rise(values: np.ndarray) -> np.ndarray:
        return values[..., -1] - values[..., 0]

    measurable = (rise(y) > 0) & (rise(x) != 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        u = (x - x[..., :1]) / rise(x)[..., None]
        v = (y - y[..., :1]) / rise(y)[..., None]
    above = np.where(np.isfinite(u + v) & measurable[..., None], v - u, -np.inf)
    measurable &= np.isfinite(above).any(axis=-1)
    best = np.argmax(above, axis=-1)

    def at_brace(values: np.ndarray) -> np.ndarray:
        return np.where(measurable, np.take_along_axis(values, best[..., None], axis=-1)[..., 0], np.nan)

    with np.errstate(invalid="ignore", divide="ignore"):
        height = 100 * at_brace(v - u)
        acceleration = (at_brace(y) - y[..., 0]) / (at_brace(x) - x[..., 0])
        attenuation = (y[..., -1] - at_brace(y)) / (x[..., -1] - at_brace(x))
        angle = 180 + np.degrees(np.arctan(acceleration) - np.arctan(attenuation))
    invalid = (
        BraceInvalid.NOT_MEASURABLE * ~measurable
        + BraceInvalid.NEGATIVE_ACCELERATION * (measurable & (acceleration < 0))
        + BraceInvalid.TOO_HIGH * (measurable & (height > HIGHEST_VALID))
    )
    return Geometry(height, best, acceleration, attenuation, angle, invalid.astype(np.uint8))


def brace_height(
    spike_times: Any, t: Any, x: Any, *, convention: RateConvention = SUPPORT_VECTOR_RATE, points: int = 400
) -> BraceHeight:
    """Brace height, brace point and the slopes before and after it, for every unit.

    Args:
        spike_times: s, (..., unit, spike).
        t: s, (time,), increasing.
        x: command, force or torque at `t`, any unit, (..., time), leading axes as `spike_times` or absent.
        convention: smoother and place of the rates.
        points: even times at which the rate is sampled, over the firing for its peak and again from recruitment (the
            first rate) to that peak.

    Returns:
        See `BraceHeight`; `invalid` is 0 for the units to use.

    Raises:
        ValueError: spike times out of order, `t` not increasing, or `x` not sampled at `t`.
    """
    t, x = np.asarray(t, dtype=float), np.asarray(x, dtype=float)
    times = as_spike_times(spike_times)
    units, spikes = times.shape[-2:]
    scratch = units * (spikes + points)  # the smoother cuts what it holds itself, and is faster with many trains

    def measure(times: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, ...]:
        return _features(times, t, x, convention, points)

    return BraceHeight(*in_chunks(measure, times, x, core=(2, 1), scratch_per_sample=scratch))


def _features(
    spike_times: np.ndarray, t: np.ndarray, x: np.ndarray, convention: RateConvention, points: int
) -> tuple[np.ndarray, ...]:
    """Features of a chunk: spike times (sample, unit, spike), x (sample, time)."""
    fit = convention.fit(spike_times)
    peak = peak_of(fit, points).time
    when = grid_over(fit.start, peak, points)
    rate = fit.at(np.arange(when.shape[1])[None], when)
    found = geometry(value_at(when, t, x), rate)
    at_brace = np.take_along_axis(when, found.point[..., None], axis=-1)[..., 0]
    command_peak = t[np.argmax(np.where(np.isnan(x), -np.inf, x), axis=-1)][:, None]
    late = np.isfinite(found.height) & (peak > command_peak)
    invalid = found.invalid | (BraceInvalid.PEAK_AFTER_COMMAND * late).astype(np.uint8)
    when_bent = np.where(np.isfinite(found.height), at_brace, np.nan)
    return found.height, when_bent, found.acceleration, found.attenuation, found.angle, invalid
