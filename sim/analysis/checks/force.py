"""Checks of the force: is it of this contraction, in which unit, with which sign, and all of it?"""

import numpy as np

from sim.analysis.checks.record import Doubt, Lost, Record

CONSTANT = 1.0  # s, of exactly the same value while units fire: clipped, or a cable that came off
SAMPLES = 5  # of which it must consist
INVERTED = -0.5  # correlation of the force with the number of active units
STILL = 0.1  # of the range of the force: it moves by less while units fire, and by the rest when none does
HOLE = 0.5  # s without a sample of the force, which no line is drawn through
OFTEN = 10.0  # usual intervals between its samples: the same, for a force that is sampled rarely


def with_holes(clock: np.ndarray, force: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The force with NaN in every hole between its samples, so that nothing is read there.

    Args:
        clock: s, (time,), increasing.
        force: any unit, (time,).
    """
    if len(clock) < 3:
        return clock, force
    gaps = np.diff(clock)
    holes = np.flatnonzero(gaps > max(HOLE, OFTEN * np.median(gaps)))
    inside = np.concatenate([np.nextafter(clock[holes], np.inf), np.nextafter(clock[holes + 1], -np.inf)])
    order = np.argsort(np.concatenate([clock, inside]), kind="stable")
    return (
        np.concatenate([clock, inside])[order],
        np.concatenate([force, np.full(len(inside), np.nan)])[order],
    )


def overlaps(record: Record) -> bool:
    """Whether force and discharges are of the same time."""
    fired = record.times[np.isfinite(record.times)]
    if record.clock is None or not len(record.clock) or not len(fired):
        return False
    return bool(record.clock[0] < fired.max() and record.clock[-1] > fired.min())


def elsewhere(record: Record) -> list[Doubt]:
    """A force of another time than the discharges, or of a part of it."""
    fired = record.times[np.isfinite(record.times)]
    if record.clock is None or record.force is None or not len(fired):
        return []
    clock = record.clock
    said = f"force from {clock[0]:.4g} to {clock[-1]:.4g} s, discharges from {fired.min():.4g} to {fired.max():.4g} s"
    if not overlaps(record):
        return [Doubt(f"{said}: they do not overlap in time, so the force is not used", lost=Lost.BRACE)]
    outside = float(((fired < clock[0]) | (fired > clock[-1])).mean())
    return [Doubt(f"{said}: {100 * outside:.2g} % of the discharges lie outside")] if outside > 0.01 else []


def unrelated(record: Record) -> list[Doubt]:
    """A force that moves when no unit fires and hardly while they do: of another clock, or another trial."""
    if record.clock is None or record.force is None or not overlaps(record):
        return []
    fired = record.times[np.isfinite(record.times)]
    during = record.force[(record.clock >= fired.min()) & (record.clock <= fired.max())]
    whole, part = (x[np.isfinite(x)] for x in (record.force, during))
    if len(whole) < 2 or np.ptp(whole) == 0 or (len(part) and np.ptp(part) >= STILL * np.ptp(whole)):
        return []
    share = 100 * np.ptp(part) / np.ptp(whole) if len(part) else 0.0
    words = f"the force moves by {share:.2g} % of its range while units fire: another clock, or another trial? No brace"
    return [Doubt(f"{words} height", lost=Lost.BRACE)]


def without_unit(record: Record) -> list[Doubt]:
    """A force in no unit."""
    return [Doubt("the force has no unit")] if record.force is not None and not record.force_unit else []


def inverted(record: Record) -> list[Doubt]:
    """A force that falls while units are recruited."""
    if record.clock is None or record.force is None or not overlaps(record):
        return []
    clock, force = record.clock, record.force
    ends = [(train[0], train[-1]) for unit in range(record.count) if len(train := record.train(unit)) > 1]
    if not ends:
        return []
    active = sum(((clock >= start) & (clock <= stop)).astype(float) for start, stop in ends)
    known = np.isfinite(force)
    if known.sum() < 3 or np.ptp(force[known]) == 0 or np.ptp(np.asarray(active)[known]) == 0:
        return []
    if np.corrcoef(np.asarray(active)[known], force[known])[0, 1] > INVERTED:
        return []
    return [
        Doubt("the force falls while units are recruited (is its sign inverted?): no brace height", lost=Lost.BRACE)
    ]


def constant(record: Record) -> list[Doubt]:
    """A force that does not move at all, or for a part of the contraction; its resting value does not count."""
    if record.clock is None or record.force is None or not overlaps(record):
        return []
    clock, force = record.clock, record.force
    known = np.isfinite(force)
    if not known.any() or np.ptp(force[known]) == 0:
        return [Doubt("the force is constant" if known.any() else "the force is missing", lost=Lost.BRACE)]
    fired = record.times[np.isfinite(record.times)]
    rest = {float(force[known].min()), float(force[known][0]), float(force[known][-1])}
    breaks = np.flatnonzero(np.append(True, np.diff(force) != 0))
    runs = [(a, b) for a, b in zip(breaks, np.append(breaks[1:], len(force)) - 1, strict=True) if b - a >= SAMPLES]
    found = []
    for a, b in runs:
        since, until = max(clock[a], fired.min()), min(clock[b], fired.max())
        if np.isfinite(force[a]) and float(force[a]) not in rest and until - since > CONSTANT:
            found.append(f"{clock[a]:.1f} to {clock[b]:.1f} s")
    more = f" and {len(found) - 3} times more" * (len(found) > 3)
    return [Doubt(f"the force is exactly constant from {', '.join(found[:3])}{more}")] if found else []


def missing(record: Record) -> list[Doubt]:
    """Parts of the contraction in which the force is not known."""
    if record.clock is None or record.force is None or not overlaps(record) or not np.isfinite(record.force).any():
        return []
    fired = record.times[np.isfinite(record.times)]
    known = np.isfinite(np.interp(fired, *with_holes(record.clock, record.force), left=0, right=0))
    lost = 1 - float(known.mean())
    return [Doubt(f"the force is missing at {100 * lost:.2g} % of the discharges")] if lost > 0 else []
