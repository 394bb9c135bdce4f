"""Populations of one program advance together: as cells of one kind, whose lanes lie one after the other.

So a window has as many calls of a kernel as a network has kinds of cells, however many muscles share them. A lane knows
nothing of its neighbours: results are those of each population by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.engine.circuit import Circuit
from sim.engine.lanes import Cells
from sim.engine.program import Program


class Kind(NamedTuple):
    """Members of one program; what is recorded of them may differ.

    Args:
        members: their numbers.
    """

    program: Program
    members: tuple[int, ...]


class Place(NamedTuple):
    """Where the cells of a member lie: from lane `first` of its kind on, every cell of the first sample, then of the
    second ..., and then what only fills up to `lanes`.

    Args:
        before: lanes of all kinds before its own.
    """

    kind: int
    before: int
    first: int
    lanes: int
    samples: int
    size: int

    def of_kind(self, x: Any) -> Any:
        """Its lanes, of those of its kind, (..., lane)."""
        return x[..., self.first : self.first + self.lanes]

    def cells(self, x: Any) -> Any:
        """(..., lane) of its own -> (..., sample, cell)."""
        return x[..., : self.samples * self.size].reshape(*x.shape[:-1], self.samples, self.size)

    def of_all(self, x: Any) -> Any:
        """What is of its cells, (..., sample, cell), of the lanes of all kinds, one after the other, (..., lane)."""
        begin = self.before + self.first
        return self.cells(x[..., begin : begin + self.lanes])


def kinds(circuit: Circuit) -> tuple[Kind, ...]:
    """Of a circuit, in the order of the first member of each."""
    found: dict[Program, list[int]] = {}
    for k, member in enumerate(circuit.members):
        found.setdefault(member.program._replace(observed=()), []).append(k)
    return tuple(Kind(program, tuple(members)) for program, members in found.items())


def places(circuit: Circuit, samples: int, least: int) -> tuple[Place, ...]:
    """Of each member.

    Args:
        least: lanes of a member come in whole multiples of it.
    """
    found: dict[int, Place] = {}
    before = 0
    for number, kind in enumerate(kinds(circuit)):
        first = 0
        for k in kind.members:
            size = circuit.members[k].size
            lanes = -(-samples * size // least) * least
            found[k] = Place(number, before, first, lanes, samples, size)
            first += lanes
        before += first
    return tuple(found[k] for k in range(len(circuit.members)))


def cells_of_kinds(circuit: Circuit, cells: Sequence[Cells], host: Any = np) -> tuple[Cells, ...]:
    """The cells of each kind from those of each member, arrays of the host, (..., lane)."""
    keys = [dict(zip("01", own.keys, strict=True)) for own in cells]
    found = [joined(circuit, values, host) for values in ([own.state for own in cells], keys)]
    constants = joined(circuit, _filled(circuit, cells, host), host)
    return tuple(Cells(x, y, (z["0"], z["1"])) for x, y, z in zip(found[0], constants, found[1], strict=True))


def _filled(circuit: Circuit, cells: Sequence[Cells], host: Any) -> list[dict[str, Any]]:
    """Constants of each member; those that only others of its kind have, as they are recorded of them, are 0."""
    found: list[dict[str, Any]] = [{} for _ in cells]
    for kind in kinds(circuit):
        names = dict.fromkeys(name for k in kind.members for name in cells[k].constants)
        for k in kind.members:
            nothing = host.zeros_like(next(iter(cells[k].state.values())))
            found[k] = {name: cells[k].constants.get(name, nothing) for name in names}
    return found


def joined(circuit: Circuit, values: Sequence[Mapping[str, Any]], host: Any = np) -> tuple[dict[str, Any], ...]:
    """Of each kind, name -> (..., lane), from those of each of its members, which have the same names."""
    return tuple(
        {name: host.concatenate([values[k][name] for k in kind.members], axis=-1) for name in values[kind.members[0]]}
        for kind in kinds(circuit)
    )
