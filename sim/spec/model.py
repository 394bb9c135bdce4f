"""A model is equation text with units and a table of parameters; it is checked when it is declared.

The text is Brian2's: `dx/dt = ... : unit` (a state), `x = ... : unit` (a subexpression), `x : unit` (a port: what
comes from outside, 0 until something drives it). Parameters stand in the table, not in the text.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType

import numpy as np

from sim.spec import logical
from sim.spec.canonical import QUANTITY
from sim.spec.describe.model import describe as describe_model
from sim.spec.describe.tables import Description
from sim.spec.kinds import part, table, text
from sim.spec.params import Param, Value, check_bounds, nearest
from sim.spec.parse import Parsed, parse
from sim.spec.statements import DERIVATIVE, WORD, rename, statements, where
from sim.spec.within import Within
from sim.units import Dimensions, describe, positive, quantity

FUNCTIONS = (
    "abs", "arctan", "ceil", "clip", "cos", "cosh", "exp", "expm1", "exprel", "floor", "int", "log", "log10", "log1p",
    "sign", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
"""The functions that equation text may use; `exprel(x)` is (exp(x) - 1)/x, finite at 0, and `int` of a condition 1
or 0, of a number its whole part. A condition among numbers, `3*(v > E)`, is taken for `3*int(v > E)`."""

log = logging.getLogger("sherrington")


class ModelError(ValueError):
    """A model that cannot be; the message is one sentence that quotes the equation."""


@dataclass(frozen=True)
class Block:
    """A piece of a model: a compartment, a channel, a receptor, a noise source.

    Args:
        text: equations.
        params: parameter table.
        into: what the block adds to a sum of the cell, for example `{"i_ion": "i_leak"}`; a sum is a name that a text
            reads and that `sums` gives a unit, and it is 0 where nothing is added.
        sums: unit of each sum that this block reads.
        initial: initial value of a state; a state not named starts at its steady state.
        within: what a port may be given, see `Within`; it refuses, and decides no result.

    Raises:
        ModelError: a text that is no text, or a table that is no table.
    """

    text: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    into: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    initial: Mapping[str, Value] = field(default_factory=dict)
    within: Mapping[str, Within] = field(default_factory=dict, metadata={"said": True})

    def __post_init__(self) -> None:
        text("`text` of a block", self.text, ModelError)
        for what in ("params", "into", "sums", "initial", "within"):
            found = table(f"`{what}` of a block", getattr(self, what), ModelError)
            object.__setattr__(self, what, MappingProxyType(found))
        for name, value in self.params.items():
            part(f"{name!r} in `params` of a block", value, Param, ModelError)
            check_bounds(f"{name!r} in `params` of a block", value.value, value.limits)
        for name, value in self.within.items():
            part(f"{name!r} in `within` of a block", value, Within, ModelError)
        for what in ("into", "sums"):
            for name, value in getattr(self, what).items():
                text(f"{name!r} in `{what}` of a block", value, ModelError)

    def defined(self) -> set[str]:
        """The names of this block's own states, subexpressions, noise sources and sums; not its ports."""
        heads = [s.partition("=")[0].strip() for s in statements(self.text) if "=" in s]
        named = {m.group(1) if (m := DERIVATIVE.match(head)) else head for head in heads}
        noise = {word for word in WORD.findall(self.text) if word.startswith("xi_")}
        return named | noise | {*self.into, *self.sums, *self.initial}

    def at(self, place: str) -> "Block":
        """The same block at another place of the cell: `v` and every name that it defines end in `_place`.

        Parameters and ports keep their names: all places share them.
        """
        return self.renamed(**{name: f"{name}_{place}" for name in {*self.defined(), "v"}})

    def renamed(self, **names: str) -> "Block":
        """The same block with other names for variables or parameters."""

        def swap(mapping: Mapping) -> dict:
            return {names.get(key, key): value for key, value in mapping.items()}

        lines = []
        for statement in statements(self.text):
            body, _, unit = statement.rpartition(":")
            lines.append(f"{rename(body, names).strip()} : {unit.strip()}")
        return Block(
            "\n".join(lines),
            swap(self.params),
            {key: rename(value, names) for key, value in swap(self.into).items()},
            swap(self.sums),
            swap(self.initial),
            {
                port: replace(own, of=rename(own.of, names), followed_by=names.get(own.followed_by, own.followed_by))
                for port, own in swap(self.within).items()
            },
        )

    def __add__(self, other: "Block") -> "Block":
        """Both together: equations, tables and what they add to each sum.

        Raises:
            ModelError: the same name with two meanings.
        """
        lines = dict.fromkeys((*statements(self.text), *statements(other.text)))
        into = dict(self.into)
        for name, term in other.into.items():
            into[name] = f"{into[name]} + {term}" if name in into else term
        return Block(
            "\n".join(lines),
            _merge("parameter", self.params, other.params),
            into,
            _merge("sum", self.sums, other.sums),
            _merge("initial value", self.initial, other.initial),
            _merge("range of the port", self.within, other.within),
        )


def _merge(what: str, a: Mapping, b: Mapping) -> dict:
    for name in a.keys() & b.keys():
        if a[name] != b[name]:
            raise ModelError(f"two blocks give the {what} {name!r} as {a[name]} and {b[name]}; rename one with `at`.")
    return {**a, **b}


@dataclass(frozen=True)
class Model:
    """One kind of cell.

    Args:
        name: what it is called in messages.
        block: its equations and tables.
        threshold: condition at which it fires, for example `"v > -20*mV"`; empty if it never does.
        refractory: after a spike no further one while this holds: a condition, or a time such as `"2 ms"`; states
            marked `(unless refractory)` stand still in a timed refractory period. The default, the threshold itself,
            makes a spike of each upward crossing.
        reset: assignments at a spike, for example `"v = v_reset; w += b"`.

    Raises:
        ModelError: the text does not parse, units do not agree, a name is unknown or defined twice.
        UnitError: a refractory period that is no time.
    """

    name: str
    block: Block
    threshold: str = ""
    refractory: str = field(default="", metadata=QUANTITY)
    reset: str = ""
    parsed: Parsed = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        text("the name of a model", self.name, ModelError)
        part(f"`block` of model {self.name!r}", self.block, Block, ModelError)
        for what in ("threshold", "refractory", "reset"):
            text(f"`{what}` of model {self.name!r}", getattr(self, what), ModelError)
        if not self.threshold and (self.reset or self.refractory):
            what = "reset" if self.reset else "refractory period"
            raise ModelError(f"model {self.name!r} never fires, so its {what} never comes; give it a threshold.")
        if self.threshold and not self.refractory:
            object.__setattr__(self, "refractory", self.threshold)
        for what in ("threshold", "refractory"):
            object.__setattr__(self, what, logical.condition(getattr(self, what)))
        if self.timed_refractory:
            positive(self.refractory, "ms", f"the refractory period of model {self.name!r}")
        conditions = {"threshold": self.threshold}
        if not _is_time(self.refractory):
            conditions["refractory"] = self.refractory
        parsed = parse(
            self.equations(),
            {name: param.quantity.dimensions for name, param in self.block.params.items()},
            conditions={key: text for key, text in conditions.items() if text},
            assignments=self.reset,
            functions=FUNCTIONS,
            what=f"model {self.name!r}",
            error=ModelError,
            where=lambda statement: where(self.block.text, statement),
        )
        object.__setattr__(self, "parsed", parsed)
        self._check_initial()
        self._check_within()
        if unread := self.params.keys() - parsed.reads([self.threshold, self.refractory]):
            _remark(
                f"model {self.name!r} has the parameter{'s' * (len(unread) > 1)} {', '.join(sorted(unread))} in its "
                "table, but nothing reads it: is a name in the text misspelt?"
            )

    def equations(self) -> str:
        """The whole equation text that both back ends run, sums written out."""
        lines = list(statements(self.block.text))
        for name in self.block.into.keys() - self.block.sums.keys():
            raise ModelError(
                f"model {self.name!r}: a block adds to {name!r}, which is no sum of the cell: "
                f"{nearest(name, self.block.sums)}"
            )
        for name, unit in self.block.sums.items():
            lines.append(f"{name} = {self.block.into.get(name, f'0*{unit}')} : {unit}")
        return "\n".join(map(logical.equation, lines))

    def describe(self) -> Description:
        """Its equations, rules and parameters, with units and sources, as tables."""
        rules = {"threshold": self.threshold, "refractory": self.refractory, "reset": self.reset}
        return describe_model(self.name, self.parsed, self.params, self.block.initial, rules)

    def _repr_html_(self) -> str:
        return self.describe().html()

    def _check_initial(self) -> None:
        states = {e.name: e.dimensions for e in self.parsed.states}
        for name, dimensions in states.items():
            if describe(dimensions) == "mV" and name not in self.block.initial:
                raise ModelError(
                    f"model {self.name!r}: say where the potential {name!r} starts: initial={{'{name}': '-65 mV'}}."
                )
        for name, value in self.block.initial.items():
            if name not in states:
                raise ModelError(f"model {self.name!r} has no state {name!r} to start: {nearest(name, states)}")
            if quantity(value, f"model {self.name!r}: the initial value of {name!r}").dimensions != states[name]:
                raise ModelError(
                    f"model {self.name!r}: {name!r} is in {describe(states[name])} but is to start at {value!r}."
                )

    def _check_within(self) -> None:
        names = self.given()
        ports = {port.name for port in self.parsed.ports}
        for port, own in self.block.within.items():
            if port not in ports:
                raise ModelError(f"model {self.name!r} has no port {port!r} to be given: {nearest(port, ports)}")
            used = own.formula(names).used
            if used & ports != {port}:
                raise ModelError(
                    f"model {self.name!r}: what {port!r} may be given, {own.of!r}, is of that port and of parameters."
                )
            states = [e.name for e in self.parsed.states]
            if own.followed_by and own.followed_by not in states:
                raise ModelError(
                    f"model {self.name!r} has no state {own.followed_by!r} that follows {port!r}: "
                    f"{nearest(own.followed_by, states)}"
                )
            at_rest = {name: np.array([self.params[name].quantity.number]) for name in used - {port}}
            if own.beyond(found := own.formula(names).value({**at_rest, port: np.zeros(1)})).any():
                raise ModelError(
                    f"model {self.name!r}: {own.what} is {own.said(found[0])} while nothing is given to {port!r}, but "
                    f"{own.but}."
                )

    def given(self) -> dict[str, Dimensions]:
        """Dimensions of what is given to a cell: parameters and ports."""
        ports = {port.name: port.dimensions for port in self.parsed.ports}
        return {**{name: param.quantity.dimensions for name, param in self.params.items()}, **ports}

    @property
    def timed_refractory(self) -> bool:
        """Whether the refractory period is a time rather than a condition."""
        return _is_time(self.refractory)

    @property
    def params(self) -> Mapping[str, Param]:
        """The parameter table."""
        return self.block.params


@cache
def _remark(sentence: str) -> None:
    """Log a sentence, once."""
    log.warning(sentence)


def _is_time(text: str) -> bool:
    return bool(re.match(r"^[\d.]", text.strip()))
