"""Which cell reaches which: rules that give a table of relative weights, (source cell, target cell).

A relative weight is a whole multiple of 2**-12, so that sums of them are exact in any order, also in float32: what
arrives at a cell does not depend on the batch, the matrix kernel or the device.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from sim.spec.kinds import listed, text, whole
from sim.units import shown

GRID = 2.0**-12
"""All relative weights are whole multiples of it."""
GAINED = 2.0**-5
"""Those of a projection with a gain are whole multiples of it: times a gain, one of 2**-7, they stay on the grid."""


class WiringError(ValueError):
    """A wiring that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class All:
    """Every cell reaches every cell."""

    def table(self, sources: int, targets: int, name: str) -> np.ndarray:
        """Relative weights, (source, target)."""
        return np.ones((sources, targets))


@dataclass(frozen=True)
class OneToOne:
    """Cell i reaches cell i.

    Raises:
        WiringError: the two populations differ in size.
    """

    def table(self, sources: int, targets: int, name: str) -> np.ndarray:
        """Relative weights, (source, target)."""
        if sources != targets:
            raise WiringError(
                f"the projection {name!r} goes from one cell to one cell, but from {sources} cells to {targets}; "
                "give both populations the same size, or choose All or Random."
            )
        return np.eye(sources)


@dataclass(frozen=True)
class Random:
    """Each pair is connected with a probability; the same pairs in every sample, drawn from the projection's name.

    Args:
        probability: 0 to 1.
        wiring: number of the draw; another one, other pairs.

    Raises:
        WiringError: no probability, or a number of the draw that is no whole number.
    """

    probability: float
    wiring: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.probability, bool) or not isinstance(self.probability, (int, float)):
            raise WiringError(f"the probability of a connection is a number, but it is {shown(self.probability)}.")
        if not 0 <= self.probability <= 1:
            raise WiringError(f"the probability of a connection lies between 0 and 1, but it is {self.probability!r}.")
        wiring = whole(self.wiring)
        if wiring is None or wiring < 0:
            raise WiringError(f"`wiring`, the number of a draw, is a whole number from 0, not {shown(self.wiring)}.")
        object.__setattr__(self, "wiring", wiring)

    def table(self, sources: int, targets: int, name: str) -> np.ndarray:
        """Relative weights, (source, target)."""
        random = np.random.default_rng([self.wiring, zlib.crc32(name.encode())])
        return (random.random((sources, targets)) < self.probability).astype(float)


@dataclass(frozen=True)
class Convergent:
    """Each target cell hears the same number of source cells, drawn without replacement; the same in every sample.

    Args:
        number: of source cells that each target cell hears, at least 1.
        wiring: number of the draw; another one, other pairs.
        drawn_for: what the draw is named after, the projection unless it is given; projections between the same
            populations that name the same draw the same pairs.

    Raises:
        WiringError: no such number, or fewer source cells than each target is to hear.
    """

    number: int
    wiring: int = 0
    drawn_for: str = ""

    def __post_init__(self) -> None:
        for field, least in (("number", 1), ("wiring", 0)):
            found = whole(getattr(self, field))
            if found is None or found < least:
                said = shown(getattr(self, field))
                raise WiringError(f"`{field}` of a Convergent is a whole number from {least}, but it is {said}.")
            object.__setattr__(self, field, found)
        text("`drawn_for` of a wiring", self.drawn_for, WiringError)

    def table(self, sources: int, targets: int, name: str) -> np.ndarray:
        """Relative weights, (source, target)."""
        if self.number > sources:
            raise WiringError(
                f"each target cell of the projection {name!r} is to hear {self.number} source cells, but there are "
                f"{sources}; take fewer, or All()."
            )
        random = np.random.default_rng([self.wiring, zlib.crc32((self.drawn_for or name).encode())])
        table = np.zeros((sources, targets))
        for target in range(targets):
            table[random.permutation(sources)[: self.number], target] = 1.0
        return table


@dataclass(frozen=True)
class Table:
    """Relative weights as they are given, rounded to the grid.

    Args:
        rows: one row for each source cell, one number for each target cell.

    Raises:
        WiringError: rows of different lengths, something that is no number, or a table of the wrong size.
    """

    rows: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        try:
            table = [listed("a row", row, WiringError) for row in listed("a table", self.rows, WiringError)]
            rows = tuple(tuple(map(_number, row)) for row in table)
        except (TypeError, ValueError, OverflowError):
            raise WiringError(f"a wiring table holds rows of numbers, but its rows are {shown(self.rows)}.") from None
        if not np.all(np.isfinite([x / GRID for row in rows for x in row])):
            raise WiringError(
                "the rows of a wiring table hold finite numbers only, but one is not, or is too large; replace it."
            )
        object.__setattr__(self, "rows", rows)

    def table(self, sources: int, targets: int, name: str) -> np.ndarray:
        """Relative weights, (source, target)."""
        lengths = {len(row) for row in self.rows}
        if len(self.rows) != sources or lengths != {targets}:
            raise WiringError(
                f"the wiring table of the projection {name!r} must have {sources} rows of {targets} numbers, "
                f"but it has {len(self.rows)} rows of {' or '.join(map(str, sorted(lengths))) or 'no'} numbers."
            )
        return np.rint(np.array(self.rows) / GRID) * GRID


def _number(x: float) -> float:
    if isinstance(x, (str, bytes, bool)):
        raise TypeError
    return float(x)


Wiring = All | OneToOne | Random | Convergent | Table
