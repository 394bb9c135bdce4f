"""Named cases: what is done, or what is different, in each of them. What a case does not change stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sim.design.factor import Columns, DesignError, Factor, flat
from sim.spec.change import WORDS, change
from sim.spec.kinds import table
from sim.spec.state import State


@dataclass(frozen=True)
class Cases(Factor):
    """Named cases, each with its changes.

    Args:
        cases: by name, the changes by path (see `sim.spec.change.change`), or a `State`; none at all is the network
            and the protocol as they are.
        name: of the dimension.

    Raises:
        DesignError: no case, or changes that are no table.
        UnitError: a change that cannot be read.
    """

    cases: Mapping[str, Mapping[str, Any] | State]
    name: str = "case"

    def __post_init__(self) -> None:
        if not table(f"the cases of {self.name!r} in a design", self.cases, DesignError):
            raise DesignError(f"the design compares cases ({self.name!r}), but names none; give it at least one.")
        found = {}
        for case, changes in self.cases.items():
            called = f"the case {case!r}"
            given = changes.changes if isinstance(changes, State) else changes
            read = dict(flat(called, given, stop=lambda value: not value.keys() - WORDS.keys()))
            found[case] = MappingProxyType(
                {path: change(value, f"{path!r} in {called}") for path, value in read.items()}
            )
        object.__setattr__(self, "cases", MappingProxyType(found))

    @property
    def labels(self) -> list[str]:
        return list(self.cases)

    def columns(self) -> Columns:
        cases: list[Any] = list(self.cases.values())
        paths = dict.fromkeys(path for changes in cases for path in changes)
        return {path: [changes.get(path) for changes in cases] for path in paths}
