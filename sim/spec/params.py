"""Parameters: a value with its unit, its bounds and where it comes from, for one cell or graded across a pool."""

from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from sim.spec.kinds import listed, text
from sim.spec.ranges import Bounds, Value, limits
from sim.units import DIMENSIONLESS, Quantity, UnitError, describe, quantity, written
from sim.units import quantity as read

SKEWS: Bounds = (-0.999999999, 100)
"""In a design; at -1 a gradient is infinite."""


@dataclass(frozen=True)
class Param:
    """One number.

    Args:
        value: a quantity, for example `"0.1 uS"`.
        source: paper and table, or "fitted to ...", or "numerical".
        bounds: lowest and highest value that make sense, in the same unit; where it is None, that of its kind of
            quantity (`sim.spec.ranges`).

    Raises:
        UnitError: unreadable, bounds of another dimension, or a value outside its bounds.
    """

    value: Value
    source: str = field(metadata={"said": True})
    bounds: Bounds = (None, None)

    def __post_init__(self) -> None:
        text("the source of a parameter", self.source, UnitError)
        object.__setattr__(self, "bounds", listed("the `bounds` of a parameter", self.bounds, UnitError))
        if len(self.bounds) != 2:
            raise UnitError(
                f"a parameter has two bounds, the lowest and the highest value or None, but they are {self.bounds!r}."
            )
        check_bounds("a parameter", self.value, self.bounds)

    @property
    def quantity(self) -> Quantity:
        """The value in the coherent system, with its dimensions."""
        return quantity(self.value)

    @property
    def limits(self) -> Bounds:
        """Lowest and highest value: its bounds, and those of its kind of quantity where it has none of its own."""
        return limits(self.quantity.dimensions, self.bounds)

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary: one, at the parameter's own path."""
        return {"": self.quantity}

    def across(self, size: int, leaves: dict[str, np.ndarray]) -> np.ndarray:
        """The value of each cell: shape (sample, 1), the same in all."""
        return leaves[""][:, None]


@dataclass(frozen=True)
class Graded:
    """A parameter that runs across a pool from its lowest- to its highest-threshold cell.

    Cell i of N has `low + (high - low) * (i/(N - 1))**(1 + skew)`: with `skew = 0` the steps are equal, and the larger
    `skew` is, the more cells resemble the low-threshold end (Powers & Heckman 2017, J Neurophysiol 117:1171).

    Args:
        low: value of the lowest-threshold cell.
        high: value of the highest-threshold cell, in the same unit.
        skew: exponent minus one, larger than -1.
        source: where the numbers come from.

    Raises:
        UnitError: unreadable, `low` and `high` of different dimensions, or `skew` not above -1.
    """

    low: Value
    high: Value
    skew: float = 0.0
    source: str = field(default="", metadata={"said": True})

    def __post_init__(self) -> None:
        text("the source of a graded parameter", self.source, UnitError)
        low, high = (
            quantity(self.low, "`low` of a graded parameter"),
            quantity(self.high, "`high` of a graded parameter"),
        )
        skew = quantity(self.skew, "`skew` of a graded parameter")
        if low.dimensions != high.dimensions:
            raise UnitError(
                f"a graded parameter runs from low to high in one unit, but low is {self.low!r} "
                f"({describe(low.dimensions)}) and high is {self.high!r} ({describe(high.dimensions)})."
            )
        if skew.dimensions != DIMENSIONLESS or skew.number <= -1:
            raise UnitError(f"skew is a plain number above -1, but it is {self.skew!r}.")
        check_bounds("`skew` of a graded parameter", skew, (None, SKEWS[1]))

    @property
    def quantity(self) -> Quantity:
        """The low end, in the coherent system, with the dimensions of the whole."""
        return quantity(self.low)

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary: `.low`, `.high`, `.skew`."""
        return {".low": quantity(self.low), ".high": quantity(self.high), ".skew": quantity(self.skew)}

    def across(self, size: int, leaves: dict[str, np.ndarray]) -> np.ndarray:
        """The value of each cell: shape (sample, size)."""
        place = np.linspace(0.0, 1.0, size) if size > 1 else np.zeros(1)
        low, high, skew = (leaves[key][:, None] for key in (".low", ".high", ".skew"))
        return low + (high - low) * place ** (1.0 + skew)


def ends(value: Param | Graded | Value) -> tuple[Value, ...]:
    """The quantities, as written, that a parameter lies between: one, or both ends of a gradient."""
    if isinstance(value, Graded):
        return value.low, value.high
    return (value.value if isinstance(value, Param) else value,)


def check_bounds(what: str, value: Value, bounds: Bounds) -> None:
    """Raise a sentence when a quantity lies outside its bounds or has other dimensions than they have."""
    found = read(value, what)
    for bound, sign in zip(bounds, (1, -1), strict=True):
        if bound is None:
            continue
        limit = read(bound, f"a bound of {what}")
        if limit.dimensions != found.dimensions:
            raise UnitError(f"{what} is in {describe(found.dimensions)}, but its bound {bound!r} is not.")
        if sign * (found.number - limit.number) < 0:
            side = "below its lower" if sign > 0 else "above its upper"
            said, at = (said_of(x) for x in (value, bound))
            raise UnitError(f"{what} is {said}, {side} bound of {at}; take a value within its `bounds`.")


def said_of(value: Value) -> str:
    """A quantity as a person writes it."""
    return str(written(value) if isinstance(value, Quantity) else value)


def nearest(name: object, names) -> str:
    """`"did you mean 'x'?"` where a near name exists, else the list of names; the end of an error sentence."""
    names = sorted(names)
    close = get_close_matches(str(name), names, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    if not names:
        return "there are none."
    more = f" ... ({len(names)} in all)" if len(names) > 12 else ""
    return f"choose one of {', '.join(names[:12])}{more}."
