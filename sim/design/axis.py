"""An axis of a design: one number at several values, given to one leaf or to several, or to what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.design.factor import Columns, DesignError, Factor, several
from sim.spec.change import Set
from sim.spec.formula import Formula
from sim.spec.kinds import named
from sim.units import Quantity, UnitError, describe, number_in, quantity


@dataclass(frozen=True)
class Axis(Factor):
    """A number at several values.

    Args:
        name: of the dimension; formulas call the number so.
        values: in one unit, none twice.
        of: the path of the leaf that is given the number, several paths, or by path a formula of the number, for
            example `{"network.ia.delay.low": "0.6*metre/velocity"}`; by default the name is the path.

    Raises:
        DesignError: no value, one that stands there twice, or no path.
        UnitError: values that cannot be read or that mix units, or a formula whose units do not fit together.
    """

    name: str
    values: Sequence[str | float | Quantity]
    of: str | Sequence[str] | Mapping[str, str] = ()

    def __post_init__(self) -> None:
        named("the name of an axis", self.name, DesignError)
        values = several(self.name, self.values)
        read = [quantity(v, f"a value of {self.name!r} in the design") for v in values]
        if len(set(read)) < len(read):
            raise DesignError(f"the design varies {self.name!r} over a value that stands there twice: {list(values)}.")
        if len({value.dimensions for value in read}) > 1:
            units = " and ".join(sorted({describe(value.dimensions) for value in read}))
            raise UnitError(f"the design varies {self.name!r} over values in different units ({units}); use one.")
        object.__setattr__(self, "values", values)
        of: Any = self.of or self.name
        many = (of,) if isinstance(of, str) else tuple(of)
        of = MappingProxyType(dict(of)) if isinstance(of, Mapping) else many
        object.__setattr__(self, "of", of)
        self.columns()

    @property
    def unit(self) -> str:
        """As the first value is written: 'mS/cm**2' of '0.1 mS/cm**2'."""
        first = self.values[0]
        if isinstance(first, Quantity):
            return describe(first.dimensions) if any(first.dimensions) else "1"
        return str(first).lstrip("+-.0123456789eE ") or "1"

    @property
    def labels(self) -> list[float]:
        return [number_in(quantity(v).number, self.unit) for v in self.values]

    @property
    def words(self) -> str:
        return ", ".join(self.of)

    def columns(self) -> Columns:
        if not isinstance(self.of, Mapping):
            return {path: [Set(value) for value in self.values] for path in self.of}
        read = [quantity(value) for value in self.values]
        found: dict[str, list[Set]] = {}
        for path, text in self.of.items():
            formula = Formula(text, {self.name: read[0].dimensions})
            numbers = formula.value({self.name: np.array([q.number for q in read])})
            numbers = np.broadcast_to(numbers, (len(read),))
            found[path] = [Set(Quantity(float(x), formula.dimensions)) for x in numbers]
        return found

    def ends(self) -> "Axis":
        return Axis(self.name, self.values[:1] + self.values[1:][-1:], self.of)  # type: ignore[operator]
