"""Coupled cells, compiled: populations, projections, signals and triggers as arrays and functions."""

from typing import Any, NamedTuple

import numpy as np

from sim.engine.drive import Drive
from sim.engine.lanes import Cells
from sim.engine.program import Program, Rule
from sim.engine.system import Array, Values
from sim.engine.trigger import Trigger


class Member(NamedTuple):
    """One population of the network."""

    name: str
    size: int
    program: Program


class Link(NamedTuple):
    """One projection.

    Args:
        source, target: numbers of the members.
        into: state (spiking) or port (graded) of the target.
        read: of a graded link, what it carries of the source; None if it carries spikes.
        variable: name of what is read of the source, carried or the gain of its spikes; "" where nothing is.
        wires: relative weights, (source, target); None from each cell to the one of the same number.
        lags: its shortest and its longest delay, in whole windows.
        gain: variable of the source that what a spike brings is multiplied by; None if by nothing.
    """

    name: str
    source: int
    target: int
    into: str
    read: Rule | None
    variable: str
    wires: np.ndarray | None
    lags: tuple[int, int]
    gain: Rule | None = None

    @property
    def depth(self) -> int:
        """Windows of history that it needs."""
        return self.lags[1] + 2

    def table(self, dtype: Any, *, small: bool = False) -> np.ndarray:
        """Its wires, (source, target); empty from each cell to the one of the same number.

        Args:
            small: as bytes where all are 0 or 1 and spikes go along them.
        """
        if self.wires is None:
            return np.zeros((0, 0), dtype)
        whole = small and self.read is None and bool(np.isin(self.wires, (0, 1)).all())
        return self.wires.astype(np.uint8 if whole else dtype)

    @property
    def even(self) -> bool:
        """Whether every cell reaches every cell alike."""
        return self.wires is not None and bool((self.wires == 1).all())


class Sense(NamedTuple):
    """A signal: the sum, or the mean, of a variable of a member."""

    name: str
    source: int
    read: Rule
    variable: str
    mean: bool


class Circuit(NamedTuple):
    """A network, compiled; `watched` names the signal of each trigger."""

    members: tuple[Member, ...]
    links: tuple[Link, ...]
    senses: tuple[Sense, ...]
    watched: dict[str, str]

    @property
    def graded(self) -> tuple[Link, ...]:
        """Links that carry the value of a variable."""
        return tuple(link for link in self.links if link.read is not None)

    @property
    def sources(self) -> list[int]:
        """Numbers of the members that send spikes."""
        return sorted({link.source for link in self.links if link.read is None})

    @property
    def depth(self) -> int:
        """Windows of spikes that are remembered."""
        return max((link.depth for link in self.links if link.read is None), default=1)

    @property
    def gains(self) -> dict[str, Link]:
        """Of each variable that is the gain of spikes, by `reads`, the link that looks back the furthest."""
        gained = sorted((link for link in self.links if link.gain is not None), key=lambda link: link.depth)
        return {self.reads(link): link for link in gained}

    def reads(self, link: Link) -> str:
        """`population.variable` of what a link reads of its source."""
        return f"{self.members[link.source].name}.{link.variable}"

    @property
    def steps(self) -> int:
        """In a window."""
        return self.members[0].program.steps

    @property
    def dtype(self) -> Any:
        return self.members[0].program.dtype


class Group(NamedTuple):
    """Some samples of a network.

    Args:
        cells: of each member, (lane,): the cells of the first sample, then of the second ...; once they lie on devices,
            of each kind (`sim.engine.kinds`).
        drives: `population.port` -> Drive, (piece, sample); ports that nothing drives are left out.
        triggers: by name.
        delay: of each link, (sample, source cell): steps (spikes) or windows (graded), integers.
        weight: of each link, (sample, target cell).
        live: what is given from outside as time goes on, added to a port (`population.port`) or a signal, (sample,).
    """

    cells: tuple[Cells, ...]
    drives: dict[str, Drive]
    triggers: dict[str, Trigger]
    delay: dict[str, Array]
    weight: dict[str, Array]
    live: Values


class NetworkOutcome(NamedTuple):
    """What a group leaves.

    Args:
        marks: of each member, uint8, (window, sample, cell), see `sim.engine.lanes.Outcome`; as a compiled function
            leaves it, of the lanes of all, (window, lane).
        traces: of each member, name -> (block, sample, cell).
        finite: of each member, bool, (sample, cell).
        signals: name -> (block, sample).
        ports: `population.port` -> (block, sample), what commands, triggers and graded projections bring at the start
            of a block, the mean over the cells.
        actions: trigger -> (sample,), how often it acted.
    """

    marks: Any
    traces: tuple[Values, ...]
    finite: tuple[Array, ...]
    signals: Values
    ports: Values
    actions: Values
