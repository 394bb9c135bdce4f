"""Cells of one kind, and what differs between them and from the model's own table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sim.spec.kinds import part, table, text, whole, word
from sim.spec.model import Model
from sim.spec.params import Graded, Param, Value, check_bounds, ends, nearest
from sim.spec.projection import NetworkError
from sim.spec.ranges import Bounds
from sim.units import Quantity, UnitError, describe, quantity, shown

LARGEST = 10_000_000
"""Cells of a population."""


@dataclass(frozen=True)
class Population:
    """Cells of one kind, ordered from the lowest to the highest recruitment threshold.

    Args:
        name: how the population is called in paths, units and figures.
        model: the kind of cell.
        size: number of cells, at least 1.
        params: what differs from the model's table: a value for all cells, or `Graded` across the pool.
        origin: where the number of cells comes from.

    Raises:
        NetworkError: no cell, or a parameter that the model does not have.
        UnitError: a parameter with another unit, or outside its bounds.
    """

    name: str
    model: Model
    size: int
    params: Mapping[str, Param | Graded | Value] = field(default_factory=dict)
    origin: str = field(default="", metadata={"said": True})

    def __post_init__(self) -> None:
        word("a population's name", self.name, NetworkError)
        part(f"the model of population {self.name!r}", self.model, Model, NetworkError)
        text(f"the origin of population {self.name!r}", self.origin, NetworkError)
        size = whole(self.size)
        if size is None or size < 1:
            raise NetworkError(f"population {self.name!r} needs at least one cell, but its size is {shown(self.size)}.")
        if size > LARGEST:
            raise NetworkError(
                f"population {self.name!r} has {size} cells, whose states would take {size * 400 / 1e9:.3g} GB in each "
                f"sample; take {LARGEST} at most."
            )
        object.__setattr__(self, "size", size)
        params = table(f"`params` of population {self.name!r}", self.params, NetworkError)
        object.__setattr__(self, "params", MappingProxyType(params))
        for name, value in self.params.items():
            if name not in self.model.params:
                raise NetworkError(
                    f"population {self.name!r} sets {name!r}, which {self.model.name!r} does not have: "
                    f"{nearest(name, self.model.params)}"
                )
            self._check(name, value)

    def _check(self, name: str, value: Param | Graded | Value) -> None:
        own = self.model.params[name]
        what = f"{name!r} of population {self.name!r}"
        for end in ends(value):
            found = quantity(end, what).dimensions
            if found != own.quantity.dimensions:
                raise UnitError(
                    f"{what} must be in {describe(own.quantity.dimensions)}, but {value!r} is in {describe(found)}."
                )
            check_bounds(what, end, own.limits)

    def table(self) -> dict[str, Param | Graded]:
        """Every parameter of the population, the model's own where the population sets none."""
        own = {
            name: value if isinstance(value, (Param, Graded)) else Param(value, f"set for population {self.name!r}")
            for name, value in self.params.items()
        }
        return {**self.model.params, **own}

    def limits(self) -> dict[str, Bounds]:
        """Lowest and highest value of every parameter, as the model has them."""
        return {name: param.limits for name, param in self.model.params.items()}

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path: `network.NAME.PARAMETER`, with `.low .high .skew` if graded."""
        return {
            f"network.{self.name}.{name}{part}": value
            for name, param in self.table().items()
            for part, value in param.leaves().items()
        }
