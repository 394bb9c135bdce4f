"""A state, or a drug: what differs in a network, by name and with a source.

    State("injured", {"network.*.E_cl": "-65 mV", "network.soleus.monoamine": {"scale": 1.4}}, "Boulenguez et al. 2010")

`network.under(state, ...)` is the network in that state (see `sim.spec.network`). A path leads to a number of the
network; a graded parameter may be named as a whole, then both of its ends change, and `*` stands for any one element of
a path, or for any part of one (`network.soleus_*.tau`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.spec.change import WORDS, Change, Set, change, check_change
from sim.spec.kinds import named, table, text
from sim.spec.params import Graded, Param, Value, nearest
from sim.spec.projection import NetworkError
from sim.units import Quantity, written


@dataclass(frozen=True)
class State:
    """Changes of a network that belong together.

    Args:
        name: of the state.
        changes: by path, a value, `{"scale": factor}` or `{"shift": value}` (see `sim.spec.change`); nested mappings
            are joined by dots. No two of them may lead to the same number, so their order does not matter.
        source: where they come from.

    Raises:
        NetworkError: no name, no change, or a path that does not begin with `network`.
        UnitError: something that is no change.
    """

    name: str
    changes: Mapping[str, Any]
    source: str = ""

    def __post_init__(self) -> None:
        named("the name of a state", self.name, NetworkError)
        text(f"the source of the state {self.name!r}", self.source, NetworkError)
        what = f"`changes` of the state {self.name!r}"
        found: dict[str, Change] = {}
        for path, value in _flat(what, table(what, self.changes, NetworkError)):
            if path in found:
                raise NetworkError(f"the state {self.name!r} changes {path!r} twice; leave one of the two out.")
            if path.partition(".")[0] != "network":
                raise NetworkError(
                    f"the state {self.name!r} changes {path!r}, which is no number of the network; write "
                    "'network.POPULATION.PARAMETER'."
                )
            found[path] = change(value, f"the change of {path!r} by the state {self.name!r}")
        if not found:
            raise NetworkError(f"the state {self.name!r} changes nothing; give it `changes`, by path.")
        object.__setattr__(self, "changes", MappingProxyType(found))

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.changes.items()), self.source))

    def __str__(self) -> str:
        said = ", ".join(f"{path} {made}" for path, made in self.changes.items())
        return f"{self.name}: {said}{f' ({self.source})' if self.source else ''}"

    def leaves(self, known: Mapping[str, Param | Graded]) -> dict[str, Change]:
        """What it changes of a network, by the path of each number.

        Args:
            known: every parameter of the network, by path.

        Raises:
            NetworkError: a path that leads to no number, or two of them that lead to the same one.
            UnitError: a change in another unit.
        """
        found: dict[str, tuple[str, Change]] = {}
        for path, made in self.changes.items():
            for leaf, quantity in leading(path, known, f"the state {self.name!r} changes").items():
                if leaf in found:
                    raise NetworkError(
                        f"the state {self.name!r} changes {leaf!r} twice, by {found[leaf][0]!r} and by {path!r}; make "
                        "two states of it, in the order that is meant."
                    )
                check_change(f"the state {self.name!r}: {leaf!r}", made, quantity.dimensions)
                found[leaf] = path, made
        return {leaf: made for leaf, (_, made) in found.items()}

    def applied(self, path: str, param: Param | Graded, leaves: Mapping[str, Change]) -> Param | Graded:
        """A parameter in this state.

        Args:
            path: of the parameter.
            leaves: what the state changes, by the path of each number (see `leaves`).
        """
        own = {leaf: leaves[path + leaf] for leaf in param.leaves() if path + leaf in leaves}
        if not own:
            return param
        new = {leaf: _changed(param.leaves()[leaf], made) for leaf, made in own.items()}
        said = ", ".join(
            dict.fromkeys(f"set to {made}" if isinstance(made, Set) else str(made) for made in own.values())
        )
        by = f"{said} by state {self.name}{f': {self.source}' if self.source else ''}"
        if isinstance(param, Param):
            gone = isinstance(own[""], Set) or not param.source
            return replace(param, value=new[""], source=by if gone else f"{param.source}; {by}")
        fields = {leaf.removeprefix("."): value for leaf, value in new.items()}
        return replace(param, **fields, source=f"{param.source}; {by}" if param.source else by)


def leading(path: str, known: Mapping[str, Param | Graded], what: str) -> dict[str, Quantity]:
    """The numbers to which a path leads, by their own paths: one, both ends of a gradient, or those that fit its `*`.

    Args:
        path: `network.NAME.PARAMETER`, of a gradient with or without `.low`, `.high` or `.skew`.
        known: every parameter, by path.
        what: the begin of an error, for example `"the state 'injured' changes"`.

    Raises:
        NetworkError: it leads to none; the sentence names the nearest ones.
    """
    wanted, head = path.split("."), path.rpartition(".")[0]
    near = known if "*" in path else {own: known[own] for own in (head, path) if own in known}
    found = {}
    for own, param in near.items():
        if not fits(wanted[: own.count(".") + 1], own):
            continue
        for leaf, quantity in param.leaves().items():
            if fits(wanted, own + leaf) or (leaf != ".skew" and fits(wanted, own)):
                found[own + leaf] = quantity
    if not found:
        paths = {own + leaf for own, param in known.items() for leaf in param.leaves()} | known.keys()
        raise NetworkError(f"{what} {path!r}, which leads to no number of the network: {nearest(path, paths)}")
    return found


def fits(wanted: list[str], path: str) -> bool:
    """Whether a path is the wanted one, element by element; `*` stands for any part of one, or all of it."""
    elements = path.split(".")
    return len(wanted) == len(elements) and all(
        w == e or ("*" in w and _pattern(w).fullmatch(e)) for w, e in zip(wanted, elements, strict=True)
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))))


def _changed(number: Quantity, made: Change) -> Value:
    if isinstance(made, Set):
        return written(made.value) if isinstance(made.value, Quantity) else made.value
    return written(Quantity(float(made.applied(np.array([number.number]))[0]), number.dimensions))


def _flat(what: str, values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Path and change of everything in nested mappings."""
    for name, value in values.items():
        single = isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in WORDS
        if isinstance(value, Mapping) and not single:
            yield from _flat(what, table(what, value, NetworkError), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
