"""What a state, a drug or a case does to a number of the network or the protocol: sets, scales or shifts it.

In configuration `0.5` and `"-65 mV"` set, `{scale: 0.9}` multiplies and `{shift: 10 mV}` adds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.spec.kinds import table
from sim.spec.params import Value, nearest
from sim.units import DIMENSIONLESS, Dimensions, Quantity, UnitError, coherent_unit, describe, quantity, shown


@dataclass(frozen=True)
class Set:
    """The number becomes `value`, whatever it was."""

    value: Value | Quantity

    def __post_init__(self) -> None:
        quantity(self.value, "what a number is set to")

    def applied(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers after the change, coherent units, of any shape."""
        return np.full_like(numbers, quantity(self.value).number)

    def __str__(self) -> str:
        return _text(self.value)


@dataclass(frozen=True)
class Scale:
    """The number is multiplied by `factor`."""

    factor: float

    def __post_init__(self) -> None:
        if quantity(self.factor, "what a number is scaled by").dimensions != DIMENSIONLESS:
            raise UnitError(
                f"a number is scaled by a plain number, but here by {shown(self.factor)}; write for example 0.9."
            )

    def applied(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers after the change, coherent units, of any shape."""
        return numbers * quantity(self.factor).number

    def __str__(self) -> str:
        return f"× {self.factor}"


@dataclass(frozen=True)
class Shift:
    """`by` is added to the number."""

    by: Value | Quantity

    def __post_init__(self) -> None:
        quantity(self.by, "what a number is shifted by")

    def applied(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers after the change, coherent units, of any shape."""
        return numbers + quantity(self.by).number

    def __str__(self) -> str:
        text = _text(self.by)
        return f"− {text[1:]}" if text.startswith("-") else f"+ {text}"


Change = Set | Scale | Shift
WORDS = {"set": Set, "scale": Scale, "shift": Shift}


def change(value: Any, what: str = "a change") -> Change:
    """A change from how it is written: a value, `{"set": value}`, `{"scale": factor}` or `{"shift": value}`.

    Args:
        what: how it is called in an error.

    Raises:
        UnitError: it is none of these, or a quantity that cannot be read.
    """
    if isinstance(value, Set | Scale | Shift):
        return value
    if isinstance(value, Mapping):
        given = table(what, value, UnitError)
        if len(given) != 1 or next(iter(given)) not in WORDS:
            wrong = next((key for key in given if key not in WORDS), "")
            raise UnitError(f"{what} is one of set, scale and shift, but it is {shown(given)}; {nearest(wrong, WORDS)}")
        kind, amount = next(iter(given.items()))
        return WORDS[kind](_read(amount, what))
    return Set(_read(value, what))


def _text(value: Value | Quantity) -> str:
    return f"{value.number:g} {coherent_unit(value.dimensions)}" if isinstance(value, Quantity) else str(value)


def _read(value: Any, what: str) -> Any:
    quantity(value, what)
    return value


def check_change(what: str, made: Change, dimensions: Dimensions) -> None:
    """A change must have the dimensions of the number that it changes; a scale has none.

    Raises:
        UnitError: it has others.
    """
    if isinstance(made, Scale):
        return
    found = quantity(made.value if isinstance(made, Set) else made.by).dimensions
    if found != dimensions:
        unit = describe(dimensions)
        hint = f"; write {made} {unit}" if found == DIMENSIONLESS and isinstance(made, Set) else ""
        raise UnitError(f"{what} is in {unit}, but it is changed by {made} ({describe(found)}){hint}.")
