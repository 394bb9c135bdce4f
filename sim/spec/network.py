"""A network: who there is, who reaches whom, and what an instrument or a person notices of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sim.spec.kinds import part, parts, table, whole, word
from sim.spec.model import Model
from sim.spec.params import LOWEST_SKEW, Graded, Param, Value, check_bounds, ends, nearest
from sim.spec.projection import NetworkError, Projection, Signal
from sim.units import Quantity, UnitError, describe, quantity, shown


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
        word("a population's name", self.name, NetworkError)
        part(f"the model of population {self.name!r}", self.model, Model, NetworkError)
        size = whole(self.size)
        if size is None or size < 1:
            raise NetworkError(f"population {self.name!r} needs at least one cell, but its size is {shown(self.size)}.")
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
            check_bounds(what, end, own.bounds)

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
    """Populations, the projections between them, and signals.

    Raises:
        NetworkError: no population, two things of the same name, or a projection or signal that does not fit.
        UnitError: a weight in another unit than what it adds to.
    """

    populations: tuple[Population, ...]
    projections: tuple[Projection, ...] = ()
    signals: tuple[Signal, ...] = ()

    def __post_init__(self) -> None:
        for what, kind in (("populations", Population), ("projections", Projection), ("signals", Signal)):
            found = parts(f"the `{what}` of a network", getattr(self, what), kind, NetworkError)
            object.__setattr__(self, what, found)
        if not self.populations:
            raise NetworkError("a network needs at least one population, but it has none.")
        names = [p.name for p in self.populations]
        if len(set(names)) < len(names):
            raise NetworkError(f"two populations have the same name: {', '.join(names)}; rename one.")
        names += [p.name for p in self.projections]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise NetworkError(f"{twice[0]!r} names two parts of the network; rename one.")
        heard = [s.name for s in self.signals]
        if twice := sorted({name for name in heard if heard.count(name) > 1}):
            raise NetworkError(f"two signals are called {twice[0]!r}; rename one.")
        known = {p.name: (p.model, p.size) for p in self.populations}
        for coupling in (*self.projections, *self.signals):
            coupling.check(known)

    def population(self, name: str) -> Population:
        """The population of that name."""
        return next(p for p in self.populations if p.name == name)

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path."""
        return {path: value for p in (*self.populations, *self.projections) for path, value in p.leaves().items()}

    def bounds(self) -> dict[str, Bounds]:
        """Lowest and highest value that make sense, by the path of each leaf that has one of the two."""
        delays = {path: ("0 ms", None) for p in self.projections for path in p.delays()}
        skews = {path: (LOWEST_SKEW, None) for path in self.leaves() if path.split(".")[3:] == ["skew"]}
        return (
            delays
            | skews
            | {
                f"network.{p.name}.{name}{part}": p.model.params[name].bounds
                for p in self.populations
                for name, param in p.table().items()
                for part in param.leaves()
                if part != ".skew" and p.model.params[name].bounds != (None, None)
            }
        )

    def ports(self) -> dict[str, tuple[float, ...]]:
        """Dimensions of every port that a protocol may drive, by `population.port`."""
        return {f"{p.name}.{port.name}": port.dimensions for p in self.populations for port in p.model.parsed.ports}

    def heard(self) -> dict[str, tuple[float, ...]]:
        """Dimensions of every signal, by name."""
        return {s.name: self.population(s.population).model.parsed.dimensions()[s.variable] for s in self.signals}

    def describe(self) -> str:
        """The tables that a paper prints: populations, projections, parameters, values, units and sources."""
        lines = []
        for p in self.populations:
            lines.append(f"{p.name}: {p.size} cell{'s' * (p.size != 1)} of {p.model.name}")
            lines += [f"  {name:<22} {_said(param):<42} {param.source}" for name, param in sorted(p.table().items())]
        for p in self.projections:
            lines.append(f"{p.name}: {p.source} -> {p.target}, {p.wiring}")
            lines += [f"  {name:<22} {_said(param):<42} {param.source}" for name, param in p.table().items()]
        lines += [f"{s.name}: {s.how} of {s.of}" for s in self.signals]
        return "\n".join(lines)


def _said(param: Param | Graded) -> str:
    return f"{param.low} to {param.high}, skew {param.skew:g}" if isinstance(param, Graded) else str(param.value)
