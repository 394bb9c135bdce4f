"""How much motor units share: their rates, smoothed, correlated pair by pair (De Luca, LeFever, McCue & Xenakis 1982).

    rate_i(t) = sum_k h(t - t_ik)        h a Hann window of 400 ms and unit area
    common drive of a pair = max over lags within 50 ms of the correlation of two rates without their slow part

What changes more slowly than 0.75 Hz is taken away first: a unit's slow drift is no drive that it shares from moment
to moment. Two units that fire independently of each other have about 0.05, since the best lag is taken.
"""

from typing import Any

import numpy as np
from scipy.signal import butter, sosfiltfilt

from sim.analysis.means import known_mean
from sim.analysis.spikes import as_spike_times

WIDTH = 0.4
"""s, of the Hann window."""
SLOWEST = 0.75
"""Hz, of what is compared."""
LAG = 0.05
"""s, by which one unit may follow the other."""
SHORTEST = 3 * WIDTH
"""s, of a window."""
STEP = 0.01
"""s, between two values of a rate."""


def common_drive(spike_times: Any, start: float, stop: float, *, longest: float = 1.0) -> np.ndarray:
    """Mean common drive over all pairs of units that fire throughout a window.

    Args:
        spike_times: s, (sample, unit, spike), padded with NaN.
        start, stop: s.
        longest: s; a unit that pauses for longer, at the ends of the window too, is left out.

    Returns:
        1, (sample,); NaN with fewer than two units.

    Raises:
        ValueError: a window shorter than `SHORTEST`, or spike times out of order.
    """
    if stop - start < SHORTEST:
        raise ValueError(f"common drive needs {SHORTEST:g} s at least, but the window is {start:g} to {stop:g} s.")
    times = as_spike_times(spike_times)
    return np.array([_of_one(units, start, stop, longest) for units in times])


def _of_one(units: np.ndarray, start: float, stop: float, longest: float) -> float:
    trains = [t for t in units if _throughout(t, start, stop, longest)]
    if len(trains) < 2:
        return np.nan
    rates = _smoothed(trains, start, stop)
    fast = sosfiltfilt(butter(2, SLOWEST, "high", fs=1 / STEP, output="sos"), rates, axis=-1)
    fast -= fast.mean(axis=-1, keepdims=True)
    spread = fast.std(axis=-1, keepdims=True)
    z = np.divide(fast, spread, out=np.full_like(fast, np.nan), where=spread > 0)
    count = z.shape[-1]
    lags = range(round(LAG / STEP) + 1)
    later = np.max([z[:, : count - lag] @ z[:, lag:].T / (count - lag) for lag in lags], axis=0)
    best = np.maximum(later, later.T)
    return float(known_mean(best[np.triu_indices(len(best), 1)]))


def _throughout(times: np.ndarray, start: float, stop: float, longest: float) -> bool:
    inside = times[(times >= start) & (times < stop)]
    return bool(np.diff(np.concatenate([[start], inside, [stop]])).max() <= longest)


def _smoothed(trains: list[np.ndarray], start: float, stop: float) -> np.ndarray:
    """pps, (unit, time), without the ends that a window does not fill."""
    count, width = round((stop - start) / STEP), round(WIDTH / STEP)
    window = np.hanning(width + 1)
    window /= window.sum() * STEP
    impulses = np.zeros((len(trains), count))
    for row, times in zip(impulses, trains, strict=True):
        place = np.floor((times[(times >= start) & (times < stop)] - start) / STEP).astype(int)
        np.add.at(row, np.minimum(place, count - 1), 1.0)
    smooth = [np.convolve(row, window, "same")[width // 2 : count - width // 2] for row in impulses]
    return np.array(smooth)
