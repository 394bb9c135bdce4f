"""Doublets and double detections: discharges that follow another sooner than a rate can be made of.

Motor units fire doublets at recruitment, mostly 3 to 10 ms apart, and a decomposition may find one discharge twice. One
over such an interval is no rate of the drive: 250 pps in one point bends any smoothed curve.
"""

from typing import Any

import numpy as np

from sim.analysis.spikes import as_spike_times, intervals


def without_doublets(spike_times: Any, shortest: float) -> tuple[np.ndarray, np.ndarray]:
    """The same trains without the discharges that follow another within `shortest`.

    The first discharge of a doublet stays, so the intervals before and behind it are those between what is left.

    Args:
        spike_times: s, (..., unit, spike).
        shortest: s; an interval as long as this stays.

    Returns:
        s, shaped as the spike times, and how many were left out of each unit, (..., unit).

    Raises:
        ValueError: spike times out of order.
    """
    times = as_spike_times(spike_times).astype(float, copy=False)
    with np.errstate(invalid="ignore"):
        soon = np.nan_to_num(intervals(times), nan=np.inf) < shortest
    soon = np.concatenate([np.zeros((*times.shape[:-1], 1), bool), soon], axis=-1)
    return np.sort(np.where(soon, np.nan, times), axis=-1), soon.sum(axis=-1)
