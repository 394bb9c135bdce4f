"""A network: who there is. (Who reaches whom, the projections, join here when a circuit needs them.)"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sim.spec.model import Model
from sim.spec.params import Graded, Param, Value, check_bounds, nearest
from sim.units import Quantity, UnitError, describe, quantity


class NetworkError(ValueError):
    """A network that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Population:
    """Cells of one kind, ordered from the lowest to the highest recruitment threshold.

    Args:
        name: how the population is called in paths, units and figures.
        model: the kind of cell.
        size: number of cells, at least 1.
        params: what differs from the model's table: a value for all cells, or `Graded` across the pool.

    Raises:
        NetworkError: no cell, or a parameter that the model does not have.
        UnitError: a parameter with another unit, or outside its bounds.
    """

    name: str
    model: Model
    size: int
    params: Mapping[str, Param | Graded | Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise NetworkError(f"a population's name is one word of letters, digits and '_', but it is {self.name!r}.")
        if isinstance(self.size, bool) or not isinstance(self.size, int) or self.size < 1:
            raise NetworkError(f"population {self.name!r} needs at least one cell, but its size is {self.size!r}.")
        for name, value in self.params.items():
            if name not in self.model.params:
                raise NetworkError(
                    f"population {self.name!r} sets {name!r}, which {self.model.name!r} does not have: "
                    f"{nearest(name, self.model.params)}"
                )
            self._check(name, value)
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def _check(self, name: str, value: Param | Graded | Value) -> None:
        table = self.model.params[name]
        what = f"{name!r} of population {self.name!r}"
        ends = (
            [value.low, value.high]
            if isinstance(value, Graded)
            else [value.value if isinstance(value, Param) else value]
        )
        for end in map(quantity, ends):
            if end.dimensions != table.quantity.dimensions:
                raise UnitError(
                    f"{what} must be in {describe(table.quantity.dimensions)}, "
                    f"but {value!r} is in {describe(end.dimensions)}."
                )
            check_bounds(what, end, table.bounds)

    def table(self) -> dict[str, Param | Graded]:
        """Every parameter of the population, the model's own where the population sets none."""
        own = {
            name: value if isinstance(value, (Param, Graded)) else Param(value, f"set for population {self.name!r}")
            for name, value in self.params.items()
        }
        return {**self.model.params, **own}

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path: `network.NAME.PARAMETER`, with `.low .high .skew` if graded."""
        return {
            f"network.{self.name}.{name}{part}": value
            for name, param in self.table().items()
            for part, value in param.leaves().items()
        }


Bounds = tuple[Value | None, Value | None]


@dataclass(frozen=True)
class Network:
    """Populations.

    Raises:
        NetworkError: no population, or two of the same name.
    """

    populations: tuple[Population, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "populations", tuple(self.populations))
        names = [p.name for p in self.populations]
        if not names:
            raise NetworkError("a network needs at least one population, but it has none.")
        if len(set(names)) < len(names):
            raise NetworkError(f"two populations have the same name: {', '.join(names)}; rename one.")

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path."""
        return {path: value for p in self.populations for path, value in p.leaves().items()}

    def bounds(self) -> dict[str, Bounds]:
        """Lowest and highest value that make sense, by the path of each leaf that has one of the two."""
        return {
            f"network.{p.name}.{name}{part}": p.model.params[name].bounds
            for p in self.populations
            for name, param in p.table().items()
            for part in param.leaves()
            if part != ".skew" and p.model.params[name].bounds != (None, None)
        }

    def ports(self) -> dict[str, tuple[float, ...]]:
        """Dimensions of every port that a protocol may drive, by `population.port`."""
        return {f"{p.name}.{port.name}": port.dimensions for p in self.populations for port in p.model.parsed.ports}

    def describe(self) -> str:
        """The table that a paper prints: populations, parameters, values, units and sources."""
        lines = []
        for p in self.populations:
            lines.append(f"{p.name}: {p.size} cells of {p.model.name}")
            for name, param in sorted(p.table().items()):
                value = (
                    f"{param.low} to {param.high}, skew {param.skew:g}"
                    if isinstance(param, Graded)
                    else str(param.value)
                )
                lines.append(f"  {name:<18} {value:<42} {param.source}")
        return "\n".join(lines)
