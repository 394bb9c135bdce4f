"""Checks of the record: does it hold one contraction, and all of it?"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from sim.analysis.checks.record import Doubt, Lost, Record

SILENT = 1.0  # s, a pause of all units that may part two contractions
TAKES_PART = 4  # discharges of a unit that takes part in one
WITHIN = 1.5  # usual intervals between a discharge and the border, within which a unit fires on across it
AT_END = 5  # intervals that say what is usual there
TOGETHER = 3  # units that stop at one moment: the record ends there, where nothing else says so
MOST = 2 / 3  # of those that fire within the second before: in a contraction units come and go one by one
BEGINS, ENDS = 0.8, 0.6  # of its fastest rate; units start and stop more slowly (clean recordings: 0.75, 0.58)
FASTER = 1.25  # than it started: so fast stops a unit that was lost
LONG = 60  # intervals of a unit of which that is asked
SECOND, HALF = 1.0, 0.5  # s
ROUNDING = 1e-6  # s; a border that is a discharge is none that is known


def pauses_of_all(record: Record) -> list[Doubt]:
    """Several contractions in one: nothing between them, and recruitment and derecruitment in different ones.

    A contraction is a burst in which at least half of the units take part.
    """
    fired = np.sort(record.times[np.isfinite(record.times)].astype(float))
    if not len(fired):
        return []
    apart = np.flatnonzero(np.diff(fired) > max(SILENT, record.longest_interval))
    bursts = zip(fired[np.append(0, apart + 1)], fired[np.append(apart, -1)], strict=True)
    everyone = _taking_part(record, -np.inf, np.inf)
    main = [burst for burst in bursts if everyone and 2 * _taking_part(record, *burst) >= everyone]
    pauses = [(one[1], other[0]) for one, other in pairwise(main)]
    if not pauses:
        return []
    where = ", ".join(f"{since:.1f} to {until:.1f} s" for since, until in pauses[:3])
    more = f" and {len(pauses) - 3} times more" * (len(pauses) > 3)
    words = (
        f"all units pause from {where}{more}: {len(main)} contractions? No ΔF, recruitment or derecruitment; measure "
        "one with window=[from,to]"
    )
    return [Doubt(words, lost=Lost.RECRUITMENT | Lost.DERECRUITMENT | Lost.BRACE)]


def _taking_part(record: Record, since: float, until: float) -> int:
    return int((((record.times >= since) & (record.times <= until)).sum(axis=-1) >= TAKES_PART).sum())


def cut(record: Record) -> list[Doubt]:
    """Units that fire when the record begins or ends."""
    found = []
    for backwards, lost, word in ((False, Lost.RECRUITMENT, "begins"), (True, Lost.DERECRUITMENT, "ends")):
        units, at = _across(record, backwards)
        if units:
            what = "recruitment" if lost is Lost.RECRUITMENT else "derecruitment"
            words = f"firing when the record {word} (at {at:.2f} s), so that {what} is not known and there is no ΔF"
            remarks = (f"fires when the record {word}",) * len(units)
            ends = [speed(-record.train(unit)[::-1]) for unit in units]
            peak = backwards and np.mean(ends) < ENDS  # they have peaked and slow down
            found.append(Doubt(words, units, remarks, lost if peak else lost | Lost.BRACE))
    return found


def abrupt(record: Record) -> list[Doubt]:
    """Units that stop as if lost, faster than they started; those that the record cuts are told there."""
    cut_off = {unit for doubt in cut(record) for unit in doubt.units}
    trains = {unit: record.train(unit) for unit in range(record.count) if unit not in cut_off}
    ends = {k: (speed(t), speed(-t[::-1])) for k, t in trains.items() if len(t) > LONG}
    units = tuple(k for k, (start, stop) in ends.items() if stop >= max(ENDS, FASTER * start))
    if not units:
        return []
    words = "stops faster than it started (lost by the decomposition?), which moves derecruitment"
    return [Doubt(words, units, ("stops abruptly",) * len(units))]


def _across(record: Record, backwards: bool) -> tuple[tuple[int, ...], float]:
    """Units that fire across a border of the record, and where it is (s)."""
    trains = [record.train(unit) for unit in range(record.count)]
    fast = {k: train for k, train in enumerate(trains) if len(train) > AT_END}
    if not fast:
        return (), np.nan
    if backwards:  # as seen from the border, time runs into the record
        fast = {k: -train[::-1] for k, train in fast.items()}
    edge = min(train[0] for train in fast.values())
    known = _known_border(record, backwards, edge)
    if known is not None and (units := _near(fast, known)):
        return units, -known if backwards else known
    units = _near(fast, edge)
    active = sum(train[0] < edge + SECOND for train in fast.values())
    together = len(units) >= MOST * active
    fraction = np.mean([speed(fast[k]) for k in units])
    enough = (len(units) >= TOGETHER and fraction >= (ENDS if backwards else BEGINS)) or (
        len(units) == 2 and fraction >= BEGINS
    )
    return units if together and enough else (), -edge if backwards else edge


def _near(trains: Mapping[int, np.ndarray], border: float) -> tuple[int, ...]:
    """Units whose first discharge is so near to a border that they fire across it."""
    return tuple(k for k, t in trains.items() if t[0] - border <= WITHIN * np.median(np.diff(t)[:AT_END]))


def _known_border(record: Record, backwards: bool, edge: float) -> float | None:
    """Where the record says that it begins, or ends (turned around); its force begins and ends with it.

    Args:
        edge: s, the first discharge; a force that begins much later says nothing.
    """
    sign, place = (-1, -1) if backwards else (1, 0)
    own = sign * (record.stop if backwards else record.start)
    if own < edge - ROUNDING:
        return float(own)
    if record.clock is None or not len(record.clock):
        return None
    of_force = sign * float(record.clock[place])
    return min(of_force, edge) if of_force < edge + HALF else None


def speed(train: np.ndarray) -> float:
    """Rate at this end over the fastest rate of as many intervals: 1."""
    gaps = np.diff(train)
    window = max(2, int((train - train[0] < HALF).sum()))
    fastest = min(np.mean(gaps[k : k + window]) for k in range(max(1, len(gaps) - window + 1)))
    return float(fastest / np.mean(gaps[:window]))
