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
    bursts = _bursts(fired, SILENCE if known is None else REST)
    main = [k for k, burst in enumerate(bursts) if _is_main(times, burst)]
    cuts = []
    for before, after in pairwise(main):
        gaps = [(bursts[k][1], bursts[k + 1][0]) for k in range(before, after)]
        start, stop = max(gaps, key=lambda gap: gap[1] - gap[0])
        returned = None if known is None else _returned(*known, bursts, (start, stop))
        if returned or (returned is None and stop - start > SILENCE):
            cuts.append((start + stop) / 2)
    return np.column_stack([[whole[0], *cuts], [*cuts, whole[1]]])


def long_silences(times: np.ndarray, start: float, stop: float) -> list[tuple[float, float]]:
    """Silences of all units for more than `SILENCE` within one contraction, with a unit that takes part on each side.

    Args:
        times: s, (unit, spike), padded with NaN.
        start, stop: s, of the contraction.
    """
    fired = np.sort(times[(times >= start) & (times <= stop)])
    bursts = [burst for burst in _bursts(fired, SILENCE) if _taking_part(times, burst)]
    return [(before[1], after[0]) for before, after in pairwise(bursts)]


def _bursts(fired: np.ndarray, silence: float) -> list[tuple[float, float]]:
    """First and last discharge of each run without a longer silence."""
    if not len(fired):
        return []
    apart = np.flatnonzero(np.diff(fired) > silence)
    return list(zip(fired[np.r_[0, apart + 1]].tolist(), fired[np.r_[apart, -1]].tolist(), strict=True))


def _taking_part(times: np.ndarray, burst: tuple[float, float]) -> int:
    """Units that take part in a burst."""
    return int((((times >= burst[0]) & (times <= burst[1])).sum(axis=1) >= TAKES_PART).sum())


def _is_main(times: np.ndarray, burst: tuple[float, float]) -> bool:
    taking = _taking_part(times, burst)
    return taking > 0 and 2 * taking >= _taking_part(times, (-np.inf, np.inf))


def _returned(
    clock: np.ndarray, force: np.ndarray, bursts: list[tuple[float, float]], gap: tuple[float, float]
) -> bool | None:
    """Whether the force returns to rest in a gap between bursts, whatever its sign; None where nobody can tell."""
    inside = (clock > gap[0]) & (clock < gap[1])
    resting = ~inside
    for start, stop in bursts:
        resting &= (clock < start) | (clock > stop)
    if not inside.any() or not resting.any():
        return None
    away = np.abs(force - np.median(force[resting]))
    return bool(away[inside].min() <= RETURNED * away.max())
