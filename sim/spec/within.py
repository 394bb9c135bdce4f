"""What a port may be given: a number of the port, and of parameters of its cell, lies between a lowest and a highest.

    Within("stimulus", 0, 100, "the intensity of a pulse", "it is 0 to 100 times the motor threshold")
    Within("(position + moved)*180/pi", -50, 30, "the angle", "an ankle turns from -50 to 30 degrees", "degrees")

It refuses what a protocol, a design or a program would bring to the port before anything runs, and decides no number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.spec.formula import Formula
from sim.spec.kinds import named, text
from sim.spec.params import Value
from sim.spec.pieces import Piece, Pulses, Segment
from sim.units import DIMENSIONLESS, Dimensions, Quantity, UnitError, describe, number_in, quantity

SAME_TIME = 1e-6
"""ms: moments that lie no farther apart are one; a window is longer, and sums of durations are rounded."""
ROUNDING = 1e-9
"""Of the range: how far beyond its ends is no more than rounding, as of degrees in radians."""


@dataclass(frozen=True)
class Within:
    """The range of what a port is given.

    Args:
        of: formula of the number (see `sim.spec.formula`), of the port and of parameters of the cell.
        low, high: between which it lies, in its unit.
        what: the number is, as a sentence calls it.
        but: why no other is taken, and what to do: the end of that sentence.
        unit: in which the sentence gives it; of a plain number any word.

    Raises:
        UnitError: ends of different units, or the lower one above the other.
    """

    of: str
    low: Value
    high: Value
    what: str
    but: str
    unit: str = ""

    def __post_init__(self) -> None:
        for field in ("of", "what", "but"):
            named(f"{field!r} of what a port may be given", getattr(self, field), UnitError)
        text("`unit` of what a port may be given", self.unit, UnitError)
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


def extremes(pieces: Sequence[Piece]) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest value that straight pieces and pulses on one port have at any moment, (sample,) each.

    Straight pieces add. Trains do not meet: of several, each adds its pulses to the straight pieces alone.
    """
    straight = [p for p in pieces if isinstance(p, Segment)]
    trains = [p for p in pieces if isinstance(p, Pulses)]
    low = high = np.zeros(1)
    for at in [t for p in (*straight, *trains) for t in (p.t0, p.t1)]:
        for after in (True, False):  # just after the moment, and just before it
            level = sum((_level(p, at, after) for p in straight), np.zeros(1))
            for more in (0.0, *(np.where(_acts(p, at, after), p.level, 0.0) for p in trains)):
                low, high = np.minimum(low, level + more), np.maximum(high, level + more)
    return low, high


def _acts(piece: Segment | Pulses, at: np.ndarray, after: bool) -> np.ndarray:
    if after:
        return (piece.t0 <= at + SAME_TIME) & (at < piece.t1 - SAME_TIME)
    return (piece.t0 + SAME_TIME < at) & (at <= piece.t1 + SAME_TIME)


def _level(piece: Segment, at: np.ndarray, after: bool) -> np.ndarray:
    part = np.clip((at - piece.t0) / np.maximum(piece.t1 - piece.t0, SAME_TIME), 0, 1)
    return np.where(_acts(piece, at, after), piece.y0 + (piece.y1 - piece.y0) * part, 0.0)
