"""The parts of a ΔF: what the test unit does, and what the control unit makes of it.

Let A be the command, A_on and A_off its values at the recruitment and derecruitment of the test unit, and f_up(A) and
f_down(A) the control's rate on the way up and down. Then, adding and subtracting f_down(A_on),

    ΔF = f_up(A_on) - f_down(A_off) = [f_down(A_on) - f_down(A_off)] - [f_down(A_on) - f_up(A_on)]
       = gain x hysteresis - own,       hysteresis = A_on - A_off

The first term is the hysteresis of the test unit, read off a control with some gain (rate per command); the second is
the control's own hysteresis, which hides a part of it. The identity is exact for each pair, and for a mean over pairs
when the gain is the mean first term over the mean hysteresis.
"""

from typing import NamedTuple

import numpy as np

from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.recruitment import derecruitment_time, recruitment_time, value_at


class Parts(NamedTuple):
    """Every ordered pair of units; all (sample, control, test)."""

    counts: np.ndarray  # bool, the pair meets the convention's criteria
    recruited: np.ndarray  # s, the test unit's recruitment
    mirrored: np.ndarray  # s, when the falling command passes its value at that recruitment
    derecruited: np.ndarray  # s, the test unit's derecruitment, cut at the control's last rate
    hysteresis: np.ndarray  # command at recruitment minus command at derecruitment
    delta_f: np.ndarray  # pps
    read: np.ndarray  # pps, f_down(A_on) - f_down(A_off)
    own: np.ndarray  # pps, f_down(A_on) - f_up(A_on)


def pooled(values: np.ndarray, pairs: np.ndarray, convention: DeltaFConvention) -> np.ndarray:
    """Mean over pairs as the convention reports it: of test units, each over its controls, or of pairs.

    Args:
        values: (sample, control, test).
        pairs: bool, as `values`, which pairs to take.

    Returns:
        (sample,); NaN without a pair.
    """
    controls = pairs.sum(axis=1, keepdims=True) if convention.report == "test_units" else 1
    weight = np.where(pairs, 1 / np.maximum(controls, 1), 0)
    with np.errstate(invalid="ignore"):
        return np.where(pairs, weight * values, 0).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))


def parts(spikes: np.ndarray, time: np.ndarray, command: np.ndarray, convention: DeltaFConvention) -> Parts:
    """Take the ΔF of every pair apart.

    Args:
        spikes: s, (sample, unit, spike).
        time: s, (time,), increasing.
        command: (sample, time), rising to one peak and falling.
        convention: of the ΔF; one in pps.

    Raises:
        ValueError: the convention normalises ΔF, so that it has no parts in pps.
    """
    if convention.normalised:
        raise ValueError("a normalised ΔF has no parts in pps. Choose a convention with normalised: false.")
    result = delta_f(spikes, convention=convention)
    counts = result.failed == 0
    fit = convention.rate.fit(spikes)
    samples, units, _ = spikes.shape
    shape = (samples, units, units)
    recruited = recruitment_time(spikes, at_spike=convention.recruitment_spike)
    last = fit.end[:, :, None]
    start = np.broadcast_to(recruited[:, None], shape)
    stop = np.minimum(derecruitment_time(spikes)[:, None], last)
    mirrored = np.minimum(_falling_past(value_at(recruited, time, command), time, command)[:, None], last)

    control = np.broadcast_to(np.arange(units)[:, None], (units, units)).reshape(1, -1)
    times = np.stack([start, mirrored, stop], axis=-1).reshape(samples, units * units, 3)
    rate = fit.at(np.broadcast_to(control, times.shape[:2]), times).reshape(*shape, 3)
    up, down, end = np.moveaxis(rate, -1, 0)

    def at(when: np.ndarray) -> np.ndarray:
        inside = np.clip(when, time[0], time[-1])  # a unit may fire a little beyond the last sample of the command
        return value_at(inside.reshape(samples, -1), time, command).reshape(shape)

    return Parts(counts, start, mirrored, stop, at(mirrored) - at(stop), up - end, down - end, down - up)


def _falling_past(value: np.ndarray, time: np.ndarray, command: np.ndarray) -> np.ndarray:
    """When each sample's command, past its peak, falls to each value (sample, unit): s."""
    when = np.full(value.shape, np.nan)
    for row, (wanted, course) in enumerate(zip(value, command, strict=True)):
        top = int(np.argmax(course))
        when[row] = np.interp(wanted, course[top:][::-1], time[top:][::-1])
    return np.where(np.isnan(value), np.nan, when)
