"""The flanks of a contraction, read from its force: lines through a quarter and three quarters of each flank."""

from typing import Any

import numpy as np

from sim.analysis.summaries.flanks import Flanks

LEVELS = (0.25, 0.75)
"""Of the top, between which a flank is taken as straight."""
TOP = 0.95
"""Of the ordered force, what counts as the top: a plateau, or the last part of a triangle, without its noise."""
SHORT = 0.2
"""Of the mean duration of the flanks, below which there is no plateau but a tip."""
SMOOTHED = 0.25
"""s, of a running mean."""


def flanks_of_force(t: Any, force: Any) -> Flanks:
    """When a contraction rises, stays and falls.

    Args:
        t: s, (time,), at even distances.
        force: any unit, (time,); NaN where it is not known.

    Raises:
        ValueError: there is no contraction in it: no rise to a top and fall from it.
    """
    t, force = np.asarray(t, float), np.asarray(force, float)
    known = np.isfinite(t) & np.isfinite(force)
    if known.sum() < 8:
        raise ValueError(f"the flanks of a contraction are read from its force, but that has {known.sum()} values.")
    t, force = t[known], force[known]
    width = max(1, round(SMOOTHED / float(np.median(np.diff(t)))))
    if width > 1:
        weight = np.convolve(np.ones(len(force)), np.ones(width), "same")
        force = np.convolve(force, np.ones(width), "same") / weight
    rest = float(np.quantile(force, 1 - TOP))
    top = float(np.quantile(force, TOP))
    if not top > rest:
        raise ValueError("the flanks of a contraction are read from its force, but that does not change.")
    force = (force - rest) / (top - rest)
    tip = int(np.argmax(force))
    low, high = (_last_below(t[: tip + 1], force[: tip + 1], level) for level in LEVELS)
    high_off, low_off = (-_last_below(-t[tip:][::-1], force[tip:][::-1], level) for level in reversed(LEVELS))
    if not (np.isfinite([low, high, high_off, low_off]).all() and low < high <= high_off < low_off):
        raise ValueError(
            "the force of the recording does not rise from rest to a top and fall again, so its flanks are not known; "
            "choose one contraction with window=[FROM,TO], or give question.flanks."
        )
    share = LEVELS[0] / (LEVELS[1] - LEVELS[0])
    up, down = (high - low) * (1 + 2 * share), (low_off - high_off) * (1 + 2 * share)
    start, end = low - (high - low) * share, low_off + (low_off - high_off) * share
    hold = end - start - up - down
    if hold < SHORT * (up + down) / 2:
        up, down, hold = up + hold * up / (up + down), down + hold * down / (up + down), 0.0
    return Flanks(start, up, hold, down)


def _last_below(t: np.ndarray, force: np.ndarray, level: float) -> float:
    """When a force that ends above a level came there for the last time, linear between values; NaN if it never was
    below."""
    below = np.flatnonzero(force < level)
    if not len(below) or below[-1] + 1 >= len(force):
        return np.nan
    k = below[-1]
    return float(t[k] + (level - force[k]) / (force[k + 1] - force[k]) * (t[k + 1] - t[k]))
