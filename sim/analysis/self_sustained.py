"""Self-sustained firing: units that go on firing after the input that recruited them has ended."""

from typing import Any

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.spikes import as_spike_times


def count_in_window(spike_times: Any, start: Any, stop: Any) -> np.ndarray:
    """Spikes of each unit in start <= t < stop.

    Args:
        spike_times: s, (..., unit, spike).
        start, stop: s, a number or (...), one window for each sample.

    Returns:
        int, (..., unit).

    Raises:
        ValueError: a window that does not end after it starts.
    """
    times = as_spike_times(spike_times)
    start, stop = np.asarray(start, dtype=float), np.asarray(stop, dtype=float)
    if not (stop > start).all():
        raise ValueError("a window must end after it starts, but one does not. Give start < stop, in seconds.")
    return ((times >= start[..., None, None]) & (times < stop[..., None, None])).sum(axis=-1)


def rate_in_window(spike_times: Any, start: Any, stop: Any) -> np.ndarray:
    """Mean discharge rate of each unit in a window, spikes over duration: pps, (..., unit). Args as above."""
    duration = np.asarray(stop, dtype=float) - np.asarray(start, dtype=float)
    return count_in_window(spike_times, start, stop) / duration[..., None]


def self_sustained_units(spike_times: Any, *, before: tuple[Any, Any], after: tuple[Any, Any]) -> np.ndarray:
    """Units that fire after an input and did not fire before it.

    Args:
        spike_times: s, (..., unit, spike).
        before: s, start and stop of a window before the input; each a number or (...).
        after: s, start and stop of a window after the input's end.

    Returns:
        bool, (..., unit); sum over units for the count.

    Raises:
        ValueError: a window that does not end after it starts.
    """
    return (count_in_window(spike_times, *after) > 0) & (count_in_window(spike_times, *before) == 0)


def self_sustained_duration(spike_times: Any, input_end: Any, *, longest_interval: float = 1.0) -> np.ndarray:
    """For how long each unit goes on firing after the input ended, without a pause.

    Args:
        spike_times: s, (..., unit, spike).
        input_end: s, a number or (...).
        longest_interval: s, a longer interval is a pause and ends the firing; the input's end counts as the spike
            before the first.

    Returns:
        s, (..., unit), from the input's end to the last spike before the first pause; 0 for a unit that stops with the
        input or is silent.
    """

    def measure(times: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, ...]:
        end = end[:, None, None]
        after = times > end
        later = np.where(after, times, end)  # earlier spikes and the padding stand at the input's end
        gaps = np.diff(later, axis=-1, prepend=np.broadcast_to(end, (*later.shape[:-1], 1)))
        sustained = after & ~np.logical_or.accumulate(after & (gaps > longest_interval), axis=-1)
        return (np.where(sustained, later - end, 0).max(axis=-1, initial=0),)

    times = as_spike_times(spike_times)
    end = np.asarray(input_end, dtype=float)
    scratch = 4 * times.shape[-2] * times.shape[-1]
    return in_chunks(measure, times, end, core=(2, 0), scratch_per_sample=scratch)[0]
