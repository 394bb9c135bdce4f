"""Who reaches whom (projections), and what an instrument or a person notices of a network (signals).

    Projection("ia_to_in", "ta_afferents", "in_ta.g_ia", weight="5 nS", delay="10 ms", wiring=Random(0.5))
    Projection("ia", "ia_terminals", "soleus.g_ia", weight="5 nS", delay="1 ms", gain="release")
    Projection("ligand", "brainstem.ligand", "soleus.ligand")
    Signal("force", "muscle.force")

The source of a spiking projection is a population; each of its spikes adds the weight to a *state* of the target's
cells when it arrives (as in Brian2, a state marked `unless refractory` takes none while its cell is refractory). With
a *gain* it adds the weight times a variable of the cell that fired, as that stood at the start of the window in which
it did: presynaptic inhibition, depression, facilitation. The source of a graded projection is a variable; it drives a
*port*, anew in every window.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.spec.kinds import named, text, word
from sim.spec.model import Model
from sim.spec.params import Graded, Param, Value, check_bounds, ends, nearest
from sim.spec.ranges import DELAYS, Bounds, limits
from sim.spec.wiring import All, Wiring
from sim.units import DIMENSIONLESS, Dimensions, Quantity, UnitError, describe, quantity, shown

Known = Mapping[str, tuple[Model, int]]
"""Model and size of each population."""

TIME = quantity("1 ms").dimensions
HOW = ("sum", "mean")
PAIRS = 10**9
"""Pairs of cells that one projection may join: its table of weights is whole."""


class NetworkError(ValueError):
    """A network that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Projection:
    """Cells that reach other cells.

    Args:
        name: one word; its numbers have the paths `network.NAME.weight` and `network.NAME.delay`.
        source: a population (spiking), or `population.variable` (graded).
        target: `population.state` (spiking) or `population.port` (graded).
        weight: what one spike adds, in the state's unit, or the factor of a graded one; `Graded` runs across the
            target's cells.
        delay: from the end of the step of the spike to its arrival; `Graded` runs across the source's cells (axons).
            A spike takes at least a window; it is rounded to whole steps. A graded projection's is rounded to windows.
        wiring: which pairs, with which relative weights.
        origin: where the numbers come from, when `weight` and `delay` do not say.
        gain: a variable of the source's cells, a plain number, by which what a spike brings is multiplied. It is read
            at the start of the window in which the spike is fired, rounded to 1/128 and held between 0 and 255/128.

    Raises:
        NetworkError: a name or an address that cannot be, or a gain of what carries no spikes.
        UnitError: a delay that is no time.
    """

    name: str
    source: str
    target: str
    weight: Param | Graded | Value = 1.0
    delay: Param | Graded | Value = "0 ms"
    wiring: Wiring = field(default_factory=All)
    origin: str = field(default="", metadata={"said": True})
    gain: str | None = field(default=None, metadata={"if given": True})

    def __post_init__(self) -> None:
        word("a projection's name", self.name, NetworkError)
        for what in ("source", "target"):
            address = named(f"the {what} of the projection {self.name!r}", getattr(self, what), NetworkError)
            if not all(address.split(".")):
                raise NetworkError(
                    f"the {what} of the projection {self.name!r} is {address!r}; write 'population.variable'."
                )
        text(f"the origin of the projection {self.name!r}", self.origin, NetworkError)
        if self.gain is not None:
            word(f"the gain of the projection {self.name!r}, a variable of its source,", self.gain, NetworkError)
            if not self.spiking:
                raise NetworkError(
                    f"the projection {self.name!r} carries the value of {self.source!r}, but a gain, {self.gain!r}, is "
                    "one of spikes; leave it out, or multiply the two in an equation of the source."
                )
        if not isinstance(self.wiring, Wiring):
            raise NetworkError(
                f"the wiring of the projection {self.name!r} is {shown(self.wiring)}; give All(), OneToOne(), "
                "Random(...), Convergent(...) or Table(...)."
            )
        for what in ("weight", "delay"):
            called = f"the {what} of the projection {self.name!r}"
            for end in ends(getattr(self, what)):
                found = quantity(end, called)
                if what == "delay" and found.dimensions != TIME:
                    raise UnitError(f"{called} must be a time, but is {end!r}.")
                if what == "delay" and found.number < 0:
                    raise UnitError(f"{called} must not be negative, but is {end!r}.")
                check_bounds(called, end, self.limits()[what])

    @property
    def spiking(self) -> bool:
        """Whether it carries spikes; otherwise it carries the value of a variable."""
        return "." not in self.source

    @property
    def source_population(self) -> str:
        return self.source.partition(".")[0]

    @property
    def variable(self) -> str:
        """What a graded projection carries."""
        return self.source.partition(".")[2]

    @property
    def target_population(self) -> str:
        return self.target.partition(".")[0]

    @property
    def into(self) -> str:
        """The state or port that it reaches."""
        return self.target.partition(".")[2]

    def table(self) -> dict[str, Param | Graded]:
        """Weight and delay."""
        numbers = {"weight": self.weight, "delay": self.delay}
        return {k: v if isinstance(v, (Param, Graded)) else Param(v, self.origin) for k, v in numbers.items()}

    def limits(self) -> dict[str, Bounds]:
        """Lowest and highest weight and delay; the gain of a projection that carries a value may be negative, whatever
        its unit."""
        own = self.weight.bounds if isinstance(self.weight, Param) else (None, None)
        dimensions = quantity(ends(self.weight)[0]).dimensions
        low, high = limits(dimensions, own)
        if not self.spiking and own[0] is None and high is not None:
            low = Quantity(-quantity(high).number, dimensions)
        return {"weight": (low, high), "delay": DELAYS}

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path."""
        return {
            f"network.{self.name}.{what}{part}": value
            for what, param in self.table().items()
            for part, value in param.leaves().items()
        }

    def delays(self) -> list[str]:
        """Paths of the leaves that are times."""
        return [path for path, value in self.leaves().items() if value.dimensions == TIME and ".delay" in path]

    def check(self, known: Known) -> None:
        """Both ends must exist, and the weight must fit what it adds to.

        Args:
            known: model and size of each population.

        Raises:
            NetworkError: no such population, state, port or variable, or a wiring that does not fit the sizes.
            UnitError: a weight in the wrong unit, or a gain that has one.
        """
        what = f"the projection {self.name!r}"
        source, n = _population(what, self.source_population, known)
        target, m = _population(what, self.target_population, known)
        if n * m > PAIRS:
            raise NetworkError(
                f"{what} joins {n} with {m} cells, whose weights would take {8 * n * m / 1e9:.3g} GB; take fewer cells."
            )
        self.wiring.table(n, m, self.name)
        states = {e.name: e.dimensions for e in target.parsed.states}
        ports = {port.name: port.dimensions for port in target.parsed.ports}
        if self.spiking:
            if not source.threshold:
                raise NetworkError(
                    f"{what} carries spikes of {self.source!r}, whose cells never fire; give {source.name!r} a "
                    f"threshold, or name a variable: '{self.source}.VARIABLE'."
                )
            if self.into not in states:
                hint = " (a port takes a graded projection)" if self.into in ports else ""
                raise NetworkError(
                    f"{what} adds its spikes to {self.into!r}, which is no state of {target.name!r}{hint}: "
                    f"{nearest(self.into, states)}"
                )
            if self.gain is not None:
                gain = f"the gain of {what}"
                unit = _variable(gain, source, self.source, self.gain)
                if unit != DIMENSIONLESS:
                    raise UnitError(
                        f"{gain} must be a plain number, but {self.gain!r} of {self.source!r} is {_measured(unit)}; "
                        "divide it by what is 1 at rest."
                    )
            wanted = states[self.into]
        else:
            variable = _variable(what, source, self.source_population, self.variable)
            if self.into not in ports:
                hint = " (a state takes a spiking projection)" if self.into in states else ""
                raise NetworkError(
                    f"{what} drives {self.into!r}, which is no port of {target.name!r}{hint}: "
                    f"{nearest(self.into, ports)}"
                )
            wanted = tuple(a - b for a, b in zip(ports[self.into], variable, strict=True))
        found = self.table()["weight"].quantity.dimensions
        if found != wanted:
            raise UnitError(
                f"the weight of {what} must be {_measured(wanted)} to fit {self.target!r}, but {self.weight!r} is "
                f"{_measured(found)}."
            )


@dataclass(frozen=True)
class Signal:
    """What an instrument or a person notices: one number for the whole network, anew in every window.

    Args:
        name: what triggers and records call it.
        of: `population.variable`.
        how: `"sum"` or `"mean"` over the cells.

    Raises:
        NetworkError: a name or an address that cannot be.
    """

    name: str
    of: str
    how: str = "sum"

    def __post_init__(self) -> None:
        word("a signal's name", self.name, NetworkError)
        if "." not in text(f"what the signal {self.name!r} is `of`", self.of, NetworkError):
            raise NetworkError(f"the signal {self.name!r} is of {self.of!r}; write 'population.variable'.")
        if text(f"`how` of the signal {self.name!r}", self.how, NetworkError) not in HOW:
            raise NetworkError(f"the signal {self.name!r} cannot be a {self.how!r}: {nearest(self.how, HOW)}")

    @property
    def population(self) -> str:
        return self.of.partition(".")[0]

    @property
    def variable(self) -> str:
        return self.of.partition(".")[2]

    def check(self, known: Known) -> None:
        """The variable must exist.

        Raises:
            NetworkError: it does not, or it hangs on a port.
        """
        what = f"the signal {self.name!r}"
        model, _ = _population(what, self.population, known)
        _variable(what, model, self.population, self.variable)


def _population(what: str, name: str, known: Known) -> tuple[Model, int]:
    if name not in known:
        raise NetworkError(f"{what} names the population {name!r}, which is not there: {nearest(name, known)}")
    return known[name]


def _variable(what: str, model: Model, population: str, name: str) -> Dimensions:
    """Dimensions of a variable that can be read between two windows: one that no port reaches at once."""
    dimensions = {e.name: e.dimensions for e in (*model.parsed.states, *model.parsed.subexpressions)}
    if name not in dimensions:
        raise NetworkError(f"{what} reads {name!r}, which {population!r} does not have: {nearest(name, dimensions)}")
    if reached := sorted(model.parsed.behind(name) & {port.name for port in model.parsed.ports}):
        raise NetworkError(
            f"{what} reads {name!r}, which follows the port {reached[0]!r} at once; read a state between the two."
        )
    return dimensions[name]


def _measured(dimensions: Dimensions) -> str:
    return "a plain number" if dimensions == DIMENSIONLESS else f"in {describe(dimensions)}"
