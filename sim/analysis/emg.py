"""The surface EMG of a muscle from the spikes that reach it, and what an electromyograph reads from it.

Each spike of unit i at time s adds the potential of that unit,

    amplitude_i shape((t - s - delay_i)/width),    shape(x) = x exp(-x**2), scaled to a peak-to-peak of 1

the first of the Hermite-Rodriguez functions that Lo Conte, Merletti & Sandri 1994 (IEEE Trans Biomed Eng 41:1147)
expand such potentials in: two phases, as a bipolar electrode sees them. Potentials of opposite phase cancel, so the EMG
grows more slowly than the number of spikes. Its spectrum is highest at 1/(sqrt(2) pi width).
"""

import numpy as np

RATE = 2000.0
"""Hz, of the samples."""
WIDTH = 2.5e-3
"""s; chosen: the spectrum of one potential is highest at 90 Hz, and 1e-4 of its energy lies above 380 Hz."""
REACH = 4.0
"""In widths: beyond, a potential is below 1e-6 of its height."""
PEAK_TO_PEAK = np.sqrt(2.0) * np.exp(-0.5)
"""Of x exp(-x**2)."""
AT_ONCE = 200_000
"""Spikes whose potentials are added at once; it bounds the memory."""


def potential(time: np.ndarray, width: float = WIDTH) -> np.ndarray:
    """The potential of a unit whose peak-to-peak is 1, at a time (s) from its zero crossing."""
    x = time / width
    return x * np.exp(-(x**2)) / PEAK_TO_PEAK


def surface_emg(
    times: np.ndarray,
    amplitude: np.ndarray,
    *,
    stop: float,
    start: float = 0.0,
    delay: np.ndarray | float = 0.0,
    width: float = WIDTH,
    rate: float = RATE,
) -> tuple[np.ndarray, np.ndarray]:
    """The EMG of a muscle.

    Args:
        times: s, when spikes reach the muscle, (sample, unit, spike), padded with NaN.
        amplitude: peak-to-peak of each unit's potential, (unit,); the EMG has its unit.
        start, stop: s, of the EMG.
        delay: s, from the spike to the middle of its potential, (unit,) or one for all.
        width: s, of a potential.
        rate: Hz.

    Returns:
        Times, (time,), and the EMG, (sample, time).

    Raises:
        ValueError: shapes that do not fit, or nothing between start and stop.
    """
    samples, units, _ = times.shape
    if np.shape(amplitude) != (units,):
        raise ValueError(f"there are {units} units, but the amplitudes are {np.shape(amplitude)}; give one for each.")
    count = int(np.ceil((stop - start) * rate - 1e-9))
    if count < 1:
        raise ValueError(f"an EMG begins before it stops, but this one is from {start:g} to {stop:g} s.")
    emg = np.zeros(samples * count)
    at = times + np.broadcast_to(delay, (units,))[:, None]
    reach = int(np.ceil(REACH * width * rate))
    around = np.arange(-reach, reach + 1)
    near = np.isfinite(at) & (at > start - REACH * width) & (at < stop + REACH * width)
    sample, unit, spike = np.nonzero(near)
    for first in range(0, len(sample), AT_ONCE):
        own = slice(first, first + AT_ONCE)
        when = (at[sample[own], unit[own], spike[own]] - start) * rate
        place = np.rint(when).astype(int)[:, None] + around
        shape = potential((place - when[:, None]) / rate, width) * amplitude[unit[own], None]
        inside = (place >= 0) & (place < count)
        emg += np.bincount((sample[own, None] * count + place)[inside], shape[inside], minlength=len(emg))
    return start + np.arange(count) / rate, emg.reshape(samples, count)


def peak_to_peak(time: np.ndarray, emg: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Highest minus lowest value in a window, as M and H are measured: (sample,), in the unit of the EMG.

    Args:
        time: s, (time,).
        emg: (sample, time).
        start, stop: s; the window is from start to before stop.

    Raises:
        ValueError: the window holds no sample of the EMG.
    """
    return np.ptp(_within(time, emg, start, stop)[1], axis=-1)


def latency(
    time: np.ndarray, emg: np.ndarray, start: float, stop: float, *, share: float = 0.05, least: float = 0.0
) -> np.ndarray:
    """When a response begins: s, (sample,), NaN where there is none.

    It begins where the EMG first exceeds `share` of its largest value in the window, on either side.

    Args:
        least: largest value below which there is no response.

    Raises:
        ValueError: the window holds no sample of the EMG.
    """
    t, x = _within(time, np.abs(emg), start, stop)
    highest = x.max(axis=-1, keepdims=True)
    first = (x > share * highest).argmax(axis=-1)
    return np.where(highest[:, 0] > least, t[first], np.nan)


def mean_rectified(time: np.ndarray, emg: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Mean of the rectified EMG in a window: (sample,), in its unit.

    Raises:
        ValueError: the window holds no sample of the EMG.
    """
    return np.abs(_within(time, emg, start, stop)[1]).mean(axis=-1)


def envelope(emg: np.ndarray, span: float, rate: float = RATE) -> np.ndarray:
    """The rectified EMG, averaged over `span` seconds around each moment: (sample, time)."""
    width = max(1, round(span * rate))
    total = np.cumsum(np.pad(np.abs(emg), ((0, 0), (width // 2 + 1, width - width // 2 - 1))), axis=-1)
    seen = np.cumsum(np.pad(np.ones(emg.shape[-1]), (width // 2 + 1, width - width // 2 - 1)))
    count = emg.shape[-1]
    ends = np.minimum(np.arange(count) + width, total.shape[-1] - 1)
    return (total[:, ends] - total[:, :count]) / (seen[ends] - seen[:count])


def _within(time: np.ndarray, emg: np.ndarray, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
    inside = (time >= start - 1e-9) & (time < stop - 1e-9)
    if not inside.any():
        raise ValueError(f"the EMG has no sample from {start:g} to {stop:g} s: it is from {time[0]:g} to {time[-1]:g}.")
    return time[inside], emg[:, inside]
