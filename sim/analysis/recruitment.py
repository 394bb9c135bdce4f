"""Recruitment and derecruitment of units, and how orders across a pool agree (size principle, onion skin)."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from sim.analysis.spikes import as_spike_times


def recruitment_time(spike_times: Any, *, at_spike: int = 1) -> np.ndarray:
    """Time at which each unit is recruited.

    Args:
        spike_times: s, (..., unit, spike).
        at_spike: which spike counts as recruitment: 1, or 2 for the first instantaneous rate.

    Returns:
        s, (..., unit); NaN for a unit with fewer spikes.
    """
    times = as_spike_times(spike_times)
    return times[..., at_spike - 1].astype(float)


def derecruitment_time(spike_times: Any) -> np.ndarray:
    """Time of each unit's last spike: s, (..., unit), NaN for a silent unit; spike times s, (..., unit, spike)."""
    return np.fmax.reduce(as_spike_times(spike_times), axis=-1, initial=np.nan).astype(float)


def value_at(when: Any, t: Any, x: Any) -> np.ndarray:
    """A signal at chosen times, linear between its samples: the torque at recruitment, say.

    Args:
        when: s, (..., unit) or any axes behind the leading ones; NaN gives NaN.
        t: s, (time,), increasing.
        x: any unit, (..., time), leading axes as the first ones of `when` or absent.

    Returns:
        In the unit of `x`, shaped as `when`; NaN outside `t`.

    Raises:
        ValueError: `t` does not increase, or `x` is not sampled at `t`.
    """
    when, t, x = np.asarray(when, dtype=float), np.asarray(t, dtype=float), np.asarray(x, dtype=float)
    if t.ndim != 1 or len(t) < 2 or not (np.diff(t) > 0).all():
        raise ValueError(f"a signal needs increasing times (time,), at least two, but they have shape {t.shape}.")
    if x.shape[-1] != len(t):
        raise ValueError(f"the signal has {x.shape[-1]} values for {len(t)} times. Give x as (..., time).")
    inside = (when >= t[0]) & (when <= t[-1])
    safe = np.where(inside, when, t[0])
    left = np.clip(np.searchsorted(t, safe, side="right") - 1, 0, len(t) - 2)
    share = (safe - t[left]) / (t[left + 1] - t[left])
    flat = left.reshape(*left.shape[: x.ndim - 1], -1)
    rows = np.broadcast_to(x, (*left.shape[: x.ndim - 1], len(t)))
    low, high = (np.take_along_axis(rows, flat + k, axis=-1).reshape(left.shape) for k in (0, 1))
    return np.where(inside, low + share * (high - low), np.nan)


def rank_correlation(a: Any, b: Any) -> np.ndarray:
    """Spearman's rank correlation across the units of a pool.

    Recruitment time against size: +1 is perfect size order. Peak rate against recruitment time: -1 is a perfect onion
    skin, earlier units firing faster.

    Args:
        a, b: any unit, (..., unit); units where either is NaN are left out.

    Returns:
        1, (...); NaN with fewer than three units or without any difference between them.
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    both = np.isfinite(a) & np.isfinite(b)
    n = both.sum(axis=-1)
    # Absent units share the last rank, which the mask then takes out.
    x, y = (np.where(both, rankdata(np.where(both, v, np.inf), axis=-1), 0) for v in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = (np.where(both, v - (v.sum(axis=-1) / n)[..., None], 0) for v in (x, y))
        spread = np.sqrt((x**2).sum(axis=-1) * (y**2).sum(axis=-1))
        return np.where((n >= 3) & (spread > 0), (x * y).sum(axis=-1) / spread, np.nan)
