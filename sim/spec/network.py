"""A network: who there is, who reaches whom, and what an instrument or a person notices of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from sim.spec import shared as sharing
from sim.spec.describe.network import describe
from sim.spec.describe.tables import Description
from sim.spec.formula import Formula
from sim.spec.kinds import parts, text
from sim.spec.params import SKEWS, Graded, Param, ends
from sim.spec.population import Population
from sim.spec.projection import NetworkError, Projection, Signal
from sim.spec.ranges import Bounds
from sim.spec.shared import Shared
from sim.spec.state import State
from sim.units import Quantity, UnitError

__all__ = ["Network", "NetworkError", "Population"]


@dataclass(frozen=True)
class Network:
    """Populations, the projections between them, signals, and numbers that several parameters share.

    Args:
        shared: what it feeds has the values that its formulas give.
        states: under which the network is, in the order in which they were applied; see `under`. They decide nothing
            more: the parameters are those that they left.
        words: what it is in a few words, for a caption; they decide nothing.

    Raises:
        NetworkError: no population, two things of the same name, or a projection, signal or formula that does not fit.
        UnitError: a weight or formula in another unit than what it is for.
    """

    populations: tuple[Population, ...]
    projections: tuple[Projection, ...] = ()
    signals: tuple[Signal, ...] = ()
    shared: tuple[Shared, ...] = ()
    states: tuple[State, ...] = field(default=(), compare=False)
    words: str = field(default="", compare=False)
    fed: Mapping[str, Formula] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        kinds = {
            "populations": Population,
            "projections": Projection,
            "signals": Signal,
            "shared": Shared,
            "states": State,
        }
        for what, kind in kinds.items():
            found = parts(f"the `{what}` of a network", getattr(self, what), kind, NetworkError)
            object.__setattr__(self, what, found)
        text("the `words` of a network", self.words, NetworkError)
        if not self.populations:
            raise NetworkError("a network needs at least one population, but it has none.")
        names = [p.name for p in self.populations]
        if len(set(names)) < len(names):
            raise NetworkError(f"two populations have the same name: {', '.join(names)}; rename one.")
        names += [p.name for p in (*self.projections, *self.shared)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise NetworkError(f"{twice[0]!r} names two parts of the network; rename one.")
        heard = [s.name for s in self.signals]
        if twice := sorted({name for name in heard if heard.count(name) > 1}):
            raise NetworkError(f"two signals are called {twice[0]!r}; rename one.")
        known = {p.name: (p.model, p.size) for p in self.populations}
        for coupling in (*self.projections, *self.signals):
            coupling.check(known)
        object.__setattr__(self, "fed", MappingProxyType(sharing.fed(self.shared, self._own())))
        if self.fed:
            numbers = self.completed({path: np.array([value.number]) for path, value in self.leaves().items()})
            self._set({path: sharing.followed(path, param, self.fed, numbers) for path, param in self._own().items()})

    def population(self, name: str) -> Population:
        """The population of that name."""
        return next(p for p in self.populations if p.name == name)

    def under(self, *states: State) -> "Network":
        """The network in some states, one applied after the other.

        The order matters where two of them touch the same number: the second one changes what the first one left.

        Raises:
            NetworkError: a state that changes what is not there, or what is computed from a shared number.
            UnitError: a change in another unit, or to a value out of bounds.
        """
        network = self
        for state in parts("what a network is put under", states, State, NetworkError):
            leaves = state.leaves({**network._own(), **{s.path: s.param for s in network.shared}})
            network.check_free(leaves, f"the state {state.name!r}")
            new = {path: state.applied(path, param, leaves) for path, param in network._own().items()}
            numbers = {s.path: state.applied(s.path, s.param, leaves) for s in network.shared}
            try:
                network = network._with(new, numbers, (*network.states, state))
            except (NetworkError, UnitError) as problem:
                raise type(problem)(f"the state {state.name!r}: {problem}") from None
        return network

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path."""
        own = {path: value for p in (*self.populations, *self.projections) for path, value in p.leaves().items()}
        free = {path: value for path, value in own.items() if path not in self.fed}
        return free | {s.path: s.param.quantity for s in self.shared}

    def check_free(self, paths: Iterable[str], who: str = "the design") -> None:
        """None of these numbers may be computed from shared ones.

        Args:
            who: varies them, as an error names it.

        Raises:
            NetworkError: one of them is.
        """
        for path in paths:
            if path in self.fed:
                sources = " or ".join(sorted(f"'network.{name}'" for name in self.fed[path].used)) or "its formula"
                raise NetworkError(f"{who} changes {path!r}, which is computed ({self.fed[path]}); change {sources}.")

    def completed(self, numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The numbers of some samples, with those that are computed from shared ones.

        Args:
            numbers: of every leaf, by path, coherent units, (sample,) or (1,).

        Raises:
            UnitError: one that is computed is not finite or out of bounds.
        """
        if not self.fed:
            return dict(numbers)
        found = sharing.values(self.fed, numbers)
        sharing.check_values(found, self.fed, self.bounds())
        return {**numbers, **found}

    def bounds(self) -> dict[str, Bounds]:
        """Lowest and highest value that make sense, by the path of every number."""
        found: dict[str, Bounds] = {s.path: s.param.limits for s in self.shared}
        for p in (*self.populations, *self.projections):
            own = p.limits()
            for name, param in p.table().items():
                for leaf in param.leaves():
                    found[f"network.{p.name}.{name}{leaf}"] = SKEWS if leaf == ".skew" else own[name]
        return found

    def ports(self) -> dict[str, tuple[float, ...]]:
        """Dimensions of every port that a protocol may drive, by `population.port`."""
        return {f"{p.name}.{port.name}": port.dimensions for p in self.populations for port in p.model.parsed.ports}

    def heard(self) -> dict[str, tuple[float, ...]]:
        """Dimensions of every signal, by name."""
        return {s.name: self.population(s.population).model.parsed.dimensions()[s.variable] for s in self.signals}

    def _own(self) -> dict[str, Param | Graded]:
        """Every parameter of the populations and projections, by path."""
        return {
            f"network.{p.name}.{name}": param
            for p in (*self.populations, *self.projections)
            for name, param in p.table().items()
        }

    def _with(
        self, new: Mapping[str, Param | Graded], shared: Mapping[str, Param | Graded], states: tuple[State, ...]
    ) -> "Network":
        """The network with other parameters and shared numbers, by path."""
        populations, projections = self._parts(new)
        numbers = tuple(replace(s, value=ends(shared[s.path])[0], source=shared[s.path].source) for s in self.shared)
        return replace(self, populations=populations, projections=projections, shared=numbers, states=states)

    def _set(self, new: Mapping[str, Param | Graded]) -> None:
        populations, projections = self._parts(new)
        object.__setattr__(self, "populations", populations)
        object.__setattr__(self, "projections", projections)

    def _parts(self, new: Mapping[str, Param | Graded]) -> tuple[tuple[Population, ...], tuple[Projection, ...]]:
        """Populations and projections with other parameters, by path; those that stay as they are stay the same."""

        def differing(p: Population | Projection) -> dict[str, Param | Graded]:
            own = p.table()
            return {
                name: new[f"network.{p.name}.{name}"] for name in own if new[f"network.{p.name}.{name}"] != own[name]
            }

        return (
            tuple(replace(p, params={**p.params, **own}) if (own := differing(p)) else p for p in self.populations),
            tuple(replace(p, **own) if (own := differing(p)) else p for p in self.projections),
        )

    def describe(self) -> Description:
        """The tables that a paper prints: populations, projections, parameters, values, units and sources."""
        return describe(self.populations, self.projections, self.signals, self.shared, self.states, self.fed)

    def _repr_html_(self) -> str:
        return self.describe().html()
