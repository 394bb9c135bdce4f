"""Where one contraction of a recording ends and the next begins."""

from itertools import pairwise

import numpy as np

SILENCE = 3.0
"""s; all units are silent for longer between two contractions."""
REST = 1.0
"""s; enough silence where the force is seen to return to its rest."""
RETURNED = 0.2
"""Of the range of the force; nearer to rest it has returned."""
TAKES_PART = 4
"""Discharges from which a unit takes part in a burst; a doublet after the end does not."""


def contraction_windows(
    times: np.ndarray, clock: np.ndarray | None = None, force: np.ndarray | None = None
) -> np.ndarray:
    """The contractions of a recording, each from the middle of the silence before it to that of the silence after it.

    Two contractions are bursts in which at least half of the units take part, and between which all units are silent
    for more than `SILENCE`, unless the force is known not to return to rest in between; or for more than `REST`, if it
    is known to return. A pause of some units does not end a contraction.

    Args:
        times: s, (unit, spike), padded with NaN.
        clock, force: s and any unit, (time,), of the force, if there is one.

    Returns:
        s, (contraction, 2), start and stop; the first start and the last stop are those of discharges and force.
    """
    fired = np.sort(times[np.isfinite(times)])
    ends = fired if clock is None else np.r_[fired, clock]
    whole = (float(ends.min()), float(ends.max())) if len(ends) else (np.nan, np.nan)
    known = None if clock is None or force is None else (clock[np.isfinite(force)], force[np.isfinite(force)])
    starts, stops = _bursts(fired, SILENCE if known is None else REST)
    taking = _taking_part(times, starts)
    main = np.flatnonzero((taking > 0) & (2 * taking >= _taking_part(times, fired[:1]).sum()))
    cuts = []
    for before, after in pairwise(main.tolist()):
        longest = before + int(np.argmax(starts[before + 1 : after + 1] - stops[before:after]))
        gap = float(stops[longest]), float(starts[longest + 1])
        returned = None if known is None else _returned(*known, starts, stops, gap)
        if returned or (returned is None and gap[1] - gap[0] > SILENCE):
            cuts.append(sum(gap) / 2)
    return np.column_stack([[whole[0], *cuts], [*cuts, whole[1]]])


def long_silences(times: np.ndarray, start: float, stop: float) -> list[tuple[float, float]]:
    """Silences of all units for more than `SILENCE` within one contraction, with a unit that takes part on each side.

    Args:
        times: s, (unit, spike), padded with NaN.
        start, stop: s, of the contraction.
    """
    inside = np.where((times >= start) & (times <= stop), times, np.nan)
    starts, stops = _bursts(np.sort(inside[np.isfinite(inside)]), SILENCE)
    some = _taking_part(inside, starts) > 0
    return list(zip(stops[some][:-1].tolist(), starts[some][1:].tolist(), strict=True))


def _bursts(fired: np.ndarray, silence: float) -> tuple[np.ndarray, np.ndarray]:
    """First and last discharge of each run without a longer silence, each (burst,)."""
    apart = np.flatnonzero(np.diff(fired) > silence)
    return (fired[np.r_[0, apart + 1]], fired[np.r_[apart, -1]]) if len(fired) else (fired, fired)


def _taking_part(times: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Units that take part in each burst, (burst,)."""
    unit, spike = np.nonzero(np.isfinite(times))
    if not len(starts) or not len(unit):
        return np.zeros(len(starts), int)
    burst = np.searchsorted(starts, times[unit, spike], side="right") - 1
    pair, count = np.unique(burst * len(times) + unit, return_counts=True)
    return np.bincount(pair[count >= TAKES_PART] // len(times), minlength=len(starts))


def _returned(
    clock: np.ndarray, force: np.ndarray, starts: np.ndarray, stops: np.ndarray, gap: tuple[float, float]
) -> bool | None:
    """Whether the force returns to rest in a gap between bursts, whatever its sign; None where nobody can tell."""
    inside = (clock > gap[0]) & (clock < gap[1])
    burst = np.searchsorted(starts, clock, side="right") - 1
    resting = ~inside & ((burst < 0) | (clock > stops[burst]))
    if not inside.any() or not resting.any():
        return None
    away = np.abs(force - np.median(force[resting]))
    return bool(away[inside].min() <= RETURNED * away.max())
