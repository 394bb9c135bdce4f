"""Silence: when all units of a pool have stopped, which of them have not, and whether firing came back."""

from typing import Any, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.self_sustained import count_in_window
from sim.analysis.spikes import as_spike_times


class Silence(NamedTuple):
    """Whether and when firing stopped, for each sample.

    Args:
        stopped: bool, no unit fires in the last `gap` s before `end`.
        time_to_stop: s, from `start` to the last spike of any unit; 0 where no unit fires after `start`, NaN where
            firing has not stopped.
        units_left: int, units that fire in the last `gap` s before `end`.
        recurred: bool, all units paused for `gap` s or longer after `start`, and then a unit fired.
    """

    stopped: np.ndarray
    time_to_stop: np.ndarray
    units_left: np.ndarray
    recurred: np.ndarray


def silence(spike_times: Any, start: Any, end: Any, *, gap: float = 1.0) -> Silence:
    """What becomes of the firing of a pool between two times, `start` being that at which something is done against it.

    Args:
        spike_times: s, (..., unit, spike), padded with NaN; spikes at `end` and later do not count.
        start, end: s, a number or (...).
        gap: s, shortest pause of all units that counts as silence.

    Returns:
        Each (...).

    Raises:
        ValueError: `gap` is not positive, or is longer than the time from `start` to `end`.
    """
    times = as_spike_times(spike_times)
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    if not gap > 0 or not (end - start >= gap).all():
        raise ValueError(
            f"silence is looked for in pauses of {gap:g} s, which must be above 0 and fit between start and end. "
            "Give a shorter gap or a later end."
        )

    def measure(times: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, ...]:
        start, end = start[:, None], end[:, None]
        fired = times.reshape(len(times), -1)
        fired = np.sort(np.where((fired > start) & (fired < end), fired, start), axis=-1)  # the others stand at `start`
        last = fired[:, -1]
        pauses = np.diff(fired, axis=-1, prepend=start)
        return last - start[:, 0], np.asarray((pauses >= gap).any(axis=-1))

    scratch = 4 * times.shape[-2] * times.shape[-1]
    last, recurred = in_chunks(measure, times, start, end, core=(2, 0, 0), scratch_per_sample=scratch)
    left = np.asarray((count_in_window(times, end - gap, end) > 0).sum(axis=-1))
    stopped = np.asarray(np.equal(left, 0))
    return Silence(stopped, np.where(stopped, last, np.nan), left, recurred)
