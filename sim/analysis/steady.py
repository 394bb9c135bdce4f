"""Steady firing: a unit from the first to the last of several discharges in a row, without strays before and behind."""

from typing import Any

import numpy as np

from sim.analysis.spikes import as_spike_times, intervals


def steady_firing(spike_times: Any, discharges: int, longest: float) -> np.ndarray:
    """The same trains, from the first discharge that begins a row to the last that ends one.

    Args:
        spike_times: s, (..., unit, spike).
        discharges: in a row; 1 leaves the trains as they are.
        longest: s, interval within a row.

    Returns:
        s, shaped as the spike times; a unit that never fires so many in a row has none left.

    Raises:
        ValueError: spike times out of order.
    """
    times = as_spike_times(spike_times).astype(float, copy=False)
    if discharges <= 1:
        return times
    with np.errstate(invalid="ignore"):
        near = intervals(times) <= longest  # (..., spike - 1)
    span = discharges - 1
    if near.shape[-1] < span:
        return np.full_like(times, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(near, span, axis=-1)
    rows = np.asarray(windows.all(axis=-1))  # (..., place): whether a row begins at this discharge
    count, place = near.shape[-1] - span + 1, np.arange(times.shape[-1])
    any_row = np.asarray(rows.any(axis=-1))
    first = np.where(any_row, rows.argmax(axis=-1), times.shape[-1])
    last = np.where(any_row, count - 1 - rows[..., ::-1].argmax(axis=-1) + span, -1)
    return np.sort(np.where((place >= first[..., None]) & (place <= last[..., None]), times, np.nan), axis=-1)
