"""What a port may be given: a number of the port, and of parameters of its cell, lies between a lowest and a highest.

    Within("stimulus", 0, 100, "the intensity of a pulse", "it is 0 to 100 times the motor threshold")
    Within("(position + moved)*180/pi", -50, 30, "the angle", "an ankle turns from -50 to 30 degrees", "degrees")

It refuses what a protocol, a design or a program would bring to the port before anything runs, and decides no number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.spec.formula import Formula
from sim.spec.kinds import named, text
from sim.spec.numerics import Numerics
from sim.spec.params import Value
from sim.spec.pieces import Piece, Pulses, Segment
from sim.units import DIMENSIONLESS, Dimensions, Quantity, UnitError, describe, number_in, quantity

SAME_TIME = 1e-6
"""ms: moments that lie no farther apart are one; a window is longer, and sums of durations are rounded."""
ROUNDING = 1e-9
"""Of the range: how far beyond its ends is no more than rounding, as of degrees in radians."""
WINDOW = Numerics().window_ms
FINE = 1024
"""The period of a train is counted in 1/FINE of a window, as the engine does."""
LONGEST = 2**31 - 1
"""Windows, or parts of them: no run lasts as long."""
MOST = 10**6
"""Pulses of a train that are looked at one by one; chosen, for time."""
AT_ONCE = 2**20
"""Pulses of all trains and samples that are looked at together; chosen, for memory."""


@dataclass(frozen=True)
class Within:
    """The range of what a port is given.

    Args:
        of: formula of the number (see `sim.spec.formula`), of the port and of parameters of the cell.
        low, high: between which it lies, in its unit.
        what: the number is, as a sentence calls it.
        but: why no other is taken, and what to do: the end of that sentence.
        unit: in which the sentence gives it; of a plain number any word.
        followed_by: a state of the cell that follows what the port is given within a few steps; what graded projections
            carry of it to other ports is looked at too.

    Raises:
        UnitError: ends of different units, or the lower one above the other.
    """

    of: str
    low: Value
    high: Value
    what: str
    but: str
    unit: str = ""
    followed_by: str = ""

    def __post_init__(self) -> None:
        for field in ("of", "what", "but"):
            named(f"{field!r} of what a port may be given", getattr(self, field), UnitError)
        for field in ("unit", "followed_by"):
            text(f"`{field}` of what a port may be given", getattr(self, field), UnitError)
        low, high = (quantity(x, f"an end of the range of {self.what}") for x in (self.low, self.high))
        if low.dimensions != high.dimensions or low.number > high.number:
            raise UnitError(f"{self.what} lies between two ends of one unit, but they are {self.low!r}, {self.high!r}.")

    def formula(self, names: Mapping[str, Dimensions]) -> Formula:
        """The number, of the ports and parameters of a cell.

        Raises:
            FormulaError: it cannot be read, or uses an unknown name.
            UnitError: the ends are in another unit.
        """
        found = Formula(self.of, names)
        if found.dimensions != quantity(self.low).dimensions:
            raise UnitError(f"{self.what}, {self.of!r}, is in {describe(found.dimensions)}, but not {self.low!r}.")
        return found

    def beyond(self, numbers: np.ndarray) -> np.ndarray:
        """Which of some numbers, coherent units, lie outside."""
        low, high = quantity(self.low).number, quantity(self.high).number
        slack = ROUNDING * (high - low)
        return ~((numbers >= low - slack) & (numbers <= high + slack))

    def said(self, number: float) -> str:
        """A number as the sentence gives it."""
        found = Quantity(float(number), quantity(self.low).dimensions)
        plain = found.dimensions == DIMENSIONLESS or not self.unit
        value = found.number if plain else number_in(found.number, self.unit)
        return f"{value:.5g} {self.unit}".strip()

    def __str__(self) -> str:
        ends = (self.said(quantity(x).number).removesuffix(self.unit).strip() for x in (self.low, self.high))
        return f"{' to '.join(ends)} {self.unit}".strip()


def extremes(
    pieces: Sequence[Piece], since: float = 0.0, until: float = np.inf, window: float = WINDOW
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest value that straight pieces and pulses on one port have at any moment, (sample,) each.

    Straight pieces add. A train adds its pulses to them at any moment of it; several add to each other where their
    pulses meet.

    Args:
        since, until: ms, between which.
        window: ms, in which each pulse is given.
    """
    straight = [p for p in pieces if isinstance(p, Segment)]
    trains = [p for p in pieces if isinstance(p, Pulses)]
    low = high = np.zeros(1)
    corners = [t for p in (*straight, *trains) for t in (p.t0, p.t1)]
    corners += [np.array([t]) for t in (since, until) if np.isfinite(t)]
    if not corners:
        return low, high
    at = np.clip(np.stack(np.broadcast_arrays(*corners)), since, until)  # (corner, sample)
    for after in (True, False):  # just after the moment, and just before it
        inside = (at < until) if after else (at > since)
        level = sum((_level(p, at, after) for p in straight), np.zeros(1))
        for more in (0.0, *(np.where(_acts(p, at, after), p.level, 0.0) for p in trains)):
            found = np.where(inside, level + more, 0.0)
            low, high = np.minimum(low, found.min(0)), np.maximum(high, found.max(0))
    for at, more in meeting(trains, since, until, window):  # (pulse, sample)
        for moment, after in ((at, True), (at + window, False)):
            level = sum((_level(p, moment, after) for p in straight), np.zeros(1)) + more
            level = np.where(more == 0, 0.0, level)
            low, high = np.minimum(low, level.min(0)), np.maximum(high, level.max(0))
    return low, high


def meeting(
    trains: Sequence[Pulses], since: float, until: float, window: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Windows in which pulses begin or end while several trains last: when, ms, and what all pulses give, (pulse,
    sample) each; nothing where there are no two such trains. Of a train the first `MOST` pulses are looked at.
    """
    if len(trains) < 2:
        return
    begin, end, width = (_whole([getattr(p, field) for p in trains], window) for field in ("t0", "t1", "width"))
    period, width = np.maximum(_whole([p.period for p in trains], window / FINE), 1), np.maximum(width, 1)
    begin, end, width, period, level = np.broadcast_arrays(
        begin, end, width, period, np.stack(np.broadcast_arrays(*(p.level for p in trains)))
    )
    first = np.maximum(begin, int(since / window))
    last = np.minimum(end, np.ceil(min(until / window, LONGEST))).astype(np.int64)
    for k in range(len(trains)):  # the part of a train in which another one lasts too
        rest = [j for j in range(len(trains)) if j != k]
        start, stop = np.maximum(first[k], first[rest].min(0)), np.minimum(last[k], last[rest].max(0))
        least = np.maximum((start - width[k] - begin[k]) * FINE // period[k], 0)
        many = int(np.where(stop > start, (stop - begin[k]) * FINE // period[k] + 1 - least, 0).max())
        some = max(1, AT_ONCE // begin.size)
        for number in range(0, min(many, MOST), some):
            pulse = least + np.arange(number, min(number + some, many))[:, None]
            begins = begin[k] + (pulse * period[k] + FINE // 2 - 1) // FINE
            for at in (np.maximum(begins, start), np.minimum(begins + width[k], stop) - 1):  # of it what lies between
                passed = (at[:, None] - begin) * FINE + FINE // 2
                on = (begin <= at[:, None]) & (at[:, None] < end) & (passed % period < width * FINE)
                yield window * at, np.where((start <= at) & (at < stop), (on * level).sum(1), 0.0)


def _whole(times: Sequence[np.ndarray], unit: float) -> np.ndarray:
    """Times in whole units, (piece, sample)."""
    found = np.stack(np.broadcast_arrays(*times))
    return np.rint(np.minimum(found / unit, LONGEST)).astype(np.int64)


def _acts(piece: Segment | Pulses, at: np.ndarray, after: bool) -> np.ndarray:
    if after:
        return (piece.t0 <= at + SAME_TIME) & (at < piece.t1 - SAME_TIME)
    return (piece.t0 + SAME_TIME < at) & (at <= piece.t1 + SAME_TIME)


def _level(piece: Segment, at: np.ndarray, after: bool) -> np.ndarray:
    part = np.clip((at - piece.t0) / np.maximum(piece.t1 - piece.t0, SAME_TIME), 0, 1)
    return np.where(_acts(piece, at, after), piece.y0 + (piece.y1 - piece.y0) * part, 0.0)
